# SPDX-License-Identifier: Apache-2.0
"""Authlib (Debian's python3-authlib) in a Flask application."""
import pytest

from conftest import HERE, USER, Application, Visitor


@pytest.mark.parametrize("more", ["", "id_token_signed_response_alg = ES256", "require_pkce = no"])
def test_a_person_signs_in_to_a_flask_application(world, more):
    application = Application("authlib", "/callback")
    host = world(application, more)
    application.start(host, ["/usr/bin/python3", HERE / "app_authlib.py"])
    visitor = Visitor(host.issuer)
    page = visitor.visit(application.home + "login")
    assert page.status_code == 200 and page.url.startswith(application.redirect_uri), (page.text, application.said())
    told = page.json()
    assert told["id_token"]["iss"] == host.issuer and told["id_token"]["aud"] == "authlib"
    assert told["userinfo"]["sub"] == told["id_token"]["sub"] != USER
    assert told["userinfo"]["preferred_username"] == USER
    assert visitor.follow(application.home).text == "signed in"


def test_the_second_visit_needs_no_password(world):
    application = Application("authlib", "/callback")
    host = world(application)
    application.start(host, ["/usr/bin/python3", HERE / "app_authlib.py"])
    visitor = Visitor(host.issuer)
    first = visitor.visit(application.home + "login").json()
    second = visitor.follow(application.home + "login").json()
    assert second["id_token"]["sub"] == first["id_token"]["sub"]
    assert second["id_token"]["auth_time"] == first["id_token"]["auth_time"]
