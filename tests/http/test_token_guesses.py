# SPDX-License-Identifier: Apache-2.0
"""Guessing tokens, codes and secrets of clients (RFC 6749 §2.3.1, RFC 7662 §4; IN-09, TK-18)."""
import pytest
from host import CALLBACK, basic

LIMIT = "stranger_guesses = 0\naddress_guesses = 0\ntotal_guesses = 0\ntoken_guesses = 4\n"
NO_TOKEN = "aca_" + "A" * 54


def ask(host, token, authorization=None):
    return host.request("POST", "/introspect", data={"token": token},
                        headers={"Authorization": authorization or basic()})


def test_who_guesses_too_often_is_answered_nothing(hosts):
    host = hosts(extra=LIMIT).start()
    good = host.tokens()["access_token"]
    for token in (NO_TOKEN, "acr_" + NO_TOKEN[4:], "x", good[:-1]):
        answer = ask(host, token)
        assert answer.status_code == 200 and answer.json() == {"active": False}
    for token in (NO_TOKEN, good):
        answer = ask(host, token)
        assert answer.status_code == 429 and answer.json()["error"] == "temporarily_unavailable"
        assert 0 < int(answer.headers["Retry-After"]) <= 225 and answer.headers["Cache-Control"] == "no-store"
        assert "active" not in answer.text
    # Nothing else is refused.
    assert host.request("GET", "/userinfo", headers={"Authorization": "Bearer " + good}).status_code == 200


def test_asking_without_proof_is_guessing_too(hosts):
    host = hosts(extra=LIMIT).start()
    for _ in range(4):
        assert ask(host, NO_TOKEN, basic(secret="wrong")).status_code == 401
    assert ask(host, NO_TOKEN, basic(secret="wrong")).status_code == 429


def test_knowing_costs_nothing(hosts):
    host = hosts(extra=LIMIT).start()
    good = host.tokens()
    for _ in range(10):
        assert ask(host, good["access_token"]).json()["active"] is True
        assert ask(host, good["refresh_token"]).json()["active"] is True
        # Somebody else's is no guess, though nothing is told of it.
        assert ask(host, good["access_token"], basic("asks")).json() == {"active": False}
    assert host.post("/revoke", token=good["access_token"]).status_code == 200
    for _ in range(10):
        assert ask(host, good["access_token"]).json() == {"active": False}


def test_any_number_may_be_allowed(hosts):
    host = hosts(extra=LIMIT.replace("token_guesses = 4", "token_guesses = 0")).start()
    assert all(ask(host, NO_TOKEN).status_code == 200 for _ in range(20))


GUESSES = {
    "a secret": ("/token", {"grant_type": "client_credentials"}, "wrong"),
    "a secret at the revocation endpoint": ("/revoke", {"token": NO_TOKEN}, "wrong"),
    "a code": ("/token", {"grant_type": "authorization_code", "code": "acc_" + "A" * 54, "redirect_uri": CALLBACK}, None),
    "a refresh token": ("/token", {"grant_type": "refresh_token", "refresh_token": "acr_" + NO_TOKEN[4:]}, None),
}


@pytest.mark.parametrize("what", GUESSES)
def test_the_token_endpoint_is_no_better_place_to_guess(hosts, what):
    """TK-18"""
    path, values, secret = GUESSES[what]
    host = hosts(extra=LIMIT).start()
    good = host.tokens()
    more = {"secret": secret} if secret else {}
    for _ in range(4):
        assert host.post(path, **more, **values).status_code == (401 if secret else 400)
    for answer in (host.post(path, **more, **values),
                   host.post("/token", grant_type="refresh_token", refresh_token=good["refresh_token"])):
        assert answer.status_code == 429 and answer.json()["error"] == "temporarily_unavailable"
        assert 0 < int(answer.headers["Retry-After"]) <= 225 and answer.headers["Cache-Control"] == "no-store"


def test_who_does_nothing_wrong_is_never_refused(hosts):
    host = hosts(extra=LIMIT).start()
    good = host.tokens()
    for _ in range(10):
        answer = host.post("/token", grant_type="refresh_token", refresh_token=good["refresh_token"])
        assert answer.status_code == 200
        assert host.post("/token", grant_type="password").status_code == 400
        assert host.post("/revoke", token=NO_TOKEN).status_code == 200
