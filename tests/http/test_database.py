# SPDX-License-Identifier: Apache-2.0
"""Backup, check and restore of the database, with the daemon beside it and without."""
import contextlib
import fcntl
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import sqlite3
import stat
import subprocess
import tempfile
import threading
import time
import types

import pytest
from host import BUILD, CALLBACK, ROOT, USER
from test_admin import ctl

WAIT = 60


def db(server, *words, **more):
    return subprocess.run([BUILD / "authcodectl", "--state-dir", server.state, *map(str, words)], capture_output=True,
                          timeout=WAIT, check=False, text=True, stdin=subprocess.DEVNULL, **more)


def active(server, tokens):
    return server.post("/introspect", token=tokens["access_token"]).json()["active"]


def number(path, sql):
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as base, base:
        return base.execute(sql).fetchone()[0]


@pytest.fixture(name="backup")
def a_backup(server, tmp_path):
    """With tokens of somebody in it; the daemon runs."""
    if server.daemon is None:
        server.start_daemon()
    server.tokens()
    path = tmp_path / "backup.db"
    told = db(server, "db", "backup", path)
    assert (told.returncode, told.stderr) == (0, ""), told.stderr
    return path


@pytest.fixture(name="stopped")
def a_server_that_is_stopped(server, backup):
    assert backup.exists() and server.stop_daemon() == 0
    yield server
    if server.daemon is None:
        server.start_daemon()


# --- backup ---------------------------------------------------------------------------

def test_a_backup_is_whole_and_closed_to_others(server, backup):
    status = os.stat(backup)
    assert stat.S_IMODE(status.st_mode) == 0o600 and status.st_uid == os.getuid()
    assert os.listdir(backup.parent) == ["backup.db"]
    assert backup.read_bytes()[18:20] == b"\1\1"  # of one file: no log is looked for
    assert number(backup, "SELECT count(*) FROM token") >= 2
    assert not [name for name in os.listdir(server.state) if ".backup-" in name]
    assert number(backup, "PRAGMA integrity_check") == "ok"
    assert (server.state / "master.key").read_bytes() not in backup.read_bytes()


def test_it_replaces_nothing_unless_told_to(server, backup):
    before = backup.read_bytes()
    told = db(server, "db", "backup", backup)
    assert told.returncode == 1 and "--force replaces it" in told.stderr and backup.read_bytes() == before
    server.tokens()
    told = db(server, "--json", "db", "backup", "--force", backup)
    assert told.returncode == 0 and json.loads(told.stdout)["bytes"] == backup.stat().st_size
    assert backup.read_bytes() != before and os.listdir(backup.parent) == ["backup.db"]


def test_it_is_of_one_moment_while_others_write(server, backup, tmp_path):
    """Each refresh token in it has its family, and it is whole."""
    ends, failed = threading.Event(), []

    def write():
        tokens = server.tokens()
        while not ends.is_set():
            answer = server.post("/token", grant_type="refresh_token", refresh_token=tokens["refresh_token"])
            if answer.status_code != 200:
                failed.append(answer.text)
                return
            tokens = {**tokens, **answer.json()}

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for i in range(3):
            assert db(server, "db", "backup", tmp_path / f"{i}.db").returncode == 0
    finally:
        ends.set()
        writer.join()
    assert not failed and backup.exists()
    for i in range(3):
        assert db(server, "db", "check", tmp_path / f"{i}.db").returncode == 0


@pytest.mark.parametrize("target", ["/no-such-directory/x.db", "/dev/null/x.db"])
def test_where_it_cannot_be_nothing_is(server, target):
    told = db(server, "db", "backup", target)
    assert told.returncode == 1 and told.stdout == "" and told.stderr.startswith("authcodectl: ")


def test_a_state_directory_that_is_not_there_is_told(server, tmp_path):
    told = subprocess.run([BUILD / "authcodectl", "--state-dir", tmp_path / "no", "db", "check"], capture_output=True,
                          timeout=WAIT, check=False, text=True)
    assert told.returncode == 1 and "--state-dir says where it is" in told.stderr and server


# --- check ---------------------------------------------------------------------------------

def test_what_is_in_it_is_counted(server, backup):
    live = db(server, "db", "check")
    assert live.returncode == 0 and re.search(r": schema \d+, \d+ bytes, whole$", live.stdout, re.M), live.stderr
    assert re.search(r"^subject +1 +1$", live.stdout, re.M)
    told = json.loads(db(server, "--json", "db", "check", "--quick", backup).stdout)
    assert told["whole"] and told["faults"] == 0 and told["tables"]["token"]["live"] >= 2
    assert told["tables"]["token"]["rows"] == number(backup, "SELECT count(*) FROM token")


