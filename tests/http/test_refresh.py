# SPDX-License-Identifier: Apache-2.0
"""Refresh tokens and tokens for clients themselves, through the real daemon and a file that outlives it.

RT-05, RT-06, RT-08, CC-01 to CC-04, CA-09.
"""
import concurrent.futures

import pytest

from host import CALLBACK, Host, SECRET

BLOCKS = """
client "turn" {{
	client_secret_file = "{secret}"
	redirect_uris = {{"{callback}"}}
	scope = "profile groups"
	trusted = yes
	refresh_rotation = always
}}
client "robot" {{
	client_secret_file = "{secret}"
	grant_types = {{client_credentials}}
	scope = "api openid"
}}
client "past" {{
	client_secret_file = "{secret}"
	client_secret_expires_at = "2020-01-31"
	grant_types = {{client_credentials}}
	scope = "api"
}}
client "future" {{
	client_secret_file = "{secret}"
	client_secret_expires_at = "2099-01-31"
	grant_types = {{client_credentials}}
	scope = "api"
}}
"""


class Refreshing(Host):
    def __init__(self, window):
        super().__init__(extra="")
        blocks = BLOCKS.format(secret=self.directory / "secret", callback=CALLBACK)
        self.write_config(f'refresh_retry_window = "{window}"\n' + blocks)


def started(window):
    host = Refreshing(window)
    try:
        host.start()
        yield host
    finally:
        host.stop()


@pytest.fixture(scope="module")
def host():
    """Its window is wide, so that no slow machine misses it."""
    yield from started("10min")


@pytest.fixture(scope="module")
def strict():
    yield from started("0")


def refresh(host, token, client="turn", **more):
    return host.post("/token", client, grant_type="refresh_token", refresh_token=token, **more)


def active(host, token, client="turn"):
    answer = host.post("/introspect", client, token=token)
    assert answer.status_code == 200
    return answer.json()["active"]


def refused(answer, error="invalid_grant", status=400):
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_a_lost_answer_is_given_again_after_a_restart(host):
    first = host.tokens("turn")["refresh_token"]
    lost = refresh(host, first).json()
    host.stop_daemon()
    host.start_daemon()
    again = refresh(host, first)
    assert again.status_code == 200
    again = again.json()
    assert lost.pop("expires_in") - 300 < again.pop("expires_in") <= 3600
    assert again == lost
    newest = refresh(host, again["refresh_token"]).json()
    refused(refresh(host, first))
    assert not active(host, newest["access_token"])


def test_a_crowd_gets_one_answer(host):
    first = host.tokens("turn")["refresh_token"]
    with concurrent.futures.ThreadPoolExecutor(32) as crowd:
        answers = list(crowd.map(lambda _: refresh(host, first), range(64)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1
    assert len({answer.json()["access_token"] for answer in answers}) == 1
    assert active(host, answers[0].json()["access_token"])


def test_without_a_window_reuse_ends_everything_and_stays_so(strict):
    first = strict.tokens("turn")["refresh_token"]
    tokens = refresh(strict, first).json()
    for _ in range(3):
        tokens = refresh(strict, tokens["refresh_token"]).json()
    assert active(strict, tokens["access_token"])
    strict.stop_daemon()
    strict.start_daemon()
    refused(refresh(strict, first))
    assert not active(strict, tokens["access_token"])
    refused(refresh(strict, tokens["refresh_token"]))


def test_the_window_is_for_the_client_that_has_the_token(host):
    first = host.tokens("turn")["refresh_token"]
    lost = refresh(host, first).json()
    refused(refresh(host, first, client="app"))
    refused(host.post("/token", None, grant_type="refresh_token", refresh_token=first, client_id="turn"),
            "invalid_client", 401)
    assert refresh(host, first).json()["refresh_token"] == lost["refresh_token"]


def test_a_client_gets_a_token_for_itself(host):
    answer = host.post("/token", "robot", grant_type="client_credentials", scope="api")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    tokens = answer.json()
    access = tokens.pop("access_token")
    assert tokens == {"token_type": "Bearer", "expires_in": 3600, "scope": "api"}
    told = host.post("/introspect", "robot", token=access).json()
    assert told["active"] and told["sub"] == told["client_id"] == "robot" and "username" not in told
    answer = host.request("GET", "/userinfo", headers={"Authorization": f"Bearer {access}"})
    assert answer.status_code == 403
    assert host.post("/revoke", "robot", token=access).status_code == 200
    assert not active(host, access, "robot")


@pytest.mark.parametrize("client, values, error, status", [
    ("robot", {"scope": "openid"}, "invalid_scope", 400),
    ("robot", {"scope": "profile"}, "invalid_scope", 400),
    ("turn", {}, "unauthorized_client", 400),
    ("past", {}, "invalid_client", 401)])
def test_whoever_may_not_gets_none(host, client, values, error, status):
    refused(host.post("/token", client, grant_type="client_credentials", **values), error, status)


def test_a_secret_holds_until_its_end(host):
    assert host.post("/token", "future", grant_type="client_credentials").status_code == 200
    refused(host.post("/token", "future", SECRET + "-", grant_type="client_credentials"), "invalid_client", 401)


def test_a_public_client_has_no_token_for_itself(host):
    answer = host.post("/token", None, grant_type="client_credentials", client_id="public")
    refused(answer, "unauthorized_client")


def test_a_client_for_itself_has_no_sign_in(host):
    answer = host.request("GET", f"/authorize?response_type=code&client_id=robot&redirect_uri={CALLBACK}")
    assert answer.status_code == 400
    assert "Location" not in answer.headers
