# SPDX-License-Identifier: Apache-2.0
"""Every route: methods, headers, errors (AZ-44, CR-07, TK-01, TK-09, CVE-2021-3660)."""
import email.utils

import pytest
from host import JSON_HEADERS, PAGE_HEADERS, basic

PAGES = {"/authorize": "GET, POST", "/resume": "GET", "/consent": "POST", "/login": "POST", "/prompt": "GET, POST"}
ASSETS = {"/assets/style.css": "GET, HEAD", "/assets/icon.svg": "GET, HEAD"}
LOGO = {"/logo": "GET, HEAD"}
METADATA = {"/.well-known/oauth-authorization-server": "GET, HEAD, OPTIONS",
            "/.well-known/openid-configuration": "GET, HEAD, OPTIONS", "/jwks": "GET, HEAD, OPTIONS"}
ENDPOINTS = {"/token": "POST, OPTIONS", "/revoke": "POST, OPTIONS", "/introspect": "POST",
             "/userinfo": "GET, POST, OPTIONS"}
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "GETPOSTGETPOSTGETPOST"]
ROUTES = {**PAGES, **ASSETS, **LOGO, **METADATA, **ENDPOINTS}
WRONG = [(path, method) for path, allow in ROUTES.items() for method in METHODS if method not in allow.split(", ")]

both = pytest.mark.parametrize("server", ["http", "https"], indirect=True)


def has(answer, headers):
    for name, value in headers.items():
        assert answer.headers.get(name) == value, name
    assert email.utils.parsedate_to_datetime(answer.headers["Date"])
    assert "Server" not in answer.headers


def has_hsts_only_over_https(server, answer):
    assert answer.headers.get("Strict-Transport-Security") == ("max-age=31536000" if server.tls else None)


@both
@pytest.mark.parametrize("path,method", WRONG)
def test_a_wrong_method_is_405_and_says_which_are_right(server, path, method):
    answer = server.request(method, path)
    assert answer.status_code == 405 and answer.headers["Allow"] == ROUTES[path]
    has(answer, JSON_HEADERS if path in {**METADATA, **ENDPOINTS} else PAGE_HEADERS)
    has_hsts_only_over_https(server, answer)


@both
@pytest.mark.parametrize("path", ["/", "/nothing", "/favicon.ico", "/authorize/", "/token/x", "/.well-known/x", "/admin"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_no_route_is_a_404_page(server, path, method):
    answer = server.request(method, path)
    assert answer.status_code == 404
    has(answer, PAGE_HEADERS)


@both
@pytest.mark.parametrize("method,path,status", [
    ("GET", "/authorize", 400), ("GET", "/authorize?client_id=<script>alert(1)</script>", 400), ("GET", "/resume", 400),
    ("GET", "/resume?txn=x", 400), ("POST", "/authorize", 400), ("POST", "/consent", 403), ("POST", "/login", 403),
    ("POST", "/prompt", 403)])
def test_pages_of_refusals_have_all_headers_of_a_page(server, method, path, status):
    answer = server.request(method, path)
    assert answer.status_code == status
    has(answer, PAGE_HEADERS)
    has_hsts_only_over_https(server, answer)
    assert "<script" not in answer.text


@both
def test_the_sign_in_page_has_all_headers_of_a_page(server):
    answer = server.request("GET", server.authorize_url()[len(server.issuer):])
    assert answer.status_code == 200
    has(answer, PAGE_HEADERS)
    has_hsts_only_over_https(server, answer)
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie
    assert ("Secure" in cookie and cookie.startswith("__Host-")) == server.tls
    for outside in ("http://", "https://", "//"):
        assert f'src="{outside}' not in answer.text and f'href="{outside}' not in answer.text
    assert "<script" not in answer.text and "style=" not in answer.text


@both
@pytest.mark.parametrize("path", ["/token", "/revoke", "/introspect"])
def test_an_endpoint_without_client_is_401_json(server, path):
    answer = server.request("POST", path, data={"token": "x"})
    assert answer.status_code == 401 and answer.json()["error"] == "invalid_client"
    has(answer, JSON_HEADERS)


@pytest.mark.parametrize("authorization", ["Basic", "Basic ", "Basic !!!", "Basic YXBw", "Basic OnNlY3JldA==", "Bearer x",
                                           "basic", "Basic YXBwOg==", "Digest x", "Basic " + "A" * 9000, "Basic YXBwOgA="])
def test_bad_client_credentials_are_401_with_a_challenge(server, authorization):
    answer = server.request("POST", "/token", data={"grant_type": "authorization_code", "code": "x"},
                            headers={"Authorization": authorization})
    assert answer.status_code in (400, 401) and answer.json()["error"] in ("invalid_client", "invalid_request")
    if answer.status_code == 401:
        assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")


@pytest.mark.parametrize("authorization", [None, "Bearer", "Bearer ", "Bearer x", "Bearer a b", basic(), "Bearer " + "A" * 5000,
                                           "Bearer aca_", "Bearer acr_AAAA", "Bearer \xff"])
def test_userinfo_without_a_good_token_is_401(server, authorization):
    headers = {} if authorization is None else {"Authorization": authorization.encode("latin-1")}
    answer = server.request("GET", "/userinfo", headers=headers)
    assert answer.status_code in (400, 401) and "sub" not in answer.text
    if answer.status_code == 401:
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path,kind", [("/assets/style.css", "text/css"), ("/assets/icon.svg", "image/svg+xml")])
def test_an_asset_may_be_kept_and_asked_about_again(server, path, kind):
    answer = server.request("GET", path)
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith(kind)
    assert answer.headers["Cache-Control"] == "public, max-age=3600" and answer.headers["X-Content-Type-Options"] == "nosniff"
    again = server.request("GET", path, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304 and again.content == b""
    top = server.request("HEAD", path)
    assert top.status_code == 200 and top.content == b"" and top.headers["Content-Length"] == str(len(answer.content))


def test_credentials_in_the_query_are_refused(server):
    answer = server.request("POST", "/token?grant_type=authorization_code&client_id=app&client_secret=x", data={})
    assert answer.status_code in (400, 401) and answer.json()["error"] in ("invalid_request", "invalid_client")
