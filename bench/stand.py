# SPDX-License-Identifier: Apache-2.0
"""What every benchmark stands on: the real daemon and helper on loopback as they are shipped, the floor beside them,
and one job after the other against whoever listens. The server has the first core, the load the last.
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
import machine  # noqa: E402
import measure  # noqa: E402
import person  # noqa: E402

CORES = sorted(os.sched_getaffinity(0))


def say(text):
    print(text, file=sys.stderr, flush=True)


def on_core(core, start, **environment):
    """Starts something on one core, with these variables."""
    os.sched_setaffinity(0, {core})
    os.environ.update(environment)
    try:
        return start()
    finally:
        os.sched_setaffinity(0, set(CORES))
        for name in environment:
            del os.environ[name]


class BenchHost(hosts.Host):
    """As it is shipped, but for one thread and the clients of the jobs."""

    def write_config(self, extra=""):
        super().write_config('threads = 1\nstranger_guesses = 5\ntotal_guesses = 100\naddress_guesses = 20\n' + extra)
        text = self.config.read_text().replace('log_level = "debug"\n', "")
        text = text[:text.index("\nclient ")] + jobs.CLIENTS.format(secret=self.directory / "secret",
                                                                     callback=jobs.CALLBACK)
        self.config.write_text(text)

    def start_counted(self):
        """The daemon on the first core, and what counts what it makes durable."""
        syncs = measure.Syncs(self.directory)
        on_core(CORES[0], self.start_daemon, LD_PRELOAD=str(BUILD / "bench" / ".libs" / "libbench_syncs.so"),
                AUTHCODE_BENCH_SYNCS=str(syncs.path))
        return measure.Server(self.daemon.pid, self.port, syncs)

    def ready_ms(self):
        """From exec to the line that says it accepts connections, with the state that is there. Of the program itself:
        what libtool puts in front of one that is not installed is a shell script, which costs more than the start.
        """
        self.stop_daemon()
        libs = BUILD / ".libs"
        program = libs / "authcoded" if (libs / "authcoded").exists() else BUILD / "authcoded"
        begun = time.monotonic()
        child = subprocess.Popen([program, "--config", self.config, "--print-ready"], text=True,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                 env={**os.environ, "LD_LIBRARY_PATH": str(libs)})
        line = child.stdout.readline()
        took = (time.monotonic() - begun) * 1000
        self.daemon = child
        if not line.startswith("ready "):
            raise RuntimeError(f"the daemon said {line!r}")
        return took

    def person_and_token(self):
        """The cookies of somebody who has just signed in, and an access token of theirs."""
        someone = person.Person(self.issuer)
        answer = hosts.answer_of(someone.sign_in(self.authorize_url(), hosts.USER, hosts.PASSWORD))
        token = self.post("/token", grant_type="authorization_code", code=answer["code"],
                          redirect_uri=jobs.CALLBACK).json()["access_token"]
        return "; ".join(f"{c.name}={c.value}" for c in someone.http.cookies), token


class Party:
    """One server under load: what its requests carry, and what its answers have brought."""

    def __init__(self, name, server, directory, secret=hosts.SECRET):
        self.name, self.server, self.directory, self.secret = name, server, pathlib.Path(directory), secret
        self.cookie = None
        self.tokens = []
        self.pools = {}  # job -> other tokens for it

    def harvest(self, name):
        return self.directory / f"{name}.harvest"

    def values(self, job):
        """What fills the parameter that the job takes, one for each request; [None] where it takes none."""
        if job.fed_by:
            return self.harvest(job.fed_by).read_text().split()
        return self.pools.get(job.name, self.tokens) if job.takes else [None]

    def requests(self, job):
        headers = []
        if job.client:
            pair = f"{job.client}:{self.secret}"
            headers.append("Authorization: Basic " + base64.b64encode(pair.encode()).decode())
        if job.cookie:
            headers.append(f"Cookie: {self.cookie}")
        path = self.directory / "requests"
        with open(path, "wb") as out:
            for value in self.values(job):
                out.write(jobs.wire(job, f"127.0.0.1:{self.server.port}", headers, value))
        return path

    def run(self, job, connections, seconds, aloud=True):
        """One row of figures."""
        settings = {"connections": connections, "seconds": seconds, "load_cores": {CORES[-1]},
                    "harvest": self.harvest(job.name) if job.mark else None}
        row = measure.run(BUILD / "bench" / "load", self.server, job, self.requests(job), settings)
        if aloud:
            say(f"  {self.name:<14} {job.name:<20} {connections:>3} connections  {row['per_second']:>9,.0f}/s  "
                f"{row['cpu_us']:>10,.1f} us CPU")
        return {"job": job.name, **row}


def party_of(host, name="authcode"):
    """The daemon, counted, with somebody who has signed in."""
    party = Party(name, host.start_counted(), host.directory)
    party.idle_mib = measure.memory_kib(host.daemon.pid) / 1024
    party.cookie, token = host.person_and_token()
    party.tokens = [token]
    return party


def authcode_party(host, name="authcode"):
    """The same with helper and checker, as the tests have them."""
    host.start_helper()
    host.start_checker()
    return party_of(host, name)


def floor_rows(connections, seconds, directory):
    port = hosts.free_port()
    child = on_core(CORES[0], lambda: subprocess.Popen([BUILD / "bench" / "floor", str(port)], text=True,
                                                       stdout=subprocess.PIPE))
    try:
        child.stdout.readline()
        party = Party("libmicrohttpd", measure.Server(child.pid, port), directory)
        return [party.run(jobs.FLOOR, count, seconds) for count in connections]
    finally:
        child.terminate()
        child.wait(timeout=10)


def with_feeders(names, every):
    """The jobs that were asked for, and those that feed them, in their order."""
    names = set(names or [job.name for job in every])
    for job in reversed(every):
        if job.name in names and job.fed_by:
            names.add(job.fed_by)
    return [job for job in every if job.name in names]


def parser(description, seconds=None, connections=None):
    """The options that the benchmarks share; those of the load only where there is one."""
    made = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--out", type=pathlib.Path, default=BUILD / "bench", help="where the figures go, as JSON and as a table")
    if seconds:
        made.add_argument("--seconds", type=float, default=seconds, help=f"of each job [{seconds}]")
    if connections:
        made.add_argument("--connections", type=int, nargs="+", default=connections,
                          help=f"[{' '.join(map(str, connections))}]")
    return made


def write(out, name, figures, markdown):
    """Figures beside each other: for programs, and for people."""
    out.mkdir(parents=True, exist_ok=True)
    figures = {"machine": machine.facts(BUILD), **figures}
    (out / f"{name}.json").write_text(json.dumps(figures, indent=1) + "\n")
    (out / f"{name}.md").write_text(markdown(figures))
    print(markdown(figures))
