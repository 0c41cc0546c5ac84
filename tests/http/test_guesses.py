# SPDX-License-Identifier: Apache-2.0
"""Too many wrong passwords, at the real daemon (T13)."""
import concurrent.futures
import threading
import time

from host import PASSWORD, USER, Person
from person import Form

LIMITS = "stranger_guesses = 3\naddress_guesses = 0\ntotal_guesses = 0\n"


def post_login(host, user, password, person=None):
    person = person or Person(host.issuer)
    page = person.go(host.authorize_url())
    began = time.monotonic()
    answer = person.http.post(host.url("/login"), allow_redirects=False, timeout=20,
                              headers={"Sec-Fetch-Site": "same-origin"},
                              data={**Form(page.text).fields, "username": user, "password": password})
    took = time.monotonic() - began
    if answer.status_code == 303:
        person.go(answer.headers["Location"])
    return answer, took


def test_beyond_the_limit_the_answer_is_429_at_once_and_after_a_restart(hosts):
    host = hosts(extra=LIMITS).start()
    for _ in range(3):
        assert post_login(host, USER, "wrong")[0].status_code == 303
    for restarted in (False, True):
        answer, took = post_login(host, USER, PASSWORD)
        assert answer.status_code == 429 and 1 <= int(answer.headers["Retry-After"]) <= 300
        assert took < 0.1 and "Set-Cookie" not in answer.headers
        assert post_login(host, "somebody-else", "wrong")[0].status_code == 303
        if not restarted:
            assert host.stop_daemon() == 0
            host.start_daemon()
    held = (host.state / "guesses").read_bytes()
    assert USER.encode() not in held and (host.state / "guesses").stat().st_mode & 0o777 == 0o600


def test_a_damaged_table_is_begun_anew_with_a_warning(hosts):
    host = hosts(extra=LIMITS).start()
    assert host.stop_daemon() == 0
    (host.state / "guesses").write_bytes(b"x" * 100)
    host.start_daemon()
    assert "guesses in the state directory is damaged" in host.log()
    assert "code" in host.sign_in()


def test_signing_in_costs_nothing(hosts):
    host = hosts(extra=LIMITS).start()
    for _ in range(8):
        assert "code" in host.sign_in()


def test_a_stranger_who_hammers_does_not_lock_the_owner_out(hosts):
    host = hosts(extra=LIMITS).start()
    owner = Person(host.issuer)
    assert "code" in host.sign_in(person=owner)
    owner.http.cookies.pop("authcode-dev")  # signed out, but known
    stop = threading.Event()
    seen = set()

    def hammer():
        while not stop.is_set():
            seen.add(post_login(host, USER, "wrong")[0].status_code)

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        attacker = pool.submit(hammer)
        try:
            while 429 not in seen and not attacker.done():
                time.sleep(0.02)
            for _ in range(5):
                assert "code" in host.sign_in(person=owner)
                owner.http.cookies.pop("authcode-dev")
        finally:
            stop.set()
        attacker.result()
    assert seen == {303, 429}
    assert post_login(host, USER, PASSWORD)[0].status_code == 429  # a browser that is not known
