# SPDX-License-Identifier: Apache-2.0
"""The socket of administration: who may, what it serves, and renaming an account with authcodectl."""
import grp
import json
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import time

import pytest
from host import BUILD, ROOT, USER

CAN_RENAME = ROOT and shutil.which("useradd")


@pytest.fixture(name="renamed")
def another_name_of_the_account():
    if not CAN_RENAME:
        pytest.skip("needs root and useradd")
    name = f"acadm{os.getpid()}x{secrets.token_hex(2)}"
    subprocess.run(["useradd", "-M", "-N", "-o", "-u", str(pwd.getpwnam(USER).pw_uid), name], check=True,
                   capture_output=True, timeout=30)
    yield name
    subprocess.run(["userdel", name], capture_output=True, check=False, timeout=30)


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


def ctl(server, *words):
    return subprocess.run([BUILD / "authcodectl", "--socket", server.directory / "run" / "admin.sock", *words],
                          capture_output=True, timeout=30, check=False, text=True)


def relink(server, old, new, *more, uid=None):
    uid = pwd.getpwnam(USER).pw_uid if uid is None else uid
    return curl(server, "/admin/users/relink", f"old={old}", f"new={new}", f"uid={uid}", *more)


def introspected(server, tokens):
    return server.post("/introspect", token=tokens["access_token"]).json()


def test_a_renamed_account_keeps_its_subject_and_its_tokens(server, renamed):
    tokens = server.tokens()
    before = introspected(server, tokens)
    assert before["username"] == USER
    assert relink(server, USER, renamed) == (200, {"relinked": True})
    after = introspected(server, tokens)
    assert after["active"] and after["username"] == renamed and after["sub"] == before["sub"]
    # and back, with the tool, which asks the user database for the uid
    told = ctl(server, "user", "relink", renamed, USER)
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout == f"{renamed} is now {USER}: the same subject, with all that it had\n"
    assert introspected(server, tokens)["username"] == USER
    assert f'subject relinked user="{renamed}" admin_uid={os.getuid()} old="{USER}"' in server.log()


def test_a_name_that_has_signed_in_itself_is_replaced_only_on_request(server, renamed):
    old = server.tokens()
    assert relink(server, USER, renamed)[0] == 200
    new = server.tokens()  # the account signs in anew: another subject
    assert introspected(server, new)["sub"] != introspected(server, old)["sub"]
    status, answer = relink(server, renamed, USER)
    assert status == 409 and answer["error"] == "conflict"
    assert introspected(server, new)["active"] and introspected(server, old)["username"] == renamed
    told = ctl(server, "user", "relink", renamed, USER)
    assert told.returncode == 1 and told.stdout == "" and told.stderr.startswith("authcodectl: refused (409): ")
    assert ctl(server, "user", "relink", "--replace", renamed, USER).returncode == 0
    assert introspected(server, new) == {"active": False}
    assert introspected(server, old)["username"] == USER


@pytest.mark.parametrize("fields, status, error", [
    (["old=ghost", "new=other", "uid=7"], 404, "not_found"),
    ([f"old={USER}", "new=other", "uid=4294967294"], 409, "conflict"),  # another uid is another person
    ([f"old={USER}", "new=other"], 400, "invalid_request"),
    ([f"old={USER}", "new=other", "uid=4294967295"], 400, "invalid_request"),
    ([f"old={USER}", "new=other", "uid=-1"], 400, "invalid_request"),
    ([f"old={USER}", "new=", "uid=7"], 400, "invalid_request"),
    ([f"old={USER}", f"new={USER}", "uid=7"], 400, "invalid_request"),
    ([f"old={USER}", "new=a/b", "uid=7"], 400, "invalid_request"),
    ([f"old={USER}", "new=-rf", "uid=7"], 400, "invalid_request"),
    ([f"old={USER}", "new=a\nb", "uid=7"], 400, "invalid_request"),
    ([f"old={USER}", "new=" + "x" * 257, "uid=7"], 400, "invalid_request"),
    ([f"old={USER}", "new=other", "uid=7", "replace=no"], 400, "invalid_request"),
    ([f"old={USER}", "new=other", "new=third", "uid=7"], 400, "invalid_request"),
])
def test_what_cannot_be_meant_changes_nothing(server, fields, status, error):
    tokens = server.tokens()
    got, answer = curl(server, "/admin/users/relink", *fields)
    assert (got, answer["error"]) == (status, error)
    assert set(answer) == {"error", "error_description"}
    assert introspected(server, tokens)["username"] == USER


