# SPDX-License-Identifier: Apache-2.0
"""Hosts whose PAM services are the test's own, and a helper that is no helper.

In a stack @T is the tests' own PAM module, @D the directory of the host. Each service
has a client of its name.
"""
import os
import pwd
import socket
import struct
import threading
import time

from host import BUILD, CALLBACK, USER, Host

MODULE = BUILD / "tests/pam/.libs/pam_ac_test.so"
CLIENT = """
client "{name}" {{
	client_secret_file = "{secret}"
	redirect_uris = {{"{callback}"}}
	scope = "profile"
	trusted = yes
	pam_service = "{name}"
}}
"""
# Accounts that are not the one who signs in: each has a lock of its own in the helper.
OTHERS = sorted({entry.pw_name for entry in pwd.getpwall()} - {USER, "root"})


class StackHost(Host):
    def __init__(self, stacks, extra="", options=(), **more):
        self.stacks = stacks
        self.options = options
        super().__init__(extra=extra, **more)
        self.services += stacks

    def write_config(self, extra=""):
        super().write_config(extra + "".join(
            CLIENT.format(name=name, secret=self.directory / "secret", callback=CALLBACK) for name in self.stacks))

    def write_pam(self):
        super().write_pam()
        for name, rows in self.stacks.items():
            rows = rows.replace("@T", str(MODULE)).replace("@D", str(self.directory))
            (self.directory / "pam" / name).write_text(rows)

    def helper_words(self, path, *more):
        return super().helper_words(path, *more, *self.options)

    def children(self):
        """The processes the listener has started and not yet waited for."""
        with open(f"/proc/{self.helper.pid}/task/{self.helper.pid}/children", encoding="ascii") as listed:
            return [int(pid) for pid in listed.read().split()]


def descriptors(pid):
    """But for those of the database, of which more are kept when more requests have come side by side."""
    count = 0
    for number in os.listdir(f"/proc/{pid}/fd"):
        try:
            count += "/authcode.db" not in os.readlink(f"/proc/{pid}/fd/{number}")
        except FileNotFoundError:
            pass  # closed meanwhile
    return count


# --- the wire, as doc/pam-wire.md has it ----------------------------------------

MAX_FRAME = 49152
START, CANON, GO, PROMPT, ANSWER, RESULT = range(2, 8)


def field(text):
    data = text.encode()
    return struct.pack("!H", len(data)) + data


def start(service, user, rhost="192.0.2.7", language="", ticket=""):
    return bytes([START]) + b"".join(map(field, (service, user, rhost, language, ticket)))


def canon(user):
    return bytes([CANON]) + field(user)


def prompt(text, echo):
    return bytes([PROMPT, echo]) + field(text) + struct.pack("!H", 0)


def answer(text):
    return bytes([ANSWER]) + field(text)


def result(verdict=1, user=USER):
    identity = field(user) + struct.pack("!I", pwd.getpwnam(USER).pw_uid) + field("") + field("/") + field("")
    return bytes([RESULT, verdict]) + struct.pack("!H", 0) + identity + field("") + field("")


def fields_of(frame, count):
    """The first texts of a frame."""
    found, at = [], 1
    for _ in range(count):
        size, = struct.unpack_from("!H", frame, at)
        found.append(frame[at + 2:at + 2 + size].decode())
        at += 2 + size
    return found


class FakeHelper:
    """Listens where the helper would; play(connection, user) has each conversation, on a thread of its own."""

    def __init__(self, path, play):
        self.play = play
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.bind(str(path))
        os.chmod(path, 0o666)
        self.socket.listen(64)
        self.open = 0
        self.lock = threading.Lock()
        self.errors = []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    def talk(self, connection):
        with self.lock:
            self.open += 1
        try:
            connection.settimeout(60)
            frame = connection.recv(MAX_FRAME)
            if frame:
                self.play(connection, fields_of(frame, 2)[1])
        except (OSError, AssertionError) as error:
            self.errors.append(repr(error))
        finally:
            connection.close()
            with self.lock:
                self.open -= 1

    def wait_until_idle(self, patience=10.0):
        until = time.monotonic() + patience
        while self.open and time.monotonic() < until:
            time.sleep(0.01)
        return self.open == 0

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
