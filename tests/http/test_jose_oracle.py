# SPDX-License-Identifier: Apache-2.0
"""All that the real daemon signs, verified by the `jose` command, and assertions made by it (ID-01, UI-12, AT-01, BC-02,
CA-10, CA-24, JW-01). It is an implementation of its own, on other code than python3-jwcrypto, which the neighbours use."""
import base64
import json
import subprocess
import time
import urllib.parse
import uuid

import pytest
from host import CALLBACK, PASSWORD, SECRET, USER, Host, Person, answer_of
from keyserver import make_ca
from receiver import Receiver

BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
API = "https://api.example/v1"
ALGS = ["RS256", "ES256", "PS256", "HS256"]
LONG_SECRET = "canary-client-secret-that-signs-0123456789"
SIGNED = """
client "{alg}" {{
	client_secret_file = "{directory}/secret"
	redirect_uris = {{"{callback}"}}
	scope = "openid profile"
	trusted = yes
	id_token_signed_response_alg = {alg}
	userinfo_signed_response_alg = {alg}
	backchannel_logout_uri = "{receiver}/{alg}"
}}
"""
OTHERS = """
resource "{api}" {{ scope = "profile" access_token_format = jwt access_token_signing_alg = ES256 }}
client "api" {{
	client_secret_file = "{directory}/secret"
	redirect_uris = {{"{callback}"}}
	scope = "profile"
	trusted = yes
	resources = {{"{api}"}}
}}
client "signs" {{
	token_endpoint_auth_method = client_secret_jwt
	client_secret_file = "{directory}/long"
	redirect_uris = {{"{callback}"}}
	scope = "profile"
}}
client "file" {{
	token_endpoint_auth_method = private_key_jwt
	jwks_file = "{directory}/keys"
	redirect_uris = {{"{callback}"}}
	scope = "profile"
}}
"""


def jose(*words, data=None):
    return subprocess.run(["jose", *map(str, words)], input=data, capture_output=True, text=True, timeout=30, check=False)


def made(*words, data=None):
    done = jose(*words, data=data)
    assert done.returncode == 0, done.stderr
    return done.stdout


def secret_key(secret, **more):
    return json.dumps({"kty": "oct", "k": base64.urlsafe_b64encode(secret.encode()).rstrip(b"=").decode(), **more})


def part(token, number):
    text = token.split(".")[number]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def changed(token, number):
    """One character of one part is another; not the last, whose bits may mean nothing."""
    parts = token.split(".")
    middle = len(parts[number]) // 2
    other = "A" if parts[number][middle] != "A" else "B"
    parts[number] = parts[number][:middle] + other + parts[number][middle + 1:]
    return ".".join(parts)


class JoseHost(Host):
    def __init__(self):
        self.receiver = None
        super().__init__()

    def write_config(self, extra=""):
        make_ca(self.directory)
        self.receiver = Receiver(self.directory)
        keys = []
        for alg in ("ES256", "RS256", "PS256"):
            made("jwk", "gen", "-i", json.dumps({"alg": alg, "kid": alg}), "-o", self.key_file(alg))
            keys.append(json.loads(made("jwk", "pub", "-i", self.key_file(alg))))
        for name, text in (("long", LONG_SECRET), ("keys", json.dumps({"keys": keys}))):
            (self.directory / name).write_text(text)
            (self.directory / name).chmod(0o600)
        values = {"directory": self.directory, "callback": CALLBACK, "receiver": self.receiver.url, "api": API}
        super().write_config(extra + "signing_algorithms = { RS256, PS256, ES256 }\n" +
                             "".join(SIGNED.format(alg=alg, **values) for alg in ALGS) +
                             OTHERS.format(**values))

    def key_file(self, alg):
        return self.directory / f"{alg}.jwk"

    def start(self):
        self.start_fetch("--ca", self.directory / "ca.pem")
        return super().start()

    def stop(self):
        self.receiver.stop()
        super().stop()

    def keys_for(self, alg, name="published.jwk"):
        path = self.directory / name
        path.write_text(secret_key(SECRET) if alg == "HS256" else self.request("GET", "/jwks").text)
        return path

    def redeem(self, client, person=None, **more):
        person = person or Person(self.issuer)
        landed = person.sign_in(self.authorize_url(client, **more), USER, PASSWORD)
        answer = self.post("/token", client, grant_type="authorization_code", code=answer_of(landed)["code"],
                           redirect_uri=CALLBACK)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def verified(self, token, alg, typ):
        """The claims; each part with another byte, and another key, are refused by the same command."""
        header = part(token, 0)
        assert header["alg"] == alg and header.get("typ") == typ and ("kid" in header) == (alg != "HS256"), header
        keys = self.keys_for(alg)
        claims = json.loads(made("jws", "ver", "-i", "-", "-k", keys, "-O", "-", data=token))
        for number in range(3):
            # What it prints it has read before it came to the signature: its status is what counts.
            refused = jose("jws", "ver", "-i", "-", "-k", keys, "-O", "-", data=changed(token, number))
            assert refused.returncode != 0, number
        if alg == "HS256":
            keys.write_text(secret_key(SECRET[:-1] + "x"))
        else:
            others = [key for key in json.loads(keys.read_text())["keys"] if key["kid"] != header["kid"]]
            keys.write_text(json.dumps({"keys": others}))
        assert jose("jws", "ver", "-i", "-", "-k", keys, "-O", "-", data=token).returncode != 0
        return claims

    def assertion(self, client, alg, key, **more):
        now = int(time.time())
        claims = {"iss": client, "sub": client, "aud": self.issuer, "iat": now, "exp": now + 60, "jti": str(uuid.uuid4()),
                  **more}
        header = {"alg": alg} if alg == "HS256" else {"alg": alg, "kid": alg}
        return made("jws", "sig", "-I", "-", "-k", key, "-c", "-s", json.dumps({"protected": header}),
                    data=json.dumps(claims)).strip()

    def ask(self, assertion):
        answer = self.post("/introspect", client=None, client_assertion_type=BEARER, client_assertion=assertion, token="x")
        return answer.status_code, answer.json()


