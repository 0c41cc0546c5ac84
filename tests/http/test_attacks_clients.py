# SPDX-License-Identifier: Apache-2.0
"""The attacks of RFC 9700 and RFC 8725 that pass somebody off as a client, and a token or a session as another one, each
carried out (BP-23, BP-25, BP-26)."""
import json

import pytest
from attacker import API, EVIL, AttackedHost, b64, claims_of, refused
from host import PASSWORD, SECRET, USER, Person, answer_of
from jwcrypto import jwk, jwt
from jwcrypto.jwa import JWA
from keyserver import KeyServer
from test_client_keys import key_set, new_key

SESSION = "authcode-dev"  # the cookie of a session, as it is called without TLS


@pytest.fixture(scope="module", name="host")
def one_host_to_attack():
    host = AttackedHost()
    try:
        yield host.start()
    finally:
        host.stop()


def test_a_client_that_has_a_key_of_its_own_cannot_be_spoken_for_by_less(host):
    """BP-23: the attacker knows everything that is not its private key."""
    values = {"grant_type": "client_credentials"}
    refused(host.request("POST", "/token", data={"client_id": "strict", **values}), "invalid_client", 401)
    refused(host.post("/token", "strict", SECRET, **values), "invalid_client", 401)
    refused(host.request("POST", "/token", data={"client_id": "strict", "client_secret": SECRET, **values}),
            "invalid_client", 401)
    for key in (new_key("ES256"), new_key("RS256", "PS256")):
        refused(host.ask("strict", "/token", host.assertion("strict", key), **values), "invalid_client", 401)
    other = host.assertion("file")
    refused(host.ask("strict", "/token", other, client_id="strict", **values), "invalid_request")
    assert host.ask("strict", "/token", **values).status_code == 200
    told = host.request("GET", "/.well-known/openid-configuration").json()
    assert {"private_key_jwt", "client_secret_basic"} <= set(told["token_endpoint_auth_methods_supported"])
    assert {"ES256", "PS256", "EdDSA"} <= set(told["token_endpoint_auth_signing_alg_values_supported"])


def test_an_assertion_for_the_attackers_server_is_none_here(host):
    """BP-25: his metadata names our token endpoint, or an audience that both servers might take."""
    token_url = host.url("/token")
    for aud in (EVIL, EVIL + "/token", token_url + "/", host.issuer + "/", [EVIL], "", [], host.issuer.upper(),
                token_url + "?x", [EVIL, {"x": host.issuer}], None):
        refused(host.ask("file", "/introspect", host.assertion("file", aud=aud)), "invalid_client", 401)
    for aud in ([host.issuer], [host.issuer, EVIL], token_url, [EVIL, host.issuer]):
        refused(host.ask("strict", "/introspect", host.assertion("strict", aud=aud)), "invalid_client", 401)
    # A request object of the client's, which the attacker has seen in a URL.
    for header in ({"typ": "oauth-authz-req+jwt"}, {"typ": "JWT"}):
        claims = {} if "authz" in header["typ"] else {"sub": None}
        assertion = host.assertion("file", header={"alg": "ES256", "kid": "ES256", **header}, **claims)
        refused(host.ask("file", "/introspect", assertion, client_id="file"), "invalid_client", 401)
    assert host.believes("file") and host.believes("strict")


def test_a_session_that_the_attacker_has_put_into_a_browser_stays_nobodys(host):
    """BP-25: session fixation at our own pages."""
    attacker, victim = Person(host.issuer), Person(host.issuer)
    attacker.go(host.authorize_url("app"))
    planted = {**attacker.http.cookies.get_dict(), SESSION: "x" * 43}

    def plant(person):
        for name, value in planted.items():
            person.http.cookies.set(name, value, domain="127.0.0.1", path="/")

    plant(victim)
    assert "code" in answer_of(victim.sign_in(host.authorize_url("app"), USER, PASSWORD))
    assert victim.http.cookies[SESSION] != "x" * 43
    plant(attacker)
    assert not isinstance(attacker.go(host.authorize_url("app")), str)
    # And one that was known before a sign-in is of no use after it.
    before = victim.http.cookies[SESSION]
    assert "code" in answer_of(victim.sign_in(host.authorize_url("app", prompt="login"), USER, PASSWORD))
    assert victim.http.cookies[SESSION] != before
    planted[SESSION] = before
    plant(attacker)
    assert not isinstance(attacker.go(host.authorize_url("app")), str)


def signed_with(key, header, claims):
    token = jwt.JWT(header=header, claims=claims, algs=[header["alg"]])
    token.make_signed_token(key)
    return token.serialize()


