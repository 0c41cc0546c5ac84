# SPDX-License-Identifier: Apache-2.0
"""What is said of figures follows from them: ratios, targets, the table and the picture."""
import xml.etree.ElementTree

import pytest

import stand  # noqa: F401 (says where the others are)
import jobs
import login
import peers
import scale
import table

MACHINE = {"date": "2026-01-02", "cores": 2, "cpu": "a processor", "virtual": True, "memory_gib": 4, "system": "a system",
           "kernel": "6.1", "libmicrohttpd": "1", "sqlite": "3", "openssl": "3", "compiler": "-O2"}


def row(job, connections, cpu_us, **more):
    return {"job": job, "connections": connections, "cpu_us": cpu_us, "per_second": 1000.0, "p50_ms": 1.0, "p99_ms": 2.0,
            "p999_ms": 3.0, "syncs": 0.5, "written": 100.0, "rss_mib": 12.0, **more}


def figures(*rows):
    return {"machine": MACHINE, "idle_mib": 9.5, "ready_ms": 51.0, "rows": list(rows)}


@pytest.mark.parametrize("job, connections, cpu_us, target, kept", [
    ("introspection", 16, 23.0, 2.3, True),
    ("introspection", 16, 23.1, 2.3, False),
    ("introspection", 16, 9.0, 2.3, True),
    ("introspection", 64, 230.0, None, None),
    ("introspection", 2, 1.0, None, None),
    ("client_credentials", 64, 42.0, 4.2, True),
    ("client_credentials", 64, 43.0, 4.2, False),
    ("client_credentials", 16, 430.0, None, None),
    ("authorize-es256", 16, 61.0, 6, False),
    ("code-rs256", 64, 900.0, None, None),
])
def test_a_target_is_that_of_the_job_at_its_connections(job, connections, cpu_us, target, kept):
    floors = [row("floor", n, 10.0) for n in (2, 16, 64)]
    told = table.judged(figures(*floors, row(job, connections, cpu_us)))["rows"][-1]
    assert told["ratio"] == cpu_us / 10 and (told.get("target"), told.get("kept")) == (target, kept)


def test_the_floor_is_that_of_as_many_connections():
    told = table.judged(figures(row("floor", 2, 50.0), row("floor", 16, 10.0), row("discovery", 2, 100.0),
                                row("discovery", 16, 30.0)))
    assert [each["ratio"] for each in told["rows"]] == [1, 1, 2, 3]


def test_memory_under_load_is_the_most_of_the_daemon_and_not_of_the_floor():
    told = table.judged(figures(row("floor", 16, 10.0, rss_mib=99.0), row("discovery", 16, 30.0, rss_mib=14.0),
                                row("introspection", 16, 30.0, rss_mib=21.0)))
    assert told["loaded_mib"] == 21


def test_the_table_says_what_is_kept_and_what_is_missed():
    told = table.markdown(table.judged(figures(row("floor", 16, 10.0), row("introspection", 16, 23.0),
                                               row("authorize-es256", 16, 90.0))))
    assert "| introspection | 16 | 1,000 | 23.0 | 2.3 | ≤ 2.3 kept | 1.00 / 2.00 / 3.00 | 0.500 | 100 |" in told
    assert "| authorization redirect, signed in | 16 | 1,000 | 90.0 | 9.0 | ≤ 6 missed |" in told
    assert "| memory, idle | 9.5 MiB | ≤ 10 kept |" in told
    assert "| ready after exec, with the state that is there | 51.0 ms | ≤ 50 missed |" in told
    assert "2 cores of a processor (virtual), 4 GiB, a system, Linux 6.1, libmicrohttpd 1, SQLite 3, OpenSSL 3, compiled with -O2." in told


