# SPDX-License-Identifier: Apache-2.0
"""When the daemon refuses to start, and what it says: one sentence, status 78, nothing begun anew."""
import contextlib
import os
import re
import shutil
import sqlite3
import stat
import subprocess

import pytest
from host import BUILD, ROOT, SECRET, Host


@pytest.fixture(name="used")
def one_that_has_run(hosts):
    host = hosts()
    host.start_daemon()
    host.stop_daemon()
    return host


def snapshot(host):
    return {p.name: p.read_bytes() for p in host.state.iterdir() if p.is_file() and not p.name.endswith("-shm")}


def refusal(host):
    code, said = host.refuses()
    assert code == 78, said
    assert said.startswith("authcoded: ") and said.endswith("\n") and said.count("\n") == 1, said
    return said[len("authcoded: "):-1].replace(str(host.state), "STATE").replace(str(host.directory), "DIR")


def test_the_first_start_makes_a_key_and_a_database_for_us_alone(used):
    for path in used.state.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert (used.state / "master.key").stat().st_size == 32
    assert (used.state / "authcode.db").exists() and not (used.state / "master.key.new").exists()
    assert (used.state / "master.key").read_bytes() not in (b"\0" * 32,)


def test_a_second_daemon_on_the_same_state_is_refused(used):
    used.start_daemon()
    other = Host()
    other.config.write_text(other.config.read_text().replace(str(other.state), str(used.state)))
    try:
        code, said = other.refuses()
        assert code == 78 and said == f"authcoded: {used.state}: another authcoded runs on this state directory\n"
    finally:
        other.stop()
    assert used.request("GET", "/userinfo").status_code == 401


SCHEMA_8 = ("DROP INDEX audit_seq; DROP TABLE audit_anchor; ALTER TABLE audit DROP COLUMN seq;"
            " ALTER TABLE audit DROP COLUMN address; ALTER TABLE audit DROP COLUMN mac; PRAGMA user_version = 8")


def schema_of(path):
    with contextlib.closing(sqlite3.connect(path)) as database:
        return database.execute("PRAGMA user_version").fetchone()[0]


def upgrades(host):
    return [line.partition("schema of the database upgraded ")[2] for line in host.log().splitlines()
            if "schema of the database upgraded" in line]


def test_an_older_schema_is_upgraded_and_the_log_says_so(used):
    assert upgrades(used) == []
    newest = schema_of(used.state / "authcode.db")
    sql(used.state / "authcode.db", SCHEMA_8)
    Host.own(used.state / "authcode.db")
    used.start_daemon()
    copy = used.state / "authcode.db.schema-8"
    assert upgrades(used) == [f'file="{copy}" old_schema=8 schema={newest}']
    assert schema_of(copy) == 8 and schema_of(used.state / "authcode.db") == newest
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    used.stop_daemon()
    used.start_daemon()
    assert len(upgrades(used)) == 1


def chown_root(path):
    os.chown(path, 0, 0)


