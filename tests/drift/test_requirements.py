# SPDX-License-Identifier: Apache-2.0
"""Every requirement in force is cited by a test, and no test cites one that is not listed."""
import re

from drift import Missing, SOURCE, check, main, requirements

LIST = "tests/drift/requirements.txt"
ID = re.compile(r"\b([A-Z]{2}-\d{2})\b")
SUFFIXES = {".c", ".h", ".py", ".mjs", ".sh", ".inc"}


def listed():
    found = requirements(LIST)
    if not found:
        raise Missing(f"{LIST} is empty")
    return found


def cited():
    found = {}
    for path in sorted((SOURCE / "tests").rglob("*")):
        if path.suffix in SUFFIXES and "node_modules" not in path.parts:
            for identifier in ID.findall(path.read_text(encoding="utf-8")):
                found.setdefault(identifier, path.relative_to(SOURCE))
    return found


@check("every requirement in force is cited by a test")
def covered():
    by = cited()
    for identifier, words in listed().items():
        if identifier not in by:
            yield f"{identifier} {words}"


@check("every requirement a test cites is in the list")
def known():
    prefixes = {identifier[:3] for identifier in listed()}
    for identifier, path in sorted(cited().items()):
        if identifier[:3] in prefixes and identifier not in listed():
            yield f"{path} cites {identifier}"


if __name__ == "__main__":
    main()
