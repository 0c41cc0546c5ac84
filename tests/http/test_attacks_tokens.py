# SPDX-License-Identifier: Apache-2.0
"""The attacks of RFC 9700 and RFC 8725 at what clients and resource servers use, each carried out (BP-10, BP-12, BP-17,
BP-18, BP-21 to BP-23, BP-25 to BP-27). test_attacks.py has those at the browser."""
import base64
import concurrent.futures
import json
import time

import pytest
from attacker import API, EVIL, OTHER_API, PKCE, VERIFIER, AttackedHost, refused
from host import PASSWORD, SECRET, USER, Host, Person, answer_of
from jwcrypto import jwk, jwt
from jwcrypto.jwa import JWA
from keyserver import KeyServer
from test_client_keys import key_set, new_key


@pytest.fixture(scope="module", name="host")
def one_host_to_attack():
    host = AttackedHost()
    try:
        yield host.start()
    finally:
        host.stop()


SESSION = "authcode-dev"  # the cookie of a session, as it is called without TLS


def claims_of(token):
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))


def b64(data):
    return base64.urlsafe_b64encode(data if isinstance(data, bytes) else json.dumps(data).encode()).rstrip(b"=").decode()


# --- tokens ----------------------------------------------------------------------------


def test_a_resource_server_that_was_taken_over_has_what_it_was_sent_and_for_an_hour(host):
    """BP-10: "evil" is the resource server and has seen an access token; then it gets at the disk."""
    tokens = host.granted(scope="openid profile offline_access")
    seen = tokens["access_token"]
    assert tokens["expires_in"] <= 3600
    for name in ("web", "evil"):
        refused(host.refresh(seen, name))
        refused(host.redeem(seen, name))
    refused(host.post("/revoke", "evil", token=seen), "invalid_request")
    refused(host.post("/revoke", "evil", token=tokens["refresh_token"]), "invalid_request")
    assert host.is_active(seen) and not host.is_active(tokens["refresh_token"], "evil")
    told = host.post("/introspect", "web", token=seen).json()
    assert told["exp"] - told["iat"] <= 3600
    # What lies on the disk opens nothing, however it is spelt.
    held = b"".join(path.read_bytes() for path in host.state.iterdir() if path.is_file())
    for token in (seen, tokens["refresh_token"]):
        plain = token.split("_", 1)[1]
        raw = base64.urlsafe_b64decode(plain + "=" * (-len(plain) % 4))
        assert plain.encode() not in held and raw not in held and raw[-32:] not in held
    # The access token ends with a word of its client.
    assert host.post("/revoke", "web", token=tokens["refresh_token"]).status_code == 200
    assert not host.is_active(seen) and not host.works(seen)


def test_a_token_of_one_client_tells_another_nothing(host):
    """BP-12: the attacker runs a client, and shows tokens that he was sent to others, and others' to himself."""
    tokens = host.granted(scope="openid profile")
    for client in ("evil", "app", "signed"):
        for token in (tokens["access_token"], tokens["refresh_token"]):
            answer = host.post("/introspect", client, token=token)
            assert answer.status_code == 200 and answer.json() == {"active": False}, client
    assert claims_of(tokens["id_token"])["aud"] == "web"
    told = host.post("/introspect", "web", token=tokens["access_token"]).json()
    assert told["aud"] not in ("web", "") and told["client_id"] == "web"
    # A public client proves nothing, so it is told nothing, of its own tokens either.
    own = host.granted("spa", None, scope="profile", **PKCE)["access_token"]
    answer = host.request("POST", "/introspect", data={"client_id": "spa", "token": own})
    assert answer.json() in ({"active": False}, {**answer.json(), "error": "invalid_client"})


def test_a_resource_server_cannot_use_at_another_what_it_was_sent(host):
    """BP-12: a token for one of them opens neither the other nor anything here."""
    person = host.person()
    for own, name, other, other_name in ((API, "api", OTHER_API, "other-api"), (OTHER_API, "other-api", API, "api")):
        answer = host.redeem(host.code(person, "caller", scope="openid profile", resource=own), "caller")
        token = answer.json()["access_token"]
        assert host.post("/introspect", other_name, token=token).json() == {"active": False}
        told = host.post("/introspect", name, token=token).json()
        assert told["active"] is True and told["aud"] == own
        assert not host.works(token)
        if own == API:
            assert claims_of(token)["aud"] == API
            head, body, signature = token.split(".")
            for aud in (other, [API, other], host.issuer):
                forged = f"{head}.{b64({**claims_of(token), 'aud': aud})}.{signature}"
                assert not host.works(forged) and not host.is_active(forged, other_name)
    here = host.granted("caller", person=person, scope="openid profile")["access_token"]
    assert host.works(here) and not host.is_active(here, "api") and not host.is_active(here, "other-api")


