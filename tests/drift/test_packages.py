# SPDX-License-Identifier: Apache-2.0
"""The packages of Debian and the RPM spec keep up with the tree."""
import pathlib
import re
import subprocess
import tempfile

from drift import SOURCE, Missing, check, files, main, text

SYMBOLS = "debian/libauthcode0.symbols"
SPEC = "dist/rpm/authcode.spec"
RULES = "debian/rules"
# Enabled by an administrator, never by a package.
OPTIONAL = {"authcoded.socket"}


def only(pattern, path):
    found = re.search(pattern, text(path), re.M)
    if found is None:
        raise Missing(f"{path}: no line like {pattern}")
    return found.group(1)


@check("the symbols of libauthcode0 are the public functions")
def symbols():
    version = only(r"^AC_INIT\(\[authcode\], \[([^\]]+)\]", "configure.ac")
    prototype = re.compile(r"^AUTHCODE_API\b[^;]*?\b(authcode_\w+)\s*\(", re.M)
    declared = {name for path in files(("libauthcode/include",), ".h") for name in prototype.findall(text(path))}
    listed = set(re.findall(r"^ (authcode_\w+)@LIBAUTHCODE_0 \S+$", text(SYMBOLS), re.M))
    for name in sorted(declared - listed):
        yield f"{SYMBOLS} lacks the line ` {name}@LIBAUTHCODE_0 {version}`"
    for name in sorted(listed - declared):
        yield f"{SYMBOLS} has {name}, which is gone"


@check("the version is one")
def version():
    ours = only(r"^AC_INIT\(\[authcode\], \[([^\]]+)\]", "configure.ac")
    for path, pattern in (("debian/changelog", r"\Aauthcode \(([^)]+)\)"), (SPEC, r"^Version: +(\S+)$")):
        if only(pattern, path) != ours:
            yield f"{path} says {only(pattern, path)}, configure.ac {ours}"


@check("the packages enable every unit that is to be enabled")
def units():
    every = set(re.findall(r"dist/systemd/([\w-]+\.(?:socket|service))\.in", text("dist/local.mk")))
    if "authcoded.service" not in every:
        raise Missing("dist/local.mk: no unit found")
    spec = set(only(r"^%global units (.*)$", SPEC).split())
    rules = text(RULES)
    quiet = set(re.findall(r"[\w-]+\.(?:socket|service)", only(r"^\tdh_installsystemd .*--no-enable(.*)$", RULES)))
    loud = set(re.findall(r"[\w-]+\.(?:socket|service)", rules)) - quiet
    for path, enabled in ((SPEC, spec), (RULES, loud)):
        if enabled != every - OPTIONAL:
            yield f"{path}: {sorted(enabled ^ (every - OPTIONAL))}"
    if quiet != OPTIONAL:
        yield f"{RULES} leaves to the administrator {sorted(quiet)}"


@check("every place that make install has for the server's files is in the packages")
def places():
    roots = {"prefix": "usr", "datadir": "usr/share", "pkgdatadir": "usr/share/authcode"}
    macros = {"%{_sysusersdir}": "usr/lib/sysusers.d", "%{_tmpfilesdir}": "usr/lib/tmpfiles.d", "%{_prefix}": "usr",
              "%{_datadir}": "usr/share"}
    found = re.findall(r"^\w+dir = \$\((\w+)\)/(\S+)$", text("dist/local.mk"), re.M)
    made = {f"{roots[root]}/{rest}" for root, rest in found if root in roots}
    if "usr/lib/sysusers.d" not in made:
        raise Missing("dist/local.mk: no place found")
    listed = text(SPEC).partition("\n%files\n")[2]
    for macro, place in macros.items():
        listed = listed.replace(macro, place)
    for path, lines in (("debian/authcode-server.install", text("debian/authcode-server.install").splitlines()),
                        (SPEC, listed.splitlines())):
        has = [line.split()[0] for line in lines if line.startswith("usr/")]
        for place in sorted(made):
            if not any(place.startswith(each) or each.startswith(place + "/") for each in has):
                yield f"{path} lacks {place}"


@check("what the Debian packages are built from is in the tarball")
def packed():
    made = text("dist/packages.mk")
    # what a build leaves there is in folders
    for path in files(("debian",), "", ".docs", ".install", ".links", ".symbols", ".examples", ".postrm"):
        if len(path.parts) == 2 and f"\t{path} \\" not in made:
            yield f"{path} is not in dist/packages.mk"


# write_pam of ./run alone: the script without its last line, which runs it.
WRITE_PAM = """source <(sed '$d' "$0")
work=$1 pam_system=$2
write_pam
"""
# The name of a stack in a service, behind what makes it one.
STACK = re.compile(r"^(@include +|(?:auth|account|password) +(?:include|substack) +)(?=[a-z])", re.M)


def written_by_run(stacks):
    """What ./run writes on a system that has these stacks and no other, and where they are; or nothing and why."""
    with tempfile.TemporaryDirectory() as directory:
        work, system = pathlib.Path(directory) / "work", pathlib.Path(directory) / "pam.d"
        for place in (work, system):
            place.mkdir()
        for stack in stacks:
            (system / stack).write_text("")
        done = subprocess.run(["bash", "-c", WRITE_PAM, SOURCE / "run", work, system], capture_output=True, text=True,
                              timeout=60, check=False)
        if done.returncode != 0:
            return {}, done.stderr
        return {path.name: path.read_text() for path in (work / "pam").iterdir()}, str(system)


@check("./run tries the PAM services of dist/pam, with nothing but the places of what they include changed")
def pam_of_run():
    if text("run").splitlines()[-1] != 'main "$@"':
        raise Missing("run: its last line is another one")
    for shipped, stacks in (("dist/pam", {"common-auth", "common-account", "common-password"}),
                            ("dist/pam/fedora", {"system-auth"})):
        written, system = written_by_run(stacks)
        if set(written) != {"authcode", "authcode-check", "other"}:
            yield f"{shipped}: ./run writes {sorted(written)}: {system}"
            continue
        for service in ("authcode", "authcode-check"):
            wanted = STACK.sub(lambda row: f"{row[1]}{system}/", text(f"{shipped}/{service}"))
            if written[service] != wanted:
                yield f"{service}: ./run writes\n{written[service]}and {shipped} has\n{wanted}"
        for missing in stacks:
            written, said = written_by_run(stacks - {missing})
            if written or "is not there; give --pam-confdir" not in said:
                yield f"without {missing} ./run writes {sorted(written)}: {said}"


if __name__ == "__main__":
    main()
