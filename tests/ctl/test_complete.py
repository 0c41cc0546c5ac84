# SPDX-License-Identifier: Apache-2.0
"""Completion: what the program offers, and what bash makes of it."""
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "drift"))

from drift import SOURCE, built, check, main  # noqa: E402


def offered(*words):
    done = subprocess.run([built("authcodectl"), "--complete", *words], stdin=subprocess.DEVNULL, timeout=30,
                          capture_output=True, text=True, check=True)
    assert done.stderr == "", done.stderr
    return done.stdout.splitlines()


def rows():
    listing = subprocess.run([built("authcodectl"), "--help"], timeout=30, capture_output=True, text=True,
                             check=True).stdout
    return re.findall(r"^  ([a-z][a-z-]*) (?:([a-z][a-z-]*) )?", listing, re.M)


@check("every group and every verb is offered, once")
def all_rows():
    groups = offered("")
    if sorted(groups) != sorted({group for group, _ in rows()}):
        yield f"groups: {groups}"
    for group in groups:
        verbs = offered(group, "")
        if sorted(verbs) != sorted(verb for other, verb in rows() if other == group and verb):
            yield f"{group}: {verbs}"


CASES = [
    (["ke"], ["key"]),
    (["key", "ro"], ["rotate"]),
    (["nothing-like-it"], []),
    (["key", "x"], []),
    (["pam"], ["pam-test"]),
    (["pam-test", ""], []),
    (["pam-test", "--se"], ["--service"]),
    (["pam-test", "alice", "--d"], ["--direct"]),
    (["pam-test", "--helper", ""], [":file"]),
    (["nothing", ""], []),
    (["key", "rotate", "--a"], ["--at-once"]),
    (["key", "list", "--a"], []),
    (["--j"], ["--json"]),
    (["--at"], []),  # belongs to a command that was not typed yet
    (["--json", "--socket", "/x", "key", "li"], ["list"]),
    (["--socket=/x", "key", "li"], ["list"]),
    (["--socket", "k"], [":file"]),
    (["key", "--socket", "x", "li"], ["list"]),
    (["user", "relink", "a", ""], []),
    (["-"], ["--socket", "--json", "--help", "--version"]),
    ([], None),  # all groups
]


@check("what has been typed decides what is offered")
def cases():
    for words, expected in CASES:
        got = offered(*words)
        if expected is None:
            expected = offered("")
        if got[:len(expected)] != expected or (len(got) != len(expected) and words != ["-"]):
            yield f"{words}: {got}"


SHELL = """
source "$1"
shift
COMP_WORDS=(authcodectl "$@")
COMP_CWORD=$#
compopt() { :; }
_authcodectl authcodectl "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


def bash(*words, cwd=None):
    path = f"{built('authcodectl').parent}:{os.environ['PATH']}"
    done = subprocess.run(["bash", "--norc", "-c", SHELL, "bash", SOURCE / "dist/completions/authcodectl.bash", *words],
                          env={**os.environ, "PATH": path}, timeout=30, capture_output=True, text=True, check=True,
                          cwd=cwd)
    assert done.stderr == "", done.stderr
    return done.stdout.split()


@check("bash completes what the program offers, and names of files")
def in_bash():
    for words, expected in ((["key", "ro"], ["rotate"]), (["--js"], ["--json"]), (["nothing", ""], []),
                            (["user", "relink", "$(touch pwned)", ""], [])):
        got = bash(*words)
        if got != expected:
            yield f"{words}: {got}"
    with tempfile.TemporaryDirectory() as directory:
        open(f"{directory}/admin.sock", "w", encoding="ascii").close()
        got = bash("--socket", "adm", cwd=directory)
        if got != ["admin.sock"] or os.listdir(directory) != ["admin.sock"]:
            yield f"files: {got}, {os.listdir(directory)}"


if __name__ == "__main__":
    main()
