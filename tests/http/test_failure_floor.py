# SPDX-License-Identifier: Apache-2.0
"""Failures are all alike, on the clock and on the wire (T12), through the real helper.

AUTHCODE_FLOOR_SAMPLES is how many attempts of each kind are measured.
"""
import concurrent.futures
import os
import random
import re
import statistics
import time
import urllib.parse

import pytest
from host import PASSWORD, Host, Person
from person import Form
from stacks import OTHERS, StackHost

FLOOR = 0.1
SAMPLES = int(os.environ.get("AUTHCODE_FLOOR_SAMPLES", "500"))
# Seconds between two kinds. Few samples, as with sanitizers, do not know their median better.
MEDIANS = 0.001 if SAMPLES >= 500 else 0.005
T = 4.5
# Attempts on one name wait for each other, and each takes the floor: so lanes side by side,
# each with names of its own and every kind.
LANES = 8
CHECKED = "auth required @T hidden=Password: expect=right\n"
STACKS = {
    "good": CHECKED + "account required @T\n",
    "barred": CHECKED + "account required pam_deny.so\n",
    "expired": CHECKED + "account required @T code=13\n",  # PAM_ACCT_EXPIRED
    "spent": "auth required @T hidden=Password: code=11\naccount required @T\n",  # PAM_MAXTRIES
}
# client, name, password; each lane has an account, a name that is none, and one that can be none
KINDS = {"wrong": ("good", "account", "wrong"), "empty": ("good", "account", ""),
         "locked": ("barred", "account", "right"), "expired": ("expired", "account", "right"),
         "too many": ("spent", "account", "wrong"), "unknown": ("good", "none", "wrong"),
         "unknown, right": ("good", "none", "right"), "unknown, empty": ("good", "none", ""),
         "never asked": ("good", "unspeakable", "right")}


@pytest.fixture(name="host", scope="module")
def host_with_a_floor():
    host = StackHost(STACKS, extra=f"failure_floor = {int(FLOOR * 1000)}ms\n")
    try:
        yield host.start()
    finally:
        host.stop()


def attempt(host, person, client, user, password):
    """How long a failure takes, and everything that came back."""
    page = person.http.get(host.authorize_url(client), allow_redirects=False, timeout=20)
    while page.status_code == 303:
        page = person.http.get(page.headers["Location"], allow_redirects=False, timeout=20)
    fields = {**Form(page.text).fields, "username": user, "password": password}
    began = time.perf_counter()
    posted = person.http.post(host.url("/login"), data=fields, headers={"Sec-Fetch-Site": "same-origin"},
                              allow_redirects=False, timeout=20)
    waited = person.http.get(posted.headers["Location"], allow_redirects=False, timeout=20)
    took = time.perf_counter() - began
    shown = person.http.get(waited.headers["Location"], allow_redirects=False, timeout=20)
    return took, [alike(answer) for answer in (posted, waited, shown)]


def alike(answer):
    """An answer without what differs between two failures of one kind: seals, ids, numbers and the clock."""
    headers = {name: value for name, value in answer.headers.items() if name != "Date"}
    location = urllib.parse.urlsplit(headers.pop("Location", ""))
    names = sorted(name for name, _ in urllib.parse.parse_qsl(location.query))
    body = re.sub(rb'(name="(?:txn|csrf)" value=")[^"]*"', rb'\1"', answer.content)
    body = re.sub(rb"Request <code>[0-9a-z]{13}</code>", b"Request <code></code>", body)
    return answer.status_code, sorted(headers.items()), location.path, names, body


def measure(host, lane):
    """Every kind in turn, in an order that nothing else can keep in step with."""
    names = {"account": OTHERS[lane], "none": f"nobody-at-all-{lane}", "unspeakable": f"no\nname-{lane}"}
    samples = {kind: [] for kind in KINDS}
    answers = {}
    person = Person(host.issuer)
    for _ in range(lane, SAMPLES, LANES):
        for kind in random.sample(list(KINDS), len(KINDS)):
            client, user, password = KINDS[kind]
            took, answer = attempt(host, person, client, names[user], password)
            samples[kind].append(took)
            assert answers.setdefault(kind, answer) == answer, kind
    person.http.close()
    return samples, answers


def welch(one, other):
    """Welch's t of two samples, each without its slowest twentieth: a busy machine is not the server."""
    one, other = (sorted(values)[:len(values) - len(values) // 20] for values in (one, other))
    spread = statistics.variance(one) / len(one) + statistics.variance(other) / len(other)
    return (statistics.mean(one) - statistics.mean(other)) / spread ** 0.5


def tell_apart(samples):
    """The kinds of failure that the clock tells from a wrong password."""
    found = []
    for kind, values in samples.items():
        assert len(values) == SAMPLES and min(values) >= FLOOR - 0.001, kind
        t = welch(samples["wrong"], values) if kind != "wrong" else 0.0
        apart = abs(statistics.median(values) - statistics.median(samples["wrong"]))
        print(f"{kind}: median {statistics.median(values) * 1000:.2f} ms, t {t:.2f}")
        if abs(t) >= T or apart >= MEDIANS:
            found.append((kind, t, apart))
    return found


def test_every_failure_takes_the_same_time_and_looks_the_same(host):
    # What a busy machine does to one measurement it does not do to three; a server
    # that answers some failures sooner shows in each.
    for _ in range(3):
        with concurrent.futures.ThreadPoolExecutor(LANES) as pool:
            measured = list(pool.map(lambda lane: measure(host, lane), range(LANES)))
        for _, answers in measured:
            for kind, answer in answers.items():
                assert answer[:2] == answers["wrong"][:2], kind
                # The page itself names its client.
                assert KINDS[kind][0] != "good" or answer == measured[0][1]["wrong"], kind
        found = tell_apart({kind: [took for samples, _ in measured for took in samples[kind]] for kind in KINDS})
        if not found:
            return
    assert not found, found


def test_a_success_does_not_wait_for_the_floor(hosts):
    host = hosts(extra="failure_floor = 10s\n").start()
    began = time.perf_counter()
    assert "code" in host.sign_in()
    assert time.perf_counter() - began < 10
