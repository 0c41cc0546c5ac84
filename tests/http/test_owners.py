# SPDX-License-Identifier: Apache-2.0
"""Whose the files may be that daemon and helpers go by, and what is said of one that others could have written."""
import os
import re
import signal
import subprocess
import time

import pytest
from host import BUILD, PASSWORD, ROOT, SECRET, USER, Host
from jwcrypto import jwk
from person import Person
from test_levels import put_claims

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x02\0\0\0\x02\x08\x06\0\0\0 and so on"
BLOCKS = """client "robot" {{
	client_secret_file = "{directory}/robot.secret"
	grant_types = client_credentials
	scope = "read"
}}
client "signer" {{
	token_endpoint_auth_method = private_key_jwt
	jwks_file = "{directory}/robot.keys"
	grant_types = client_credentials
	scope = "read"
}}
client "shown" {{
	token_endpoint_auth_method = none
	redirect_uris = "https://app.example/"
	scope = "profile"
	logo_file = "{directory}/logo.png"
}}
"""
STRANGER = 12345
# Whom the daemon becomes, and the group in which it is.
OURS = 65534
STATE_FILES = ("authcode.db", "authcode.db-wal", "authcode.db-shm", "lock", "master.key", "master.key.new", "master.key.next",
               "master.key.elsewhere")
# What is not there after a clean stop.
MADE = {"authcode.db-wal": b"", "authcode.db-shm": b"", "master.key.new": b"x" * 32, "master.key.next": b"x" * 32,
        "master.key.elsewhere": b""}


def mode(bits, owner=None):
    def damage(path):
        if owner is not None and ROOT:
            os.chown(path, owner, OURS)
        path.chmod(bits)
    return damage


def stranger(bits=None):
    """Somebody else's, with the mode that it had, so that nothing but the owner is wrong, or with another."""
    def damage(path):
        kept = path.stat().st_mode & 0o7777
        os.chown(path, STRANGER, OURS)
        path.chmod(kept if bits is None else bits)
    return damage


WRITTEN = "others than its owner may write it; run chmod go-w on it"
OWNED = f"it belongs to another user (uid {STRANGER}); run chown root on it"
PRIVATE = "the private key must not be readable by others nor writable by its group (chmod 0600)"
LENT = "its group may read it although root does not own it; run chmod 600 on it"

