# SPDX-License-Identifier: Apache-2.0
"""authcodectl client: registering applications while the daemon runs, on the real daemon and its socket."""
import contextlib
import json
import os
import re
import signal
import sqlite3
import subprocess
import time

import pytest
from host import BUILD, CALLBACK, SECRET


def curl(server, path, *fields, method=None):
    """Status and JSON of one request by the socket."""
    words = ["curl", "-s", "--max-time", "20", "--unix-socket", server.directory / "run" / "admin.sock",
             "-w", "\n%{http_code}", f"http://localhost{path}"]
    for field in fields:
        words += ["--data-urlencode", field]
    if method:
        words += ["-X", method]
    answer = subprocess.run(words, capture_output=True, timeout=30, check=True).stdout.decode()
    body, status = answer.rsplit("\n", 1)
    return int(status), json.loads(body)


def ctl(server, *words, stdin=None):
    return subprocess.run([BUILD / "authcodectl", "--socket", server.directory / "run" / "admin.sock", *words],
                          capture_output=True, timeout=30, check=False, text=True, input=stdin)


def done(server, *words, stdin=None):
    told = ctl(server, *words, stdin=stdin)
    assert told.returncode == 0, told.stderr
    return told.stdout


def add(server, *words, **more):
    """id and secret of a new client."""
    lines = dict(line.split(": ", 1) for line in done(server, "client", "add", *words, **more).splitlines())
    assert lines["issuer"] == server.issuer
    return lines["client_id"], lines.get("client_secret")


def web(server, name, *words):
    return add(server, "--id", name, "--redirect-uri", CALLBACK, "--scope", "profile", "--set", "trusted=yes", *words)


def authenticates(server, name, secret):
    status = server.post("/introspect", name, secret, token="x").status_code
    assert status in (200, 401)
    return status == 200


def code_and_tokens(server, name, secret, person=None):
    code = server.sign_in(name, person)["code"]
    answer = server.post("/token", name, secret, grant_type="authorization_code", code=code, redirect_uri=CALLBACK)
    assert answer.status_code == 200, answer.text
    return answer.json()


def active(server, name, secret, tokens):
    return server.post("/introspect", name, secret, token=tokens["access_token"]).json()["active"]


def listed(server):
    return {client["id"]: client for client in curl(server, "/admin/clients")[1]["clients"]}


def test_a_client_signs_people_in_from_the_next_request_on(server):
    name, secret = web(server, "wiki")
    assert name == "wiki" and re.fullmatch("[A-Za-z0-9_-]{43}", secret)
    assert active(server, name, secret, code_and_tokens(server, name, secret))
    assert f'client added client="wiki" admin_uid={os.getuid()}' in server.log()
    shown = json.loads(done(server, "--json", "client", "show", "wiki"))["client"]
    assert shown["source"] == "database" and shown["state"] == "enabled" and shown["secret"] == "hash"
    assert shown["changed_by"] == os.getuid() and shown["revision"] == 1
    assert shown["options"] == {"redirect_uris": [CALLBACK], "scope": "profile", "trusted": "yes"}
    # the secret is nowhere but with the application
    assert secret not in server.log() and secret not in json.dumps(shown)
    for path in server.state.iterdir():
        assert secret.encode() not in path.read_bytes(), path


def test_an_edit_holds_at_once_and_ends_nothing(server):
    name, secret = web(server, "edited")
    tokens = code_and_tokens(server, name, secret)
    other = "https://other.example/cb"
    assert done(server, "client", "edit", name, "--redirect-uri", other, "--set", "name=Edited") == \
        "edited is changed\n"
    page = server.request("GET", server.authorize_url(name)[len(server.issuer):])
    assert page.status_code == 400  # the old redirect URI
    page = server.request("GET", server.authorize_url(name, redirect_uri=other)[len(server.issuer):])
    assert page.status_code == 200
    assert active(server, name, secret, tokens)
    assert json.loads(done(server, "--json", "client", "show", name))["client"]["options"]["name"] == "Edited"
    done(server, "client", "edit", name, "--unset", "name")
    assert "name" not in json.loads(done(server, "--json", "client", "show", name))["client"]["options"]


