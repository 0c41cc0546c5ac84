# SPDX-License-Identifier: Apache-2.0
"""authcode-fetch by itself: LS-08, CA-20. What it asks, whom, and what it takes."""
import os
import pwd
import shutil
import socket
import struct
import subprocess
import threading
import time

import pytest
from host import ROOT, Host
from keyserver import KeyServer, make_ca

GET, ANSWER, POST = 2, 3, 4
FAILED, ANSWERED, REFUSED, BUSY = range(4)
ANY = 1  # any address: an administrator has registered the URL
HEADER = struct.Struct("=BBHIII")


def frame(url, kind=GET, flags=ANY, body=b"", number=1):
    return HEADER.pack(kind, flags, 0, number, len(url), len(body)) + body + url.encode()


def parse(data):
    kind, outcome, status, number, why, size = HEADER.unpack(data[:HEADER.size])
    body = data[HEADER.size:HEADER.size + size]
    assert kind == ANSWER and len(data) == HEADER.size + size + why
    return outcome, status, body, data[HEADER.size + size:].decode(), number


class Fetch:
    def __init__(self, *options):
        self.host = Host()
        make_ca(self.host.directory)
        self.servers = []
        self.host.start_fetch("--ca", self.host.directory / "ca.pem", *options)

    def server(self, **options):
        self.servers.append(KeyServer(self.host.directory, **options))
        return self.servers[-1]

    def connect(self):
        """As the one user that may."""
        raw = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        raw.settimeout(20)
        if ROOT:
            os.seteuid(pwd.getpwnam("nobody").pw_uid)
        try:
            raw.connect(str(self.host.directory / "fetch" / "fetch.sock"))
        finally:
            if ROOT:
                os.seteuid(0)
        return raw

    def ask(self, url, **more):
        with self.connect() as raw:
            raw.send(frame(url, **more))
            return parse(raw.recv(70000))

    def stop(self):
        for server in self.servers:
            server.stop()
        self.host.stop()


@pytest.fixture(name="fetch")
def one_for_each_test():
    made = Fetch()
    yield made
    made.stop()


def test_a_key_set_comes_as_it_is(fetch):
    server = fetch.server()
    server.headers["Content-Type"] = "application/jwk-set+json; charset=utf-8"
    server.body = b'{"keys":[1]}'
    assert fetch.ask(server.url(), number=77) == (ANSWERED, 200, b'{"keys":[1]}', "", 77)
    method, path, headers, _ = server.seen[0]
    assert (method, path) == ("GET", "/jwks") and headers["Accept"] == "application/json"
    assert not {"Cookie", "Authorization", "Referer"} & set(headers)


def test_a_form_is_posted_and_any_answer_to_it_counts(fetch):
    server = fetch.server()
    server.status, server.body, server.headers = 204, b"", {}
    assert fetch.ask(server.url("/out"), kind=POST, body=b"logout_token=a.b.c")[:2] == (ANSWERED, 204)
    method, _, headers, form = server.seen[0]
    assert method == "POST" and form == b"logout_token=a.b.c"
    assert headers["Content-Type"] == "application/x-www-form-urlencoded" and "Expect" not in headers


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(fetch, status):
    server, other = fetch.server(), fetch.server()
    server.status, server.headers["Location"] = status, other.url()
    assert fetch.ask(server.url())[:2] == (ANSWERED, status)
    assert fetch.ask(server.url(), kind=POST, body=b"a=b")[:2] == (ANSWERED, status)
    assert not other.seen


@pytest.mark.parametrize("certificate", ["name", "stranger"])
def test_a_certificate_that_does_not_hold_is_no_server(fetch, certificate):
    server = fetch.server(certificate=certificate)
    outcome, status, body, why, _ = fetch.ask(server.url())
    assert (outcome, status, body) == (FAILED, 0, b"") and "certificate" in why.lower(), why
    assert not server.seen


def test_only_https_is_spoken(fetch):
    plain = fetch.server(tls=False)
    for url in (plain.url(scheme="http"), "file:///etc/passwd", "ftp://localhost/", "gopher://localhost/", "localhost",
                "https://", "https://user:secret@localhost/", " https://localhost/", "javascript:1"):
        outcome, status, body, why, _ = fetch.ask(url)
        assert (outcome, status, body) == (REFUSED, 0, b"") and why, url
    # TLS with somebody who has none
    assert fetch.ask(plain.url())[:3] == (FAILED, 0, b"")
    assert not plain.seen


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]",
                                  "0", "[::]", "169.254.169.254", "10.0.0.1", "[fe80::1]", "[fd00::1]", "[64:ff9b::7f00:1]"])
