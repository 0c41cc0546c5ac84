# SPDX-License-Identifier: Apache-2.0
"""What is refused before a handler sees it (security.md B1, CVE-2023-4966, CVE-2025-59777, CVE-2021-32637)."""
import random

import pytest
from host import CALLBACK, basic, statuses

HIDDEN = b"POST /revoke HTTP/1.1\r\nHost: HOST\r\nContent-Length: 0\r\nX-Hidden: yes\r\n\r\n"


def head(server, line=b"GET /userinfo HTTP/1.1", *lines, host=True):
    """A request header with lines of ours and an end of connection."""
    fields = ([b"Host: " + server.host.encode()] if host else []) + list(lines) + [b"Connection: close"]
    return b"\r\n".join([line, *fields]) + b"\r\n\r\n"


def refused(server, data, *expected):
    answer, ended = server.raw(data)
    codes = statuses(answer)
    assert ended, answer
    assert codes and set(codes) <= set(expected), (codes, answer[:300])
    assert b"Connection: close" in answer
    return answer


def log_of(server, since):
    return server.log()[since:]


def test_the_reference_request_passes(server):
    assert statuses(server.raw(head(server))[0]) == [401]


# --- framing: one request, whatever a second reader would see ------------------

FRAMINGS = {
    "two content lengths": b"Content-Length: 0\r\nContent-Length: 35",
    "two content lengths, reversed": b"Content-Length: 35\r\nContent-Length: 0",
    "two equal content lengths": b"Content-Length: 0\r\nContent-Length: 0",
    "two content lengths of different case": b"content-length: 0\r\nCONTENT-LENGTH: 35",
    "length and chunked": b"Content-Length: 5\r\nTransfer-Encoding: chunked",
    "chunked and length": b"Transfer-Encoding: chunked\r\nContent-Length: 5",
    "two transfer encodings": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
    "chunked, identity": b"Transfer-Encoding: chunked, identity",
    "gzip, chunked": b"Transfer-Encoding: gzip, chunked",
    "identity": b"Transfer-Encoding: identity",
    "xchunked": b"Transfer-Encoding: xchunked",
    "chunked behind a tab": b"Transfer-Encoding:\tchunked\t",
    "chunked behind a vertical tab": b"Transfer-Encoding: \x0bchunked",
    "encoding with a space before the colon": b"Transfer-Encoding : chunked\r\nContent-Length: 0",
    "encoding on a folded line": b"X: y\r\n Transfer-Encoding: chunked\r\nContent-Length: 0",
    "encoding after a bare LF": b"X: y\nTransfer-Encoding: chunked\r\nContent-Length: 0",
    "encoding after a bare CR": b"X: y\rTransfer-Encoding: chunked\r\nContent-Length: 0",
    "encoding behind a NUL": b"X: y\0\r\nTransfer-Encoding: chunked\r\nContent-Length: 0",
    "length list": b"Content-Length: 0, 35",
    "length with sign": b"Content-Length: +0",
    "negative length": b"Content-Length: -1",
    "hexadecimal length": b"Content-Length: 0x0",
    "empty length": b"Content-Length:",
    "length in words": b"Content-Length: zero",
    "length beyond 64 bit": b"Content-Length: 18446744073709551616",
    "length beyond reason": b"Content-Length: 99999999999999999999999999",
}


@pytest.mark.parametrize("name", FRAMINGS)
def test_an_ambiguous_length_is_refused_and_the_hidden_request_never_runs(server, name):
    since = len(server.log())
    data = b"POST /token HTTP/1.1\r\nHost: HOST\r\n" + FRAMINGS[name] + b"\r\n\r\n" + HIDDEN
    refused(server, data.replace(b"HOST", server.host.encode()), 400, 413)
    assert 'path="/revoke"' not in log_of(server, since)


