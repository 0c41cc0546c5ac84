# SPDX-License-Identifier: Apache-2.0
"""authcodectl audit verify: the records are what was written, or those that are not are named."""
import contextlib
import json
import os
import re
import shutil
import sqlite3
import subprocess

import pytest
from host import BUILD, SECRET, USER
from saying import REFUSAL, Saying
from test_admin import ctl, curl

HEAD = re.compile(r"([1-9][0-9]*):[0-9a-f]{64}")
NO_HEADS = ("", "1", "1:", ":" + "0" * 64, "0:" + "0" * 64, "-1:" + "0" * 64, "01:" + "0" * 64, "1:" + "0" * 63,
            "1:" + "0" * 65, "1:" + "G" * 64, "1:" + "0" * 64 + " ", "x" * 4000, "99999999999999999999:" + "0" * 64)


def records(server, sql, *values):
    with contextlib.closing(sqlite3.connect(server.state / "authcode.db", timeout=5)) as base:
        return base.execute(sql, values).fetchall()


def tamper(server, *sql):
    with contextlib.closing(sqlite3.connect(server.state / "authcode.db", timeout=5)) as base, base:
        for statement in sql:
            base.execute(statement)


def verify(server, *words):
    """Exit status, and what is told as JSON."""
    told = ctl(server, "--json", "audit", "verify", *words)
    return told.returncode, json.loads(told.stdout)


def issue(server):
    """One record more."""
    answer = server.post("/token", "robot", server.robot, grant_type="client_credentials")
    assert answer.status_code == 200, answer.text


@pytest.fixture(scope="module", autouse=True)
def a_client_that_acts_for_itself(server):
    told = ctl(server, "--json", "client", "add", "--id", "robot", "--grant", "client_credentials")
    assert told.returncode == 0, told.stderr
    server.robot = json.loads(told.stdout)["client_secret"]


@pytest.fixture(name="recorded")
def a_server_with_records(server):
    if server.daemon is None:
        server.start_daemon()
    server.tokens()
    assert verify(server)[0] == 0
    return server


@pytest.fixture(name="tampered")
def a_server_whose_file_is_put_back(recorded):
    """Whatever a test does to the file is undone: later tests find a whole chain. The file is a new one, since SQLite
    knows files by their inode, in this process as well."""
    recorded.stop_daemon()
    before = (recorded.state / "authcode.db").read_bytes()
    recorded.start_daemon()
    yield recorded
    if recorded.daemon is not None:
        recorded.stop_daemon()
    for ending in ("", "-wal", "-shm"):
        (recorded.state / ("authcode.db" + ending)).unlink(missing_ok=True)
    (recorded.state / "authcode.db").write_bytes(before)
    shutil.copystat(recorded.state / "master.key", recorded.state / "authcode.db")
    owner = (recorded.state / "master.key").stat()
    os.chown(recorded.state / "authcode.db", owner.st_uid, owner.st_gid)
    recorded.start_daemon()


def test_what_was_written_is_whole_and_numbered(recorded):
    count, least, most = records(recorded, "SELECT count(*), min(seq), max(seq) FROM audit")[0]
    assert (least, most) == (1, count) and count >= 4
    status, told = verify(recorded)
    assert status == 0 and HEAD.fullmatch(told["head"]).group(1) == str(count)
    assert told == {"whole": True, "records": count, "first": 1, "emptied": 0, "shortened": 0, "older": False,
                    "head": told["head"]}
    told = ctl(recorded, "audit", "verify")
    assert (told.returncode, told.stderr) == (0, "")
    assert [line.split(None, 1)[0] for line in told.stdout.splitlines()] == ["records", "numbers", "head"]
    listed = json.loads(ctl(recorded, "--json", "audit", "list").stdout)
    assert sorted(record["seq"] for record in listed) == list(range(1, count + 1))
    assert ctl(recorded, "audit", "list").stdout.splitlines()[0].split()[-1] == "SEQ"