def test_a_damaged_file_is_found_out(server, backup):
    data = bytearray(backup.read_bytes())
    for at in range(4096 * 2, len(data), 4096):
        data[at:at + 64] = os.urandom(64)
    backup.write_bytes(data)
    told = db(server, "db", "check", backup)
    assert told.returncode == 5, (told.stdout, told.stderr)
    assert "DAMAGED" in told.stdout or "damaged" in told.stderr


def test_a_row_without_its_parent_is_damage(server, backup):
    spoil(backup, "orphans")
    told = db(server, "db", "check", backup)
    assert told.returncode == 5 and told.stderr == ""
    assert re.match(rf"{backup}: schema \d+, \d+ bytes, DAMAGED\na row of \w+ has no subject, and more\n", told.stdout), told.stdout
    told = db(server, "--json", "db", "check", backup)
    report = json.loads(told.stdout)
    assert told.returncode == 5 and report["whole"] is False and report["faults"] > 1
    assert report["first_fault"].endswith("has no subject")


@pytest.mark.parametrize("how, status, said", [
    ("newer", 1, "newer version"), ("foreign", 5, "another application"), ("garbage", 5, "not a database"),
    ("empty", 5, "is empty"), ("absent", 1, "does not exist"), ("directory", 5, "is not a regular file"),
    ("link", 5, "symbolic link"), ("group", 1, "others can reach it"),
])
def test_what_is_no_database_is_looked_at_no_further(server, backup, how, status, said):
    spoil(backup, how)
    told = db(server, "db", "check", backup)
    assert told.returncode == status and told.stdout == "" and said in told.stderr, (told.returncode, told.stderr)


# --- a state directory of nobody's server ------------------------------------------------------

@pytest.fixture(name="place")
def a_directory_with_a_database(backup):
    """What db() takes for a server, where others can come to."""
    with tempfile.TemporaryDirectory() as directory:
        top = pathlib.Path(directory)
        top.chmod(0o711)
        state = top / "state"
        state.mkdir(mode=0o700)
        shutil.move(backup, state / "authcode.db")
        yield types.SimpleNamespace(state=state, target=top / "target.db")


def test_of_a_damaged_database_there_is_no_backup(place):
    spoil(place.state / "authcode.db", "noise")
    told = db(place, "db", "backup", place.target)
    assert told.returncode == 1 and told.stdout == "" and told.stderr.startswith("authcodectl: "), told
    assert os.listdir(place.target.parent) == ["state"] and os.listdir(place.state) == ["authcode.db"]


def test_what_is_killed_has_made_no_backup(place):
    """By the limit on the size of files, which is met when the copy is written."""
    told = db(place, "db", "backup", place.target,
              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192)))
    assert told.returncode == 1 and told.stdout == "", told
    assert told.stderr == f"authcodectl: it was killed by signal {int(signal.SIGXFSZ)}\n"
    assert os.listdir(place.target.parent) == ["state"]


@pytest.mark.skipif(not ROOT, reason="only root gives a directory away")
@pytest.mark.parametrize("words", [["restore"], ["backup"]])
def test_root_leaves_nothing_of_its_own(place, words):
    """What is done in the directory its owner does."""
    spare = place.target.with_name("spare.db")
    shutil.copy(place.state / "authcode.db", spare)
    spare.chmod(0o600)
    for path in (place.state / "authcode.db", place.state):
        os.chown(path, 12345, 12345)
    told = db(place, "db", *words, spare if words == ["restore"] else place.target)
    assert told.returncode == 0, told.stderr
    owners = {name: (os.stat(place.state / name).st_uid, os.stat(place.state / name).st_gid) for name in os.listdir(place.state)}
    assert set(owners.values()) == {(12345, 12345)}, owners


@pytest.mark.parametrize("words", [["check"], ["backup", "/nowhere/x.db"], ["restore", "/nowhere/x.db"]])
def test_only_its_owner_and_root_are_served(words):
    """A directory that everybody may look into, of root."""
    told = subprocess.run([BUILD / "authcodectl", "--state-dir", "/etc", "db", *words], capture_output=True, timeout=WAIT,
                          check=False, text=True, user="nobody" if ROOT else None, cwd="/")
    assert told.returncode == 1 and told.stdout == ""
    assert told.stderr == "authcodectl: /etc belongs to uid 0: run this as that user, or as root\n"


