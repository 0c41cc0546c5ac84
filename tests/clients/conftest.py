# SPDX-License-Identifier: Apache-2.0
"""Applications that people run, each with its own library, against the real daemon and helper over TLS.

The certificate is the daemon's own and the only one the applications trust; they check it as they always do. They use
their libraries as the libraries' manuals begin: discovery, and nothing set that need not be.
"""
import os
import pathlib
import subprocess
import sys
import time
import urllib.parse

import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "http"))
from host import Host, PASSWORD, ROOT, SECRET, USER, free_port  # noqa: E402
from person import Form, Person, origin_of  # noqa: E402

CLIENT = """client "{name}" {{
	client_secret_file = "{secret}"
	application_type = native
	redirect_uris = {{"{redirect_uri}"}}
	post_logout_redirect_uris = {{"{home}"}}
	scope = "openid profile email groups offline_access"
	{more}
}}
"""


class Application:
    """One application at an address of its own, and whoever uses it."""

    def __init__(self, name, callback):
        self.name, self.port = name, free_port()
        self.home = f"http://127.0.0.1:{self.port}/"
        self.redirect_uri = urllib.parse.urljoin(self.home, callback)
        self.process, self.log = None, None

    def section(self, host, more=""):
        return CLIENT.format(name=self.name, secret=host.directory / "secret", redirect_uri=self.redirect_uri,
                             home=self.home, more=more)

    def start(self, host, words, **environment):
        self.log = host.directory / f"{self.name}.log"
        ca = str(host.directory / "certificate.pem")
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                list(map(str, words)), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=host.directory,
                env={"PATH": os.environ["PATH"], "HOME": str(host.directory), "SSL_CERT_FILE": ca,
                     "REQUESTS_CA_BUNDLE": ca, "NODE_EXTRA_CA_CERTS": ca, "ISSUER": host.issuer,
                     "CLIENT_ID": self.name, "CLIENT_SECRET": SECRET, "PORT": str(self.port),
                     "REDIRECT_URI": self.redirect_uri, **environment})
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.said()
            try:
                requests.get(self.home, timeout=5)
                return
            except requests.RequestException:
                time.sleep(0.05)
        raise AssertionError(f"{self.name} does not answer:\n{self.said()}")

    def said(self):
        return self.log.read_text(errors="replace")[-4000:]

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=20)


class Visitor(Person):
    """A browser that goes wherever it is sent, and knows the sign-in page when it sees it."""

    def __init__(self, *args, **named):
        super().__init__(*args, **named)
        # an application may close a connection that is kept just when it is used again, and a browser asks once more
        # (RFC 9112 §9.3.1); the applications speak plain HTTP, the daemon, of which that is not taken, TLS
        self.http.mount("http://", HTTPAdapter(max_retries=Retry(total=1, allowed_methods={"GET"})))

    def follow(self, url):
        for _ in range(30):
            answer = self.http.get(url, allow_redirects=False, timeout=30)
            if answer.status_code not in (301, 302, 303, 307):
                return answer
            url = urllib.parse.urljoin(url, answer.headers["Location"])
        raise AssertionError("redirects without end")

    def post(self, page, **values):
        form = Form(page.text)
        url = urllib.parse.urljoin(page.url, form.action)
        answer = self.http.post(url, data={**form.fields, **values}, timeout=30, allow_redirects=False,
                                headers={"Origin": origin_of(self.issuer), "Sec-Fetch-Site": "same-origin"})
        assert answer.status_code == 303, (answer.status_code, answer.text)
        return self.follow(urllib.parse.urljoin(url, answer.headers["Location"]))

    def visit(self, url):
        """Signs in and consents wherever it is asked to; the page where it ends."""
        page = self.follow(url)
        if page.url.startswith(self.issuer) and 'name="password"' in page.text:
            page = self.post(page, username=USER, password=PASSWORD)
        if page.url.startswith(self.issuer) and 'value="allow"' in page.text:
            page = self.post(page, decision="allow")
        return page


def certified_host(names=()):
    """A host that speaks TLS at an issuer of the first name, else of its address."""
    port = free_port()
    host = Host(tls=True, listen=f"127.0.0.1:{port}", issuer=f"https://{names[0] if names else '127.0.0.1'}:{port}")
    if names:
        certify(host, names)
    return host


def certify(host, names):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc",
                    "-days", "1", "-subj", f"/CN={names[0]}", "-addext",
                    "subjectAltName=" + ",".join(f"DNS:{name}" for name in names),
                    "-keyout", host.directory / "key.pem", "-out", host.directory / "certificate.pem"],
                   check=True, capture_output=True, timeout=30)


@pytest.fixture(name="world")
def a_host_for_an_application():
    """world(application, more) starts both daemons with the application registered; returns the host."""
    hosts, applications = [], []

    def make(application, more="", extra="", names=()):
        host = certified_host(names)
        hosts.append(host)
        applications.append(application)
        host.write_config(extra + application.section(host, more))
        return host.start()

    yield make
    for application in applications:
        application.stop()
    for host in hosts:
        host.stop()
