#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make bench-peers: the same jobs on glewlwyd (Debian) and oidc-provider (npm), beside authcode and the floor.

Everything is on loopback, and started and ended here. Each server runs by itself on the first core. What is missing
is fetched into the build directory; nothing is installed.
"""
import jobs
import machine
import peer_glewlwyd
import peer_oidc_provider
import rival
import stand
import table

RIVALS = {kind.name: kind for kind in (peer_oidc_provider.OidcProvider, peer_glewlwyd.Glewlwyd)}
# How many times the CPU of authcode a rival must need.
TARGETS = {("oidc-provider", "introspection"): 10, ("oidc-provider", "code-es256"): 5,
           ("glewlwyd", "introspection"): 40, ("glewlwyd", "code-es256"): 40}
HEAD = ("request", "connections", "server", "per second", "CPU, µs", "× authcode", "target", "p50 / p99, ms", "syncs",
        "memory, MiB")


def rows_of(party, todo, chosen):
    """First a round that nobody looks at: node compiles what it has seen often."""
    todo = list(todo)
    for connections in chosen.connections:
        for job in todo:
            party.run(job, connections, chosen.seconds, aloud=False)
        for job in todo:
            yield {"server": party.name, **party.run(job, connections, chosen.seconds)}


def ours(chosen):
    host = stand.BenchHost()
    try:
        rows = stand.floor_rows(chosen.connections, chosen.seconds, host.directory)
        rows += rows_of(stand.authcode_party(host), rival.JOBS, chosen)
    finally:
        host.stop()
    return [{"server": "authcode", **row} for row in rows]


def theirs(kind, chosen, versions):
    one = kind(stand.BUILD)
    try:
        one.install()
        versions[kind.name] = one.version()
        return list(rows_of(one.start(), one.jobs(), chosen))
    finally:
        one.stop()


def judged(rows):
    """The same, each with how many times authcode's CPU it is."""
    own = {(row["job"], row["connections"]): row["cpu_us"] for row in rows if row["server"] == "authcode"}
    for row in rows:
        if row["job"] == "floor":
            continue
        row["ratio"] = row["cpu_us"] / own[row["job"], row["connections"]]
        least = TARGETS.get((row["server"], row["job"]))
        if least:
            row["target"], row["kept"] = least, row["ratio"] >= least
    return rows


def line(row):
    target = f"≥ {row['target']} {'kept' if row['kept'] else 'missed'}" if "target" in row else ""
    said = {job.name: job.said for job in (jobs.FLOOR, *jobs.JOBS)}
    return (said[row["job"]], row["connections"], row["server"] if row["job"] != "floor" else "", f"{row['per_second']:,.0f}",
            f"{row['cpu_us']:,.1f}", f"{row['ratio']:.1f}" if "ratio" in row else "", target,
            f"{row['p50_ms']:.1f} / {row['p99_ms']:.1f}",
            "–" if row["server"] == "oidc-provider" else f"{row['syncs']:.2f}", f"{row['rss_mib']:.0f}")


def markdown(figures):
    order = {name: i for i, name in enumerate(("floor", *rival.MEASURED))}
    rows = sorted(figures["rows"], key=lambda row: (order[row["job"]], row["connections"]))
    versions = ", ".join(f"{name} {version}" for name, version in figures["versions"].items())
    return f"{table.lines_of(HEAD, map(line, rows))}\n{versions}. {machine.sentence(figures['machine'])}\n"


def main():
    parser = stand.parser(__doc__, 5, [16])
    parser.add_argument("--only", nargs="+", choices=RIVALS, default=list(RIVALS), metavar="RIVAL",
                        help="instead of all: " + ", ".join(RIVALS))
    chosen = parser.parse_args()
    for name in chosen.only:
        stand.say(f"{name} needs {RIVALS[name].installs}: fetched to {stand.BUILD}/bench/peers/{name} unless it is there")
    rows, versions = ours(chosen), {}
    for name in chosen.only:
        rows += theirs(RIVALS[name], chosen, versions)
    stand.write(chosen.out, "peers", {"versions": versions, "rows": judged(rows)}, markdown)


if __name__ == "__main__":
    main()
