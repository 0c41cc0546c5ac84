# SPDX-License-Identifier: Apache-2.0
"""What authcodectl asks of the daemon about what was recorded and about a person, and what it makes of the answers."""
import json
import time

import pytest
from saying import Saying

LISTS = ["sessions", "grants", "authorizations", "tokens", "codes", "devices", "logouts"]


@pytest.fixture(name="daemon")
def a_daemon_that_says_what_it_is_told_to(tmp_path):
    with Saying(tmp_path / "admin.sock") as daemon:
        yield daemon


# --- audit list ----------------------------------------------------------------------

def page(*numbers, **more):
    return {"records": [{"time": 1700000000, "seq": number} for number in numbers], **more}


def test_records_are_asked_for_page_by_page_behind_the_last(daemon):
    daemon.pages = [page(9, 8, next="800"), page(7, next="700"), page(6)]
    told = daemon.ctl("--json", "audit", "list", "--client", "app")
    assert told.returncode == 0 and told.stderr == "" and [row["seq"] for row in json.loads(told.stdout)] == [9, 8, 7, 6]
    assert daemon.asked == [("/admin/audit", {"client": "app"}), ("/admin/audit", {"client": "app", "before": "800"}),
                            ("/admin/audit", {"client": "app", "before": "700"})]


def test_there_is_an_end_to_them_and_it_is_told(daemon):
    daemon.answer = lambda path, fields: page(*range(1000), next="1")
    told = daemon.ctl("--json", "audit", "list")
    assert told.returncode == 0 and len(json.loads(told.stdout)) == 10000 and len(daemon.asked) == 10
    assert told.stderr == "authcodectl: there are more than 10000 records; --until the last one's time shows older ones\n"


@pytest.mark.parametrize("words, fields", [
    (["--user", "ana"], {"user": "ana"}), (["--sub", "s&user=x"], {"sub": "s&user=x"}), (["--client", "a b"], {"client": "a b"}),
    (["--user", "ana", "--sub", "s", "--client", "c"], {"user": "ana", "sub": "s", "client": "c"}), ([], {}),
])
def test_what_is_asked_for_is_asked_for(daemon, words, fields):
    daemon.pages = [page()]
    assert daemon.ctl("audit", "list", *words).returncode == 0
    assert daemon.asked == [("/admin/audit", fields)]


@pytest.mark.parametrize("word, ago", [("90min", 5400), ("8h", 28800), ("7d", 604800), ("30s", 30)])
@pytest.mark.parametrize("option", ["since", "until"])
def test_a_time_ago_is_that_long_ago(daemon, option, word, ago):
    daemon.pages = [page()]
    before = int(time.time())
    assert daemon.ctl("audit", "list", f"--{option}", word).returncode == 0
    (_, fields), = daemon.asked
    assert list(fields) == [option] and before - ago <= int(fields[option]) <= time.time() - ago


@pytest.mark.parametrize("text", ["2030-01-31", "2030-01-31T08:00", "2030-01-31T08:00:30"])
def test_a_time_on_the_clock_is_of_this_place(daemon, text):
    form = "%Y-%m-%dT%H:%M:%S"[:{10: 8, 16: 14, 19: 17}[len(text)]]
    daemon.pages = [page()]
    assert daemon.ctl("audit", "list", "--since", text, "--until", text).returncode == 0
    wanted = str(int(time.mktime(time.strptime(text, form))))
    assert daemon.asked == [("/admin/audit", {"since": wanted, "until": wanted})]


@pytest.mark.parametrize("option", ["since", "until"])
@pytest.mark.parametrize("text", ["2030-01-31x", "2030-01-31T08:00+01:00", "2030-01-31T08:00:30Z", "2030-02-30T25:00",
                                  "-1h", "100001s", "1w", "h", "1", "", "1970-01-01 "])
def test_what_is_no_time_asks_for_nothing(daemon, option, text):
    told = daemon.ctl("audit", "list", f"--{option}", text)
    assert told.returncode == 2 and told.stdout == "" and daemon.asked == []
    assert told.stderr == (f"authcodectl: --{option}: give a day (2030-01-31), a minute (2030-01-31T08:00), or how long ago "
                           "(90min, 8h, 7d)\n")


# --- a person ------------------------------------------------------------------------

def person(path, fields):
    """One whose rows have a second page each."""
    name = path.rsplit("/", 1)[1]
    if name == "show":
        return {"user": "ana", "sub": "s-ana", "uid": 1001, "state": "live"}
    if name == "audit":
        return page(1)
    return {name: [{"id": "2"}]} if "after" in fields else {name: [{"id": "1"}], "after": "1"}


@pytest.mark.parametrize("words, asked", [(["ana"], {"user": "ana"}), (["--sub", "s-ana"], {"sub": "s-ana"})])
def test_an_export_asks_for_all_of_one_person(daemon, words, asked):
    daemon.answer = person
    told = daemon.ctl("user", "export", *words)
    assert told.returncode == 0 and told.stderr == ""
    wanted = [("/admin/users/show", asked)]
    for name in LISTS:
        wanted += [(f"/admin/{name}", {"sub": "s-ana", "all": "yes"}),
                   (f"/admin/{name}", {"sub": "s-ana", "all": "yes", "after": "1"})]
    assert daemon.asked == wanted + [("/admin/audit", {"sub": "s-ana"})]
    exported = json.loads(told.stdout)
    assert {name: [row["id"] for row in exported[name]] for name in LISTS} == {name: ["1", "2"] for name in LISTS}
    assert [row["seq"] for row in exported["records"]] == [1]


def test_who_is_shown_is_asked_for_what_lives_of_it(daemon):
    daemon.answer = person
    assert daemon.ctl("user", "show", "ana").returncode == 0
    assert [fields for _, fields in daemon.asked[1:]] == [{"sub": "s-ana"}, {"sub": "s-ana", "after": "1"}] * 3
    assert daemon.ctl("user", "show", "ana", "--all").returncode == 0
    assert daemon.asked[1] == ("/admin/sessions", {"sub": "s-ana", "all": "yes"})


@pytest.mark.parametrize("sub", [{}, {"sub": ""}, {"sub": None}, {"sub": 7}])
@pytest.mark.parametrize("verb", ["export", "show"])
def test_of_a_person_without_a_sub_nothing_is_asked(daemon, verb, sub):
    daemon.answer = lambda path, fields: {"user": "ana", **sub}
    told = daemon.ctl("user", verb, "ana")
    assert told.returncode == 3 and told.stdout == "" and told.stderr == "authcodectl: the answer is not one of authcoded\n"
    assert daemon.asked == [("/admin/users/show", {"user": "ana"})]
