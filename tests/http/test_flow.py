# SPDX-License-Identifier: Apache-2.0
"""The code flow as a browser and a client see it: AZ-01, TK-08, RT-01, RV, IN."""
import concurrent.futures
import json
import signal
import subprocess

import pytest
from host import CALLBACK, CODE_WORD, PASSWORD, REDIRECT_HEADERS, SECRET, USER, Person, answer_of

pytestmark = pytest.mark.parametrize("server", ["http", "https"], indirect=True)


def redeem(server, code, client="app", redirect_uri=CALLBACK):
    return server.post("/token", client, grant_type="authorization_code", code=code, redirect_uri=redirect_uri)


def test_the_curl_line_redeems_a_code(server):
    back = server.sign_in(state="a b&c")
    assert back["state"] == "a b&c" and back["iss"] == server.issuer  # RFC 9207 §2
    curl = subprocess.run(
        ["curl", "-v", "-X", "POST", "--basic", "-u", f"app:{SECRET}",
         "-H", "Content-Type:application/x-www-form-urlencoded;charset=UTF-8", "-k",
         "-d", f"grant_type=authorization_code&code={back['code']}&redirect_uri={CALLBACK}", server.url("/token")],
        capture_output=True, timeout=20, check=True)
    answer = json.loads(curl.stdout)
    assert answer["token_type"] == "Bearer" and answer["expires_in"] == 3600
    assert answer["access_token"] and answer["refresh_token"] and set(answer["scope"].split()) == {"profile", "groups"}
    assert b"< Cache-Control: no-store" in curl.stderr and b"< Pragma: no-cache" in curl.stderr


def test_tokens_are_good_for_something_until_they_are_revoked(server):
    tokens = server.tokens()
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    person = server.request("GET", "/userinfo", headers=bearer)
    assert person.status_code == 200 and person.json()["preferred_username"] == USER and person.json()["sub"]
    seen = server.post("/introspect", token=tokens["access_token"]).json()
    assert seen["active"] is True and seen["client_id"] == "app" and seen["sub"] == person.json()["sub"]
    again = server.post("/token", grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert again.status_code == 200 and again.json()["access_token"] != tokens["access_token"]
    assert server.post("/revoke", token=again.json()["access_token"]).status_code == 200
    assert server.post("/introspect", token=again.json()["access_token"]).json() == {"active": False}
    refresh = again.json().get("refresh_token", tokens["refresh_token"])
    assert server.post("/revoke", token=refresh).status_code == 200
    assert server.post("/introspect", token=tokens["access_token"]).json() == {"active": False}
    refused = server.request("GET", "/userinfo", headers=bearer)
    assert refused.status_code == 401 and 'error="invalid_token"' in refused.headers["WWW-Authenticate"]


def test_consent_is_asked_and_can_be_refused(server):
    person = Person(server.issuer)
    page = person.submit(person.go(server.authorize_url("asks")), username=USER, password=PASSWORD)
    assert page.status_code == 200 and 'value="allow"' in page.text
    back = answer_of(person.submit(page, decision="deny"))
    assert back["error"] == "access_denied" and "code" not in back and back["iss"] == server.issuer


def test_a_second_question_becomes_a_page_of_its_own(server):
    person = Person(server.issuer)
    page = person.submit(person.go(server.authorize_url("otp")), username=USER, password=PASSWORD)
    assert page.status_code == 200 and 'name="answer"' in page.text
    assert "code" in answer_of(person.submit(page, answer=CODE_WORD))


@pytest.mark.parametrize("answer", ["", "wrong", PASSWORD, "x" * 512], ids=["empty", "wrong", "password", "long"])
def test_a_wrong_second_answer_leads_back_to_the_first_page(server, answer):
    person = Person(server.issuer)
    page = person.submit(person.go(server.authorize_url("otp")), username=USER, password=PASSWORD)
    page = person.submit(page, answer=answer)
    assert page.status_code == 200 and 'name="username"' in page.text and 'id="notice"' in page.text


@pytest.mark.parametrize("user,password", [
    (USER, "wrong"), (USER, ""), (USER, CODE_WORD), ("nosuchuser", PASSWORD), ("", PASSWORD), ("root", PASSWORD),
    ("a" * 256, PASSWORD), ("../../etc/passwd", PASSWORD), ("-u", PASSWORD), (USER, "x" * 512), (USER.upper(), PASSWORD)])
def test_every_failed_sign_in_shows_one_sentence(server, user, password):
    person = Person(server.issuer)
    page = person.submit(person.go(server.authorize_url()), username=user, password=password)
    reference = person.submit(person.go(server.authorize_url()), username=USER, password="reference")
    assert page.status_code == 200 and 'name="password"' in page.text and PASSWORD not in page.text
    notice = page.text.split('id="notice"')[1].split("</p>")[0]
    assert notice == reference.text.split('id="notice"')[1].split("</p>")[0]
    assert not [c for c in person.http.cookies if "session" in c.name]


def test_the_account_decides_after_the_password(server):
    """LS-01: the right password of an account that the stack refuses"""
    person = Person(server.issuer)
    page = person.submit(person.go(server.authorize_url("locked")), username=USER, password=PASSWORD)
    assert page.status_code == 200 and 'id="notice"' in page.text and 'name="password"' in page.text
    assert not [c for c in person.http.cookies if "session" in c.name]


def test_the_login_post_answers_303_with_the_headers_of_a_redirect(server):
    person = Person(server.issuer)
    page = person.go(server.authorize_url())
    from person import Form
    form = Form(page.text)
    answer = person.http.post(server.url("/login"), data={**form.fields, "username": USER, "password": "x"},
                              headers={"Sec-Fetch-Site": "same-origin"}, allow_redirects=False, timeout=20)
    assert answer.status_code == 303 and answer.headers["Location"].startswith(server.issuer + "/")
    for name, value in REDIRECT_HEADERS.items():
        assert answer.headers[name] == value, name


@pytest.mark.parametrize("headers", [
    {}, {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "none"}, {"Sec-Fetch-Site": "same-origin, cross-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "ISSUER"}, {"Origin": "ISSUER.evil.example"}, {"Origin": "ISSUER/"}])
@pytest.mark.parametrize("path", ["/login", "/consent", "/prompt", "/device"])
def test_a_form_that_our_page_did_not_send_is_refused(server, path, headers):
    headers = {name: value.replace("ISSUER", server.issuer) for name, value in headers.items()}
    answer = server.request("POST", path, data={"txn": "x"}, headers=headers)
    assert answer.status_code == 403 and "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("change,error,status", [
    ({"code": "acc_wrong"}, "invalid_grant", 400), ({"code": ""}, "invalid_request", 400),
    ({"redirect_uri": CALLBACK + "/"}, "invalid_grant", 400), ({"redirect_uri": ""}, "invalid_grant", 400),
    ({"grant_type": "password"}, "unsupported_grant_type", 400), ({"grant_type": ""}, "invalid_request", 400),
    ({"client": "asks"}, "invalid_grant", 400), ({"secret": "wrong"}, "invalid_client", 401),
    ({"client": "nobody"}, "invalid_client", 401), ({"client": None}, "invalid_client", 401),
    ({"code_verifier": "x" * 43}, "invalid_grant", 400)])
def test_a_refused_redemption_does_not_burn_the_code(server, change, error, status):
    code = server.sign_in()["code"]
    values = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, **change}
    answer = server.post("/token", **values)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert redeem(server, code).status_code == 200


def test_parallel_redemptions_have_exactly_one_success(server):
    code = server.sign_in()["code"]
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: redeem(server, code), range(24)))
    assert sorted(a.status_code for a in answers) == [200] + [400] * 23
    assert {a.json()["error"] for a in answers if a.status_code == 400} == {"invalid_grant"}
    won = next(a for a in answers if a.status_code == 200).json()["access_token"]
    assert server.post("/introspect", token=won).json() == {"active": False}  # RFC 6749 §4.1.2: replay revokes


