# SPDX-License-Identifier: Apache-2.0
"""A full disk: 503 and nothing promised that is not stored; with room again it goes on, without a restart."""
import subprocess

import pytest
from host import ROOT, Host

if not ROOT:
    pytest.skip("only root can mount a small file system", allow_module_level=True)

ROBOT = """
client "robot" {{
	client_secret_file = "{secret}"
	grant_types = client_credentials
	scope = "read"
}}
"""


@pytest.fixture(name="small")
def one_with_little_room():
    host = Host()
    host.config.write_text(host.config.read_text() + ROBOT.format(secret=host.directory / "secret"))
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


def ask(host):
    return host.post("/token", client="robot", grant_type="client_credentials")


def active(host, token):
    return host.post("/introspect", client="robot", token=token).json()["active"]


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
