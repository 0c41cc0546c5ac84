# SPDX-License-Identifier: Apache-2.0
"""Secrets that the service manager hands over (systemd.exec(5), LoadCredential=): credential:NAME."""
import os
import signal
import ssl
import time

import pytest
from host import Host
from test_reload import lend

NAMES = ("certificate.pem", "key.pem", "master")


class CredentialHost(Host):
    def write_config(self, extra=""):
        super().write_config(extra + 'master_key_file = "credential:master"\n')
        text = self.config.read_text()
        for name in ("certificate.pem", "key.pem"):
            text = text.replace(f'"{self.directory}/{name}"', f'"credential:{name}"')
        self.config.write_text(text)
        handed = self.directory / "handed"
        handed.mkdir(mode=0o700, exist_ok=True)
        for name in ("certificate.pem", "key.pem"):
            (handed / name).write_bytes((self.directory / name).read_bytes())
        if not (handed / "master").exists():
            (handed / "master").write_bytes(os.urandom(32))
        for name in NAMES:
            (handed / name).chmod(0o400)
            self.own(handed / name)
        self.own(handed)

    def certificate(self):
        address, port = self.listen.rsplit(":", 1)
        return ssl.get_server_certificate((address, int(port)))


@pytest.fixture(name="host")
def a_host_whose_secrets_are_handed_over(monkeypatch):
    host = CredentialHost(tls=True)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(host.directory / "handed"))
    try:
        yield host.start()
    finally:
        monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(host.directory / "handed"))
        if host.daemon is None:
            host.start_daemon()
        host.stop()


def test_all_three_are_taken_and_none_is_made(host):
    assert host.tokens()["access_token"]
    assert not (host.state / "master.key").exists()
    assert host.certificate().strip() == (host.directory / "handed" / "certificate.pem").read_text().strip()


def test_a_reload_takes_the_certificate_that_is_handed_over_then(host):
    for name in ("authcode.conf", "secret"):
        lend(host.directory / name)
    before = host.certificate()
    host.make_certificate()
    for name in ("certificate.pem", "key.pem"):
        handed = host.directory / "handed" / name
        handed.unlink()
        handed.write_bytes((host.directory / name).read_bytes())
        handed.chmod(0o400)
        host.own(handed)
    host.daemon.send_signal(signal.SIGHUP)
    end = time.monotonic() + 10
    while host.certificate() == before:
        assert time.monotonic() < end, host.log()[-2000:]
        time.sleep(0.05)
    assert host.certificate().strip() == (host.directory / "certificate.pem").read_text().strip()


@pytest.mark.parametrize("name", NAMES)
def test_one_that_is_missing_is_refused_by_name(host, name):
    host.stop_daemon()
    kept = (host.directory / "handed" / name).read_bytes()
    (host.directory / "handed" / name).unlink()
    status, said = host.refuses()
    (host.directory / "handed" / name).write_bytes(kept)
    (host.directory / "handed" / name).chmod(0o400)
    host.own(host.directory / "handed" / name)
    assert status != 0 and f"credential:{name}" in said and "No such file" in said, (status, said)


def test_without_a_directory_nothing_is_taken_from_anywhere(host, monkeypatch):
    host.stop_daemon()
    for value in (None, "", "handed", "./handed"):
        if value is None:
            monkeypatch.delenv("CREDENTIALS_DIRECTORY")
        else:
            monkeypatch.setenv("CREDENTIALS_DIRECTORY", value)
        status, said = host.refuses()
        assert status != 0 and "no credentials were handed over; the unit needs LoadCredential= for it" in said, said
