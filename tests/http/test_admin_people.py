# SPDX-License-Identifier: Apache-2.0
"""Grants, sessions, people and tokens, over the socket of administration."""
import json
import os
import re
import subprocess

import pytest
from host import BUILD, CALLBACK, SECRET, USER
from test_admin import ctl, curl

PASSWORD_SHAPE = re.compile(r"ac[acrsdj]_[A-Za-z0-9_-]{20,}")


def get(server, path, **fields):
    """GET with a query; status and JSON."""
    words = ["curl", "-s", "--max-time", "20", "--unix-socket", server.directory / "run" / "admin.sock",
             "-w", "\n%{http_code}", "-G", f"http://localhost{path}"]
    for name, value in fields.items():
        words += ["--data-urlencode", f"{name}={value}"]
    answer = subprocess.run(words, capture_output=True, timeout=30, check=True).stdout.decode()
    body, status = answer.rsplit("\n", 1)
    return int(status), json.loads(body)


def inspect(server, token, *words):
    done = subprocess.run([BUILD / "authcodectl", "--socket", server.directory / "run" / "admin.sock", *words,
                           "token", "inspect"], input=token, capture_output=True, timeout=30, check=False, text=True)
    return done


def state(server, token):
    done = inspect(server, token, "--json")
    assert done.returncode == 0, (done.stdout, done.stderr)
    seen = json.loads(done.stdout)
    return seen["kind"], seen["state"]


def active(server, tokens, client="app"):
    return server.post("/introspect", client, token=tokens["access_token"]).json()["active"]


def consented(server):
    """Tokens of a client that asks for consent, and gets it."""
    return server.tokens("asks")


@pytest.fixture(name="fresh", autouse=True)
def nobody_has_anything(server):
    """Each test begins with a person that has nothing."""
    curl(server, "/admin/users/revoke", f"user={USER}")
    return server


# --- lists ---------------------------------------------------------------------

def test_sessions_are_listed_and_ended(server):
    tokens = server.tokens()
    told = ctl(server, "session", "list", "--user", USER)
    assert told.returncode == 0 and told.stderr == ""
    heading, row = told.stdout.splitlines()
    assert heading.split() == ["ID", "USER", "STATE", "SIGNED", "IN", "IDLE", "UNTIL", "UNTIL", "HOW"]
    number = row.split()[0]
    assert row.split()[1:3] == [USER, "live"] and number.isdigit()
    told = ctl(server, "session", "end", number)
    assert (told.returncode, told.stdout) == (0, "the session is ended, and its tokens with it\n")
    assert not active(server, tokens)
    assert len(ctl(server, "session", "list", "--user", USER).stdout.splitlines()) == 1
    rows = json.loads(ctl(server, "--json", "session", "list", "--all").stdout)["sessions"]
    ended = [entry for entry in rows if entry["id"] == number]
    assert len(ended) == 1 and ended[0]["state"] == "ended" and ended[0]["ended"] >= ended[0]["created"]
    assert f'session ended admin_uid={os.getuid()} session={number}' in server.log()


def test_consents_are_listed_and_revoked(server):
    tokens = consented(server)
    assert active(server, tokens, "asks")
    rows = json.loads(ctl(server, "--json", "grant", "list", "--user", USER, "--client", "asks").stdout)["grants"]
    assert [(row["user"], row["client"], row["scope"], row["state"]) for row in rows] == \
        [(USER, "asks", ["profile"], "live")]
    told = ctl(server, "grant", "list")
    assert told.returncode == 0 and re.search(rf"^{USER} +asks +live ", told.stdout, re.M)
    assert ctl(server, "grant", "revoke", USER, "asks").returncode == 0
    assert not active(server, tokens, "asks")
    assert "asks" not in ctl(server, "grant", "list").stdout
    assert re.search(rf"^{USER} +asks +withdrawn ", ctl(server, "grant", "list", "--all").stdout, re.M)


def test_pages_are_put_together(server):
    """More rows than a page looks at, of somebody who has none of the first hundred."""
    tokens = server.tokens()
    for _ in range(105):
        tokens = {**tokens, **server.post("/token", grant_type="refresh_token",
                                          refresh_token=tokens["refresh_token"]).json()}
    rows = get_all(server, "/admin/tokens", "tokens")
    assert len(rows) > 105 and len({row["id"] for row in rows}) == len(rows)
    curl(server, "/admin/users/erase", f"user={USER}")
    assert get_all(server, "/admin/tokens", "tokens") == []
    mine = server.tokens()
    told = json.loads(ctl(server, "user", "export", USER).stdout)
    assert sorted(row["kind"] for row in told["tokens"]) == ["access", "refresh"] and active(server, mine)


def get_all(server, path, name):
    rows, fields = [], {"all": "yes"}
    while True:
        status, page = get(server, path, **fields)
        assert status == 200
        rows += page[name]
        if "after" not in page:
            return rows
        fields["after"] = page["after"]


