# SPDX-License-Identifier: Apache-2.0
"""Rules of HACKING.md that a script can see: size, banned calls, heads, words."""
import re

from drift import PRODUCT_ROOMS, SOURCE, check, files, main, rows, text, without_comments

BANNED = ("strcpy strncpy strcat strncat sprintf vsprintf strtok strtok_r atoi atol atoll atof rand srand "
          "random srandom gets alloca system popen getenv gmtime localtime asctime ctime mktemp "
          "tmpnam setjmp longjmp signal bcopy bzero strdupa").split()
CALL = re.compile(r"(?<![\w.>])(" + "|".join(BANNED) + r")\s*\(")
CLOCKS = re.compile(r"(?<![\w.>])(time|clock_gettime|gettimeofday|fopen|open|socket)\s*\(")
# The user database may hang with its directory: past its start, the daemon leaves it to the helper.
USERS = re.compile(r"(?<![\w.>])((?:get|set|end)(?:pw|gr|sp)\w+|getgrouplist|initgroups)\s*\(")
AT_START = {"server/privileges.c", "server/http_listen.c", "server/config_file.c"}
UNDONE = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
HEAD = "/* SPDX-License-Identifier: Apache-2.0\n * Copyright the authcode authors\n *\n * "


def long_functions(source):
    """(line, name, length) of each function body; the brace stands alone in our format."""
    start = 0
    lines = source.splitlines()
    for number, line in enumerate(lines):
        if line == "{":
            start = number
        elif line == "}" and start:
            name = "?"
            for above in range(start - 1, max(start - 12, -1), -1):
                found = re.match(r"(\w+)\(", lines[above])
                if found:
                    name = found.group(1)
                    break
            yield start, name, number - start - 1
            start = 0


@check("no file is over 800 lines; over 500 has its reason in long-files.txt")
def file_size():
    reasons = rows("tests/drift/long-files.txt")
    for path in files((*PRODUCT_ROOMS, "tests", "doc"), ".c", ".h", ".py", ".js", ".mjs", ".sh"):
        length = text(path).count("\n")
        if length > 800:
            yield f"{path}: {length} lines"
        elif length > 500 and str(path) not in reasons:
            yield f"{path}: {length} lines and no reason in tests/drift/long-files.txt"
    for path in reasons:
        if not (SOURCE / path).is_file() or text(path).count("\n") <= 500:
            yield f"long-files.txt: {path} is not over 500 lines any more"


@check("no function body is over 60 lines")
def function_size():
    for path in files(PRODUCT_ROOMS, ".c"):
        for line, name, length in long_functions(text(path)):
            if length > 60:
                yield f"{path}:{line}: {name} has {length} lines"


@check("no banned call")
def banned():
    for path in files((*PRODUCT_ROOMS, "doc/examples"), ".c", ".h"):
        for number, line in enumerate(without_comments(text(path)).splitlines(), 1):
            for name in CALL.findall(line):
                yield f"{path}:{number}: {name}()"


@check("protocol and jose read no clock, file or socket")
def no_world():
    for path in files(("libauthcode/protocol", "libauthcode/jose"), ".c"):
        for number, line in enumerate(without_comments(text(path)).splitlines(), 1):
            for name in CLOCKS.findall(line):
                yield f"{path}:{number}: {name}()"


@check("the daemon asks the user database only while it starts")
def user_database():
    asking = {}
    for path in files(("libauthcode", "server"), ".c"):
        for number, line in enumerate(without_comments(text(path)).splitlines(), 1):
            for name in USERS.findall(line):
                asking.setdefault(str(path), []).append(f"{path}:{number}: {name}()")
    for path in asking.keys() - AT_START:
        yield from asking[path]
    for path in AT_START - asking.keys():
        yield f"{path} does not ask any more"


@check("secrets are never compared by memcmp or strcmp")
def comparisons():
    secret = re.compile(r"\b(memcmp|strn?cmp)\s*\([^;]*?(secret|hash|password|digest|\bmac\b)", re.I)
    for path in files(PRODUCT_ROOMS, ".c"):
        lines = text(path).splitlines()
        for found in secret.finditer(without_comments(text(path))):
            line = text(path)[:found.start()].count("\n")
            # a comment right above may say why this one is harmless
            if "nothing secret" not in "\n".join(lines[max(line - 3, 0):line]):
                yield f"{path}:{line + 1}: {lines[line].strip()}"


@check("every C file begins with the licence, the authors and what it is")
def heads():
    for path in files((*PRODUCT_ROOMS, "tests", "doc/examples"), ".c", ".h"):
        if not text(path).startswith(HEAD):
            yield f"{path}: other head"


@check("every script and makefile names its licence")
def licences():
    for path in files((*PRODUCT_ROOMS, "tests", "doc", "man"), ".py", ".sh", ".mk", ".mjs", ".js"):
        if "SPDX-License-Identifier: Apache-2.0" not in text(path)[:200]:
            yield f"{path}: no SPDX line"


@check("nothing is left for later in the text of the code")
def undone():
    for path in files((*PRODUCT_ROOMS, "tests", "doc", "man"), ".c", ".h", ".py", ".sh", ".mk", ".md", ".scd",
                      ".mjs", ".sql"):
        if path.name == "test_rules.py":
            continue
        for number, line in enumerate(text(path).splitlines(), 1):
            if UNDONE.search(line):
                yield f"{path}:{number}: {line.strip()}"


@check("the checks themselves see what they must")
def sees():
    body = "static int\nlong_one(void)\n{\n" + "\tx();\n" * 61 + "}\n"
    if [n for _, n, length in long_functions(body) if length > 60] != ["long_one"]:
        yield "a function of 61 lines was not seen"
    if CALL.findall("\tstrcpy(a, b);") != ["strcpy"] or CALL.findall("ac_system(x); s->rand();"):
        yield "the banned calls are not told from others"
    if USERS.findall("\tx = getpwnam_r(a); getgrouplist(b); getgr(x);") != ["getpwnam_r", "getgrouplist"]:
        yield "the calls of the user database are not told from others"
    if "atoi" in without_comments('/* atoi( */ f("atoi("); // atoi('):
        yield "comments and strings are read as code"


if __name__ == "__main__":
    main()
