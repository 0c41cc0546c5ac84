# SPDX-License-Identifier: Apache-2.0
"""The entries of tests/mutants fit the tree, and every requirement has one or a reason why not."""
import importlib.util

from drift import Missing, SOURCE, check, main, requirements

ENTRIES = "tests/mutants/mutants.txt"
WITHOUT = "tests/mutants/without.txt"
IN_FORCE = "tests/drift/requirements.txt"


def entries():
    spec = importlib.util.spec_from_file_location("run", SOURCE / "tests/mutants/run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = module.read(SOURCE / ENTRIES)
    if not found:
        raise Missing(f"{ENTRIES} is empty")
    return found


@check("every entry of the mutants fits its file")
def fits():
    for entry in entries():
        path = SOURCE / entry.path
        if not path.is_file() or entry.changed(path.read_text(encoding="utf-8")) is None:
            yield f"{entry}: what it takes out does not stand there exactly once"


@check("every test an entry of the mutants names is there")
def named():
    for entry in entries():
        for test in entry.tests:
            name = test.split("::")[0]
            if not (SOURCE / "tests" / (name if name.endswith(".py") else name + ".c")).is_file():
                yield f"{entry}: {test}"


@check("every requirement in force has an entry of the mutants, or a reason why not")
def broken():
    have = {identifier for entry in entries() for identifier in entry.identifiers}
    excused, in_force = requirements(WITHOUT), requirements(IN_FORCE)
    for identifier, words in in_force.items():
        if identifier not in have and identifier not in excused:
            yield f"{identifier} {words}"
    for identifier in sorted(excused):
        if identifier in have:
            yield f"{WITHOUT}: {identifier} has an entry"
        if identifier not in in_force:
            yield f"{WITHOUT}: {identifier} is not in force"


if __name__ == "__main__":
    main()
