# SPDX-License-Identifier: Apache-2.0
"""Logout at the real daemon, and clients that are told of it by the real authcode-fetch (LO-01, LO-02, LO-07, LO-10,
BC-01 to BC-09, CR-02). Logout tokens are verified by another library against /jwks."""
import contextlib
import json
import re
import sqlite3
import time
import urllib.parse

import pytest
from host import CALLBACK, PAGE_HEADERS, PASSWORD, REDIRECT_HEADERS, USER, Host, answer_of
from jwcrypto import jwk, jwt
from keyserver import make_ca
from person import Form, Person
from receiver import Receiver
from test_admin import ctl, curl
from test_log import by_socket

OUT = "https://app.example/out"
EVENT = "http://schemas.openid.net/event/backchannel-logout"
# Client: options.
CLIENTS = {
    "rs": "",
    "es": "id_token_signed_response_alg = ES256\n",
    "pair": "subject_type = pairwise\n",
    "slow": "",
    "broken": "",
    "stranger": "",
    "deaf": None,
}
CLIENT = """
client "{name}" {{
	client_secret_file = "{secret}"
	redirect_uris = {{"{callback}"}}
	post_logout_redirect_uris = {{"{out}"}}
	scope = "openid profile offline_access"
	trusted = yes
	{options}
}}
"""


class LogoutHost(Host):
    def __init__(self):
        self.receiver = self.stranger = None
        super().__init__()

    def write_config(self, extra=""):
        make_ca(self.directory)
        self.receiver = Receiver(self.directory)
        self.stranger = Receiver(self.directory, "stranger")
        blocks = ""
        for name, options in CLIENTS.items():
            url = (self.stranger if name == "stranger" else self.receiver).url
            told = "" if options is None else f'backchannel_logout_uri = "{url}/{name}"\n{options}'
            blocks += CLIENT.format(name=name, secret=self.directory / "secret", callback=CALLBACK, out=OUT,
                                    options=told)
        super().write_config(extra + blocks)

    def start_sender(self):
        self.start_fetch("--ca", self.directory / "ca.pem")

    def start(self):
        self.start_sender()
        return super().start()

    def stop(self):
        self.receiver.stop()
        self.stranger.stop()
        super().stop()

    def sign_in_for_tokens(self, client="deaf", person=None, scope="openid"):
        """The person with the browser, and the tokens of the client."""
        person = person or Person(self.issuer)
        url = self.authorize_url(client, scope=scope, nonce="n")
        landed = person.go(url)
        if not isinstance(landed, str):
            landed = person.sign_in(url, USER, PASSWORD)
        code = answer_of(landed)["code"]
        answer = self.post("/token", client, grant_type="authorization_code", code=code, redirect_uri=CALLBACK)
        assert answer.status_code == 200, answer.text
        return person, answer.json()

    def claims(self, token, alg, typ):
        keys = jwk.JWKSet.from_json(self.request("GET", "/jwks").text)
        verified = jwt.JWT(jwt=token, key=keys, algs=[alg])
        header = verified.token.jose_header
        assert header["alg"] == alg and header["typ"] == typ and header["kid"]
        return json.loads(verified.claims)


@pytest.fixture(scope="module", name="host")
def one_host_with_a_receiver():
    host = LogoutHost()
    try:
        yield host.start()
    finally:
        host.stop()


def logout_url(host, **values):
    return host.url("/logout?" + urllib.parse.urlencode(values))


def is_signed_in(host, person):
    return isinstance(person.go(host.authorize_url("deaf", scope="openid")), str)


# --- at the browser ------------------------------------------------------------------


def test_a_person_is_asked_signs_out_and_reads_so(host):
    person, _ = host.sign_in_for_tokens()
    page = person.go(logout_url(host))
    assert page.status_code == 200 and "<h1>Sign out?</h1>" in page.text
    for name, value in PAGE_HEADERS.items():
        assert page.headers.get(name) == value, name
    assert is_signed_in(host, person)
    done = person.submit(page)
    assert done.status_code == 200 and "<h1>You are signed out</h1>" in done.text
    for name, value in PAGE_HEADERS.items():
        assert done.headers.get(name) == value, name
    assert not is_signed_in(host, person)


