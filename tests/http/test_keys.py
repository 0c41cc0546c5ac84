# SPDX-License-Identifier: Apache-2.0
"""The keys of the running daemon: what is published, rotating while serving, and a database that is not that of master.key
(JW-01 to JW-06, JW-10)."""
import concurrent.futures
import json
import os
import re
import sqlite3
import stat
import subprocess
import time

import pytest
from host import BUILD, answer_of
from jwcrypto import jwk, jws
from test_admin import ctl, curl
from test_id_token import OpenIDHost

PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
HOUR = 3600


def key_set(server, **more):
    return server.request("GET", "/jwks", **more)


def keys_of(server):
    return key_set(server).json()["keys"]


def states(server, alg):
    status, answer = curl(server, "/admin/keys")
    assert status == 200
    return [key["state"] for key in answer["keys"] if key["alg"] == alg]


@pytest.mark.parametrize("server", ["http", "https"], indirect=True)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_anybody_may_read_and_keep_the_keys(server, method):
    answer = server.request(method, "/jwks", headers={"Origin": "https://app.example.org"})
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "public, max-age=3600" and answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers.get("Access-Control-Allow-Credentials") is None and "Set-Cookie" not in answer.headers
    assert (answer.text == "") == (method == "HEAD")


def test_whoever_has_them_is_not_sent_them_again(server):
    tag = key_set(server).headers["ETag"]
    for wanted, status in ((tag, 304), (f'"x", W/{tag}', 304), ("*", 304), ('"x"', 200), (tag[:-2] + '"', 200)):
        answer = key_set(server, headers={"If-None-Match": wanted})
        assert answer.status_code == status and answer.headers["ETag"] == tag, wanted
        assert (answer.text == "") == (status == 304), wanted


def test_another_implementation_reads_each_key_and_finds_no_private_part(server):
    """JW-01, JW-02, JW-03, JW-05; the kid is the thumbprint that python3-jwcrypto computes."""
    keys = keys_of(server)
    assert sorted(key["alg"] for key in keys) == ["ES256", "RS256"]
    assert len({key["kid"] for key in keys}) == len(keys)
    for key in keys:
        assert not PRIVATE & set(key) and key["use"] == "sig"
        read = jwk.JWK(**key)
        assert read.has_public and not read.has_private and read.thumbprint() == key["kid"]
        if key["kty"] == "RSA":
            assert read.get_op_key("verify").key_size >= 2048
        else:
            assert key["crv"] == "P-256"


@pytest.mark.parametrize("path", ["/jwks/", "/jwks.json", "/JWKS", "/jwks%2f", "/jwks/x", "/keys", "/admin/keys"])
def test_keys_are_nowhere_else(server, path):
    assert server.request("GET", path).status_code == 404


def test_all_algorithms_that_are_configured_have_a_key_and_no_others(hosts):
    host = hosts(extra="signing_algorithms = { EdDSA, RS256, PS256 }\n").start()
    keys = keys_of(host)
    assert sorted(key["alg"] for key in keys) == ["EdDSA", "PS256", "RS256"]
    assert all(jwk.JWK(**key).thumbprint() == key["kid"] for key in keys)
    told = host.request("GET", "/.well-known/openid-configuration").json()
    # HS256 is the clients' own: no key of it is published.
    assert sorted(told["id_token_signing_alg_values_supported"]) == ["EdDSA", "HS256", "PS256", "RS256"]


def test_keys_survive_a_restart_and_private_parts_are_sealed_in_the_database(hosts):
    host = hosts().start()
    before = key_set(host)
    assert host.stop_daemon() == 0
    host.start_daemon()
    after = key_set(host)
    assert before.content == after.content and before.headers["ETag"] == after.headers["ETag"]
    assert host.stop_daemon() == 0
    assert stat.S_IMODE(os.stat(host.state / "master.key").st_mode) == 0o600
    # PKCS#8 in DER begins with these, and so would its base64.
    for path in host.state.iterdir():
        data = path.read_bytes()
        assert b"PRIVATE KEY" not in data and b"MII" not in data, path
        assert b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01" not in data, path
        assert b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01" not in data, path
    host.start_daemon()


# --- rotating ------------------------------------------------------------------------


