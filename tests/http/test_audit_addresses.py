# SPDX-License-Identifier: Apache-2.0
"""audit_address_retention: records get old, and of the address a person came from the network is left."""
import json
import time

import pytest
from host import USER, Host
from test_admin import ctl
from test_audit_chain import records, tamper, verify

WHOLE, NETWORK = "127.0.0.1", "127.0.0.0"


@pytest.fixture(name="started")
def start_hosts():
    """started(extra): a host with these lines of configuration."""
    hosts = []

    def start(extra):
        hosts.append(Host(extra=extra))
        return hosts[-1].start()

    yield start
    for host in hosts:
        if host.daemon is None:
            host.start_daemon()
        host.stop()


def addresses(host, last=0):
    """Of records of persons behind that number: number -> address."""
    return dict(records(host, "SELECT seq, rhost FROM audit WHERE subject_id <> 0 AND seq > ? ORDER BY seq", last))


def grow_old(host):
    """A second is over, and the daemon, started anew, has begun to look what is old."""
    host.stop_daemon()
    time.sleep(1.1)
    host.start_daemon()


def wait_for_networks(host, count):
    end = time.monotonic() + 15
    while list(addresses(host).values()) != [NETWORK] * count:
        assert time.monotonic() < end, addresses(host)
        time.sleep(0.05)


def test_old_records_keep_the_network_and_the_chain_stands(started):
    host = started('audit_address_retention = 1s\n')
    host.tokens()
    before = addresses(host)
    assert len(before) >= 3 and set(before.values()) == {WHOLE}
    _, told = verify(host)
    assert (told["whole"], told["shortened"], told["emptied"]) == (True, 0, 0)
    grow_old(host)
    wait_for_networks(host, len(before))
    status, told = verify(host, "--head", told["head"])
    assert status == 0 and (told["shortened"], told["emptied"]) == (len(before), 0)
    assert f"network alone {len(before)}," in " ".join(ctl(host, "audit", "verify").stdout.split())
    # What is young has its address until it is old as well.
    host.tokens()
    assert set(addresses(host, max(before)).values()) == {WHOLE}
    grow_old(host)
    wait_for_networks(host, len(addresses(host)))
    assert verify(host)[0] == 0
    # Everybody who reads records reads the network; the log is another matter.
    listed = json.loads(ctl(host, "--json", "audit", "list", "--user", USER).stdout)
    assert listed and {record["rhost"] for record in listed} == {NETWORK}
    exported = ctl(host, "--json", "user", "export", USER)
    assert exported.returncode == 0 and NETWORK in exported.stdout and f'"{WHOLE}"' not in exported.stdout
    assert f"login succeeded rhost={WHOLE}" in host.log()


def test_whoever_changes_a_network_is_found_out_and_who_is_forgotten_leaves_none(started):
    host = started('audit_address_retention = 1s\n')
    host.tokens()
    grow_old(host)
    wait_for_networks(host, len(addresses(host)))
    first = min(addresses(host))
    tamper(host, f"UPDATE audit SET rhost = '{WHOLE}' WHERE seq = {first}")
    status, told = verify(host)
    assert status == 5 and (told["fault"], told["seq"]) == ("changed", first)
    tamper(host, f"UPDATE audit SET rhost = '{NETWORK}' WHERE seq = {first}")
    assert verify(host)[0] == 0
    count = len(addresses(host))
    assert ctl(host, "user", "erase", USER, "--yes").returncode == 0
    status, told = verify(host)
    assert status == 0 and (told["shortened"], told["emptied"]) == (0, count)


def test_without_the_option_records_keep_the_address(started):
    host = started("")
    host.tokens()
    before = addresses(host)
    grow_old(host)
    time.sleep(1.5)
    assert addresses(host) == before and set(before.values()) == {WHOLE}
    assert verify(host)[1]["shortened"] == 0


@pytest.mark.parametrize("value", ("-1", "1y", "always", "3651d", '""'))
def test_what_is_no_time_is_refused(started, value):
    host = started("")
    host.stop_daemon()
    host.write_config(f"audit_address_retention = {value}\n")
    status, said = host.refuses()
    host.write_config("")
    text = value.strip('"')
    assert status == 78 and said.endswith(f'audit_address_retention: "{text}" is not allowed; give a time from 0s to '
                                          "315360000s, such as 90s, 15min, 8h or 14d\n"), said
