# SPDX-License-Identifier: Apache-2.0
"""An expired password is changed in the browser and the sign-in goes on: the real daemon with both helpers.

Service `authcode-due` asks for a change until the file `changed` is there; as root `authcode-unix` is the real pam_unix.
"""
import concurrent.futures
import contextlib
import os
import pathlib
import re
import sqlite3
import subprocess
import time

import pytest
from host import BUILD, CALLBACK, PASSWORD, ROOT, USER, Host, answer_of
from person import Form, Person

CHANGING = ["authcode-due", "authcode-unix"]
NEW = "canary-password-new"
CLIENT = """
client "{name}" {{
	client_secret_file = "{directory}/secret"
	redirect_uris = {{"{callback}"}}
	scope = "profile"
	trusted = yes
	pam_service = "authcode-{name}"
}}
"""


class Changing(Host):
    """A host with a second helper, unless it is told to have none."""

    def __init__(self, with_changer=True):
        self.with_changer = with_changer
        self.changer = None
        super().__init__()
        self.services += CHANGING

    def write_pam(self):
        super().write_pam()
        module = BUILD / "tests/pam/.libs/pam_ac_test.so"
        assert module.exists(), "make check TESTS= builds it"
        first = (self.directory / "pam" / "authcode").read_text().splitlines()[0]
        passwords = self.directory / "due.passwords"
        passwords.write_text(f"{USER}:{PASSWORD}:authcode-due\n")
        (self.directory / "pam" / "authcode-due").write_text(
            re.sub(r"passdb=.*", f"passdb={passwords}", first) +
            f"\naccount required {module} due={self.changed}\n"
            f"password required {module} info=Rules hidden=New: expect={NEW} hidden=Retype: expect={NEW} "
            f"count={self.changed}\n")
        (self.directory / "pam" / "authcode-unix").write_text("".join(
            f"{kind} required pam_unix.so\n" for kind in ("auth", "account", "password")))

    @property
    def changed(self):
        return self.directory / "changed"

    def write_config(self, extra=""):
        extra += f'passwd_socket = "{self.directory}/passwd.sock"\n'
        super().write_config(extra + "".join(
            CLIENT.format(name=name, directory=self.directory, callback=CALLBACK) for name in ("due", "unix")))

    def start_helper(self, *more):
        super().start_helper(*more)
        if self.with_changer:
            path = self.directory / "passwd.sock"
            every, self.services = self.services, CHANGING
            words = self.helper_words(path, "--passwd", "--lock-dir", self.directory / "locks")
            self.services = every
            self.changer = self.spawn("authcode-login", words, path.exists)

    def stop(self):
        ended = self.end(self.changer) if self.changer else 0
        super().stop()
        assert ended == 0

    def expired(self, client="due", user=USER, password=PASSWORD, person=None):
        """The first page after the right password."""
        self.changed.unlink(missing_ok=True)
        person = person or Person(self.issuer)
        return person, person.submit(person.go(self.authorize_url(client)), username=user, password=password)


@pytest.fixture(name="host", scope="module")
def one_host():
    host = Changing()
    try:
        yield host.start()
    finally:
        host.stop()


def title(page):
    return re.search(r"<title>(.*?) – ", page.text).group(1)


def question(page):
    return re.search(r'<label for="answer"><bdi>(.*?)</bdi>', page.text).group(1)


def test_the_change_is_asked_page_by_page_and_leads_to_the_client(host):
    person, page = host.expired()
    assert title(page) == "Change your password" and question(page) == "New" and "Rules" in page.text
    page = person.submit(page, answer=NEW)
    assert title(page) == "Change your password" and question(page) == "Retype" and NEW not in page.text
    assert not host.changed.exists()
    assert "code" in answer_of(person.submit(page, answer=NEW))
    assert host.changed.exists()
    # … and the sign-in stays: nobody asks again.
    assert "code" in answer_of(person.go(host.authorize_url("due")))


