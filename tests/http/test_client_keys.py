# SPDX-License-Identifier: Apache-2.0
"""Assertions against the real daemon, made by another implementation (python3-jwcrypto), and keys behind a jwks_uri
that authcode-fetch asks for: CA-10, CA-17, CA-19, CA-20, CA-24, CR-06, IN-09, RT-15, LS-08."""
import functools
import json
import threading
import time
import uuid

import pytest
from host import CALLBACK, Host
from jwcrypto import jwk, jwt
from keyserver import KeyServer, make_ca

BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONG_SECRET = "canary-client-secret-that-signs-0123456789"
CLIENTS = """
client "signs" {{
	token_endpoint_auth_method = client_secret_jwt
	client_secret_file = "{directory}/long"
	redirect_uris = {{"{callback}"}}
	scope = "profile"
	trusted = yes
}}
client "file" {{
	token_endpoint_auth_method = private_key_jwt
	jwks_file = "{directory}/keys"
	redirect_uris = {{"{callback}"}}
	scope = "profile"
	trusted = yes
}}
client "remote" {{
	token_endpoint_auth_method = private_key_jwt
	jwks_uri = "{url}"
	redirect_uris = {{"{callback}"}}
	scope = "profile"
	trusted = yes
}}
"""
KINDS = {"ES256": {"kty": "EC", "crv": "P-256"}, "RS256": {"kty": "RSA", "size": 2048},
         "PS256": {"kty": "RSA", "size": 2048}, "EdDSA": {"kty": "OKP", "crv": "Ed25519"}}


def new_key(kid, alg="ES256"):
    return jwk.JWK.generate(**KINDS[alg], kid=kid, use="sig", alg=alg)


def key_set(*keys):
    return json.dumps({"keys": [key.export_public(as_dict=True) for key in keys]}).encode()


@functools.cache
def keys_of_clients():
    """Made once: an RSA key takes longer than most of the tests."""
    return {alg: new_key(alg, alg) for alg in KINDS}


class KeysHost(Host):
    def __init__(self, **options):
        self.keys = dict(keys_of_clients())
        super().__init__(**options)
        make_ca(self.directory)
        self.server = KeyServer(self.directory)
        self.server.body = key_set(*self.keys.values())
        for name, text in (("long", LONG_SECRET), ("keys", self.server.body.decode())):
            (self.directory / name).write_text(text)
            (self.directory / name).chmod(0o600)
        self.config.write_text(self.config.read_text() + CLIENTS.format(directory=self.directory, callback=CALLBACK,
                                                                        url=self.server.url()))

    def start(self):
        self.start_fetch("--ca", self.directory / "ca.pem")
        return super().start()

    def stop(self):
        self.server.stop()
        super().stop()

    def assertion(self, client, key=None, header=None, **claims):
        now = int(time.time())
        values = {"iss": client, "sub": client, "aud": self.issuer, "iat": now, "exp": now + 60, "jti": str(uuid.uuid4()),
                  **claims}
        if client == "signs" and key is None:
            key = jwk.JWK.from_password(LONG_SECRET)
            header = header or {"alg": "HS256"}
        key = key or self.keys["ES256"]
        token = jwt.JWT(header=header or {"alg": key["alg"], "kid": key["kid"]}, claims=values)
        token.make_signed_token(key)
        return token.serialize()

    def ask(self, client, path="/introspect", assertion=None, **values):
        return self.post(path, client=None, client_assertion_type=BEARER, token="x",
                         client_assertion=assertion or self.assertion(client), **values)

    def believes(self, client, **more):
        answer = self.ask(client, assertion=self.assertion(client, **more))
        assert answer.status_code in (200, 401), answer.text
        assert answer.status_code == 200 or answer.json()["error"] == "invalid_client"
        return answer.status_code == 200


@pytest.fixture(name="host")
def one_for_each_test():
    made = KeysHost()
    try:
        yield made.start()
    finally:
        made.stop()


