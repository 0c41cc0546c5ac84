# SPDX-License-Identifier: Apache-2.0
"""Guesses side by side get no further than guesses one by one (T13): straight at the socket
of the helper, from two helpers, and from two daemons, with the daemon's own throttle off.

The judge is a module that counts what reaches the password check and, like pam_faillock
with deny=3, looks at the count before it asks.
"""
import concurrent.futures
import pathlib
import socket
import tempfile
import threading

import pytest
from host import USER, Person
from person import Form
from stacks import CANON, GO, MAX_FRAME, OTHERS, PROMPT, RESULT, StackHost, answer, start

GUESSES = 30
DENY = 3
DENIED, OK, UNAVAILABLE = range(3)


@pytest.fixture(name="pair")
def two_hosts_with_one_count():
    """Two daemons, two helpers, one directory of locks, one count."""
    shared = pathlib.Path(tempfile.mkdtemp(prefix="authcode-guesses.", dir="/tmp"))
    counting = (f"auth requisite @T limit={shared}/count\n"
                f"auth required @T hidden=Password: count={shared}/count expect=right\naccount required @T\n")
    hosts = []
    try:
        for _ in range(2):
            hosts.append(StackHost({"counts": counting}, options=("--lock-dir", shared / "locks")).start())
        yield hosts, shared / "count"
    finally:
        for host in hosts:
            host.stop()
        for path in sorted(shared.rglob("*"), reverse=True):
            if path.is_dir():
                path.rmdir()
            else:
                path.unlink()
        shared.rmdir()


def checked(count):
    return count.stat().st_size if count.exists() else 0


def guess(host, user, password, together=None):
    """One conversation as a daemon has it; the verdict."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as raw:
        raw.settimeout(60)
        raw.connect(str(host.directory / "login.sock"))
        raw.send(start("counts", user))
        assert raw.recv(MAX_FRAME)[0] == CANON
        if together:
            together.wait(60)
        raw.send(bytes([GO]))
        frame = raw.recv(MAX_FRAME)
        if frame[0] == PROMPT:
            raw.send(answer(password))
            frame = raw.recv(MAX_FRAME)
        assert frame[0] == RESULT
        return frame[1]


@pytest.mark.parametrize("user", [USER, OTHERS[0], "no-such-user"])
@pytest.mark.parametrize("helpers", [1, 2], ids=["one helper", "two helpers"])
def test_guesses_at_the_socket_of_the_helper_reach_the_check_three_times_at_most(pair, helpers, user):
    hosts, count = pair
    together = threading.Barrier(GUESSES)
    with concurrent.futures.ThreadPoolExecutor(GUESSES) as pool:
        verdicts = list(pool.map(lambda n: guess(hosts[n % helpers], user, "wrong", together), range(GUESSES)))
    assert 1 <= checked(count) <= DENY
    assert OK not in verdicts and verdicts.count(DENIED) >= 1 and set(verdicts) <= {DENIED, UNAVAILABLE}
    # That the right one comes too late shows that the count is what was looked at.
    for _ in range(DENY - checked(count)):
        assert guess(hosts[0], user, "wrong") == DENIED
    assert guess(hosts[0], user, "right") == DENIED and checked(count) == DENY


def test_a_right_guess_alone_is_right(pair):
    hosts, count = pair
    assert guess(hosts[0], USER, "right") == OK and checked(count) == 1


def guess_at(host, password, together):
    """One browser that does not give up while others are in front; is it in?"""
    person = Person(host.issuer)
    together.wait(60)
    try:
        for _ in range(200):
            page = person.go(host.authorize_url("counts"))
            posted = person.http.post(host.url("/login"), headers={"Sec-Fetch-Site": "same-origin"},
                                      data={**Form(page.text).fields, "username": USER, "password": password},
                                      allow_redirects=False, timeout=30)
            if posted.status_code == 303 and "/prompt?" in posted.headers["Location"]:
                return isinstance(person.go(posted.headers["Location"]), str)
        raise AssertionError("there was never a turn")
    finally:
        person.http.close()


def test_guesses_from_two_daemons_reach_the_check_three_times_at_most(pair):
    hosts, count = pair
    together = threading.Barrier(GUESSES)
    with concurrent.futures.ThreadPoolExecutor(GUESSES) as pool:
        into = list(pool.map(lambda n: guess_at(hosts[n % 2], "wrong", together), range(GUESSES)))
    assert not any(into) and 1 <= checked(count) <= DENY
    for host in hosts:
        assert "login succeeded" not in host.log()
        assert host.log().count("login failed") >= GUESSES // 2