def test_a_rotation_publishes_the_new_keys_and_signs_with_them_later(hosts):
    host = hosts().start()
    before, tag = keys_of(host), key_set(host).headers["ETag"]
    status, answer = curl(host, "/admin/keys/rotate", method="POST")
    assert status == 200 and len(answer["keys"]) == 4
    for alg in ("RS256", "ES256"):
        assert [key["state"] for key in answer["keys"] if key["alg"] == alg] == ["current", "next"]
        current, follows = (key for key in answer["keys"] if key["alg"] == alg)
        assert abs(follows["active"] - time.time() - 2 * HOUR) < 60
        # The access token lives an hour, and the key set may be kept for one.
        assert abs(current["retire"] - follows["active"] - 2 * HOUR) <= 1 and "retire" not in follows
    after = key_set(host, headers={"If-None-Match": tag})
    assert after.status_code == 200
    kids = [key["kid"] for key in after.json()["keys"]]
    assert len(set(kids)) == 4 and {key["kid"] for key in before} == set(kids[:2])
    # Asked again, nothing more is made.
    again = curl(host, "/admin/keys/rotate", method="POST")
    assert again == (200, answer) and curl(host, "/admin/keys") == (200, answer)
    assert host.log().count("signing keys rotated") == 2 and host.log().count("signing key in use") == 4
    assert f'signing keys rotated admin_uid={os.getuid()} at_once=no' in host.log()


def test_a_rotation_at_once_changes_what_signs(hosts):
    host = hosts().start()
    old = {key["kid"] for key in keys_of(host)}
    status, answer = curl(host, "/admin/keys/rotate", "at_once=yes")
    assert status == 200
    assert states(host, "RS256") == states(host, "ES256") == ["retired", "current"]
    assert old == {key["kid"] for key in answer["keys"] if key["state"] == "retired"}
    assert old < {key["kid"] for key in keys_of(host)}
    assert old.isdisjoint(key["kid"] for key in keys_of(host)[:2])


def test_requests_are_answered_while_keys_are_made(hosts):
    """Also those for keys, of several administrators at once; each reads a whole set with the keys of one moment."""
    host = hosts().start()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        rotations = [pool.submit(curl, host, "/admin/keys/rotate", "at_once=yes") for _ in range(4)]
        sets = []
        while not all(rotation.done() for rotation in rotations):
            sets.append(keys_of(host))
    sets.append(keys_of(host))
    assert [rotation.result()[0] for rotation in rotations] == [200] * 4
    for keys in sets:
        assert len({key["kid"] for key in keys}) == len(keys) and len(keys) % 2 == 0
        assert {key["alg"] for key in keys[:2]} == {"RS256", "ES256"}
    assert len(sets[-1]) == 10 and states(host, "RS256") == ["retired"] * 4 + ["current"]


def test_stopping_answers_those_who_wait_for_a_rotation(hosts):
    host = hosts().start()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        rotations = [pool.submit(curl, host, "/admin/keys/rotate", "at_once=yes") for _ in range(4)]
        until = time.monotonic() + 20
        while host.log().count("signing key in use") < 4 and time.monotonic() < until:
            time.sleep(0.001)
        assert host.stop_daemon() == 0
        answers = [rotation.result() for rotation in rotations if rotation.exception() is None]
    assert answers and all(status in (200, 503) for status, _ in answers), answers
    assert "with requests under way" not in host.log()
    host.start_daemon()
    assert states(host, "RS256")[-1] == "current"


@pytest.mark.parametrize("fields", [["at_once=no"], ["at_once=yes", "at_once=yes"], ["at_once=1"], ["at_once=YES"]])
def test_a_rotation_that_is_not_understood_is_refused_and_makes_nothing(server, fields):
    before = key_set(server).content
    status, answer = curl(server, "/admin/keys/rotate", *fields)
    assert status == 400 and answer["error"] == "invalid_request"
    assert key_set(server).content == before


@pytest.mark.parametrize("path, method, status", [("/admin/keys", "POST", 405), ("/admin/keys/rotate", "GET", 405),
                                                  ("/admin/keys/rotate", "PUT", 405), ("/admin/keys/", "GET", 404),
                                                  ("/jwks", "GET", 404)])
def test_the_socket_of_administration_has_its_routes_and_methods_alone(server, path, method, status):
    assert curl(server, path, method=method)[0] == status


def test_the_network_cannot_rotate(server):
    before = key_set(server).content
    answer = server.request("POST", "/admin/keys/rotate", data={"at_once": "yes"})
    assert answer.status_code == 404 and key_set(server).content == before