def test_another_implementation_signs_for_each_method_and_algorithm(host):
    assert host.believes("signs")
    for alg in KINDS:
        assert host.believes("file", key=host.keys[alg]), alg
        assert host.believes("remote", key=host.keys[alg]), alg
    assert len(host.server.seen) == 1


def test_a_code_is_redeemed_and_refreshed_with_assertions_and_with_a_new_key_within_a_minute(host):
    """RT-15, and CA-24 for /introspect and /revoke."""
    code = host.sign_in("remote")["code"]
    answer = host.ask("remote", "/token", grant_type="authorization_code", code=code, redirect_uri=CALLBACK)
    assert answer.status_code == 200, answer.text
    first = answer.json()
    fresh = new_key("fresh")
    host.server.body = key_set(fresh)
    until = time.monotonic() + 75
    while True:
        answer = host.ask("remote", "/token", host.assertion("remote", fresh), grant_type="refresh_token",
                          refresh_token=first["refresh_token"])
        if answer.status_code == 200:
            break
        assert answer.status_code == 401 and time.monotonic() < until, answer.text
        time.sleep(2)
    # However many tried meanwhile, it was asked for once more, and the old key has gone.
    assert len(host.server.seen) == 2
    assert not host.believes("remote")
    token = answer.json()["access_token"]
    assert host.post("/introspect", client=None, client_assertion_type=BEARER, token=token,
                     client_assertion=host.assertion("remote", fresh)).json()["active"] is True
    assert host.post("/revoke", client=None, client_assertion_type=BEARER, token=token,
                     client_assertion=host.assertion("remote", fresh)).status_code == 200
    assert host.post("/introspect", client=None, client_assertion_type=BEARER, token=token,
                     client_assertion=host.assertion("remote", fresh)).json()["active"] is False


def test_who_waited_is_answered_like_anybody_else(host):
    """CR-06: for pages of the client that was proved; while none is, for pages of any."""
    host.server.status = 500
    for origin in ("https://app.example", "https://evil.example"):
        for status, assertion in ((401, None), (400, host.assertion("file")), (400, host.assertion("signs"))):
            answer = host.request("POST", "/token", headers={"Origin": origin}, data={
                "grant_type": "authorization_code", "code": "x", "client_assertion_type": BEARER,
                "client_assertion": assertion or host.assertion("remote")})
            assert answer.status_code == status and answer.headers["Vary"] == "Origin"
            assert answer.headers.get("Access-Control-Allow-Origin") == (
                origin if origin == "https://app.example" else None)


def test_who_waited_pays_for_guesses_alone():
    """IN-09"""
    host = KeysHost(extra="stranger_guesses = 0\naddress_guesses = 0\ntotal_guesses = 0\ntoken_guesses = 4\n")
    try:
        host.start()
        code = host.sign_in("remote")["code"]
        token = host.ask("remote", "/token", grant_type="authorization_code", code=code,
                         redirect_uri=CALLBACK).json()["access_token"]
        known = {"path": "/introspect", "client": None, "client_assertion_type": BEARER, "token": token}
        for _ in range(8):
            assert host.post(**known, client_assertion=host.assertion("remote")).json()["active"] is True
        assert not host.believes("remote", key=new_key("unknown")) and not host.believes("file", aud="x")
        assert host.believes("file") and host.believes("signs")  # but the token is none
        for client in ("remote", "file"):
            answer = host.post(**known, client_assertion=host.assertion(client))
            assert answer.status_code == 429 and "active" not in answer.text
    finally:
        host.stop()


def test_an_unknown_kid_makes_no_traffic(host):
    assert host.believes("remote")
    for number in range(20):
        assert not host.believes("remote", key=new_key(f"unknown-{number}"))
    assert len(host.server.seen) == 1


def test_a_replay_is_refused_also_after_a_restart(host):
    assertion = host.assertion("file")
    assert host.ask("file", assertion=assertion).status_code == 200
    assert host.ask("file", assertion=assertion).status_code == 401
    host.stop_daemon()
    host.start_daemon()
    assert host.ask("file", assertion=assertion).status_code == 401
    assert host.believes("file")


