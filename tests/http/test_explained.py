# SPDX-License-Identifier: Apache-2.0
"""Who could not sign in has a number, and with it an administrator finds out why."""
import json
import os
import re

import pytest
from host import CODE_WORD, PASSWORD, USER, answer_of
from person import Form, Person
from stacks import StackHost
from test_admin import ctl
from test_begun import NUMBER, Saying, begin

SHOWN = re.compile(rf'<p class="hint">Request <code>({NUMBER})</code></p>')
STACKS = {
    "scolds": "auth required @T hidden=A: error=canary-wrong echo=B: expect=right\naccount required @T\n",
    "due": "auth required @T hidden=A:\naccount required @T due\n",
    "hangs": "auth required @T hidden=A: hang\naccount required @T\n",
    "away": "auth required @T hidden=A: code=9\naccount required @T\n",
}


@pytest.fixture(scope="module", name="host")
def one_whose_modules_do_what_the_test_says():
    host = StackHost(STACKS, extra="prompt_timeout = 5s\n")
    try:
        yield host.start()
    finally:
        host.stop()


def number_on(page):
    found = SHOWN.findall(page.text)
    assert len(found) == 1, page.text
    return found[0]


def explained(host, number):
    told = ctl(host, "--json", "explain", number)
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout)


def refused(host, page, saying, reason, prompts):
    """The page's number is that of the line, and authcodectl says why. The refusal."""
    number = number_on(page)
    (line,) = [line for line in saying.wait(2) if line.startswith("login failed")]
    assert f" reason={reason} " in line and line.endswith(f" txn={number}")
    answer = explained(host, number)
    (refusal,) = [one for one in answer["refusals"] if one["event"] == "login_failed"]
    assert refusal["reason"] == reason and refusal.get("prompts", "") == prompts and "under_way" not in answer
    words = ctl(host, "explain", f"{number[:5]} {number[5:]}".upper()).stdout
    assert f"{reason}\n" in words and refusal["means"] in re.sub(r"\s+", " ", words) and (prompts in words)
    return refusal


# --- something has failed -------------------------------------------------------------


def test_the_page_after_a_wrong_password_has_the_number_of_the_failure(server):
    saying = Saying(server)
    person, page = begin(server, password="wrong")
    refusal = refused(server, page, saying, "bad_credentials", "hidden")
    assert refusal["client"] == "app" and refusal["user"] == "unknown" and "PAM did not accept" in refusal["means"]
    # It is that of the failure, not of the request: looked at again it is the same.
    assert number_on(person.go(page.url)) == number_on(page)


def test_a_wrong_second_factor_has_one_too(server):
    saying = Saying(server)
    person, page = begin(server, "otp")
    assert not SHOWN.search(page.text)  # nothing has failed yet
    refused(server, person.submit(page, answer="wrong"), saying, "bad_credentials", "hidden,visible")


def test_who_fails_twice_reads_the_number_of_the_last_time(server):
    person, page = begin(server, password="wrong")
    first = number_on(page)
    saying = Saying(server)
    page = person.submit(page, username=USER, password="wrong again")
    refused(server, page, saying, "bad_credentials", "hidden")
    assert number_on(page) != first and explained(server, first)["refusals"][0]["reason"] == "bad_credentials"


def test_an_account_that_is_refused_reads_like_a_wrong_password_and_is_explained_alike(server):
    saying = Saying(server)
    _, page = begin(server, "locked")
    refused(server, page, saying, "bad_credentials", "hidden")


def test_a_question_that_says_something_failed_has_the_number_and_it_is_explained_at_once(host):
    saying = Saying(host)
    person, page = begin(host, "scolds", password="x")
    assert "canary-wrong" in page.text
    number = number_on(page)
    answer = explained(host, number)
    assert answer["refusals"] == [] and answer["records"] == []
    assert answer["under_way"] == {
        "event": "sign_in_begun", "client": "scolds", "rhost": "127.0.0.1", "service": "scolds",
        "prompts": "hidden,error,visible",
        "means": "The sign-in is under way: the person has been asked and has not answered yet."}
    words = ctl(host, "explain", number)
    assert words.returncode == 0 and "sign-in under way" in words.stdout and "has not answered yet" in words.stdout
    assert "No refusal" not in words.stdout
    page = person.submit(page, answer="wrong")
    assert number_on(page) == number
    refused(host, page, saying, "bad_credentials", "hidden,error,visible")


