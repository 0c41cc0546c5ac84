# SPDX-License-Identifier: Apache-2.0
"""The helper behind a socket of systemd: one process per connection, the connection on descriptor 0.

systemd-socket-activate(1) stands for the service manager, with the words of the unit
but for those that name places.
"""
import os
import shutil
import signal
import socket
import subprocess
import time

import pytest
from host import BUILD, PASSWORD, ROOT, USER, Host, Person
from stacks import MAX_FRAME, answer, start

ACTIVATE = shutil.which("systemd-socket-activate")


class ActivatedHost(Host):
    """program: what is started for each connection, if not the helper."""

    def __init__(self, program=None, service="authcode", extra=""):
        self.program = program
        self.service = service
        super().__init__(extra=extra)

    def start_helper(self):
        assert ACTIVATE, "systemd-socket-activate (systemd) is not installed"
        path = self.directory / "login.sock"
        words = [BUILD / "authcode-login", "--inetd", "--confdir", self.directory / "pam",
                 "--lock-dir", self.directory / "locks", "--service", self.service]
        if ROOT:
            words += ["--peer-user", "nobody"]
        log = open(self.directory / "authcode-login.log", "ab")
        self.helper = subprocess.Popen(
            [ACTIVATE, "--accept", "--seqpacket", "--inetd", "-l", path, *map(str, self.program or words)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        log.close()
        until = time.monotonic() + 20
        while not path.exists():
            assert self.helper.poll() is None and time.monotonic() < until, self.log("authcode-login")
            time.sleep(0.02)
        path.chmod(0o666)  # a unit has SocketMode and SocketGroup

    def stop(self):
        if self.helper and self.helper.poll() is None:
            # a group of its own: the processes of its connections end with it
            os.killpg(self.helper.pid, signal.SIGTERM)
            self.helper.wait(timeout=15)
        self.helper = None
        super().stop()

    def connect_as_daemon(self):
        raw = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        raw.settimeout(20)
        raw.connect(str(self.directory / "login.sock"))
        return raw


@pytest.fixture(name="activated")
def hosts_behind_a_socket_unit():
    made = []

    def make(**options):
        made.append(ActivatedHost(**options))
        return made[-1].start()

    yield make
    for host in made:
        host.stop()


def test_one_signs_in_through_an_activated_socket_again_and_again(activated):
    host = activated()
    for _ in range(3):
        assert "code" in host.sign_in()
    assert host.post("/introspect", token=host.tokens()["access_token"]).json()["active"] is True


def test_a_wrong_password_through_an_activated_socket_is_a_wrong_password(activated):
    host = activated()
    person = Person(host.issuer)
    page = person.submit(person.go(host.authorize_url()), username=USER, password="wrong")
    assert page.status_code == 200 and "The sign-in did not succeed." in page.text
    assert "authcode-dev" not in person.http.cookies


def test_several_questions_go_through_an_activated_socket(activated):
    host = activated(service="authcode-otp")
    person = Person(host.issuer)
    page = person.submit(person.go(host.authorize_url("otp")), username=USER, password=PASSWORD)
    assert page.status_code == 200 and 'name="answer"' in page.text
    assert person.submit(page, answer="wrong").status_code == 200
    assert "login succeeded" not in host.log()


@pytest.mark.parametrize("program", [["/bin/true"], ["/bin/false"], ["/nonexistent/authcode-login"],
                                     [str(BUILD / "authcode-login"), "--inetd", "--no-such-option"],
                                     [str(BUILD / "authcode-login"), "--inetd", "--service", "another"]],
                         ids=["ends", "fails", "is missing", "wrong words", "another service"])
def test_an_end_before_the_first_frame_is_503_and_no_wrong_password(activated, program):
    if ROOT and "another" in program:
        program = [*program, "--peer-user", "nobody"]
    host = activated(program=program, extra="stranger_guesses = 2\naddress_guesses = 2\n")
    for _ in range(4):
        person = Person(host.issuer)
        page = person.submit(person.go(host.authorize_url()), username=USER, password=PASSWORD)
        assert page.status_code == 503 and int(page.headers["Retry-After"]) >= 1
        assert "temporarily_unavailable" in page.text and "did not succeed" not in page.text
        assert "authcode-dev" not in person.http.cookies
    assert "login succeeded" not in host.log() and "bad_credentials" not in host.log()


if ROOT:
    def test_a_peer_that_is_not_the_daemon_gets_no_frame(activated):
        host = activated()
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                os.setgid(1)
                os.setuid(1)
                with host.connect_as_daemon() as raw:
                    try:
                        raw.send(start("authcode", USER))
                        status = 0 if raw.recv(MAX_FRAME) == b"" else 2
                    except (BrokenPipeError, ConnectionResetError):
                        status = 0
            finally:
                os._exit(status)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_a_first_frame_out_of_order_ends_its_process_and_no_other(activated):
    host = activated()
    with host.connect_as_daemon() as raw:
        raw.send(answer(PASSWORD))
        try:
            assert raw.recv(MAX_FRAME) == b""
        except ConnectionResetError:
            pass
    assert "code" in host.sign_in()
