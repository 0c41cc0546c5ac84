#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make bench: what a request costs the daemon, as a ratio to libmicrohttpd answering a fixed JSON.

Everything is on loopback, and started, ended and removed here.
"""
import statistics

import jobs
import stand
import table
from table import markdown


def measured(host, chosen):
    rows = stand.floor_rows(chosen.connections, chosen.seconds, host.directory)
    party = stand.authcode_party(host)
    # what a job takes is an earlier one's harvest at the same number of connections
    for connections in chosen.connections:
        for job in stand.with_feeders(chosen.only, jobs.JOBS):
            rows.append(party.run(job, connections, chosen.seconds))
    ready_ms = statistics.median(host.ready_ms() for _ in range(5))
    return {"rows": rows, "idle_mib": party.idle_mib, "ready_ms": ready_ms}


def main():
    parser = stand.parser(__doc__, 5, [2, 16, 64])
    parser.add_argument("--only", nargs="+", choices=[job.name for job in jobs.JOBS], metavar="JOB",
                        help="instead of all: " + ", ".join(job.name for job in jobs.JOBS))
    chosen = parser.parse_args()
    host = stand.BenchHost()
    try:
        figures = measured(host, chosen)
    finally:
        host.stop()
    stand.write(chosen.out, "bench", table.judged(figures), markdown)
    (chosen.out / "bench.svg").write_text(table.picture(figures))


if __name__ == "__main__":
    main()