@pytest.fixture(scope="module", name="host")
def one_host():
    host = JoseHost()
    try:
        yield host.start()
    finally:
        host.stop()


# JW-01
def test_the_key_set_is_one_that_the_command_reads(host):
    published = host.request("GET", "/jwks").json()["keys"]
    assert {key["alg"] for key in published} == {"RS256", "PS256", "ES256"}
    for key in published:
        assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & set(key)
        # The kid is the thumbprint of RFC 7638, as this implementation computes it.
        assert made("jwk", "thp", "-i", "-", "-a", "S256", data=json.dumps(key)).strip() == key["kid"]
        assert jose("jwk", "use", "-i", "-", "-u", "verify", "-r", data=json.dumps(key)).returncode == 0
        assert jose("jwk", "use", "-i", "-", "-u", "encrypt", "-r", data=json.dumps(key)).returncode != 0


@pytest.mark.parametrize("alg", ALGS)
def test_id_tokens_userinfo_and_logout_tokens_are_good_and_their_neighbours_are_not(host, alg):
    person = Person(host.issuer)
    tokens = host.redeem(alg, person, scope="openid profile", nonce="n")
    claims = host.verified(tokens["id_token"], alg, "JWT")
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (host.issuer, alg, "n")
    answer = host.request("GET", "/userinfo", headers={"Authorization": "Bearer " + tokens["access_token"]})
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/jwt"
    told = host.verified(answer.text, alg, None)
    assert (told["sub"], told["aud"], told["preferred_username"]) == (claims["sub"], alg, USER)
    person.go(host.url("/logout?" + urllib.parse.urlencode({"id_token_hint": tokens["id_token"]})))
    told = host.verified(dict(host.receiver.wait_for("/" + alg)[0][1])["logout_token"], alg, "logout+jwt")
    assert (told["aud"], told["sub"], told["sid"]) == (alg, claims["sub"], claims["sid"])


# AT-01
def test_an_access_token_for_a_resource_is_good_and_its_neighbours_are_not(host):
    token = host.redeem("api", scope="profile", resource=API)["access_token"]
    claims = host.verified(token, "ES256", "at+jwt")
    assert (claims["iss"], claims["aud"], claims["client_id"]) == (host.issuer, API, "api")
    answer = host.post("/introspect", "api", token=token).json()
    assert answer["active"] is True
    for number in range(3):
        assert host.post("/introspect", "api", token=changed(token, number)).json() == {"active": False}


# CA-10, CA-24
@pytest.mark.parametrize("alg", ["ES256", "RS256", "PS256"])
def test_an_assertion_by_a_key_is_believed_and_its_neighbours_are_not(host, alg):
    key = host.key_file(alg)
    assert host.ask(host.assertion("file", alg, key)) == (200, {"active": False})
    for number in range(3):
        status, answer = host.ask(changed(host.assertion("file", alg, key), number))
        assert (status, answer["error"]) == (401, "invalid_client")
    stranger = host.directory / "stranger.jwk"
    made("jwk", "gen", "-i", json.dumps({"alg": alg, "kid": alg}), "-o", stranger)
    for refused in (host.assertion("file", alg, stranger), host.assertion("signs", alg, key),
                    host.assertion("file", alg, key, exp=int(time.time()) - 600),
                    host.assertion("file", alg, key, aud="https://elsewhere.example")):
        status, answer = host.ask(refused)
        assert (status, answer["error"]) == (401, "invalid_client")


# CA-09
def test_an_assertion_by_a_secret_is_believed_and_its_neighbours_are_not(host):
    key = host.directory / "hmac.jwk"
    key.write_text(secret_key(LONG_SECRET, alg="HS256"))
    assert host.ask(host.assertion("signs", "HS256", key)) == (200, {"active": False})
    for number in range(3):
        status, answer = host.ask(changed(host.assertion("signs", "HS256", key), number))
        assert (status, answer["error"]) == (401, "invalid_client")
    refused = host.assertion("file", "HS256", key)
    key.write_text(secret_key(LONG_SECRET[:-1] + "x", alg="HS256"))
    for assertion in (refused, host.assertion("signs", "HS256", key)):
        status, answer = host.ask(assertion)
        assert (status, answer["error"]) == (401, "invalid_client")