DAMAGES = {
    "key gone": (lambda h: (h.state / "master.key").unlink(),
                 r"STATE/master\.key is missing, but authcode\.db is there: .*"),
    "database gone": (lambda h: (h.state / "authcode.db").unlink(),
                      r"STATE/authcode\.db is missing, but master\.key is there: .*"),
    "key short": (lambda h: (h.state / "master.key").write_bytes(b"x" * 31),
                  r"STATE/master\.key: not a master key \(it must have 32 bytes\)"),
    "key long": (lambda h: (h.state / "master.key").write_bytes(b"x" * 33),
                 r"STATE/master\.key: not a master key \(it must have 32 bytes\)"),
    "key empty": (lambda h: (h.state / "master.key").write_bytes(b""),
                  r"STATE/master\.key: not a master key \(it must have 32 bytes\)"),
    "key for others": (lambda h: (h.state / "master.key").chmod(0o640),
                       r"STATE/master\.key: others may use it \(mode 0640, must be 0600\); run chmod 600 on it"),
    "database for others": (lambda h: (h.state / "authcode.db").chmod(0o604),
                            r"STATE/authcode\.db: others may use it \(mode 0604, must be 0600\); run chmod 600 on it"),
    "directory for others": (lambda h: h.state.chmod(0o750), r"STATE: others may use it \(mode 0750, must be 0700\); run chmod 700 on it"),
    "lock for others": (lambda h: (h.state / "lock").chmod(0o666),
                        r"STATE/lock: others may use it \(mode 0666, must be 0600\); run chmod 600 on it"),
    "lock is a link": (lambda h: ((h.state / "lock").unlink(), (h.state / "lock").symlink_to("l")), r"STATE/lock: not a regular file"),
    "directory is a link": (lambda h: (h.state.rename(h.directory / "real"), h.state.symlink_to("real")),
                            r"STATE: not a directory; a link to one must be replaced by its target in state_dir"),
    "key is a link": (lambda h: ((h.state / "master.key").rename(h.state / "k"), (h.state / "master.key").symlink_to("k")),
                      r"STATE/master\.key: not a regular file"),
    "database is a link": (lambda h: ((h.state / "authcode.db").rename(h.state / "d"), (h.state / "authcode.db").symlink_to("d")),
                           r"STATE/authcode\.db: not a regular file"),
    "database is a directory": (lambda h: ((h.state / "authcode.db").unlink(), (h.state / "authcode.db").mkdir()),
                                r"STATE/authcode\.db: not a regular file"),
    "database is text": (lambda h: (h.state / "authcode.db").write_text("hello\n" * 1000), r".*STATE/authcode\.db.*"),
    "database is empty": (lambda h: (h.state / "authcode.db").write_bytes(b""), r".*STATE/authcode\.db.*"),
    "database is cut": (lambda h: os.truncate(h.state / "authcode.db", 5000), r".*STATE/authcode\.db.*"),
    "database has a bad page": (lambda h: scramble(h.state / "authcode.db", 4096), r".*STATE/authcode\.db is damaged .*"),
    "database is another application's": (lambda h: foreign(h.state / "authcode.db"), r".*STATE/authcode\.db.*"),
    "database is newer": (lambda h: newer(h.state / "authcode.db"), r".*STATE/authcode\.db.*newer.*"),
}
if ROOT:
    DAMAGES |= {
        "directory of another": (lambda h: chown_root(h.state), r"STATE.*: (belongs to another user .*|Permission denied)"),
        "key of another": (lambda h: chown_root(h.state / "master.key"), r"STATE/master\.key: belongs to another user .*"),
        "database of another": (lambda h: chown_root(h.state / "authcode.db"), r"STATE/authcode\.db: belongs to another user .*"),
    }


def sql(path, text):
    subprocess.run(["/usr/bin/python3", "-c", "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]);"
                    "c.executescript(sys.argv[2]); c.commit(); c.close()", path, text], check=True, timeout=20)


def scramble(path, at):
    with open(path, "r+b") as file:
        file.seek(at)
        file.write(b"\xa5" * 4096)


def foreign(path):
    path.unlink()
    sql(path, "CREATE TABLE notes(text); PRAGMA application_id = 12345;")
    path.chmod(0o600)
    Host.own(path)


def newer(path):
    sql(path, "PRAGMA user_version = 999999;")


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_state_is_refused_and_left_as_it_is(used, name):
    damage, sentence = DAMAGES[name]
    damage(used)
    if not ROOT or name not in ("directory of another",):
        for path in used.state.iterdir():  # what a test writes belongs to the daemon's account
            if ROOT and not path.is_symlink() and " of another" not in name:
                Host.own(path)
    before = snapshot(used)
    said = refusal(used)
    assert re.fullmatch(sentence, said), said
    assert snapshot(used) == before


CONFIGS = {
    "no file": (lambda h: h.config.unlink(), r"DIR/authcode\.conf: .*"),
    "a directory": (lambda h: (h.config.unlink(), h.config.mkdir()), r"DIR/authcode\.conf: .*"),
    "an unknown option": (lambda h: h.config.write_text(h.config.read_text() + "scpoes = 1\n"), r"DIR/authcode\.conf:\d+: .*scpoes.*"),
    "a section without end": (lambda h: h.config.write_text(h.config.read_text() + 'client "x" {\n'), r"DIR/authcode\.conf:\d+: .*"),
    "http elsewhere": (lambda h: change(h, h.issuer, "http://sso.example"), r"DIR/authcode\.conf:1: .*issuer.*"),
    "no secret file": (lambda h: (h.directory / "secret").unlink(), r"DIR/authcode\.conf:\d+: .*DIR/secret.*"),
    "a secret file for all": (lambda h: (h.directory / "secret").chmod(0o644), r"DIR/authcode\.conf:\d+: .*DIR/secret.*"),
    "a short secret": (lambda h: (h.directory / "secret").write_text("short"), r"DIR/authcode\.conf:\d+: .*DIR/secret.*"),
    "no state directory": (lambda h: change(h, str(h.state), str(h.directory / "a" / "b")),
                           r"DIR/a/b: cannot make the state directory: No such file or directory"),
    "another listener": (lambda h: change(h, f'listen = {{"{h.listen}"}}', 'listen = {"127.0.0.1:99999"}'), r"DIR/authcode\.conf:2: .*"),
}
if ROOT:
    CONFIGS["no such account"] = (lambda h: change(h, 'user = "nobody"', 'user = "nosuchuser"'),
                                  r"the account nosuchuser, whom authcoded becomes when started as root, does not exist")
    CONFIGS["root"] = (lambda h: change(h, 'user = "nobody"', 'user = "root"'), r".*root.*")