def test_a_question_that_nobody_has_answered_in_time_is_explained(host):
    saying = Saying(host)
    person, page = begin(host, "otp")
    form = Form(page.text)
    saying.wait(2)  # begun, and the deadline
    page = person.go(host.url(f"/prompt?login={form.fields['login']}&txn={form.fields['txn']}"))
    assert 'name="username"' in page.text
    refused(host, page, saying, "timeout", "hidden,visible")


@pytest.mark.parametrize("client,status,reason", [("due", 403, "password_change_due"), ("away", 503, "unavailable")])
def test_an_error_page_of_a_sign_in_has_the_number_of_the_failure(host, client, status, reason):
    saying = Saying(host)
    _, page = begin(host, client, password="x")
    assert page.status_code == status
    refused(host, page, saying, reason, "hidden")


def test_a_server_without_its_helper_shows_the_number_of_the_failure(server):
    path, aside = server.directory / "login.sock", server.directory / "aside.sock"
    os.rename(path, aside)
    try:
        saying = Saying(server)
        _, page = begin(server)
        assert page.status_code == 503
        number = number_on(page)
        assert saying.numbers(1) == [number] and explained(server, number)["refusals"][0]["reason"] == "helper"
    finally:
        os.rename(aside, path)


def test_a_limit_that_is_reached_has_the_number_of_the_refusal(hosts):
    host = hosts().start()
    for _ in range(8):  # as many browsers as may be asked for one name
        begin(host, "otp")
    saying = Saying(host)
    _, page = begin(host)
    assert page.status_code == 503 and saying.numbers(1) == [number_on(page)]
    assert explained(host, number_on(page))["refusals"][0]["reason"] == "busy"


# --- nothing has ------------------------------------------------------------------------


def test_no_page_has_a_number_before_something_has_failed(server):
    person = Person(server.issuer)
    page = person.go(server.authorize_url("otp"))
    assert "<code>" not in page.text
    page = person.submit(page, username=USER, password=PASSWORD)
    assert 'name="answer"' in page.text and "<code>" not in page.text
    assert "code" in answer_of(person.submit(page, answer=CODE_WORD))


def test_after_a_success_the_number_of_the_failure_before_is_gone(server):
    person, page = begin(server, "asks", password="wrong")
    assert number_on(page)
    page = person.submit(page, username=USER, password=PASSWORD)
    assert 'value="allow"' in page.text and not SHOWN.search(page.text)


def test_another_browser_is_not_shown_the_number(server):
    _, page = begin(server, password="wrong")
    other = Person(server.issuer).go(page.url)
    assert other.status_code == 200 and 'name="username"' in other.text and not SHOWN.search(other.text)


def test_a_number_cannot_be_put_on_the_page_by_a_link(server):
    person, page = begin(server, password="wrong")
    for more in ("&request=0000000000001", "&attempt=1", "&number=0000000000001", "&notice=1"):
        again = person.go(page.url + more)
        assert "0000000000001" not in again.text and SHOWN.findall(again.text) in ([number_on(page)], []), more


def test_what_has_succeeded_is_no_sign_in_under_way(server):
    saying = Saying(server)
    begin(server)
    first, number = saying.numbers()
    assert ctl(server, "explain", first).returncode == 1
    answer = explained(server, number)
    assert "under_way" not in answer and [one["event"] for one in answer["records"]] == ["login_succeeded"]


# --- last, for the name stays at work ------------------------------------------------------


def test_who_waits_for_a_module_that_hangs_has_the_number(host):
    """The page comes when a request has waited for 20 seconds"""
    saying = Saying(host)
    person, page = begin(host, "hangs", password="x")
    assert "Checking" in page.text and saying.numbers(1) == [number_on(page)]
    under_way = explained(host, number_on(page))["under_way"]
    assert under_way["client"] == "hangs" and under_way["prompts"] == "hidden"
    assert "a PAM module works" in under_way["means"] and "authcode-login" in under_way["act"]
    words = ctl(host, "explain", number_on(page))
    assert words.returncode == 0 and "a PAM module works" in words.stdout and "journal" in words.stdout