# What is done to which file below the host's directory, and what is said. In it AT(OPTION) is where the file stands in the
# configuration. c: by --check-config; s: by a start; r: by SIGHUP, of which nobody hears who may not even read the file.
ROWS = {
    **{f"configuration {bits:o}": ("authcode.conf", mode(bits), f"DIR/authcode.conf: {WRITTEN}", "csr")
       for bits in (0o664, 0o646)},
    "configuration owner": ("authcode.conf", stranger(), f"DIR/authcode.conf: {OWNED}", "csr"),
    **{f"clients.d {bits:o}": ("clients.d", mode(bits), f"DIR/clients.d: {WRITTEN}", "csr") for bits in (0o775, 0o757, 0o1777)},
    "clients.d owner": ("clients.d", stranger(), f"DIR/clients.d: {OWNED}", "csr"),
    **{f"drop-in {bits:o}": ("clients.d/more.conf", mode(bits), f"DIR/clients.d/more.conf: {WRITTEN}", "csr")
       for bits in (0o664, 0o646)},
    "drop-in owner": ("clients.d/more.conf", stranger(), f"DIR/clients.d/more.conf: {OWNED}", "csr"),
    **{f"client secret {bits:o}": (
        "robot.secret", mode(bits), "AT(client_secret_file): client_secret_file: DIR/robot.secret: others may read or write it; "
        "run chmod 600 on it", "csr") for bits in (0o644, 0o642, 0o660, 0o641)},
    "client secret 640, not root's": ("robot.secret", mode(0o640, OURS),
                                      f"AT(client_secret_file): client_secret_file: DIR/robot.secret: {LENT}", "csr"),
    "client secret owner": ("robot.secret", stranger(0o600),
                            f"AT(client_secret_file): client_secret_file: DIR/robot.secret: {OWNED}", "cs"),
    **{f"key set {bits:o}": ("robot.keys", mode(bits), "AT(jwks_file): jwks_file: DIR/robot.keys: others may write it; "
                             "run chmod go-w on it", "csr") for bits in (0o664, 0o646)},
    "key set owner": ("robot.keys", stranger(), f"AT(jwks_file): jwks_file: DIR/robot.keys: {OWNED}", "csr"),
    **{f"logo {bits:o}": ("logo.png", mode(bits), 'client "shown": logo_file: DIR/logo.png: others may write it; '
                          "run chmod go-w on it", "csr") for bits in (0o664, 0o646)},
    "logo owner": ("logo.png", stranger(), f'client "shown": logo_file: DIR/logo.png: {OWNED}', "csr"),
    **{f"certificate {bits:o}": ("certificate.pem", mode(bits), "DIR/certificate.pem: others than its owner may write the "
                                 "certificate; run chmod go-w on it", "csr") for bits in (0o664, 0o646)},
    "certificate owner": ("certificate.pem", stranger(), f"DIR/certificate.pem: {OWNED}", "csr"),
    **{f"private key {bits:o}": ("key.pem", mode(bits), f"DIR/key.pem: {PRIVATE}", "csr") for bits in (0o644, 0o642, 0o660, 0o641)},
    "private key 640, not root's": ("key.pem", mode(0o640, OURS), f"DIR/key.pem: {LENT}", "csr"),
    "private key owner": ("key.pem", stranger(), f"DIR/key.pem: {OWNED}", "csr"),
    **{f"master key elsewhere {bits:o}": ("master", mode(bits), "master_key_file: DIR/master: others may use it; "
                                          "run chmod 400 on it", "cs") for bits in (0o444, 0o460, 0o441)},
    "master key elsewhere 440, not root's": ("master", mode(0o440, OURS), "master_key_file: DIR/master: others may use it; "
                                             "run chmod 400 on it", "cs"),
    "master key elsewhere owner": ("master", stranger(), f"master_key_file: DIR/master: {OWNED}", "cs"),
    **{f"state directory {bits:o}": ("state", mode(bits), f"DIR/state: others may use it (mode {bits:04o}, must be 0700); "
                                     "run chmod 700 on it", "cs") for bits in (0o750, 0o702, 0o701)},
    "state directory owner": ("state", stranger(0o755), f"DIR/state: belongs to another user (uid {STRANGER}, not {OURS}); "
                              f"run chown {OURS} on it", "cs"),
    **{f"{name} {bits:o}": (f"state/{name}", mode(bits), f"DIR/state/{name}: others may use it (mode {bits:04o}, must be 0600); "
                            "run chmod 600 on it", "cs") for name in STATE_FILES for bits in (0o640, 0o602)},
    **{f"{name} owner": (f"state/{name}", stranger(), f"DIR/state/{name}: belongs to another user (uid {STRANGER}, not {OURS}); "
                         f"run chown {OURS} on it", "cs") for name in STATE_FILES},
}
OWN_ROWS = [name for name in ROWS if ROOT or not name.endswith(("owner", "root's"))]