def test_no_header_of_an_assertion_chooses_how_it_is_checked(host):
    """BP-26: alg confusion, none, kid tricks, and keys that the token brings along."""
    good = host.assertion("file")
    body = good.split(".")[1]
    mine = new_key("mine")
    claims = {**claims_of(host.assertion("file"))}
    public = host.keys["RS256"]
    forged = []
    for alg in ("none", "None", "NONE", "", "HS256", "ES256"):
        forged += [f"{b64({'alg': alg, 'kid': 'ES256'})}.{body}.", f"{b64({'alg': alg})}.{body}.{b64(b'x' * 64)}"]
    pems = [public.export_to_pem(), public.export_public().encode(), json.dumps(public.export_public(as_dict=True)).encode(),
            host.server.body]
    for secret in pems:
        forged.append(signed_with(jwk.JWK(kty="oct", k=b64(secret)), {"alg": "HS256", "kid": "RS256"}, claims))
    evil = KeyServer(host.directory)
    evil.body = key_set(mine)
    try:
        for extra in ({"jwk": mine.export_public(as_dict=True)}, {"jku": evil.url()}, {"x5u": evil.url("/x5u")},
                      {"x5c": ["MIIB"]}, {"crit": ["b64"], "b64": True}):
            for kid in ("mine", "ES256"):
                header = {"alg": "ES256", "kid": kid, **extra}
                raw = signed_with(mine, {"alg": "ES256", "kid": kid}, claims)
                forged.append(raw)
                part = b64(header)
                token = jwk.JWK(**mine.export(as_dict=True))
                signature = JWA.signing_alg("ES256").sign(token, f"{part}.{body}".encode())
                forged.append(f"{part}.{body}.{b64(signature)}")
        for kid in ("../../../dev/null", "/dev/null", "' OR 1=1 --", "ES256\x00", "x" * 4000, ""):
            forged.append(signed_with(jwk.JWK(kty="oct", k=b64(b"\0" * 32)), {"alg": "HS256", "kid": kid}, claims))
            forged.append(signed_with(mine, {"alg": "ES256", "kid": kid}, claims))
        for assertion in forged:
            refused(host.ask("file", "/introspect", assertion), "invalid_client", 401)
        assert evil.seen == []
    finally:
        evil.stop()
    # The secret's client is not spoken for by a key, and the key of one client is not another's.
    refused(host.ask("signs", "/introspect", host.assertion("signs", host.keys["ES256"],
                                                             {"alg": "ES256", "kid": "ES256"})), "invalid_client", 401)
    assert host.ask("file", assertion=good).status_code == 200


def test_a_token_of_one_kind_is_not_taken_for_another(host):
    """BP-26: everything that we sign or give out, wherever something is taken."""
    person = host.person()
    tokens = host.granted("signed", person=person, scope="openid profile")
    userinfo = host.request("GET", "/userinfo", headers={"Authorization": "Bearer " + tokens["access_token"]}).text
    assert userinfo.count(".") == 2
    code = host.code(person, "signed")
    at_jwt = host.redeem(host.code(person, "caller", scope="openid profile", resource=API), "caller").json()["access_token"]
    public = jwk.JWK(**host.request("GET", "/jwks").json()["keys"][0])
    unsigned = f"{b64({'alg': 'none', 'typ': 'JWT'})}.{tokens['id_token'].split('.')[1]}."
    secret = jwk.JWK(kty="oct", k=b64(public.export_to_pem()))
    confused = signed_with(secret, {"alg": "HS256", "typ": "JWT", "kid": public["kid"]}, claims_of(tokens["id_token"]))
    for hint in (userinfo, at_jwt, unsigned, confused, tokens["access_token"], host.assertion("file"),
                 tokens["id_token"][:-4] + "AAAA"):
        back = answer_of(host.ask_for(person, "signed", scope="openid", id_token_hint=hint).headers["Location"])
        assert back["error"] == "invalid_request" and "code" not in back
        answer = host.request("GET", "/logout", params={"id_token_hint": hint}, cookies=person.http.cookies)
        assert answer.status_code == 200 and "<h1>Sign out?</h1>" in answer.text
    for token in (tokens["id_token"], userinfo, code, tokens["refresh_token"], confused, at_jwt):
        assert not host.works(token) and not (token != tokens["refresh_token"] and host.is_active(token, "signed"))
        refused(host.ask("file", "/introspect", token), "invalid_client", 401)
    for token in (tokens["id_token"], tokens["access_token"], code, userinfo):
        refused(host.refresh(token, "signed"))
    for token in (tokens["id_token"], tokens["access_token"], tokens["refresh_token"]):
        refused(host.redeem(token, "signed"))
    assert host.redeem(code, "signed").status_code == 200
