# SPDX-License-Identifier: Apache-2.0
"""The attacks of RFC 9700 at the browser, each carried out (BP-01 to BP-08, BP-13 to BP-16, BP-19, BP-20, BP-24). The
person is signed in and trusts the client wherever that helps the attacker. test_attacks_tokens.py and
test_attacks_clients.py have the others."""
import base64
import hashlib
import html
import json
import re
import socket

import pytest
from attacker import (EVIL, EVIL_CALLBACK, NATIVE, OTHER_VERIFIER, OUT, PKCE, VERIFIER, AttackedHost, challenge_of,
                      refused, stays_here)
from host import CALLBACK, PASSWORD, SECRET, USER, Person, answer_of
from person import Form


@pytest.fixture(scope="module", name="host")
def one_host_to_attack():
    host = AttackedHost()
    try:
        yield host.start()
    finally:
        host.stop()


@pytest.fixture(scope="module", name="victim")
def one_browser_that_is_signed_in(host):
    return host.person()


FORGED = [
    "https://app.example/callback/", "https://app.example/callback/../../evil", "https://app.example/callback%2f..",
    "https://app.example/callback?next=" + EVIL, "https://app.example/callback#", "https://app.example/callback%00",
    "https://app.example.evil.example/callback", "https://app.example@evil.example/callback",
    "https://evil.example/https://app.example/callback", "https://app.example:444/callback",
    "https://app.example:443/callback", "http://app.example/callback", "https://APP.example/callback",
    "https://app.example/Callback", "https://app.example\\@evil.example/callback", "//app.example/callback",
    "https://evil.example\\.app.example/callback", "https://app.example/callback\t", " " + CALLBACK, "javascript:alert(1)",
    "data:text/html,x", "*", CALLBACK + "," + EVIL_CALLBACK, CALLBACK + " " + EVIL_CALLBACK]


@pytest.mark.parametrize("uri", FORGED)
def test_a_redirect_uri_that_is_nearly_the_clients_gets_no_code(host, victim, uri):
    """BP-01, and at the token endpoint below."""
    for more in ({}, {"prompt": "none"}, {"response_type": "token"}, {"response_mode": "form_post"}):
        answer = host.ask_for(victim, redirect_uri=uri, **more)
        assert answer.status_code == 400 and "Location" not in answer.headers and "evil.example" not in answer.text
        assert "code" not in Form(answer.text).fields


def test_a_code_that_another_registered_uri_has_leaked_is_worth_nothing(host, victim):
    """BP-01: RFC 9700 §4.1.1, and both repeated and native URIs."""
    code = host.code(victim, redirect_uri="https://app.example/other")
    refused(host.redeem(code))
    twice = host.authorize_url("web") + "&redirect_uri=" + EVIL_CALLBACK
    assert victim.http.get(twice, allow_redirects=False, timeout=20).status_code == 400
    for uri in ("http://127.0.0.1:7777/other", "http://localhost:7777/native", "https://127.0.0.1:7777/native",
                "http://127.0.0.1.evil.example/native", "http://127.0.0.1:7777@evil.example/native"):
        assert host.ask_for(victim, "native", redirect_uri=uri, **PKCE).status_code == 400, uri
    assert host.ask_for(victim, "native", redirect_uri=NATIVE.replace("/native", ":7777/native"), **PKCE).status_code == 200


def test_no_referer_tells_another_site_where_the_person_is(host, victim):
    """BP-02: the attacker owns a site that our pages link to, or that they load something from."""
    stranger = Person(host.issuer)
    sign_in = stranger.go(host.authorize_url("linked"))
    consent = victim.go(host.authorize_url("linked", prompt="consent"))
    for page in (sign_in, consent):
        assert "https://app.example/policy" in page.text
        assert page.headers["Referrer-Policy"] == "same-origin"
        for link in re.findall(r"<a [^>]*>", page.text):
            assert 'rel="noopener noreferrer"' in link
        for loaded in re.findall(r'(?:src|<link[^>]* href)="([^"]*)"', page.text):
            assert loaded.startswith("/") and not loaded.startswith("//")
        assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    back = host.ask_for(victim)
    assert back.headers["Referrer-Policy"] == "no-referrer" and back.text == ""
    # And a code that a page of the client has leaked was used before: then nothing of it is left.
    code = answer_of(back.headers["Location"])["code"]
    tokens = host.redeem(code).json()
    refused(host.redeem(code))
    assert not host.works(tokens["access_token"])


