# SPDX-License-Identifier: Apache-2.0
"""How the daemon is, as administrators are told: GET /admin/status and authcodectl status."""
import contextlib
import json
import re
import sqlite3
import subprocess
import time

import pytest
from host import BUILD


def curl(server, *more):
    done = subprocess.run(["curl", "-s", "--max-time", "20", "--unix-socket", server.directory / "run" / "admin.sock",
                           "-w", "\n%{http_code}", *more, "http://localhost/admin/status"],
                          capture_output=True, timeout=30, check=True, text=True)
    body, status = done.stdout.rsplit("\n", 1)
    return int(status), json.loads(body)


def ctl(server, *words):
    return subprocess.run([BUILD / "authcodectl", "--socket", server.directory / "run" / "admin.sock", *words],
                          capture_output=True, timeout=30, check=False, text=True)


def test_it_says_what_runs_and_what_it_keeps(server):
    server.tokens()
    status, told = curl(server)
    assert status == 200 and told["ok"] is True and told["problems"] == []
    assert told["pid"] == server.daemon.pid and abs(told["started"] - time.time()) < 600
    assert told["issuer"] == server.issuer and told["config"]["path"] == str(server.config)
    assert re.fullmatch(r"[0-9a-f]{64}", told["config"]["hash"])
    assert told["listeners"] == [{"address": server.listen, "tls": False, "admin": False},
                                 {"address": f"unix:{server.directory}/run/admin.sock", "tls": False, "admin": True}]
    assert told["clients"] == 7 and told["connections"] >= 1
    assert told["keys"] == {"published": 2, "current": 2}
    assert told["helpers"] == {"login": True, "check": True, "passwd": False, "fetch": False}
    assert set(told["sandbox"]) == {"calls", "files", "connections"} and told["sandbox"]["calls"] is True
    assert told["sessions"] >= 1 and told["tokens"] >= 2
    assert re.fullmatch(r"\d+\.\d+\.\d+", told["version"])


def test_it_says_how_the_writing_goes(server):
    _, before = curl(server)
    server.tokens()
    _, told = curl(server)
    database = told["database"]
    assert set(database) == {"schema", "bytes", "log_bytes", "operations", "failures", "batches", "queue_depth"}
    assert database["bytes"] == (server.state / "authcode.db").stat().st_size > 0
    assert database["log_bytes"] == (server.state / "authcode.db-wal").stat().st_size > 0
    grown = {name: database[name] - before["database"][name] for name in ("operations", "batches", "failures")}
    assert grown["operations"] >= 3 and 1 <= grown["batches"] <= grown["operations"] and grown["failures"] == 0
    assert database["queue_depth"] == 0
    with contextlib.closing(sqlite3.connect(f"file:{server.state}/authcode.db?mode=ro", uri=True)) as base:
        assert base.execute("PRAGMA user_version").fetchone() == (database["schema"],)


def test_live_sessions_and_tokens_are_counted_and_dead_ones_are_not(server):
    _, before = curl(server)
    tokens = server.tokens()
    _, after = curl(server)
    assert (after["sessions"], after["tokens"]) == (before["sessions"] + 1, before["tokens"] + 2)
    server.post("/revoke", token=tokens["refresh_token"])
    _, revoked = curl(server)
    assert revoked["tokens"] == before["tokens"]


def test_authcodectl_shows_it_and_says_when_nobody_can_sign_in(server):
    told = ctl(server, "status")
    assert (told.returncode, told.stderr) == (0, "")
    for line in (r"version +\d", r"issuer +" + re.escape(server.issuer), r"configuration +" + re.escape(str(server.config)) + r" \([0-9a-f]{64}\)",
                 r"listens +" + re.escape(server.listen), r"listens +unix:.* \(administration\)", r"clients +7", r"sessions +\d", r"tokens +\d",
                 r"logouts +0 wait to be told, 0 given up$",
                 r"database +schema \d+, \d+ bytes, log \d+ bytes$", r"writes +\d+ in \d+ batches, 0 failed, 0 wait$",
                 r"keys +2 published, 2 sign", r"helpers +login, check, passwd \(nobody listens\), fetch \(nobody listens\)", r"sandbox +calls"):
        assert re.search(rf"(?m)^{line}", told.stdout), (line, told.stdout)
    assert "problem" not in told.stdout and "last failure" not in told.stdout
    assert json.loads(ctl(server, "--json", "status").stdout)["ok"] is True


def test_a_helper_that_is_gone_is_a_problem_and_exit_1(hosts):
    server = hosts()
    server.start_helper()
    server.start_daemon()  # and no check
    status, told = curl(server)
    assert status == 200 and told["ok"] is False and told["problems"] == ["nobody listens on check_socket"]
    assert told["helpers"]["login"] is True and told["helpers"]["check"] is False
    said = ctl(server, "status")
    assert said.returncode == 1 and re.search(r"(?m)^problem +nobody listens on check_socket$", said.stdout)
    assert ctl(server, "status", "--json").returncode == 1
    server.helper.kill()
    server.helper.wait()
    server.helper = None
    assert curl(server)[1]["problems"] == ["nobody listens on login_socket", "nobody listens on check_socket"]
    hash_before = told["config"]["hash"]
    assert server.stop_daemon() == 0
    said = ctl(server, "status")
    assert said.returncode == 3 and said.stdout == ""
    server.config.write_text(server.config.read_text() + "\n")
    server.start_daemon()
    assert curl(server)[1]["config"]["hash"] != hash_before


@pytest.mark.parametrize("method,status", [("POST", 405), ("DELETE", 405), ("HEAD", 405)])
def test_it_is_only_asked(server, method, status):
    done = subprocess.run(["curl", "-s", "-o", "/dev/null", "--max-time", "20", "-X", method, "--unix-socket",
                           server.directory / "run" / "admin.sock", "-w", "%{http_code}", "http://localhost/admin/status"],
                          capture_output=True, timeout=30, check=False, text=True)
    assert done.stdout == str(status)


def test_nobody_else_is_told(server):
    assert server.request("GET", "/admin/status").status_code == 404


@pytest.mark.parametrize("words", [["status", "x"], ["status", "--replace"]])
def test_a_wrong_command_line_is_2(server, words):
    assert ctl(server, *words).returncode == 2
