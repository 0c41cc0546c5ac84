# SPDX-License-Identifier: Apache-2.0
"""The metadata of the server over HTTP (RFC 8414 §3, OIDC-Disc §4; MD-01, MD-02, MD-03, MD-05, MD-09, MD-12, MD-14, MD-15)."""
import re

import pytest
from host import basic

PATH = "/.well-known/oauth-authorization-server"
DISCOVERY = "/.well-known/openid-configuration"
paths = pytest.mark.parametrize("path", [PATH, DISCOVERY])
# Of the IANA registry "OAuth Authorization Server Metadata", by the type that its reference gives them.
REGISTERED = {
    str: """issuer authorization_endpoint token_endpoint jwks_uri registration_endpoint service_documentation op_policy_uri
        op_tos_uri revocation_endpoint introspection_endpoint userinfo_endpoint device_authorization_endpoint
        end_session_endpoint check_session_iframe pushed_authorization_request_endpoint""",
    list: """scopes_supported response_types_supported response_modes_supported grant_types_supported
        token_endpoint_auth_methods_supported token_endpoint_auth_signing_alg_values_supported ui_locales_supported
        revocation_endpoint_auth_methods_supported revocation_endpoint_auth_signing_alg_values_supported
        introspection_endpoint_auth_methods_supported introspection_endpoint_auth_signing_alg_values_supported
        code_challenge_methods_supported acr_values_supported subject_types_supported
        id_token_signing_alg_values_supported userinfo_signing_alg_values_supported display_values_supported
        claim_types_supported claims_supported claims_locales_supported prompt_values_supported""",
    bool: """claims_parameter_supported request_parameter_supported request_uri_parameter_supported
        require_request_uri_registration authorization_response_iss_parameter_supported frontchannel_logout_supported
        frontchannel_logout_session_supported backchannel_logout_supported backchannel_logout_session_supported
        require_pushed_authorization_requests tls_client_certificate_bound_access_tokens""",
}
TYPES = {name: kind for kind, names in REGISTERED.items() for name in names.split()}
HEADERS = {
    "Content-Type": "application/json", "Cache-Control": "public, max-age=3600", "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "Pragma": None, "Set-Cookie": None,
}

both = pytest.mark.parametrize("server", ["http", "https"], indirect=True)


@both
@paths
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_anybody_may_read_and_keep_it(server, path, method):
    answer = server.request(method, path, headers={"Origin": "https://app.example.org"})
    assert answer.status_code == 200
    for name, value in HEADERS.items():
        assert answer.headers.get(name) == value, name
    assert answer.headers.get("Access-Control-Allow-Credentials") is None
    assert answer.text == "" if method == "HEAD" else answer.json()["issuer"] == server.issuer


def test_both_documents_are_the_same(server):
    first, second = (server.request("GET", path) for path in (PATH, DISCOVERY))
    assert first.content == second.content and first.headers["ETag"] == second.headers["ETag"]


def test_every_member_is_registered_and_of_its_type(server):
    told = server.request("GET", DISCOVERY).json()
    for name, value in told.items():
        assert type(value) is TYPES[name], name
        if isinstance(value, list):
            assert value and all(isinstance(item, str) and item for item in value), name
            assert len(set(value)) == len(value), name
    # MD-12: what is off is left out, not said to be false.
    for name in told:
        if re.search("logout|check_session", name):
            assert told[name] is not False, name


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
    assert len(urls) >= 5
    for name, url in [*urls.items(), ("jwks_uri", told["jwks_uri"])]:
        assert url.startswith(server.issuer + "/"), name
        if name == "jwks_uri":
            assert server.request("GET", url[len(server.issuer):]).status_code == 200
            continue
        answer = server.request("POST", url[len(server.issuer):], data={"x": "y"})
        expected = {"authorization_endpoint": 400, "end_session_endpoint": 303}
        assert answer.status_code == expected.get(name, 401), name


def test_what_is_told_of_grants_and_methods_is_so(server):
    told = server.request("GET", PATH).json()
    for grant in ["password", "implicit", "urn:ietf:params:oauth:grant-type:saml2-bearer",
                  *told["grant_types_supported"]]:
        answer = server.request("POST", "/token", data={"grant_type": grant}, headers={"Authorization": basic()})
        supported = answer.json()["error"] != "unsupported_grant_type"
        assert supported == (grant in told["grant_types_supported"]), grant


@pytest.mark.parametrize("path", [
    PATH + "/", PATH + "/x", PATH + "x", "/.well-known/oauth-authorization-server%2f", "/.WELL-KNOWN" + PATH[12:],
    "/.well-known//oauth-authorization-server", "/x" + PATH, "/.well-known/oauth-authorization-serve",
    "/.well-known/openid-configuration/", "/.well-known/openid-configuratio", "/.well-known/webfinger",
    "/.well-known/jwks", "/.well-known/jwks.json", "/.well-known/token", "/.well-known/"])
def test_nothing_else_is_well_known(server, path):
    assert server.request("GET", path).status_code == 404


def test_the_host_header_does_not_write_it(server):
    answer, _ = server.raw(f"GET {PATH} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n".encode())
    assert b" 421 " in answer and b"evil" not in answer
