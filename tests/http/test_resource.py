# SPDX-License-Identifier: Apache-2.0
"""Access tokens for resource servers, opaque and as JWTs, with python3-jwcrypto as the oracle
(RFC 8707, RFC 9068; RI-01 … RI-04, AT-01 … AT-06, IN-03, IN-04, RV-06)."""
import base64
import json
import time
import urllib.parse

import pytest
from host import CALLBACK, PASSWORD, USER, Host, answer_of, basic
from jwcrypto import jwk, jws, jwt
from person import Person

API, PLAIN, OTHER = "https://api.example/v1", "urn:example:plain", "urn:example:other"
RESOURCES = f"""
resource "{API}" {{ name = "The API" scope = "profile groups" access_token_format = jwt access_token_signing_alg = ES256 }}
resource "{PLAIN}" {{ access_token_lifetime = 5min }}
resource "{OTHER}" {{ }}
"""
CLIENTS = """
client "user" {{
	client_secret_file = "{secret}"
	redirect_uris = {{ "{callback}" }}
	scope = "openid profile groups"
	trusted = yes
	resources = {{ "{api}", "{plain}" }}
	access_token_format = jwt
}}
client "asks-for-api" {{
	client_secret_file = "{secret}"
	redirect_uris = {{ "{callback}" }}
	scope = "profile"
	resources = {{ "{api}" }}
	default_resource = "{api}"
}}
client "api" {{
	client_secret_file = "{secret}"
	redirect_uris = {{ "{callback}" }}
	scope = "profile"
	resource_server = "{api}"
}}
"""


@pytest.fixture(scope="module", name="server")
def server_with_resources():
    host = Host()
    host.write_config(RESOURCES + CLIENTS.format(secret=host.directory / "secret", callback=CALLBACK, api=API, plain=PLAIN))
    try:
        yield host.start()
    finally:
        host.stop()


def url(host, client="user", resources=(), **more):
    return host.authorize_url(client, **more) + "".join("&resource=" + urllib.parse.quote(r, safe="") for r in resources)


def tokens(host, resources=(), chosen=(), scope="openid profile groups"):
    landed = Person(host.issuer).sign_in(url(host, resources=resources, scope=scope), USER, PASSWORD)
    form = [("grant_type", "authorization_code"), ("code", answer_of(landed)["code"]), ("redirect_uri", CALLBACK)]
    answer = host.request("POST", "/token", data=form + [("resource", r) for r in chosen],
                          headers={"Authorization": basic("user")})
    assert answer.status_code == 200, answer.text
    return answer.json()


def ask(host, path, client, **values):
    return host.request("POST", path, data=values, headers={"Authorization": basic(client)})


def introspect(host, token, client="user"):
    return ask(host, "/introspect", client, token=token).json()


def userinfo(host, token):
    return host.request("GET", "/userinfo", headers={"Authorization": "Bearer " + token}).status_code


def verified(host, token, algorithm):
    """The claims, by another implementation and the published keys alone."""
    keys = jwk.JWKSet.from_json(host.request("GET", "/jwks").text)
    oracle = jwt.JWT(jwt=token, key=keys, algs=[algorithm])
    header = json.loads(oracle.header)
    assert header == {"alg": algorithm, "typ": "at+jwt", "kid": header["kid"]}
    key = keys.get_key(header["kid"])
    assert key is not None and key.export(private_key=False, as_dict=True)["alg"] == algorithm
    return json.loads(oracle.claims)


def test_a_jwt_is_verified_by_the_published_keys(server):
    answer = tokens(server)
    claims = verified(server, answer["access_token"], "RS256")
    assert claims["iss"] == claims["aud"] == server.issuer and claims["client_id"] == "user"
    assert claims["exp"] - claims["iat"] == answer["expires_in"] == 600 and abs(claims["iat"] - time.time()) < 30
    assert abs(claims["auth_time"] - time.time()) < 30
    assert set(claims) == {"iss", "exp", "aud", "sub", "client_id", "iat", "jti", "scope", "auth_time",
                           "acr"}
    told = introspect(server, answer["access_token"])
    assert told.pop("active") is True
    assert {name: told[name] for name in claims} == claims
    assert userinfo(server, answer["access_token"]) == 200


