# SPDX-License-Identifier: Apache-2.0
"""./run, as a person and as a script would use it."""
import glob
import json
import os
import pathlib
import pwd
import re
import shlex
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.parse

import pytest
import requests

from person import Person

TREE = pathlib.Path(__file__).resolve().parents[2]
PASSWORD = "correct horse"
# Root may not sign in; everybody else is himself.
USER = "nobody" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name


class Run:
    """One ./run until it says it is ready; afterwards, what it told."""

    def __init__(self, *options):
        self.told = ""
        self.process = subprocess.Popen([str(TREE / "run"), *map(str, options)], text=True,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.reader = threading.Thread(target=self._listen, daemon=True)
        self.reader.start()

    def _listen(self):
        for line in self.process.stderr:
            self.told += line

    def ready(self):
        # the first build takes its time
        timer = threading.Timer(400, self.process.kill)
        timer.start()
        line = self.process.stdout.readline()
        timer.cancel()
        assert line.startswith("ready "), self.told
        self.issuer = line.removeprefix("ready ").rstrip("\n")
        for _ in range(100):  # the other stream may arrive a moment later
            if "What the programs say" in self.told:
                break
            time.sleep(0.05)
        return self

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        rest = self.wait()
        return self.process.returncode, rest

    def wait(self):
        """What is left on standard output once it has ended."""
        rest = self.process.stdout.read()
        self.process.wait(timeout=30)
        self.reader.join(timeout=10)
        return rest

    @property
    def url(self):
        return re.search(r"^\s*(https?://\S+/authorize\?\S+)$", self.told, re.M).group(1)

    @property
    def curl(self):
        return re.search(r"^\s*(curl -v -X POST .*)$", self.told, re.M).group(1)


@pytest.fixture(name="confdir")
def private_pam(tmp_path):
    """A PAM directory in which one password opens one account."""
    matrix = glob.glob("/usr/lib/*/pam_wrapper/pam_matrix.so")
    assert matrix, "pam_matrix.so (libpam-wrapper) is not installed"
    confdir = tmp_path / "pam"
    confdir.mkdir()
    for service in ("authcode", "authcode-check"):
        passwords = tmp_path / f"{service}.passwords"
        passwords.write_text(f"{USER}:{PASSWORD}:{service}\n")
        (confdir / service).write_text(f"auth required {matrix[0]} passdb={passwords}\n"
                                       f"account required {matrix[0]} passdb={passwords}\n")
    (confdir / "other").write_text("auth required pam_deny.so\naccount required pam_deny.so\n")
    return confdir


@pytest.fixture(name="started")
def any_number_of_runs():
    runs = []

    def start(*options):
        runs.append(Run(*options))
        return runs[-1]

    yield start
    for run in runs:
        if run.process.poll() is None:
            run.end()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def leftovers():
    """Everything a run could leave: its directory, and processes started in it."""
    found = set(glob.glob("/tmp/authcode-run.*"))
    for entry in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            words = pathlib.Path(entry).read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if "authcode-run." in " ".join(words):
            found.add(" ".join(words))
    return found


def code_of(url):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_the_url_and_the_curl_line_lead_to_tokens(started, confdir, tls):
    run = started("--port", free_port(), "--pam-confdir", confdir, *(["--tls"] if tls else [])).ready()
    assert run.issuer.startswith("https://127.0.0.1:" if tls else "http://127.0.0.1:")
    landed = Person(run.issuer).sign_in(run.url, USER, PASSWORD)
    assert isinstance(landed, str), landed.text
    answer = code_of(landed)
    assert answer["iss"] == run.issuer
    # the example client is asked as the browser would ask it
    page = requests.get(landed, timeout=10)
    assert page.status_code == 200
    assert answer["code"] in page.text
    line = run.curl.replace("<AUTHORIZATION_CODE>", answer["code"])
    redeemed = subprocess.run(shlex.split(line), capture_output=True, text=True, timeout=30, check=True)
    tokens = json.loads(redeemed.stdout)
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 3600
    assert tokens["access_token"] and tokens["refresh_token"] and tokens["scope"]


def test_a_wrong_password_gives_no_code(started, confdir):
    run = started("--port", free_port(), "--pam-confdir", confdir).ready()
    page = Person(run.issuer).sign_in(run.url, USER, "wrong")
    assert not isinstance(page, str)
    assert page.status_code == 200
    assert 'role="alert"' in page.text


@pytest.mark.parametrize("change, status", [
    ({"iss": "https://elsewhere.example"}, 400), ({"iss": None}, 400), ({"state": "another"}, 400),
], ids=["another issuer", "no issuer", "another state"])
def test_the_example_client_refuses_an_answer_it_did_not_ask_for(started, confdir, change, status):
    run = started("--port", free_port(), "--pam-confdir", confdir).ready()
    asked = code_of(run.url)
    answer = {"code": "a-code", "state": asked["state"], "iss": run.issuer, **change}
    page = requests.get(asked["redirect_uri"], timeout=10,
                        params={key: value for key, value in answer.items() if value is not None})
    assert page.status_code == status
    assert "a-code" not in page.text


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_signal_ends_it_and_leaves_nothing_behind(started, confdir, how):
    before = leftovers()
    port = free_port()
    run = started("--port", port, "--pam-confdir", confdir).ready()
    assert leftovers() - before
    status, rest = run.end(how)
    assert status == 0
    assert rest == ""  # `ready` was the only line on standard output
    assert leftovers() - before == set()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))