def test_the_history_of_the_browser_holds_nothing_to_sign_in_with(host, hosts):
    """BP-03: whoever sits down at the browser afterwards reads every URL that it has been to."""
    person = Person(host.issuer)
    page = person.go(host.authorize_url("web", response_mode="form_post", scope="openid profile"))
    answer, history = host.post_form(person, page, username=USER, password=PASSWORD), [page.url]
    while answer.status_code == 303:
        history.append(answer.headers["Location"])
        answer = person.http.get(host.issuer + answer.headers["Location"].removeprefix(host.issuer),
                                 allow_redirects=False, timeout=20)
    code = html.unescape(re.search(r'name="code" value="([^"]*)"', answer.text).group(1))
    tokens = host.redeem(code).json()
    for secret in (PASSWORD, code, tokens["access_token"], tokens["refresh_token"], tokens["id_token"],
                   *person.http.cookies.get_dict().values()):
        assert secret not in " ".join(history)
    assert answer.headers["Cache-Control"] == "no-store"
    # Nobody is tempted to put one there: tokens and passwords are not read out of a URL.
    token = tokens["access_token"]
    assert host.request("GET", f"/userinfo?access_token={token}").status_code == 400
    assert host.request("GET", f"/login?username={USER}&password={PASSWORD}").status_code == 405
    refused(host.post(f"/token?refresh_token={tokens['refresh_token']}", "web", grant_type="refresh_token"),
            "invalid_request")
    # A code in a URL is old in a minute, and no configuration makes it older.
    lasting = hosts(extra='code_lifetime = "61s"\n')
    status, said = lasting.refuses()
    assert status == 78 and "code_lifetime" in said


@pytest.mark.parametrize("mode", ["query", "fragment"])
def test_an_answer_says_which_server_it_is_of(host, victim, mode):
    """BP-04: the attacker's server has sent the client's person here, and wants the answer to look like its own."""
    for more, name in (({}, "code"), ({"max_age": "x"}, "error"), ({"response_type": "token"}, "error")):
        url = host.authorize_url("web", response_mode=mode, state="s", iss=EVIL, **more)
        location = victim.http.get(url, allow_redirects=False, timeout=20, headers={"X-Forwarded-Host": "evil.example"})
        location = location.headers["Location"].replace("#", "?")
        assert location.startswith(CALLBACK + "?") and location.count("iss=") == 1
        answer = answer_of(location)
        assert name in answer and answer["iss"] == host.issuer
    told = host.request("GET", "/.well-known/openid-configuration").json()
    assert told["issuer"] == host.issuer and told["authorization_response_iss_parameter_supported"] is True
    assert host.request("GET", "/.well-known/openid-configuration", headers={"Host": "evil.example"}).status_code == 421


def test_a_code_that_the_client_has_brought_to_the_attackers_server_is_useless_there(host, victim):
    """BP-04, when the client did not look: what the attacker has is the code alone."""
    code = host.code(victim, **PKCE)
    refused(host.redeem(code, "evil", code_verifier=VERIFIER))
    refused(host.redeem(code, secret=None), "invalid_client", 401)
    refused(host.redeem(code))
    assert host.redeem(code, code_verifier=VERIFIER).status_code == 200


