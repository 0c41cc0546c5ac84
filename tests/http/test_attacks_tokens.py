# SPDX-License-Identifier: Apache-2.0
"""The attacks of RFC 9700 at what clients and resource servers use, each carried out (BP-10, BP-12, BP-17, BP-18, BP-21,
BP-22, BP-27). test_attacks.py has those at the browser, test_attacks_clients.py those on behalf of clients."""
import base64
import concurrent.futures
import time

import pytest
from attacker import API, EVIL, OTHER_API, PKCE, VERIFIER, AttackedHost, b64, claims_of, refused
from host import PASSWORD, SECRET, USER, Host, Person, answer_of
from keyserver import KeyServer
from person import Form


@pytest.fixture(scope="module", name="host")
def one_host_to_attack():
    host = AttackedHost()
    try:
        yield host.start()
    finally:
        host.stop()


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


# --- addresses, devices, races ------------------------------------------------------------------


def test_a_device_that_the_attacker_has_started_gets_nothing_by_a_link(host):
    """BP-27, DV-04: phishing. The victim is signed in and follows a link; the attacker polls."""
    told = host.request("POST", "/device_authorization", data={"client_id": "tv", "scope": "profile"}).json()
    poll = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "client_id": "tv", "device_code": told["device_code"]}
    victim = host.person()
    page = victim.go(told["verification_uri_complete"])
    refused(host.request("POST", "/token", data=poll), "authorization_pending")
    if 'value="allow"' not in page.text:
        page = victim.submit(page)
    assert told["user_code"] in page.text and "Television" in page.text and "If somebody sent you here" in page.text
    for headers in ({"Origin": EVIL, "Sec-Fetch-Site": "cross-site"}, {}):
        answer = victim.http.post(host.url("/consent"), data={**Form(page.text).fields, "decision": "allow"}, timeout=20,
                                  headers=headers, allow_redirects=False)
        assert answer.status_code == 403
    other = host.person().http.post(host.url("/consent"), data={**Form(page.text).fields, "decision": "allow"}, timeout=20,
                                    headers={"Sec-Fetch-Site": "same-origin"}, allow_redirects=False)
    assert other.status_code == 403
    refused(host.request("POST", "/token", data=poll), "slow_down")


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