def test_it_ends_when_the_daemon_ends(started, confdir):
    before = leftovers()
    run = started("--port", free_port(), "--pam-confdir", confdir).ready()
    children = subprocess.run(["ps", "--ppid", str(run.process.pid), "-o", "pid=,args="],
                              capture_output=True, text=True, check=True).stdout
    daemon = next(line.split()[0] for line in children.splitlines() if "authcoded" in line)
    os.kill(int(daemon), signal.SIGKILL)
    run.wait()
    assert run.process.returncode == 1
    assert leftovers() - before == set()


def test_a_kept_state_keeps_the_client_and_its_tokens(started, confdir):
    with tempfile.TemporaryDirectory() as top:
        os.chmod(top, 0o755)
        options = ("--port", free_port(), "--pam-confdir", confdir, "--state", pathlib.Path(top) / "kept")
        first = started(*options).ready()
        landed = Person(first.issuer).sign_in(first.url, USER, PASSWORD)
        line = first.curl.replace("<AUTHORIZATION_CODE>", code_of(landed)["code"])
        done = subprocess.run(shlex.split(line), capture_output=True, text=True, timeout=30, check=True)
        tokens = json.loads(done.stdout)
        first.end()
        again = started(*options).ready()
        secret = re.search(r"-u demo:(\S+)", again.curl).group(1)
        answer = requests.post(f"{again.issuer}/token", auth=("demo", secret), timeout=10, data={
            "grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]})
        assert answer.status_code == 200, answer.text


def test_a_configuration_of_ones_own_is_completed(started, confdir, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("a-secret-of-our-own-0123456789-0123456789\n")
    secret.chmod(0o600)
    config = tmp_path / "own.conf"
    config.write_text(f'''# a comment
client "own" {{
	client_secret_file = "{secret}"
	application_type = "native"
	redirect_uris = {{"http://127.0.0.1/back"}}
	scope = "profile"
}}
''')
    run = started("--port", free_port(), "--pam-confdir", confdir, "--config", config).ready()
    url = f"{run.issuer}/authorize?" + urllib.parse.urlencode({
        "response_type": "code", "client_id": "own", "redirect_uri": "http://127.0.0.1:9/back"})
    landed = Person(run.issuer).sign_in(url, USER, PASSWORD)
    assert landed.startswith("http://127.0.0.1:9/back?")


@pytest.mark.parametrize("line", ['issuer = "http://127.0.0.1:PORT"', 'issuer = "http://localhost:PORT/sso"',
                                  'listen = 127.0.0.1:PORT', 'listen = {"127.0.0.1:PORT"}'])
def test_ready_names_an_issuer_that_answers(started, confdir, tmp_path, line):
    """Whichever of issuer and listen the configuration leaves out."""
    config = tmp_path / "own.conf"
    port = free_port()
    config.write_text(line.replace("PORT", str(port)) + "\n")
    run = started("--pam-confdir", confdir, "--config", config).ready()
    assert f":{port}" in run.issuer
    assert requests.get(f"{run.issuer}/userinfo", timeout=10).status_code == 401


def test_a_mistake_in_the_configuration_is_told_with_file_and_line(started, confdir, tmp_path):
    config = tmp_path / "own.conf"
    config.write_text("# one\n# two\nno_such_option = 1\n")
    run = started("--port", free_port(), "--pam-confdir", confdir, "--config", config)
    run.wait()
    assert run.process.returncode == 1
    assert re.search(r"own\.conf:3\b", run.told), run.told


def test_a_busy_port_is_told_in_one_sentence(started, confdir):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        run = started("--port", port, "--pam-confdir", confdir)
        assert run.wait() == ""
        assert run.process.returncode == 1
        assert f"port {port} on 127.0.0.1 is in use" in run.told


@pytest.mark.parametrize("options", [
    ["--no-such-option"], ["--port"], ["--port", "0"], ["--port", "65536"], ["--port", "80x"], ["stray"],
    ["--config", "/no/such/file"], ["--pam-confdir", "/no/such/directory"], ["--state", "/dev/null"],
    ["--state", 'a"b'],
], ids=" ".join)
def test_a_bad_option_is_one_sentence_and_status_2(started, options):
    run = started(*options)
    assert run.wait() == ""
    assert run.process.returncode == 2
    assert len(run.told.splitlines()) == 1
    assert run.told.startswith("run: ")


def test_help_names_every_option(started):
    run = started("--help")
    told = run.wait()
    assert run.process.returncode == 0
    for option in ("--port", "--tls", "--state", "--pam-confdir", "--config"):
        assert option in told


def test_it_says_who_can_sign_in(started):
    run = started("--port", free_port()).ready()
    if os.getuid() == 0:
        assert re.search(r"any account of this machine that has a password|useradd ", run.told)
    else:
        assert f"only you ({USER}) can sign in" in run.told