def test_the_picture_has_a_bar_for_each_job_as_long_as_its_ratio():
    rows = [row("floor", 16, 10.0), row("introspection", 16, 20.0), row("discovery", 16, 40.0), row("code-rs256", 16, 999.0)]
    root = xml.etree.ElementTree.fromstring(table.picture(table.judged(figures(*rows))))
    svg = "{http://www.w3.org/2000/svg}"
    bars = [int(bar.get("width")) for bar in root.iter(svg + "rect") if bar.get("class") == "bar"]
    assert bars == [105, 420, 210]  # in the order of the jobs; RS256 is left out
    assert len(list(root.iter(svg + "line"))) == 1  # introspection has a target
    assert root.find(svg + "desc").text.endswith("discovery document: 4.0; introspection: 2.0, target 2.3.")


def test_words_of_a_job_are_no_markup_in_the_picture(monkeypatch):
    monkeypatch.setattr(table, "told_jobs", lambda: [jobs.Job("x", 'a <b> & "c"', "GET", "/")])
    drawn = table.picture({"rows": [row("x", 16, 10.0, ratio=1.0)]})
    assert "<b>" not in drawn and xml.etree.ElementTree.fromstring(drawn) is not None


@pytest.mark.parametrize("server, job, theirs, kept", [
    ("oidc-provider", "introspection", 100.0, True), ("oidc-provider", "introspection", 99.0, False),
    ("oidc-provider", "code-es256", 50.0, True), ("oidc-provider", "code-es256", 49.0, False),
    ("glewlwyd", "introspection", 400.0, True), ("glewlwyd", "introspection", 399.0, False),
    ("glewlwyd", "code-es256", 399.0, False), ("glewlwyd", "client_credentials", 1.0, None),
])
def test_a_rival_is_held_against_authcode(server, job, theirs, kept):
    told = peers.judged([row("floor", 16, 1.0, server="authcode"), row(job, 16, 10.0, server="authcode"),
                         row(job, 16, theirs, server=server)])
    assert told[2]["ratio"] == theirs / 10 and told[2].get("kept") is kept and "ratio" not in told[0]


@pytest.mark.parametrize("cpu, per_second, kept", [(1.25, 1.0, True), (1.26, 1.0, False), (1.0, 1.26, False), (0.5, 1.0, True)])
def test_a_full_file_is_held_against_the_empty_one(cpu, per_second, kept):
    empty = row("introspection", 16, 100.0)
    told = scale.judged([{"job": "introspection", "empty": empty,
                          "full": {**empty, "cpu_us": 100.0 * cpu, "per_second": 1000.0 / per_second}}])[0]
    assert told["ratio"]["cpu"] == pytest.approx(cpu) and told["ratio"]["per_second"] == pytest.approx(per_second)
    assert told["kept"] is kept


@pytest.mark.parametrize("through, said", [
    ((5.9, 3.9), "CPU ≤ 5 kept, wall ≤ 3 kept"), ((6.1, 3.9), "CPU ≤ 5 missed, wall ≤ 3 kept"),
    ((5.9, 4.1), "CPU ≤ 5 kept, wall ≤ 3 missed"),
])
def test_what_a_sign_in_adds_is_the_difference(through, said):
    alone = {"per_second": 100.0, "cpu_ms": 1.0, "wall_ms": 1.0}
    ours = {"per_second": 50.0, "cpu_ms": through[0], "daemon_ms": 2.0, "wall_ms": through[1]}
    added = {"cpu_ms": through[0] - 1, "wall_ms": through[1] - 1}
    lines = list(login.lines({"stack": "s", "people": 1, "ways": {"PAM alone": alone, "authcode": ours}, "overhead": added}))
    assert lines[-1][-1] == said and lines[-1][4:6] == (f"{added['cpu_ms']:.2f}", f"{added['wall_ms']:.2f}")


def test_several_rounds_are_taken_together():
    told = login.figures_of([{"cpu_ms": 6.0, "walls": [1.0, 9.0], "took": 1.0}, {"cpu_ms": 2.0, "walls": [2.0, 3.0], "took": 3.0}])
    assert told == {"sign_ins": 4, "per_second": 1.0, "wall_ms": 2.5, "cpu_ms": 2.0}


@pytest.mark.parametrize("text, number", [("10M", 10_000_000), ("500k", 500_000), ("20000", 20_000), ("0", 0)])
def test_numbers_of_tokens_are_read(text, number):
    assert scale.counted(text) == number
