# SPDX-License-Identifier: Apache-2.0
"""The real daemon with the real helper on loopback, and how tests talk to them.

PAM is a directory of our own with pam_matrix: service `authcode` asks for one
password, `authcode-otp` for two, `authcode-hang` never comes back, and the account of
`authcode-locked` is refused after its password.
"""
import base64
import collections
import getpass
import glob
import os
import pathlib
import pwd
import random
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.parse

import requests
import urllib3

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "run"))
from person import Person  # noqa: E402

urllib3.disable_warnings()

# A system call that the sandbox keeps from the daemon ends it at once, so no test passes over one.
os.environ["AUTHCODE_SANDBOX"] = "kill"

BUILD = pathlib.Path(os.environ.get("AUTHCODE_BUILD") or os.environ.get("top_builddir") or ".").resolve()
ROOT = os.geteuid() == 0
SANITIZED = (BUILD / "authcode-login").exists() and b"__asan_init" in (BUILD / "authcode-login").read_bytes()
# Root is nobody a page may sign in, and the daemon becomes nobody; everybody else is himself.
USER = "nobody" if ROOT else getpass.getuser()
PASSWORD = "canary-password-one"
CODE_WORD = "canary-code-word-two"
SECRET = "canary-client-secret-0123456789-0123456789-a"
CALLBACK = "https://app.example/callback"

