# SPDX-License-Identifier: Apache-2.0
"""A disk that is full or broken: 503, nothing promised that is not stored, and one line that says why; when the disk
works again it goes on, without a restart. CO-08, RT-06, RV-07."""
import mmap
import os
import subprocess
import time

import pytest
from host import CALLBACK, JSON_HEADERS, PASSWORD, ROOT, USER, Host, answer_of
from person import Person
from test_status import curl

CLIENTS = """
client "robot" {{
	client_secret_file = "{secret}"
	grant_types = client_credentials
	scope = "read"
}}
client "keeps" {{
	client_secret_file = "{secret}"
	redirect_uris = {{"{callback}"}}
	scope = "openid profile offline_access"
	refresh_rotation = always
	trusted = yes
}}
"""

# Fails what SQLite writes with, or syncs, when the first byte of a mapped file says so: no system call asks for it,
# so the sandbox has nothing to say.
BROKEN_DISK = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static volatile unsigned char *fault = (volatile unsigned char *)"";
static int (*next_fsync)(int), (*next_fdatasync)(int);
static ssize_t (*next_pwrite)(int, const void *, size_t, off64_t);

__attribute__((constructor)) static void
find(void)
{
	int fd = open(getenv("BROKEN_DISK"), O_RDONLY | O_CLOEXEC);
	void *mapped = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);

	if (mapped == MAP_FAILED)
		abort();
	fault = mapped;
	close(fd);
	*(void **)&next_fsync = dlsym(RTLD_NEXT, "fsync");
	*(void **)&next_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
	*(void **)&next_pwrite = dlsym(RTLD_NEXT, "pwrite64");
}

static int
fails(unsigned char kind, int error)
{
	if (*fault != kind)
		return 0;
	errno = error;
	return 1;
}

int
fsync(int fd)
{
	return fails('s', EIO) ? -1 : next_fsync(fd);
}

int
fdatasync(int fd)
{
	return fails('s', EIO) ? -1 : next_fdatasync(fd);
}

