# SPDX-License-Identifier: Apache-2.0
"""Nothing secret is said: every flow, with values that are recognised, and then a look at all that was said and kept.

What is sent by the name of a secret, and what the server gives out, is written down by itself as it passes; so a flow
that is added here is looked for too. A value may not stand anywhere in plain, nor in hexadecimal, in base64, or
percent-encoded.
"""
import base64
import contextlib
import html.parser
import json
import os
import re
import socket
import sqlite3
import subprocess
import threading
import urllib.parse

import pytest
import requests
from host import BUILD, CALLBACK, CODE_WORD, PASSWORD, ROOT, SECRET, USER, answer_of
from person import Form, Person
from test_client_keys import BEARER, KeysHost
from test_clients import add, ctl, done

# Members of forms, queries and JSON, and hidden fields: what is behind these names opens something or is nobody's business.
SECRET_NAMES = {
    "password", "answer", "code", "code_verifier", "client_secret", "client_assertion", "refresh_token", "access_token",
    "id_token", "token", "device_code", "user_code", "verification_uri_complete", "state", "nonce", "login_hint",
    "id_token_hint", "txn", "csrf", "login", "secret", "assertion",
}
OUT = "https://app.example/out"
BLOCKS = """
client "web" {{
	client_secret_file = "{secret}"
	redirect_uris = {{"{callback}"}}
	post_logout_redirect_uris = {{"{out}"}}
	scope = "openid profile offline_access"
	refresh_rotation = always
	trusted = yes
}}
client "posts" {{
	token_endpoint_auth_method = client_secret_post
	client_secret_file = "{secret}"
	grant_types = {{client_credentials}}
	scope = "api"
}}
"""
# A journal and a syslog of the program's own, in a namespace of its own: what it sees of /run and /dev are these.
WRAPPER = """#!/bin/sh
exec unshare --mount --propagation private sh -ec '
	mount --bind {directory}/system/run /run
	mount -t tmpfs none {directory}/system/dev
	for name in null zero full random urandom; do
		: >{directory}/system/dev/$name
		mount --bind /dev/$name {directory}/system/dev/$name
	done
	ln -s /run/systemd/journal/dev-log {directory}/system/dev/log
	mount --rbind {directory}/system/dev /dev
	exec "$@"
' sh {program} "$@"
"""