PAGE_HEADERS = {
    "Content-Type": "text/html; charset=UTF-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
                               "frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}
JSON_HEADERS = {
    "Content-Type": "application/json",
    "Cache-Control": "no-store",
    "Pragma": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
REDIRECT_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}

CLIENTS = """
client "app" {{
	client_secret_file = "{secret}"
	redirect_uris = {{"{callback}"}}
	scope = "profile groups"
	trusted = yes
}}
client "asks" {{
	client_secret_file = "{secret}"
	redirect_uris = {{"{callback}"}}
	scope = "profile"
}}
client "otp" {{
	client_secret_file = "{secret}"
	redirect_uris = {{"{callback}"}}
	scope = "profile"
	trusted = yes
	pam_service = "authcode-otp"
}}
client "hang" {{
	client_secret_file = "{secret}"
	redirect_uris = {{"{callback}"}}
	scope = "profile"
	trusted = yes
	pam_service = "authcode-hang"
}}
client "locked" {{
	client_secret_file = "{secret}"
	redirect_uris = {{"{callback}"}}
	scope = "profile"
	trusted = yes
	pam_service = "authcode-locked"
}}
client "tv" {{
	token_endpoint_auth_method = "none"
	name = "Television"
	scope = "openid profile groups offline_access"
	default_scopes = "profile"
	grant_types = {{device_code, refresh_token}}
}}
client "public" {{
	token_endpoint_auth_method = "none"
	redirect_uris = {{"{callback}"}}
	scope = "profile"
}}
"""


CLAIMED = 64
CLAIMS = collections.deque()  # of the last ports that were given: somebody listens on those before


def free_port():
    """Not one of those that the kernel gives to connections: between here and the daemon it would do so. Nor one that
    another process of tests has just been given: each is claimed by a name that is one for the whole system.
    """
    while True:
        port = random.randint(10000, 32000)
        claim = socket.socket(socket.AF_UNIX)
        with socket.socket() as probe:
            try:
                claim.bind(f"\0authcode-test-port-{port}")
                probe.bind(("127.0.0.1", port))
            except OSError:
                claim.close()
                continue
        CLAIMS.append(claim)
        if len(CLAIMS) > CLAIMED:
            CLAIMS.popleft().close()
        return port


def listens(path):
    """A socket has its name before it can be connected to (unix(7), /proc/net/unix: flag 10000)."""
    with open("/proc/net/unix", encoding="utf-8", errors="replace") as rows:
        return any(row.split()[3] == "00010000" and row.rstrip().endswith(f" {path}") for row in rows)


class Host:
    """A directory with configuration, state and PAM; daemon and helper on it."""

    def __init__(self, tls=False, unix=False, extra="", issuer=None, listen=None):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="authcode-http.", dir="/tmp"))
        self.directory.chmod(0o711)
        self.tls = tls
        self.port = free_port()
        self.unix = self.directory / "run" / "http.sock" if unix else None
        self.issuer = issuer or f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self.listen = listen or (f"unix:{self.unix}" if unix else f"127.0.0.1:{self.port}")
        self.state = self.directory / "state"
        self.config = self.directory / "authcode.conf"
        self.daemon = None
        self.helper = None
        self.checker = None
        self.fetcher = None
        self.services = ["authcode", "authcode-otp", "authcode-hang", "authcode-locked"]
        self.state.mkdir(mode=0o700)
        (self.directory / "run").mkdir(mode=0o755)
        (self.directory / "fetch").mkdir(mode=0o755)
        self.own(self.directory / "fetch")
        if ROOT:
            self.own(self.state)
            if unix:
                self.own(self.directory / "run")
        (self.directory / "secret").write_text(SECRET)
        (self.directory / "secret").chmod(0o600)
        if tls:
            self.make_certificate()
        self.write_pam()
        self.write_config(extra)

    @staticmethod
    def own(path):
        """Gives a file to the account the daemon becomes."""
        if ROOT:
            account = pwd.getpwnam("nobody")
            os.chown(path, account.pw_uid, account.pw_gid)

    def make_certificate(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc",
                        "-days", "1", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
                        "-keyout", self.directory / "key.pem", "-out", self.directory / "certificate.pem"],
                       check=True, capture_output=True, timeout=30)
        (self.directory / "key.pem").chmod(0o600)

    def write_pam(self):
        found = glob.glob("/usr/lib/*/pam_wrapper/pam_matrix.so")
        assert found, "pam_matrix.so (libpam-wrapper) is not installed"
        confdir = self.directory / "pam"
        confdir.mkdir()
        # pam_matrix takes the first line of a user, so each service has its file.
        for name, auths in (("authcode", "P"), ("authcode-otp", "PW"), ("authcode-hang", "HP"),
                            ("authcode-locked", "P")):
            passwords = self.directory / f"{name}.passwords"
            passwords.write_text(f"{USER}:{PASSWORD}:{name}\n")
            words = self.directory / f"{name}.words"
            words.write_text(f"{USER}:{CODE_WORD}:{name}\n")
            lines = {"P": f"auth required {found[0]} passdb={passwords}\n",
                     "W": f"auth required {found[0]} passdb={words} echo\n",
                     "H": f"auth required pam_exec.so {self.directory}/sleeper\n"}
            (confdir / name).write_text("".join(lines[auth] for auth in auths) +
                                        (f"account required {found[0]} passdb={passwords}\n"
                                         if name != "authcode-locked" else "account required pam_deny.so\n"))
        sleeper = self.directory / "sleeper"
        sleeper.write_text("#!/bin/sh\nexec sleep 20\n")
        sleeper.chmod(0o755)
        # The account alone; pam_matrix would look for passwords.
        (confdir / "authcode-check").write_text("auth required pam_deny.so\naccount required pam_permit.so\n")
        (confdir / "other").write_text("auth required pam_deny.so\naccount required pam_deny.so\n")

    def write_config(self, extra=""):
        text = f'issuer = "{self.issuer}"\nlisten = {{"{self.listen}"}}\nstate_dir = "{self.state}"\n'
        text += f'login_socket = "{self.directory}/login.sock"\nlog_level = "debug"\n'
        text += f'admin_socket = "{self.directory}/run/admin.sock"\nadmin_group = "nogroup"\n'
        text += f'check_socket = "{self.directory}/check.sock"\n'
        text += f'fetch_socket = "{self.directory}/fetch/fetch.sock"\n'
        text += "max_connections_per_address = 200\nmax_sign_ins_per_address = 60\n"
        if "failure_floor" not in extra:
            text += "failure_floor = 0\n"
        if "_guesses" not in extra:
            text += "stranger_guesses = 0\naddress_guesses = 0\ntotal_guesses = 0\n"
        if "device_requests" not in extra:
            text += "device_requests = 0\n"
        if ROOT:
            text += 'user = "nobody"\n'
        if self.tls:
            text += f'tls_certificate_file = "{self.directory}/certificate.pem"\n'
            text += f'tls_key_file = "{self.directory}/key.pem"\n'
        self.config.write_text(text + extra + CLIENTS.format(secret=self.directory / "secret", callback=CALLBACK))
        self.config.chmod(0o600)

    # --- processes: each ended by its own pid ---------------------------------

    def log(self, name="authcoded"):
        path = self.directory / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def spawn(self, name, words, is_ready, log_name=None, place=BUILD, **more):
        log = open(self.directory / f"{log_name or name}.log", "ab")
        child = subprocess.Popen([place / name, *map(str, words)], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                 **more)
        log.close()
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if is_ready():
                return child
            assert child.poll() is None, f"{name} ended at once ({child.returncode}):\n{self.log(name)}"
            time.sleep(0.02)
        child.kill()
        child.wait()
        raise AssertionError(f"{name} is not ready:\n{self.log(name)}")

    def helper_words(self, path, *more):
        words = ["--listen", path, "--confdir", self.directory / "pam", *more]
        for service in self.services:
            words += ["--service", service]
        if ROOT:
            words += ["--peer-user", "nobody", "--group", "nogroup"]
        return words

    def start_helper(self, *more):
        path = self.directory / "login.sock"
        self.helper = self.spawn("authcode-login",
                                 self.helper_words(path, "--lock-dir", self.directory / "locks", *more), lambda: listens(path))

    def start_checker(self, *more):
        path = self.directory / "check.sock"
        self.checker = self.spawn("authcode-login", self.helper_words(path, "--check", *more), lambda: listens(path),
                                  "authcode-check")

    def start_fetch(self, *more):
        """Never as root: as nobody, whom the daemon becomes. A copy, for nobody may not look everywhere."""
        path = self.directory / "fetch" / "fetch.sock"
        path.unlink(missing_ok=True)
        program = self.directory / "authcode-fetch"
        if not program.exists():
            shutil.copy(BUILD / "authcode-fetch", program)
            program.chmod(0o755)
        who = {"user": "nobody", "group": "nogroup", "extra_groups": []} if ROOT else {}
        self.fetcher = self.spawn("authcode-fetch", ["--listen", path, *more],
                                  lambda: listens(path), place=self.directory, **who)

    def kill_fetch(self):
        self.fetcher.kill()
        self.fetcher.wait(timeout=15)
        self.fetcher = None

    def start_daemon(self):
        ready = self.log().count("\nready ") + self.log().startswith("ready ")
        self.daemon = self.spawn("authcoded", ["--config", self.config, "--print-ready"],
                                 lambda: len(re.findall(r"(?m)^ready ", self.log())) > ready)

    def start(self):
        self.start_helper()
        self.start_checker()
        self.start_daemon()
        return self

    def stop_daemon(self, how=signal.SIGTERM):
        self.daemon.send_signal(how)
        status = self.daemon.wait(timeout=15)
        self.daemon = None
        return status

    def stop(self):
        ends = [self.end(child) for child in (self.daemon, self.helper, self.checker, self.fetcher) if child is not None]
        said = self.log() + self.log("authcode-login") + self.log("authcode-check") + self.log("authcode-fetch")
        shutil.rmtree(self.directory, ignore_errors=True)
        assert not any(ends), (ends, said[-3000:])
        assert "runtime error" not in said and "Sanitizer" not in said, said[-3000:]

    @staticmethod
    def end(child):
        if child.poll() is None:
            child.terminate()
        try:
            return child.wait(timeout=15)
        except subprocess.TimeoutExpired:
            child.kill()
            return child.wait()

    def refuses(self):
        """What the daemon says and with which status it ends when it does not start."""
        child = subprocess.run([BUILD / "authcoded", "--config", self.config], stdin=subprocess.DEVNULL,
                               capture_output=True, timeout=20, check=False)
        assert child.stdout == b""
        return child.returncode, child.stderr.decode()

    # --- requests ---------------------------------------------------------------

    def url(self, path):
        return self.issuer + path

    def session(self):
        http = requests.Session()
        http.verify = False
        http.trust_env = False
        return http

    def request(self, method, path, **more):
        more.setdefault("timeout", 20)
        with self.session() as http:
            return http.request(method, self.url(path), allow_redirects=False, **more)

    def post(self, path, client="app", secret=SECRET, **values):
        return self.request("POST", path, data=values, auth=(client, secret) if client else None)

    def authorize_url(self, client="app", **more):
        values = {"response_type": "code", "client_id": client, "redirect_uri": CALLBACK, **more}
        return self.url("/authorize?" + urllib.parse.urlencode({k: v for k, v in values.items() if v is not None}))

    def sign_in(self, client="app", person=None, **more):
        """The parameters that the client gets back."""
        person = person or Person(self.issuer)
        landed = person.sign_in(self.authorize_url(client, **more), USER, PASSWORD)
        assert isinstance(landed, str), landed.text
        return answer_of(landed)

    def tokens(self, client="app"):
        code = self.sign_in(client)["code"]
        answer = self.post("/token", client, grant_type="authorization_code", code=code, redirect_uri=CALLBACK)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def connect(self):
        if self.unix:
            raw = socket.socket(socket.AF_UNIX)
            raw.settimeout(20)
            raw.connect(str(self.unix))
            return raw
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        if not self.tls:
            return raw
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context.wrap_socket(raw)

    @property
    def host(self):
        return urllib.parse.urlsplit(self.issuer).netloc

    def raw(self, data, timeout=3.0):
        """Everything that comes back until the end of the connection or silence; was it the end?"""
        with self.connect() as sock:
            sock.settimeout(timeout)
            answer = b""
            try:
                sock.sendall(data)
                while True:
                    piece = sock.recv(65536)
                    if not piece:
                        return answer, True
                    answer += piece
            except ConnectionError:
                return answer, True
            except (TimeoutError, socket.timeout):
                return answer, False


def statuses(answer):
    return [int(code) for code in re.findall(rb"HTTP/1\.[01] (\d{3}) ", answer)]


def answer_of(url):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))


def basic(client="app", secret=SECRET):
    return "Basic " + base64.b64encode(f"{client}:{secret}".encode()).decode()
