# SPDX-License-Identifier: Apache-2.0
"""What the built programs are made of: hardening, and which libraries they need."""
import os
import re

from drift import check, main, need_tool, output_of, program

READELF = need_tool("readelf")
PROGRAMS = ("authcoded", "authcode-login", "authcode-fetch")
LIBRARY = "libauthcode.so"
SANITIZED = "-fsanitize" in os.environ.get("DRIFT_CFLAGS", "")

# The root helper must reach no parser of the network, the daemon no PAM.
FORBIDDEN = {
    "authcode-login": ("crypto", "ssl", "gnutls", "jansson", "sqlite3", "microhttpd", "confuse", "authcode"),
    "authcoded": ("pam", "pam_misc", "curl"),
    "authcode-fetch": ("pam", "pam_misc", "jansson", "sqlite3", "microhttpd", "confuse", "authcode"),
}
REQUIRED = {"authcode-login": "pam", "authcoded": "microhttpd", "authcode-fetch": "curl"}


def needed(name):
    dynamic = output_of(READELF, "-dW", str(program(name)))
    return re.findall(r"\(NEEDED\).*\[lib([^\]]+?)(?:-[\d.]+)?\.so", dynamic)


@check("the root helper links no HTTP, JSON, TLS or SQL, the daemon no PAM and no way out")
def libraries():
    for name, forbidden in FORBIDDEN.items():
        found = needed(name)
        if REQUIRED[name] not in found:
            yield f"{name} needs {found}, where is lib{REQUIRED[name]}?"
        for library in set(found) & set(forbidden):
            yield f"{name} links lib{library}"


@check("programs are position independent")
def pie():
    for name in PROGRAMS:
        if not re.search(r"Type:\s+DYN", output_of(READELF, "-hW", str(program(name)))):
            yield f"{name} is not PIE"


@check("relocations are read-only and bound at start")
def relro():
    for name in (*PROGRAMS, LIBRARY):
        if "GNU_RELRO" not in output_of(READELF, "-lW", str(program(name))):
            yield f"{name}: no RELRO"
        if not re.search(r"BIND_NOW|Flags:.*\bNOW\b", output_of(READELF, "-dW", str(program(name)))):
            yield f"{name}: not bound at start"


@check("no stack and no writable segment is executable")
def no_exec():
    for name in (*PROGRAMS, LIBRARY):
        segments = output_of(READELF, "-lW", str(program(name)))
        stack = re.search(r"GNU_STACK.*", segments)
        if stack is None or "E" in stack.group(0).split()[-2]:
            yield f"{name}: executable stack"
        if re.search(r"^\s*LOAD\b.*\bRWE\b", segments, re.M):
            yield f"{name}: a segment is writable and executable"


@check("functions with buffers guard their stack and use checked copies")
def canaries():
    if SANITIZED:  # the sanitizer build has its own checks in their place
        return
    for name in PROGRAMS:
        symbols = output_of(READELF, "-sW", "--dyn-syms", str(program(name)))
        if "__stack_chk_fail" not in symbols:
            yield f"{name}: no stack protector"
        if not re.search(r"__\w+_chk\b", symbols.replace("__stack_chk_fail", "")):
            yield f"{name}: no fortified call"


@check("no program carries a search path for libraries")
def no_rpath():
    for name in PROGRAMS:
        dynamic = output_of(READELF, "-dW", str(program(name)))
        for path in re.findall(r"\((?:RPATH|RUNPATH)\).*\[(.*)\]", dynamic):
            # libtool names the build folder in what it runs from there, and libdir
            # when it is not one of the system's; anything else is a mistake
            if path not in (str(program(LIBRARY).parent), os.environ.get("DRIFT_LIBDIR")):
                yield f"{name}: {path}"


if __name__ == "__main__":
    main()
