# SPDX-License-Identifier: Apache-2.0
"""The documents about sign-in say what the code says, and every test they name exists."""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "drift"))

from drift import SOURCE, Missing, built, check, main, text  # noqa: E402


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


PAGES = ("doc/pam.md", "doc/sign-in.md")


def references(page):
    """(path, names) of what stands in brackets: `path`: name, name; `path`: name. A path without folder is of tests/pam."""
    found = []
    for bracket in re.findall(r"\[(`(?:tests/|test_)[^\]]+)\]", text(page)):
        for path, names in re.findall(r"`([\w./-]+)`(?::\s([^`]+))?", bracket):
            path = path if "/" in path else f"tests/pam/{path}"
            found.append((path, " ".join(names.split()).rstrip(";")))
    if page == "doc/pam.md":  # its table has a column of them
        rows_of_table = re.findall(r"\| ([a-z_, ]+_[a-z_, ]+) \|$", text(page), re.M)
        found += [("tests/pam/test_service_policy", row) for row in rows_of_table]
    return found


def file_of(path):
    """The file of a test that is named without its suffix, or None."""
    for suffix in ("", ".c", ".py", ".mjs"):
        if (SOURCE / (path + suffix)).is_file():
            return path + suffix
    return None


def tests_in(path):
    """What a reference to this file may name, and what stands between the names."""
    source = text(path)
    if path.endswith(".c"):
        # a function that its table has too; test_registered.py holds the two together
        return set(re.findall(r"^(\w+)\(void \*\*", source, re.M)), ", "
    if path.endswith(".mjs"):
        return set(re.findall(r"[(\[]\s*['`]([a-z][^'`\n]+ [^'`\n]+)['`]", source)), "; "
    titles = set(re.findall(r'^@check\("([^"]+)"\)', source, re.M))
    return (titles, "; ") if titles else (set(re.findall(r"^def (test_\w+)\(", source, re.M)), ", ")


def wrong(page):
    """A complaint for each reference that names nothing."""
    for path, names in references(page):
        file = file_of(path)
        if file is None:
            yield f"{page}: there is no {path}"
            continue
        known, between = tests_in(file)
        for name in names.split(between) if names else []:
            if name not in known:
                yield f"{page}: {path} has no {name}"


@check("every test that the pages name exists, whatever folder it is in")
def tests():
    for page, least in zip(PAGES, (80, 120)):
        count = sum(len(re.split(r"[,;] ", names)) for _, names in references(page))
        if count < least:
            raise Missing(f"only {count} tests were found in {page}")
        yield from wrong(page)


@check("no reference of the pages is passed over")
def whole():
    for page in (*PAGES, "doc/units.md"):
        prose = re.sub(r"(?m)^ {4,}\S.*$", "", text(page))  # without the sample files
        prose = re.sub(r"`[^`]*`", lambda code: re.sub(r"[][]", "", code.group(0)), prose)
        for bracket in re.findall(r"\[([^\]]+)\](?!\()", prose):
            form = r"`[\w./-]+`(:\s[^`;]+(;\s[^`;]+)*)?"
            if not re.fullmatch(rf"{form}(;\s{form})*", bracket):
                yield f"{page}: [{' '.join(bracket.split())}] is not understood"
        for path in re.findall(r"`(tests/[\w./-]+)`", prose):
            if file_of(path) is None and not (SOURCE / path).is_dir():
                yield f"{page}: there is no {path}"


@check("each item of doc/sign-in.md rests on a test")
def items():
    listed = re.split(r"(?m)^- ", re.sub(r"(?m)^## .*$", "", text("doc/sign-in.md")))[1:]
    if len(listed) < 30:
        raise Missing("the items of doc/sign-in.md were not found")
    for item in listed:
        if "[`tests/" not in item:
            yield item.partition("\n")[0]


if __name__ == "__main__":
    main()
