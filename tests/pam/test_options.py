# SPDX-License-Identifier: Apache-2.0
"""The options of authcode-login, on the command line and in the file of --config."""
import os
import re
import socket
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "drift"))

from drift import built, check, main, text  # noqa: E402

COMMAND_LINE_ONLY = {"config", "inetd", "listen", "check", "passwd", "test", "through", "help", "version"}
USAGE, CONFIG = 64, 78


def run(*words):
    done = subprocess.run([built("authcode-login"), *words], stdin=subprocess.DEVNULL, timeout=30,
                          capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


class File:
    """A file of options in a directory of its own."""

    def __init__(self, content, mode=0o644):
        self.directory = tempfile.TemporaryDirectory(prefix="authcode-options-")
        self.path = f"{self.directory.name}/login.conf"
        with open(self.path, "wb") as out:
            out.write(content if isinstance(content, bytes) else content.encode())
        os.chmod(self.path, mode)

    def __enter__(self):
        return self.path

    def __exit__(self, *_):
        self.directory.cleanup()


def known():
    """name -> whether it takes a value, from --help"""
    listing = subprocess.run([built("authcode-login"), "--help"], check=True, timeout=30,
                             capture_output=True, text=True).stdout
    return {name: value != "" for name, value in
            re.findall(r"^  --([a-z-]+)( [A-Z]+)?", listing, re.M)}


# A frame as doc/pam-wire.md has it; START names a service, and CANON is the answer
# of a helper that may use it.
def text_field(value):
    return struct.pack(">H", len(value)) + value.encode()


def answer_to(service, *words):
    """The first byte that comes back for START, or None for the end."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, subprocess.Popen([built("authcode-login"), *words], stdin=theirs,
                                stderr=subprocess.DEVNULL) as process:
        theirs.close()
        ours.settimeout(20)
        ours.send(bytes([2]) + text_field(service) + text_field("nobody") + 3 * text_field(""))
        try:
            got = ours.recv(65536)
        except ConnectionResetError:
            got = b""
        ours.close()
        process.wait(30)
    return got[0] if got else None


@check("dist/login.conf has each option a file may hold, commented out, and no other")
def shipped():
    lines = re.findall(r"^#([a-z-]+)( \S+)?$", text("dist/login.conf"), re.M)
    options = known()
    for name in sorted((set(options) - COMMAND_LINE_ONLY) ^ {name for name, _ in lines}):
        yield f"{name} is not in both"
    for name, value in lines:
        if options.get(name) != bool(value):
            yield f"{name} and its value"
    with File(text("dist/login.conf")) as path:
        if run("--config", path, "--version") != (0, ""):
            yield "it is refused as it is"
    unknown = ("peer-user", "claims-user", "claims-command", "promptless")  # accounts and a service of the example
    with File("\n".join(f"{name}{value}" for name, value in lines if name not in unknown)) as path:
        if run("--config", path, "--version") != (0, ""):
            yield f"a line of it is refused: {run('--config', path, '--version')}"


@check("what stands in the file holds")
def holds():
    with File("# ours\n\n  service\tone # first\nservice two\nmin-uid 5\nallow-root\n") as path:
        for service, frame in (("one", 3), ("two", 3), ("three", None), ("authcode", None)):
            got = answer_to(service, "--config", path)
            if got != frame:
                yield f"{service}: {got}"


@check("the command line adds to the file and overrides it, wherever --config stands")
def order():
    with File("service one\nprompt-timeout 0007\n") as path:
        if run("--config", path, "--version")[0] != CONFIG:
            yield "a number with zeros in front was taken"
    with File("service one\npeer-user 12345\n") as path:
        own = ("--peer-user", str(os.geteuid()))
        for words in (("--service", "two", "--config", path, *own),
                      (*own, f"--config={path}", "--service", "two")):
            for service, frame in (("one", 3), ("two", 3), ("three", None)):
                got = answer_to(service, *words)
                if got != frame:
                    yield f"{words} {service}: {got}"
        if os.geteuid() != 0 and answer_to("one", "--config", path) is not None:
            yield "the peer of the file was not asked for"


@check("a line that is not understood is named with file and number")
def lines():
    rows = (("service", "needs a value"), ("allow-root yes", "takes no value"),
            ("servic x", "no such option"), ("--service x", "no such option"),
            ("Service x", "not a name"), ("service=x", "not a name"), ("min-uid -1", "does not take"),
            ("min-uid x", "does not take"), ("service ../x", "does not take"),
            ("service a b", "does not take"), ("env A-B", "does not take"),
            ("env 1A", "does not take"), ("env A=b", "does not take"),
            ("claims-command bin/x", "does not take"), ("claims-user root", "does not take"),
            ("claims-user no-such-user", "does not take"), ("timeout 0", "does not take"),
            ("service a\x01", "not a name"), ("service a\r", "not a name"), ("service a\0b", "not a name"),
            ("service \udcff", "not a name"), ("#" + 1000 * "x", "not a name"),
            ("confdir a\tb", "not a name"),
            *((name, "no such option") for name in sorted(COMMAND_LINE_ONLY)))
    for line, says in rows:
        with File(f"# one\nservice one\n{line}\n".encode("utf-8", "surrogateescape")) as path:
            status, said = run("--config", path, "--version")
            if status != CONFIG or f"{path}:3: " not in said or says not in said:
                yield f"{line!r}: {status}, {said}"


@check("a file that others can have written is refused by its name")
def refused():
    for mode in (0o664, 0o646, 0o666, 0o602):
        with File("service one\n", mode) as path:
            status, said = run("--config", path, "--version")
            if status != CONFIG or f"{path}: others" not in said:
                yield f"{mode:o}: {status}, {said}"
    if os.geteuid() == 0:
        with File("service one\n") as path:
            os.chown(path, 65534, -1)
            if run("--config", path, "--version")[0] != CONFIG:
                yield "another owner"
    with File("service one\n") as path:
        directory = os.path.dirname(path)
        os.mkfifo(f"{directory}/fifo")
        for name in (f"{directory}/fifo", directory, f"{directory}/absent", ""):
            status, said = run("--config", name, "--version")
            if status != CONFIG or f"{name}: " not in said:
                yield f"{name}: {status}, {said}"
    with File("#" + 900 * "x" + "\n" + 72 * ("#" + 900 * "x" + "\n")) as path:
        status, said = run("--config", path, "--version")
        if status != CONFIG or "too large" not in said:
            yield f"over 64 KiB: {status}, {said}"


@check("a command of claims needs a user of its own, where the helper is root")
def claims_user():
    with File("claims-command /bin/true\n") as path:
        for words in (["--claims-command", "/bin/true"], ["--config", path]):
            status, said = run(*words)
            if os.geteuid() == 0 and (status != USAGE or "needs --claims-user" not in said):
                yield f"{words}: {status}, {said}"
            status, said = run(*words, "--claims-user", "nobody", "--promptless", "none")
            if status != USAGE or "is no --service" not in said:
                yield f"{words} with a user: {status}, {said}"


@check("a service has a name that leaves room for -check, and whoever gives a longer one is told")
def service_names():
    longest, says = 58 * "n", "at most 58 bytes"
    with File(f"service {longest}\n") as path:
        for words in (("--service", longest), ("--config", path)):
            if answer_to(longest, *words) != 3:
                yield f"{words}: refused"
    with File(f"service {longest}n\n") as path:
        status, said = run("--config", path, "--version")
        if status != CONFIG or f"{path}:1: " not in said or says not in said:
            yield f"file: {status}, {said}"
    for words in (("--service", longest + "n"), ("--test", longest + "n", "alice")):
        status, said = run(*words)
        if status != USAGE or f'{words[0]} does not take "{longest}n"' not in said or says not in said:
            yield f"{words}: {status}, {said}"


@check("what is wrong on the command line is wrong")
def command_line():
    with File("service one\n") as path:
        for words in (["--config"], ["--config", path, "--config", path], ["--env", ""],
                      ["--env", "A", "--env", "9"], ["--claims-user", "root"],
                      ["--claims-command", "claims"], ["--no-such-option"], ["word"],
                      ["--config", path, "--promptless", "two"],
                      [part for i in range(33) for part in ("--env", f"A{i}")]):
            status, said = run(*words)
            if status != USAGE or not said:
                yield f"{words}: {status}, {said}"


if __name__ == "__main__":
    main()
