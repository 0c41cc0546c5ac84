# SPDX-License-Identifier: Apache-2.0
"""What the drift checks share: where the tree is, and TAP.

A check is a generator of complaints; none means it holds. An input that is not
there is a complaint too (Missing), never a skip: a check that looks at nothing
must not pass. Only a tool that is not installed skips, and ./check refuses a
skip that tests/skips.txt does not list.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys

SOURCE = pathlib.Path(os.environ.get("top_srcdir", ".")).resolve()
BUILD = pathlib.Path(os.environ.get("top_builddir", ".")).resolve()

PRODUCT_ROOMS = ("libauthcode", "pam_authcode", "fetch", "server", "ctl")
CHECKS = []


class Missing(Exception):
    """An input of the check does not exist."""


def check(title):
    def register(function):
        CHECKS.append((title, function))
        return function
    return register


def files(rooms, *suffixes):
    """Every file below rooms with one of the suffixes, as paths inside the tree."""
    found = []
    for room in rooms:
        top = SOURCE / room
        for path in sorted(top.rglob("*")) if top.is_dir() else []:
            if path.is_file() and path.suffix in suffixes and "node_modules" not in path.parts:
                found.append(path.relative_to(SOURCE))
    if not found:
        raise Missing(f"no {' or '.join(suffixes)} file in {', '.join(rooms)}")
    return found


def text(path):
    whole = SOURCE / path
    if not whole.is_file():
        raise Missing(f"{path} is not there")
    return whole.read_text(encoding="utf-8")


def requirements(path):
    """A list of requirements, one a line: identifier to what is said of it."""
    found = {}
    for line in text(path).splitlines():
        if line and not line.startswith("#"):
            match = re.fullmatch(r"([A-Z]{2}-\d{2}) (.{5,})", line)
            if match is None:
                raise Missing(f"{path}: cannot read '{line}'")
            if match.group(1) in found:
                raise Missing(f"{path}: {match.group(1)} stands twice")
            found[match.group(1)] = match.group(2)
    return found


def built(path):
    whole = BUILD / path
    if not whole.is_file():
        raise Missing(f"{path} is not built")
    return whole


def program(name):
    """The real program behind libtool's wrapper script."""
    place = pathlib.Path(name)
    inside = BUILD / place.parent / ".libs" / place.name
    return inside if inside.is_file() else built(name)


def output_of(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0:
        raise Missing(f"{' '.join(map(str, command))}: {done.stderr.strip()}")
    return done.stdout


def without_comments(source):
    """C text with comments and string contents blanked, line numbers kept."""
    def blank(match):
        found = match.group(0)
        if found.startswith("/"):
            return re.sub(r"[^\n]", " ", found)
        return found[0] + " " * (len(found) - 2) + found[-1]
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, source,
                  flags=re.S)


def rows(path):
    """Lines `key: reason` of a list file; a row without a reason is refused."""
    listed = {}
    for line in text(path).splitlines():
        if not line or line.startswith("#"):
            continue
        key, colon, reason = line.partition(": ")
        if not colon or len(reason.split()) < 3:
            raise Missing(f"{path}: '{line}' gives no reason")
        listed[key] = reason
    return listed


def need_tool(name):
    if shutil.which(name) is None:
        print(f"1..0 # SKIP {name} is not installed")
        sys.exit(0)
    return name


def main():
    bad = 0
    print(f"1..{len(CHECKS)}")
    for number, (title, function) in enumerate(CHECKS, 1):
        try:
            complaints = list(function())
        except Missing as missing:
            complaints = [str(missing)]
        print(f"{'not ok' if complaints else 'ok'} {number} - {title}")
        for complaint in complaints:
            print(f"# {complaint}")
        bad += bool(complaints)
    sys.exit(1 if bad else 0)
