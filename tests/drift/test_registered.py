# SPDX-License-Identifier: Apache-2.0
"""No test is left lying: each program is built and run, each function is in a table."""
import re

from drift import SOURCE, check, files, main, rows, text, without_comments

TEST_FUNCTION = re.compile(r"^static (?:void|int)\n(\w+)\(void \*\*\w+\)", re.M)
ROW = re.compile(r"cmocka_unit_test(?:_\w+)?\s*\(([^)]*)\)")


def makefiles():
    return "\n".join(text(path) for path in files(("tests",), ".mk"))


@check("every C test is built and run")
def programs():
    made = makefiles()
    for path in files(("tests",), ".c"):
        stem = str(path.with_suffix(""))
        if path.name.startswith("test_") and not re.search(rf"(?<![\w/]){re.escape(stem)}(?![\w/.])", made):
            yield f"{path}: no makefile registers {stem}"


@check("every test function stands in its table")
def functions():
    for path in files(("tests",), ".c"):
        code = without_comments(text(path))
        listed = {word for row in ROW.findall(code) for word in re.findall(r"\w+", row)}
        for name in TEST_FUNCTION.findall(code):
            if name not in listed and len(re.findall(rf"\b{name}\b", code)) < 2:
                yield f"{path}: {name} is never run"


@check("every script is run, or goes with the tarball to those that are")
def scripts():
    words = set(makefiles().split())
    for path in files(("tests",), ".py", ".sh", ".mjs"):
        if not words & {str(path), f"$(srcdir)/{path}", f"$(top_srcdir)/{path}"}:
            yield f"{path}: no makefile registers it"


@check("cmocka's skip(), which the driver counts as a failure, is not used")
def no_skip():
    for path in files(("tests",), ".c"):
        if re.search(r"(?<!\w)skip\s*\(\s*\)", without_comments(text(path))):
            yield f"{path}: skip()"


@check("every allowed skip has its reason")
def skips():
    rows("tests/skips.txt")
    return []


@check("every test folder that holds something says what it is in HACKING.md")
def folders():
    hacking = text("HACKING.md")
    for folder in sorted(p.name for p in (SOURCE / "tests").iterdir() if p.is_dir()):
        if any((SOURCE / "tests" / folder).rglob("test*")) and f"tests/{folder}" not in hacking:
            yield f"HACKING.md does not mention tests/{folder}"


if __name__ == "__main__":
    main()