def test_afterwards_nobody_is_signed_in_not_even_by_the_old_cookie(host):
    """LO-11"""
    person, _ = host.sign_in_for_tokens()
    silent = host.authorize_url("deaf", scope="openid", prompt="none", state="s")
    assert "code" in answer_of(person.go(silent))
    kept = person.http.cookies.copy()
    person.submit(person.go(logout_url(host)))
    for cookies in (person.http.cookies.copy(), kept):
        person.http.cookies = cookies
        answer = answer_of(person.go(silent))
        assert (answer["error"], answer["state"]) == ("login_required", "s")


def test_a_client_with_its_id_token_needs_no_question(host):
    person, tokens = host.sign_in_for_tokens()
    cookie = dict(person.http.cookies)
    answer = person.http.get(logout_url(host, id_token_hint=tokens["id_token"], post_logout_redirect_uri=OUT, state="s"),
                             allow_redirects=False, timeout=20)
    assert answer.status_code == 303 and answer.headers["Location"] == OUT + "?state=s"
    for name, value in REDIRECT_HEADERS.items():
        assert answer.headers.get(name) == value, name
    assert "authcode-dev=;" in answer.headers["Set-Cookie"] and "Max-Age=0" in answer.headers["Set-Cookie"]
    # Whoever has kept the cookie has nothing.
    person.http.cookies.update(cookie)
    assert not is_signed_in(host, person)


def test_a_form_of_another_site_arrives_at_the_same_end(host):
    person, tokens = host.sign_in_for_tokens()
    answer = host.request("POST", "/logout", headers={"Origin": "https://app.example", "Sec-Fetch-Site": "cross-site"},
                          data={"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": OUT})
    # A new cookie would take the place of the browser's own, and end what is open there.
    assert answer.status_code == 303 and "Set-Cookie" not in answer.headers
    # What was posted stands in no URL.
    assert answer.headers["Location"].startswith(host.url("/logout?txn="))
    assert tokens["id_token"].split(".")[1] not in answer.headers["Location"] and OUT not in answer.headers["Location"]
    assert person.go(answer.headers["Location"]) == OUT
    assert not is_signed_in(host, person)


def test_the_answer_must_come_from_our_page(host):
    person, _ = host.sign_in_for_tokens()
    form = Form(person.go(logout_url(host)).text)
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://app.example"}, {}):
        answer = person.http.post(host.url("/logout/confirm"), data=form.fields, headers=headers, timeout=20,
                                  allow_redirects=False)
        assert answer.status_code == 403
    assert is_signed_in(host, person)


def test_scripts_of_other_sites_read_nothing(host):
    for method, path in (("GET", "/logout"), ("POST", "/logout"), ("POST", "/logout/confirm"), ("OPTIONS", "/logout")):
        answer = host.request(method, path, headers={"Origin": "https://app.example"})
        assert not [name for name in answer.headers if name.lower().startswith("access-control-")], path


def test_another_method_is_not_taken(host):
    assert host.request("HEAD", "/logout").status_code == 405
    answer = host.request("GET", "/logout/confirm")
    assert answer.status_code == 405 and answer.headers["Allow"] == "POST"


def test_it_is_told_that_there_is_such_a_thing(host):
    metadata = host.request("GET", "/.well-known/openid-configuration").json()
    assert metadata["end_session_endpoint"] == host.url("/logout")
    assert metadata["backchannel_logout_supported"] is True
    assert metadata["backchannel_logout_session_supported"] is True


# --- to the clients ------------------------------------------------------------------


@pytest.mark.parametrize("client, alg", [("rs", "RS256"), ("es", "ES256"), ("pair", "RS256")])
def test_a_client_is_told_who_and_which_session(host, client, alg):
    host.receiver.seen.clear()
    person, tokens = host.sign_in_for_tokens(client)
    known = host.claims(tokens["id_token"], alg, "JWT")
    before = time.time()
    assert person.go(logout_url(host, id_token_hint=tokens["id_token"])).status_code == 200
    ((headers, form),) = host.receiver.wait_for(f"/{client}")
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    ((name, token),) = form
    assert name == "logout_token"
    claims = host.claims(token, alg, "logout+jwt")
    assert set(claims) == {"iss", "aud", "iat", "exp", "jti", "events", "sub", "sid"}
    assert claims["iss"] == host.issuer and claims["aud"] == client
    assert claims["sub"] == known["sub"] and claims["sid"] == known["sid"]
    assert claims["events"] == {EVENT: {}}
    assert before - 2 <= claims["iat"] <= time.time() + 1 and claims["exp"] == claims["iat"] + 120