def test_it_goes_page_by_page_and_a_page_is_bounded(recorded):
    status, answer = curl(recorded, "/admin/audit/verify")
    assert status == 200 and "next" not in answer and "fault" not in answer
    status, behind = curl(recorded, "/admin/audit/verify?after=2")
    assert status == 200 and behind["first"] == 3 and behind["checked"] == answer["checked"] - 2
    status, behind = curl(recorded, f"/admin/audit/verify?after={answer['newest'] + 1}")
    assert status == 200 and (behind["fault"], behind["seq"]) == ("missing", answer["newest"] + 1)
    for _ in range(1000):
        issue(recorded)
    status, answer = curl(recorded, "/admin/audit/verify")
    assert status == 200 and (answer["checked"], answer["next"]) == (1000, "1000")
    status, told = verify(recorded)
    assert status == 0 and told["records"] > 1004


def test_long_work_shows_on_a_terminal_how_far_it_is(recorded):
    """And nowhere else: what a script reads is the answer alone."""
    while curl(recorded, "/admin/audit/verify")[1].get("next") is None:
        issue(recorded)
    terminal, other_end = os.openpty()
    try:
        done = subprocess.run([BUILD / "authcodectl", "--socket", recorded.directory / "run" / "admin.sock", "audit",
                               "verify"], stdout=subprocess.PIPE, stderr=other_end, timeout=60, check=True, text=True)
        os.close(other_end)
        said = os.read(terminal, 4096).decode()
    finally:
        os.close(terminal)
    assert re.fullmatch(r"( *[0-9]{1,2} %\r)+ +\r", said), repr(said)
    assert "%" not in done.stdout and done.stdout.startswith("records")


@pytest.mark.parametrize("query", ("after=x", "after=-1", "after=01", "after=9223372036854775807", "after=1&after=2",
                                   "head=1", "head=1:00", "%zz", "begun=no", "begun=1", "begun=yes&begun=yes"))
def test_a_query_that_is_none_is_refused(recorded, query):
    status, answer = curl(recorded, "/admin/audit/verify?" + query)
    assert status == 400 and answer["error"] == "invalid_request"


CHANGED = "record {} is not what was written"
PUT_IN = "there is a record that was put in: audit list shows it without a number, or with one from before the first"
BEGINNING = "where the records begin is not what was written"


@pytest.mark.parametrize("sql,fault,seq,words", (
    (("UPDATE audit SET client_id = 'other' WHERE seq = 3",), "changed", 3, (CHANGED.format(3),)),
    (("UPDATE audit SET rhost = '203.0.113.9' WHERE seq = 3",), "changed", 3, (CHANGED.format(3),)),
    (("DELETE FROM audit WHERE seq = 2",), "missing", 2, ("record 2 is missing",)),
    (("DELETE FROM audit WHERE seq > 3",), "missing", 4, ("records 4 to {newest} are missing",)),
    # What is behind one with another MAC hangs in the air.
    (("UPDATE audit SET seq = 9999 WHERE seq = 2", "UPDATE audit SET seq = 2 WHERE seq = 4",
      "UPDATE audit SET seq = 4 WHERE seq = 9999"), "changed", 2, tuple(CHANGED.format(n) for n in (2, 3, 4, 5))),
    (("UPDATE audit SET seq = NULL WHERE seq = 2",), "unchained", 0, (PUT_IN, "record 2 is missing")),
    (("DELETE FROM audit_anchor",), "unanchored", 0, (BEGINNING,)),
    (("DELETE FROM audit_anchor", "UPDATE audit SET txn = txn + 1 WHERE seq = 3"), "unanchored", 0,
     (BEGINNING, CHANGED.format(3))),
    (("UPDATE audit SET seq = NULL WHERE seq = 1", "UPDATE audit SET reason = 'x' WHERE seq IN (3, 4)",
      "DELETE FROM audit WHERE seq = 6"), "unchained", 0,
     (PUT_IN, "record 1 is missing", CHANGED.format(3), CHANGED.format(4), "record 6 is missing")),
))
def test_what_somebody_did_to_the_file_is_told(tampered, sql, fault, seq, words):
    for _ in range(3):
        issue(tampered)
    newest = verify(tampered)[1]["records"]
    tamper(tampered, *sql)
    status, told = verify(tampered)
    assert status == 5 and (told["whole"], told["fault"], told["seq"]) == (False, fault, seq)
    assert told["faults"][0] == {"fault": fault, "seq": seq, **({"last": newest} if "{newest}" in words[0] else {})}
    assert len(told["faults"]) == len(words) and told["more_faults"] is False
    told = ctl(tampered, "audit", "verify")
    said = "".join(f"authcodectl: {line.format(newest=newest)}\n" for line in words)
    assert (told.returncode, told.stderr) == (5, said)
    # Whatever it was, people are served.
    issue(tampered)


