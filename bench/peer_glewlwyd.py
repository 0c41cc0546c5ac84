# SPDX-License-Identifier: Apache-2.0
"""glewlwyd (Debian's package) as a rival, at its cheapest settings: secrets of clients hashed with one round
instead of 150,000, ES256, no rotation. It is unpacked, not installed: no service starts and nothing of the system
changes. Its access tokens are always signed JWTs, and it is durable: SQLite with a rollback journal, synchronous=FULL.
"""
import contextlib
import dataclasses
import gzip
import os
import pathlib
import re
import sqlite3
import subprocess
import time

import requests

import jobs
import measure
import rival
import stand
from stand import hosts

PATHS = {"/authorize": "/api/bench/auth", "/token": "/api/bench/token", "/introspect": "/api/bench/introspect"}
SCOPE = "bench_scope"
PERSON = {"username": "somebody", "password": "somebody-password"}
ADMIN = {"username": "admin", "password": "password"}  # the package's own, of the fresh database


class Glewlwyd(rival.Rival):
    name = "glewlwyd"
    installs = "Debian's glewlwyd and the libraries it needs, unpacked"

    @property
    def root(self):
        return self.place / "root"

    def install(self):
        if (self.root / "usr" / "bin" / "glewlwyd").exists():
            return
        told = self.tool(["apt-get", "install", "--simulate", "--no-install-recommends", "glewlwyd", "dbconfig-no-thanks"])
        missing = re.findall(r"^Inst (\S+) .*\[(\w+)\]\)", told, re.M)
        names = [name for name, arch in missing if arch != "all"] + ["glewlwyd-common"]
        if "glewlwyd" not in names:
            names.append("glewlwyd")
        self.tool(["apt-get", "download", *names])
        for package in self.place.glob("*.deb"):
            self.tool(["dpkg-deb", "--extract", package, self.root])

    def version(self):
        return self.tool(["dpkg-deb", "--field", *self.place.glob("glewlwyd_*.deb"), "Version"]).strip()

    def text(self, *path):
        return gzip.decompress((self.root / "usr/share/doc/glewlwyd" / pathlib.Path(*path)).read_bytes()).decode()

    def write_config(self):
        """The package's sample with our port and paths."""
        modules = self.root / "usr/lib/glewlwyd"
        values = {"port": self.port, "external_url": f'"http://127.0.0.1:{self.port}"', "cookie_domain": '"127.0.0.1"',
                  "cookie_secure": 0, "log_level": '"ERROR"', "user_module_path": f'"{modules}/user"',
                  "client_module_path": f'"{modules}/client"', "plugin_module_path": f'"{modules}/plugin"',
                  "user_auth_scheme_module_path": f'"{modules}/scheme"',
                  "user_middleware_module_path": f'"{self.directory}"', "static_files_path": f'"{self.directory}/"'}
        text = self.text("glewlwyd.conf.sample.gz")
        for name, value in values.items():
            text, found = re.subn(rf"(?m)^{name} *=.*$", f"{name}={value}", text)
            if not found:
                raise RuntimeError(f"glewlwyd's sample configuration has no {name}")
        text = f'bind_address="127.0.0.1"\n{text}'.replace("/var/cache/glewlwyd/glewlwyd.db", f"{self.directory}/db")
        (self.directory / "glewlwyd.conf").write_text(text)

    def make_database(self):
        with contextlib.closing(sqlite3.connect(self.directory / "db")) as db, db:
            db.executescript(self.text("database", "init.sqlite3.sql.gz"))
            changed = db.execute("UPDATE g_client_module_instance SET gcmi_parameters ="
                                 " json_set(gcmi_parameters, '$.\"pbkdf2-iterations\"', 1)").rowcount
        if changed != 1:
            raise RuntimeError("glewlwyd keeps its clients elsewhere than expected")

    def spawn(self, **environment):
        libraries = ":".join(map(str, (self.root / "usr/lib").glob("*-linux-gnu*")))
        with open(self.directory / "log", "ab") as log:
            self.child = stand.on_core(stand.CORES[0], lambda: subprocess.Popen(
                [self.root / "usr/bin/glewlwyd", f"--config-file={self.directory}/glewlwyd.conf"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, "LD_LIBRARY_PATH": libraries, **environment}))
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and self.child.poll() is None:
            try:
                requests.get(f"http://127.0.0.1:{self.port}/api/", timeout=5)
                return
            except requests.ConnectionError:
                time.sleep(0.05)
        raise RuntimeError("glewlwyd does not answer:\n" + (self.directory / "log").read_text())

    def start(self):
        self.port = hosts.free_port()
        self.write_config()
        self.make_database()
        syncs = measure.Syncs(self.directory)
        self.spawn(LD_PRELOAD=str(stand.BUILD / "bench" / ".libs" / "libbench_syncs.so"),
                   AUTHCODE_BENCH_SYNCS=str(syncs.path))
        self.set_up()
        return self.party(measure.Server(self.child.pid, self.port, syncs))

    def api(self, session, method, path, **body):
        answer = session.request(method, f"http://127.0.0.1:{self.port}/api{path}", json=body, timeout=30)
        if answer.status_code != 200:
            raise RuntimeError(f"glewlwyd: {method} {path}: {answer.status_code} {answer.text[:500]}")

    def signed_in(self, who):
        session = requests.Session()
        session.trust_env = False
        self.api(session, "POST", "/auth/", **who)
        return session

    def key(self):
        made = self.tool(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"])
        public = subprocess.run(["openssl", "pkey", "-pubout"], input=made, capture_output=True, text=True, check=True)
        return made, public.stdout

    def set_up(self):
        """By its own API: the plugin that speaks OpenID Connect, a scope, a person, a client, a consent."""
        private, public = self.key()
        admin = self.signed_in(ADMIN)
        self.api(admin, "POST", "/mod/plugin/", module="oidc", name="bench", display_name="bench", enabled=True, parameters={
            "iss": f"http://127.0.0.1:{self.port}", "jwt-type": "ecdsa", "jwt-key-size": "256", "key": private, "cert": public,
            "code-duration": 600, "access-token-duration": 36000, "refresh-token-duration": 36000,
            "refresh-token-rolling": False, "allow-non-oidc": True, "auth-type-code-enabled": True,
            "auth-type-client-enabled": True, "auth-type-refresh-enabled": True, "auth-type-password-enabled": False,
            "auth-type-implicit-enabled": False, "pkce-allowed": False,
            "introspection-revocation-allowed": True, "introspection-revocation-allow-target-client": True})
        self.api(admin, "POST", "/scope/", name=SCOPE, display_name=SCOPE, password_required=False, scheme={})
        self.api(admin, "POST", "/user/", **PERSON, name="Some Body", enabled=True, scope=["openid", SCOPE, "g_profile"])
        self.api(admin, "POST", "/client/", client_id=rival.CLIENT, name=rival.CLIENT, password=hosts.SECRET,
                 confidential=True, enabled=True, authorization_type=["code", "refresh_token", "client_credentials"],
                 redirect_uri=[jobs.CALLBACK], scope=[SCOPE], token_endpoint_auth_method=["client_secret_basic"])
        self.api(self.signed_in(PERSON), "PUT", f"/auth/grant/{rival.CLIENT}/", scope=f"openid {SCOPE}")

    def adapted(self, job):
        query = {**job.query, "scope": f"openid {SCOPE}", "g_continue": ""} if job.query else None
        form = {**job.form, "scope": SCOPE} if job.name == "client_credentials" else job.form
        return dataclasses.replace(job, path=PATHS[job.path], query=query, form=form)

    def session(self, browser, url):
        browser.http.cookies = self.signed_in(PERSON).cookies
        return browser.go(url)
