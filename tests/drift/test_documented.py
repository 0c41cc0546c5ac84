# SPDX-License-Identifier: Apache-2.0
"""Supported means it has a row, and every row has its line in the document of its kind."""
import re

from drift import Missing, built, check, files, main, output_of, text


def found(pattern, path, source=None):
    hits = sorted(set(re.findall(pattern, text(path) if source is None else source, re.M)))
    if not hits:
        raise Missing(f"{path}: no row found, the check reads the wrong place")
    return hits


@check("every route is in doc/protocol.md")
def routes():
    page = text("doc/protocol.md")
    for path in found(r'\.path = "([^"]*)"', "server/routes.c"):
        if f"`{path}" not in page:
            yield f"{path} is not described"


ERRORS = "libauthcode/protocol/oauth_error.c"


def error_rows():
    """name -> status, from the table."""
    return dict(found(r'^\t\[AC_\w+\] = \{\s*"([a-z_]+)",\s*(\d+)', ERRORS))


@check("every OAuth error is in doc/protocol.md with its status")
def errors():
    page = dict(re.findall(r"^\| `([a-z_]+)` \| (\d{3}) ", text("doc/protocol.md"), re.M))
    for name, status in error_rows().items():
        if page.get(name) != status:
            yield f"{name}: the page says {page.get(name, 'nothing')}, the table {status}"


@check("doc/protocol.md has no error that does not exist")
def no_ghosts():
    known = error_rows()
    for name in re.findall(r"^\| `([a-z_]+)` \| \d{3} ", text("doc/protocol.md"), re.M):
        if name not in known:
            yield f"{name} is in the page but not in the table"


@check("every configuration option is in authcode.conf(5), and no other")
def options():
    page = text("man/authcode.conf.5.scd")
    listing = output_of(str(built("authcoded")), "--help")
    names = found(r"^  (?:client\.|service\.|resource\.)?([a-z][a-z0-9_]+) ", "authcoded --help", listing)
    for name in names:
        if not re.search(rf"^\*{name}\*", page, re.M):
            yield f"{name} is not in the page"
    for name in re.findall(r"^\*([a-z][a-z0-9_]+)\* ", page, re.M):
        if name not in names and name not in ("client", "service", "resource"):
            yield f"{name} is in the page, but authcoded does not know it"


@check("every command and option of authcodectl is in authcodectl(8), and no other")
def commands():
    page = text("man/authcodectl.8.scd")
    listing = output_of(str(built("authcodectl")), "--help")
    names = found(r"^  ([a-z][a-z-]* [a-z][a-z-]*)", "authcodectl --help", listing)
    for name in names:
        if not re.search(rf"^\*{name}\*", page, re.M):
            yield f"{name} is not in the page"
    for name in re.findall(r"^\*([a-z][a-z-]* [a-z][a-z-]*)\*", page, re.M):
        if name not in names:
            yield f"{name} is in the page, but authcodectl does not know it"
    options = found(r"^  --([a-z-]+)", "authcodectl --help", listing)
    for name in options:
        if f"*--{name}*" not in page:
            yield f"--{name} is not in the page"
    for name in re.findall(r"\*--([a-z-]+)\*", page):
        if name not in options:
            yield f"--{name} is in the page, but authcodectl does not know it"


@check("every frame of the wire is in doc/pam-wire.md with its number")
def frames():
    page = text("doc/pam-wire.md")
    for name, number in re.findall(r"^\tAC_WIRE_(\w+) = (\d+)", text("pam_authcode/wire.h"), re.M):
        if not re.search(rf"^\|\s*`?{name}`?\s*\|\s*{number}\b|^\|\s*{number}\s*\|\s*`?{name}\b", page, re.M):
            yield f"{name} ({number}) has no row"


@check("every make target that HACKING.md names exists")
def targets():
    made = "\n".join(text(p) for p in files(("tests", "bench", "server", "man", "libauthcode"), ".mk")) + text("Makefile.am") + text("targets.mk")
    for name in sorted(set(re.findall(r"`make ([a-z_.-]+)`", text("HACKING.md")))):
        if name not in ("all", "check", "install", "dist", "distcheck", "clean") and \
                not re.search(rf"^{re.escape(name)}:", made, re.M):
            yield f"make {name} does not exist"


@check("every file a document names exists")
def names():
    for page in ("README.md", "ARCHITECTURE.md", "HACKING.md", "SECURITY.md", "doc/protocol.md"):
        for path in re.findall(r"`((?:libauthcode|pam_authcode|server|tests|man|doc)/[\w./-]+\.\w+)`", text(page)):
            try:
                text(path)
            except (Missing, UnicodeDecodeError) as problem:
                if isinstance(problem, Missing):
                    yield f"{page} names {path}"


if __name__ == "__main__":
    main()