@pytest.mark.parametrize("change", [
    {"client_id": "nosuch"}, {"client_id": None}, {"redirect_uri": "https://evil.example/"},
    {"redirect_uri": CALLBACK + "/.."}, {"redirect_uri": CALLBACK.upper()}, {"client_id": ""}])
def test_an_unknown_client_or_redirect_uri_gets_a_page_and_no_redirect(server, change):
    answer = server.request("GET", server.authorize_url(**change)[len(server.issuer):])
    assert answer.status_code == 400 and "Location" not in answer.headers


def test_tokens_survive_a_restart_and_a_kill(server):
    tokens = server.tokens()
    assert server.stop_daemon() == 0
    server.start_daemon()
    assert server.post("/introspect", token=tokens["access_token"]).json()["active"] is True
    code = server.sign_in()["code"]
    assert server.stop_daemon(signal.SIGKILL) == -signal.SIGKILL
    server.start_daemon()
    assert server.post("/introspect", token=tokens["access_token"]).json()["active"] is True
    assert redeem(server, code).status_code == 200
    assert redeem(server, code).status_code == 400
    server.stop_daemon(signal.SIGKILL)
    server.start_daemon()
    assert redeem(server, code).status_code == 400


def test_no_secret_is_in_any_log_nor_in_the_state(server):
    tokens = server.tokens()
    server.post("/token", grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    code = server.sign_in()["code"]
    server.request("GET", f"/token?client_secret={SECRET}&code={code}")
    server.request("GET", "/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    server.post("/token", secret=SECRET + "x", grant_type="authorization_code", code=code)
    files = [p for p in server.state.iterdir() if p.is_file()] + list(server.directory.glob("*.log"))
    assert len(files) > 3
    for path in files:
        held = path.read_bytes()
        for canary in (PASSWORD, CODE_WORD, SECRET, code, tokens["access_token"], tokens["refresh_token"]):
            assert canary.encode() not in held, path
            assert canary.split("_", 1)[-1].encode() not in held, path
