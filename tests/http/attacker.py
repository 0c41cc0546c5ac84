# SPDX-License-Identifier: Apache-2.0
"""A host to be attacked, with a client of every kind, and what an attacker brings along."""
import base64
import hashlib
import json
import re
import urllib.parse

from host import CALLBACK, PASSWORD, SECRET, USER, Person, answer_of
from person import Form, origin_of
from test_client_keys import KeysHost

EVIL = "https://evil.example"
EVIL_CALLBACK = EVIL + "/callback"
OUT = "https://app.example/out"
NATIVE = "http://127.0.0.1/native"
API, OTHER_API = "https://api.example/v1", "urn:example:other"
BLOCKS = """
refresh_retry_window = "0"
client "web" {{
	client_secret_file = "{secret}"
	redirect_uris = {{"{callback}", "https://app.example/other"}}
	post_logout_redirect_uris = {{"{out}"}}
	scope = "openid profile offline_access"
	refresh_rotation = always
	trusted = yes
}}
client "signed" {{
	client_secret_file = "{secret}"
	redirect_uris = {{"{callback}"}}
	scope = "openid profile"
	userinfo_signed_response_alg = RS256
	trusted = yes
}}
client "spa" {{
	token_endpoint_auth_method = none
	redirect_uris = {{"{callback}"}}
	scope = "openid profile offline_access"
	trusted = yes
}}
client "native" {{
	token_endpoint_auth_method = none
	application_type = native
	redirect_uris = {{"{native}"}}
	scope = "profile"
}}
client "linked" {{
	client_secret_file = "{secret}"
	redirect_uris = {{"{callback}"}}
	scope = "profile"
	client_uri = "https://app.example/"
	policy_uri = "https://app.example/policy"
	tos_uri = "https://app.example/terms"
}}
client "evil" {{
	client_secret_file = "{secret}"
	redirect_uris = {{"{evil}"}}
	post_logout_redirect_uris = {{"{evil}"}}
	scope = "openid profile"
	trusted = yes
}}
resource "{api}" {{
	scope = "profile"
	access_token_format = jwt
}}
resource "{other_api}" {{ }}
client "caller" {{
	client_secret_file = "{secret}"
	redirect_uris = {{"{callback}"}}
	scope = "openid profile groups"
	resources = {{"{api}", "{other_api}"}}
	trusted = yes
}}
client "api" {{
	client_secret_file = "{secret}"
	grant_types = {{client_credentials}}
	scope = "x"
	resource_server = "{api}"
}}
client "other-api" {{
	client_secret_file = "{secret}"
	grant_types = {{client_credentials}}
	scope = "x"
	resource_server = "{other_api}"
}}
client "strict" {{
	token_endpoint_auth_method = private_key_jwt
	jwks_file = "{directory}/keys"
	assertion_audience = strict
	grant_types = {{client_credentials}}
	scope = "api"
}}
client "{user}" {{
	client_secret_file = "{secret}"
	grant_types = {{client_credentials}}
	scope = "profile api"
}}
"""
VERIFIER = "the-verifier-of-the-victim-0123456789-0123456789"
OTHER_VERIFIER = "the-verifier-of-the-attacker-0123456789-01234567"


def challenge_of(verifier):
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


PKCE = {"code_challenge": challenge_of(VERIFIER), "code_challenge_method": "S256"}


class AttackedHost(KeysHost):
    def __init__(self):
        super().__init__()
        self.config.write_text(self.config.read_text() + BLOCKS.format(
            directory=self.directory, secret=self.directory / "secret", callback=CALLBACK, out=OUT, native=NATIVE,
            evil=EVIL_CALLBACK, user=USER, api=API, other_api=OTHER_API))

    def person(self):
        """A browser whose person is signed in."""
        person = Person(self.issuer)
        assert "code" in answer_of(person.sign_in(self.authorize_url("app"), USER, PASSWORD))
        return person

    def ask_for(self, person, client="web", **more):
        """The one answer to an authorization request, not followed."""
        return person.http.get(self.authorize_url(client, **more), allow_redirects=False, timeout=20)

    def code(self, person, client="web", **more):
        answer = self.ask_for(person, client, **more)
        assert answer.status_code == 303, answer.text
        return answer_of(answer.headers["Location"])["code"]

    def redeem(self, code, client="web", secret=SECRET, **more):
        values = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, **more}
        if secret is None:
            return self.request("POST", "/token", data={"client_id": client, **values})
        return self.post("/token", client, secret, **values)

    def granted(self, client="web", secret=SECRET, person=None, **more):
        """The tokens of a code flow in which nobody attacks."""
        verifier = {"code_verifier": VERIFIER} if "code_challenge" in more else {}
        answer = self.redeem(self.code(person or self.person(), client, **more), client, secret, **verifier)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refresh(self, token, client="web", secret=SECRET, **more):
        values = {"grant_type": "refresh_token", "refresh_token": token, **more}
        if secret is None:
            return self.request("POST", "/token", data={"client_id": client, **values})
        return self.post("/token", client, secret, **values)

    def is_active(self, token, client="web"):
        answer = self.post("/introspect", client, token=token)
        assert answer.status_code == 200
        return answer.json()["active"]

    def works(self, token):
        """Does the token open anything? No client has a say."""
        return self.request("GET", "/userinfo", headers={"Authorization": "Bearer " + token}).status_code == 200

    def post_form(self, person, page, **values):
        """As a browser posts the form of a page, the answer not followed."""
        form = Form(page.text)
        return person.http.post(urllib.parse.urljoin(page.url, form.action), data={**form.fields, **values}, timeout=30,
                                headers={"Origin": origin_of(self.issuer), "Sec-Fetch-Site": "same-origin"},
                                allow_redirects=False)


def refused(answer, error="invalid_grant", status=400):
    assert (answer.status_code, answer.json()["error"]) == (status, error), answer.text


def stays_here(host, answer):
    """Nothing that a browser would go to by itself lies elsewhere."""
    location = answer.headers.get("Location", host.issuer + "/")
    assert urllib.parse.urljoin(answer.url, location).startswith(host.issuer + "/"), location
    assert "Refresh" not in answer.headers and 'http-equiv="refresh"' not in answer.text.lower()
    for action in re.findall(r'action="([^"]*)"', answer.text):
        assert urllib.parse.urljoin(answer.url, action).startswith(host.issuer + "/"), action


def claims_of(token):
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))


def b64(data):
    return base64.urlsafe_b64encode(data if isinstance(data, bytes) else json.dumps(data).encode()).rstrip(b"=").decode()
