# SPDX-License-Identifier: Apache-2.0
"""An account that ends takes its credentials along; one that is only refused keeps them (CO-11).

Real pam_unix and real accounts, made for a test and removed after it.
"""
import glob
import os
import pathlib
import secrets
import shutil
import signal
import subprocess
import time

import pytest
from host import CALLBACK, ROOT, SANITIZED, Host, Person, answer_of

if not ROOT or not shutil.which("useradd"):
    pytest.skip("needs root and useradd", allow_module_level=True)

MATRIX = glob.glob("/usr/lib/*/pam_wrapper/pam_matrix.so")[0]
WORD = "correct-horse-" + secrets.token_hex(8)
FAST = "account_cache = 1s\naccount_grace = 2s\naccount_sweep = 0\ngone_after = 2s\n"
CHECK = "auth required pam_deny.so\naccount required pam_nologin.so file={nologin}\naccount required pam_unix.so\n"


class UnixHost(Host):
    def write_pam(self):
        super().write_pam()
        self.nologin = self.directory / "nologin"
        # The sanitizer's crypt_r() is none before pam_unix brings the real one: there another module compares.
        auth = f"{MATRIX} passdb={self.directory}/unix.passwords" if SANITIZED else "pam_unix.so"
        (self.directory / "pam" / "authcode").write_text(f"auth required {auth}\naccount required pam_unix.so\n")
        self.write_check(CHECK.format(nologin=self.nologin))

    def know(self, user):
        (self.directory / "unix.passwords").write_text(f"{user}:{WORD}:authcode\n")

    def write_check(self, text):
        (self.directory / "pam" / "authcode-check").write_text(text)

    def tokens_of(self, user, client="app", person=None):
        landed = (person or Person(self.issuer)).sign_in(self.authorize_url(client), user, WORD)
        assert isinstance(landed, str), landed.text
        answer = self.post("/token", client, grant_type="authorization_code", code=answer_of(landed)["code"],
                           redirect_uri=CALLBACK)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def active(self, tokens):
        answer = self.post("/introspect", token=tokens["access_token"])
        return answer.json()["active"] if answer.status_code == 200 else answer.status_code

    def refresh(self, tokens):
        """The status and the error; the new tokens replace the old."""
        answer = self.post("/token", grant_type="refresh_token", refresh_token=tokens["refresh_token"])
        if answer.status_code == 200:
            tokens.update(answer.json())
        return answer.status_code, answer.json().get("error")

    def userinfo(self, tokens):
        return self.request("GET", "/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"})

    def wait_for(self, what, seconds=5.0):
        end = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < end, self.log()[-3000:]
            time.sleep(0.1)


def run(*words, data=None):
    subprocess.run(list(words), check=True, capture_output=True, input=data, text=True, timeout=30)


@pytest.fixture(name="user")
def an_account():
    name = f"achttp{os.getpid()}x{secrets.token_hex(2)}"
    # A number far from those that useradd gives: some tests free theirs and take it again.
    run("useradd", "-M", "-s", "/bin/false", "-u", str(20000 + secrets.randbelow(39000)), name)
    run("chpasswd", data=f"{name}:{WORD}\n")
    yield name
    subprocess.run(["userdel", name], capture_output=True, check=False, timeout=30)


@pytest.fixture(name="unix")
def a_host_with_pam_unix(user):
    made = []

    def make(extra=FAST, **more):
        made.append(UnixHost(extra=extra, **more))
        made[-1].know(user)
        return made[-1].start()

    yield make
    for host in made:
        host.stop()


ENDS = {
    "expired": (lambda user: run("chage", "-E", "0", user), lambda user: run("chage", "-E", "-1", user)),
    "locked": (lambda user: run("usermod", "-L", user), lambda user: run("usermod", "-U", user)),
}


@pytest.mark.parametrize("how", ENDS)
def test_every_credential_of_an_account_that_ends_is_dead_within_the_cache_time(unix, user, how):
    server = unix()
    person = Person(server.issuer)
    tokens = server.tokens_of(user, person=person)
    sub = server.userinfo(tokens).json()["sub"]
    code = answer_of(person.go(server.authorize_url()))["code"]
    assert server.active(tokens) is True
    end, undo = ENDS[how]
    end(user)
    time.sleep(1.1)
    assert server.active(tokens) is False
    assert f'account gone reason={how} user="{user}"' in server.log()
    assert server.userinfo(tokens).status_code == 401
    assert server.refresh(tokens) == (400, "invalid_grant")
    redeemed = server.post("/token", grant_type="authorization_code", code=code, redirect_uri=CALLBACK)
    assert (redeemed.status_code, redeemed.json()["error"]) == (400, "invalid_grant")
    assert 'name="username"' in person.go(server.authorize_url()).text  # the session has ended, too
    undo(user)
    time.sleep(1.1)
    # For good: who comes back is another subject.
    assert server.active(tokens) is False
    assert server.refresh(tokens) == (400, "invalid_grant")
    assert 'name="username"' in person.go(server.authorize_url()).text
    fresh = server.tokens_of(user)
    assert server.active(fresh) is True and server.userinfo(fresh).json()["sub"] != sub


