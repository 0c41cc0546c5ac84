# SPDX-License-Identifier: Apache-2.0
"""What a request asks for beside a code, in HTTP: AZ-12, AZ-13, AZ-23, AZ-24, AZ-26, AZ-39, AZ-45."""
import base64
import hashlib
import html
import os
import re
import subprocess

import pytest
from host import BUILD, CALLBACK, PAGE_HEADERS, PASSWORD, REDIRECT_HEADERS, ROOT, USER, Host, Person, answer_of

both = pytest.mark.parametrize("server", ["http", "https"], indirect=True)

PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGOQct0BRAwQCgAcGgRdhqHm0gAAAABJRU5ErkJggg==")


def signed_in(server, client="app"):
    person = Person(server.issuer)
    assert "code" in answer_of(person.sign_in(server.authorize_url(client), USER, PASSWORD))
    return person


def get(person, url):
    return person.http.get(url, allow_redirects=False, timeout=20)


@both
@pytest.mark.parametrize("known", [True, False], ids=["a code", "an error"])
def test_an_answer_that_is_posted_is_a_page_for_its_client_alone(server, known):
    person = signed_in(server) if known else Person(server.issuer)
    answer = get(person, server.authorize_url(state='"><script>', response_mode="form_post", prompt="none"))
    assert answer.status_code == 200 and "Location" not in answer.headers
    for name, value in PAGE_HEADERS.items():
        assert name == "Content-Security-Policy" or answer.headers.get(name) == value, name
    script = re.findall(r"<script>(.*?)</script>", answer.text, re.DOTALL)
    assert len(script) == 1 and answer.text.count("<script") == 1
    digest = base64.b64encode(hashlib.sha256(script[0].encode()).digest()).decode()
    origin = re.match(r"https?://[^/]+", CALLBACK).group()
    assert answer.headers["Content-Security-Policy"] == (
        f"default-src 'none'; style-src 'self'; img-src 'self'; script-src 'sha256-{digest}'; "
        f"form-action {origin} https:; base-uri 'none'; frame-ancestors 'none'")
    assert answer.headers["Cache-Control"] == "no-store"
    fields = {html.unescape(name): html.unescape(value) for name, value in
              re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', answer.text)}
    assert fields.pop("iss") == server.issuer and fields.pop("state") == '"><script>'
    if known:
        assert list(fields) == ["code"]
        tokens = server.post("/token", grant_type="authorization_code", code=fields["code"], redirect_uri=CALLBACK)
        assert tokens.status_code == 200
    else:
        assert fields.pop("error") == "login_required" and list(fields) == ["error_description"]


@both
def test_prompt_none_answers_at_once_or_says_what_is_missing(server):
    nobody = get(Person(server.issuer), server.authorize_url(prompt="none"))
    assert nobody.status_code == 303 and answer_of(nobody.headers["Location"])["error"] == "login_required"
    person = signed_in(server)
    assert "code" in answer_of(get(person, server.authorize_url(prompt="none")).headers["Location"])
    asked = get(person, server.authorize_url("asks", prompt="none"))
    assert answer_of(asked.headers["Location"])["error"] == "consent_required"


@both
def test_a_login_that_was_asked_for_is_carried_out_once(server):
    person = signed_in(server)
    page = person.go(server.authorize_url(prompt="login"))
    assert page.status_code == 200 and f'value="{USER}"' in page.text
    again = person.submit(page, username=USER, password="wrong")
    assert again.status_code == 200 and 'name="password"' in again.text
    assert "code" in answer_of(person.submit(again, username=USER, password=PASSWORD))
    page = person.go(server.authorize_url(max_age="0"))
    assert page.status_code == 200 and 'name="password"' in page.text


@both
def test_a_post_of_another_site_goes_on_by_a_get_and_sets_no_cookie(server):
    values = {"response_type": "code", "client_id": "app", "redirect_uri": CALLBACK, "state": "s", "prompt": "none"}
    posted = server.request("POST", "/authorize", data=values, headers={"Origin": "https://rp.example",
                                                                       "Sec-Fetch-Site": "cross-site"})
    assert posted.status_code == 303 and "Set-Cookie" not in posted.headers
    for name, value in REDIRECT_HEADERS.items():
        assert posted.headers[name] == value
    assert posted.headers["Location"].startswith(server.url("/resume?txn="))
    assert answer_of(get(Person(server.issuer), posted.headers["Location"]).headers["Location"])["error"] == "login_required"
    back = answer_of(get(signed_in(server), posted.headers["Location"]).headers["Location"])
    assert "code" in back and back["state"] == "s"


@pytest.fixture(name="shows")
def fixture_shows():
    host = Host()
    logo = host.directory / "logo.png"
    logo.write_bytes(PNG)
    logo.chmod(0o644)
    text = host.config.read_text().replace('client "app" {', f'client "app" {{\n\tlogo_file = "{logo}"\n', 1)
    host.config.write_text(text)
    yield host
    host.stop()


def test_a_logo_is_served_as_a_picture_and_nothing_else(shows):
    shows.start()
    answer = shows.request("GET", "/logo?client=app")
    assert answer.status_code == 200 and answer.content == PNG
    assert answer.headers["Content-Type"] == "image/png" and answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin" and "Set-Cookie" not in answer.headers
    cached = shows.request("GET", "/logo?client=app", headers={"If-None-Match": answer.headers["ETag"]})
    assert cached.status_code == 304 and cached.content == b""
    assert shows.request("HEAD", "/logo?client=app").content == b""
    for query in ("", "?client=asks", "?client=app&client=app", "?client=../app"):
        assert shows.request("GET", "/logo" + query).status_code == 404
    assert 'src="/logo?client=app"' in shows.request("GET", shows.authorize_url().removeprefix(shows.issuer)).text


@pytest.mark.parametrize("content", [b"", b"<svg/>" * 20, PNG[:20], PNG + b"x" * 65536],
                         ids=["empty", "SVG", "cut", "large"])
def test_what_is_no_logo_stops_the_start(shows, content):
    (shows.directory / "logo.png").write_bytes(content)
    status, said = shows.refuses()
    assert status == 78 and 'client "app": logo_file: ' in said


def refused(path):
    return (f'client "app": logo_file: {path}: it belongs to another user (uid 12345); '
            "run chown root on it")


if ROOT:  # an ordinary user can give nothing away
    @pytest.mark.parametrize("mode", [0o644, 0o600])
    def test_a_logo_that_somebody_else_owns_stops_the_start(shows, mode):
        logo = shows.directory / "logo.png"
        os.chown(logo, 12345, 12345)
        logo.chmod(0o644)
        status, said = shows.refuses()
        assert status == 78 and f"authcoded: {refused(logo)}" in said.splitlines(), said
        checked = subprocess.run([BUILD / "authcoded", "--config", shows.config, "--check-config"], capture_output=True, timeout=20,
                                 check=False, text=True)
        assert (checked.returncode, checked.stdout, checked.stderr) == (78, "", f"authcoded: {refused(logo)}\n")
        shows.own(logo)
        logo.chmod(mode)  # whom the daemon becomes may own it, as root may
        shows.start()
        assert shows.request("GET", "/logo?client=app").content == PNG

    def test_a_client_is_not_added_with_a_logo_that_somebody_else_owns(shows):
        logo = shows.directory / "logo.png"
        shows.config.write_text(shows.config.read_text().replace(f'\tlogo_file = "{logo}"\n', ""))
        os.chown(logo, 12345, 12345)
        shows.start()
        told = subprocess.run([BUILD / "authcodectl", "--socket", shows.directory / "run" / "admin.sock", "client", "add", "--id",
                               "x", "--redirect-uri", CALLBACK, "--set", f"logo_file={logo}"],
                              capture_output=True, timeout=30, check=False, text=True)
        assert (told.returncode, told.stdout) == (1, "")
        assert told.stderr == f"authcodectl: refused (400): {refused(logo).replace('app', 'x', 1)}\n"
