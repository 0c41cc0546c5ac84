# SPDX-License-Identifier: Apache-2.0
"""What the log says of a sign-in: that it has begun, how it has ended, and which kinds of questions came between."""
import contextlib
import os
import pwd
import re
import sqlite3
import time

import pytest
from host import CODE_WORD, PASSWORD, USER, answer_of
from person import Person
from stacks import StackHost

NUMBER = "[0-9a-hjkmnp-tv-z]{13}"
UID = pwd.getpwnam(USER).pw_uid
TEXTS = ("canary-said", "canary-wrong", "canary-asked")
STACKS = {
    "talks": "auth required @T info=canary-said hidden=canary-asked: info=canary-said error=canary-wrong "
             "echo=canary-asked: info=canary-said\naccount required @T\n",
    "chatty": "auth required @T hidden=canary-asked:\n" + 3 * f"auth required @T {10 * 'info=canary-said '}\n" +
              f"auth required @T echo=canary-asked: {9 * 'error=canary-wrong '}\naccount required @T\n",
}


@pytest.fixture(scope="module", name="talkers")
def one_whose_modules_talk():
    host = StackHost(STACKS)
    try:
        yield host.start()
    finally:
        host.stop()


class Saying:
    """The lines of the log about sign-ins since it was made, each without its prefix."""

    def __init__(self, host):
        self.host, self.at = host, len(host.log())

    def lines(self):
        return re.findall(r"^authcoded\[\d+\]: ((?:sign-in|login) .*)$", self.host.log()[self.at:], re.M)

    def wait(self, count):
        deadline = time.monotonic() + 10
        while len(self.lines()) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(self.lines()) == count, self.lines()
        return self.lines()

    def numbers(self, count=2):
        """The numbers of the first line and of the others, all of which are to be exactly as told later."""
        return [re.search(rf" txn=({NUMBER})$", line).group(1) for line in self.wait(count)]


def begin(host, client="app", user=USER, password=PASSWORD):
    person = Person(host.issuer)
    return person, person.submit(person.go(host.authorize_url(client)), username=user, password=password)


def begun(client, service, number):
    return f'sign-in begun rhost=127.0.0.1 client="{client}" service="{service}" txn={number}'


def succeeded(client, prompts, first, number):
    return f'login succeeded rhost=127.0.0.1 client="{client}" user="{USER}" uid={UID} prompts="{prompts}" ' \
           f"begun={first} txn={number}"


def failed(client, reason, prompts, number):
    """A pattern: the keyed hash of the name is another one on every server."""
    told = f' prompts="{prompts}"' if prompts else ""
    return rf'login failed rhost=127\.0\.0\.1 reason={reason} client="{client}" user="unknown" ' \
           rf"user_mac=[0-9a-f]{{8}}{told} txn={number}"


# --- it ends well -------------------------------------------------------------------


def test_a_stack_that_asks_once_has_begun_and_asked_hidden(server):
    saying = Saying(server)
    assert "code" in answer_of(begin(server)[1])
    first, number = saying.numbers()
    assert saying.lines() == [begun("app", "authcode", first), succeeded("app", "hidden", first, number)]
    assert first < number


def test_a_stack_that_asks_twice_has_asked_hidden_and_visible(server):
    saying = Saying(server)
    person, page = begin(server, "otp")
    assert saying.wait(1) == [begun("otp", "authcode-otp", saying.numbers(1)[0])]
    assert "code" in answer_of(person.submit(page, answer=CODE_WORD))
    first, number = saying.numbers()
    assert saying.lines() == [begun("otp", "authcode-otp", first), succeeded("otp", "hidden,visible", first, number)]


def test_what_modules_tell_is_of_two_kinds_and_never_said(talkers):
    """What is told before the first question reaches nobody, and is no kind"""
    saying = Saying(talkers)
    person, page = begin(talkers, "talks", password="canary-typed")
    page = person.submit(page, answer="canary-answered")
    assert "canary-said" in page.text  # told after it
    first, number = saying.numbers()
    assert saying.lines() == [begun("talks", "talks", first),
                              succeeded("talks", "hidden,info,error,visible,info", first, number)]
    for text in (*TEXTS, "canary-typed", "canary-answered"):
        assert text not in talkers.log(), text


