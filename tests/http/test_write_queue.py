# SPDX-License-Identifier: Apache-2.0
"""What waits to be durable shares commits, is bounded, and who comes beyond that is told to come again (RV-07).

Somebody else holds the lock of the database meanwhile, for less than the daemon waits for it.
"""
import contextlib
import json
import re
import resource
import select
import socket
import sqlite3
import time

import pytest
from host import JSON_HEADERS, SECRET, Host, basic, free_port

QUEUE, BATCH = 4096, 256  # libauthcode/store/sqlite_writer.c
MORE = 64
CONFIG = """
max_connections_per_address = 10000
metrics_listen = "127.0.0.1:{port}"
client "robot" {{
	client_secret_file = "{secret}"
	grant_types = client_credentials
	scope = "read"
}}
"""


class QueueHost(Host):
    def write_config(self, extra=""):
        self.metrics = free_port()
        super().write_config(extra + CONFIG.format(port=self.metrics, secret=self.directory / "secret"))
        text = self.config.read_text().replace('log_level = "debug"', 'log_level = "warning"')
        self.config.write_text(text.replace("max_connections_per_address = 200\n", ""))

    def metric(self, name):
        with self.session() as http:
            text = http.get(f"http://127.0.0.1:{self.metrics}/metrics", timeout=20).text
        return int(re.search(rf"(?m)^authcode_store_{name} (\d+)$", text).group(1))


@pytest.fixture(name="host", scope="module")
def one_host():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < QUEUE + MORE + 200:
        pytest.skip("a process may have too few open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, QUEUE + MORE + 200), hard))
    host = QueueHost()
    try:
        yield host.start()
    finally:
        host.stop()


@contextlib.contextmanager
def nobody_may_write(host):
    with contextlib.closing(sqlite3.connect(host.state / "authcode.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


class Crowd:
    """Connections, of which each asks for one token; the answers as they come."""

    def __init__(self, host, count):
        form = b"grant_type=client_credentials"
        self.request = (f"POST /token HTTP/1.1\r\nHost: {host.host}\r\nAuthorization: {basic('robot')}\r\n"
                        "Content-Type: application/x-www-form-urlencoded\r\n"
                        f"Content-Length: {len(form)}\r\n\r\n").encode() + form
        self.poll, self.waiting, self.answers = select.epoll(), {}, []
        for _ in range(count):
            one = socket.create_connection(("127.0.0.1", host.port), timeout=20)
            one.setblocking(False)
            self.waiting[one.fileno()] = one
            self.poll.register(one, select.EPOLLIN)
        time.sleep(0.5)  # until the last is with its thread

    def ask(self):
        for one in self.waiting.values():
            one.send(self.request)

    def take(self, count, until):
        """Answers, small enough to come as a whole: (status, header, members)."""
        while len(self.answers) < count and time.monotonic() < until:
            for number, _ in self.poll.poll(0.1):
                one = self.waiting.pop(number)
                head, _, body = one.recv(65536).partition(b"\r\n\r\n")
                line, *rest = head.decode().split("\r\n")
                self.answers.append((int(line.split()[1]), dict(row.split(": ", 1) for row in rest), json.loads(body)))
                one.close()
        return self.answers

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for one in self.waiting.values():
            one.close()
        self.poll.close()


def wait_for_depth(host, depth, until):
    while host.metric("queue_depth") != depth and time.monotonic() < until:
        time.sleep(0.02)
    assert host.metric("queue_depth") == depth


def test_who_waits_shares_commits_with_all_who_wait(host):
    """However many there are, each is behind no more batches than that takes: so its time is bounded."""
    count = 2 * BATCH + 88
    with Crowd(host, count) as crowd:
        operations, batches = host.metric("operations_total"), host.metric("batches_total")
        with nobody_may_write(host):
            crowd.ask()
            wait_for_depth(host, count, time.monotonic() + 4)
            assert crowd.take(1, time.monotonic() + 0.2) == []  # nothing is said before it is durable
        answers = crowd.take(count, time.monotonic() + 20)
    assert [answer[0] for answer in answers] == [200] * count
    assert len({answer[2]["access_token"] for answer in answers}) == count
    # whoever came first has a batch of his own or with few, the others fill two and a rest; the daemon may purge meanwhile
    assert 0 <= host.metric("operations_total") - operations - count <= 1
    assert 3 <= host.metric("batches_total") - batches <= 5


def test_who_comes_when_the_queue_is_full_is_told_to_come_again(host):
    known = host.post("/token", "robot", grant_type="client_credentials").json()["access_token"]
    with Crowd(host, QUEUE + MORE) as crowd:
        failures = host.metric("failures_total")
        with nobody_may_write(host):
            crowd.ask()
            refused = list(crowd.take(MORE, time.monotonic() + 4))
            wait_for_depth(host, QUEUE, time.monotonic() + 1)
            # who only reads does not wait for any of them
            assert host.post("/introspect", "robot", token=known, timeout=1).json()["active"]
            assert len(crowd.take(MORE + 1, time.monotonic() + 0.1)) == MORE
        served = crowd.take(QUEUE + MORE, time.monotonic() + 30)[MORE:]
    for status, header, members in refused:
        assert (status, header["Retry-After"], members["error"]) == (503, "5", "server_error")
        assert "access_token" not in members and SECRET not in str(members)
        assert {name: header.get(name) for name in JSON_HEADERS} == JSON_HEADERS
    assert [answer[0] for answer in served] == [200] * QUEUE
    assert len({answer[2]["access_token"] for answer in served}) == QUEUE
    assert host.metric("failures_total") - failures == MORE
    wait_for_depth(host, 0, time.monotonic() + 5)
    assert all(host.post("/introspect", "robot", token=answer[2]["access_token"]).json()["active"] for answer in served[::500])
    assert host.post("/token", "robot", grant_type="client_credentials").status_code == 200
