# SPDX-License-Identifier: Apache-2.0
"""SIGTERM: whoever is being answered gets the answer, and the daemon ends in order."""
import socket
import struct
import threading
import time
import urllib.parse

import pytest
from host import PASSWORD, USER, Person, basic
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
            assert one and all(b" 200 OK" in answer for answer in one if answer), one[-1]