def can_mount():
    return ROOT and subprocess.run(["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True,
                                   check=False, timeout=20).returncode == 0


class Listener:
    """A datagram socket, and all that has come."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        os.chmod(path, 0o666)
        self.heard = []
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()

    def listen(self):
        while data := self.socket.recv(1 << 20):
            self.heard.append(data)

    def stop(self):
        self.socket.shutdown(socket.SHUT_RD)
        self.thread.join(timeout=10)
        self.socket.close()


class Fields(html.parser.HTMLParser):
    """Every field of a page, of whichever form."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "input" and attrs.get("value"):
            self.found.append((attrs.get("name", ""), attrs["value"]))


class SweptHost(KeysHost):
    """Knows what has passed under the name of a secret."""

    def __init__(self, sink):
        self.sink, self.secrets, self.listeners = sink, {}, []
        super().__init__(extra=f'log = {sink}\nrefresh_retry_window = "0"\n')
        self.config.write_text(self.config.read_text() + BLOCKS.format(
            secret=self.directory / "secret", callback=CALLBACK, out=OUT))
        if sink in ("journal", "syslog"):
            self.make_system()

    def make_system(self):
        journal = self.directory / "system" / "run" / "systemd" / "journal"
        journal.mkdir(parents=True)
        (self.directory / "system" / "dev").mkdir()
        self.listeners = [Listener(journal / name) for name in ("socket", "dev-log")]
        for name in ("authcoded", "authcode-login"):
            wrapper = self.directory / "system" / name
            wrapper.write_text(WRAPPER.format(directory=self.directory, program=BUILD / name))
            wrapper.chmod(0o755)

    def spawn(self, name, words, is_ready, log_name=None, place=BUILD, **more):
        if self.listeners and place == BUILD:
            place = self.directory / "system"
        return super().spawn(name, words, is_ready, log_name, place, **more)

    def stop(self):
        try:
            super().stop()
        finally:
            for listener in self.listeners:
                listener.stop()

    # --- what passes --------------------------------------------------------------

    def keep(self, what, value):
        if value and value != USER:
            self.secrets.setdefault(value, what)

    def keep_pairs(self, what, pairs):
        for name, value in pairs:
            if name in SECRET_NAMES:
                self.keep(f"{name} {what}", value)

    def keep_url(self, what, url):
        self.keep_pairs(what, urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))

    def note(self, answer, **_):
        """Of each answer, and of the request that it is to."""
        asked = answer.request
        self.keep_url("sent", asked.url)
        if isinstance(asked.body, str):
            self.keep_pairs("sent", urllib.parse.parse_qsl(asked.body))
        if "Authorization" in asked.headers:
            self.keep("Authorization", asked.headers["Authorization"].split(" ", 1)[1])
        self.keep_url("given", answer.headers.get("Location", ""))
        for cookie in answer.cookies:
            self.keep("cookie", cookie.value)
        kind = answer.headers.get("Content-Type", "")
        if kind.startswith("application/json"):
            self.keep_pairs("given", ((name, value) for name, value in answer.json().items() if isinstance(value, str)))
        elif kind.startswith("text/html"):
            self.keep_pairs("given", Fields(answer.text).found)

    def session(self):
        http = super().session()
        http.hooks["response"].append(self.note)
        return http

    def browser(self):
        person = Person(self.issuer)
        person.http.hooks["response"].append(self.note)
        return person

    # --- what was said --------------------------------------------------------------

    def said(self):
        """place -> bytes"""
        found = {name: self.log(name).encode() for name in ("authcoded", "authcode-login", "authcode-check", "authcode-fetch")}
        for listener in self.listeners:
            found[listener.socket.getsockname()] = b"\n".join(listener.heard)
        with contextlib.closing(sqlite3.connect(f"file:{self.state}/authcode.db?mode=ro", uri=True)) as store:
            found["audit"] = "\n".join(map(str, store.execute("SELECT * FROM audit"))).encode()
        for words in (["--json", "audit", "list"], ["audit", "list"], ["--json", "user", "export", USER],
                      ["--json", "client", "list"], ["--json", "session", "list"], ["--json", "status"]):
            told = ctl(self, *words)
            assert told.returncode == 0, told.stderr
            found[" ".join(words)] = (told.stdout + told.stderr).encode()
        for path in ("/metrics", "/health"):
            found[path] = subprocess.run(["curl", "-s", "--unix-socket", self.directory / "run" / "admin.sock",
                                          "http://localhost" + path], capture_output=True, check=True, timeout=20).stdout
        return found


# --- forms of a value ------------------------------------------------------------------


def pieces(value):
    """A line holds 256 bytes of a value at most: of a long one both ends are looked for."""
    found = {value} if len(value) <= 64 else {value[:48], value[-48:]}
    if value.count(".") == 2 and value.startswith("ey"):
        found |= {part[:48] for part in value.split(".")[1:]}  # the header is the same for everybody
    if re.match("[a-z]{3}_", value):
        found.add(value[4:])  # behind the word that says what it is
    if re.fullmatch("[B-Z]{4}-[B-Z]{4}", value):
        found |= {value.replace("-", ""), value.lower()}
    return {piece for piece in found if len(piece) >= 8}