ssize_t
pwrite64(int fd, const void *data, size_t len, off64_t offset)
{
	return fails('f', ENOSPC) || fails('w', EIO) ? -1 : next_pwrite(fd, data, len, offset);
}
"""


class BrokenDisk(Host):
    def write_config(self, extra=""):
        super().write_config(extra + "refresh_retry_window = 0\n" + CLIENTS.format(secret=self.directory / "secret", callback=CALLBACK))
        self.config.write_text(self.config.read_text().replace('log_level = "debug"', 'log_level = "notice"'))

    def start_daemon(self):
        library, switch = self.directory / "broken_disk.so", self.directory / "switch"
        if not library.exists():
            subprocess.run(["cc", "-shared", "-fPIC", "-x", "c", "-o", library, "-"], input=BROKEN_DISK, text=True,
                           check=True, timeout=60)
            library.chmod(0o755)
            switch.write_bytes(bytes(4096))
            switch.chmod(0o644)
            with open(switch, "r+b") as file:
                self.switch = mmap.mmap(file.fileno(), 4096)
        # a sanitizer wants to be the first library, and need not be
        more = {"LD_PRELOAD": str(library), "BROKEN_DISK": str(switch),
                "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}
        before = {name: os.environ.get(name) for name in more}
        os.environ.update(more)
        try:
            super().start_daemon()
        finally:
            for name, value in before.items():
                os.environ.pop(name, None)
                if value is not None:
                    os.environ[name] = value

    def fail(self, how):
        self.switch[0:1] = how

    def lines(self, words):
        return [line for line in self.log().splitlines() if words in line]


COOKIE = "authcode-dev"  # of a session
FAILING, AGAIN = "nothing can be stored", "the database takes what is decided again"


def ask(host):
    return host.post("/token", client="robot", grant_type="client_credentials")


def active(host, token):
    return host.post("/introspect", client="robot", token=token).json()["active"]


def code_for(host):
    return host.sign_in("keeps", scope="openid profile offline_access", prompt="consent")["code"]


def redeem(host, code):
    return host.post("/token", "keeps", grant_type="authorization_code", code=code, redirect_uri=CALLBACK)


def refresh(host, token):
    return host.post("/token", "keeps", grant_type="refresh_token", refresh_token=token)


def is_refused(answer):
    assert answer.status_code == 503, answer.text
    assert answer.json()["error"] == "server_error" and set(answer.json()) == {"error", "error_description"}
    assert {name: answer.headers.get(name) for name in JSON_HEADERS} == JSON_HEADERS


@pytest.fixture(name="broken", scope="module")
def one_with_a_disk_that_can_break():
    host = BrokenDisk()
    try:
        yield host.start()
    finally:
        host.fail(b"\0")
        host.stop()


@pytest.mark.parametrize("how, error", [(b"f", "database or disk is full"), (b"w", "disk I/O error"),
                                        (b"s", "disk I/O error")], ids=["no room", "writes fail", "syncs fail"])
def test_a_broken_disk_promises_nothing_and_loses_nothing(broken, how, error):
    told, again = len(broken.lines(FAILING)), len(broken.lines(AGAIN))
    daemon = broken.daemon.pid
    given = [ask(broken).json()["access_token"] for _ in range(3)]
    waiting, used = code_for(broken), code_for(broken)
    first = redeem(broken, used).json()
    second = refresh(broken, first["refresh_token"]).json()
    revoked = redeem(broken, code_for(broken)).json()
    person = Person(broken.issuer)

    broken.fail(how)
    for _ in range(3):
        is_refused(ask(broken))
        is_refused(redeem(broken, waiting))
        is_refused(refresh(broken, second["refresh_token"]))
        assert broken.post("/revoke", "keeps", token=revoked["refresh_token"]).status_code == 503
        is_refused(broken.post("/device_authorization", None, client_id="tv"))
    page = person.sign_in(broken.authorize_url("keeps", scope="openid profile"), USER, PASSWORD)
    assert page.status_code == 503 and page.headers["Cache-Control"] == "no-store", (page.status_code, page.url)
    assert COOKIE not in person.http.cookies, person.http.cookies
    # what is only read is still answered
    assert broken.request("GET", "/jwks").status_code == 200
    assert all(active(broken, token) for token in given)
    assert broken.post("/introspect", "keeps", token=revoked["access_token"]).json()["active"]
    # said once, whatever fails
    assert len(broken.lines(FAILING)) == told + 1
    assert f'error="{error}"' in broken.lines(FAILING)[-1]
    assert " operation=issue_client_token" in broken.lines(FAILING)[-1]
    database = curl(broken)[1]["database"]
    assert database["last_failure"] == error and database["failures"] >= 10

    broken.fail(b"\0")
    given.append(ask(broken).json()["access_token"])
    # the very same that were refused: nothing of them had happened
    third = redeem(broken, waiting)
    fourth = refresh(broken, second["refresh_token"])
    assert (third.status_code, fourth.status_code) == (200, 200), (third.text, fourth.text)
    assert broken.post("/revoke", "keeps", token=revoked["refresh_token"]).status_code == 200
    assert COOKIE not in person.http.cookies
    assert answer_of(person.sign_in(broken.authorize_url("keeps", scope="openid profile"), USER, PASSWORD))["code"]
    assert COOKIE in person.http.cookies
    assert len(broken.lines(AGAIN)) == again
    time.sleep(5.1)
    given.append(ask(broken).json()["access_token"])
    assert len(broken.lines(AGAIN)) == again + 1
    assert broken.daemon.pid == daemon and broken.daemon.poll() is None

    broken.stop_daemon()
    broken.start_daemon()
    assert all(active(broken, token) for token in given)
    for tokens in (second, third.json(), fourth.json()):
        assert broken.post("/introspect", "keeps", token=tokens["access_token"]).json()["active"]
    assert not broken.post("/introspect", "keeps", token=revoked["access_token"]).json()["active"]
    assert redeem(broken, waiting).json()["error"] == "invalid_grant"
    assert refresh(broken, second["refresh_token"]).json()["error"] == "invalid_grant"


# --- a file system that is full indeed ---------------------------------------------------


@pytest.fixture(name="small")
def one_with_little_room():
    if not ROOT:
        pytest.skip("only root can mount a small file system")
    host = Host()
    host.config.write_text(host.config.read_text() + CLIENTS.format(secret=host.directory / "secret", callback=CALLBACK))
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m,mode=0700,uid=65534", "tmpfs", host.state], timeout=20, check=False)
    if done.returncode != 0:
        host.stop()
        pytest.skip("only root can mount a small file system")
    try:
        yield host.start()
    finally:
        host.stop_daemon()
        subprocess.run(["umount", host.state], timeout=20, check=True)
        host.stop()


def fill(host):
    with open(host.state / "filler", "wb", buffering=0) as file:
        try:
            while file.write(b"\0" * 4096) == 4096:
                pass
        except OSError as problem:
            assert problem.errno == 28


def test_what_is_not_stored_is_not_promised_and_room_is_enough_to_go_on(small):
    given = [ask(small).json()["access_token"] for _ in range(5)]
    for _ in range(2):
        fill(small)
        statuses = []
        for _ in range(400):  # until what the log of the database has in reserve is used up
            answer = ask(small)
            statuses.append(answer.status_code)
            if answer.status_code == 200:
                given.append(answer.json()["access_token"])
            elif len(statuses) > 3 and statuses[-3:] == [answer.status_code] * 3:
                break
        assert statuses[-1] == 503 and set(statuses) <= {200, 503}, statuses
        assert ask(small).json()["error"] == "server_error"
        assert small.request("GET", "/jwks").status_code == 200
        (small.state / "filler").unlink()
        answer = ask(small)
        assert answer.status_code == 200, answer.text
        given.append(answer.json()["access_token"])
    assert all(active(small, token) for token in given)
    small.stop_daemon()
    small.start_daemon()
    assert all(active(small, token) for token in given)