def test_what_was_disabled_or_removed_is_dead_for_good(server):
    name, secret = web(server, "passing")
    tokens = code_and_tokens(server, name, secret)
    assert done(server, "client", "disable", name) == "passing is disabled, and all that it got is dead\n"
    assert not authenticates(server, name, secret)
    assert listed(server)[name]["state"] == "disabled"
    assert server.request("GET", server.authorize_url(name)[len(server.issuer):]).status_code == 400
    done(server, "client", "enable", name)
    assert authenticates(server, name, secret) and not active(server, name, secret, tokens)
    fresh = code_and_tokens(server, name, secret)
    assert active(server, name, secret, fresh)
    done(server, "client", "remove", name)
    assert not authenticates(server, name, secret) and name not in listed(server)
    assert ctl(server, "client", "show", name).returncode == 1
    _, again = web(server, name)
    assert again != secret and not authenticates(server, name, secret)
    assert not active(server, name, again, fresh)
    answer = server.post("/token", name, again, grant_type="refresh_token", refresh_token=fresh["refresh_token"])
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_a_rotated_secret_can_keep_the_old_one_for_a_while(server):
    name, first = web(server, "rotating")
    second = dict(line.split(": ") for line in done(server, "client", "rotate-secret", name).splitlines())
    second = second["client_secret"]
    assert not authenticates(server, name, first) and authenticates(server, name, second)
    third = done(server, "client", "rotate-secret", name, "--keep-old", "8h").splitlines()[2].split(": ")[1]
    assert authenticates(server, name, second) and authenticates(server, name, third)
    assert not authenticates(server, name, first)
    fourth = done(server, "client", "rotate-secret", name).splitlines()[2].split(": ")[1]
    assert not authenticates(server, name, second) and not authenticates(server, name, third)
    assert authenticates(server, name, fourth)


def test_a_secret_of_another_server_comes_along(server):
    moved = "moved-Secret_of.another-server/0123456789"
    (server.directory / "moved").write_text(moved + "\n")
    assert web(server, "moved", "--secret-file", server.directory / "moved") == ("moved", moved)
    assert authenticates(server, "moved", moved)
    done(server, "client", "rotate-secret", "moved", "--secret-file", "-", stdin="Another-secret_0123456789abc\n")
    assert authenticates(server, "moved", "Another-secret_0123456789abc")
    for weak in ("short", "a" * 43, "0123456789" * 3, "two\nlines-of-a-secret-0123456789"):
        told = ctl(server, "client", "rotate-secret", "moved", "--secret-file", "-", stdin=weak)
        assert told.returncode == 1 and "secret" in told.stderr and weak not in told.stderr
    assert authenticates(server, "moved", "Another-secret_0123456789abc")


def test_a_secret_that_is_needed_itself_is_sealed(server):
    name, secret = web(server, "sealed", "--auth-method", "client_secret_jwt")
    assert json.loads(done(server, "--json", "client", "show", name))["client"]["secret"] == "sealed"
    with contextlib.closing(sqlite3.connect(server.state / "authcode.db")) as database, database:
        row = database.execute("SELECT registration, sealed_secret FROM client WHERE id = ?", (name,)).fetchone()
    assert secret not in row[0] + row[1] and row[1] != "" and "sha256" not in row[0]
    told = ctl(server, "client", "rotate-secret", name, "--keep-old", "1h")
    assert told.returncode == 1 and "only a secret that is sent can be kept" in told.stderr
    # a hash is enough again, and is all that is kept
    done(server, "client", "edit", name, "--auth-method", "client_secret_basic")
    assert authenticates(server, name, secret)
    told = ctl(server, "client", "edit", name, "--auth-method", "client_secret_jwt")
    assert told.returncode == 1 and "needs the secret itself" in told.stderr
    assert authenticates(server, name, secret)