def test_a_deleted_account_is_refused_at_once_and_gone_after_a_while(unix, user):
    server = unix()
    tokens = server.tokens_of(user)
    uid = pathlib.Path("/etc/passwd").read_text().split(f"\n{user}:x:")[1].split(":")[0]
    run("userdel", user)
    time.sleep(1.1)
    assert server.active(tokens) is False and server.refresh(tokens) == (400, "invalid_grant")
    assert "account gone" not in server.log()
    server.wait_for(lambda: server.active(tokens) is False and "account gone" in server.log(), 10)
    assert 'reason=absent' in server.log()
    run("useradd", "-M", "-s", "/bin/false", "-u", uid, user)
    run("chpasswd", data=f"{user}:{WORD}\n")
    time.sleep(1.1)
    assert server.active(tokens) is False and server.refresh(tokens) == (400, "invalid_grant")
    assert server.active(server.tokens_of(user)) is True


def test_a_deleted_account_that_comes_back_in_time_has_lost_nothing(unix, user):
    server = unix(FAST.replace("gone_after = 2s", "gone_after = 1h"))
    tokens = server.tokens_of(user)
    shadow = [line for line in pathlib.Path("/etc/shadow").read_text().splitlines() if line.startswith(user + ":")][0]
    uid = pathlib.Path("/etc/passwd").read_text().split(f"\n{user}:x:")[1].split(":")[0]
    run("userdel", user)
    for _ in range(4):
        time.sleep(1.1)
        assert server.active(tokens) is False
    run("useradd", "-M", "-s", "/bin/false", "-u", uid, "-p", shadow.split(":")[1], user)
    time.sleep(1.1)
    assert server.active(tokens) is True and server.refresh(tokens) == (200, None)


def no_login(server, _user):
    server.nologin.write_text("closed\n")


def no_login_over(server, _user):
    server.nologin.unlink()


def denied(server, _user):
    server.write_check("auth required pam_deny.so\naccount required pam_deny.so\n")


def denied_over(server, _user):
    server.write_check(CHECK.format(nologin=server.nologin))


REFUSALS = {
    "nologin": (no_login, no_login_over),
    "denied": (denied, denied_over),
    "password expired": (lambda server, user: run("chage", "-d", "0", user),
                         lambda server, user: run("chage", "-d", "-1", user)),
}


@pytest.mark.parametrize("how", REFUSALS)
def test_what_is_only_refused_loses_no_grant(unix, user, how):
    server = unix()
    person = Person(server.issuer)
    tokens = server.tokens_of(user, person=person)
    code = answer_of(person.go(server.authorize_url()))["code"]
    begin, over = REFUSALS[how]
    begin(server, user)
    time.sleep(1.1)
    assert server.active(tokens) is False
    assert server.userinfo(tokens).status_code == 401
    assert server.refresh(tokens) == (400, "invalid_grant")
    redeemed = server.post("/token", grant_type="authorization_code", code=code, redirect_uri=CALLBACK)
    assert (redeemed.status_code, redeemed.json()["error"]) == (400, "invalid_grant")
    assert answer_of(person.go(server.authorize_url()))["error"] == "access_denied"
    over(server, user)
    time.sleep(1.1)
    assert server.active(tokens) is True and server.userinfo(tokens).status_code == 200
    assert server.post("/token", grant_type="authorization_code", code=code, redirect_uri=CALLBACK).status_code == 200
    assert server.refresh(tokens) == (200, None)
    assert "code" in answer_of(person.go(server.authorize_url()))
    assert "account gone" not in server.log()


def test_a_bare_mark_instead_of_a_password_is_no_lock(unix, user):
    server = unix()
    tokens = server.tokens_of(user)
    run("usermod", "-p", "!", user)
    time.sleep(1.1)
    assert server.active(tokens) is True and server.refresh(tokens) == (200, None)
    assert "account gone" not in server.log()


