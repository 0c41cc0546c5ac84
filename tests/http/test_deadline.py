# SPDX-License-Identifier: Apache-2.0
"""Time: a request has ten seconds for its header and twenty in all, whatever drips in; and nobody waits for PAM."""
import concurrent.futures
import http.client
import socket
import statistics
import threading
import time

import pytest
from host import PASSWORD, USER, Person, basic, statuses
from stacks import descriptors


def drip(sock, data, pause, limit):
    """Seconds until the other end hangs up on one who sends a byte now and then; None: it never did."""
    began = time.monotonic()
    sock.settimeout(pause)
    at = 0
    while time.monotonic() - began < limit:
        try:
            sock.sendall(data[at:at + 1] or b"a")
            at += 1
            if sock.recv(65536) == b"":
                return time.monotonic() - began
        except (TimeoutError, socket.timeout):
            continue
        except OSError:
            return time.monotonic() - began
    return None


def test_whoever_drips_is_cut_off(server):
    """All kinds at once, since each takes its ten or twenty seconds."""
    host = f"Host: {server.host}\r\n".encode()
    body = b"POST /token HTTP/1.1\r\n" + host + b"Content-Length: 60000\r\n\r\n"
    chunked = b"POST /token HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\n"
    kept = b"GET /assets/icon.svg HTTP/1.1\r\n" + host + b"\r\n"
    kinds = {
        "nothing": (b"", b"", 13), "request line": (b"", b"GET /" + b"a" * 100, 13),
        "header": (b"GET / HTTP/1.1\r\n" + host, b"X: " + b"a" * 100, 13), "body": (body, b"", 24), "chunks": (chunked, b"1\r\na\r\n" * 50, 24),
        "second request": (kept, b"GET /" + b"a" * 100, 14),
    }

    def one(kind):
        first, rest, limit = kinds[kind]
        with server.connect() as sock:
            if kind == "nothing":
                sock.settimeout(limit)
                began = time.monotonic()
                return time.monotonic() - began if sock.recv(1) == b"" else None
            sock.sendall(first)
            if kind == "second request":
                sock.settimeout(3)
                assert b" 200 OK" in sock.recv(65536)
            return drip(sock, rest, 0.5, limit + 5)

    with concurrent.futures.ThreadPoolExecutor(len(kinds)) as pool:
        took = dict(zip(kinds, pool.map(one, kinds)))
    for kind, (_, _, limit) in kinds.items():
        assert took[kind] is not None and took[kind] <= limit, took
        assert took[kind] >= 8, took  # nobody is cut off early
    assert server.request("GET", "/userinfo").status_code == 401


def test_a_kept_connection_serves_many_requests_with_pauses(server):
    keep = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    for pause in (0, 0.1, 1.2, 0):
        keep.request("POST", "/revoke", "token=x", {"Authorization": basic(),
                                                    "Content-Type": "application/x-www-form-urlencoded"})
        answer = keep.getresponse()
        answer.read()
        assert answer.status == 200
        time.sleep(pause)
    keep.close()


def test_requests_in_a_row_on_one_connection_are_answered_in_order(server):
    one = f"GET /PATH HTTP/1.1\r\nHost: {server.host}\r\n\r\n"
    data = (one.replace("PATH", "userinfo") + one.replace("PATH", "nothing") + one.replace("PATH", "assets/icon.svg")).encode()
    answer, _ = server.raw(data, timeout=1)
    assert statuses(answer) == [401, 404, 200]


def test_a_header_that_comes_in_pieces_is_read(server):
    with server.connect() as sock:
        for byte in f"GET /userinfo HTTP/1.1\r\nHost: {server.host}\r\nX: y\r\nConnection: close\r\n\r\n":
            sock.sendall(byte.encode())
            time.sleep(0.002)
        assert sock.recv(65536).startswith(b"HTTP/1.1 401 ")


def times(server, count=150):
    keep = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    took = []
    for _ in range(count):
        began = time.monotonic()
        keep.request("POST", "/introspect", "token=x", {"Authorization": basic(),
                                                        "Content-Type": "application/x-www-form-urlencoded"})
        answer = keep.getresponse()
        answer.read()
        assert answer.status == 200
        took.append(time.monotonic() - began)
    keep.close()
    return statistics.median(took)


def test_a_pam_module_that_hangs_is_not_seen_at_the_token_endpoint(server):
    quiet = times(server)

    def stuck():
        try:
            person = Person(server.issuer)
            person.submit(person.go(server.authorize_url("hang")), username=USER, password=PASSWORD)
        except (AssertionError, OSError):
            pass  # it may be told to come back later; it only has to keep the helper busy

    threads = [threading.Thread(target=stuck, daemon=True) for _ in range(20)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    assert times(server) < 5 * quiet + 0.005
    assert server.request("GET", "/userinfo", timeout=2).status_code == 401


def test_the_daemon_stops_while_a_pam_module_hangs(hosts):
    host = hosts().start()
    page = Person(host.issuer)

    def stuck():
        try:
            page.submit(page.go(host.authorize_url("hang")), username=USER, password=PASSWORD)
        except (AssertionError, OSError):
            pass

    thread = threading.Thread(target=stuck, daemon=True)
    thread.start()
    time.sleep(1)
    began = time.monotonic()
    assert host.stop_daemon() == 0
    assert time.monotonic() - began < 8
    thread.join(timeout=10)


def test_one_address_holds_so_many_connections_and_no_more(hosts):
    host = hosts()
    host.config.write_text(host.config.read_text().replace("max_connections_per_address = 200", "max_connections_per_address = 4"))
    host.start()
    held = [host.connect() for _ in range(4)]
    time.sleep(0.3)
    answer, ended = host.raw(f"GET /userinfo HTTP/1.1\r\nHost: {host.host}\r\n\r\n".encode())
    assert ended and answer == b""
    held.pop().close()
    time.sleep(0.5)
    assert host.request("GET", "/userinfo").status_code == 401
    for sock in held:
        sock.close()


@pytest.mark.parametrize("server", ["http", "https"], indirect=True)
def test_clients_that_go_away_leave_nothing_behind(server):
    before = descriptors(server.daemon.pid)
    request = f"POST /token HTTP/1.1\r\nHost: {server.host}\r\nContent-Length: 10\r\n\r\n".encode()
    for number in range(200):
        with server.connect() as sock:
            sock.sendall(request[:number % len(request)])
    deadline = time.monotonic() + 40  # ten seconds, and what a busy machine needs for as many sockets
    while descriptors(server.daemon.pid) > before and time.monotonic() < deadline:
        time.sleep(0.1)
    assert descriptors(server.daemon.pid) <= before