def test_a_resource_decides_what_its_tokens_are_like(server):
    claims = verified(server, tokens(server, [API, PLAIN], [API])["access_token"], "ES256")
    assert claims["aud"] == API and claims["scope"] == "profile groups" and claims["groups"]
    plain = tokens(server, [API, PLAIN], [PLAIN])
    assert plain["expires_in"] == 300
    assert verified(server, plain["access_token"], "RS256")["aud"] == PLAIN
    both = verified(server, tokens(server, [API, PLAIN])["access_token"], "RS256")
    assert both["aud"] == [API, PLAIN] and "groups" not in both


def test_a_token_for_somebody_else_opens_nothing_here(server):
    token = tokens(server, [API])["access_token"]
    assert userinfo(server, token) == 401
    assert introspect(server, token, "api")["active"] is True
    assert introspect(server, tokens(server, [PLAIN])["access_token"], "api") == {"active": False}
    assert introspect(server, tokens(server)["access_token"], "api") == {"active": False}


@pytest.mark.parametrize("resources", [["api"], [API + "#x"], [OTHER], [API, OTHER], ["https://unknown.example"]])
def test_what_the_client_may_not_have_is_refused(server, resources):
    answer = server.request("GET", url(server, resources=resources, state="s")[len(server.issuer):])
    told = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(answer.headers["Location"]).query))
    assert answer.status_code == 303 and told["error"] == "invalid_target" and told["state"] == "s"
    refresh = tokens(server, [PLAIN])["refresh_token"]
    answer = server.request("POST", "/token", headers={"Authorization": basic("user")},
                            data=[("grant_type", "refresh_token"), ("refresh_token", refresh)] +
                            [("resource", r) for r in resources])
    assert answer.status_code == 400 and answer.json()["error"] == "invalid_target"


def test_people_see_whom_the_access_is_for(server):
    person = Person(server.issuer)
    assert isinstance(person.sign_in(url(server), USER, PASSWORD), str)
    page = person.go(url(server, "asks-for-api"))
    assert page.status_code == 200 and "<bdi>The API</bdi>" in page.text


def test_a_revoked_jwt_is_dead_at_once(server):
    token = tokens(server)["access_token"]
    assert ask(server, "/revoke", "user", token=token).status_code == 200
    assert introspect(server, token) == {"active": False} and userinfo(server, token) == 401


def forged(claims, header, key):
    token = jws.JWS(json.dumps(claims))
    token.add_signature(key, protected=json.dumps(header))
    return token.serialize(compact=True)


def test_what_others_have_signed_is_refused(server):
    token = tokens(server)["access_token"]
    claims, header = verified(server, token, "RS256"), jws.JWS()
    header.deserialize(token)
    header = dict(header.jose_header)
    own = jwk.JWK.generate(kty="RSA", size=2048)
    public = json.loads(own.export_public())
    parts = token.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"at+jwt"}').rstrip(b"=").decode()
    rsa = jwk.JWKSet.from_json(server.request("GET", "/jwks").text).get_key(header["kid"])
    secret = jwk.JWK(kty="oct", k=base64.urlsafe_b64encode(rsa.export_to_pem()).rstrip(b"=").decode())
    for forgery in (forged(claims, header, own), forged(claims, {**header, "jwk": public}, own),
                    forged(claims, {**header, "kid": "x"}, own), f"{none}.{parts[1]}.", f"{none}.{parts[1]}.{parts[2]}",
                    forged(claims, {**header, "alg": "HS256"}, secret), ".".join(parts[:2]) + ".",
                    forged({**claims, "exp": claims["exp"] + 3600}, header, own), parts[1], claims["jti"]):
        assert introspect(server, forgery) == {"active": False}, forgery
        assert userinfo(server, forgery) in (400, 401), forgery
    assert introspect(server, token)["active"] is True