class OwnedHost(Host):
    """Every file that is judged, each as it must be: root's, and its group, in which the daemon is, may read."""

    def __init__(self, elsewhere=False, level="error"):
        self.elsewhere, self.level = elsewhere, level
        super().__init__(tls=True)

    def write_config(self, extra=""):
        super().write_config(extra + (f'master_key_file = "{self.directory}/master"\n' if self.elsewhere else ""))
        self.config.write_text(self.config.read_text().replace('log_level = "debug"', f'log_level = "{self.level}"'))
        more = self.directory / "clients.d"
        more.mkdir(mode=0o755)
        (more / "more.conf").write_text(BLOCKS.format(directory=self.directory))
        (self.directory / "robot.secret").write_text(SECRET)
        key = jwk.JWK.generate(kty="EC", crv="P-256", kid="k", use="sig", alg="ES256")
        (self.directory / "robot.keys").write_text(f'{{"keys": [{key.export_public()}]}}')
        (self.directory / "logo.png").write_bytes(PNG)
        (self.directory / "master").write_bytes(os.urandom(32))
        for name, bits in (("authcode.conf", 0o640), ("clients.d/more.conf", 0o644), ("secret", 0o640), ("robot.secret", 0o640),
                           ("robot.keys", 0o644), ("logo.png", 0o644), ("certificate.pem", 0o644), ("key.pem", 0o640),
                           ("master", 0o440)):
            path = self.directory / name
            if ROOT:
                os.chown(path, 0, OURS)
            path.chmod(bits if ROOT else bits & ~0o070)

    def run_once(self):
        """There is a state, and the files in it are its account's."""
        self.start_daemon()
        assert self.stop_daemon() == 0
        for name, content in MADE.items():
            path = self.state / name
            if not path.exists():
                path.write_bytes(content)
            self.own(path)
            path.chmod(0o600)

    def expected(self, sentence):
        def place(option):
            for path in (self.directory / "clients.d/more.conf", self.config):
                for number, line in enumerate(path.read_text().splitlines(), 1):
                    if re.match(rf"\s*{option[1]} = .*robot", line):
                        return f"{path}:{number}"
            raise AssertionError(option)
        return re.sub(r"AT\((\w+)\)", place, sentence).replace("DIR/", f"{self.directory}/")


@pytest.fixture(name="owned")
def a_host_whose_files_are_as_they_must_be(request):
    host = OwnedHost(elsewhere=request.node.callspec.params["name"].startswith("master key elsewhere"))
    yield host
    host.stop()


def path_of(host, name):
    return host.directory / ROWS[name][0]


@pytest.mark.parametrize("name", ["", "master key elsewhere"])
def test_files_as_they_must_be_are_taken(owned, name):
    checked = subprocess.run([BUILD / "authcoded", "--config", owned.config, "--check-config"], capture_output=True, timeout=20,
                             check=False, text=True)
    assert (checked.returncode, checked.stdout) == (0, f"{owned.config}: ok\n"), checked.stderr
    owned.run_once()
    for left in MADE:
        (owned.state / left).unlink()
    owned.start_daemon()
    assert (owned.state / "master.key").exists() == (name == "")


@pytest.mark.parametrize("name", OWN_ROWS)
def test_one_that_is_not_so_is_refused_in_these_words(owned, name):
    _, damage, sentence, where = ROWS[name]
    path = path_of(owned, name)
    if path.parent == owned.state or not path.exists():
        owned.run_once()
    damage(path)
    said = f"authcoded: {owned.expected(sentence)}\n"
    if "c" in where:
        checked = subprocess.run([BUILD / "authcoded", "--config", owned.config, "--check-config"], capture_output=True,
                                 timeout=20, check=False, text=True)
        assert (checked.returncode, checked.stdout, checked.stderr) == (78, "", said)
    assert "s" in where and owned.refuses() == (78, said)


def sent_again(host):
    words, start = r'the configuration (?:was read again|stays as it was .* why="([^"]*)")', len(host.log())
    host.daemon.send_signal(signal.SIGHUP)
    end = time.monotonic() + 20
    while not (found := re.search(words, host.log()[start:])):
        assert time.monotonic() < end, host.log()[start:]
        time.sleep(0.02)
    return re.sub(r"\\x([0-9a-f]{2})", lambda code: chr(int(code[1], 16)), found[1] or "taken")


@pytest.fixture(scope="module", name="running")
def one_that_reads_it_again_and_again():
    host = OwnedHost(level="notice")
    try:
        host.start_daemon()
        yield host
    finally:
        host.stop()