def change(host, old, new):
    text = host.config.read_text()
    assert old in text
    host.config.write_text(text.replace(old, new))


@pytest.mark.parametrize("name", CONFIGS)
def test_a_bad_configuration_is_refused_with_file_and_line(hosts, name):
    host = hosts()
    damage, sentence = CONFIGS[name]
    damage(host)
    said = refusal(host)
    assert re.fullmatch(sentence, said), said
    assert list(host.state.iterdir()) == [], "nothing was begun"


TLS = {
    "key for others": (lambda h: (h.directory / "key.pem").chmod(0o644), r"DIR/key\.pem: the private key must not be .*"),
    "key its group may write": (lambda h: (h.directory / "key.pem").chmod(0o620), r"DIR/key\.pem: the private key must not be .*"),
    "no key": (lambda h: (h.directory / "key.pem").unlink(), r"DIR/key\.pem: No such file or directory"),
    "no certificate": (lambda h: (h.directory / "certificate.pem").unlink(), r"DIR/certificate\.pem: No such file or directory"),
    "key is text": (lambda h: (h.directory / "key.pem").write_text("x"), r"DIR/key\.pem: not a PEM file"),
    "certificate is the key": (lambda h: shutil.copy(h.directory / "key.pem", h.directory / "certificate.pem"),
                               r"DIR/certificate\.pem: the certificate and the key of tls_key_file cannot be used together"),
    "key of another certificate": (lambda h: other_key(h),
                                   r"DIR/certificate\.pem: the certificate and the key of tls_key_file cannot be used together"),
}


def other_key(host):
    certificate = (host.directory / "certificate.pem").read_bytes()
    host.make_certificate()
    (host.directory / "certificate.pem").write_bytes(certificate)


@pytest.mark.parametrize("name", TLS)
def test_a_bad_certificate_or_key_is_refused(hosts, name):
    host = hosts(tls=True)
    change(host, 'log_level = "debug"', 'log_level = "error"')
    damage, sentence = TLS[name]
    damage(host)
    assert re.fullmatch(sentence, refusal(host))


def test_a_first_start_that_was_cut_short_is_carried_on(hosts):
    host = hosts()
    (host.state / "master.key.new").write_bytes(b"half")
    (host.state / "master.key.new").chmod(0o600)
    host.own(host.state / "master.key.new")
    host.start_daemon()
    assert host.stop_daemon() == 0
    (host.state / "master.key").rename(host.state / "master.key.new")  # died between database and name
    host.start_daemon()
    assert host.stop_daemon() == 0 and not (host.state / "master.key.new").exists()


def run(*words):
    return subprocess.run([BUILD / "authcoded", *map(str, words)], capture_output=True, timeout=20, check=False)


def test_a_client_can_be_configured_by_the_hash_of_its_secret_alone(hosts):
    host = hosts()
    line = "printf %s \"$SECRET\" | openssl dgst -sha256 -binary | basenc --base64url | tr -d ="  # as authcode.conf(5) has it
    digest = subprocess.run(["sh", "-c", line], env={"SECRET": SECRET, "PATH": os.environ["PATH"]},
                            capture_output=True, timeout=20, check=True, text=True).stdout.strip()
    text = host.config.read_text()
    host.config.write_text(text.replace(f'client_secret_file = "{host.directory}/secret"', f'client_secret_sha256 = "{digest}"'))
    host.start()
    assert host.tokens()["token_type"] == "Bearer"
    refused = host.post("/introspect", secret=SECRET[:-1] + "x", token="x")
    assert refused.status_code == 401 and refused.json()["error"] == "invalid_client"


def test_check_config_reads_and_starts_nothing(hosts):
    host = hosts()
    code, said, notes = checked(host)
    assert (code, said) == (0, f"{host.config}: ok\n") and list(host.state.iterdir()) == []
    assert notes == "".join(f'authcoded: note: the PAM service "{name}" has no file in /etc/pam.d\n'
                            for name in sorted(host.services))
    change(host, "trusted = yes", "trusted = maybe")
    code, said, refused = checked(host)
    assert (code, said) == (78, "") and refused.count("\n") == 1 and refused.startswith(f"authcoded: {host.config}:")


def checked(host):
    done = run("--config", host.config, "--check-config")
    return done.returncode, done.stdout.decode(), done.stderr.decode()


