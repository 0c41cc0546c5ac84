#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make bench-scale: the same jobs on a file with ten million live tokens and a million grants, and on an empty one;
and what it costs to purge rows while requests come.

The file is made under /tmp by bench/fill.py and removed at the end. Introspection asks for one token on both, and then
for tokens from all over the full file, held against the one of the empty file.
People who are in it have no accounts, so the sweep over accounts is off on both.
"""
import argparse
import dataclasses
import shutil
import statistics
import time

import fill
import jobs
import machine
import stand
import table

MEASURED = ("introspection", "client_credentials", "authorize-es256", "code-es256", "refresh-es256")
ANY = "introspection-any"


def measured_jobs():
    for job in jobs.JOBS:
        if job.name in MEASURED:
            yield job
        if job.name == "introspection":
            yield dataclasses.replace(job, name=ANY, said="introspection, of any token there is")


JOBS = list(measured_jobs())
SAID = {job.name: job.said for job in JOBS}
LOADS = [job for job in JOBS if job.name in ("introspection", "client_credentials")]  # while it purges
MOST = 1.25
PURGE_WAIT_S = 90  # it looks once a minute
FIGURES = ("per_second", "cpu_us", "p50_ms", "p99_ms", "p999_ms", "syncs", "written", "rss_mib")


def counted(text):
    """10M, 500k or digits."""
    units = {"k": 1000, "M": 1_000_000}
    number = int(text.rstrip("kM")) * units.get(text[-1], 1)
    if number % 10_000:
        raise argparse.ArgumentTypeError("must be a multiple of 10k")
    return number


class Scale:
    def __init__(self, chosen):
        self.chosen = chosen
        self.hosts = []

    def host(self):
        self.hosts.append(stand.BenchHost(extra="account_sweep = 0\n"))
        return self.hosts[-1]

    def stop(self):
        for host in self.hosts:
            host.stop()

    def full_party(self):
        host = self.host()
        free, needed = shutil.disk_usage(host.directory).free, self.chosen.tokens * fill.BYTES_EACH
        if free < needed:
            raise SystemExit(f"{host.directory}: {needed >> 20} MiB are needed, {free >> 20} are free")
        stand.authcode_party(host)
        host.stop_daemon()
        self.path = host.state / "authcode.db"
        begun = time.monotonic()
        known = fill.filled(self.path, self.chosen.tokens, stand.say)
        self.file = {"tokens": self.chosen.tokens, "known": len(known), "mib": self.path.stat().st_size >> 20,
                     "filled_s": time.monotonic() - begun}
        stand.say(f"  {self.file['mib']:,} MiB in {self.file['filled_s']:.0f} s")
        party = stand.party_of(host, "full")
        party.pools[ANY] = known
        for token in (known[0], known[-1]):
            told = host.post("/introspect", token=token).json()
            if told.get("active") is not True:  # which would be cheaper
                raise RuntimeError(f"a token that was filled in is not live: {told}")
        return party

    def compared(self, parties):
        """Each job on both files in turn; where its target is measured; several times, and the mean."""
        found = {(party.name, job.name): [] for party in parties for job in JOBS}
        for _ in range(self.chosen.rounds):
            for job in JOBS:
                for party in parties:
                    found[party.name, job.name].append(party.run(job, job.conns, self.chosen.seconds))
        mean = {key: {name: statistics.fmean(row[name] for row in rows) for name in FIGURES} for key, rows in found.items()}
        return [{"job": job.name, "connections": job.conns, "empty": mean["empty", job.name], "full": mean["full", job.name]}
                for job in JOBS]

    def wait_for_purge(self, now_ms):
        before = fill.left_to_purge(self.path, now_ms)
        deadline = time.monotonic() + PURGE_WAIT_S
        while time.monotonic() < deadline:
            if fill.left_to_purge(self.path, now_ms) < before:
                return
            time.sleep(0.05)
        raise RuntimeError("nothing is purged")

    def watched(self, party, what, run):
        """How many rows go while something runs, and what the daemon uses."""
        now_ms = int(time.time() * 1000)
        rows, used, begun = fill.left_to_purge(self.path, now_ms), party.server.counts(), time.monotonic()
        figures = run()
        left = fill.left_to_purge(self.path, now_ms)
        took = time.monotonic() - begun
        cpu, syncs, written = (now - then for then, now in zip(used, party.server.counts()))
        stand.say(f"  purging {what}: {(rows - left) / took:,.0f} rows/s, {left:,} left")
        return {"while": what, "rows": rows - left, "left": left, "rows_per_second": (rows - left) / took,
                "cpu_us_per_row": cpu / 1000 / max(1, rows - left), "syncs": syncs, "written": written, "load": figures}

    def purged(self, party, compared):
        """What a purge does by itself and under load; requests beside it are held against those without."""
        host = self.hosts[-1]
        host.stop_daemon()
        fill.expire(self.path, self.chosen.purge_rows)
        party.server = host.start_counted()
        stand.say("  waiting for the purge to begin")
        self.wait_for_purge(int(time.time() * 1000))
        phases = [self.watched(party, "alone", lambda: time.sleep(self.chosen.seconds))]
        for job in LOADS:
            if phases[-1]["left"] == 0:
                stand.say("  all rows are gone; more of them are needed to see it under load")
                break
            phases.append(self.watched(party, job.name, lambda job=job: party.run(job, job.conns, self.chosen.seconds)))
        quiet = {row["job"]: row["full"] for row in compared}
        for phase in phases[1:]:
            phase["quiet"] = quiet[phase["while"]]
        return phases

    def measured(self):
        empty = self.host()
        floor = stand.floor_rows([16, 64], self.chosen.seconds, empty.directory)
        parties = [stand.authcode_party(empty, "empty"), self.full_party()]
        rows = self.compared(parties)
        purge = self.purged(parties[1], rows) if self.chosen.purge_rows else []
        ready = {name: statistics.median(host.ready_ms() for _ in range(5))
                 for name, host in zip(("empty", "full"), self.hosts)}
        return {"file": self.file, "floor": floor, "rows": judged(rows), "purge": purge, "ready_ms": ready}


def judged(rows):
    for row in rows:
        empty, full = row["empty"], row["full"]
        row["ratio"] = {"cpu": full["cpu_us"] / empty["cpu_us"], "per_second": empty["per_second"] / full["per_second"],
                        "p99": full["p99_ms"] / empty["p99_ms"]}
        row["kept"] = row["ratio"]["cpu"] <= MOST and row["ratio"]["per_second"] <= MOST
    return rows


def scale_line(row):
    empty, full = row["empty"], row["full"]
    return (SAID[row["job"]], row["connections"], f"{empty['cpu_us']:.1f}", f"{full['cpu_us']:.1f}", f"{row['ratio']['cpu']:.2f}",
            f"{empty['per_second']:,.0f}", f"{full['per_second']:,.0f}", f"{row['ratio']['per_second']:.2f}",
            f"{empty['p99_ms']:.1f} / {full['p99_ms']:.1f}", f"≤ {MOST} {'kept' if row['kept'] else 'missed'}")


def purge_line(phase):
    load, quiet = phase["load"], phase.get("quiet")
    return (SAID.get(phase["while"], phase["while"]), f"{phase['rows_per_second']:,.0f}", f"{phase['cpu_us_per_row']:.1f}" if not load else "",
            f"{load['per_second']:,.0f} ({quiet['per_second']:,.0f})" if load else "",
            f"{load['p99_ms']:.1f} ({quiet['p99_ms']:.1f})" if load else "",
            f"{load['p999_ms']:.1f} ({quiet['p999_ms']:.1f})" if load else "")


def markdown(figures):
    file, ready = figures["file"], figures["ready_ms"]
    out = table.lines_of(("request", "connections", "CPU empty, µs", "full", "ratio", "per second empty", "full", "ratio",
                          "p99 empty / full, ms", "target"), map(scale_line, figures["rows"]))
    out += (f"\nFull: {file['tokens']:,} live tokens and {file['tokens'] // fill.PER_FAMILY:,} grants in {file['mib']:,} MiB; "
            f"{file['known']:,} of them are asked for in turn. Ready {ready['full']:.0f} ms after exec, "
            f"{ready['empty']:.0f} ms with the empty file.\n")
    if figures["purge"]:
        out += "\n" + table.lines_of(("purging, and beside it", "rows per second", "CPU, µs a row", "requests per second (without)",
                                      "p99, ms (without)", "p99.9, ms (without)"), map(purge_line, figures["purge"]))
    return out + "\n" + machine.sentence(figures["machine"]) + "\n"


def main():
    parser = stand.parser(__doc__, 3)
    parser.add_argument("--tokens", type=counted, default=10_000_000, metavar="N", help="a number of them, 500k or 10M [10M]")
    parser.add_argument("--rounds", type=int, default=2, help="how often each job is run on both [2]")
    parser.add_argument("--purge-rows", type=counted, metavar="N", help="how many to purge; 0: none [a tenth of the tokens]")
    chosen = parser.parse_args()
    if chosen.purge_rows is None:
        chosen.purge_rows = chosen.tokens // 10
    scale = Scale(chosen)
    try:
        figures = scale.measured()
    finally:
        scale.stop()
    stand.write(chosen.out, "scale", figures, markdown)


if __name__ == "__main__":
    main()