def test_a_mistake_is_told_and_asked_again_and_the_third_ends_it(host):
    person, page = host.expired()
    for _ in range(2):
        page = person.submit(page, answer="mistake")
        assert title(page) == "Error: Change your password" and question(page) == "New"
    page = person.submit(page, answer="mistake")
    assert 'name="username"' in page.text and 'id="notice"' in page.text
    assert not host.changed.exists()
    person, page = host.expired()
    page = person.submit(page, answer="mistake")
    page = person.submit(page, answer=NEW)
    assert "code" in answer_of(person.submit(page, answer=NEW))


def test_cancel_tells_the_client_and_changes_nothing(host):
    person, page = host.expired()
    assert answer_of(person.submit(page, decision="deny"))["error"] == "access_denied"
    page = person.submit(page, answer=NEW)  # back, and sent again
    assert 'name="username"' in page.text
    assert not host.changed.exists()


def test_reload_back_and_a_second_tab_ask_the_question_of_the_moment(host):
    person, first = host.expired()
    assert Form(person.go(first.url).text).fields["nonce"] == Form(first.text).fields["nonce"]
    second = person.submit(first, answer=NEW)
    assert question(second) == "Retype"
    assert question(person.submit(first, answer="other")) == "Retype"  # from the page before: not given
    assert question(person.go(first.url)) == "Retype"
    assert "code" in answer_of(person.submit(second, answer=NEW))


def test_a_question_answered_twice_at_once_gets_one_answer(host):
    person, page = host.expired()
    page = person.submit(page, answer=NEW)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        ends = list(pool.map(lambda _: person.submit(page, answer=NEW), range(2)))
    assert all("code" in answer_of(end) for end in ends), ends
    assert host.changed.stat().st_size == 1


def test_somebody_elses_browser_is_led_away(host):
    person, page = host.expired()
    stranger = Person(host.issuer)
    stranger.go(host.authorize_url("due"))
    there = stranger.http.get(page.url, allow_redirects=False, timeout=20)
    assert there.status_code == 303 and "/resume?" in there.headers["Location"]
    form = Form(page.text)
    sent = stranger.http.post(host.url("/prompt"), data={**form.fields, "answer": NEW}, allow_redirects=False,
                              headers={"Sec-Fetch-Site": "same-origin"}, timeout=20)
    assert sent.status_code == 403 or "/resume?" in sent.headers["Location"]
    assert question(person.go(page.url)) == "New"


def test_a_wrong_password_never_leads_to_the_change(host):
    for user, password in ((USER, "wrong"), (USER, ""), (USER, NEW), ("no-such-user", PASSWORD)):
        _, page = host.expired(user=user, password=password)
        assert 'name="username"' in page.text and "Change your password" not in page.text


def test_without_the_second_helper_a_page_sends_elsewhere():
    host = Changing(with_changer=False)
    try:
        _, page = host.start().expired()
        assert page.status_code == 403 and "password_change_required" in page.text
    finally:
        host.stop()


def active(host, tokens):
    return host.post("/introspect", token=tokens["access_token"]).json()["active"]