def test_a_secret_is_not_sealed_under_a_key_that_another_has_rotated(hosts):
    """Nor is it said to be for a while: only who restarts the server can help."""
    host = hosts()
    host.start()
    name, _ = web(host, "sealed", "--auth-method", "client_secret_jwt")

    def database(statement):
        with contextlib.closing(sqlite3.connect(host.state / "authcode.db", timeout=5)) as base, base:
            return base.execute(statement).fetchall()

    before = database("SELECT * FROM client")
    database("UPDATE secret SET sealed = 'other' || sealed")  # the name of the key comes first
    why = "the database was sealed under another master key by somebody else: restart the server with that key"
    refused = {"error": "server_error", "error_description": why}
    assert curl(host, "/admin/clients/rotate-secret", f"id={name}") == (500, refused)
    late = ["id=late", f"redirect_uris={CALLBACK}", "token_endpoint_auth_method=client_secret_jwt"]
    assert curl(host, "/admin/clients/add", *late) == (500, refused)
    told = ctl(host, "client", "rotate-secret", name)
    assert told.returncode == 1 and why in told.stderr
    assert database("SELECT * FROM client") == before
    # Who has no secret that is kept sealed does not mind, and with the key of the database all is well.
    assert authenticates(host, *web(host, "hashed"))
    database("UPDATE secret SET sealed = substr(sealed, 6)")
    assert curl(host, "/admin/clients/rotate-secret", f"id={name}")[0] == 200


def test_a_public_client_has_no_secret(server):
    name, secret = add(server, "--id", "spa", "--public", "--redirect-uri", CALLBACK)
    assert secret is None
    assert json.loads(done(server, "--json", "client", "show", name))["client"]["options"]["scope"] == "openid profile"
    told = ctl(server, "client", "rotate-secret", name)
    assert told.returncode == 1 and "this client has no secret" in told.stderr


def test_a_preset_fills_in_what_is_not_said(server):
    told = ctl(server, "client", "add", "--for", "grafana", "--url", "https://grafana.example/")
    assert told.returncode == 0 and told.stdout.splitlines()[1] == "client_id: grafana"
    assert "warning: Grafana needs an e-mail address of everybody" in told.stderr
    options = json.loads(done(server, "--json", "client", "show", "grafana"))["client"]["options"]
    assert options["redirect_uris"] == ["https://grafana.example/login/generic_oauth"]
    assert options["name"] == "Grafana" and options["require_pkce"] == "yes"
    second = add(server, "--for", "grafana", "--url", "https://b.example", "--name", "Other", "--scope", "openid")[0]
    assert re.fullmatch("grafana-[0-9a-f]{8}", second)
    options = json.loads(done(server, "--json", "client", "show", second))["client"]["options"]
    assert (options["name"], options["scope"]) == ("Other", "openid")


def test_every_preset_is_a_client_that_is_served(server):
    presets = [preset["name"] for preset in curl(server, "/admin/presets")[1]["presets"]]
    assert len(presets) >= 11
    for preset in presets:
        name, secret = add(server, "--for", preset, "--url", "https://app.example", "--id", f"try-{preset}")
        assert secret and listed(server)[name]["state"] == "enabled"
        done(server, "client", "remove", name)


@pytest.mark.parametrize("words, said", [
    (["--id", "app", "--redirect-uri", CALLBACK], "a file wins"),
    (["--id", "bad id", "--redirect-uri", CALLBACK], "a client id is not 1 to 64 characters"),
    (["--id", "x1"], "it needs 1 to 64 redirect URIs"),
    (["--id", "x1", "--redirect-uri", "http://app.example/"], "a web client must use https"),
    (["--id", "x1", "--redirect-uri", CALLBACK, "--set", "scpoe=x"], "scpoe: no such option of a client"),
    (["--id", "x1", "--redirect-uri", CALLBACK, "--set", "issuer=x"], "issuer: no such option of a client"),
    (["--id", "x1", "--redirect-uri", CALLBACK, "--set", "trusted=maybe"], 'trusted: "maybe" is not allowed'),
    (["--id", "x1", "--redirect-uri", CALLBACK, "--set", "name=a", "--set", "name=b"], "name: given twice"),
    (["--id", "x1", "--redirect-uri", CALLBACK, "--set", "logo_file=/nowhere.png"], "/nowhere.png"),
    (["--id", "x1", "--redirect-uri", CALLBACK, "--set", "pam_service=other"], "needs a service block"),
    (["--for", "excel", "--url", "https://a.example"], "there is no such preset"),
    (["--for", "gitlab"], "url: missing"),
    (["--url", "https://a.example"], "url: read only with for"),
    (["--for", "gitlab", "--url", "gitlab.example"], "give the URL at which people reach the application"),
])
def test_what_cannot_be_registered_leaves_no_trace(server, words, said):
    before = listed(server)
    told = ctl(server, "client", "add", *words)
    assert (told.returncode, told.stdout) == (1, "") and said in told.stderr
    assert listed(server) == before