def test_of_many_at_once_one_is_believed(host):
    assertion, answers = host.assertion("file"), []
    barrier = threading.Barrier(64)

    def send():
        barrier.wait()
        answers.append(host.ask("file", assertion=assertion).status_code)

    threads = [threading.Thread(target=send) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] + [401] * 63


def test_all_who_come_while_the_keys_are_fetched_are_served_by_one_fetch(host):
    host.server.hold = threading.Event()
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(host.ask("remote").status_code)) for _ in range(12)]
    for thread in threads:
        thread.start()
    host.server.wait_seen(1)
    time.sleep(0.5)
    host.server.hold.set()
    for thread in threads:
        thread.join()
    assert answers == [200] * 12 and len(host.server.seen) == 1


@pytest.mark.parametrize("change", [
    {"status": 404}, {"status": 500}, {"status": 204, "body": b""}, {"body": b""}, {"body": b"<html>"},
    {"body": b'{"keys":[]}'}, {"body": b'{"keys":'}, {"body": b"[]"}, {"body": b" " * 65537}, {"body": b"x" * 65536},
    {"headers": {"Content-Type": "text/html"}}, {"drip": 0.2}], ids=repr)
def test_a_server_that_gives_no_keys_gives_nobody_a_way_in(host, change):
    for name, value in change.items():
        setattr(host.server, name, value)
    assert not host.believes("remote")
    # Nor does it hold up anybody else, and it is not asked again at once.
    assert host.believes("file") and not host.believes("remote")
    assert len(host.server.seen) == 1
    assert "keys of a client could not be fetched" in host.log() or host.server.status == 200


def test_a_redirect_is_not_followed(host):
    other = KeyServer(host.directory)
    other.body = host.server.body
    host.server.status, host.server.headers["Location"] = 302, other.url()
    try:
        assert not host.believes("remote")
        assert not other.seen
    finally:
        other.stop()


def test_a_set_with_a_private_key_is_refused(host):
    host.server.body = json.dumps({"keys": [host.keys["ES256"].export_private(as_dict=True)]}).encode()
    assert not host.believes("remote")


def test_without_authcode_fetch_the_others_go_on(host):
    host.kill_fetch()
    assert not host.believes("remote")
    assert host.believes("file") and host.believes("signs") and host.post("/introspect", token="x").status_code == 200
    assert "authcode-fetch cannot be reached" in host.log()


def test_authcode_fetch_may_be_killed_while_it_fetches_and_started_again(host):
    host.server.hold = threading.Event()
    answers = []
    waits = threading.Thread(target=lambda: answers.append(host.ask("remote").status_code))
    waits.start()
    host.server.wait_seen(1)
    host.kill_fetch()
    waits.join(timeout=10)
    assert answers == [401]
    host.server.hold.set()
    host.server.hold = None
    host.start_fetch("--ca", host.directory / "ca.pem")
    # A daemon that is new has not asked within the minute.
    host.stop_daemon()
    host.start_daemon()
    assert host.believes("remote")


def test_the_daemon_stops_while_a_request_waits_for_keys(host):
    host.server.hold = threading.Event()
    waits = threading.Thread(target=lambda: host.ask("remote"))
    waits.start()
    host.server.wait_seen(1)
    assert host.stop_daemon() == 0
    waits.join(timeout=15)
    assert not waits.is_alive()
    host.start_daemon()


def test_nothing_of_an_assertion_is_in_the_log(host):
    assertion = host.assertion("signs")
    assert host.ask("signs", assertion=assertion).status_code == 200
    assert host.ask("signs", assertion=assertion).status_code == 401
    assert not host.believes("file", aud="https://other.example")
    log = host.log()
    assert assertion not in log and LONG_SECRET not in log and assertion.split(".")[2] not in log
    assert "assertion refused: used before" in log and "assertion refused: for another audience" in log
