# SPDX-License-Identifier: Apache-2.0
"""ID tokens and signed userinfo of the real daemon, verified by another library against /jwks (ID-01, ID-02, ID-04,
ID-06, ID-07, ID-08, ID-09, ID-10, ID-12, ID-14, ID-15, ID-16, UI-08, UI-12)."""
import base64
import hashlib
import json
import time

import pytest
from host import CALLBACK, JSON_HEADERS, SECRET, Host, Person, USER
from jwcrypto import jwk, jws
from test_admin import curl

# Name of the client: its options, and the algorithms of its ID tokens and userinfo.
CLIENTS = {
    "silent": ("", "RS256", None),
    "rs": ("userinfo_signed_response_alg = RS256\n", "RS256", "RS256"),
    "ps": ("id_token_signed_response_alg = PS256\nuserinfo_signed_response_alg = PS256\n", "PS256", "PS256"),
    "es": ("id_token_signed_response_alg = ES256\nuserinfo_signed_response_alg = ES256\n", "ES256", "ES256"),
    "ed": ("id_token_signed_response_alg = EdDSA\nuserinfo_signed_response_alg = EdDSA\n", "EdDSA", "EdDSA"),
    "hs": ("id_token_signed_response_alg = HS256\nuserinfo_signed_response_alg = HS256\n", "HS256", "HS256"),
    "pair": ("subject_type = pairwise\nid_token_signed_response_alg = ES256\n", "ES256", None),
    "other": ('subject_type = pairwise\nsector_identifier = "elsewhere"\n', "RS256", None),
}
CLIENT = """
client "{name}" {{
	client_secret_file = "{secret}"
	redirect_uris = {{"{callback}"}}
	scope = "openid profile email groups offline_access"
	default_scopes = "profile"
	trusted = yes
	{options}
}}
"""
every = pytest.mark.parametrize("client", CLIENTS)


def secret_key(secret):
    return jwk.JWK(kty="oct", k=base64.urlsafe_b64encode(secret.encode()).rstrip(b"=").decode())


class OpenIDHost(Host):
    def write_config(self, extra=""):
        super().write_config(extra + "signing_algorithms = { RS256, PS256, ES256, EdDSA }\n" + "".join(
            CLIENT.format(name=name, secret=self.directory / "secret", callback=CALLBACK, options=row[0])
            for name, row in CLIENTS.items()))

    def redeem(self, client, **more):
        more.setdefault("scope", "openid profile")
        code = self.sign_in(client, **more)["code"]
        answer = self.post("/token", client, grant_type="authorization_code", code=code, redirect_uri=CALLBACK)
        assert answer.status_code == 200, answer.text
        for name, value in JSON_HEADERS.items():
            assert answer.headers.get(name) == value, name
        return answer.json()

    def verified(self, token, alg):
        """Header and claims, after another library has verified them with the published key of the token's kid, or for
        HS256 with the client's secret, and has not with any other key."""
        keys = self.request("GET", "/jwks").json()["keys"]
        parsed = jws.JWS()
        parsed.allowed_algs = [alg]
        parsed.deserialize(token)
        header = parsed.jose_header
        if alg == "HS256":
            assert header["alg"] == alg and "kid" not in header
            with pytest.raises(jws.InvalidJWSSignature):
                parsed.verify(secret_key(SECRET[:-1] + "x"))
            parsed.verify(secret_key(SECRET))
            return header, json.loads(parsed.payload)
        (key,) = [key for key in keys if key["kid"] == header["kid"]]
        assert header["alg"] == key["alg"] == alg
        parsed.verify(jwk.JWK(**key))
        claims = json.loads(parsed.payload)
        for other in keys:
            if other["kid"] != header["kid"]:
                with pytest.raises(jws.InvalidJWSSignature):
                    parsed.verify(jwk.JWK(**other))
        return header, claims

    def userinfo(self, tokens):
        return self.request("GET", "/userinfo", headers={"Authorization": "Bearer " + tokens["access_token"]})


@pytest.fixture(scope="module", name="host")
def one_host_with_a_client_of_each_kind():
    host = OpenIDHost()
    try:
        yield host.start()
    finally:
        host.stop()