@pytest.mark.parametrize("client, secret", [("web", SECRET), ("spa", None)])
@pytest.mark.parametrize("thief", ["before", "after"])
def test_a_stolen_refresh_token_ends_itself_and_what_it_was_used_for(host, client, secret, thief):
    """BP-17: whoever comes second, thief or client, ends it for both."""
    tokens = host.granted(client, secret, scope="openid offline_access", **PKCE)
    stolen = tokens["refresh_token"]
    first = host.refresh(stolen, client, secret)
    assert first.status_code == 200 and first.json()["refresh_token"] != stolen
    newest = host.refresh(first.json()["refresh_token"], client, secret).json() if thief == "before" else first.json()
    refused(host.refresh(stolen, client, secret))
    for used in (tokens, first.json(), newest):
        assert not host.works(used["access_token"])
        refused(host.refresh(used["refresh_token"], client, secret))


def test_a_refresh_token_is_for_its_client_which_must_prove_itself(host):
    """BP-17."""
    token = host.granted(scope="openid profile offline_access")["refresh_token"]
    refused(host.refresh(token, "evil"))
    refused(host.refresh(token, "spa", None))
    refused(host.refresh(token, "web", None), "invalid_client", 401)
    refused(host.refresh(token, "web", SECRET + "x"), "invalid_client", 401)
    refused(host.refresh(token, scope="openid profile offline_access groups"), "invalid_scope")
    for forged in (token[:-1] + ("A" if token[-1] != "A" else "B"), token[:-2], token + "A", token.upper()):
        refused(host.refresh(forged))
    assert host.refresh(token).status_code == 200


def test_a_refresh_token_that_was_stolen_dies_with_the_session_and_unused(host):
    """BP-17."""
    person = host.person()
    stolen = host.granted(person=person, scope="openid profile")["refresh_token"]
    assert person.submit(person.go(host.url("/logout"))).status_code == 200
    refused(host.refresh(stolen))
    brief = Host(extra='refresh_idle_lifetime = "1s"\n')
    try:
        token = brief.start().tokens("app")["refresh_token"]
        time.sleep(1.5)
        refused(brief.post("/token", "app", grant_type="refresh_token", refresh_token=token))
    finally:
        brief.stop()


def test_a_client_cannot_pass_for_a_person(host):
    """BP-18: the attacker registers a client whose id is a person's name, or the sub of one."""
    sub = host.request("GET", "/userinfo", headers={"Authorization": "Bearer " + host.granted()["access_token"]}).json()["sub"]
    token = host.post("/token", USER, grant_type="client_credentials", scope="profile api").json()["access_token"]
    told = host.post("/introspect", USER, token=token).json()
    assert told["sub"] == told["client_id"] == USER and not {"username", "auth_time", "acr", "amr"} & set(told)
    answer = host.request("GET", "/userinfo", headers={"Authorization": "Bearer " + token})
    assert answer.status_code == 403 and "sub" not in answer.text
    other = Host()
    try:
        other.config.write_text(other.config.read_text() + f'client "{sub}" {{\n\tgrant_types = {{client_credentials}}\n'
                                f'\tclient_secret_file = "{other.directory}/secret"\n\tscope = "api"\n}}\n')
        status, said = other.refuses()
        assert status == 78 and sub in said
    finally:
        other.stop()


@pytest.mark.parametrize("grant", [
    "password", "Password", "urn:ietf:params:oauth:grant-type:jwt-bearer", "implicit", "urn:ietf:params:oauth:grant-type:saml2-bearer",
    "urn:ietf:params:oauth:grant-type:token-exchange"])
def test_a_password_is_of_no_use_at_the_token_endpoint(host, grant):
    """BP-21: the attacker has a client and somebody's password, or wants to try passwords where no page slows him."""
    since = len(host.log("authcode-login"))
    for client, secret in (("web", SECRET), ("spa", None), ("evil", SECRET)):
        values = {"grant_type": grant, "username": USER, "password": PASSWORD, "scope": "openid", "assertion": "x.y.z"}
        if secret is None:
            refused(host.request("POST", "/token", data={"client_id": client, **values}), "unsupported_grant_type")
        else:
            refused(host.post("/token", client, secret, **values), "unsupported_grant_type")
    assert len(host.log("authcode-login")) == since
    told = host.request("GET", "/.well-known/openid-configuration").json()
    assert grant not in told["grant_types_supported"] and told["response_types_supported"] == ["code"]


