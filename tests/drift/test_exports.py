# SPDX-License-Identifier: Apache-2.0
"""The shared library exports its public headers: nothing more, nothing less."""
import re

from drift import Missing, check, files, main, need_tool, output_of, program, text

LIBRARY = "libauthcode.so"
# A prototype: everything from AUTHCODE_API to the semicolon.
PROTOTYPE = re.compile(r"^AUTHCODE_API\b[^;]*?\b(authcode_\w+)\s*\(", re.M)


def exported():
    listing = output_of(need_tool("nm"), "-D", "--defined-only", str(program(LIBRARY)))
    names = {line.split()[-1].split("@")[0] for line in listing.splitlines() if " A " not in line}
    if not names:
        raise Missing(f"{LIBRARY} exports nothing")
    return names


def declared():
    return {name for path in files(("libauthcode/include",), ".h")
            for name in PROTOTYPE.findall(text(path))}


@check("only authcode_* leaves the library")
def prefix():
    for name in sorted(exported()):
        if not name.startswith("authcode_"):
            yield f"{name} is exported"


@check("every export is declared in a public header")
def no_secret_exports():
    for name in sorted(exported() - declared()):
        yield f"{name} is exported but declared nowhere"


@check("every declared function is exported")
def no_empty_promises():
    for name in sorted(declared() - exported()):
        yield f"{name} is declared but not in {LIBRARY}"


@check("every public function has a comment above it")
def documented():
    for path in files(("libauthcode/include",), ".h"):
        lines = text(path).splitlines()
        for number, line in enumerate(lines):
            if not line.startswith("AUTHCODE_API"):
                continue
            above = number - 1
            # One comment may stand above a group: the lines between are prototypes.
            while above >= 0 and lines[above] and not lines[above].endswith("*/"):
                above -= 1
            if above < 0 or not lines[above].endswith("*/"):
                yield f"{path}:{number + 1}: no comment above {line}"


if __name__ == "__main__":
    main()