def test_every_client_of_the_session_is_told_and_no_other(host):
    host.receiver.seen.clear()
    person, tokens = host.sign_in_for_tokens("rs")
    for client in ("es", "deaf", "pair"):
        host.sign_in_for_tokens(client, person)
    assert person.go(logout_url(host, id_token_hint=tokens["id_token"], post_logout_redirect_uri=OUT)) == OUT
    found = [host.receiver.wait_for(path)[0] for path in ("/rs", "/es", "/pair")]
    assert len(host.receiver.seen) == 3
    sids = [host.claims(form[0][1], "ES256" if n == 1 else "RS256", "logout+jwt")["sid"]
            for n, (_, form) in enumerate(found)]
    assert sids[0] == sids[1] != sids[2]  # who may not know of each other have another one


def test_a_slow_client_holds_up_neither_the_person_nor_another_client(host):
    host.receiver.seen.clear()
    host.receiver.held = {"/slow"}
    person, _ = host.sign_in_for_tokens("slow")
    _, tokens = host.sign_in_for_tokens("rs", person)
    assert person.go(logout_url(host, id_token_hint=tokens["id_token"], post_logout_redirect_uri=OUT)) == OUT
    host.receiver.wait_for("/slow")
    host.receiver.wait_for("/rs")
    assert host.request("GET", "/jwks").status_code == 200  # while it is held
    host.receiver.held = set()
    host.receiver.let_go.set()


def test_a_client_that_fails_is_told_again(host):
    host.receiver.seen.clear()
    host.receiver.status["/broken"] = 500
    person, tokens = host.sign_in_for_tokens("broken")
    assert person.go(logout_url(host, id_token_hint=tokens["id_token"])).status_code == 200
    ((_, first),) = host.receiver.wait_for("/broken")
    host.receiver.status["/broken"] = 200
    _, (_, second) = host.receiver.wait_for("/broken", count=2)
    one, two = (host.claims(form[0][1], "RS256", "logout+jwt") for form in (first, second))
    assert one["jti"] != two["jti"] and one["sid"] == two["sid"]
    assert 'logout not told client="broken" status=500' in host.log()


def test_whoever_cannot_prove_to_be_the_client_is_told_nothing(host):
    """BC-08: its certificate is of nobody who is trusted."""
    person, tokens = host.sign_in_for_tokens("stranger")
    assert person.go(logout_url(host, id_token_hint=tokens["id_token"])).status_code == 200
    end = time.monotonic() + 20
    while 'logout not told client="stranger"' not in host.log():
        assert time.monotonic() < end, host.log()[-2000:]
        time.sleep(0.1)
    assert host.stranger.seen == []


def test_a_logout_is_told_after_a_restart_and_when_nobody_could_tell_it(host):
    host.receiver.seen.clear()
    person, tokens = host.sign_in_for_tokens("es")
    host.kill_fetch()
    assert person.go(logout_url(host, id_token_hint=tokens["id_token"], post_logout_redirect_uri=OUT)) == OUT
    assert host.stop_daemon() == 0
    assert host.receiver.seen == []
    host.start_sender()
    host.start_daemon()
    host.receiver.wait_for("/es")


@pytest.fixture(name="fresh")
def a_host_with_nobody_to_tell():
    host = LogoutHost()
    try:
        yield host.start()
    finally:
        host.stop()


def waiting(host):
    status, told = curl(host, "/admin/status")
    assert status == 200
    return told["logouts"]


def sign_out_of(host, client):
    person, tokens = host.sign_in_for_tokens(client)
    assert person.go(logout_url(host, id_token_hint=tokens["id_token"], post_logout_redirect_uri=OUT)) == OUT


