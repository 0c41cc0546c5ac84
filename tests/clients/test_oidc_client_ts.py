# SPDX-License-Identifier: Apache-2.0
"""oidc-client-ts (npm) in Chromium: a popup, renewal in silence with a refresh token and in a frame, and the way out."""
import json
import os
import subprocess

import pytest

from conftest import HERE, PASSWORD, USER, Application

PUBLIC = """client "spa" {{
	token_endpoint_auth_method = none
	application_type = web
	redirect_uris = {{"{home}callback", "{home}popup", "{home}silent"}}
	post_logout_redirect_uris = {{"{home}"}}
	trusted = no
	scope = "openid profile offline_access"
	{more}
}}
"""


class SinglePage(Application):
    """At a host of the intranet, as the issuer is: of one site, and of another origin."""

    def __init__(self, name):
        super().__init__(name, "/callback")
        self.home = f"https://app.intranet.test:{self.port}/"

    def section(self, host, more=""):
        return PUBLIC.format(home=self.home, more=more)


def used(world, scope, more=""):
    application = SinglePage("spa")
    host = world(application, more, names=("login.intranet.test", "app.intranet.test"))
    for words in (["mkdir", "-p", ".pki/nssdb"], ["certutil", "-d", "sql:.pki/nssdb", "-N", "--empty-password"],
                  ["certutil", "-d", "sql:.pki/nssdb", "-A", "-t", "C,,", "-n", "issuer", "-i", "certificate.pem"]):
        subprocess.run(words, cwd=host.directory, check=True, capture_output=True, timeout=60)
    run = subprocess.run(["node", HERE / "node_clients/oidc_client_ts.mjs"], cwd=host.directory,
                         capture_output=True, timeout=180, check=False,
                         env={"PATH": os.environ["PATH"], "HOME": str(host.directory), "ISSUER": host.issuer,
                              "CLIENT_ID": "spa", "PORT": str(application.port), "USER_NAME": USER,
                              "PASSWORD": PASSWORD, "SCOPE": scope, "LOGOUT": "yes"})
    assert run.returncode == 0, run.stderr.decode()
    told = json.loads(run.stdout)
    assert "failure" not in told, (told, host.log()[-3000:])
    return told


@pytest.mark.parametrize("scope,renews_by_token", [("openid profile", False), ("openid profile offline_access", True)])
def test_popup_silent_renewal_redirect_and_logout(world, scope, renews_by_token):
    told = used(world, scope, "grant_types = {authorization_code, refresh_token}" if renews_by_token
                else "grant_types = {authorization_code}")
    assert told["stranger"] == "login_required"
    assert told["popup_closed"] is True and told["popup"]["refresh"] is renews_by_token
    assert told["silent"]["sub"] == told["popup"]["sub"] and told["silent"]["at"] != told["popup"]["at"]
    assert told["redirect"]["sub"] == told["popup"]["sub"]
    assert told["userinfo"]["preferred_username"] == USER
    assert told["after_logout"] == "login_required"