def test_a_new_password_ends_what_the_old_one_had_opened(host):
    """RT-11: whoever knew it may have the sessions and tokens of before; the clients keep what was consented to."""
    tokens, elsewhere = host.tokens(), Person(host.issuer)
    assert isinstance(elsewhere.submit(elsewhere.go(host.authorize_url("app")), username=USER, password=PASSWORD), str)
    assert isinstance(elsewhere.go(host.authorize_url("app")), str) and active(host, tokens)
    person, page = host.expired()
    page = person.submit(page, answer=NEW)
    code = answer_of(person.submit(page, answer=NEW))["code"]
    assert not active(host, tokens)
    refused = host.post("/token", grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert 'name="username"' in elsewhere.go(host.authorize_url("app")).text
    fresh = host.post("/token", "due", grant_type="authorization_code", code=code, redirect_uri=CALLBACK)
    assert fresh.status_code == 200 and host.post("/introspect", "due", token=fresh.json()["access_token"]).json()["active"]
    assert "code" in answer_of(person.go(host.authorize_url("due")))
    assert "reason=password_changed" in next(line for line in reversed(host.log().splitlines()) if "login succeeded" in line)
    with contextlib.closing(sqlite3.connect(f"file:{host.state}/authcode.db?mode=ro", uri=True)) as base, base:
        assert base.execute("SELECT reason FROM audit WHERE event = 'login_succeeded' ORDER BY id DESC LIMIT 1"
                            ).fetchone() == ("password_changed",)


def is_over(host, tokens):
    until = time.monotonic() + 10
    while active(host, tokens) and time.monotonic() < until:
        time.sleep(0.02)
    return not active(host, tokens)


def test_who_never_comes_back_has_changed_the_password_all_the_same(host):
    """RT-11, without the session that would follow."""
    tokens = host.tokens()
    person, page = host.expired()
    page = person.submit(page, answer=NEW)
    sent = person.http.post(host.url("/prompt"), data={**Form(page.text).fields, "answer": NEW}, allow_redirects=False,
                            headers={"Sec-Fetch-Site": "same-origin"}, timeout=20)
    assert sent.status_code == 303 and is_over(host, tokens) and host.changed.exists()
    with contextlib.closing(sqlite3.connect(f"file:{host.state}/authcode.db?mode=ro", uri=True)) as base, base:
        assert base.execute("SELECT event, reason FROM audit ORDER BY id DESC LIMIT 1").fetchone() == (
            "person_revoked", "password_changed")


def test_a_change_that_is_not_made_ends_nothing(host):
    tokens = host.tokens()
    for answers in (["mistake"] * 3, [NEW] + ["mistake"] * 3):
        person, page = host.expired()
        for answer in answers:
            page = person.submit(page, answer=answer)
    person, page = host.expired()
    assert answer_of(person.submit(page, decision="deny"))["error"] == "access_denied"
    assert not host.changed.exists() and active(host, tokens)
    assert host.post("/token", grant_type="refresh_token", refresh_token=tokens["refresh_token"]).status_code == 200


def test_no_password_and_no_ticket_is_in_any_log(host):
    person, page = host.expired()
    person.submit(page, answer=NEW)
    said = host.log() + host.log("authcode-login")
    assert PASSWORD not in said and NEW not in said
    for ticket in (host.directory / "locks" / "change.d").iterdir():
        raise AssertionError(f"{ticket} was issued and not used")


@pytest.fixture(name="account")
def a_throw_away_account():
    name = f"actesth{os.getpid()}"
    subprocess.run(["useradd", "-M", "-s", "/bin/false", name], check=True)
    try:
        subprocess.run(["chpasswd"], input=f"{name}:Right-1-horse\n", text=True, check=True)
        subprocess.run(["chage", "-d", "0", name], check=True)
        yield name
    finally:
        subprocess.run(["userdel", name], check=True)


# The sanitizer's crypt_r() needs a libcrypt that a helper of a listener does not load.
SANITIZED = b"__asan_init" in (BUILD / "authcode-login").read_bytes()

if ROOT and not SANITIZED and pathlib.Path("/usr/sbin/useradd").exists():
    def test_pam_unix_changes_the_password_of_the_account(host, account):
        old, new = "Right-1-horse", "New-2-battery"
        person, page = host.expired("unix", account, old)
        asked = []
        for answer in (old, new, new):
            asked.append(question(page))
            assert "You are required to change your password" in page.text or len(asked) > 1
            page = person.submit(page, answer=answer)
        assert asked == ["Current password", "New password", "Retype new password"]
        assert "code" in answer_of(page)
        for password, works in ((old, False), (new, True)):
            person = Person(host.issuer)
            end = person.submit(person.go(host.authorize_url("unix")), username=account, password=password)
            assert isinstance(end, str) == works