def test_a_stolen_code_is_no_use_in_the_attackers_own_session_at_the_client(host, victim):
    """BP-05: the client redeems the victim's code with what it remembers of the attacker's request."""
    code = host.code(victim, scope="openid", nonce="of-the-victim", **PKCE)
    for what in ({"code_verifier": OTHER_VERIFIER}, {"code_verifier": ""}, {},
                 {"code_verifier": PKCE["code_challenge"]}, {"code_verifier": VERIFIER, "client": "evil"},
                 {"code_verifier": VERIFIER, "redirect_uri": "https://app.example/other"}):
        refused(host.redeem(code, **what))
    tokens = host.redeem(code, code_verifier=VERIFIER)
    # Whoever uses no PKCE finds the other one's nonce in the ID token.
    payload = tokens.json()["id_token"].split(".")[1]
    assert json.loads(base64.urlsafe_b64decode(payload + "=="))["nonce"] == "of-the-victim"


def test_no_access_token_comes_by_way_of_the_browser_and_another_one_is_noticed(host, victim):
    """BP-06."""
    for kind in ("token", "id_token", "id_token token", "code token", "code id_token", "code id_token token", "none"):
        answer = host.ask_for(victim, response_type=kind, scope="openid", nonce="n", response_mode="fragment")
        fields = answer_of(answer.headers["Location"].replace("#", "?"))
        assert fields["error"] == "unsupported_response_type", kind
        assert not {"access_token", "id_token", "code"} & set(fields)
    mine, stolen = host.granted(scope="openid"), host.granted(scope="openid")

    def half(token):
        return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()[:16]).rstrip(b"=").decode()

    claims = json.loads(base64.urlsafe_b64decode(mine["id_token"].split(".")[1] + "=="))
    assert claims["at_hash"] == half(mine["access_token"]) != half(stolen["access_token"])


def test_the_attackers_answer_does_not_fit_the_request_of_the_persons_browser(host, victim):
    """BP-07 at the client: his code comes by a link that the victim follows; state, nonce and PKCE tell."""
    attacker = host.person()
    back = answer_of(host.ask_for(attacker, state="of-the-attacker", **{**PKCE, "code_challenge":
                                                                        challenge_of(OTHER_VERIFIER)}).headers["Location"])
    assert back["state"] == "of-the-attacker"
    refused(host.redeem(back["code"], code_verifier=VERIFIER))
    told = host.request("GET", "/.well-known/openid-configuration").json()
    assert told["code_challenge_methods_supported"] == ["S256"]


def test_a_form_of_the_attackers_page_neither_signs_in_nor_consents(host, victim):
    """BP-07 here: he fills the forms of pages that he has got himself into the victim's browser."""
    attacker, visitor = host.person(), Person(host.issuer)
    visitor.go(host.authorize_url("app"))
    sign_in = Form(Person(host.issuer).go(host.authorize_url("app")).text).fields
    answer = visitor.http.post(host.url("/login"), data={**sign_in, "username": USER, "password": PASSWORD}, timeout=20,
                               headers={"Sec-Fetch-Site": "same-origin"}, allow_redirects=False)
    assert answer.status_code != 303 or not isinstance(visitor.go(host.url(answer.headers["Location"].removeprefix(
        host.issuer))), str)
    assert not isinstance(visitor.go(host.authorize_url("app")), str), "signed in as the attacker"
    consent = Form(attacker.go(host.authorize_url("asks", prompt="consent")).text).fields
    own = Form(victim.go(host.authorize_url("asks", prompt="consent")).text).fields
    for fields in (consent, {**own, "csrf": consent["csrf"]}, {**own, "csrf": ""}, {**own, "txn": consent["txn"]}):
        answer = victim.http.post(host.url("/consent"), data={**fields, "decision": "allow"}, timeout=20,
                                  headers={"Sec-Fetch-Site": "same-origin"}, allow_redirects=False)
        assert answer.status_code == 403 and "Location" not in answer.headers
    answer = victim.http.post(host.url("/consent"), data={**own, "decision": "allow"}, timeout=20, allow_redirects=False,
                              headers={"Sec-Fetch-Site": "cross-site", "Origin": EVIL})
    assert answer.status_code == 403


