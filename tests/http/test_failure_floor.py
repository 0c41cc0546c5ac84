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
from host import PASSWORD, USER, Person
from person import Form

FLOOR = 0.1
SAMPLES = int(os.environ.get("AUTHCODE_FLOOR_SAMPLES", "100"))
MEDIANS = 0.005  # seconds between two kinds
# Attempts on one name wait for each other, so each lane is as fast as one attempt per floor.
LANES = ({"wrong": ("app", USER, "wrong"), "empty": ("app", USER, ""), "locked": ("locked", USER, PASSWORD)},
         {"unknown": ("app", "nosuchuser", "wrong"), "unknown, empty": ("app", "nosuchuser", ""),
          "never asked": ("app", "no\nname", PASSWORD)})


@pytest.fixture(name="host", scope="module")
def host_with_a_floor():
    from host import Host
    host = Host(extra=f"failure_floor = {int(FLOOR * 1000)}ms\n")
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
    """An answer without what differs between two failures of one kind: seals, ids and the clock."""
    headers = {name: value for name, value in answer.headers.items() if name != "Date"}
    location = urllib.parse.urlsplit(headers.pop("Location", ""))
    names = sorted(name for name, _ in urllib.parse.parse_qsl(location.query))
    body = re.sub(rb'(name="(?:txn|csrf)" value=")[^"]*"', rb'\1"', answer.content)
    return answer.status_code, sorted(headers.items()), location.path, names, body


def measure(host, lane):
    samples = {kind: [] for kind in lane}
    answers = {}
    person = Person(host.issuer)
    for _ in range(SAMPLES):
        for kind in random.sample(list(lane), len(lane)):
            took, answer = attempt(host, person, *lane[kind])
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
        if abs(t) >= 4.5 or apart >= MEDIANS:
            found.append((kind, t, apart))
    return found


def test_every_failure_takes_the_same_time_and_looks_the_same(host):
    # What a busy machine does to one measurement it does not do to three; a server
    # that answers some failures sooner shows in each.
    for _ in range(3):
        with concurrent.futures.ThreadPoolExecutor(len(LANES)) as pool:
            measured = list(pool.map(lambda lane: measure(host, lane), LANES))
        answers = {kind: answer for _, lane in measured for kind, answer in lane.items()}
        for kind, answer in answers.items():
            assert answer[:2] == answers["wrong"][:2], kind
            # The page itself names its client.
            assert kind == "locked" or answer == answers["wrong"], kind
        found = tell_apart({kind: values for lane, _ in measured for kind, values in lane.items()})
        if not found:
            return
    assert not found, found


def test_a_success_does_not_wait_for_the_floor(hosts):
    host = hosts(extra="failure_floor = 10s\n").start()
    began = time.perf_counter()
    assert "code" in host.sign_in()
    assert time.perf_counter() - began < 10