@pytest.mark.parametrize("path", ["users", "sessions", "grants", "authorizations", "tokens", "codes", "devices",
                                  "logouts"])
def test_nothing_that_can_be_presented_is_listed(server, path):
    consented(server)
    status, answer = get(server, f"/admin/{path}", all="yes")
    assert status == 200 and list(answer) in ([path], [path, "after"])
    text = json.dumps(answer)
    assert not PASSWORD_SHAPE.search(text) and "hash" not in text and "challenge" not in text and SECRET not in text


@pytest.mark.parametrize("path, fields, status, error", [
    ("sessions", {"user": "ghost"}, 404, "not_found"),
    ("sessions", {"sub": "ghost"}, 404, "not_found"),
    ("sessions", {"user": USER, "sub": "x"}, 400, "invalid_request"),
    ("sessions", {"user": "a/b"}, 400, "invalid_request"),
    ("users", {"user": "-rf"}, 400, "invalid_request"),
    ("sessions", {"all": "no"}, 400, "invalid_request"),
    ("sessions", {"after": "x"}, 400, "invalid_request"),
    ("sessions", {"after": "-1"}, 400, "invalid_request"),
    ("grants", {"after": "99999999999999999999"}, 400, "invalid_request"),
    ("sessions", {"usr": USER}, 400, "invalid_request"),
    ("users/show", {}, 400, "invalid_request"),
    ("users/show", {"user": "ghost"}, 404, "not_found"),
    ("users/show", {"user": USER, "all": "yes"}, 400, "invalid_request"),
])
def test_what_cannot_be_meant_is_refused(server, path, fields, status, error):
    got, answer = get(server, f"/admin/{path}", **fields)
    assert (got, answer["error"]) == (status, error) and set(answer) == {"error", "error_description"}


@pytest.mark.parametrize("path, fields, status", [
    ("sessions/end", [], 400),
    ("sessions/end", ["id=x"], 400),
    ("sessions/end", ["id=1"], 404),
    ("sessions/end", ["id=1", "all=yes"], 400),
    ("users/revoke", [], 400),
    ("users/revoke", ["user=ghost"], 404),
    ("users/revoke", [f"user={USER}", "sub=x"], 400),
    ("users/erase", [], 400),
    ("users/erase", ["sub=ghost"], 404),
    ("users/erase", ["user=ghost"], 404),
    ("tokens/inspect", [], 400),
    ("tokens/inspect", ["token="], 400),
    ("tokens/inspect", ["token=a", "hint=b"], 400),
])
def test_what_names_nothing_ends_nothing(server, path, fields, status):
    tokens = server.tokens()
    # A form without fields is still posted.
    got, answer = curl(server, f"/admin/{path}", *fields, method="POST")
    assert got == status, answer
    assert active(server, tokens)


# --- people ----------------------------------------------------------------------

def test_everything_of_a_person_is_revoked(server):
    trusted, asked = server.tokens(), consented(server)
    told = ctl(server, "user", "revoke", USER)
    assert told.returncode == 0 and "are dead" in told.stdout
    assert not active(server, trusted)
    assert state(server, asked["access_token"]) == ("access token", "revoked")
    answer = server.post("/token", grant_type="refresh_token", refresh_token=trusted["refresh_token"])
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert json.loads(ctl(server, "--json", "session", "list", "--user", USER).stdout)["sessions"] == []
    # and comes back as the same
    sub = json.loads(ctl(server, "--json", "user", "show", USER).stdout)["sub"]
    again = server.tokens()
    assert active(server, again)
    assert json.loads(ctl(server, "--json", "user", "show", USER).stdout)["sub"] == sub


def test_a_person_is_shown_and_exported(server):
    consented(server)
    shown = ctl(server, "user", "show", USER)
    assert shown.returncode == 0
    for words in (rf"^user +{USER}$", r"^state +live$", r"^Sessions$", r"^Consents$", r"^Authorizations$",
                  r"^asks +live "):
        assert re.search(words, shown.stdout, re.M), (words, shown.stdout)
    export = ctl(server, "user", "export", USER)
    told = json.loads(export.stdout)
    assert set(told) >= {"user", "sub", "uid", "sessions", "grants", "authorizations", "tokens", "codes", "devices",
                         "logouts", "state"}
    assert all(row.get("user") == USER for name in ("sessions", "tokens", "codes") for row in told[name])
    assert len(told["tokens"]) >= 2 and not PASSWORD_SHAPE.search(export.stdout)
    records = told["records"]
    assert {row["event"] for row in records} >= {"login_succeeded", "code_issued", "token_issued"}
    assert {row["user"] for row in records} == {USER} and all(row["txn"] for row in records)
    by_sub = ctl(server, "user", "export", "--sub", told["sub"])
    assert json.loads(by_sub.stdout)["uid"] == told["uid"]


