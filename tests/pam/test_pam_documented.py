# SPDX-License-Identifier: Apache-2.0
"""The documents about sign-in say what the code says, and every test they name exists."""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "drift"))

from drift import Missing, built, check, main, text  # noqa: E402


def rows():
    """frame -> its fields in order, from the tables of wire.c."""
    source = text("pam_authcode/wire.c")
    row = r"(?:TEXT|FLAG|NUMBER|VERDICT|MESSAGES)\([\w.]+, (\w+)"
    identity = re.search(r"#define IDENTITY\(frame\)(.*?)\n\n", source, re.S)
    table = {}
    for frame, body in re.findall(r"struct field (\w+)_fields\[\] = \{(.*?)\n\};", source, re.S):
        body = re.sub(r"IDENTITY\([^)]*\)", lambda _: identity.group(1), body)
        table[frame.upper()] = re.findall(row, body)
    if len(table) != 9 or len(table["RESULT"]) != 9:
        raise Missing("the tables of wire.c were not understood")
    return table


@check("each frame of doc/pam-wire.md has the fields of wire.c in their order")
def frames():
    page = text("doc/pam-wire.md")
    for frame, fields in rows().items():
        line = re.search(rf"^\| {frame} \| \d+ \|(.*)\|$", page, re.M)
        if line is None:
            yield f"{frame} has no row"
        elif re.findall(r"`(\w+)`", line.group(1)) != fields:
            yield f"{frame}: the page says {line.group(1)}, the table {fields}"


@check("each field has its row, and no other")
def fields():
    page = text("doc/pam-wire.md")
    known = {field for fields in rows().values() for field in fields}
    told = set(re.findall(r"^\| `(\w+)` \|", page, re.M))
    for field in sorted(known ^ told):
        yield f"{field} is not in both"


@check("the maxima of doc/pam-wire.md are those of the headers")
def maxima():
    limits = dict(re.findall(r"^#define (AC_\w+) (\d+)", text("libauthcode/base/limits.h"), re.M))
    page = text("doc/pam-wire.md")
    for field, name in (("service", "AC_MAX_SERVICE"), ("user", "AC_MAX_USER_NAME"),
                        ("text", "AC_WIRE_MAX_TEXT"), ("full_name", "AC_MAX_FULL_NAME"),
                        ("messages", "AC_WIRE_MAX_MESSAGES"), ("environment", "AC_WIRE_MAX_ENVIRONMENT"),
                        ("ticket", "AC_WIRE_TICKET_LEN"), ("file_claims", "AC_MAX_CLAIMS"),
                        ("command_claims", "AC_MAX_CLAIMS"), ("reason", "AC_WIRE_MAX_TEXT")):
        if not re.search(rf"^\| `{field}` \|.*\| {limits[name]}\b[^|]*\|$", page, re.M):
            yield f"{field}: not {limits[name]}"
    if f"at most {limits['AC_WIRE_MAX_FRAME']} bytes" not in page:
        yield f"the frame is at most {limits['AC_WIRE_MAX_FRAME']} bytes"


@check("every option of authcode-login is in its manual page, and no other")
def options():
    page = text("man/authcode-login.8.scd")
    listing = subprocess.run([built("authcode-login"), "--help"], check=True, timeout=20,
                             capture_output=True, text=True).stdout
    known = set(re.findall(r"^  (--[a-z-]+)", listing, re.M))
    if len(known) < 10:
        raise Missing("no options in --help")
    for option in sorted(known ^ set(re.findall(r"^\*(--[a-z-]+)\*", page, re.M))):
        yield f"{option} is not in both"


@check("every test that doc/pam.md names exists")
def tests():
    page = text("doc/pam.md")
    named = re.findall(r"`(test_\w+)`: ([a-z_]+(?:,\s+[a-z_]+)*)", page)
    named += [("test_service_policy", row) for row in re.findall(r"\| ([a-z_, ]+_[a-z_, ]+) \|$", page, re.M)]
    if len(named) < 20:
        raise Missing("the tests named in doc/pam.md were not found")
    for program, names in named:
        source = text(f"tests/pam/{program}.c")
        for name in re.split(r",\s+", names):
            if f"({name})" not in source and f"TEST({name}" not in source:
                yield f"{program} has no {name}"


def browser_tests():
    """The names of the tests in the browser."""
    source = text("tests/browser/sign-in.mjs")
    return re.findall(r"[(\[]\s*['`]([a-z][^'`\n]+ [^'`\n]+)['`]", source)


@check("every file of tests that the pages name exists, and so does a test of doc/pam.md without a file")
def files():
    root = os.environ.get("top_srcdir", ".")
    page = text("doc/pam.md")
    bare = {f"tests/pam/{name}" for name in re.findall(r"\[`?(test_\w+\.py)`?\]", page)}
    whole = set(re.findall(r"`(tests/\w+/\w+\.(?:py|c|mjs|sh))`", page + text("doc/sign-in.md") + text("doc/units.md")))
    if len(bare) < 3 or len(whole) < 3:
        raise Missing("the files named in the pages were not found")
    for path in sorted(bare | whole):
        if not os.path.exists(os.path.join(root, path)):
            yield f"there is no {path}"
    policy = text("tests/pam/test_service_policy.c")
    for name in re.findall(r"\[([a-z]+(?:_[a-z]+)+)\]", page):
        if f"({name})" not in policy:
            yield f"test_service_policy has no {name}"


@check("every test that the pages name with its folder exists")
def tests_with_folder():
    page = text("doc/sign-in.md") + text("doc/pam.md")
    named = re.findall(r"\[`(tests/\w+/[\w-]+)`:\s([^\]]+)\]", page)
    if len(named) < 40 or page.count("[`tests/") != len(named):
        raise Missing("the tests named with their folder were not all found")
    for path, names in named:
        if path == "tests/browser/sign-in":
            known = browser_tests()
            for name in " ".join(names.split()).split("; "):
                if name not in known:
                    yield f"{path} has no {name}"
            continue
        suffix = ".py" if path.startswith("tests/http/") else ".c"
        source = text(path + suffix)
        for name in " ".join(names.split()).split(", "):
            if not re.search(rf"^def {name}\(" if suffix == ".py" else rf"^{name}\(void", source, re.M):
                yield f"{path} has no {name}"


if __name__ == "__main__":
    main()