@pytest.mark.parametrize("request_change, verifier", [
    ({"code_challenge": None, "code_challenge_method": None}, VERIFIER), ({}, None), ({}, ""), ({}, PKCE["code_challenge"])])
def test_taking_the_challenge_or_the_verifier_away_gets_no_token(host, victim, request_change, verifier):
    """BP-08: the attacker stands between client and server, in one direction or the other."""
    for client, secret in (("web", SECRET), ("spa", None)):
        answer = host.ask_for(victim, client, **{**PKCE, **request_change})
        back = answer_of(answer.headers["Location"])
        if client == "spa" and request_change:
            assert back["error"] == "invalid_request" and "code" not in back
            continue
        refused(host.redeem(back["code"], client, secret, **({} if verifier is None else {"code_verifier": verifier})))


@pytest.mark.parametrize("change", [
    {"code_challenge_method": "plain"}, {"code_challenge_method": None}, {"code_challenge_method": "s256"},
    {"code_challenge_method": "plain", "code_challenge": VERIFIER}, {"code_challenge": None}, {"code_challenge": "x"}])
def test_a_weaker_challenge_is_none(host, victim, change):
    """BP-08."""
    for client in ("web", "spa"):
        back = answer_of(host.ask_for(victim, client, **{**PKCE, **change}).headers["Location"])
        assert back["error"] == "invalid_request" and "code" not in back


@pytest.mark.parametrize("more", [{}, {"prompt": "none"}, {"response_type": "token"}, {"scope": "nothing"}, {"max_age": "x"}])
def test_an_open_redirector_of_the_client_is_not_reached(host, victim, more):
    """BP-13: an answer with a code, and errors, by way of a page of the client that sends on."""
    for path in ("/callback?url=" + EVIL, "/go?url=" + EVIL, "/callback/../go?url=" + EVIL, "/callback;url=" + EVIL,
                 "/callback?code=x", "/callback/%2e%2e/go"):
        answer = host.ask_for(victim, redirect_uri="https://app.example" + path, **more)
        assert answer.status_code == 400 and "Location" not in answer.headers, path


STEERING = ["return_to", "return", "next", "continue", "url", "redirect", "redirect_to", "target_link_uri", "RelayState", "service",
            "post_logout_redirect_uri", "logout_uri", "initiate_login_uri", "logo_uri", "txn", "to"]


@pytest.mark.parametrize("to", [EVIL, "//evil.example", "/\\evil.example", "https:evil.example", "javascript:alert(1)"])
def test_nothing_sends_the_person_to_a_place_of_the_attackers(host, victim, to):
    """BP-14: every page, with every parameter that such servers have been known to follow."""
    extra = {name: to for name in STEERING}
    for path in ("/authorize", "/resume", "/prompt", "/logout", "/consent", "/login", "/logo", "/", "//evil.example/",
                 "/authorize/" + to):
        for method in ("GET", "POST"):
            answer = host.request(method, path, **{"params" if method == "GET" else "data": extra},
                                  cookies=victim.http.cookies, headers={"Sec-Fetch-Site": "same-origin"})
            stays_here(host, answer)
    # Beside a request that is one: its end is the client's place and no other.
    assert host.ask_for(victim, **extra).headers["Location"].startswith(CALLBACK + "?")
    # Before the client and its place are known, no error is sent anywhere.
    for change in ({"client_id": "nosuch"}, {"redirect_uri": to}, {"client_id": "evil"}):
        answer = host.ask_for(victim, **change, response_type="x")
        assert answer.status_code == 400 and "Location" not in answer.headers
    # And nobody gets a client of his own here to be sent to.
    assert host.request("POST", "/register", json={"redirect_uris": [EVIL_CALLBACK]}).status_code == 404
    assert "registration_endpoint" not in host.request("GET", "/.well-known/openid-configuration").json()


