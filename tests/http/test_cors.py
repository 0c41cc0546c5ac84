# SPDX-License-Identifier: Apache-2.0
"""Calls from pages of other origins (Fetch; CR-01 … CR-06)."""
import pytest
from host import JSON_HEADERS, SECRET, Host, basic

PAGE = "https://app.example"  # where every client of the host has its redirect URI
SPA = "https://spa.example"
EVIL = "https://evil.example"
METADATA = "/.well-known/oauth-authorization-server"
PUBLIC = [METADATA, "/.well-known/openid-configuration", "/jwks"]
CALLED = {"/token": "POST, OPTIONS", "/revoke": "POST, OPTIONS", "/userinfo": "GET, POST, OPTIONS",
          "/device_authorization": "POST, OPTIONS"}
NEVER = ["/authorize", "/resume", "/consent", "/login", "/prompt", "/logout", "/logout/confirm", "/device", "/introspect",
         "/assets/style.css"]
EXPOSED = "WWW-Authenticate, DPoP-Nonce, Retry-After"
SPA_CLIENT = f"""
client "spa" {{
	token_endpoint_auth_method = none
	redirect_uris = {{ "https://elsewhere.example/cb" }}
	allowed_origins = {{ "{SPA}" }}
	scope = "profile"
}}
"""


@pytest.fixture(scope="module", name="server", params=["http"])
def server_with_a_client_in_a_page(request):
    host = Host(tls=request.param == "https", extra=SPA_CLIENT)
    try:
        yield host.start()
    finally:
        host.stop()


def ask(server, path, origin, method="POST", wanted=None):
    headers = {} if origin is None else {"Origin": origin}
    if wanted is not None:
        headers |= {"Access-Control-Request-Method": wanted, "Access-Control-Request-Headers": "authorization,dpop"}
    return server.request(method, path, headers=headers, **({"data": {"x": "y"}} if method == "POST" else {}))


def cors(answer):
    return {name: value for name, value in answer.headers.items() if name.lower().startswith("access-control-")}


@pytest.mark.parametrize("server", ["http", "https"], indirect=True)
@pytest.mark.parametrize("path,allow", CALLED.items())
def test_a_preflight_from_a_client_s_page_is_answered_without_authentication(server, path, allow):
    """CR-03"""
    for origin in (PAGE, SPA):
        answer = ask(server, path, origin, "OPTIONS", "POST")
        assert answer.status_code == 204 and answer.content == b""
        assert cors(answer) == {
            "Access-Control-Allow-Origin": origin, "Access-Control-Allow-Methods": allow,
            "Access-Control-Allow-Headers": "Authorization, Content-Type, DPoP", "Access-Control-Max-Age": "7200"}
        assert answer.headers["Vary"] == "Origin" and answer.headers["Allow"] == allow
        assert "Set-Cookie" not in answer.headers and "WWW-Authenticate" not in answer.headers


@pytest.mark.parametrize("path", CALLED)
@pytest.mark.parametrize("origin", [
    EVIL, "null", "none", "*", "", "http://app.example", PAGE + "/", PAGE + ":443", PAGE + ".evil.example",
    "https://APP.example", "https://elsewhere.example", f"{PAGE}, {EVIL}", None])
def test_other_pages_are_told_nothing(server, path, origin):
    """CR-06"""
    for answer in (ask(server, path, origin, "OPTIONS", "POST"), ask(server, path, origin)):
        assert answer.status_code in (204, 401)
        assert cors(answer) == {} and answer.headers["Vary"] == "Origin"


@pytest.mark.parametrize("path", CALLED)
def test_a_page_may_read_why_it_is_refused(server, path):
    """CR-01, CR-04"""
    answer = ask(server, path, PAGE)
    assert answer.status_code == 401 and answer.headers["WWW-Authenticate"]
    assert cors(answer) == {"Access-Control-Allow-Origin": PAGE, "Access-Control-Expose-Headers": EXPOSED}
    answer = server.request("PUT", path, headers={"Origin": PAGE})
    assert answer.status_code == 405 and answer.headers["Access-Control-Allow-Origin"] == PAGE