def test_status_says_how_many_are_still_to_be_told_and_since_when(fresh):
    assert waiting(fresh) == {"waiting": 0, "given_up": 0}
    fresh.kill_fetch()
    began = int(time.time())
    for client in ("es", "rs", "es"):  # one of the clients is to be told twice
        sign_out_of(fresh, client)
    since = waiting(fresh)["since"]
    assert waiting(fresh) == {"waiting": 3, "since": since, "given_up": 0} and began <= since <= int(time.time())
    shown = ctl(fresh, "status").stdout
    assert re.search(r"(?m)^logouts +3 wait to be told, the oldest since "
                     + time.strftime("%Y-%m-%d %H:%M, 0 given up$", time.localtime(since)), shown), shown
    assert fresh.stop_daemon() == 0
    fresh.start_sender()
    fresh.start_daemon()
    end = time.monotonic() + 20
    while waiting(fresh) != {"waiting": 0, "given_up": 0}:
        assert time.monotonic() < end, fresh.log()[-2000:]
        time.sleep(0.05)
    assert sorted(path for path, *_ in fresh.receiver.seen) == ["/es", "/es", "/rs"]


@pytest.mark.parametrize("more, told, said", [
    (998, "waiting", r"999 wait to be told, the oldest since [-0-9 :]+"),
    (999, "waiting_at_least", "at least 1000 wait to be told"),
    (1500, "waiting_at_least", "at least 1000 wait to be told"),
])
def test_status_does_not_count_on_for_ever(fresh, more, told, said):
    fresh.kill_fetch()
    sign_out_of(fresh, "es")
    assert fresh.stop_daemon() == 0
    with contextlib.closing(sqlite3.connect(fresh.state / "authcode.db")) as base, base:
        columns = [row[1] for row in base.execute("PRAGMA table_info(logout_delivery)") if row[1] != "id"]
        base.execute(f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {more})"
                     f" INSERT INTO logout_delivery (id, {', '.join(columns)})"
                     f" SELECT id + i, {', '.join(columns)} FROM logout_delivery, n")
    fresh.start_daemon()
    assert waiting(fresh)[told] == min(more + 1, 1000)
    assert ("since" in waiting(fresh)) == (told == "waiting")
    assert re.search(rf"(?m)^logouts +{said}, 0 given up$", ctl(fresh, "status").stdout)


def test_status_says_how_often_telling_was_given_up_since_the_start(fresh):
    fresh.kill_fetch()
    for client in ("es", "rs"):
        sign_out_of(fresh, client)
    assert fresh.stop_daemon() == 0
    text = fresh.config.read_text()
    for client in ("es", "rs"):  # who wants to know no more is given up unasked
        text = text.replace(f'\tbackchannel_logout_uri = "{fresh.receiver.url}/{client}"\n', "")
    fresh.config.write_text(text)
    fresh.start_daemon()
    end = time.monotonic() + 20
    while waiting(fresh) != {"waiting": 0, "given_up": 2}:
        assert time.monotonic() < end, (waiting(fresh), fresh.log()[-2000:])
        time.sleep(0.05)
    assert 'authcode_events_total{event="logout_given_up"} 2\n' in by_socket(fresh, "/metrics")[2]
    sign_out_of(fresh, "pair")
    since = waiting(fresh)["since"]
    assert waiting(fresh) == {"waiting": 1, "since": since, "given_up": 2}
    oldest = time.strftime("%Y-%m-%d %H:%M", time.localtime(since))
    assert re.findall(r"(?m)^logouts +(.*)$", ctl(fresh, "status").stdout) == [
        f"1 wait to be told, the oldest since {oldest}, 2 given up"]
    assert json.loads(ctl(fresh, "--json", "status").stdout)["logouts"] == {"waiting": 1, "since": since, "given_up": 2}
    assert fresh.stop_daemon() == 0
    fresh.start_daemon()  # the count is this process's
    assert waiting(fresh) == {"waiting": 1, "since": since, "given_up": 0}


# --- what dies with the session ------------------------------------------------------


def test_refresh_tokens_die_with_the_session_but_for_offline_access(host):
    person, tokens = host.sign_in_for_tokens("rs")
    _, offline = host.sign_in_for_tokens("rs", person, "openid offline_access")
    assert person.go(logout_url(host, id_token_hint=tokens["id_token"], post_logout_redirect_uri=OUT)) == OUT
    answer = host.post("/token", "rs", grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert answer.status_code == 400 and answer.json()["error"] == "invalid_grant"
    answer = host.post("/token", "rs", grant_type="refresh_token", refresh_token=offline["refresh_token"])
    assert answer.status_code == 200, answer.text
