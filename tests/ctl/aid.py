# SPDX-License-Identifier: Apache-2.0
"""What the scripts about authcodectl share: where the build is, and TAP, a line for each thing that is looked at."""
import os
import pathlib
import shlex
import sys

BUILD = pathlib.Path(os.environ.get("top_builddir") or ".").resolve()
SOURCE = pathlib.Path(os.environ.get("top_srcdir") or ".").resolve()
RESULTS = []


def check(name, good, more=""):
    RESULTS.append(bool(good))
    print(f"{'ok' if good else 'not ok'} {len(RESULTS)} - {name}")
    if not good:
        print("#", str(more).replace("\n", "\n# "))


def finish():
    """The plan, and the exit status: nothing that was looked at is a failure too."""
    print(f"1..{len(RESULTS)}")
    sys.exit(not RESULTS or not all(RESULTS))


def made(name):
    """A constant of the build: ctl/local.mk has it from configure."""
    words = shlex.split((BUILD / "Makefile").read_text().split(f"\n{name} = ", 1)[1].split("\n", 1)[0])
    text = words[0]
    while "${" in text or "$(" in text:
        for other in ("prefix", "exec_prefix", "sysconfdir", "sbindir", "bindir", "datadir", "datarootdir", "pkgdatadir", "PACKAGE"):
            if f"${{{other}}}" in text or f"$({other})" in text:
                value = made(other)
                text = text.replace(f"${{{other}}}", value).replace(f"$({other})", value)
    return text