if ROOT:
    def test_check_config_notes_an_account_that_is_still_to_be_made(hosts):
        host = hosts()
        change(host, 'user = "nobody"', 'user = "nosuchuser"')
        code, said, notes = checked(host)
        assert (code, said) == (0, f"{host.config}: ok\n")
        assert notes.startswith("authcoded: note: the account nosuchuser, whom authcoded becomes when started as root, "
                                "does not exist\n")

    def test_check_config_tells_whose_the_state_is(hosts):
        host = hosts()
        chown_root(host.state)
        assert checked(host) == (78, "", f"authcoded: {host.state}: belongs to another user (uid 0, not 65534); "
                                 "run chown 65534 on it\n")


CHECKED = {
    "key of another certificate": lambda h: other_key(h),
    "key for others": lambda h: (h.directory / "key.pem").chmod(0o644),
    "no certificate": lambda h: (h.directory / "certificate.pem").unlink(),
    "no secret file": lambda h: (h.directory / "secret").unlink(),
    "secret for others": lambda h: (h.directory / "secret").chmod(0o604),
    "state for others": lambda h: h.state.chmod(0o755),
    "state is a file": lambda h: (h.state.rmdir(), h.state.write_text("")),
    "no picture": lambda h: change(h, 'client "app" {', 'client "app" {\n\tlogo_file = "/nowhere/logo.png"'),
    "no key set": lambda h: change(h, 'client "tv" {', 'client "j" {\n\ttoken_endpoint_auth_method = private_key_jwt\n'
                                   '\tgrant_types = client_credentials\n\tscope = "a"\n\tjwks_file = "/nowhere/jwks"\n}\nclient "tv" {'),
}
if ROOT:
    CHECKED["key of another"] = lambda h: os.chown(h.directory / "key.pem", 12345, 12345)


@pytest.mark.parametrize("name", CHECKED)
def test_check_config_refuses_what_a_start_refuses_in_the_same_words(hosts, name):
    host = hosts(tls=True)
    change(host, 'log_level = "debug"', 'log_level = "error"')
    CHECKED[name](host)
    code, said, refused = checked(host)
    assert (code, said) == (78, "") and host.refuses() == (78, refused)


@pytest.mark.parametrize("words", [["--nothing"], ["x"], ["--config"], ["--generate-secret", "a", "b"], ["--check-config", "x"]])
def test_a_wrong_command_line_is_64(words):
    assert run(*words).returncode == 64


def test_a_generated_secret_has_256_bits_and_replaces_nothing(tmp_path):
    path = tmp_path / "secret"
    assert run("--generate-secret", path).returncode == 0
    secret = path.read_text()
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}\n", secret) and stat.S_IMODE(path.stat().st_mode) == 0o600
    assert run("--generate-secret", path).returncode != 0 and path.read_text() == secret
    printed = run("--generate-secret").stdout.decode()
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}\n", printed) and printed != secret
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "elsewhere")
    assert run("--generate-secret", link).returncode != 0 and not (tmp_path / "elsewhere").exists()


def test_options_are_listed_for_programs():
    rows = [line.split("\t") for line in run("--list-options").stdout.decode().splitlines()]
    assert all(len(row) == 7 and row[3] in ("reload", "restart") and row[6] for row in rows) and len(rows) > 90
    assert {row[3] for row in rows if row[0]} == {"reload"}
    assert ["", "threads", "number", "restart", "0", "a whole number from 0 to 64",
            "HTTP threads; 0 is one per core, at most 8"] in rows


def test_help_lists_every_option():
    done = run("--help")
    said = done.stdout.decode()
    assert done.returncode == 0 and "client.redirect_uris" in said and "--check-config" in said and "state_dir" in said
    assert run("--version").stdout.startswith(b"authcoded ")


if ROOT:  # an ordinary user has nothing to give up
    def test_root_is_given_up_for_good(used):
        used.start_daemon()
        status = dict(line.split(":\t", 1) for line in open(f"/proc/{used.daemon.pid}/status", encoding="utf-8") if ":\t" in line)
        assert set(status["Uid"].split()) == {"65534"} and "0" not in status["Gid"].split() and status["Groups"].strip() == ""
        assert status["CapPrm"].strip() == status["CapEff"].strip() == "0" * 16 and status["NoNewPrivs"].strip() == "1"
        limits = open(f"/proc/{used.daemon.pid}/limits", encoding="utf-8").read()
        assert re.search(r"Max core file size\s+0\s+0", limits)
        maps = open(f"/proc/{used.daemon.pid}/maps", encoding="utf-8").read()
        assert "libpam" not in maps
