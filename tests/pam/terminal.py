# SPDX-License-Identifier: Apache-2.0
"""Programs on a terminal of their own, and directories with a PAM stack for them."""
import os
import pty
import select
import subprocess
import tempfile
import termios
import time

from drift import built

PATIENCE = 30


class Terminal:
    """A program with its standard input and output on a new terminal."""

    def __init__(self, command, **more):
        self.end, inner = pty.openpty()
        self.text = ""
        environment = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0:verify_asan_link_order=0"}
        self.process = subprocess.Popen(
            list(map(str, command)), stdin=inner, stdout=inner, env=environment, **{"stderr": subprocess.DEVNULL, **more})
        self.inner = inner

    def until(self, wanted):
        deadline = time.monotonic() + PATIENCE
        while wanted not in self.text and time.monotonic() < deadline:
            if select.select([self.end], [], [], 0.1)[0]:
                self.text += os.read(self.end, 4096).decode()
            elif self.process.poll() is not None:
                break
        return wanted in self.text

    def echoes(self):
        return bool(termios.tcgetattr(self.inner)[3] & termios.ECHO)

    def type(self, line):
        os.write(self.end, line.encode() + b"\n")

    def finish(self):
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        while select.select([self.end], [], [], 0.1)[0]:
            self.text += os.read(self.end, 4096).decode()
        os.close(self.end)
        os.close(self.inner)
        return self.process.returncode


def directory_with(auth, **services):
    directory = tempfile.TemporaryDirectory(prefix="authcode-terminal-")
    module = os.path.abspath(built("tests/pam/.libs/pam_ac_test.so"))
    for name, lines in (("stack", f"auth required {module} {auth}\naccount required {module}\n"),
                        ("other", "auth required pam_deny.so\naccount required pam_deny.so\n"),
                        *((name.replace("_", "-"), lines.replace("@T", module))
                          for name, lines in services.items())):
        with open(f"{directory.name}/{name}", "w", encoding="utf-8") as out:
            out.write(lines)
    return directory