def test_a_url_of_nobody_leads_to_no_address_of_ours(fetch, host):
    outcome, status, body, why, _ = fetch.ask(f"https://{host}/", flags=0)
    assert (outcome, status, body) == (REFUSED, 0, b""), why
    assert why == "it leads to an address that is not public"


def test_a_url_of_nobody_leads_to_the_port_that_is_meant_for_it(fetch):
    server = fetch.server()
    assert fetch.ask(server.url(), flags=0)[0] == REFUSED
    assert fetch.ask("https://example.org:8443/", flags=0)[0] == REFUSED
    assert not server.seen


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_more_than_64_kib_are_not_taken(fetch, chunked):
    server = fetch.server()
    server.chunked = chunked
    server.body = b"x" * 65536
    assert fetch.ask(server.url())[:3] == (ANSWERED, 200, server.body)
    server.body += b"x"
    assert fetch.ask(server.url())[:4] == (FAILED, 0, b"", "the answer is too large")
    server.body = b"x" * (8 << 20)
    assert fetch.ask(server.url())[:4] == (FAILED, 0, b"", "the answer is too large")


@pytest.mark.parametrize("kind", ["text/html", "text/plain", "application/jsonp", "json", "+json", None])
def test_what_does_not_say_that_it_is_json_is_no_key_set(fetch, kind):
    server = fetch.server()
    server.headers = {"Content-Type": kind} if kind else {}
    assert fetch.ask(server.url())[:4] == (FAILED, 0, b"", "the answer is no JSON by its content type")


def test_a_server_that_drips_or_hangs_is_given_up(fetch):
    dripping, hanging = fetch.server(), fetch.server()
    dripping.drip, dripping.body = 0.5, b"x" * 100
    hanging.hold = threading.Event()
    for server in (dripping, hanging):
        outcome, status, body, why, _ = fetch.ask(server.url())
        assert (outcome, status, body) == (FAILED, 0, b"") and "timed out" in why.lower(), why


SLOW_NAMES = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>