@every
def test_another_library_verifies_the_id_token(host, client):
    before = int(time.time())
    tokens = host.redeem(client, nonce="a nonce/+=&")
    header, claims = host.verified(tokens["id_token"], CLIENTS[client][1])
    assert sorted(header) == (["alg", "typ"] if client == "hs" else ["alg", "kid", "typ"]) and header["typ"] == "JWT"
    # ID-07: the acr is the service's, since there are several.
    assert claims.pop("acr") == "authcode"
    assert sorted(claims) == ["at_hash", "aud", "auth_time", "exp", "iat", "iss", "nonce", "sid", "sub"]
    discovery = host.request("GET", "/.well-known/openid-configuration").json()
    assert claims["iss"] == discovery["issuer"] == host.issuer
    assert claims["aud"] == client and claims["nonce"] == "a nonce/+=&"
    assert before - 1 <= claims["auth_time"] <= claims["iat"] <= int(time.time()) + 1
    assert claims["exp"] == claims["iat"] + 3600
    assert USER not in claims["sub"] and len(claims["sub"]) in (22, 43)
    digest = hashlib.sha512 if CLIENTS[client][1] == "EdDSA" else hashlib.sha256
    half = digest(tokens["access_token"].encode()).digest()
    half = half[:len(half) // 2]
    assert claims["at_hash"] == base64.urlsafe_b64encode(half).rstrip(b"=").decode()
    assert header["alg"] in discovery["id_token_signing_alg_values_supported"]


@every
def test_userinfo_is_signed_for_who_is_registered_so(host, client):
    tokens = host.redeem(client)
    _, id_claims = host.verified(tokens["id_token"], CLIENTS[client][1])
    answer = host.userinfo(tokens)
    alg = CLIENTS[client][2]
    assert answer.status_code == 200
    for name, value in {**JSON_HEADERS, "Content-Type": "application/jwt" if alg else "application/json"}.items():
        assert answer.headers.get(name) == value, name
    if alg:
        header, claims = host.verified(answer.text, alg)
        assert sorted(header) == (["alg"] if client == "hs" else ["alg", "kid"])
        assert claims.pop("iss") == host.issuer and claims.pop("aud") == client
    else:
        claims = answer.json()
    assert claims["sub"] == id_claims["sub"] and claims["preferred_username"] == USER
    assert set(claims) <= {"sub", "preferred_username", "name"}
    assert host.request("POST", "/userinfo", data={"access_token": "aca_x"}).headers["Content-Type"] == "application/json"


def test_who_shares_a_sector_shares_the_name(host):
    subs = {}
    for client, row in CLIENTS.items():
        subs[client] = host.verified(host.redeem(client)["id_token"], row[1])[1]["sub"]
    assert len({subs[client] for client in ("silent", "rs", "ps", "es", "ed", "hs")}) == 1
    assert len({subs["silent"], subs["pair"], subs["other"]}) == 3
    # The same after a restart: nothing of it is kept but the secret.
    host.stop_daemon()
    host.start_daemon()
    for client in ("pair", "silent"):
        assert host.verified(host.redeem(client)["id_token"], CLIENTS[client][1])[1]["sub"] == subs[client]


def test_a_refresh_brings_another_about_the_same_sign_in(host):
    tokens = host.redeem("es", nonce="n")
    answer = host.post("/token", "es", grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert answer.status_code == 200
    _, first = host.verified(tokens["id_token"], "ES256")
    _, second = host.verified(answer.json()["id_token"], "ES256")
    for name in ("iss", "sub", "aud", "auth_time", "sid"):
        assert second[name] == first[name], name
    assert "nonce" not in second and second["at_hash"] != first["at_hash"]
    narrowed = host.post("/token", "es", grant_type="refresh_token", refresh_token=tokens["refresh_token"], scope="profile")
    assert narrowed.status_code == 200 and "id_token" not in narrowed.json()


def test_an_id_token_of_a_secret_is_a_hint_for_its_own_client_alone(host):
    """ID-12, LO-02: it signs out without a question; the same claims under any other secret ask."""
    person = Person(host.issuer)
    tokens = host.redeem("hs", person=person)
    parts = tokens["id_token"].split(".")
    forged = jws.JWS(base64.urlsafe_b64decode(parts[1] + "=="))
    forged.add_signature(secret_key("a-secret-that-is-not-the-client-s-0123"), "HS256", json.dumps({"alg": "HS256", "typ": "JWT"}))
    for hint, heading in ((forged.serialize(compact=True), "Sign out?"), (tokens["id_token"], "You are signed out")):
        answer = person.http.get(host.url("/logout"), params={"id_token_hint": hint}, timeout=20)
        assert answer.status_code == 200 and f"<h1>{heading}</h1>" in answer.text


def test_without_openid_there_is_none(host):
    assert "id_token" not in host.redeem("silent", scope="profile email")
    assert "id_token" not in host.redeem("silent", scope=None)


def test_an_id_token_is_no_access_token(host):
    tokens = host.redeem("silent")
    answer = host.request("GET", "/userinfo", headers={"Authorization": "Bearer " + tokens["id_token"]})
    assert answer.status_code == 401 and 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    for path in ("/introspect", "/revoke"):
        answer = host.post(path, "silent", token=tokens["id_token"])
        assert answer.status_code == 200 and answer.text in ("", '{"active":false}'), path
    assert host.userinfo(tokens).status_code == 200
    refused = host.post("/token", "silent", grant_type="refresh_token", refresh_token=tokens["id_token"])
    assert refused.status_code == 400 and refused.json()["error"] == "invalid_grant"


def test_tokens_of_before_verify_after_the_keys_are_rotated(host):
    tokens = host.redeem("es")
    assert curl(host, "/admin/keys/rotate", "at_once=yes")[0] == 200
    old, _ = host.verified(tokens["id_token"], "ES256")
    new, _ = host.verified(host.redeem("es")["id_token"], "ES256")
    assert old["kid"] != new["kid"]