def test_the_tool_lists_and_rotates(hosts):
    """JW-06"""
    host = hosts().start()
    told = ctl(host, "key", "list")
    assert (told.returncode, told.stderr) == (0, "")
    lines = told.stdout.splitlines()
    assert lines[0].split() == ["ALG", "STATE", "KID", "SIGNS", "FROM", "FORGOTTEN"] and len(lines) == 3
    for line, alg in zip(lines[1:], ("ES256", "RS256")):
        assert re.fullmatch(rf"{alg}  current  [\w-]{{43}}  \d{{4}}-\d\d-\d\d \d\d:\d\d  -\s*", line), line
    told = ctl(host, "key", "rotate")
    assert told.returncode == 0 and [line.split()[1] for line in told.stdout.splitlines()[1:]] == ["current", "next"] * 2
    told = ctl(host, "--json", "key", "rotate", "--at-once")
    assert told.returncode == 0 and json.loads(told.stdout) == curl(host, "/admin/keys")[1]
    assert [key["state"] for key in json.loads(told.stdout)["keys"]] == ["retired", "current", "next"] * 2
    assert ctl(host, "key", "list", "x").returncode == 2 and ctl(host, "key", "forget").returncode == 2


# --- withdrawn ------------------------------------------------------------------------


class RelyingHost(OpenIDHost):
    """The client "es" has JWTs of ES256 alone."""

    def write_config(self, extra=""):
        super().write_config(extra)
        text = self.config.read_text()
        said = "id_token_signed_response_alg = ES256\n"
        self.config.write_text(text.replace(said, said + "access_token_format = jwt\naccess_token_signing_alg = ES256\n"))


@pytest.fixture(name="relying")
def a_client_with_signed_tokens():
    host = RelyingHost()
    try:
        yield host.start()
    finally:
        host.stop()