int
getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **ret)
{
	int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **) =
		dlsym(RTLD_NEXT, "getaddrinfo");

	if (node != NULL && strcmp(node, "slow.example") == 0) {
		sleep(30);
		return EAI_AGAIN;
	}
	return real(node, service, hints, ret);
}
"""


def test_a_name_that_does_not_resolve_in_time_holds_up_no_other(fetch, monkeypatch):
    """The resolver has no time limit of its own, and cannot be interrupted."""
    library = fetch.host.directory / "slow_names.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-x", "c", "-o", library, "-"], input=SLOW_NAMES, text=True, check=True,
                   timeout=60)
    library.chmod(0o755)
    fetch.host.kill_fetch()
    monkeypatch.setenv("LD_PRELOAD", str(library))
    # a sanitizer wants to be the first library, and need not be
    monkeypatch.setenv("ASAN_OPTIONS", os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0")
    fetch.host.start_fetch("--ca", fetch.host.directory / "ca.pem")
    server = fetch.server()
    with fetch.connect() as raw:
        for number in range(8):
            raw.send(frame("https://slow.example/", number=number))
        begun = time.monotonic()
        while time.monotonic() - begun < 7:
            asked = time.monotonic()
            assert fetch.ask(server.url())[0] == ANSWERED and time.monotonic() - asked < 2
            time.sleep(0.2)
        raw.settimeout(1)
        answers = [parse(raw.recv(70000)) for _ in range(8)]
    assert {answer[:3] for answer in answers} == {(FAILED, 0, b"")}
    assert all("timed out" in answer[3].lower() for answer in answers), answers


def test_nobody_at_the_port_is_a_failure(fetch):
    server = fetch.server()
    url = server.url()
    fetch.servers.remove(server)
    server.stop()
    assert fetch.ask(url)[:3] == (FAILED, 0, b"")
    assert fetch.ask("https://no-such-host.invalid/")[:3] == (FAILED, 0, b"")


def test_many_at_once_are_answered_each_by_its_number_and_too_many_are_told(fetch):
    server = fetch.server()
    server.hold = threading.Event()
    with fetch.connect() as raw:
        for number in range(64):
            raw.send(frame(server.url(f"/{number}"), number=number))
        raw.send(frame(server.url("/64"), number=64))
        assert parse(raw.recv(70000)) == (BUSY, 0, b"", "", 64)
        server.hold.set()
        answers = [parse(raw.recv(70000)) for _ in range(64)]
    assert sorted(answer[4] for answer in answers) == list(range(64))
    # Sixty-four handshakes on two cores may take longer than a request may; none is mixed up or lost.
    assert {answer[0] for answer in answers} <= {ANSWERED, FAILED}


@pytest.mark.parametrize("data", [b"", b"x", HEADER.pack(GET, ANY, 0, 1, 5, 0) + b"http",
                                  HEADER.pack(ANSWER, 1, 200, 1, 0, 0), HEADER.pack(9, 0, 0, 1, 1, 0) + b"x",
                                  HEADER.pack(GET, 2, 0, 1, 1, 0) + b"x", HEADER.pack(GET, ANY, 0, 1, 0, 0),
                                  HEADER.pack(GET, ANY, 0, 1, 2, 0) + b"x\0", b"\xff" * 100000],
                         ids=["empty", "short", "cut", "an answer", "unknown", "unknown flag", "no URL", "NUL", "long"])
def test_a_frame_that_breaks_the_rules_ends_the_connection_and_no_other(fetch, data):
    server = fetch.server()
    with fetch.connect() as other, fetch.connect() as raw:
        raw.send(data)
        assert raw.recv(70000) == b""
        other.send(frame(server.url()))
        assert parse(other.recv(70000))[0] == ANSWERED


def test_a_client_that_hangs_up_is_forgotten(fetch):
    server = fetch.server()
    server.hold = threading.Event()
    for _ in range(10):
        with fetch.connect() as raw:
            raw.send(frame(server.url()))
            server.wait_seen(1)
    server.hold.set()
    assert fetch.ask(server.url())[0] == ANSWERED


def test_its_environment_says_nothing(fetch):
    fetch.host.kill_fetch()
    os.environ.update(https_proxy="http://127.0.0.1:9", ALL_PROXY="http://127.0.0.1:9", SSL_CERT_FILE="/dev/null")
    try:
        fetch.host.start_fetch("--ca", fetch.host.directory / "ca.pem")
    finally:
        for name in ("https_proxy", "ALL_PROXY", "SSL_CERT_FILE"):
            del os.environ[name]
    assert fetch.ask(fetch.server().url())[0] == ANSWERED


def test_without_the_authority_a_private_certificate_does_not_hold(fetch):
    fetch.host.kill_fetch()
    fetch.host.start_fetch()
    assert fetch.ask(fetch.server().url())[0] == FAILED


def test_it_can_gain_nothing_and_leaves_no_core(fetch):
    status = open(f"/proc/{fetch.host.fetcher.pid}/status", encoding="ascii").read()
    assert "NoNewPrivs:\t1" in status
    limits = open(f"/proc/{fetch.host.fetcher.pid}/limits", encoding="ascii").read()
    assert [line.split()[4:6] for line in limits.splitlines() if line.startswith("Max core")] == [["0", "0"]]


if ROOT:
    def test_another_user_is_not_listened_to(fetch):
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as raw:
            raw.settimeout(20)
            raw.connect(str(fetch.host.directory / "fetch" / "fetch.sock"))  # root may open any file
            try:
                raw.send(frame(fetch.server().url()))
                assert raw.recv(70000) == b""
            except (BrokenPipeError, ConnectionResetError):
                pass
        assert not fetch.servers[0].seen

    def test_it_does_not_run_as_root(fetch):
        done = subprocess.run([fetch.host.directory / "authcode-fetch", "--listen", fetch.host.directory / "x.sock"],
                              capture_output=True, timeout=20, check=False)
        assert done.returncode == 77 and b"never as root" in done.stderr
        assert not (fetch.host.directory / "x.sock").exists()


def test_a_service_manager_passes_the_socket(fetch):
    """systemd-socket-activate(1) stands for it."""
    tool = shutil.which("systemd-socket-activate")
    assert tool, "systemd-socket-activate (systemd) is not installed"
    fetch.host.kill_fetch()
    path = fetch.host.directory / "fetch" / "fetch.sock"
    path.unlink()
    who = {"user": "nobody", "group": "nogroup", "extra_groups": []} if ROOT else {}
    fetch.host.fetcher = subprocess.Popen(
        [tool, "--seqpacket", "-l", path, fetch.host.directory / "authcode-fetch", "--ca", fetch.host.directory / "ca.pem"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **who)
    until = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < until
        time.sleep(0.02)
    assert fetch.ask(fetch.server().url())[0] == ANSWERED
    assert fetch.ask(fetch.server().url())[0] == ANSWERED


def test_a_wrong_command_line_is_told(fetch):
    for words in (["--nonsense"], ["x"], ["--listen"]):
        done = subprocess.run([fetch.host.directory / "authcode-fetch", *words], capture_output=True, timeout=20,
                              check=False)
        assert done.returncode == 64 and b"--help" in done.stderr


def test_it_ends_with_a_signal_and_removes_its_socket(fetch):
    started = time.monotonic()
    fetch.host.fetcher.terminate()
    assert fetch.host.fetcher.wait(timeout=15) == 0 and time.monotonic() - started < 15
    fetch.host.fetcher = None
    assert not (fetch.host.directory / "fetch" / "fetch.sock").exists()