@pytest.mark.parametrize("name", [name for name in OWN_ROWS if "r" in ROWS[name][3]])
def test_so_it_is_when_they_are_read_again(running, name):
    _, damage, sentence, _ = ROWS[name]
    path, kept = path_of(running, name), path_of(running, name).stat()
    damage(path)
    try:
        assert sent_again(running) == running.expected(sentence)
    finally:
        os.chown(path, kept.st_uid, kept.st_gid)
        path.chmod(kept.st_mode & 0o7777)
    assert sent_again(running) == "taken"


TABLE = {"others may read it": mode(0o604), "its group may write it": mode(0o620)}
if ROOT:
    TABLE["somebody else owns it"] = stranger()


@pytest.mark.parametrize("name", TABLE)
def test_a_count_of_guesses_that_is_not_ours_begins_anew(hosts, name):
    host = hosts()
    host.start_daemon()
    host.stop_daemon()
    (table,) = host.state.glob("guesses*")
    TABLE[name](table)
    host.start_daemon()
    assert re.findall(r"(?m)^authcoded\[\d+\]: (guesses .*)$", host.log()) == [
        "guesses in the state directory is damaged: the count of wrong passwords begins anew"]
    status = table.stat()
    assert (status.st_mode & 0o777, status.st_uid) == (0o600, OURS if ROOT else os.geteuid())


# --- the helpers --------------------------------------------------------------------------

OTHERS = {f"{bits:o}": mode(bits) for bits in (0o775, 0o757)}
if ROOT:
    OTHERS["owner"] = stranger()
LOCKS = {"770": mode(0o770), "701": mode(0o701)}
if ROOT:
    LOCKS["owner"] = stranger()


@pytest.mark.parametrize("how", OTHERS)
def test_options_that_others_could_have_written_start_no_helper(tmp_path, how):
    path = tmp_path / "login.conf"
    path.write_text("service authcode\n")
    OTHERS[how](path)
    done = subprocess.run([BUILD / "authcode-login", "--config", path, "--version"], capture_output=True, timeout=20, check=False,
                          text=True)
    assert (done.returncode, done.stderr) == (78, f"authcode-login: {path}: others own it or may write to it\n")


@pytest.mark.parametrize("how", LOCKS)
def test_in_a_lock_directory_of_others_nobody_signs_in(hosts, how):
    host = hosts()
    locks = host.directory / "locks"
    locks.mkdir(mode=0o700)
    LOCKS[how](locks)
    host.start()
    page = Person(host.issuer).sign_in(host.authorize_url(), USER, PASSWORD)
    assert not isinstance(page, str)
    said = f"lock directory {locks}: not ours alone (owner, or mode other than 0700)\n"
    assert said in host.log("authcode-login")
    if ROOT:
        os.chown(locks, 0, 0)
    locks.chmod(0o700)
    assert "code" in host.sign_in()


CLAIMS = {
    "directory": ("claims.d", "the file of user={user}: others may write to the directory"),
    "file": ("claims.d/{user}.json", "the file of user={user}: others own it or may write to it"),
    "command": ("command", "the command for user={user}: others own it or may write to it"),
}


@pytest.mark.parametrize("how", OTHERS)
@pytest.mark.parametrize("name", CLAIMS)
def test_claims_that_others_could_have_written_are_not_told(hosts, name, how):
    host = hosts()
    claims, command = put_claims(host)
    path, words = (text.format(user=USER) for text in CLAIMS[name])
    OTHERS[how](host.directory / path)
    host.start_helper()
    host.start_checker("--claims-dir", claims, "--claims-command", command, *(["--claims-user", "nobody"] if ROOT else []))
    host.start_daemon()
    tokens = host.tokens()
    told = host.request("GET", "/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    assert f": no claims from {words}\n" in host.log("authcode-check"), told.text