# --- restore ---------------------------------------------------------------------------------

def test_it_is_refused_while_the_daemon_runs(server, backup):
    tokens = server.tokens()
    told = db(server, "db", "restore", backup)
    assert told.returncode == 1 and "authcoded runs on" in told.stderr and told.stdout == ""
    assert active(server, tokens)
    assert not [name for name in os.listdir(server.state) if "restor" in name]


def test_a_code_that_was_used_since_is_not_unused_again(server, tmp_path):
    """And nothing else of the old state lives, but who people are and what they consented to."""
    if server.daemon is None:
        server.start_daemon()
    consented = server.tokens("asks")
    kept = server.tokens()
    code = server.sign_in()["code"]
    path = tmp_path / "backup.db"
    assert db(server, "db", "backup", path).returncode == 0
    redeemed = server.post("/token", grant_type="authorization_code", code=code, redirect_uri=CALLBACK)
    assert redeemed.status_code == 200
    sub = json.loads(ctl(server, "--json", "user", "show", USER).stdout)["sub"]
    kids = {key["kid"] for key in json.loads(ctl(server, "--json", "key", "list").stdout)["keys"]}
    assert server.stop_daemon() == 0
    told = db(server, "db", "restore", path)
    assert told.returncode == 0, told.stderr
    assert re.search(r"ended.*: [1-9]\d* sessions, [1-9]\d* authorizations with [1-9]\d* tokens, [1-9]\d* codes",
                     told.stdout)
    aside = re.search(r"is now (\S+);", told.stdout).group(1)
    assert stat.S_IMODE(os.stat(aside).st_mode) == 0o600 and number(aside, "SELECT count(*) FROM token") > 0
    assert os.stat(server.state / "authcode.db").st_uid == os.stat(server.state).st_uid
    server.start_daemon()
    for words in ({"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK},
                  {"grant_type": "refresh_token", "refresh_token": kept["refresh_token"]},
                  {"grant_type": "refresh_token", "refresh_token": redeemed.json()["refresh_token"]}):
        answer = server.post("/token", **words)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    for tokens in (kept, consented, redeemed.json()):
        assert not active(server, tokens)
    assert json.loads(ctl(server, "--json", "session", "list", "--all").stdout)["sessions"] == []
    assert json.loads(ctl(server, "--json", "user", "show", USER).stdout)["sub"] == sub
    assert re.search(rf"^{USER} +asks +live ", ctl(server, "grant", "list").stdout, re.M)
    assert {key["kid"] for key in json.loads(ctl(server, "--json", "key", "list").stdout)["keys"]} == kids
    assert active(server, server.tokens())
    assert db(server, "db", "check").returncode == 0


def spoil(path, how):
    if how == "newer":
        with contextlib.closing(sqlite3.connect(path)) as base, base:
            base.execute("PRAGMA user_version = 4000")
    elif how == "foreign":
        with contextlib.closing(sqlite3.connect(path)) as base, base:
            base.execute("PRAGMA application_id = 1")
    elif how == "garbage":
        path.write_bytes(os.urandom(8192))
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "log":
        path.with_name(path.name + "-wal").write_bytes(b"x" * 32)
    elif how == "noise":
        data = bytearray(path.read_bytes())
        for at in range(4096 * 2, len(data), 4096):
            data[at:at + 64] = os.urandom(64)
        path.write_bytes(data)
    elif how == "orphans":
        with contextlib.closing(sqlite3.connect(path)) as base, base:
            base.execute("PRAGMA foreign_keys = OFF")
            base.execute("DELETE FROM subject")
    elif how == "link":
        real = path.with_name("real.db")
        path.rename(real)
        path.symlink_to(real)
    elif how == "absent":
        path.unlink()
    elif how == "directory":
        path.unlink()
        path.mkdir()
    elif how == "group":
        path.chmod(0o660)
    elif how == "world":
        path.chmod(0o602)
    elif how == "stranger":
        os.chown(path, 12345, -1)


@pytest.mark.parametrize("how, status, said", [
    ("newer", 1, "newer version"),
    ("foreign", 5, "another application"),
    ("garbage", 5, "not a database"),
    ("empty", 5, "is empty"),
    ("log", 1, "it is no backup"),
    ("noise", 5, "damaged"),
    ("orphans", 5, "is damaged: a row of "),
    ("link", 1, "symbolic"),
    ("absent", 1, "No such file"),
    ("directory", 1, "is not a regular file"),
    ("group", 1, "has mode 0660, so others may have changed it"),
    ("world", 1, "has mode 0602, so others may have changed it"),
])
def test_what_is_no_backup_changes_nothing(stopped, backup, how, status, said):
    before = {name: (stopped.state / name).read_bytes() for name in os.listdir(stopped.state)}
    spoil(backup, how)
    told = db(stopped, "db", "restore", backup)
    assert told.returncode == status and said in told.stderr, told.stderr
    assert {name: (stopped.state / name).read_bytes() for name in os.listdir(stopped.state)} == before


@pytest.mark.skipif(not ROOT, reason="only root gives a file away")
def test_what_is_no_backup_is_nobodys_who_may_have_changed_it(stopped, backup):
    test_what_is_no_backup_changes_nothing(stopped, backup, "stranger", 1, "belongs to user 12345, who may have changed it")


def test_killed_in_the_middle_nothing_old_is_served(stopped, backup):
    """Either what was there is still there, or nothing is, or what was restored: never a part."""
    words = [BUILD / "authcodectl", "--state-dir", stopped.state, "db", "restore", backup]
    seen = set()
    for step in range(10):
        child = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        time.sleep(0.012 * step)
        os.killpg(child.pid, signal.SIGKILL)
        child.wait(timeout=WAIT)
        with open(stopped.state / "lock", "rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # its child is dead too
        base = stopped.state / "authcode.db"
        if not base.exists():
            seen.add("away")
            continue
        tokens = number(base, "SELECT count(*) FROM token")
        seen.add("restored" if tokens == 0 else "there")
        assert number(base, "PRAGMA integrity_check") == "ok"
    assert seen <= {"away", "there", "restored"}
    told = db(stopped, "db", "restore", backup)
    assert told.returncode == 0, told.stderr
    assert not [name for name in os.listdir(stopped.state) if ".restoring-" in name]
    stopped.start_daemon()
    assert active(stopped, stopped.tokens())


def test_what_an_earlier_restore_has_put_aside_stays(stopped, backup):
    """Three within a second or two: each database that was there has a name of its own, and none is lost."""
    def aside():
        return {name for name in os.listdir(stopped.state)
                if ".before-restore-" in name and not name.endswith(("-wal", "-shm", "-journal"))}

    before = aside()
    names = []
    for _ in range(3):
        told = db(stopped, "--json", "db", "restore", backup)
        assert told.returncode == 0, told.stderr
        names.append(os.path.basename(json.loads(told.stdout)["aside"]))
    assert len(set(names)) == 3 and aside() - before == set(names)
    first, second, _ = (stopped.state / name for name in names)
    assert (number(first, "SELECT count(*) FROM token") > 0, number(second, "SELECT count(*) FROM token")) == (True, 0)


def test_the_log_of_a_daemon_that_was_killed_goes_with_its_database(server, backup):
    """It holds what the file does not have yet, and would be played into another one."""
    server.stop_daemon(signal.SIGKILL)
    log = server.state / "authcode.db-wal"
    before = log.read_bytes()
    try:
        told = db(server, "--json", "db", "restore", backup)
        assert before and told.returncode == 0, told
        assert not log.exists()
        assert pathlib.Path(json.loads(told.stdout)["aside"] + "-wal").read_bytes() == before
        assert number(server.state / "authcode.db", "SELECT count(*) FROM token") == 0
    finally:
        server.start_daemon()


def test_a_log_that_was_put_aside_is_nobody_elses(stopped, backup):
    """Of a database that was taken away since: what is put aside next to it would be read with it."""
    logs = [stopped.state / time.strftime(f"authcode.db.before-restore-%Y%m%dT%H%M%SZ{n}-wal", time.gmtime(time.time() + s))
            for s in range(10) for n in ("", *(f"-{n}" for n in range(2, 40)))]
    for log in logs:
        log.write_bytes(b"of another")
    told = db(stopped, "--json", "db", "restore", backup)
    assert told.returncode == 0 and pathlib.Path(json.loads(told.stdout)["aside"] + "-wal") not in logs, told
    for log in logs:
        assert log.read_bytes() == b"of another"
        log.unlink()


def test_a_database_that_is_away_is_not_begun_anew(stopped, backup):
    """What a restore that was killed between its two renamings leaves."""
    base = stopped.state / "authcode.db"
    shutil.move(base, stopped.state / "elsewhere.db")
    status, said = stopped.refuses()
    assert status != 0 and "restore" in said
    told = db(stopped, "db", "restore", backup)
    assert told.returncode == 0 and "The database that was there" not in told.stdout
    (stopped.state / "elsewhere.db").unlink()