@pytest.mark.parametrize("to", [EVIL, EVIL_CALLBACK, OUT + "/", OUT + "?x", OUT + "#", OUT.replace("app", "APP")])
def test_a_logout_ends_only_where_its_client_has_said(host, to):
    """BP-14."""
    person = host.person()
    token = host.granted(person=person, scope="openid")["id_token"]
    for values in ({"id_token_hint": token}, {"client_id": "web"}, {"client_id": "evil"}, {}):
        answer = host.request("GET", "/logout", cookies=person.http.cookies,
                              params={**values, "post_logout_redirect_uri": to})
        assert answer.status_code == 200
        stays_here(host, answer)
        done = person.submit(person.go(answer.request.url))
        assert not isinstance(done, str) and done.status_code == 200
        person = host.person()


def test_no_redirect_carries_a_form_on_to_the_client(host):
    """BP-15: a browser posts the password once more where a 307 or 308 sends it."""
    person = Person(host.issuer)
    url = host.authorize_url("asks", prompt="consent")
    answers = [host.request("POST", "/authorize", data={"response_type": "code", "client_id": "asks",
                                                        "redirect_uri": CALLBACK})]
    page = person.go(url)
    for values in ({"username": USER, "password": PASSWORD}, {"decision": "allow"}):
        answers.append(host.post_form(person, page, **values))
        while answers[-1].status_code == 303 and not answers[-1].headers["Location"].startswith(CALLBACK):
            answers.append(person.http.get(host.issuer + answers[-1].headers["Location"].removeprefix(host.issuer),
                                           allow_redirects=False, timeout=20))
        page = answers[-1]
    assert answers[-1].headers["Location"].startswith(CALLBACK + "?code=")
    answers.append(host.post_form(person, person.go(host.url("/logout"))))
    seen = [answer.status_code for answer in answers]
    assert set(seen) <= {200, 303} and seen.count(303) >= 5 and seen[-1] == seen[0] == 303
    assert PASSWORD not in "".join(str(answer.headers) + answer.text for answer in answers)


IDENTITY = ["X-Remote-User", "Remote-User", "REMOTE_USER", "X-Forwarded-User", "X-Auth-Request-User", "X-Forwarded-Email"]
CERTIFICATE = ["X-SSL-Client-Cert", "SSL_CLIENT_CERT", "SSL-Client-Cert", "X-Client-Cert", "Client-Cert",
               "X-Forwarded-Client-Cert", "X-SSL-Client-Verify", "X-SSL-Client-S-DN"]


