# SPDX-License-Identifier: Apache-2.0
"""openid-client (npm), which refuses whatever does not follow its specifications to the letter."""
import pytest

from conftest import HERE, USER, Application, Visitor


def started(world, more=""):
    application = Application("node", "/callback")
    host = world(application, "token_endpoint_auth_method = client_secret_post\n\t" + more)  # the library's own default
    application.start(host, ["node", HERE / "node_clients/openid_client.mjs"])
    return host, application, Visitor(host.issuer)


def answer(page):
    assert page.status_code == 200, page.text
    return page.json()


@pytest.mark.parametrize("more", ["", "id_token_signed_response_alg = ES256", "refresh_rotation = always"])
def test_a_person_signs_in_and_stays(world, more):
    host, application, visitor = started(world, more)
    first = answer(visitor.visit(application.home + "login"))
    assert first["claims"]["sub"] == first["userinfo"]["sub"]
    assert first["userinfo"]["preferred_username"] == USER
    for _ in range(2):
        again = answer(visitor.follow(application.home + "refresh"))
        assert again["claims"]["sub"] == first["claims"]["sub"]
        assert again["claims"]["auth_time"] == first["claims"]["auth_time"]
    assert answer(visitor.follow(application.home + "introspect"))["active"] is True
    answer(visitor.follow(application.home + "revoke"))
    assert answer(visitor.follow(application.home + "introspect"))["active"] is False
    assert visitor.follow(application.home + "refresh").json()["error"] == "invalid_grant"


def test_prompt_none_is_an_error_for_a_stranger_and_silent_for_who_is_signed_in(world):
    _, application, visitor = started(world)
    stranger = visitor.follow(application.home + "login?prompt=none")
    assert (stranger.status_code, stranger.json()["error"]) == (500, "login_required")
    first = answer(visitor.visit(application.home + "login"))
    silent = answer(visitor.follow(application.home + "login?prompt=none"))
    assert silent["claims"]["sub"] == first["claims"]["sub"]


def test_max_age_of_nothing_asks_for_the_password_again(world):
    _, application, visitor = started(world)
    first = answer(visitor.visit(application.home + "login"))
    page = visitor.follow(application.home + "login?max_age=0")
    assert 'name="password"' in page.text
    again = answer(visitor.visit(application.home + "login?max_age=0"))
    assert again["claims"]["auth_time"] >= first["claims"]["auth_time"]


def test_after_logout_nobody_is_signed_in(world):
    _, application, visitor = started(world)
    answer(visitor.visit(application.home + "login"))
    page = visitor.follow(application.home + "logout")
    assert page.url == application.home, page.text
    stranger = visitor.follow(application.home + "login?prompt=none")
    assert stranger.json()["error"] == "login_required"