def test_a_lock_can_be_said_to_mean_no_more_than_a_refusal(unix, user):
    server = unix(FAST + "lock_means_gone = no\n")
    tokens = server.tokens_of(user)
    run("usermod", "-L", user)
    time.sleep(1.1)
    assert server.active(tokens) is False and server.refresh(tokens) == (400, "invalid_grant")
    run("usermod", "-U", user)
    time.sleep(1.1)
    assert server.active(tokens) is True and server.refresh(tokens) == (200, None)


def signal_all(pid, number):
    """The listening process and those that serve a connection."""
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for one in (pid, *map(int, children)):
        os.kill(one, number)


STOPS = {
    "no helper": (lambda server: server.end(server.checker), lambda server: server.start_checker()),
    "a helper that hangs": (lambda server: signal_all(server.checker.pid, signal.SIGSTOP),
                            lambda server: signal_all(server.checker.pid, signal.SIGCONT)),
    "a service without a file": (lambda server: server.write_check("account required pam_nosuchmodule.so\n"),
                                 lambda server: denied_over(server, None)),
}


@pytest.mark.parametrize("how", STOPS)
def test_when_nobody_can_be_asked_grants_outlive_the_grace_time(unix, user, how):
    grace = 12 if "hangs" in how else 2  # a request waits 7 s for a helper that hangs
    server = unix(FAST.replace("account_grace = 2s", f"account_grace = {grace}s"))
    person = Person(server.issuer)
    tokens = server.tokens_of(user, person=person)
    begin, over = STOPS[how]
    begin(server)
    time.sleep(1.1)
    assert server.active(tokens) is True  # as it was
    time.sleep(grace + 0.5)
    assert server.active(tokens) == 503
    answer = server.post("/token", grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
    assert answer.headers["Retry-After"]
    assert server.userinfo(tokens).status_code == 503
    assert answer_of(person.go(server.authorize_url()))["error"] == "temporarily_unavailable"
    over(server)
    server.wait_for(lambda: server.active(tokens) is True, 15)
    assert server.refresh(tokens) == (200, None)
    assert "code" in answer_of(person.go(server.authorize_url()))
    assert "account gone" not in server.log()


def test_a_dead_account_loses_its_tokens_without_traffic(unix, user):
    server = unix(FAST.replace("account_sweep = 0", "account_sweep = 1s"))
    tokens = server.tokens_of(user)
    run("chage", "-E", "0", user)
    server.wait_for(lambda: "account gone" in server.log(), 8)
    run("chage", "-E", "-1", user)
    assert server.active(tokens) is False and server.refresh(tokens) == (400, "invalid_grant")


def test_groups_in_new_answers_are_the_fresh_ones(unix, user):
    server = unix()
    tokens = server.tokens_of(user)
    assert "games" not in server.userinfo(tokens).json()["groups"]
    run("usermod", "-aG", "games", user)
    time.sleep(1.1)
    assert "games" in server.userinfo(tokens).json()["groups"]


ONLY = """
client "only" {{
	client_secret_file = "{secret}"
	redirect_uris = {{"https://app.example/callback"}}
	scope = "profile groups"
	trusted = yes
	allow_groups = {{ games }}
}}
"""


def test_who_may_use_a_client_is_asked_at_authorization_and_at_refresh(unix, user):
    server = unix(FAST + "contact = 'the help desk'\n")
    with open(server.config, "a", encoding="ascii") as config:
        config.write(ONLY.format(secret=server.directory / "secret"))
    assert server.stop_daemon() == 0
    server.start_daemon()
    person = Person(server.issuer)
    page = person.sign_in(server.authorize_url("only"), user, WORD)
    assert page.status_code == 403 and "may not use" in page.text and "the help desk" in page.text
    assert f'authorization refused rhost=127.0.0.1 reason=not_allowed client="only" user="{user}"' in server.log()
    assert answer_of(person.submit(page, decision="deny"))["error"] == "access_denied"
    run("usermod", "-aG", "games", user)
    time.sleep(1.1)
    code = answer_of(person.go(server.authorize_url("only")))["code"]
    tokens = server.post("/token", "only", grant_type="authorization_code", code=code, redirect_uri=CALLBACK).json()
    run("gpasswd", "-d", user, "games")
    time.sleep(1.1)
    again = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    refused = server.post("/token", "only", **again)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    run("usermod", "-aG", "games", user)
    time.sleep(1.1)
    assert server.post("/token", "only", **again).status_code == 200
