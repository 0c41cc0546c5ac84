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


def option_rows():
    """Of the configuration file: (section, name, type, reload or restart, default, allowed, help)."""
    listing = output_of(str(built("authcoded")), "--list-options")
    rows = [tuple(line.split("\t")) for line in listing.splitlines()]
    if len(rows) < 90 or any(len(row) != 7 for row in rows):
        raise Missing("authcoded --list-options: no table")
    return rows


CONF_SECTIONS = {"": "THE SERVER", "client": "CLIENTS", "service": "SERVICES", "resource": "RESOURCES"}


def conf_paragraphs():
    """(section, name) -> what authcode.conf(5) says, without the marks and line ends."""
    page, said = text("man/authcode.conf.5.scd"), {}
    for section, title in CONF_SECTIONS.items():
        part = page.split(f"# {title}\n", 1)[1].split("\n# ", 1)[0]
        for block in re.split(r"(?m)^(?=\*[a-z_0-9]+\* = )", part)[1:]:
            name = re.match(r"\*([a-z_0-9]+)\* ", block)[1]
            said[section, name] = " ".join(re.sub(r"[*\\]", "", block).split())
        for name in re.findall(r"\*([a-z_0-9]+)\*", part):  # "may also stand in such a block"
            if (section, name) not in said:
                said[section, name] = said.get(("client", name)) or said.get(("", name), "")
    return said


def plain(words):
    return re.sub(r"[_\\]", "", words)


def spellings(seconds):
    """How a time may be written."""
    units = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))
    return {f"{seconds // unit}{name}" for name, unit in units if seconds % unit == 0}


@check("authcode.conf(5) says of every option of the server whether it needs a restart")
def restarts():
    said = conf_paragraphs()
    for section, name, _, change, *_ in option_rows():
        if section == "" and ("Needs a restart." in said.get((section, name), "")) != (change == "restart"):
            yield f"{name}: the row says {change}"


@check("authcode.conf(5) names the default of every option that has one")
def defaults():
    said = conf_paragraphs()
    for section, name, _, _, default, *_ in option_rows():
        found = re.search(r"Default: (.*?)\.(?: |$)", said.get((section, name), ""))
        if default and (found is None or plain(found[1]) != plain(default)):
            yield f"{section} {name}: the row has {default}, the page {found[1] if found else 'none'}"
        own = section == "" or said.get(("", name)) != said.get((section, name))
        if not default and own and found and re.fullmatch(r"\d+\w*", found[1]):
            yield f"{section} {name}: the page has {found[1]}, the row none"


@check("authcode.conf(5) names every word and every limit that a row has")
def allowed_values():
    said = conf_paragraphs()
    for section, name, kind, _, _, allowed, _ in option_rows():
        page = said.get((section, name), "")
        if kind in ("word", "list") and re.fullmatch(r"\w+(?:, \w+)* or \w+", allowed):
            words = re.split(r", | or ", allowed)
            wanted = [{word} for word in words]
        elif kind == "number":
            wanted = [{re.search(r"to (\d+)", allowed)[1]}]
        elif kind == "duration":
            wanted = [spellings(int(re.search(r"to (\d+)s", allowed)[1]))]
        else:
            continue
        for options in wanted:
            if not any(re.search(rf"(?<![\w.]){re.escape(option)}(?!\w)", plain(page)) for option in map(plain, options)):
                yield f"{section} {name}: {' or '.join(sorted(options))} is not in the page"


@check("every option of the sample has a row, and what stands behind = is the default where there is one")
def sample():
    rows = {(section, name): (kind, default) for section, name, kind, _, default, *_ in option_rows()}
    section, seen = "", set()
    for line in text("dist/authcode.conf").splitlines():
        block = re.match(r"#?(client|service|resource) ", line)
        if block:
            section = block[1]
        elif re.match(r"#?\}", line):
            section = ""
        setting = re.match(r"#?\t?([a-z_0-9]+) = (.*)$", line)
        if not setting:
            continue
        key, value = (section, setting[1]), setting[2]
        seen.add(key)
        if key not in rows:
            yield f"{line}: no such option"
            continue
        kind, default = rows[key]
        bare = re.sub(r"['\"{} ]", "", value)
        if default and key != ("", "issuer") and bare != default.replace(" ", ""):
            yield f"{line}: the default is {default}"
    for key in sorted(set(rows) - seen):
        yield f"{' '.join(key)} is not in the sample"


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