@pytest.mark.parametrize("path, fields, status, said", [
    ("/admin/clients/edit", ["id=ghost", "name=a"], 404, "there is no client"),
    ("/admin/clients/remove", ["id=ghost"], 404, "there is no client"),
    ("/admin/clients/rotate-secret", ["id=ghost"], 404, "there is no client"),
    ("/admin/clients/edit", ["id=app", "name=a"], 409, "a file wins"),
    ("/admin/clients/remove", ["id=app"], 409, "a file wins"),
    ("/admin/clients/disable", ["id=app"], 409, "a file wins"),
    ("/admin/clients/edit", ["id=app"], 400, "there is nothing to change"),
    ("/admin/clients/edit", ["name=a"], 400, "id: missing"),
    ("/admin/clients/edit", ["id=app", "id=b", "name=a"], 400, "id: given twice"),
    ("/admin/clients/edit", ["id=app", "secret=0123456789"], 400, "secret: is of no use here"),
    ("/admin/clients/edit", ["id=app", "unset=nmae"], 400, "nmae: no such option"),
    ("/admin/clients/remove", ["id=app", "name=a"], 400, "name: is of no use here"),
    ("/admin/clients/add", ["id=x2", "keep_old=1h"], 400, "keep_old: is of no use here"),
    ("/admin/clients/add", ["id=x2", "unset=name"], 400, "unset: is of no use"),
    ("/admin/clients/rotate-secret", ["id=app", "keep_old=0"], 400, "keep_old: give a time"),
    ("/admin/clients/rotate-secret", ["id=app", "keep_old=400d"], 400, "keep_old: give a time"),
    ("/admin/clients/add", ["id="], 400, "id: has no value"),
])
def test_what_cannot_be_meant_changes_nothing(server, path, fields, status, said):
    before = listed(server)
    got, answer = curl(server, path, *fields)
    assert got == status and said in answer["error_description"]
    assert listed(server) == before


def test_the_routes_are_on_the_socket_alone(server):
    for path in ("/admin/clients", "/admin/client?id=app", "/admin/presets"):
        assert server.request("GET", path).status_code == 404
    assert server.request("POST", "/admin/clients/add", data={"id": "x3"}).status_code == 404
    assert curl(server, "/admin/clients/add", method="GET")[0] == 405
    assert curl(server, "/admin/client")[0] == 400
    assert curl(server, "/admin/client?id=ghost")[0] == 404


def test_the_list_has_both_sources(server):
    web(server, "both")
    clients = listed(server)
    assert clients["app"]["source"] == "file" and clients["app"]["place"].startswith(str(server.config) + ":")
    assert clients["both"]["source"] == "database"
    assert list(clients) == sorted(clients)
    shown = json.loads(done(server, "--json", "client", "show", "app"))["client"]
    assert shown["secret"] == "file" and shown["options"]["redirect_uris"] == [CALLBACK]
    assert SECRET not in json.dumps(shown)
    assert "ID" in done(server, "client", "list").splitlines()[0]
    assert "The" not in done(server, "client", "show", "both")


def test_a_restart_and_a_reload_keep_them_and_a_file_wins(hosts):
    host = hosts()
    host.start()
    name, secret = web(host, "kept")
    tokens = code_and_tokens(host, name, secret)
    gone = web(host, "gone")
    host.daemon.send_signal(signal.SIGHUP)
    for _ in range(200):
        if "the configuration was read again" in host.log():
            break
        time.sleep(0.02)
    assert authenticates(host, name, secret)
    host.config.write_text(host.config.read_text() + f'client "gone" {{\nclient_secret_file = "{host.directory}/secret"\n'
                           f'redirect_uris = {{"{CALLBACK}"}}\nscope = "profile"\n}}\n')
    assert host.stop_daemon() == 0
    host.start_daemon()
    assert active(host, name, secret, tokens)
    assert authenticates(host, "gone", SECRET) and not authenticates(host, *gone)
    assert 'client of the database hidden client="gone"' in host.log()
    rows = [client for client in curl(host, "/admin/clients")[1]["clients"] if client["id"] == "gone"]
    assert [row["state"] for row in rows] == ["enabled", "hidden"]
    done(host, "client", "remove", "gone")
    assert authenticates(host, "gone", SECRET)