def test_more_kinds_than_fit_are_cut_at_a_word(talkers):
    saying = Saying(talkers)
    person, page = begin(talkers, "chatty", password="x")
    person.submit(page, answer="x")
    first, number = saying.numbers()
    kinds = ",".join(["hidden"] + 30 * ["info"] + ["visible"] + 9 * ["error"])
    (told,) = re.findall(r' prompts="([^"]*),more" ', saying.lines()[1])
    assert kinds.startswith(told + ",") and 193 <= len(told) + len(",more") <= 200
    assert saying.lines()[1] == succeeded("chatty", told + ",more", first, number)


# --- it does not ----------------------------------------------------------------------


@pytest.mark.parametrize("client,service,answers,prompts", [
    ("app", "authcode", [], "hidden"), ("locked", "authcode-locked", [], "hidden"),
    ("otp", "authcode-otp", [], "hidden,visible"), ("otp", "authcode-otp", ["canary-not-the-word"], "hidden,visible"),
])
def test_a_refused_sign_in_has_begun_and_says_how_far_it_came(server, client, service, answers, prompts):
    saying = Saying(server)
    right = client == "locked" or answers
    person, page = begin(server, client, password=PASSWORD if right else "canary-not-the-password")
    for answer in answers or [""] * (client == "otp"):
        page = person.submit(page, answer=answer)
    assert 'id="notice"' in page.text and 'name="username"' in page.text
    first, number = saying.numbers()
    assert first == number and saying.lines()[0] == begun(client, service, first)
    assert re.fullmatch(failed(client, "bad_credentials", prompts, first), saying.lines()[1]), saying.lines()
    assert "canary-not" not in server.log()


def test_an_unknown_name_looks_in_the_log_like_a_wrong_password(server):
    saying = Saying(server)
    begin(server, user="canary-typed-for-a-name")
    first, number = saying.numbers()
    assert first == number and saying.lines()[0] == begun("app", "authcode", first)
    assert re.fullmatch(failed("app", "bad_credentials", "hidden", first), saying.lines()[1]), saying.lines()
    assert "canary-typed-for-a-name" not in server.log()


def test_an_abandoned_sign_in_says_at_which_question(server):
    saying = Saying(server)
    person, page = begin(server, "otp")
    assert len(saying.wait(1)) == 1  # nothing is said while the person thinks
    assert answer_of(person.submit(page, decision="deny"))["error"] == "access_denied"
    first, number = saying.numbers()
    assert first == number and saying.lines()[0] == begun("otp", "authcode-otp", first)
    assert re.fullmatch(failed("otp", "cancelled", "hidden,visible", first), saying.lines()[1]), saying.lines()


def test_one_that_is_begun_anew_is_said_as_often(server):
    saying = Saying(server)
    person, page = begin(server, password="wrong")
    assert "code" in answer_of(person.submit(page, username=USER, password=PASSWORD))
    first, second, third, number = saying.numbers(4)
    assert first == second != third != number
    assert saying.lines()[2:] == [begun("app", "authcode", third), succeeded("app", "hidden", third, number)]


@pytest.mark.parametrize("user,password", [("a" * 257, "x"), (USER, "x" * 513), ("a\nb", "x"), ("", "x"), (USER, "")],
                         ids=["long name", "long password", "two lines", "no name", "no password"])
def test_what_can_be_nobodys_reaches_no_helper_and_has_not_begun(server, user, password):
    saying = Saying(server)
    begin(server, user=user, password=password)
    (number,) = saying.numbers(1)
    assert re.fullmatch(failed("app", "bad_credentials", "", number), saying.lines()[0]), saying.lines()


def test_without_a_helper_nothing_has_begun(server):
    saying = Saying(server)
    path, aside = server.directory / "login.sock", server.directory / "aside.sock"
    os.rename(path, aside)
    try:
        _, page = begin(server)
        assert page.status_code == 503
        (number,) = saying.numbers(1)
        assert re.fullmatch(failed("app", "helper", "", number), saying.lines()[0]), saying.lines()
    finally:
        os.rename(aside, path)


def test_nothing_of_it_is_in_the_database_before_somebody_is_signed_in(server):
    def count():
        with contextlib.closing(sqlite3.connect(f"file:{server.state}/authcode.db?mode=ro", uri=True)) as store:
            return [store.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("audit", "subject")]

    before = count()
    begin(server, password="wrong")
    begin(server, "otp")
    assert count() == before
    saying = Saying(server)
    begin(server)
    saying.wait(2)
    with contextlib.closing(sqlite3.connect(f"file:{server.state}/authcode.db?mode=ro", uri=True)) as store:
        events = {row[0] for row in store.execute("SELECT DISTINCT event FROM audit")}
    assert "login_succeeded" in events and "sign_in_begun" not in events
