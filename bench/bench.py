#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make bench: what a request costs the daemon, as a ratio to libmicrohttpd answering a fixed JSON.

The daemon and the helper are the real ones on loopback, as they are shipped, with one HTTP thread on the first core;
the load is on the second. Everything is started, ended and removed here.
"""
import argparse
import base64
import json
import os
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ.get("AUTHCODE_BUILD", ".")).resolve()
sys.path[:0] = [str(HERE.parent / "tests" / "http"), str(HERE.parent / "tests" / "run")]

import host as hosts  # noqa: E402
import jobs  # noqa: E402
import measure  # noqa: E402
import table  # noqa: E402
from person import Person  # noqa: E402


def say(text):
    print(text, file=sys.stderr, flush=True)


class BenchHost(hosts.Host):
    """As it is shipped, but for one thread and the clients of the jobs."""

    def write_config(self, extra=""):
        super().write_config('threads = 1\nstranger_guesses = 5\ntotal_guesses = 100\naddress_guesses = 20\n' + extra)
        text = self.config.read_text().replace('log_level = "debug"\n', "")
        text = text[:text.index("\nclient ")] + jobs.CLIENTS.format(secret=self.directory / "secret",
                                                                     callback=jobs.CALLBACK)
        self.config.write_text(text)

    def ready_ms(self):
        """From exec to the line that says it accepts connections, with the state that is there."""
        self.stop_daemon()
        begun = time.monotonic()
        child = subprocess.Popen([BUILD / "authcoded", "--config", self.config, "--print-ready"], text=True,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        line = child.stdout.readline()
        took = (time.monotonic() - begun) * 1000
        self.daemon = child
        if not line.startswith("ready "):
            raise RuntimeError(f"the daemon said {line!r}")
        return took


class Bench:
    def __init__(self, options):
        self.options = options
        self.cores = sorted(os.sched_getaffinity(0))
        self.host = None
        self.server = None
        self.token = None
        self.cookie = None

    def on_server_core(self, start, **environment):
        """Starts something on the first core, with these variables."""
        os.sched_setaffinity(0, {self.cores[0]})
        os.environ.update(environment)
        try:
            return start()
        finally:
            os.sched_setaffinity(0, set(self.cores))
            for name in environment:
                del os.environ[name]

    # --- the floor ---------------------------------------------------------------

    def floor(self):
        port = hosts.free_port()
        child = self.on_server_core(lambda: subprocess.Popen([BUILD / "bench" / "floor", str(port)], text=True,
                                                             stdout=subprocess.PIPE))
        try:
            child.stdout.readline()
            server = measure.Server(child.pid, port)
            return [self.one(server, jobs.FLOOR, connections) for connections in self.options.connections]
        finally:
            child.terminate()
            child.wait(timeout=10)

    # --- the daemon --------------------------------------------------------------

    def start(self):
        self.host = BenchHost()
        syncs = measure.Syncs(self.host.directory)
        self.host.start_helper()
        self.host.start_checker()
        self.on_server_core(self.host.start_daemon, LD_PRELOAD=str(BUILD / "bench" / ".libs" / "libbench_syncs.so"),
                            AUTHCODE_BENCH_SYNCS=str(syncs.path))
        self.server = measure.Server(self.host.daemon.pid, self.host.port, syncs)
        self.idle_mib = measure.memory_kib(self.host.daemon.pid) / 1024
        person = Person(self.host.issuer)
        answer = hosts.answer_of(person.sign_in(self.host.authorize_url(), hosts.USER, hosts.PASSWORD))
        self.cookie = "; ".join(f"{c.name}={c.value}" for c in person.http.cookies)
        self.token = self.host.post("/token", grant_type="authorization_code", code=answer["code"],
                                    redirect_uri=jobs.CALLBACK).json()["access_token"]

    def values(self, job):
        """What fills the parameter that the job takes, one for each request; [None] where it takes none."""
        if job.fed_by:
            return self.harvest(job.fed_by).read_text().split()
        return [self.token if job.takes else None]

    def harvest(self, name):
        return self.host.directory / f"{name}.harvest"

    def requests(self, job):
        headers = []
        if job.client:
            pair = f"{job.client}:{hosts.SECRET}"
            headers.append("Authorization: Basic " + base64.b64encode(pair.encode()).decode())
        if job.cookie:
            headers.append(f"Cookie: {self.cookie}")
        path = pathlib.Path(self.host.directory) / "requests"
        with open(path, "wb") as out:
            for value in self.values(job):
                out.write(jobs.wire(job, self.host.host, headers, value))
        return path

    def settings(self, job, connections):
        return {"connections": connections, "seconds": self.options.seconds, "load_cores": {self.cores[-1]},
                "harvest": self.harvest(job.name) if job.mark else None}

    def one(self, server, job, connections):
        row = measure.run(BUILD / "bench" / "load", server, job, self.requests(job), self.settings(job, connections))
        say(f"  {job.name:<20} {connections:>3} connections  {row['per_second']:>9.0f}/s  "
            f"{row['cpu_us']:>8.1f} us CPU")
        return {"job": job.name, **row}

    def wanted(self):
        """The jobs that were asked for, and those that feed them."""
        names = set(self.options.only or [job.name for job in jobs.JOBS])
        for job in reversed(jobs.JOBS):
            if job.name in names and job.fed_by:
                names.add(job.fed_by)
        return [job for job in jobs.JOBS if job.name in names]

    def all(self):
        self.start()
        rows = self.floor()
        # what a job takes is an earlier one's harvest at the same number of connections
        for connections in self.options.connections:
            for job in self.wanted():
                rows.append(self.one(self.server, job, connections))
        return {"rows": rows, "idle_mib": self.idle_mib, "ready_ms": self.host.ready_ms()}


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5, help="of each job [5]")
    parser.add_argument("--connections", type=int, nargs="+", default=[2, 16, 64])
    parser.add_argument("--only", nargs="+", choices=[job.name for job in jobs.JOBS], metavar="JOB",
                        help="instead of all: " + ", ".join(job.name for job in jobs.JOBS))
    parser.add_argument("--out", type=pathlib.Path, default=BUILD / "bench", help="where bench.json, .md and .svg go")
    return parser.parse_args()


def main():
    chosen = options()
    bench = Bench(chosen)
    try:
        figures = bench.all()
    finally:
        if bench.host:
            bench.host.stop()
    (chosen.out / "bench.json").write_text(json.dumps(figures, indent=1) + "\n")
    (chosen.out / "bench.md").write_text(table.markdown(figures))
    (chosen.out / "bench.svg").write_text(table.picture(figures))
    print(table.markdown(figures))


if __name__ == "__main__":
    main()