def test_the_answer_is_for_pages_of_its_own_client_alone(server):
    """CR-06: the preflight cannot know whom the call is for."""
    for client, origin, readable in (("app", PAGE, True), ("app", SPA, False), ("app", EVIL, False)):
        answer = server.request("POST", "/token", data={"grant_type": "authorization_code", "code": "x"},
                                headers={"Authorization": basic(client), "Origin": origin})
        assert answer.status_code == 400 and answer.json()["error"] == "invalid_grant"
        assert answer.headers.get("Access-Control-Allow-Origin") == (origin if readable else None)
        for name, value in JSON_HEADERS.items():
            assert answer.headers[name] == value
    for origin, readable in ((SPA, True), (PAGE, False), ("https://elsewhere.example", False)):
        answer = server.request("POST", "/token", data={"grant_type": "authorization_code", "code": "x", "client_id": "spa"},
                                headers={"Origin": origin})
        assert answer.json()["error"] == "invalid_grant"
        assert answer.headers.get("Access-Control-Allow-Origin") == (origin if readable else None)


def test_a_page_reads_its_tokens_and_with_them_userinfo(server):
    """CR-01, UI-15"""
    tokens = server.tokens()
    bearer = {"Authorization": "Bearer " + tokens["access_token"]}
    for origin, readable in ((PAGE, True), (SPA, False), (EVIL, False)):
        answer = server.request("GET", "/userinfo", headers={**bearer, "Origin": origin})
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store" and answer.headers["Date"].endswith(" GMT")
        assert answer.headers.get("Access-Control-Allow-Origin") == (origin if readable else None)
        answer = server.request("POST", "/token", headers={"Authorization": basic(), "Origin": origin},
                                data={"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]})
        assert answer.status_code == 200 and answer.json()["access_token"]
        assert answer.headers.get("Access-Control-Allow-Origin") == (origin if readable else None)
    answer = server.request("POST", "/revoke", headers={"Authorization": basic(), "Origin": PAGE},
                            data={"token": tokens["access_token"]})
    assert answer.status_code == 200 and answer.headers["Access-Control-Allow-Origin"] == PAGE


@pytest.mark.parametrize("path", NEVER)
def test_pages_and_introspection_are_for_no_other_page(server, path):
    """CR-02, CR-05"""
    for method in ("GET", "POST"):
        assert cors(ask(server, path, PAGE, method)) == {}
    answer = ask(server, path, PAGE, "OPTIONS", "POST")
    assert answer.status_code == 405 and cors(answer) == {} and "OPTIONS" not in answer.headers["Allow"]


def test_introspection_is_told_to_no_page(server):
    """CR-05"""
    answer = server.request("POST", "/introspect", data={"token": "x"},
                            headers={"Authorization": basic(), "Origin": PAGE})
    assert answer.status_code == 200 and cors(answer) == {}


@pytest.mark.parametrize("path", PUBLIC)
def test_what_everybody_may_know_every_page_may_read(server, path):
    """CR-01"""
    for origin in (PAGE, EVIL, "null", None):
        answer = ask(server, path, origin, "GET")
        assert answer.status_code == 200 and cors(answer) == {"Access-Control-Allow-Origin": "*"}
        answer = ask(server, path, origin, "OPTIONS", "GET")
        assert answer.status_code == 204 and answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"


def test_no_answer_is_for_a_page_with_cookies(server):
    """CR-05"""
    for path in [*CALLED, *PUBLIC, *NEVER]:
        for method in ("OPTIONS", "GET", "POST"):
            answer = server.request(method, path, headers={"Origin": PAGE, "Access-Control-Request-Method": "POST"})
            assert "Access-Control-Allow-Credentials" not in answer.headers


def test_a_secret_in_a_preflight_opens_nothing(server):
    answer = server.request("OPTIONS", "/token", headers={"Origin": PAGE, "Authorization": basic()},
                            data={"grant_type": "client_credentials", "client_secret": SECRET})
    assert answer.status_code == 204 and answer.content == b""