def test_what_the_person_was_not_asked_for_is_not_granted(host):
    """BP-22: a client asks for more than it may, and more than the person has read."""
    person = host.person()
    code = host.code(person, scope="openid profile groups email admin")
    tokens = host.redeem(code, scope="groups").json()
    assert set(tokens["scope"].split()) == {"openid", "profile"}
    refused(host.refresh(tokens["refresh_token"], scope="openid profile groups"), "invalid_scope")
    page = person.go(host.authorize_url("linked", scope="profile", prompt="consent"))
    back = host.post_form(person, page, decision="allow", scope="profile groups openid", client_id="web")
    tokens = host.redeem(answer_of(back.headers["Location"])["code"], "linked").json()
    assert tokens["scope"] == "profile"
    # Less stays less: a narrower token is not widened by who holds it.
    wide = host.granted(scope="openid profile offline_access")
    narrow = host.refresh(wide["refresh_token"], scope="openid").json()
    told = host.post("/introspect", "web", token=narrow["access_token"]).json()
    assert told["scope"] == "openid"
    held = host.request("GET", "/userinfo", headers={"Authorization": "Bearer " + narrow["access_token"]}).json()
    assert set(held) == {"sub"}


def test_a_token_for_a_resource_is_no_more_than_that(host):
    """BP-22: the client asks at the token endpoint for what was not granted, or for more scope than the resource has."""
    person = host.person()
    code = host.code(person, "caller", scope="openid profile groups", resource=API)
    for more in (OTHER_API, [API, OTHER_API], "https://unknown.example", API + "/"):
        refused(host.redeem(code, "caller", resource=more), "invalid_target")
    tokens = host.redeem(code, "caller", resource=API).json()
    claims = claims_of(tokens["access_token"])
    assert claims["aud"] == API and claims["scope"] == "profile" and "groups" not in claims
    refused(host.refresh(tokens["refresh_token"], "caller", resource=OTHER_API), "invalid_target")
    back = answer_of(host.ask_for(person, "web", resource=API).headers["Location"])
    assert back["error"] == "invalid_target" and "code" not in back


# --- clients ---------------------------------------------------------------------------


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


# --- addresses, races ------------------------------------------------------------------


def test_nobody_makes_the_server_fetch_what_he_names(host, hosts):
    """BP-27: SSRF, by every parameter that names a URL, by a redirect, and by what is registered."""
    inside = KeyServer(host.directory)
    try:
        url = inside.url()
        named = {name: url for name in ("request_uri", "jwks_uri", "sector_identifier_uri", "logo_uri", "registration", "jku",
                                        "client_uri", "policy_uri", "tos_uri", "initiate_login_uri", "login_hint",
                                        "backchannel_logout_uri", "resource", "id_token_hint", "client_id_metadata")}
        person = host.person()
        for name, value in named.items():
            host.ask_for(person, **{name: value})
            host.post("/token", "web", grant_type="refresh_token", refresh_token="x", **{name: value})
            host.request("GET", "/logout", params={name: value})
        assert host.ask_for(person, client_id=url).status_code == 400
        back = answer_of(host.ask_for(person, request_uri=url).headers["Location"])
        assert back["error"] == "request_uri_not_supported"
        host.server.status, host.server.headers["Location"] = 302, url
        refused(host.ask("remote"), "invalid_client", 401)
        assert len(host.server.seen) == 1 and inside.seen == []
    finally:
        inside.stop()
        host.server.status = 200
    for bad in ("http://127.0.0.1/keys", "file:///etc/shadow", "gopher://127.0.0.1:25/", "https://u:p@127.0.0.1/"):
        other = hosts()
        other.config.write_text(other.config.read_text() + f'client "c" {{\n\ttoken_endpoint_auth_method = private_key_jwt\n'
                                f'\tjwks_uri = "{bad}"\n\tgrant_types = {{client_credentials}}\n\tscope = "api"\n}}\n')
        status, said = other.refuses()
        assert status == 78 and "jwks_uri" in said, said


def test_of_many_who_use_the_same_thing_at_once_one_has_it(host):
    """BP-27: replay races of a code, a refresh token and an assertion."""
    person = host.person()

    def race(act):
        with concurrent.futures.ThreadPoolExecutor(16) as crowd:
            return list(crowd.map(lambda _: act(), range(16)))

    code = host.code(person, **PKCE)
    answers = race(lambda: host.redeem(code, code_verifier=VERIFIER))
    won = [answer.json() for answer in answers if answer.status_code == 200]
    assert len(won) == 1 and not host.works(won[0]["access_token"])
    refused(host.refresh(won[0]["refresh_token"]))
    first = host.granted(scope="openid offline_access")
    answers = race(lambda: host.refresh(first["refresh_token"]))
    won = [answer.json() for answer in answers if answer.status_code == 200]
    assert len(won) == 1 and not host.works(won[0]["access_token"]) and not host.works(first["access_token"])
    refused(host.refresh(won[0]["refresh_token"]))
    assertion = host.assertion("strict")
    answers = race(lambda: host.ask("strict", "/token", assertion, grant_type="client_credentials"))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 15