def test_who_is_erased_comes_back_as_somebody_else(server):
    old = json.loads(ctl(server, "--json", "user", "show", USER).stdout)
    tokens = consented(server)
    refused = ctl(server, "user", "erase", USER)
    assert refused.returncode == 2 and "--yes" in refused.stderr and active(server, tokens, "asks")
    told = ctl(server, "user", "erase", USER, "--yes")
    assert told.returncode == 0, told.stderr
    assert not active(server, tokens, "asks")
    assert ctl(server, "user", "show", USER).returncode == 1
    left = json.loads(ctl(server, "user", "export", "--sub", old["sub"]).stdout)
    assert left["state"] == "erased" and left["user"] == "" and left["uid"] == 0 and "full_name" not in left
    assert all(left[name] == [] for name in ("sessions", "grants", "authorizations", "tokens", "codes", "devices"))
    assert inspect(server, tokens["access_token"]).returncode == 4
    assert f'sub="{old["sub"]}"' in server.log()
    consented(server)
    fresh = json.loads(ctl(server, "user", "export", USER).stdout)
    assert fresh["sub"] != old["sub"]
    # whoever has the name now is told nothing of who had it before
    before, now = ({row["txn"] for row in of["records"]} for of in (left, fresh))
    assert before and now and not before & now
    listed = json.loads(ctl(server, "--json", "audit", "list", "--sub", old["sub"]).stdout)
    assert {row["txn"] for row in listed} == before and not any("user" in row for row in listed)
    refused = ctl(server, "audit", "list", "--sub", "nobody")
    assert refused.returncode == 1 and "nobody has that sub" in refused.stderr and refused.stdout == ""
    # nothing of the old rows is in the file
    assert old["sub"].encode() in (server.state / "authcode.db").read_bytes() + \
        (server.state / "authcode.db-wal").read_bytes()


def test_an_erased_name_is_in_no_page_of_the_file(hosts):
    """Overwritten in the database, and cut off from its log."""
    host = hosts()
    host.start()
    host.tokens()
    assert ctl(host, "user", "erase", USER, "--yes").returncode == 0
    data = b"".join((host.state / name).read_bytes() for name in ("authcode.db", "authcode.db-wal"))
    assert b"profile groups" not in data  # the scope of what it had


# --- tokens ------------------------------------------------------------------------

def test_a_token_is_explained(server):
    tokens = server.tokens()
    access = inspect(server, tokens["access_token"] + "\n")
    assert access.returncode == 0
    for line in (r"^kind +access token$", r"^form +opaque$", r"^state +live$", rf"^user +{USER}$", r"^client +app$",
                 r"^until +\d{4}-\d\d-\d\d \d\d:\d\d$"):
        assert re.search(line, access.stdout, re.M), (line, access.stdout)
    assert tokens["access_token"] not in access.stdout
    assert state(server, f"  {tokens['refresh_token']} \n") == ("refresh token", "live")
    again = server.post("/token", grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    if again.json().get("refresh_token", tokens["refresh_token"]) != tokens["refresh_token"]:
        assert state(server, tokens["refresh_token"]) == ("refresh token", "used")
    server.post("/revoke", token=again.json()["access_token"])
    assert state(server, again.json()["access_token"]) == ("access token", "revoked")


def test_a_code_is_used_once_it_was_exchanged(server):
    code = server.sign_in()["code"]
    assert state(server, code) == ("authorization code", "live")
    server.post("/token", grant_type="authorization_code", code=code, redirect_uri=CALLBACK)
    assert state(server, code) == ("authorization code", "used")


@pytest.mark.parametrize("token", ["aca_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "garbage", "a.b.c",
                                   "eyJhbGciOiJub25lIn0.e30."])
def test_what_nobody_knows_has_an_exit_code_of_its_own(server, token):
    done = inspect(server, token)
    assert done.returncode == 4 and done.stdout == "" and "never gave it out" in done.stderr
    assert token not in server.log()


def test_nothing_is_no_token(server):
    done = inspect(server, "\n")
    assert done.returncode == 2 and "standard input" in done.stderr


@pytest.mark.parametrize("words, said", [
    (["session", "list", "x"], "usage: authcodectl session list"),
    (["session", "end"], "usage: authcodectl session end ID"),
    (["user", "show"], "--sub"),
    (["user", "show", "a", "--sub", "b"], "not both"),
    (["user", "list", "--client", "x"], "user list does not take --client"),
    (["token", "inspect", "aca_x"], "usage: authcodectl token inspect"),  # never as an argument
    (["--complete-me"], "complete-me"),
    (["session", "list", "--user"], "requires an argument"),
])
def test_a_wrong_command_line_is_told(server, words, said):
    told = ctl(server, *words)
    assert told.returncode == 2 and said in told.stderr and told.stdout == ""
