# SPDX-License-Identifier: Apache-2.0
"""A figure is of the answers that the job expects, or there is none."""
import dataclasses
import socket
import sqlite3
import subprocess
import threading

import pytest
from conftest import BUILD

import stand  # noqa: E402
import fill  # noqa: E402
import jobs  # noqa: E402
import measure  # noqa: E402


def run(floor, directory, job=jobs.FLOOR, **more):
    port, pid = floor
    party = stand.Party("floor", measure.Server(pid, port), directory)
    party.tokens = more.pop("tokens", [])
    return party.run(job, more.pop("connections", 4), 0.2, aloud=False)


def test_a_run_counts_answers_and_their_times(floor, tmp_path):
    row = run(floor, tmp_path)
    assert row["answered"] > 100 and row["per_second"] == pytest.approx(row["answered"] / 0.2, rel=0.5)
    assert 1 < row["cpu_us"] < 1000
    assert 0 < row["p50_ms"] <= row["p99_ms"] <= row["p999_ms"] < 200


def test_a_job_that_is_good_once_is_sent_once(floor, tmp_path):
    (tmp_path / "before.harvest").write_text("one\ntwo\nthree\n")
    job = dataclasses.replace(jobs.FLOOR, takes="code", fed_by="before")
    assert run(floor, tmp_path, job)["answered"] == 3


def test_what_answers_bring_is_kept(floor, tmp_path):
    job = dataclasses.replace(jobs.FLOOR, name="brings", mark='"access_token":"')
    row = run(floor, tmp_path, job)
    brought = (tmp_path / "brings.harvest").read_text().split()
    assert len(brought) == row["answered"] and set(brought) == {"aca_" + "A" * 51}


@pytest.mark.parametrize("status", ["3xx", "4xx", "5xx", "1xx"])
def test_an_answer_of_another_status_fails_the_run(floor, tmp_path, status):
    with pytest.raises(RuntimeError, match=f"floor: .*'2xx': [1-9]"):
        run(floor, tmp_path, dataclasses.replace(jobs.FLOOR, status=status))


def test_a_job_that_nothing_has_fed_fails_the_run(floor, tmp_path):
    (tmp_path / "before.harvest").write_text("")
    with pytest.raises(RuntimeError, match="holds no requests"):
        run(floor, tmp_path, dataclasses.replace(jobs.FLOOR, takes="code", fed_by="before"))


def test_a_server_that_hangs_up_fails_the_run(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        def hang_up():
            while True:
                try:
                    server.accept()[0].close()
                except OSError:
                    return
        threading.Thread(target=hang_up, daemon=True).start()
        with pytest.raises(RuntimeError):
            run((server.getsockname()[1], 1), tmp_path)
        server.shutdown(socket.SHUT_RDWR)


def test_a_server_that_is_not_there_fails_the_run(tmp_path):
    with pytest.raises(RuntimeError):
        run((stand.hosts.free_port(), 1), tmp_path)


@pytest.mark.parametrize("text", [b"", b"0\n", b"5\nabc", b"abc\n", b"3 abc", b"3\nabc9\n", b"-1\nabc",
                                  b"18446744073709551615\nabc"])
def test_a_file_of_requests_that_is_not_whole_is_refused(floor, tmp_path, text):
    path = tmp_path / "requests"
    path.write_bytes(text)
    done = subprocess.run([BUILD / "bench" / "load", str(floor[0]), "1", "0.1", path], capture_output=True, text=True,
                          timeout=30, check=False)
    assert done.returncode == 1 and done.stdout == "" and done.stderr == f"load: {path} holds no requests\n"


@pytest.mark.parametrize("words", [[], ["1", "0", "1", "x"], ["1", "9999", "1", "x"], ["1", "1", "1", "x", "twice"],
                                   ["1", "1", "1", "x", "collect", "mark"]])
def test_load_says_how_it_is_used(words):
    done = subprocess.run([BUILD / "bench" / "load", *words], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1 and done.stderr.startswith("usage: load ")


@pytest.mark.parametrize("words, said", [([], "usage: raw_pam"), (["/nonexistent", "x", "nobody", "0"], "usage: raw_pam"),
                                         (["/nonexistent", "x", "nobody", "1"], "raw_pam: ")])
def test_raw_pam_measures_no_sign_in_that_failed(words, said):
    done = subprocess.run([BUILD / "bench" / "raw_pam", *words], input="wrong\n", capture_output=True, text=True, timeout=30,
                          check=False)
    assert done.returncode == 1 and done.stderr.startswith(said)


def test_the_cpu_of_threads_that_have_ended_counts():
    words = ["/usr/bin/python3", "-c", "import sys, threading, time\n"
             "def work():\n"
             "    while time.thread_time() < 0.2: pass\n"
             "thread = threading.Thread(target=work); thread.start(); thread.join()\n"
             "print('done', flush=True); sys.stdin.read()"]
    with subprocess.Popen(words, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout.readline() == "done\n"
        assert measure.cpu_ns(child.pid) > 200_000_000
        child.stdin.close()
        assert child.wait(timeout=10) == 0


# --- the file of bench-scale --------------------------------------------------------------


@pytest.fixture(scope="module")
def filled():
    host = stand.BenchHost(extra="account_sweep = 0\n")
    try:
        stand.authcode_party(host)
        host.stop_daemon()
        host.known = fill.filled(host.state / "authcode.db", 10_000, lambda text: None)
        host.start_daemon()
        yield host
    finally:
        host.stop()


def test_a_filled_file_holds_what_it_says_and_is_whole(filled):
    db = sqlite3.connect(f"file:{filled.state}/authcode.db?mode=ro", uri=True)
    count = {table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
             for table in ("token", "family", "user_grant", "session", "subject")}
    # somebody has signed in before, and got two tokens of a trusted client, for which no grant is kept
    assert count == {"token": 10_002, "family": 1001, "user_grant": 1000, "session": 101, "subject": 101}
    assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    assert db.execute("SELECT count(*) FROM token WHERE family_id NOT IN (SELECT id FROM family)").fetchone() == (0,)
    assert {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'index'")} >= set(fill.INDEXES)
    now = db.execute("SELECT max(created_ms) FROM token").fetchone()[0]
    assert db.execute("SELECT count(*) FROM token WHERE expires_ms <= ? OR forget_ms < expires_ms", (now,)).fetchone() == (0,)
    db.close()


def test_each_token_that_is_known_is_live_for_the_daemon(filled):
    assert len(filled.known) == 9
    for token in filled.known:
        told = filled.post("/introspect", token=token).json()
        assert (told["active"], told["client_id"], told["username"]) == (True, "app", stand.hosts.USER)


def test_a_token_that_was_not_filled_in_is_not(filled):
    row = fill.text_of((1 << 60) + 1)
    for token in (row, filled.known[0][:-1] + ("A" if filled.known[0][-1] != "A" else "Q")):
        assert filled.post("/introspect", token=token).json() == {"active": False}


def test_rows_that_were_made_old_are_found_and_no_others(filled):
    path = filled.state / "authcode.db"
    filled.stop_daemon()
    now = stand.time.time_ns() // 1_000_000
    assert fill.left_to_purge(path, now) == 0
    fill.expire(path, 2500)
    assert fill.left_to_purge(path, now) == 2500
    filled.start_daemon()
