# SPDX-License-Identifier: Apache-2.0
"""Each benchmark runs to its end, measures every job, and gets no answer but the one that it expects."""
import os
import pathlib
import pwd

import pytest
from conftest import ran

SECONDS = ("--seconds", "0.3")


def test_bench_measures_every_job_at_each_number_of_connections(figures):
    import jobs
    told = figures("bench", *SECONDS, "--connections", 2, 16)
    rows = {(row["job"], row["connections"]): row for row in told["rows"]}
    assert set(rows) == {(job.name, n) for job in (jobs.FLOOR, *jobs.JOBS) for n in (2, 16)}
    for key, row in rows.items():
        assert row["answered"] > 0 and row["cpu_us"] > 0 and 0 < row["p50_ms"] <= row["p99_ms"] <= row["p999_ms"], key
        assert row["ratio"] == row["cpu_us"] / rows["floor", key[1]]["cpu_us"], key
    assert 0 < told["idle_mib"] < 100 and 0 < told["loaded_mib"] < 200 and 0 < told["ready_ms"] < 5000


@pytest.mark.parametrize("job, writes", [("floor", False), ("discovery", False), ("introspection", False),
                                         ("client_credentials", True), ("authorize-es256", True), ("code-es256", True),
                                         ("refresh-es256", True)])
def test_what_grants_something_is_synced_and_what_only_reads_is_not(figures, job, writes):
    told = figures("bench", *SECONDS, "--connections", 2, 16)
    for row in told["rows"]:
        if row["job"] == job:
            assert (row["syncs"] > 0) == writes, row
            assert (row["written"] > 100) == writes, row


def test_two_connections_share_a_sync_less_often_than_sixteen(figures):
    told = figures("bench", *SECONDS, "--connections", 2, 16)
    syncs = {row["connections"]: row["syncs"] for row in told["rows"] if row["job"] == "client_credentials"}
    assert 1.2 >= syncs[2] > syncs[16]


def test_login_says_what_authcode_adds_to_pam(figures):
    told = figures("login", "--count", 8)
    row = told["rows"][0]
    alone, through = row["ways"]["PAM alone"], row["ways"]["authcode"]
    assert row["people"] == 1 and alone["sign_ins"] == through["sign_ins"] == 8
    assert 0 < alone["cpu_ms"] < through["cpu_ms"] and 0 < alone["wall_ms"] < through["wall_ms"]
    assert 0 < through["daemon_ms"] < through["cpu_ms"]
    assert row["overhead"]["cpu_ms"] == through["cpu_ms"] - alone["cpu_ms"]
    assert len(told["rows"]) == (3 if os.geteuid() == 0 and os.path.exists("/etc/pam.d/common-auth") else 1)
    assert not [entry.pw_name for entry in pwd.getpwall() if entry.pw_name.startswith("bench")]


def test_scale_compares_a_full_file_with_an_empty_one(figures):
    told = figures("scale", *SECONDS, "--tokens", "50k", "--rounds", 1, "--purge-rows", 0)
    assert told["file"]["tokens"] == 50_000 and told["file"]["known"] == 45 and told["purge"] == []
    import scale
    assert [row["job"] for row in told["rows"]] == [job.name for job in scale.JOBS]
    for row in told["rows"]:
        assert row["ratio"]["cpu"] == row["full"]["cpu_us"] / row["empty"]["cpu_us"]
        assert row["full"]["per_second"] > 0 and row["kept"] in (True, False)


def test_peers_get_the_same_jobs(figures):
    import rival
    told = figures("peers", *SECONDS)
    assert set(told["versions"]) == {"oidc-provider", "glewlwyd"}
    assert told["versions"]["oidc-provider"].startswith("9.13.3 on node v") and told["versions"]["glewlwyd"].startswith("2.")
    rows = {(row["server"], row["job"]): row for row in told["rows"]}
    assert set(rows) == {(server, job) for server in ("authcode", "oidc-provider", "glewlwyd")
                         for job in rival.MEASURED} | {("authcode", "floor")}
    for job in rival.MEASURED:
        assert rows["authcode", job]["ratio"] == 1
        for server in ("oidc-provider", "glewlwyd"):
            assert rows[server, job]["ratio"] > 1, (server, job)
    assert rows["glewlwyd", "code-es256"]["syncs"] > 1 > rows["authcode", "code-es256"]["syncs"] > 0
    assert {key for key, row in rows.items() if "target" in row} == {
        (server, job) for server in ("oidc-provider", "glewlwyd") for job in ("introspection", "code-es256")}


@pytest.mark.parametrize("script, words, said", [
    ("bench.py", ("--only", "nothing"), "invalid choice: 'nothing'"),
    ("bench.py", ("--connections", "many"), "invalid int value: 'many'"),
    ("peers.py", ("--only", "authcode"), "invalid choice: 'authcode'"),
    ("scale.py", ("--tokens", "12345"), "must be a multiple of 10k"),
    ("scale.py", ("--tokens", "ten"), "invalid counted value: 'ten'"),
    ("login.py", ("--seconds", "1"), "unrecognized arguments: --seconds 1"),
    ("page.py", ("--out", "/nonexistent"), "bench.json is not there"),
])
def test_what_cannot_be_done_is_refused_with_a_sentence(script, words, said, tmp_path):
    if script == "page.py":
        page = tmp_path / "page.md"
        page.write_text("as it was\n")
        words = (*words, "--page", page, "--picture", tmp_path / "picture.svg")
    done = ran(script, *words, timeout=30)
    assert done.returncode != 0 and said in done.stderr, done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_is_left_behind(figures):
    figures("bench", *SECONDS, "--connections", 2, 16)
    assert not [path for path in pathlib.Path("/tmp").glob("authcode-peer.*")]


def test_the_page_and_the_picture_are_made_of_the_figures(figures, tmp_path):
    figures("bench", *SECONDS, "--connections", 2, 16)
    import page
    copy, picture = tmp_path / "performance.md", tmp_path / "picture.svg"
    copy.write_text(page.PAGE.read_text())
    done = ran("page.py", "--out", figures.out, "--page", copy, "--picture", picture, timeout=30)
    assert done.returncode == 0, done.stderr
    assert page.part_of(copy.read_text(), "bench") == (figures.out / "bench.md").read_text()
    assert picture.read_text() == (figures.out / "bench.svg").read_text()


@pytest.mark.parametrize("spoil", [lambda text: text.replace("<!-- end of bench -->", ""),
                                   lambda text: text + text], ids=["no end", "twice"])
def test_a_page_whose_marks_are_not_whole_is_left_as_it_is(figures, tmp_path, spoil):
    figures("bench", *SECONDS, "--connections", 2, 16)
    import page
    copy = tmp_path / "performance.md"
    copy.write_text(spoil(page.PAGE.read_text()))
    before = copy.read_text()
    done = ran("page.py", "--out", figures.out, "--page", copy, "--picture", tmp_path / "picture.svg", timeout=30)
    assert done.returncode == 1 and "the marks of bench must be there once" in done.stderr
    assert copy.read_text() == before and not (tmp_path / "picture.svg").exists()
