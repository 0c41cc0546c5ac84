# SPDX-License-Identifier: Apache-2.0
"""How often one address may ask for the code of a device (DV-01): each is a row, and a public client has no secret."""
import contextlib
import sqlite3

from host import JSON_HEADERS, SECRET

LIMIT = "device_requests = 3\n"


def ask(host, client="tv", **headers):
    return host.request("POST", "/device_authorization", data={"client_id": client}, headers=headers)


def rows(host):
    with contextlib.closing(sqlite3.connect(f"file:{host.state}/authcode.db?mode=ro", uri=True)) as store, store:
        return store.execute("SELECT count(*) FROM device").fetchone()[0]


def refused(answer):
    assert answer.status_code == 429 and answer.json()["error"] == "temporarily_unavailable", answer.text
    assert 0 < int(answer.headers["Retry-After"]) <= 300
    for name, value in JSON_HEADERS.items():
        assert answer.headers[name] == value, name
    assert "device_code" not in answer.text and "user_code" not in answer.text


def test_an_address_that_asks_too_often_is_refused_and_makes_no_row(hosts):
    host = hosts(extra=LIMIT).start()
    told = [ask(host) for _ in range(3)]
    assert all(answer.status_code == 200 for answer in told)
    for client in ("tv", "tv", "app", "nobody"):
        refused(ask(host, client))
    assert rows(host) == 3
    # Nothing else is: the devices that have a code poll, and clients get tokens.
    grant = "urn:ietf:params:oauth:grant-type:device_code"
    poll = host.request("POST", "/token", data={"grant_type": grant, "client_id": "tv",
                                                "device_code": told[0].json()["device_code"]})
    assert (poll.status_code, poll.json()["error"]) == (400, "authorization_pending")
    assert host.post("/introspect", token="x", secret=SECRET).json() == {"active": False}
    # It outlives a restart.
    host.stop_daemon()
    host.start_daemon()
    refused(ask(host))
    assert rows(host) == 3


def test_a_request_that_is_refused_counts_too(hosts):
    host = hosts(extra=LIMIT).start()
    assert [ask(host, "nobody").status_code for _ in range(4)] == [401, 401, 401, 429]
    refused(ask(host))
    assert rows(host) == 0


def test_addresses_are_counted_apart(hosts):
    host = hosts(extra=LIMIT + 'trusted_proxies = {"127.0.0.1"}\n').start()
    for _ in range(3):
        assert ask(host, **{"X-Forwarded-For": "192.0.2.1"}).status_code == 200
    refused(ask(host, **{"X-Forwarded-For": "192.0.2.1"}))
    assert ask(host, **{"X-Forwarded-For": "192.0.2.2"}).status_code == 200
    # A whole /64 is one.
    for last in "123":
        assert ask(host, **{"X-Forwarded-For": f"2001:db8::{last}"}).status_code == 200
    refused(ask(host, **{"X-Forwarded-For": "2001:db8::ffff:4"}))
    assert ask(host, **{"X-Forwarded-For": "2001:db8:0:1::1"}).status_code == 200


def test_any_number_may_be_allowed(hosts):
    host = hosts(extra="device_requests = 0\n").start()
    assert all(ask(host).status_code == 200 for _ in range(120))
