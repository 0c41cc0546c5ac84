# SPDX-License-Identifier: Apache-2.0
"""The metadata of the server over HTTP (RFC 8414 §3; MD-02, MD-03, MD-05, MD-14, MD-15)."""
import pytest
from host import basic

PATH = "/.well-known/oauth-authorization-server"
HEADERS = {
    "Content-Type": "application/json", "Cache-Control": "max-age=3600", "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "Pragma": None, "Set-Cookie": None,
}

both = pytest.mark.parametrize("server", ["http", "https"], indirect=True)


@both
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_anybody_may_read_and_keep_it(server, method):
    answer = server.request(method, PATH, headers={"Origin": "https://app.example.org"})
    assert answer.status_code == 200
    for name, value in HEADERS.items():
        assert answer.headers.get(name) == value, name
    assert answer.headers.get("Access-Control-Allow-Credentials") is None
    assert answer.text == "" if method == "HEAD" else answer.json()["issuer"] == server.issuer


def test_who_has_it_is_not_sent_it_again(server):
    tag = server.request("GET", PATH).headers["ETag"]
    for wanted, status in ((tag, 304), (f'"x", W/{tag}', 304), ("*", 304), ('"x"', 200), (tag[:-2] + '"', 200)):
        answer = server.request("GET", PATH, headers={"If-None-Match": wanted})
        assert answer.status_code == status and answer.headers["ETag"] == tag, wanted
        assert (answer.text == "") == (status == 304), wanted


@both
def test_every_url_in_it_is_answered(server):
    told = server.request("GET", PATH).json()
    urls = {name: url for name, url in told.items() if name.endswith("_endpoint")}
    assert len(urls) == 6
    for name, url in urls.items():
        assert url.startswith(server.issuer + "/"), name
        answer = server.request("POST", url[len(server.issuer):], data={"x": "y"})
        assert answer.status_code == (400 if name == "authorization_endpoint" else 401), name


def test_what_is_told_of_grants_and_methods_is_so(server):
    told = server.request("GET", PATH).json()
    for grant in ["password", "client_credentials", "implicit", "urn:ietf:params:oauth:grant-type:saml2-bearer",
                  *told["grant_types_supported"]]:
        answer = server.request("POST", "/token", data={"grant_type": grant}, headers={"Authorization": basic()})
        supported = answer.json()["error"] != "unsupported_grant_type"
        assert supported == (grant in told["grant_types_supported"]), grant


@pytest.mark.parametrize("path", [
    PATH + "/", PATH + "/x", PATH + "x", "/.well-known/oauth-authorization-server%2f", "/.WELL-KNOWN" + PATH[12:],
    "/.well-known//oauth-authorization-server", "/x" + PATH, "/.well-known/oauth-authorization-serve",
    "/.well-known/openid-configuration", "/.well-known/token", "/.well-known/"])
def test_nothing_else_is_well_known(server, path):
    assert server.request("GET", path).status_code == 404


def test_the_host_header_does_not_write_it(server):
    answer, _ = server.raw(f"GET {PATH} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n".encode())
    assert b" 421 " in answer and b"evil" not in answer
