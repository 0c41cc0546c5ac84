# SPDX-License-Identifier: Apache-2.0
"""What doc/proxy.md promises of each proxy: LS-07."""
import re
import socket
import ssl
import time

import pytest
import requests
from host import CALLBACK, PASSWORD, USER, Person, answer_of, statuses


def ask(proxied, lines, path="/nothing", name=None):
    """The answer to one request as it is, and how the daemon logged it."""
    host = proxied.host
    since = len(host.log())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    request = f"GET {path} HTTP/1.1\r\nHost: {name or host.host}\r\n" + "".join(f"{line}\r\n" for line in lines)
    answer = b""
    with context.wrap_socket(socket.create_connection(("127.0.0.1", host.port), timeout=20)) as sock:
        sock.sendall(request.encode("latin-1") + b"Connection: close\r\n\r\n")
        while piece := sock.recv(65536):
            answer += piece
    until = time.monotonic() + 1  # the line comes after the answer, and none from a proxy that answers itself
    while time.monotonic() < until and not (seen := logged(host, since)):
        time.sleep(0.01)
    return answer, seen


def logged(host, since):
    """Address and path of each request since then."""
    return re.findall(r" rhost=(\S+) .*path=\"([^\"]*)\"", host.log()[since:])


def test_somebody_signs_in_through_the_proxy_and_the_client_gets_tokens(proxied):
    host = proxied.host
    tokens = host.tokens()
    assert tokens["token_type"] == "Bearer"
    about = host.request("GET", "/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    assert about.status_code == 200 and about.json()["preferred_username"] == USER
    assert re.search(r"login succeeded rhost=127\.0\.0\.1 ", host.log()), host.log()[-2000:]


def test_a_wrong_password_is_that_of_the_address_of_the_person(proxied):
    person = Person(proxied.host.issuer)
    person.http.headers["X-Forwarded-For"] = "192.0.2.66"
    page = person.submit(person.go(proxied.host.authorize_url()), username=USER, password="wrong")
    assert page.status_code == 200 and "The sign-in did not succeed." in page.text
    assert "login failed rhost=127.0.0.1 reason=" in proxied.host.log().replace('"', "")
    assert "192.0.2.66" not in proxied.host.log()


@pytest.mark.parametrize("lines", [
    [], ["X-Forwarded-For: 192.0.2.7"], ["x-forwarded-for: 192.0.2.7"], ["X-Forwarded-For: 192.0.2.7, 10.0.0.1"],
    ["X-Forwarded-For: 192.0.2.7", "X-Forwarded-For: 192.0.2.8"], ["X-Forwarded-For: garbage"], ["X-Forwarded-For:"],
    ["X-Forwarded-For: 192.0.2.7,"], ["X_Forwarded_For: 192.0.2.7"], ["X-Real-IP: 192.0.2.7"],
    ["Forwarded: for=192.0.2.7;proto=https;host=evil.example"], ["X-Client-IP: 192.0.2.7", "True-Client-IP: 192.0.2.7"],
    ["X-Forwarded-For: 192.0.2.7", "Connection: X-Forwarded-For"]], ids=lambda lines: " ".join(lines) or "none")
def test_what_a_client_says_of_its_own_address_is_not_believed(proxied, lines):
    answer, seen = ask(proxied, lines)
    assert statuses(answer) == [404], answer
    assert seen == [("127.0.0.1", "/nothing")]
    assert "192.0.2." not in proxied.host.log() and b"evil.example" not in answer


def test_another_host_is_not_served(proxied):
    answer, _ = ask(proxied, ["X-Forwarded-Host: " + proxied.host.host], path="/jwks", name="evil.example")
    assert b'"keys"' not in answer and b"evil.example" not in answer
    assert statuses(answer) in ([421], [200]), answer  # a proxy that knows its names answers itself, with nothing
    assert statuses(answer) == [421] or answer.endswith(b"\r\n\r\n"), answer


@pytest.mark.parametrize("path", ["/%2e%2e/token", "/token%2f", "//token", "/token/", "/x/%2e%2e/jwks", "/jwks%00"])
def test_paths_get_through_as_they_are_or_not_at_all(proxied, path):
    answer, seen = ask(proxied, [], path=path)
    if proxied.kind == "apache" and path == "//token":  # ProxyPass takes any number of slashes for its "/"
        assert statuses(answer) == [405] and seen == [("127.0.0.1", "/token")], (answer, seen)
        return
    assert statuses(answer)[0] in (400, 403, 404), answer
    assert all(logged == path for _, logged in seen), seen


def test_long_requests_and_answers_get_through(proxied):
    host = proxied.host
    state = "s" * 3000
    landed = Person(host.issuer).sign_in(host.authorize_url(state=state), USER, PASSWORD)
    assert isinstance(landed, str) and landed.startswith(CALLBACK) and answer_of(landed)["state"] == state
    try:  # a proxy may break off while the client still sends
        assert host.post("/token", grant_type="x" * 70000).status_code in (413, 502)
    except requests.ConnectionError:
        pass
    assert host.request("GET", "/jwks").status_code == 200


def test_the_headers_of_a_page_are_those_of_the_daemon(proxied):
    page = Person(proxied.host.issuer).go(proxied.host.authorize_url())
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert page.headers["Cache-Control"] == "no-store" and page.headers["X-Frame-Options"] == "DENY"
