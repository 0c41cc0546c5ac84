# SPDX-License-Identifier: Apache-2.0
"""Another master.key while the daemon runs: what goes on, what begins anew, and what a killed daemon leaves."""
import os
import random
import signal
import stat
import subprocess
import time

import pytest
from host import BUILD, PASSWORD, USER
from person import Form, Person
from test_admin import ctl, curl
from test_id_token import OpenIDHost


@pytest.fixture(scope="module", name="host")
def one_host():
    host = OpenIDHost()
    try:
        yield host.start()
    finally:
        host.stop()


def key_of(host):
    return (host.state / "master.key").read_bytes()


def names(host, tokens, client):
    alg = "ES256" if client == "pair" else "RS256"
    claims = host.verified(tokens["id_token"], alg)[1]
    return claims["sub"], claims["sid"]


def test_tokens_sessions_and_names_go_on(host):
    person, before, keys = Person(host.issuer), key_of(host), host.request("GET", "/jwks").content
    assert isinstance(person.sign_in(host.authorize_url("silent", scope="openid profile"), USER, PASSWORD), str)
    tokens = {"pair": host.redeem("pair"), "silent": host.redeem("silent")}
    told = ctl(host, "master-key", "rotate")
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith("everything in the database is sealed under a new master.key: back it up, beside the ")
    assert key_of(host) != before and len(key_of(host)) == 32
    assert stat.S_IMODE(os.stat(host.state / "master.key").st_mode) == 0o600
    assert not (host.state / "master.key.next").exists()
    assert f'master key rotated admin_uid={os.getuid()} ' in host.log()
    for restarted in (False, True):
        if restarted:
            assert host.stop_daemon() == 0
            host.start_daemon()
        assert host.request("GET", "/jwks").content == keys
        for client, had in tokens.items():
            assert host.userinfo(had).status_code == 200
            fresh = host.post("/token", client, grant_type="refresh_token", refresh_token=had["refresh_token"])
            assert fresh.status_code == 200, fresh.text
            assert names(host, fresh.json(), client) == names(host, had, client)
            had["refresh_token"] = fresh.json()["refresh_token"]
        # The browser is still signed in: no password is asked for.
        back = person.http.get(host.authorize_url("silent", scope="openid profile", prompt="none"), allow_redirects=False)
        assert "code=" in back.headers["Location"]
    # The old key opens nothing any more.
    now = key_of(host)
    assert host.stop_daemon() == 0
    (host.state / "master.key").write_bytes(before)
    status, said = host.refuses()
    assert status == 78 and "the master key is not the one of this database" in said
    (host.state / "master.key").write_bytes(now)
    host.start_daemon()


def test_who_is_signing_in_begins_anew(host):
    """Also with the right password: the page is of before."""
    person = Person(host.issuer)
    page = person.go(host.authorize_url("silent", scope="openid profile"))
    assert curl(host, "/admin/master-key/rotate", method="POST") == (200, {"rotated": True})
    form = Form(page.text)
    answer = person.http.post(host.url(form.action), data={**form.fields, "username": USER, "password": PASSWORD},
                              headers={"Origin": host.issuer, "Sec-Fetch-Site": "same-origin"}, allow_redirects=False)
    assert answer.status_code == 400 and "Location" not in answer.headers, answer.headers
    assert PASSWORD not in answer.text
    landed = person.sign_in(host.authorize_url("silent", scope="openid profile"), USER, PASSWORD)
    assert isinstance(landed, str) and "code=" in landed


def test_a_daemon_that_is_killed_meanwhile_starts_with_all_its_keys(host):
    keys = host.request("GET", "/jwks").content
    for _ in range(4):
        asked = subprocess.Popen([BUILD / "authcodectl", "--socket", host.directory / "run" / "admin.sock", "master-key",
                                  "rotate"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0.005, 0.04))
        host.stop_daemon(signal.SIGKILL)
        asked.wait(timeout=30)
        host.start_daemon()
        assert host.request("GET", "/jwks").content == keys
        assert not (host.state / "master.key.next").exists()


def test_what_is_not_asked_for_so_changes_nothing(host):
    before = key_of(host)
    assert curl(host, "/admin/master-key/rotate", "key=" + "00" * 32)[0] == 400
    assert curl(host, "/admin/master-key/rotate", method="GET")[0] == 405
    assert host.request("POST", "/admin/master-key/rotate").status_code == 404
    assert ctl(host, "master-key", "rotate", "x").returncode == 2 and ctl(host, "master-key", "list").returncode == 2
    (host.state / "master.key").rename(host.state / "elsewhere")
    status, answer = curl(host, "/admin/master-key/rotate", method="POST")
    assert status == 409 and "credential" in answer["error_description"]
    (host.state / "elsewhere").rename(host.state / "master.key")
    assert key_of(host) == before