def test_a_consent_that_is_withdrawn_ends_what_the_client_got(server):
    """RT-11"""
    tokens = server.tokens()
    assert curl(server, "/admin/users/withdraw", f"user={USER}", "client=other") == (200, {"withdrawn": True})
    assert introspected(server, tokens)["active"]
    told = ctl(server, "grant", "revoke", USER, "app")
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout == f"what app got of {USER} is dead\n"
    assert introspected(server, tokens) == {"active": False}
    answer = server.post("/token", grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert f'consent withdrawn client="app" user="{USER}" admin_uid={os.getuid()}' in server.log()
    assert introspected(server, server.tokens())["active"]


@pytest.mark.parametrize("fields, status, error", [
    (["user=ghost", "client=app"], 404, "not_found"),
    ([f"user={USER}"], 400, "invalid_request"),
    (["client=app"], 400, "invalid_request"),
    ([f"user={USER}", "client="], 400, "invalid_request"),
    ([f"user={USER}", "client=" + "x" * 65], 400, "invalid_request"),
    ([f"user={USER}", "client=a\nb"], 400, "invalid_request"),
    (["user=a/b", "client=app"], 400, "invalid_request"),
    ([f"user={USER}", "client=app", "client=other"], 400, "invalid_request"),
])
def test_what_names_nobody_withdraws_nothing(server, fields, status, error):
    tokens = server.tokens()
    got, answer = curl(server, "/admin/users/withdraw", *fields)
    assert (got, answer["error"]) == (status, error)
    assert introspected(server, tokens)["active"]


def test_each_socket_serves_its_own_routes_alone(server):
    public = server.request("POST", "/admin/users/relink", data={"old": USER, "new": "x", "uid": "1"})
    assert public.status_code == 404 and public.headers["Content-Type"] == "text/html; charset=UTF-8"
    for path in ("/token", "/authorize", "/login", "/assets/style.css", "/nothing"):
        status, answer = curl(server, path, method="GET")
        assert (status, answer["error"]) == (404, "not_found")
    status, answer = curl(server, "/admin/users/relink", method="GET")
    assert (status, answer["error"]) == (405, "invalid_request")


def test_the_mode_of_the_socket_decides_who_may(server):
    status = os.stat(server.directory / "run" / "admin.sock")
    assert stat.S_IMODE(status.st_mode) == 0o660 and status.st_uid == os.getuid()


def mode_and_group(path):
    status = os.stat(path)
    return stat.S_IMODE(status.st_mode), status.st_gid


def test_without_the_group_the_socket_is_for_its_owner_alone(hosts):
    host = hosts()
    host.config.write_text(host.config.read_text().replace('admin_group = "nogroup"', 'admin_group = "no-such-group"'))
    host.start()
    assert mode_and_group(host.directory / "run" / "admin.sock")[0] == 0o600
    assert 'there is no group "no-such-group"' in host.log()


@pytest.mark.skipif(not ROOT, reason="needs root and useradd")
@pytest.mark.parametrize("member", [True, False])
def test_an_ordinary_account_opens_it_to_a_group_of_its_own_only(hosts, member):
    """A daemon that systemd has started as its account already."""
    host = hosts(unix=True)
    group = grp.getgrnam("daemon").gr_gid
    text = host.config.read_text().replace('admin_group = "nogroup"', 'admin_group = "daemon"')
    host.config.write_text(text.replace('user = "nobody"\n', ""))
    run = host.directory / "run"
    for path in (host.config, host.directory / "secret"):
        host.own(path)
    host.start_helper()
    host.start_checker()
    # Without the script of libtool, and where the account can read it.
    real = BUILD / ".libs" / "authcoded"
    for path in (real if real.exists() else BUILD / "authcoded", *BUILD.glob(".libs/libauthcode.so*")):
        shutil.copy(path, host.directory)
    groups = ["--groups", str(group)] if member else ["--clear-groups"]
    log = open(host.directory / "authcoded.log", "ab")
    host.daemon = subprocess.Popen(["setpriv", "--reuid", "nobody", "--regid", "nogroup", *groups,
                                    host.directory / "authcoded", "--config", host.config, "--print-ready"],
                                   stdout=log, stderr=log, env={**os.environ, "LD_LIBRARY_PATH": str(host.directory)})
    log.close()
    for _ in range(500):
        if "ready " in host.log():
            break
        time.sleep(0.02)
    expected = (0o660, group) if member else (0o600, grp.getgrnam("nogroup").gr_gid)
    assert mode_and_group(run / "admin.sock") == expected
    assert ("cannot be given to its group" in host.log()) == (not member)


@pytest.mark.parametrize("words, status, said", [
    ([], 2, "no such command"),
    (["user"], 2, "no such command"),
    (["user", "dance", "a", "b"], 2, "no such command"),
    (["user", "relink", "a"], 2, "usage: authcodectl user relink OLD NEW"),
    (["grant", "revoke", "a"], 2, "usage: authcodectl grant revoke USER CLIENT"),
    (["user", "relink", "a", "b", "c"], 2, "usage: authcodectl user relink OLD NEW"),
    (["--no-such-option"], 2, "no-such-option"),
    (["key", "withdraw", "-kid"], 2, "behind -- nothing is an option; see authcodectl --help"),
    (["key", "withdraw", "--", "-kid"], 1, "no key of this kid is published"),
    (["user", "relink", "a", "no-such-account"], 1, 'there is no account "no-such-account"'),
])
def test_the_tool_says_what_is_wrong(server, words, status, said):
    told = ctl(server, *words)
    assert told.returncode == status and said in told.stderr and told.stdout == ""


def test_the_tool_says_that_nobody_answers(server):
    told = subprocess.run([BUILD / "authcodectl", "--socket", server.directory / "nobody.sock", "user", "relink",
                           "someone", USER], capture_output=True, timeout=30, check=False, text=True)
    assert told.returncode == 3 and "no answer at" in told.stderr


def test_json_is_what_the_daemon_answered(server):
    told = ctl(server, "--json", "user", "relink", "nobody-ever", USER)
    assert told.returncode == 1 and json.loads(told.stdout)["error"] == "not_found"


def test_none_is_no_socket(hosts):
    host = hosts()
    text = host.config.read_text().replace(f'admin_socket = "{host.directory}/run/admin.sock"', "admin_socket = none")
    host.config.write_text(text)
    host.start()
    assert not (host.directory / "run" / "admin.sock").exists()
