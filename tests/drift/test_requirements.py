# SPDX-License-Identifier: Apache-2.0
"""Every requirement is in force or known not to be built; each in force is cited by a test, and no other is."""
import re

from drift import Missing, SOURCE, check, main, requirements

LIST = "tests/drift/requirements.txt"
NOT_BUILT = "tests/drift/requirements_not_built.txt"
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


# How many requirements each group has, in force or not built yet.
SIZES = {"AZ": 46, "RU": 14, "PK": 10, "IS": 3, "CO": 12, "TK": 18, "CA": 25, "RT": 15, "CC": 4, "DV": 11, "RV": 7,
         "IN": 9, "UI": 15, "ID": 19, "MD": 15, "JW": 10, "AT": 9, "RI": 5, "LO": 12, "BC": 9, "SU": 5, "CR": 7,
         "LS": 8, "BP": 27}


@check("every requirement of the groups is in force, or known not to be built")
def whole():
    in_force, missing = listed(), requirements(NOT_BUILT)
    for group, size in SIZES.items():
        for number in range(1, size + 1):
            identifier = f"{group}-{number:02d}"
            if (identifier in in_force) == (identifier in missing):
                yield f"{identifier} stands in {'both lists' if identifier in in_force else 'neither list'}"
    for identifier in {**in_force, **missing}:
        if int(identifier[3:]) > SIZES.get(identifier[:2], 0):
            yield f"{identifier} is of no group that is known"


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
