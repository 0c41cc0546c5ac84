# SPDX-License-Identifier: Apache-2.0
"""oidc-provider (npm) as a rival: one node process, in memory, so nothing of it is durable."""
import dataclasses
import json
import os
import subprocess

import jobs
import measure
import rival
import stand
from stand import hosts

PACKAGE = "oidc-provider@9.13.3"
PATHS = {"/authorize": "/auth", "/token": "/token", "/introspect": "/token/introspection"}


class OidcProvider(rival.Rival):
    name = "oidc-provider"
    installs = f"npm's {PACKAGE} and what it needs"

    def install(self):
        if (self.place / "node_modules" / "oidc-provider").is_dir():
            return
        (self.place / "package.json").write_text('{"private": true}\n')
        self.tool(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock", PACKAGE])

    def version(self):
        told = json.loads((self.place / "node_modules" / "oidc-provider" / "package.json").read_text())
        return f"{told['version']} on node {self.tool(['node', '--version']).strip()}"

    def start(self):
        self.port = hosts.free_port()
        given = {"NODE_ENV": "production", "BENCH_CLIENT": rival.CLIENT, "BENCH_SECRET": hosts.SECRET,
                 "BENCH_CALLBACK": jobs.CALLBACK}
        with open(self.directory / "log", "ab") as log:
            self.child = stand.on_core(stand.CORES[0], lambda: subprocess.Popen(
                ["node", stand.HERE / "oidc_provider.mjs", str(self.port)], cwd=self.place, text=True,
                stdout=subprocess.PIPE, stderr=log, env={**os.environ, **given}))
        if self.child.stdout.readline() != "ready\n":
            raise RuntimeError((self.directory / "log").read_text())
        return self.party(measure.Server(self.child.pid, self.port))

    def adapted(self, job):
        query = {**job.query, "scope": "openid profile"} if job.query else None
        return dataclasses.replace(job, path=PATHS[job.path], query=query)

    def session(self, browser, url):
        """Through its pages for development: a name, then a consent, which it remembers."""
        page = browser.go(url)
        page = browser.submit(page, login="somebody", password="any")
        return browser.submit(page)
