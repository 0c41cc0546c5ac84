# SPDX-License-Identifier: Apache-2.0
"""doc/examples/claims_sssd.py with a busctl that answers as SSSD does."""
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "drift"))

from drift import SOURCE, check, main  # noqa: E402

WANTED = ["--system", "--json=short", "--timeout=4", "call", "org.freedesktop.sssd.infopipe",
          "/org/freedesktop/sssd/infopipe", "org.freedesktop.sssd.infopipe", "GetUserAttr", "sas",
          "alice", "3", "mail", "givenName", "sn"]


def run(reply, status=0):
    """(exit status, output, what busctl was called with)"""
    with tempfile.TemporaryDirectory(prefix="authcode-claims-") as directory:
        with open(f"{directory}/busctl", "w", encoding="utf-8") as out:
            out.write(f"#!/bin/sh\nprintf '%s\\n' \"$@\" >{directory}/words\ncat {directory}/reply\n"
                      f"exit {status}\n")
        os.chmod(f"{directory}/busctl", 0o755)
        with open(f"{directory}/reply", "w", encoding="utf-8") as out:
            out.write(reply)
        done = subprocess.run([sys.executable, SOURCE / "doc/examples/claims_sssd.py", "alice", "1000"],
                              env={"PATH": f"{directory}:/usr/bin:/bin"}, capture_output=True,
                              text=True, timeout=30, check=False)
        with open(f"{directory}/words", encoding="utf-8") as words:
            return done.returncode, done.stdout, words.read().splitlines()


def reply_of(**values):
    return json.dumps({"type": "a{sv}", "data": [
        {name: {"type": "as", "data": value} for name, value in values.items()}]})


@check("mail and names become claims, the first value of each")
def known():
    status, output, words = run(reply_of(mail=["a@example.org", "b@example.org"],
                                         givenName=["Älice"], sn=["Example"]))
    if status != 0 or words != WANTED:
        yield f"{status}, {words}"
    if json.loads(output) != {"email": "a@example.org", "given_name": "Älice",
                              "family_name": "Example"}:
        yield output


@check("what SSSD does not know is left out")
def unknown():
    for values in ({}, {"mail": []}):
        status, output, _ = run(reply_of(**values))
        if status != 0 or json.loads(output) != {}:
            yield f"{status}: {output}"


@check("a refusal of SSSD and an answer of another form are failures")
def refused():
    for reply, status in (("", 1), (reply_of(mail=["a@example.org"]), 1), ("no json", 0), ("{}", 0)):
        code, output, _ = run(reply, status)
        if code == 0 or output:
            yield f"{reply!r} {status}: {code}, {output}"


if __name__ == "__main__":
    main()
