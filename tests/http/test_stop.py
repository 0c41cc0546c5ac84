# SPDX-License-Identifier: Apache-2.0
"""SIGTERM: whoever is being answered gets the answer, and the daemon ends in order."""
import shutil
import socket
import struct
import subprocess
import threading
import time
import urllib.parse

import pytest
from host import BUILD, CODE_WORD, PASSWORD, USER, Host, Person, basic
from person import Form


def wait_for_pam(server):
    """A browser at a sign-in whose module hangs: its POST and the path that waits."""
    person = Person(server.issuer)
    page = person.go(server.authorize_url("hang"))
    fields = Form(page.text).fields

    def post(path, **values):
        return person.http.post(server.url(path), data={**fields, **values}, allow_redirects=False, timeout=20,
                                headers={"Sec-Fetch-Site": "same-origin"}).headers["Location"]

    path = post("/login", username=USER, password=PASSWORD)[len(server.issuer):]
    return post, path, "; ".join(f"{cookie.name}={cookie.value}" for cookie in person.http.cookies)


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_who_went_away_while_waiting_is_waited_for_no_longer(hosts, tls):
    server = hosts(tls=tls).start()
    post, path, cookies = wait_for_pam(server)
    waiting = []
    for _ in range(3):
        waiting.append(server.connect())
        waiting[-1].sendall(f"GET {path} HTTP/1.1\r\nHost: {server.host}\r\nCookie: {cookies}\r\n\r\n".encode())
    time.sleep(0.5)
    for sock in waiting:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset
        sock.close()
    login = urllib.parse.parse_qs(urllib.parse.urlsplit(path).query)["login"][0]
    assert "error=access_denied" in post("/prompt", login=login, decision="deny")
    assert server.stop_daemon() == 0
    assert "requests under way" not in server.log()


def test_stopping_under_load_is_an_orderly_end(hosts):
    """The HTTP library aborts a process that stops it with a connection suspended."""
    server = hosts(extra="threads = 4\n")
    server.start_helper()
    server.start_checker()
    server.start_daemon()
    body = "grant_type=refresh_token&refresh_token=" + server.tokens()["refresh_token"]
    request = (f"POST /token HTTP/1.1\r\nHost: {server.host}\r\nAuthorization: {basic()}\r\n"
               f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}").encode()

    def ask_on_and_on(answers):
        try:
            with server.connect() as sock:
                while True:
                    sock.sendall(request)
                    answers.append(sock.recv(65536))
                    if answers[-1] == b"":
                        return
                    time.sleep(0.002)
        except OSError:
            return

    for _ in range(12):
        if server.daemon is None:
            server.start_daemon()
        answers = [[] for _ in range(6)]
        threads = [threading.Thread(target=ask_on_and_on, args=(one,), daemon=True) for one in answers]
        for thread in threads:
            thread.start()
        time.sleep(0.2)
        assert server.stop_daemon() == 0
        for thread in threads:
            thread.join(5)
        assert "requests under way" not in server.log()
        for one in answers:
            *before, last = [answer for answer in one if answer]
            assert all(b" 200 OK" in answer for answer in before), before
            # who asks once more in the last moment is told to ask elsewhere
            assert b" 200 OK" in last or (b" 503 " in last and b"Connection: close" in last and
                                          b"the server is stopping" in last), last


def test_who_is_being_answered_gets_the_answer_and_nobody_new_is_let_in(hosts):
    server = hosts().start()
    body = b"token=" + b"x" * 40
    head = (f"POST /introspect HTTP/1.1\r\nHost: {server.host}\r\nAuthorization: {basic()}\r\nContent-Type: "
            f"application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n").encode()
    with server.connect() as sock:
        sock.sendall(head + body[:-1])
        time.sleep(0.2)
        server.daemon.send_signal(15)
        until = time.monotonic() + 5
        refused = False
        while not refused and time.monotonic() < until:
            try:
                server.connect().close()
                time.sleep(0.01)
            except ConnectionRefusedError:
                refused = True
        assert refused and server.daemon.poll() is None
        sock.sendall(body[-1:])
        answer = b""
        while piece := sock.recv(65536):
            answer += piece
    assert answer.startswith(b"HTTP/1.1 200 ") and answer.endswith(b'{"active":false}')
    assert server.daemon.wait(timeout=10) == 0
    server.daemon = None
    assert "requests under way" not in server.log()


def children_of(pid):
    return subprocess.run(["pgrep", "--parent", str(pid)], capture_output=True, text=True, check=False).stdout.split()


def test_conversations_that_wait_for_people_end_with_the_daemon(hosts):
    server = hosts().start()
    person = Person(server.issuer)
    page = person.submit(person.go(server.authorize_url("otp")), username=USER, password=PASSWORD)
    assert 'name="answer"' in page.text  # the helper now waits for the second answer
    assert len(children_of(server.helper.pid)) == 1
    began = time.monotonic()
    assert server.stop_daemon() == 0
    until = time.monotonic() + 5
    while children_of(server.helper.pid) and time.monotonic() < until:
        time.sleep(0.02)
    assert children_of(server.helper.pid) == []
    assert time.monotonic() - began < 5
    server.start_daemon()
    again = person.submit(page, answer=CODE_WORD)  # nobody remembers the question
    assert not isinstance(again, str) and "login succeeded" not in server.log()


ACTIVATE = shutil.which("systemd-socket-activate")


class Activated(Host):
    """A daemon whose listeners were opened by somebody else, who is in the place of systemd."""

    def start_daemon(self, *more):
        assert ACTIVATE, "systemd-socket-activate (systemd) is not installed"
        names = [f"127.0.0.1:{self.port}", self.directory / "run" / "admin.sock", *more]
        words = [word for name in names for word in ("-l", name)]
        words += [f"--fdname={':'.join(['http', 'admin', *('more' for _ in more)])}", BUILD / "authcoded", "--config", self.config]
        with open(self.directory / "authcoded.log", "ab") as log:
            self.daemon = subprocess.Popen([ACTIVATE, *map(str, words)], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until = time.monotonic() + 10
        while time.monotonic() < until:  # the first connection starts it
            try:
                return self.connect().close()
            except ConnectionRefusedError:
                time.sleep(0.02)
        raise AssertionError(self.log())


def test_listeners_that_were_handed_over_serve_and_stay():
    server = Activated()
    try:
        server.start_daemon()
        assert server.request("GET", "/jwks").status_code == 200
        admin = subprocess.run([BUILD / "authcodectl", "--socket", server.directory / "run" / "admin.sock", "key", "list"],
                               capture_output=True, timeout=20, check=False)
        assert admin.returncode == 0, admin.stderr
        assert server.stop_daemon() == 0
        assert (server.directory / "run" / "admin.sock").exists()
    finally:
        server.stop()


def test_a_listener_that_the_configuration_does_not_name_is_refused_by_its_name():
    server = Activated()
    stranger = server.directory / "run" / "stranger.sock"
    try:
        server.start_daemon(stranger)
        assert server.daemon.wait(timeout=10) == 78
        server.daemon = None
        assert server.log().endswith(f'authcoded: the service manager has passed "more" (unix:{stranger}), which neither listen nor '
                                     "admin_socket names; name it there, or disable its socket unit\n")
    finally:
        server.stop()
