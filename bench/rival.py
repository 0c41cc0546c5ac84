# SPDX-License-Identifier: Apache-2.0
"""What the servers that authcode is compared with have in common: a place of their own under the build directory,
one client that may everything, a person who has signed in, and an access token of theirs to ask about.
"""
import dataclasses
import pathlib
import shutil
import subprocess
import tempfile
import urllib.parse

import requests

import jobs

import stand
from stand import hosts, person

CLIENT = "bench"
MEASURED = ("introspection", "client_credentials", "authorize-es256", "code-es256", "refresh-es256")
JOBS = [job for job in jobs.JOBS if job.name in MEASURED]


class Browser(person.Person):
    """A person at a server that sends its redirects with another status, and does not mind where a form came from."""

    def go(self, url):
        for _ in range(20):
            if not url.startswith(self.issuer + "/"):
                return url
            answer = self.http.get(url, allow_redirects=False, timeout=30)
            if answer.status_code not in (302, 303):
                return answer
            url = urllib.parse.urljoin(url, answer.headers["Location"])
        raise AssertionError("redirects without end")

    def submit(self, page, **values):
        form = person.Form(page.text)
        url = urllib.parse.urljoin(page.url, form.action)
        answer = self.http.post(url, data={**form.fields, **values}, timeout=30, allow_redirects=False)
        if answer.status_code not in (302, 303):
            raise RuntimeError(f"{url}: {answer.status_code} {answer.text[:300]}")
        return self.go(urllib.parse.urljoin(url, answer.headers["Location"]))


class Rival:
    """name and installs; install(), version(), start(), adapted(job) and session(browser, url) are each one's own."""

    def __init__(self, build):
        self.place = build / "bench" / "peers" / self.name
        self.place.mkdir(parents=True, exist_ok=True)
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="authcode-peer.", dir="/tmp"))
        self.child = None
        self.port = 0

    def tool(self, words, **more):
        """Something that installs; what it says is shown when it fails."""
        done = subprocess.run(words, cwd=self.place, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=600, check=False, **more)
        if done.returncode != 0:
            raise SystemExit(f"{self.name}: {words[0]} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def jobs(self):
        """The same jobs, with its paths and its one client."""
        for job in JOBS:
            query = {**job.query, "client_id": CLIENT} if job.query else None
            client = CLIENT if job.client else None
            yield self.adapted(dataclasses.replace(job, client=client, query=query))

    def party(self, server):
        """Somebody has signed in and allowed the client, and a code was redeemed."""
        party = stand.Party(self.name, server, self.directory)
        authorize, redeem = (next(job for job in self.jobs() if job.name == name)
                             for name in ("authorize-es256", "code-es256"))
        issuer = f"http://127.0.0.1:{self.port}"
        browser = Browser(issuer)
        landed = self.session(browser, f"{issuer}{authorize.path}?{urllib.parse.urlencode(authorize.query)}")
        if not isinstance(landed, str):
            raise RuntimeError(f"{self.name} shows a page instead of a code: {landed.text[:300]}")
        answer = requests.post(issuer + redeem.path, auth=(CLIENT, hosts.SECRET), timeout=30,
                               data={**redeem.form, "code": hosts.answer_of(landed)["code"]})
        party.tokens = [answer.json()["access_token"]]
        party.cookie = "; ".join(f"{c.name}={c.value}" for c in browser.http.cookies)
        self.check_introspection(issuer, party.tokens[0])
        return party

    def check_introspection(self, issuer, token):
        """An answer that says "inactive" would be cheaper."""
        asked = next(job for job in self.jobs() if job.name == "introspection")
        answer = requests.post(issuer + asked.path, auth=(CLIENT, hosts.SECRET), timeout=30,
                               data={**asked.form, "token": token})
        if answer.status_code != 200 or answer.json().get("active") is not True:
            raise RuntimeError(f"{self.name}: introspection: {answer.status_code} {answer.text[:300]}")

    def stop(self):
        if self.child is not None:
            hosts.Host.end(self.child)
        shutil.rmtree(self.directory, ignore_errors=True)
