# SPDX-License-Identifier: Apache-2.0
"""unit_client.py USER PASSWORD NEW: what the daemon asks of the sockets, as the user _authcode.

Runs where systemd has the units; NEW is what USER, whose password has expired, changes it to.
Each line says what is shown; the first thing that is not so ends it.
"""
import errno
import os
import pwd
import re
import socket
import struct
import subprocess
import sys
import time

START, CANON, GO, PROMPT, ANSWER, RESULT, CHECK, CHECKED = range(2, 10)
DENIED, OK, UNAVAILABLE, CHANGE_DUE = range(4)
LOCKS = "/run/authcode-login"


def field(text):
    return struct.pack("!H", len(text)) + text.encode()


def connect(entry):
    raw = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    raw.settimeout(30)
    raw.connect(f"/run/authcode/{entry}.sock")
    return raw


def receive(raw, kinds):
    frame = raw.recv(1 << 16)
    if not frame:
        raise EOFError("the helper hung up")
    assert frame[0] in kinds, frame
    return frame


def converse(entry, user, answers, ticket="", meanwhile=None):
    """The verdict, and the ticket that came with it."""
    with connect(entry) as raw:
        raw.send(bytes([START]) + b"".join(map(field, ("authcode", user, "192.0.2.7", "", ticket))))
        receive(raw, [CANON])
        if meanwhile:
            meanwhile()
        raw.send(bytes([GO]))
        frame = receive(raw, [PROMPT, RESULT])
        for text in answers:
            if frame[0] == RESULT:
                break
            raw.send(bytes([ANSWER]) + field(text))
            frame = receive(raw, [PROMPT, RESULT])
        assert frame[0] == RESULT, frame
        found = re.search(rb"[\w-]{43}$", frame)
        return frame[1], found.group(0).decode() if found else ""


def check(user):
    with connect("check") as raw:
        raw.send(bytes([CHECK]) + field("authcode-check") + field(user) + struct.pack("!I", pwd.getpwnam(user).pw_uid) + b"\0")
        return receive(raw, [CHECKED])[1]


def units(pattern):
    listed = subprocess.run(["systemctl", "--no-legend", "--plain", "--all", "list-units", pattern],
                            capture_output=True, text=True, timeout=30, check=True)
    return [line.split()[0] for line in listed.stdout.splitlines()]


def show(what, good):
    print(("good: " if good else "BAD: ") + what, flush=True)
    if not good:
        sys.exit(1)


def bounded(entry, capabilities, may_write):
    """Looks at the process of an entry while it waits; as root."""
    def look():
        unit, = units(f"authcode-{entry}@*.service")
        pid = subprocess.run(["systemctl", "show", "-P", "MainPID", unit], capture_output=True, text=True, timeout=30,
                             check=True).stdout.strip()
        with open(f"/proc/{pid}/status", encoding="ascii") as opened:
            status = dict(re.findall(r"^(\w+):\t(\S+)", opened.read(), re.M))
        show(f"{entry} has no more capabilities than {capabilities}", int(status["CapBnd"], 16) ==
             sum(1 << number for number in capabilities.values()))
        show(f"{entry} is under a filter and gains no privileges", status["Seccomp"] == "2" and status["NoNewPrivs"] == "1")
        places = ("/", "/etc", "/usr", "/usr/local/etc", "/var", "/run", "/run/authcode", LOCKS, "/home", "/root")
        writable = [at for at in places if can_write(f"/proc/{pid}/root{at}")]
        show(f"{entry} can write to {writable} alone", writable == may_write)
    return look


def can_write(place):
    """Through the mounts of the process whose root it is below; root's own rights are not in the way."""
    try:
        with open(f"{place}/.written", "xb"):
            os.unlink(f"{place}/.written")
        return True
    except OSError as error:
        assert error.errno in (errno.EROFS, errno.ENOENT, errno.EACCES), error
        return False


def soon(condition, patience=30.0):
    until = time.monotonic() + patience
    while time.monotonic() < until:
        try:
            if condition():
                return True
        except (EOFError, ConnectionError):
            pass  # busy
        time.sleep(0.1)
    return False


def as_daemon(work):
    """Runs work in a child that is the user _authcode."""
    account = pwd.getpwnam("_authcode")
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        try:
            os.setgroups([])
            os.setgid(account.pw_gid)
            os.setuid(account.pw_uid)
            work()
            os._exit(0)
        except SystemExit as end:
            os._exit(end.code)
        except BaseException as error:  # noqa: B902, the parent is told by the status
            print("BAD:", repr(error), flush=True)
            os._exit(1)
    if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) != 0:
        sys.exit(1)


def fetch():
    """A request for a URL that no administrator has registered, and its refusal (fetch/wire.h)."""
    url = b"https://127.0.0.1/"
    with connect("fetch") as raw:
        raw.send(struct.pack("=BBHIII", 2, 0, 0, 1, len(url), 0) + url)
        return raw.recv(70000)[:2] == bytes([3, 2])


def main():
    user, password, new = sys.argv[1:]
    small = {"CAP_DAC_READ_SEARCH": 2, "CAP_AUDIT_WRITE": 29}
    # Root may connect too, and only root can look.
    show("an expired password is told to its owner", converse(
        "login", user, [password], meanwhile=bounded("login", small, [LOCKS]))[0] == CHANGE_DUE)

    def refused(other):
        try:
            return converse("passwd", user, [], other)[0] == DENIED
        except (EOFError, ConnectionError):
            return True

    def change():
        show("a wrong password is refused", converse("login", user, ["wrong"]) == (DENIED, ""))
        verdict, ticket = converse("login", user, [password])
        show("with the right one there is a ticket", verdict == CHANGE_DUE and len(ticket) == 43)
        show("nobody is asked with another", refused("x" * 43) and refused(""))
        show("the password is changed", converse("passwd", user, [password, new, new], ticket)[0] == OK)
        show("the new one signs in", converse("login", user, [new])[0] == OK)
        show("the old one does not", converse("login", user, [password])[0] == DENIED)
        show("the account is good", check(user) == OK)
        for _ in range(300):
            connect("login").close()
        show("authcode-fetch answers the daemon, and goes to no address of this host", fetch())
        show("three hundred who hang up are over soon", soon(lambda: converse("login", user, [new])[0] == OK))

    as_daemon(change)
    subprocess.run(["chage", "-d", "0", user], check=True)
    _, ticket = converse("login", user, [new])
    show("the change is walled in as well", converse(
        "passwd", user, [new, password, password], ticket,
        meanwhile=bounded("passwd", {**small, "CAP_CHOWN": 0}, ["/etc", LOCKS]))[0] == OK)

    def stranger():
        os.setuid(pwd.getpwnam("nobody").pw_uid)
        try:
            connect("login")
        except PermissionError:
            return
        sys.exit(1)

    pid = os.fork()
    if pid == 0:
        os.setgroups([])
        os.setgid(pwd.getpwnam("nobody").pw_gid)
        stranger()
        os._exit(0)
    show("nobody else can connect", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0)
    show("of all that no unit is left", soon(lambda: units("authcode-*@*.service") == []))
    show("every socket listens on", len(units("authcode-*.socket")) == 4)


if __name__ == "__main__":
    main()