def test_what_a_withdrawn_key_has_signed_counts_no_more(relying):
    """JW-05; python3-jwcrypto verifies by the keys that are published."""
    tokens = relying.redeem("es")
    kid = relying.verified(tokens["id_token"], "ES256")[0]["kid"]
    assert relying.verified(tokens["access_token"], "ES256")[0]["kid"] == kid
    old = jwk.JWKSet.from_json(key_set(relying).text).get_key(kid)
    assert relying.userinfo(tokens).status_code == 200
    told = ctl(relying, "key", "withdraw", kid)
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith("the key is withdrawn: nothing that it has signed counts here any more. ")
    assert kid not in told.stdout
    after = {key["kid"]: key["alg"] for key in keys_of(relying)}
    assert kid not in after and sorted(after.values()) == ["ES256", "EdDSA", "PS256", "RS256"]
    assert states(relying, "ES256") == ["current"] and states(relying, "RS256") == ["current"]
    # As a token and as a hint, though it was good a moment ago; a refresh token is signed by no key.
    parsed = jws.JWS()
    parsed.deserialize(tokens["id_token"], old)
    answer = relying.userinfo(tokens)
    assert answer.status_code == 401 and 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert relying.post("/introspect", "es", token=tokens["access_token"]).json() == {"active": False}
    back = relying.request("GET", relying.authorize_url("es", scope="openid", id_token_hint=tokens["id_token"])
                           [len(relying.issuer):])
    assert answer_of(back.headers["Location"])["error"] == "invalid_request"
    answer = relying.post("/token", "es", grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert answer.status_code == 200
    header, _ = relying.verified(answer.json()["access_token"], "ES256")
    assert header["kid"] in after and relying.userinfo(answer.json()).status_code == 200
    assert f'signing key withdrawn admin_uid={os.getuid()} kid="{kid}"' in relying.log()
    # Nothing is left of it on the disk but its name, and a restart brings nothing back.
    assert relying.stop_daemon() == 0
    db = sqlite3.connect(database_of(relying))
    assert db.execute("SELECT sealed FROM signing_key WHERE kid = ?", (kid,)).fetchone() == ("",)
    db.close()
    relying.start_daemon()
    assert {key["kid"]: key["alg"] for key in keys_of(relying)} == after
    assert curl(relying, "/admin/keys/withdraw", f"kid={kid}")[0] == 404


@pytest.mark.parametrize("fields, status, error", [
    ([], 400, "invalid_request"),
    (["kid="], 400, "invalid_request"),
    (["kid=" + "x" * 65], 400, "invalid_request"),
    (["kid=a\nb"], 400, "invalid_request"),
    (["kid=one", "kid=two"], 400, "invalid_request"),
    (["kid=unknown"], 404, "not_found"),
    (["kid=RS256"], 404, "not_found"),
])
def test_what_names_no_key_withdraws_none(server, fields, status, error):
    before = key_set(server).content
    got, answer = curl(server, "/admin/keys/withdraw", *fields, method="POST")
    assert (got, answer["error"]) == (status, error)
    assert key_set(server).content == before


def test_a_withdrawal_of_no_key_is_told(server):
    told = ctl(server, "key", "withdraw", "unknown")
    assert told.returncode == 1 and told.stdout == ""
    assert told.stderr == ("authcodectl: refused (404): no key of this kid is published: the list of keys has those that "
                           "are\n")
    assert ctl(server, "key", "withdraw").returncode == 2 and ctl(server, "key", "withdraw", "a", "b").returncode == 2


def test_the_network_cannot_withdraw(server):
    before = key_set(server).content
    kid = keys_of(server)[0]["kid"]
    assert server.request("POST", "/admin/keys/withdraw", data={"kid": kid}).status_code == 404
    assert curl(server, "/admin/keys/withdraw", method="GET")[0] == 405
    assert key_set(server).content == before


# --- tended while it runs -------------------------------------------------------------


def test_keys_come_and_go_at_their_time_while_the_daemon_runs(hosts):
    """JW-04: one begins to sign and one is forgotten, without a restart and without anybody asking."""
    host = hosts().start()
    assert curl(host, "/admin/keys/rotate", method="POST")[0] == 200
    assert host.stop_daemon() == 0
    soon = int((time.time() + 3) * 1000)
    db = sqlite3.connect(database_of(host))
    with db:
        db.execute("UPDATE signing_key SET active_ms = active_ms - ?", (24 * HOUR * 1000,))
        # RS256: the second begins to sign. ES256: the second began two hours before, when the last token that the
        # first has signed is over in every cache.
        db.execute("UPDATE signing_key SET active_ms = ? WHERE alg = 'RS256' AND id = "
                   "(SELECT max(id) FROM signing_key WHERE alg = 'RS256')", (soon,))
        db.execute("UPDATE signing_key SET active_ms = ? WHERE alg = 'ES256' AND id = "
                   "(SELECT max(id) FROM signing_key WHERE alg = 'ES256')", (soon - 2 * HOUR * 1000,))
    db.close()
    host.start_daemon()
    assert time.time() * 1000 < soon, "the machine is too slow for this test"
    assert states(host, "RS256") == ["current", "next"] and states(host, "ES256") == ["retired", "current"]
    until = time.monotonic() + 20
    while states(host, "ES256") != ["current"] and time.monotonic() < until:
        time.sleep(0.1)
    assert states(host, "ES256") == ["current"] and states(host, "RS256") == ["retired", "current"]
    assert len(keys_of(host)) == 3 and host.log().count("signing key forgotten") == 1


# --- what does not open ----------------------------------------------------------------


def database_of(host):
    found = [path for path in host.state.iterdir() if path.read_bytes()[:15] == b"SQLite format 3"]
    assert len(found) == 1
    return found[0]


def test_a_master_key_that_is_not_the_one_of_the_database_stops_the_start(hosts):
    """JW-10"""
    host = hosts().start()
    before = key_set(host).content
    assert host.stop_daemon() == 0
    right = (host.state / "master.key").read_bytes()
    (host.state / "master.key").write_bytes(os.urandom(32))
    status, said = host.refuses()
    assert status == 78
    assert said == (f"authcoded: {host.state}: the signing keys do not open: the master key is not the one of this "
                    "database\n")
    (host.state / "master.key").write_bytes(right)
    host.start_daemon()
    assert key_set(host).content == before


@pytest.mark.parametrize("statement", [
    "UPDATE signing_key SET sealed = 'nothing' WHERE alg = 'ES256'",
    "UPDATE signing_key SET sealed = substr(sealed, 1, length(sealed) - 4) WHERE alg = 'ES256'",
    "UPDATE signing_key SET sealed = (SELECT sealed FROM signing_key WHERE alg = 'RS256') WHERE alg = 'ES256'",
    "UPDATE signing_key SET alg = 'EdDSA' WHERE alg = 'ES256'",
    "UPDATE signing_key SET kid = 'x' || kid WHERE alg = 'ES256'",
])
def test_a_damaged_row_stops_the_start_and_is_named(hosts, statement):
    host = hosts().start()
    assert host.stop_daemon() == 0
    db = sqlite3.connect(database_of(host))
    with db:
        assert db.execute(statement).rowcount == 1
    kid = db.execute("SELECT kid FROM signing_key WHERE alg <> 'RS256'").fetchone()[0]
    db.close()
    status, said = host.refuses()
    assert status == 78
    assert f"the signing key {kid} does not open, though others do: its row is damaged" in said


def test_keys_are_told_apart_from_those_of_another_database(hosts):
    """Two hosts, each with its own master.key: the same kid would be the same key."""
    first, second = hosts().start(), hosts().start()
    assert {key["kid"] for key in keys_of(first)}.isdisjoint(key["kid"] for key in keys_of(second))


def test_the_tool_that_makes_no_sense_is_told(server):
    told = subprocess.run([BUILD / "authcodectl", "--socket", server.directory / "nobody.sock", "key", "rotate"],
                          capture_output=True, timeout=30, check=False, text=True)
    assert told.returncode == 3 and "no answer at" in told.stderr and told.stdout == ""