def test_a_look_sees_what_was_written_a_moment_ago(tampered):
    """Other readers may see what they saw for 50 ms; who looks for what others have done may not."""
    for reason in ("one", "another", "a third"):
        curl(tampered, "/admin/audit/verify")
        tamper(tampered, f"UPDATE audit SET reason = '{reason}' WHERE seq = 2")
        assert curl(tampered, "/admin/audit/verify")[1].get("seq") == 2
        tamper(tampered, "UPDATE audit SET reason = '' WHERE seq = 2")
        assert "seq" not in curl(tampered, "/admin/audit/verify")[1]


def test_faults_have_their_kind_and_numbers_and_a_page_ends_at_each(tampered):
    for _ in range(6):
        issue(tampered)
    newest = verify(tampered)[1]["records"]
    tamper(tampered, "UPDATE audit SET txn = txn + 1 WHERE seq = 2", "DELETE FROM audit WHERE seq IN (4, 5)",
           f"DELETE FROM audit WHERE seq >= {newest - 1}")
    status, told = verify(tampered)
    assert status == 5 and told["records"] == newest - 6
    assert told["faults"] == [{"fault": "changed", "seq": 2}, {"fault": "missing", "seq": 4, "last": 5},
                              {"fault": "missing", "seq": newest - 1, "last": newest}]
    _, page = curl(tampered, "/admin/audit/verify")
    assert (page["checked"], page["fault"], page["seq"], page["last"], page["resume"]) == (1, "changed", 2, 2, "2")
    assert "next" not in page
    _, page = curl(tampered, "/admin/audit/verify?after=2&begun=yes")
    assert (page["checked"], page["fault"], page["seq"], page["last"], page["resume"]) == (1, "missing", 4, 5, "6")
    status, page = curl(tampered, "/admin/audit/verify?after=4&begun=yes")
    assert status == 200 and (page["fault"], page["seq"], page["last"], page["resume"]) == ("missing", 4, 5, "6")
    _, page = curl(tampered, f"/admin/audit/verify?after={newest - 1}&begun=yes")
    assert (page["fault"], page["seq"], page["last"]) == ("missing", newest - 1, newest) and "resume" not in page


def test_a_hundred_faults_are_told_and_it_is_said_that_there_may_be_more(tmp_path):
    head = {"emptied": 0, "first": 0, "older": False, "newest": 900, "head": "900:x", "checked": 0}

    def fault(number):
        return {**head, "fault": "changed", "seq": number, "last": number, "resume": str(number)}

    with Saying(tmp_path / "admin.sock") as daemon:
        for pages, told, more in ((200, 100, True), (100, 100, True), (99, 99, False)):
            daemon.pages = [fault(number) for number in range(1, pages + 1)] + [head]
            done = daemon.ctl("--json", "audit", "verify")
            answer = json.loads(done.stdout)
            assert done.returncode == 5 and [row["seq"] for row in answer["faults"]] == list(range(1, told + 1))
            assert answer["more_faults"] is more
            assert daemon.asked == [("/admin/audit/verify", {})] + [
                ("/admin/audit/verify", {"after": str(number), "begun": "yes"})
                for number in range(1, told if more else told + 1)]
        daemon.pages = [fault(number) for number in range(1, 102)]
        lines = daemon.ctl("audit", "verify").stderr.splitlines()
        assert len(lines) == 101
        assert lines[-1] == "authcodectl: there may be more behind these 100: nobody has looked further"