def test_chunked_on_http_1_0_is_refused(server):
    refused(server, b"POST /token HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400)


@pytest.mark.parametrize("first", ["POST /token", "GET /nothing", "GET /userinfo"])
def test_nothing_after_a_refusal_is_read(server, first):
    since = len(server.log())
    data = f"{first} HTTP/1.1\r\nHost: elsewhere\r\n\r\n".encode() + HIDDEN.replace(b"HOST", server.host.encode())
    refused(server, data, 421)
    assert 'path="/revoke"' not in log_of(server, since)


@pytest.mark.parametrize("name", ["Host", "Content-Type", "DPoP", "Cookie", "Origin",
                                  "Sec-Fetch-Site", "Expect", "cookie"])
def test_a_header_that_may_come_once_comes_once(server, name):
    line = name.encode() + b": " + (server.host.encode() if name == "Host" else b"x")
    lines = [line] if name == "Host" else [line, line.lower()]
    refused(server, head(server, b"GET /userinfo HTTP/1.1", *lines), 400)


# --- two Authorization headers: credentials of no scheme (RFC 9110 §5.3) --------

PAIRS = {
    "the right one twice": (basic(), basic()), "the right one first": (basic(), basic(secret="wrong")),
    "the right one last": (basic(secret="wrong"), basic()), "an empty one first": ("", basic()),
    "an empty one last": (basic(), ""), "Bearer first": ("Bearer x", basic()), "Bearer last": (basic(), "Bearer x"),
}


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("path", ["/token", "/introspect", "/revoke"])
def test_two_authorizations_authenticate_no_client(server, path, name):
    """CA-08, and the client_id in the body is no way round."""
    body = b"grant_type=authorization_code&code=x&token=x&client_id=app&redirect_uri=" + CALLBACK.encode()
    lines = [b"Authorization: " + value.encode() for value in PAIRS[name]]
    lines += [b"Content-Type: application/x-www-form-urlencoded", b"Content-Length: %d" % len(body)]
    answer, _ = server.raw(head(server, b"POST " + path.encode() + b" HTTP/1.1", *lines) + body)
    assert statuses(answer) == [401]
    assert b"\r\nWWW-Authenticate: Basic realm=\"authcode\", charset=\"UTF-8\"\r\n" in answer
    assert b'"error":"invalid_client"' in answer


def test_two_bearer_tokens_are_no_token(server):
    answer, _ = server.raw(head(server, b"GET /userinfo HTTP/1.1", b"Authorization: Bearer a", b"authorization: Bearer b"))
    assert statuses(answer) == [400]
    assert b'error="invalid_request"' in answer


# --- what cannot be a header ----------------------------------------------------

MALFORMED = {
    "NUL in a value": b"X: a\0b", "NUL in a name": b"X\0Y: a", "NUL in the last value": b"X: a\0",
    "bare LF": b"X: a\nY: b", "bare CR": b"X: a\rY: b", "folded line": b"X: a\r\n b", "folded by tab": b"X: a\r\n\tb",
    "no colon": b"nonsense", "empty name": b": a", "space in the name": b"X Y: a", "space before the colon": b"X : a",
    "leading space": b" X: a", "control character": b"X: a\x01b", "escape": b"X: \x1b[2J", "delete": b"X: \x7f",
    "quoted name": b'"X": a', "name in parentheses": b"(X): a", "bytes in the name": b"\xff\xfe: a",
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_header_line_is_refused(server, name):
    refused(server, head(server, b"GET /userinfo HTTP/1.1", MALFORMED[name]), 400)


@pytest.mark.parametrize("end", [b"\n\n", b"\r\n\n", b"\n\r\n"])
def test_a_header_that_ends_in_a_bare_lf_is_refused(server, end):
    refused(server, head(server)[:-4] + end, 400)


LINES = {
    "NUL in the path": (b"GET /userinfo\0x HTTP/1.1", {400}), "NUL in the query": (b"GET /userinfo?a\0=b HTTP/1.1", {400}),
    "NUL in the method": (b"G\0ET /userinfo HTTP/1.1", {400}), "%00 in the path": (b"GET /userinfo%00 HTTP/1.1", {400}),
    "%00 in the query": (b"GET /authorize?client_id=app%00 HTTP/1.1", {400}),
    "bad escape": (b"GET /user%zzinfo HTTP/1.1", {400}), "half an escape": (b"GET /userinfo% HTTP/1.1", {400}),
    "half an escape at the end": (b"GET /userinfo%4 HTTP/1.1", {400}), "fragment": (b"GET /userinfo#x HTTP/1.1", {400}),
    "bytes above ASCII": (b"GET /\xff HTTP/1.1", {400}), "tab": (b"GET /user\tinfo HTTP/1.1", {400}),
    "asterisk": (b"OPTIONS * HTTP/1.1", {400}), "authority": (b"CONNECT evil.example:443 HTTP/1.1", {400}),
    "no slash": (b"GET userinfo HTTP/1.1", {400}), "another scheme": (b"GET ftp://HOST/userinfo HTTP/1.1", {421}),
    "another host": (b"GET http://evil.example/userinfo HTTP/1.1", {421}),
    "userinfo in the authority": (b"GET http://HOST@evil.example/ HTTP/1.1", {421}),
    "host as userinfo": (b"GET http://evil@HOST/ HTTP/1.1", {421}), "no authority": (b"GET http:///userinfo HTTP/1.1", {421}),
    "HTTP/2": (b"GET /userinfo HTTP/2.0", {505}), "HTTP/1.2": (b"GET /userinfo HTTP/1.2", {505, 400}),
    "HTTP/3.1": (b"GET /userinfo HTTP/3.1", {505}), "lower case": (b"GET /userinfo http/1.1", {400, 505}),
    "no version": (b"GET /userinfo", {400, 505}), "another protocol": (b"GET /userinfo ICY/1.1", {400, 505}),
    "URI of 8193 bytes": (b"GET /" + b"a" * 8192 + b" HTTP/1.1", {414}),
    "URI of 20000 bytes": (b"GET /?" + b"a" * 20000 + b" HTTP/1.1", {414}),
}


@pytest.mark.parametrize("name", LINES)
def test_a_request_line_that_is_not_ours_is_refused(server, name):
    line, expected = LINES[name]
    if b"\0" in line:  # libmicrohttpd from 1.0 on hangs up without a word
        answer, ended = server.raw(head(server, line))
        assert ended and set(statuses(answer)) <= expected
        return
    refused(server, head(server, line.replace(b"HOST", server.host.encode())), *expected)


@pytest.mark.parametrize("target", ["/..;/token", "/%2e%2e/token", "/./token", "//token", "/token/", "/TOKEN", "/tok%65n",
                                    "/token;x", "/assets/../token", "/assets/%2e%2e%2ftoken", "/assets/", "/assets",
                                    "/assets/..%2f..%2fetc/passwd", "/token%2f", "/\\token", "/login.php", "/.git/config"])
def test_a_path_is_compared_as_it_was_sent(server, target):
    answer, _ = server.raw(head(server, f"POST {target} HTTP/1.1".encode(), b"Content-Length: 0"))
    assert statuses(answer) == [404]


@pytest.mark.parametrize("target", ["/userinfo", "http://HOST/userinfo", "HTTP://HOST/userinfo"])
def test_a_target_in_either_form_passes(server, target):
    target = target.replace("HOST", server.host)
    assert statuses(server.raw(head(server, f"GET {target} HTTP/1.1".encode()))[0]) == [401]


# --- whom it is for ---------------------------------------------------------------

@pytest.mark.parametrize("host", [
    "evil.example", "127.0.0.1", "127.0.0.1:1", "localhost:PORT", "127.0.0.1:PORT.evil.example", "evil.example:PORT",
    "127.0.0.1:PORT:PORT", "127.0.0.1:0PORT0", "user@127.0.0.1:PORT", "127.0.0.1:PORT/", "127.0.0.1:PORT,evil.example",
    "127.0.0.1:", "", "[::1]:PORT", "127.0.0.1 :PORT", "127.0.0.1:+PORT", "127.1:PORT", "2130706433:PORT"])
@pytest.mark.parametrize("path", ["/userinfo", "/authorize", "/nothing"])
def test_another_host_is_misdirected(server, host, path):
    line = b"Host: " + host.replace("PORT", str(server.port)).encode()
    answer = refused(server, head(server, f"GET {path} HTTP/1.1".encode(), line, host=False), 421)
    assert b"evil.example" not in answer  # no URL is ever made from Host (CVE-2023-49097)


def test_http_1_1_needs_a_host_and_http_1_0_does_not(server):
    refused(server, head(server, host=False), 400)
    assert statuses(server.raw(b"GET /userinfo HTTP/1.0\r\n\r\n")[0]) == [401]


# --- how much ------------------------------------------------------------------------

@pytest.mark.parametrize("path", ["/authorize", "/token", "/userinfo", "/nothing", "/assets/style.css"])
def test_a_host_of_24_kib_gets_a_short_answer(server, path):
    answer = refused(server, head(server, f"GET {path} HTTP/1.1".encode(), b"Host: " + b"a" * 24576, host=False), 431)
    assert len(answer) < 4096 and b"aaaaaaaa" not in answer


@pytest.mark.parametrize("query", [b"a&" * 4000, b"a=1&" * 2000, b"a=1;" * 2000, b"%61&" * 1600], ids=["&", "=", ";", "%"])
@pytest.mark.parametrize("path", [b"/authorize", b"/nothing"])
def test_a_query_of_many_arguments_is_answered(server, path, query):
    answer, ended = server.raw(head(server, b"GET " + path + b"?" + query + b" HTTP/1.1"))
    assert ended and statuses(answer) == [404 if path == b"/nothing" else 400]


def test_a_query_of_many_arguments_that_is_too_long_is_refused(server):
    refused(server, head(server, b"GET /authorize?" + b"a&" * 6000 + b" HTTP/1.1"), 414)


@pytest.mark.parametrize("lines", [[b"X-%d: y" % i for i in range(63)], [b"X: " + b"a" * 16384], [b"X: " + b"a" * 40000],
                                   [b"X%d: " % i + b"a" * 4096 for i in range(5)]], ids=["many", "long", "huge", "sum"])
def test_too_much_header_is_refused(server, lines):
    refused(server, head(server, b"GET /userinfo HTTP/1.1", *lines), 431)


def test_as_much_header_as_allowed_passes(server):
    lines = [b"X-%d: " % i + b"y" * 200 for i in range(62)]
    assert statuses(server.raw(head(server, b"GET /userinfo HTTP/1.1", *lines))[0]) == [401]


@pytest.mark.parametrize("size", [65537, 100000, 10**9, 10**17])
def test_a_body_that_is_announced_too_large_is_refused_at_once(server, size):
    refused(server, head(server, b"POST /token HTTP/1.1", b"Content-Length: %d" % size), 413)


@pytest.mark.parametrize("size", [65537, 200000])
def test_a_chunked_body_that_grows_too_large_is_refused(server, size):
    body = b"".join(b"1000\r\n" + b"a" * 4096 + b"\r\n" for _ in range(size // 4096 + 1)) + b"0\r\n\r\n"
    refused(server, head(server, b"POST /token HTTP/1.1", b"Transfer-Encoding: chunked") + body, 413)


def test_a_chunked_body_without_end_is_cut_off(server):
    body = b"".join(b"10000\r\n" + b"a" * 65536 + b"\r\n" for _ in range(64))
    answer, ended = server.raw(head(server, b"POST /token HTTP/1.1", b"Transfer-Encoding: chunked") + body, timeout=8)
    assert ended and not [code for code in statuses(answer) if code < 400]


def test_a_body_of_the_largest_size_is_read(server):
    body = b"grant_type=x&pad=" + b"a" * 10000
    body += b"&a=" + b"b" * (65536 - len(body) - 3)
    data = head(server, b"POST /token HTTP/1.1", b"Content-Type: application/x-www-form-urlencoded",
                b"Authorization: " + basic().encode(), b"Content-Length: 65536") + body
    answer, _ = server.raw(data)
    assert statuses(answer) == [400] and b'"error"' in answer


def test_a_small_chunked_body_is_a_body(server):
    body = b"token=x"
    data = head(server, b"POST /revoke HTTP/1.1", b"Content-Type: application/x-www-form-urlencoded",
                b"Authorization: " + basic().encode(), b"Transfer-Encoding: chunked")
    answer, _ = server.raw(data + b"3\r\n" + body[:3] + b"\r\n4\r\n" + body[3:] + b"\r\n0\r\n\r\n")
    assert statuses(answer) == [200]


# --- what the form decoder refuses ------------------------------------------------------

FORMS = {
    "NUL": "token=%00", "bad escape": "token=%zz", "half an escape": "token=a%4", "bad UTF-8": "token=%ff%fe",
    "overlong UTF-8": "token=%c0%80", "surrogate": "token=%ed%a0%80", "twice": "token=a&token=b",
    "twice, spelled differently": "token=a&%74oken=b", "raw NUL": "token=\0", "raw bytes": "token=\xff",
    "too many parameters": "&".join(f"p{i}=1" for i in range(100)), "a value too long": "token=" + "a" * 20000,
    "a name too long": "a" * 200 + "=1",
}


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("path", ["/token", "/revoke", "/introspect"])
def test_a_bad_form_is_a_json_400(server, path, name):
    answer = server.request("POST", path, data=FORMS[name].encode("latin-1"), headers={
        "Authorization": basic(), "Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 400 and answer.json()["error"] in ("invalid_request", "unsupported_grant_type")


@pytest.mark.parametrize("query", ["client_id=%00", "client_id=%ff", "client_id=%", "client_id=app&client_id=app",
                                   "client_id=app&redirect_uri=x&redirect_uri=y", "client_id=app%zz"])
def test_a_bad_query_gets_a_page_and_no_redirect(server, query):
    answer, _ = server.raw(head(server, f"GET /authorize?{query} HTTP/1.1".encode()))
    assert statuses(answer) == [400] and b"\r\nLocation:" not in answer


@pytest.mark.parametrize("kind", [None, "", "text/plain", "application/json", "multipart/form-data; boundary=x",
                                  "application/x-www-form-urlencoded2", "application/x-www-form-urlencodedx; a=b"])
def test_another_content_type_is_refused(server, kind):
    headers = {"Authorization": basic()} | ({} if kind is None else {"Content-Type": kind})
    answer = server.request("POST", "/token", data=b"grant_type=authorization_code&code=x", headers=headers)
    assert answer.status_code in (400, 415) and answer.json()["error"] == "invalid_request"


# --- cookies (CVE-2023-28625, CVE-2025-3891) ----------------------------------------------

COOKIES = ["", ";", "=", "=;=;=", "a", "a;b;c", "authcode-dev", "authcode-dev=", "authcode-dev=;", "authcode-dev=x",
           "authcode-dev-browser=", "authcode-dev-session=", "authcode-dev-session=acs_", "authcode-dev-session=" + "A" * 8000,
           "authcode-dev-browser=" + "A" * 43, "authcode-dev-browser=" + "A" * 44, "authcode-dev-browser=" + "=" * 43,
           "authcode-dev-browser=\xff\xfe", 'authcode-dev-browser="x"', "authcode-dev-session=../../x", "a=b;" * 200,
           "authcode-dev-session=x; authcode-dev-session=y", "__Host-authcode=x", "a=\t;\t=b", "a==b==c", "$Version=1; a=b"]


@pytest.mark.parametrize("number", range(len(COOKIES)))
def test_hostile_cookies_are_no_session(server, number):
    target = f"/authorize?response_type=code&client_id=app&redirect_uri={CALLBACK}&prompt=none"
    answer, _ = server.raw(head(server, f"GET {target} HTTP/1.1".encode(), b"Cookie: " + COOKIES[number].encode("latin-1")))
    assert statuses(answer) in ([303], [200]), answer[:200]
    assert b"code=" not in answer.split(b"\r\n\r\n")[0]


def test_thousands_of_cookies_are_nobody(server):
    """libmicrohttpd before 1.0 runs out of memory for them and hangs up, later versions cope."""
    answer, ended = server.raw(head(server, b"GET /userinfo HTTP/1.1", b"Cookie: " + b"a=b;" * 3000))
    assert ended and set(statuses(answer)) <= {401, 431}


# --- no bytes make a success ----------------------------------------------------------------

def test_malformed_requests_never_succeed_nor_bring_the_server_down(server):
    choose = random.Random(20240)
    seeds = [head(server, b"POST /token HTTP/1.1", b"Content-Length: 9", b"Authorization: " + basic().encode()) + b"a=b&c=d&e",
             head(server, b"GET /authorize?response_type=code&client_id=app HTTP/1.1", b"Cookie: authcode-dev=x")]
    for _ in range(300):
        data = bytearray(choose.choice(seeds))
        for _ in range(choose.randint(1, 8)):
            at = choose.randrange(len(data))
            change = choose.randrange(3)
            if change == 0:
                data[at] = choose.randrange(256)
            elif change == 1:
                del data[at:at + choose.randint(1, 20)]
            else:
                data[at:at] = choose.choice([b"\0", b"\r\n", b"\n", b"%00", b": ", b"\xff", b"A" * 300, b"HTTP/1.1"])
            data = data or bytearray(b"x")
        answer, _ = server.raw(bytes(data), timeout=0.15)
        # a page that asks somebody to sign in is no success, it is what a stranger may see
        good = [code for code in statuses(answer) if code < 300]
        assert not good or b'name="password"' in answer, (bytes(data), answer[:200])
    assert statuses(server.raw(head(server))[0]) == [401]
    assert server.daemon.poll() is None
