# SPDX-License-Identifier: Apache-2.0
"""SIGHUP: a configuration is taken over whole or not at all, and nobody who is connected notices."""
import hashlib
import http.client
import os
import re
import shutil
import signal
import socket
import ssl
import time

import pytest
from host import ROOT, SECRET, Host, basic

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x02\0\0\0\x02\x08\x06\0\0\0 and so on"
ROBOT = """
client "robot" {{
	client_secret_file = "{secret}"
	grant_types = client_credentials
	scope = "{scope}"
	{more}
}}
"""


def lend(path):
    """As packages do it: root's, and its group, which is that of the daemon, may read."""
    if ROOT:
        os.chown(path, 0, os.stat("/proc/self").st_gid)
        shutil.chown(path, group="nogroup")
        path.chmod(0o640)


class Reloaded:
    def __init__(self, **options):
        self.host = Host(**options)
        self.plain = self.host.config.read_text()
        for name in ("authcode.conf", "secret"):
            lend(self.host.directory / name)
        if self.host.tls:
            lend(self.host.directory / "key.pem")

    def write(self, extra="", change=lambda text: text):
        self.host.config.write_text(change(self.plain) + extra)

    def robot(self, scope="read", more=""):
        return ROBOT.format(secret=self.host.directory / "secret", scope=scope, more=more)

    def signal(self):
        """What the log says of it."""
        words = r"(the configuration (?:was read again|stays as it was) .*)\n"
        before, start = len(re.findall(words, self.host.log())), len(self.host.log())
        self.host.daemon.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if len(re.findall(words, self.host.log())) > before:
                return self.host.log()[start:]
            time.sleep(0.02)
        raise AssertionError(self.host.log()[start:])

    def take(self, extra="", **more):
        self.write(extra, **more)
        said = self.signal()
        assert "the configuration was read again count=" in said, said
        return said

    def refuse(self, extra="", **more):
        self.write(extra, **more)
        said = self.signal()
        found = re.search(r'the configuration stays as it was file="[^"]*" hash=[0-9a-f]{64} why="([^"]*)"\n', said)
        assert found, said
        sentence = re.sub(r"\\x([0-9a-f]{2})", lambda code: chr(int(code[1], 16)), found[1])
        return sentence.replace(str(self.host.directory), "DIR")

    def files(self):
        """The SHA-256 of what is on the disk, as `cat` and `sha256sum` would say."""
        more = sorted((self.host.directory / "clients.d").glob("*.conf"))
        return hashlib.sha256(b"".join(file.read_bytes() for file in [self.host.config, *more])).hexdigest()

    def token(self, client="robot", **values):
        return self.host.post("/token", client=client, grant_type="client_credentials", **values)

    def metadata(self):
        return self.host.request("GET", "/.well-known/openid-configuration").json()


def made(**options):
    it = Reloaded(**options)
    try:
        it.host.start()
        yield it
    finally:
        it.host.stop()


@pytest.fixture(scope="module", name="running")
def one_that_is_told_again_and_again():
    yield from made()


@pytest.fixture(scope="module", name="secure")
def one_with_a_certificate():
    yield from made(tls=True)


def test_clients_come_and_go(running):
    assert running.token().status_code == 401
    assert "needs a restart" not in running.take(running.robot())
    token = running.token(scope="read")
    assert token.status_code == 200
    running.take()
    assert running.token().status_code == 401
    assert running.host.post("/introspect", token=token.json()["access_token"]).json() == {"active": False}


def test_the_log_says_by_which_files_it_runs():
    it = Reloaded()
    try:
        at_start = it.files()
        it.host.start()
        found = re.findall(r'configuration loaded count=(\d+) file="([^"]*)" hash=(\S+)\n', it.host.log())
        assert found == [(found[0][0], str(it.host.config), at_start)]
        assert f"hash={at_start}\n" in it.take()  # nothing is new
        directory = it.host.directory / "clients.d"
        directory.mkdir(exist_ok=True)
        for name in ("b.conf", "a.conf", "ignored.conf.bak"):
            file = directory / name
            file.write_text(it.robot().replace('"robot"', f'"robot-{name[0]}"'))
            lend(file)
        running = it.files()
        said = it.take()
        assert running != at_start and f"count={int(found[0][0]) + 2} " in said and f"hash={running}\n" in said, said
        it.write("nonsense = 1\n")
        said = it.signal()
        assert it.files() != running and f"stays as it was file=\"{it.host.config}\" hash={running} why=" in said, said
    finally:
        it.host.stop()