def test_what_was_found_is_told_though_the_rest_of_the_pages_is_not_to_be_had(tmp_path):
    head = {"emptied": 0, "shortened": 0, "older": False, "newest": 900, "head": "900:x"}
    fault = {**head, "checked": 2, "first": 1, "fault": "changed", "seq": 3, "last": 3, "resume": "3"}
    further = {**head, "checked": 4, "first": 4, "next": "7"}
    cut = "authcodectl: there may be more behind these: nobody has looked further, for the reason above\n"
    with Saying(tmp_path / "admin.sock") as daemon:
        for rest, why, status in ((503, f"refused (503): {REFUSAL}", 1), (400, f"refused (400): {REFUSAL}", 1),
                                  ([], "the answer is not one of authcoded", 3),
                                  (None, f"no answer at {daemon.path}: ", 3)):
            for pages, records in (((fault, rest), 2), ((fault, further, rest), 6)):
                daemon.pages = list(pages)
                done = daemon.ctl("audit", "verify")
                lines = done.stderr.splitlines(keepends=True)
                assert done.returncode == 5 and len(lines) == 3 and lines[0].startswith(f"authcodectl: {why}"), rest
                assert lines[1:] == ["authcodectl: record 3 is not what was written\n", cut]
                assert done.stdout.startswith("records") and len(daemon.asked) == len(pages)
                daemon.pages = list(pages)
                done = daemon.ctl("--json", "audit", "verify")
                answer = json.loads(done.stdout)
                assert done.returncode == 5 and (answer["whole"], answer["records"]) == (False, records)
                assert (answer["faults"], answer["more_faults"]) == ([{"fault": "changed", "seq": 3}], True)
                assert done.stderr.startswith(f"authcodectl: {why}"), rest
            # Nothing is known of what nobody has looked at.
            for pages in ((rest,), (further, rest)):
                daemon.pages = list(pages)
                done = daemon.ctl("audit", "verify")
                assert (done.returncode, done.stdout) == (status, "") and len(done.stderr.splitlines()) == 1
                assert done.stderr.startswith(f"authcodectl: {why}"), rest
        daemon.pages = [further, 503]
        assert json.loads(daemon.ctl("--json", "audit", "verify").stdout)["error_description"] == REFUSAL


def test_a_record_with_the_last_number_there_is_hides_nothing(tampered):
    newest = verify(tampered)[1]["records"]
    tamper(tampered, "UPDATE audit SET client_id = 'x' WHERE seq = 2",
           f"UPDATE audit SET seq = 9223372036854775807 WHERE seq = {newest}")
    status, told = verify(tampered)
    assert status == 5 and told["more_faults"] is False
    assert told["faults"] == [{"fault": "changed", "seq": 2},
                              {"fault": "missing", "seq": newest, "last": 9223372036854775806}]
    _, page = curl(tampered, f"/admin/audit/verify?after={newest - 1}&begun=yes")
    assert (page["fault"], page["seq"]) == ("missing", newest) and "resume" not in page and "next" not in page


def test_a_check_of_the_database_counts_what_is_missing(tampered):
    check = [BUILD / "authcodectl", "--state-dir", tampered.state]
    done = subprocess.run([*check, "--json", "db", "check"], capture_output=True, timeout=60, check=True, text=True)
    assert json.loads(done.stdout)["records_missing"] == 0
    tamper(tampered, "DELETE FROM audit WHERE seq IN (2, 3)")
    done = subprocess.run([*check, "--json", "db", "check"], capture_output=True, timeout=60, check=False, text=True)
    told = json.loads(done.stdout)
    assert done.returncode == 5 and (told["whole"], told["records_missing"]) == (True, 2)
    done = subprocess.run([*check, "db", "check"], capture_output=True, timeout=60, check=False, text=True)
    assert done.returncode == 5
    assert "audit: 2 records are MISSING; authcodectl audit verify names them\n" in done.stdout


def test_only_a_head_from_elsewhere_tells_what_was_last(tampered):
    _, before = verify(tampered)
    tampered.stop_daemon()
    said = [HEAD.search(line).group(0) for line in tampered.log().splitlines() if "head of the audit" in line]
    assert said[-1] == before["head"]
    left = before["records"] - 2
    tamper(tampered, f"DELETE FROM audit WHERE seq > {left}")
    tampered.start_daemon()
    status, told = verify(tampered)
    assert status == 0 and told["records"] == left and told["head"].startswith(f"{left}:")
    status, told = verify(tampered, "--head", before["head"])
    assert status == 5 and (told["fault"], told["seq"]) == ("missing", left + 1)
    issue(tampered)
    issue(tampered)
    status, told = verify(tampered, "--head", before["head"])
    assert status == 5 and (told["fault"], told["seq"]) == ("changed", before["records"])