def test_headers_that_only_a_proxy_may_set_mean_nothing_from_others(host):
    """BP-16: the attacker speaks to the server himself, as its proxy would."""
    forged = {name: USER for name in IDENTITY} | {"X-Forwarded-For": "192.0.2.7", "Forwarded": "for=192.0.2.7", "X-Real-IP": "192.0.2.7",
                                                  "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    page = host.request("GET", host.authorize_url("app").removeprefix(host.issuer), headers=forged)
    assert page.status_code == 200 and 'name="password"' in page.text
    since = len(host.log())
    answer = host.request("POST", "/login", data={**Form(page.text).fields, "username": USER, "password": "wrong"},
                          cookies=page.cookies, headers={**forged, "Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 303
    host.request("GET", answer.headers["Location"].removeprefix(host.issuer), cookies=page.cookies, headers=forged)
    said = host.log()[since:]
    assert "192.0.2.7" not in said and "rhost=127.0.0.1" in said
    certificate = {name: "CN=web, SUCCESS" for name in CERTIFICATE}
    for client in ("web", "file", USER):
        refused(host.request("POST", "/token", headers={**certificate, **forged},
                             data={"client_id": client, "grant_type": "client_credentials"}), "invalid_client", 401)
    told = host.request("GET", "/.well-known/openid-configuration", headers=forged)
    assert "evil.example" not in told.text and told.json()["issuer"] == host.issuer


def test_no_page_lets_itself_be_framed(host, victim):
    """BP-19: the attacker's page would lay our buttons under the victim's clicks."""
    stranger = Person(host.issuer)
    pages = [stranger.go(host.authorize_url("asks")), victim.go(host.authorize_url("asks", prompt="consent")),
             host.ask_for(victim, response_mode="form_post"), victim.go(host.url("/logout")),
             stranger.go(host.url("/logout")), host.request("GET", "/authorize"), host.request("GET", "/nothing"),
             host.request("GET", "/login"), victim.go(host.authorize_url("asks", prompt="login")),
             victim.go(host.authorize_url("asks", prompt="select_account")), host.ask_for(victim), host.request("GET", "/jwks"),
             stranger.submit(stranger.go(host.authorize_url("otp")), username=USER, password=PASSWORD)]
    assert len({re.sub(r'value="[^"]*"', "", page.text) for page in pages}) >= 10
    for page in pages:
        assert page.headers["X-Frame-Options"] == "DENY", page.url
        assert re.search(r"frame-ancestors 'none'(;|$)", page.headers["Content-Security-Policy"]), page.url


def test_no_page_hands_an_answer_to_the_window_that_opened_it(host, victim):
    """BP-20: the attacker's page has opened ours and listens."""
    for mode in ("web_message", "web_message.jwt", "postmessage", "popup"):
        for more in ({}, {"prompt": "none"}):
            answer = host.ask_for(victim, response_mode=mode, web_message_uri=EVIL, origin=EVIL, **more)
            back = answer_of(answer.headers["Location"])
            assert answer.headers["Location"].startswith(CALLBACK + "?") and back["error"] == "invalid_request"
            assert "code" not in back
    told = host.request("GET", "/.well-known/openid-configuration").json()
    assert sorted(told["response_modes_supported"]) == ["form_post", "fragment", "query"]
    assert "check_session_iframe" not in told
    posted = host.ask_for(victim, response_mode="form_post")
    for page in (posted, victim.go(host.authorize_url("asks", prompt="consent")), Person(host.issuer).go(host.authorize_url("asks"))):
        assert "postMessage" not in page.text and "opener" not in page.text.replace('rel="noopener', "")
        assert page.text.count("<script") == (page is posted)
    assert "script-src 'sha256-" in posted.headers["Content-Security-Policy"]
    assert "form-action https://app.example https:;" in posted.headers["Content-Security-Policy"]


def test_scripts_of_another_site_read_no_page(host, victim):
    """BP-24: no answer that a person's cookies open is for scripts of others."""
    for path in ("/authorize", "/resume", "/login", "/consent", "/prompt", "/logout", "/logout/confirm"):
        for method in ("GET", "POST", "OPTIONS"):
            for origin in (EVIL, "null", host.issuer, "https://app.example"):
                answer = host.request(method, path, headers={"Origin": origin, "Access-Control-Request-Method": "POST"},
                                      params={"client_id": "web", "redirect_uri": CALLBACK, "response_type": "code"},
                                      cookies=victim.http.cookies)
                assert not [name for name in answer.headers if name.lower().startswith("access-control-")], path


@pytest.mark.parametrize("server", ["https"], indirect=True)
def test_nothing_that_the_metadata_names_goes_without_tls(server, hosts):
    """BP-24: the attacker sits on the network."""
    told = server.request("GET", "/.well-known/openid-configuration").json()
    urls = [value for value in told.values() if isinstance(value, str)]
    assert len(urls) >= 8 and all(url == server.issuer or url.startswith(server.issuer + "/") for url in urls)
    assert server.issuer.startswith("https://")
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as sock:
        sock.sendall(f"GET /.well-known/openid-configuration HTTP/1.1\r\nHost: {server.host}\r\n\r\n".encode())
        try:
            assert b"HTTP/" not in sock.recv(4096)
        except ConnectionError:
            pass
    assert server.request("GET", "/authorize").headers["Strict-Transport-Security"]
    status, said = hosts(issuer="http://sso.example").refuses()
    assert status == 78 and "issuer" in said