def base64_forms(data):
    """As it stands in the base64 of whatever holds it, wherever in that it begins."""
    for offset in range(3):
        text = base64.b64encode(bytes(offset) + data)
        core = text[-(-offset * 8 // 6):(offset + len(data)) * 8 // 6]
        yield core
        yield core.replace(b"+", b"-").replace(b"/", b"_")


def decoded(piece):
    """The bytes that a token is the base64url of, and those behind the number of its row."""
    if re.fullmatch("[A-Za-z0-9_-]{32,}", piece):
        data = base64.urlsafe_b64decode(piece[:len(piece) // 4 * 4])
        yield data
        yield data[8:]


def forms(value):
    found = set()
    for piece in pieces(value):
        found |= {form for data in decoded(piece) for form in (data.hex().encode(), data.hex().upper().encode())}
        data = piece.encode()
        found |= {data, data.hex().encode(), data.hex().upper().encode(), urllib.parse.quote(piece, safe="").encode(),
                  urllib.parse.quote_plus(piece, safe="").encode(), "".join(f"%{byte:02X}" for byte in data).encode(),
                  "".join(f"%{byte:02x}" for byte in data).encode(), "".join(f"\\x{byte:02x}" for byte in data).encode(),
                  json.dumps(piece)[1:-1].encode()}
        found |= set(base64_forms(data))
    return found


@pytest.mark.parametrize("around", [b"", b"x", b"xy", b"xyz"])
def test_the_forms_are_found_in_what_holds_them(around):
    value = "canary/of a=secret+value"
    data = around + value.encode() + around
    for text in (data, data.hex().encode(), data.hex().upper().encode(), base64.b64encode(data), base64.urlsafe_b64encode(data),
                 urllib.parse.quote(data, safe="").encode(), urllib.parse.quote_plus(data).encode(),
                 json.dumps(data.decode()).encode(), repr(data).encode()):
        assert any(form in text for form in forms(value)), text
    token = base64.urlsafe_b64encode(b"ofa-token" * 6)
    assert any(form in around + (b"ofa-token" * 6)[8:].hex().encode() for form in forms("aca_" + token.decode()))
    assert not any(form in b"canary/of another=secret+value" for form in forms(value))


# --- the flows ----------------------------------------------------------------------------


def sign_in(host, client, person=None, **more):
    person = person or host.browser()
    page = person.go(host.authorize_url(client, state="canary-state-of-a-client", login_hint="canary-login-hint", **more))
    while not isinstance(page, str):
        fields = Form(page.text).fields
        if "username" in fields:
            page = person.submit(page, username=USER, password=PASSWORD)
        elif "answer" in fields:
            page = person.submit(page, answer=CODE_WORD)
        else:
            page = person.submit(page, decision="allow")
    assert "code" in answer_of(page), page
    host.keep_url("given", page)
    return person, answer_of(page)["code"]


def redeem(host, client, code, status=200, secret=SECRET, **more):
    answer = host.post("/token", client, secret, grant_type="authorization_code", code=code, redirect_uri=CALLBACK, **more)
    assert answer.status_code == status, answer.text
    return answer.json()


def people(host):
    """Passwords, second factors, names that are passwords, and those who say no."""
    host.keep("name", "canary-typed-where-the-name-belongs")
    host.keep("name", "Canary With Blanks+and/more=")
    for name, password in ((USER, "canary-wrong-password"), ("canary-typed-where-the-name-belongs", "canary-second-try"),
                           ("Canary With Blanks+and/more=", "canary for a name & more"), (USER, "canary-too-long" * 50)):
        person = host.browser()
        person.submit(person.go(host.authorize_url()), username=name, password=password)
    person = host.browser()
    page = person.submit(person.go(host.authorize_url("otp")), username=USER, password=PASSWORD)
    person.submit(page, answer="canary-wrong-code-word")
    person = host.browser()
    page = person.submit(person.go(host.authorize_url("otp")), username=USER, password=PASSWORD)
    person.submit(page, decision="deny")
    sign_in(host, "otp")
    person, _ = sign_in(host, "asks")
    person.go(host.authorize_url("asks", prompt="consent", state="canary-state-of-a-denial"))
    for path in ("/resume?txn=canary-seal-of-nobody", "/prompt?login=canary-login-id-of-nobody&txn=canary-seal-of-nobody"):
        person.http.get(host.url(path), timeout=20)
    person.http.post(host.url("/login"), data={"txn": "canary-seal-of-nobody", "csrf": "canary-csrf-of-nobody",
                                               "password": "canary-password-without-page"}, timeout=20,
                     headers={"Sec-Fetch-Site": "same-origin"})


def tokens(host):
    """A code and a refresh token, used, used again, wrong, revoked and looked at."""
    verifier = {"code_verifier": "canary-verifier-0123456789-0123456789-012345"}
    challenge = {"code_challenge": "ZuwLhTVLoAuOtSzAAsfvhFlKpY3-kUm2z5Yu9DUNiKk", "code_challenge_method": "S256"}
    _, code = sign_in(host, "app", **challenge)
    redeem(host, "app", code, 400, **verifier)  # the challenge is another's
    person, code = sign_in(host, "web", scope="openid profile offline_access", nonce="canary-nonce-of-a-client")
    redeem(host, "web", code, 401, secret="canary-wrong-client-secret")
    told = redeem(host, "web", code)
    bearer = {"Authorization": "Bearer " + told["access_token"]}
    assert host.request("GET", "/userinfo", headers=bearer).status_code == 200
    fresh = host.post("/token", "web", grant_type="refresh_token", refresh_token=told["refresh_token"]).json()
    for value in (fresh["access_token"], fresh["refresh_token"], "aca_canary-unknown-token", "canary-malformed-token"):
        host.post("/introspect", "web", token=value)
    again = host.post("/token", "web", grant_type="refresh_token", refresh_token=told["refresh_token"])
    assert again.json()["error"] == "invalid_grant"
    redeem(host, "web", code, 400)  # used again
    _, code = sign_in(host, "web", person, scope="openid profile offline_access")
    told = redeem(host, "web", code)
    for name in ("access_token", "refresh_token"):
        assert host.post("/revoke", "app", token=told[name]).status_code == 400  # another's
        assert host.post("/revoke", "web", token=told[name]).status_code == 200
    for place in ({"headers": {"Authorization": "Bearer canary-bearer-of-nobody"}}, {"params": {"access_token": "canary-in-a-query"}},
                  {"headers": {"Authorization": "Basic " + base64.b64encode(b"canary-without-colon").decode()}}):
        assert host.request("GET", "/userinfo", **place).status_code in (400, 401)
    host.request("POST", "/token?client_secret=canary-secret-in-a-query", data={"grant_type": "canary-grant"})
    host.request("GET", "/authorize?client_id=app&client_id=app&state=canary-state-of-a-refusal")
    out = {"id_token_hint": told["id_token"], "state": "canary-state-of-a-logout", "post_logout_redirect_uri": OUT}
    page = person.go(host.url("/logout?" + urllib.parse.urlencode(out)))
    if not isinstance(page, str) and Form(page.text).action:
        person.submit(page, decision="allow")
    host.request("GET", "/logout?id_token_hint=canary.hint.of-nobody&state=canary-state-of-a-logout")


def clients(host):
    """Assertions that are good, used again, forged; secrets in a form."""
    for client in ("signs", "file", "remote"):
        assertion = host.assertion(client)
        statuses = [host.request("POST", "/introspect", data={
            "client_assertion_type": BEARER, "client_assertion": value, "token": "canary-token-of-an-asserter"}).status_code
            for value in (assertion, assertion, assertion[:-8] + "canarysig", "canary-no-assertion")]
        assert statuses == [200, 401, 401, 401], statuses
    for secret in (SECRET, "canary-wrong-posted-secret"):
        host.request("POST", "/token", data={"grant_type": "client_credentials", "client_id": "posts", "client_secret": secret})


def device(host):
    """A device that is allowed, one that is not, and codes that nobody has."""
    for decision in ("allow", "deny"):
        told = host.request("POST", "/device_authorization", data={"client_id": "tv", "scope": "openid profile"}).json()
        person = host.browser()
        person.go(host.url("/device"))
        for typed in ("CANARY-USER-CODE", "BCDFGHJK"):
            person.http.post(host.url("/device"), data={"user_code": typed}, timeout=20,
                             headers={"Sec-Fetch-Site": "same-origin"})
        page = person.submit(person.go(told["verification_uri_complete"]))
        page = person.submit(page, username=USER, password=PASSWORD)
        person.submit(page, decision=decision)
        for code in (told["device_code"], told["device_code"], "canary-device-code-of-nobody"):
            host.request("POST", "/token", data={"grant_type": "urn:ietf:params:oauth:grant-type:device_code",
                                                 "client_id": "tv", "device_code": code})


def administration(host):
    """Secrets that are made, changed and brought along, and a token that is looked at."""
    _, secret = add(host, "--id", "added", "--redirect-uri", CALLBACK, "--scope", "profile", "--set", "trusted=yes")
    host.keep("client_secret given", secret)
    lines = done(host, "client", "rotate-secret", "added", "--keep-old", "1h").splitlines()
    fresh = dict(line.split(": ", 1) for line in lines if ": " in line)["client_secret"]
    assert fresh != secret
    host.keep("client_secret given", fresh)
    for brought in ("Canary-brought_along.0123456789-0123456789\n", "canary-short\n"):
        ctl(host, "client", "rotate-secret", "added", "--secret-file", "-", stdin=brought)
        host.keep("client_secret sent", brought.strip())
    for value in (fresh, secret, "canary-wrong-secret-of-added"):
        host.post("/introspect", "added", value, token="canary-token-that-is-introspected")
    ctl(host, "token", "inspect", stdin="aca_canary-inspected-token\n")
    host.keep("token sent", "aca_canary-inspected-token")
    done(host, "client", "disable", "added")
    done(host, "key", "rotate")
    done(host, "grant", "revoke", USER, "asks")


SINKS = {
    "stderr": ("authcoded", rb"authcoded\[\d+\]: code used again "),
    "json": ("authcoded", rb'"event":"code_reused"'),
    "journal": ("socket", rb"(?m)^AUTHCODE_EVENT=code_reused$"),
    "syslog": ("dev-log", rb"authcoded\[\d+\]: code used again "),
}
SAID = ("login_failed", "login_succeeded", "sign_in_begun", "code_issued", "code_reused", "token_issued", "token_refreshed",
        "refresh_reused", "tokens_revoked", "token_revoked", "session_ended", "device_started", "device_allowed",
        "device_denied", "client_added", "client_secret_rotated", "client_disabled", "consent_withdrawn", "request_refused")


def words_of(events):
    rows = subprocess.run([BUILD / "tests/drift/event_list", "events"], capture_output=True, check=True, timeout=20, text=True)
    return [re.search(rf"^\| `{event}` \| ([^|]+) \|", rows.stdout, re.M).group(1).encode() for event in events]


@pytest.mark.parametrize("sink", SINKS)
def test_nothing_secret_is_said_or_kept(sink):
    if sink in ("journal", "syslog") and not can_mount():
        pytest.skip("only root can give the daemon a journal of its own")
    host = SweptHost(sink)
    try:
        host.start()
        for flow in (people, tokens, clients, device, administration):
            flow(host)
        found = host.said()
        # It was said there, and of everything that was done.
        place, line = SINKS[sink]
        (heard,) = [text for name, text in found.items() if name.endswith(place)]
        assert re.search(line, heard), heard[-2000:]
        for word in words_of(SAID):
            assert word in heard, word
        assert len(host.secrets) > 150 and {what.split()[0] for what in host.secrets.values()} > {
            "password", "answer", "code", "access_token", "refresh_token", "id_token", "cookie", "client_secret", "user_code",
            "device_code", "client_assertion", "csrf", "txn", "login", "nonce", "state", "code_verifier", "Authorization"}
        leaks = [(what, value, name) for value, what in host.secrets.items() for form in forms(value)
                 for name, text in found.items() if form in text]
        assert not leaks, leaks[:5]
        # In plain it is in no file of the state either, but for what a client wants back in the ID token.
        for path in host.state.glob("**/*"):
            data = path.read_bytes() if path.is_file() and path.name != "master.key" else b""
            leaks = [(what, value, path.name) for value, what in host.secrets.items() if what != "nonce sent"
                     for piece in pieces(value) if piece.encode() in data]
            assert not leaks, leaks[:5]
    finally:
        host.stop()