def test_a_connection_that_is_open_sees_the_new_one(running):
    running.take()
    body = "grant_type=client_credentials&scope=read"
    headers = {"Content-Type": "application/x-www-form-urlencoded",
               "Authorization": basic("robot")}
    line = http.client.HTTPConnection("127.0.0.1", running.host.port, timeout=20)
    line.connect()
    name = line.sock.getsockname()
    for expected in (401, 200, 401):
        line.request("POST", "/token", body, headers)
        answer = line.getresponse()
        assert answer.read() and answer.status == expected
        running.take(running.robot() if expected == 401 else "")
    assert line.sock.getsockname() == name
    line.close()


def test_a_request_that_is_half_sent_is_answered(running):
    running.take()
    body = b"grant_type=client_credentials&scope=read"
    head = (f"POST /token HTTP/1.1\r\nHost: {running.host.host}\r\nAuthorization: {basic('robot')}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n")
    with running.host.connect() as sock:
        sock.sendall(head.encode() + body[:10])
        running.take(running.robot())
        sock.sendall(body[10:])
        answer = b"".join(iter(lambda: sock.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 200 "), answer


def test_services_and_resources_are_in_the_metadata_and_tokens(running):
    running.take()
    before = running.host.request("GET", "/.well-known/openid-configuration")
    assert "acr_values_supported" in before.json()
    running.take('service "authcode" {\n\tacr = "urn:new"\n\tlevel = 3\n}\nresource "https://api.example" {\n\tscope = "read"\n}\n'
                 + running.robot(more='resources = "https://api.example"'))
    after = running.host.request("GET", "/.well-known/openid-configuration")
    assert "urn:new" in after.json()["acr_values_supported"] and after.headers["ETag"] != before.headers["ETag"]
    assert running.token(resource="https://api.example").status_code == 200
    running.take(running.robot())
    assert running.token(resource="https://api.example").json()["error"] == "invalid_target"
    assert running.metadata() == before.json()


def test_lifetimes_are_the_new_ones(running):
    running.take(running.robot(), change=lambda text: text + "access_token_lifetime = 77s\n")
    assert running.token().json()["expires_in"] == 77
    running.take(running.robot())
    assert running.token().json()["expires_in"] == 3600


def test_a_limit_of_connections_holds_for_new_ones(running):
    lines = [running.host.connect() for _ in range(3)]
    try:
        running.take(change=lambda text: text.replace("max_connections_per_address = 200", "max_connections_per_address = 3"))
        assert running.host.raw(b"GET /jwks HTTP/1.1\r\n\r\n") == (b"", True)
        lines[0].sendall(f"GET /jwks HTTP/1.1\r\nHost: {running.host.host}\r\n\r\n".encode())
        assert lines[0].recv(65536).startswith(b"HTTP/1.1 200 ")
    finally:
        running.take()
        for line in lines:
            line.close()
    assert running.host.request("GET", "/jwks").status_code == 200


def test_a_new_secret_counts_and_the_old_one_no_more(running):
    running.take(running.robot())
    secret = running.host.directory / "secret"
    try:
        secret.write_text(SECRET + "-and-more")
        running.signal()
        assert running.token().status_code == 401
        assert running.host.post("/token", "robot", SECRET + "-and-more", grant_type="client_credentials").status_code == 200
    finally:
        secret.write_text(SECRET)
        running.take()


BAD = {
    "an unknown option": ("scpoes = 1\n", r"DIR/authcode\.conf:\d+: scpoes: no such option .*"),
    "a value": ("max_sign_ins = none\n", r"DIR/authcode\.conf:\d+: max_sign_ins: .*"),
    "half a block": ('client "x" {\n', r"DIR/authcode\.conf:\d+: .*"),
    "no secret": ('client "x" {\n\tclient_secret_file = "/nowhere/secret"\n\tscope = "a"\n}\n',
                  r"DIR/authcode\.conf:\d+: client_secret_file: /nowhere/secret: No such file or directory"),
    "no picture": ('client "x" {\n\ttoken_endpoint_auth_method = none\n\tredirect_uris = "https://x.example/"\n'
                   '\tscope = "a"\n\tlogo_file = "/nowhere/logo.png"\n}\n', r".*logo_file: /nowhere/logo\.png: .*"),
    "no such service": ('client "x" {\n\ttoken_endpoint_auth_method = none\n\tredirect_uris = "https://x.example/"\n'
                        '\tscope = "a"\n\tpam_service = "nothing"\n}\n',
                        r'.*: the PAM service "nothing" cannot be used to sign in: .*'),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_one_is_refused_and_the_old_one_stays_whole(running, name):
    running.take(running.robot())
    extra, sentence = BAD[name]
    said = running.refuse(extra)  # which has no robot either
    assert re.fullmatch(sentence, said), said
    assert running.token().status_code == 200


def test_a_file_that_may_not_be_read_is_refused(running):
    running.take(running.robot())
    running.write()
    running.host.config.chmod(0o666)
    try:
        assert "others than its owner may write it" in running.signal()
    finally:
        running.host.config.chmod(0o640)
    assert running.token().status_code == 200


if ROOT:  # an ordinary user can give nothing away
    def test_a_logo_that_somebody_else_owns_is_refused(running):
        logo = running.host.directory / "logo.png"
        logo.write_bytes(PNG)
        running.host.own(logo)
        shown = f'logo_file = "{logo}"'
        running.take(running.robot(more=shown))
        os.chown(logo, 12345, 12345)
        said = running.refuse(running.robot(scope="other", more=shown))
        assert said == 'client "robot": logo_file: DIR/logo.png: it belongs to another user (uid 12345); run chown root on it'
        assert running.host.request("GET", "/logo?client=robot").content == PNG and running.token(scope="read").status_code == 200
        os.chown(logo, 0, 0)
        running.take(running.robot(more=shown))


def test_what_needs_a_restart_is_said_and_stays(running):
    said = running.take(running.robot(), change=lambda text: text + "threads = 1\ntransaction_lifetime = 2h\n")
    assert "needs a restart to change: threads, transaction_lifetime\n" in said
    assert running.token().status_code == 200
    said = running.take(change=lambda text: text.replace(f"127.0.0.1:{running.host.port}\"}}", "127.0.0.1:1\"}"))
    assert "needs a restart to change: listen\n" in said
    assert running.host.request("GET", "/jwks").status_code == 200


def test_drop_ins_are_read_again_in_their_order(running):
    drop = running.host.directory / "clients.d"
    drop.mkdir(mode=0o755)
    try:
        for name in ("20.conf", "10.conf"):
            (drop / name).write_text(running.robot())
        said = running.refuse()
        assert re.fullmatch(r'DIR/clients\.d/20\.conf:2: client "robot" is also at DIR/clients\.d/10\.conf:2; ids must differ', said), said
        (drop / "20.conf").unlink()
        running.take()
        assert running.token().status_code == 200
    finally:
        shutil.rmtree(drop)
        running.take()
    assert running.token().status_code == 401


def test_guesses_are_counted_by_the_new_limits(running):
    """Last of all: what has been spent stays spent under whatever limit comes."""
    running.take(running.robot(), change=lambda text: text + "token_guesses = 2\n")
    # A guess under the old limit still costs some milliseconds, so the second under this one may be too early.
    statuses = [running.host.post("/token", client="nobody", grant_type="client_credentials").status_code
                for _ in range(10)]
    assert statuses[-1] == 429 and 1 <= statuses.count(401) <= 2 and set(statuses) == {401, 429}
    running.take(running.robot(), change=lambda text: text + "token_guesses = 0\n")
    assert running.host.post("/token", client="nobody", grant_type="client_credentials").status_code == 401


def test_the_service_manager_is_told(hosts):
    host = hosts()
    path = host.directory / "run" / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as inbox:
        inbox.bind(str(path))
        os.chmod(path, 0o666)
        inbox.settimeout(20)
        host.daemon = host.spawn("authcoded", ["--config", host.config, "--print-ready"], lambda: "ready " in host.log(),
                                 env={**os.environ, "NOTIFY_SOCKET": str(path)})
        assert inbox.recv(256) == b"READY=1"
        before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        host.daemon.send_signal(signal.SIGHUP)
        found = re.fullmatch(rb"RELOADING=1\nMONOTONIC_USEC=(\d+)", inbox.recv(256))
        assert found and before <= int(found[1]) <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        assert inbox.recv(256) == b"READY=1"  # whether it was taken over or not
        host.stop_daemon()
        assert inbox.recv(256) == b"STOPPING=1"


# --- the certificate ------------------------------------------------------------

def context(lowest=ssl.TLSVersion.TLSv1_2, highest=ssl.TLSVersion.MAXIMUM_SUPPORTED):
    made_context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made_context.check_hostname = False
    made_context.verify_mode = ssl.CERT_NONE
    made_context.set_ciphers("ALL:@SECLEVEL=0")
    made_context.minimum_version, made_context.maximum_version = lowest, highest
    return made_context


def line_to(secure):
    return context().wrap_socket(socket.create_connection(("127.0.0.1", secure.host.port), timeout=20))


def fingerprint(line):
    return hashlib.sha256(line.getpeercert(binary_form=True)).hexdigest()


def ask(secure, line):
    line.sendall(f"GET /jwks HTTP/1.1\r\nHost: {secure.host.host}\r\n\r\n".encode())
    answer = b""
    while not answer.endswith(b"]}"):
        answer += line.recv(65536)
    assert answer.startswith(b"HTTP/1.1 200 ") and b"Connection: close" not in answer, answer


def renew(secure):
    secure.host.make_certificate()
    lend(secure.host.directory / "key.pem")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def old_versions_are_refused(secure):
    for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
        with socket.create_connection(("127.0.0.1", secure.host.port), timeout=20) as sock:
            with pytest.raises(ssl.SSLError, match="(?i)protocol|alert|EOF"):
                context(version, version).wrap_socket(sock)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_new_certificate_meets_new_connections_and_old_ones_live_on(secure):
    old_versions_are_refused(secure)
    with line_to(secure) as first:
        ask(secure, first)
        was = fingerprint(first)
        renew(secure)
        with line_to(secure) as unchanged:
            assert fingerprint(unchanged) == was
        secure.take()
        with line_to(secure) as second:
            ask(secure, second)
            assert fingerprint(second) != was
            ask(secure, first)
            secure.take()  # with nothing new in the files
            ask(secure, first)
            ask(secure, second)
            with line_to(secure) as third:
                assert fingerprint(third) == fingerprint(second)
    old_versions_are_refused(secure)


def test_many_certificates_leave_nothing_behind(secure):
    threads = f"/proc/{secure.host.daemon.pid}/task"
    with line_to(secure) as line:
        ask(secure, line)
    secure.take()
    time_left, before = time.monotonic() + 20, len(os.listdir(threads))
    for _ in range(3):
        renew(secure)
        secure.take()
        with line_to(secure) as line:
            ask(secure, line)
    while len(os.listdir(threads)) > before and time.monotonic() < time_left:
        time.sleep(0.1)
    assert len(os.listdir(threads)) <= before


def test_a_certificate_and_a_key_that_do_not_fit_change_nothing(secure):
    with line_to(secure) as line:
        was = fingerprint(line)
    certificate, key = (secure.host.directory / name for name in ("certificate.pem", "key.pem"))
    good = certificate.read_bytes(), key.read_bytes()
    renew(secure)
    key.write_bytes(good[1])
    said = secure.refuse()
    assert said == "DIR/certificate.pem: the certificate and the key of tls_key_file cannot be used together"
    key.write_text("no key")
    assert secure.refuse() == "DIR/key.pem: not a PEM file"
    key.chmod(0o644)
    assert "must not be readable by others" in secure.refuse()
    key.unlink()
    assert secure.refuse() == "DIR/key.pem: No such file or directory"
    with line_to(secure) as line:
        ask(secure, line)
        assert fingerprint(line) == was
    certificate.write_bytes(good[0])
    key.write_bytes(good[1])
    lend(key)
    secure.take()


def test_tls_is_not_given_up(secure):
    said = secure.take(change=lambda text: re.sub(r"tls_\w+ = .*\n", "", text))
    assert "needs a restart to change: tls_certificate_file, tls_key_file\n" in said
    with line_to(secure) as line:
        ask(secure, line)