def test_a_head_that_holds_is_good_and_what_is_none_is_refused(recorded):
    _, told = verify(recorded)
    issue(recorded)
    status, later = verify(recorded, "--head", told["head"])
    assert status == 0 and later["records"] == told["records"] + 1
    assert json.loads(ctl(recorded, "--json", "status").stdout)["audit_head"] == later["head"]
    assert f"audit head {later['head']}" in re.sub(r" +", " ", ctl(recorded, "status").stdout)
    number, mac = later["head"].split(":")
    other = f"{number}:{'0' if mac[0] != '0' else '1'}{mac[1:]}"
    assert verify(recorded, "--head", other)[0] == 5
    for text in NO_HEADS:
        refused = ctl(recorded, "audit", "verify", "--head", text)
        assert refused.returncode in (1, 2) and refused.stdout == "" and "head" in refused.stderr, text


@pytest.fixture(name="says")
def a_daemon_that_says_what_it_is_told_to(tmp_path):
    """authcodectl audit verify, and what it makes of these answers, a page each."""
    with Saying(tmp_path / "admin.sock") as daemon:
        def verified(pages, *words):
            daemon.pages = list(pages)
            return daemon.ctl(*words, "audit", "verify")

        yield verified


def test_a_head_that_was_purged_is_compared_with_nothing(says):
    mac = "5" * 64
    page = {"checked": 5, "emptied": 0, "shortened": 0, "first": 11, "older": False, "newest": 15, "head": f"15:{mac}"}
    none = {**page, "checked": 0, "first": 0}
    for pages, head, status in (((page,), 15, 0), ((page,), 10, 0), ((page,), 9, 1), ((page,), 1, 1),
                                ((none,), 15, 0), ((none,), 14, 1)):
        told = says(pages, "--head", f"{head}:{mac}")
        assert told.returncode == status, head
        assert ("was purged since" in told.stderr) == (status == 1)


def test_pages_are_put_together_and_what_is_no_answer_is_none(says):
    every = {"emptied": 1, "older": True, "newest": 9}
    pages = ({**every, "checked": 3, "shortened": 2, "first": 4, "head": "9:x", "next": "6"},
             {**every, "checked": 2, "shortened": 1, "first": 7, "head": "9:y", "fault": "changed", "seq": 9})
    told = says(pages, "--json")
    assert told.returncode == 5 and json.loads(told.stdout) == {
        "whole": False, "records": 5, "first": 4, "emptied": 2, "shortened": 3, "older": True, "head": "9:y",
        "fault": "changed", "seq": 9, "faults": [{"fault": "changed", "seq": 9}], "more_faults": False}
    for answer in ({}, {"checked": "1"}, []):
        told = says([answer])
        assert told.returncode == 3 and told.stdout == "" and "not one of authcoded" in told.stderr, answer


def test_who_is_forgotten_leaves_records_that_hold(recorded):
    recorded.tokens()
    status, before = verify(recorded)
    assert status == 0 and before["emptied"] == 0
    done = ctl(recorded, "user", "erase", USER, "--yes")
    assert done.returncode == 0, done.stderr
    status, told = verify(recorded, "--head", before["head"])
    assert status == 0 and told["emptied"] >= 3 and told["records"] == before["records"] + 1
    assert records(recorded, "SELECT count(*) FROM audit WHERE subject_id <> 0 AND rhost <> ''"
                             " AND event <> 'person_erased'") == [(0,)]


def test_the_chain_outlives_the_master_key(recorded):
    before = (recorded.state / "master.key").read_bytes()
    assert ctl(recorded, "master-key", "rotate").returncode == 0
    assert (recorded.state / "master.key").read_bytes() != before
    recorded.tokens()
    assert verify(recorded)[0] == 0
    recorded.stop_daemon()
    recorded.start_daemon()
    assert verify(recorded)[0] == 0
    assert SECRET not in recorded.log()
