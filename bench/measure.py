# SPDX-License-Identifier: Apache-2.0
"""One job against one server: what load.c says of the answers, what the kernel says of the server."""
import json
import mmap
import os
import pathlib
import struct
import subprocess
import time


class Syncs:
    """The two counters of syncs.c."""

    def __init__(self, directory):
        self.path = pathlib.Path(directory) / "syncs"
        self.path.write_bytes(bytes(mmap.PAGESIZE))
        self.path.chmod(0o666)

    def now(self):
        return struct.unpack("QQ", self.path.read_bytes()[:16])


def cpu_ns(pid):
    """utime and stime of /proc/PID/stat, in nanoseconds instead of ticks: the CPU clock of a process, whose number
    Linux makes of its id. All threads count, also those that have ended.
    """
    return time.clock_gettime_ns(~pid << 3 | 2)


def children_cpu_ns(pid):
    """Of the processes that it has started and waited for, in ticks."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) * 1_000_000_000 // os.sysconf("SC_CLK_TCK")


def memory_kib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise RuntimeError(f"no VmRSS of {pid}")


def stolen():
    """Ticks of all cores that the host took, and that anybody used."""
    fields = [int(word) for word in pathlib.Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    return fields[7], sum(fields[:3]) + sum(fields[5:8])


class Server:
    def __init__(self, pid, port, syncs=None):
        self.pid, self.port, self.syncs = pid, port, syncs

    def counts(self):
        return (cpu_ns(self.pid), *(self.syncs.now() if self.syncs else (0, 0)))


def run(load, server, job, requests, settings):
    """A dict of figures; raises when the answers are not those of the job."""
    words = [str(load), str(server.port), str(settings["connections"]), str(settings["seconds"]), str(requests)]
    if job.fed_by:
        words += ["once"]
    if job.mark:
        words += ["collect", job.mark, str(settings["harvest"])]
    before, steal_before = server.counts(), stolen()
    ended = subprocess.run(words, capture_output=True, text=True, timeout=settings["seconds"] + 60, check=False,
                           preexec_fn=lambda: os.sched_setaffinity(0, settings["load_cores"]))
    after, steal_after = server.counts(), stolen()
    if ended.returncode != 0:
        raise RuntimeError(f"{job.name}: {ended.stderr.strip()}")
    told = json.loads(ended.stdout)
    wrong = {kind: n for kind, n in told["statuses"].items() if n and kind != job.status}
    if wrong or told["broken"] or not told["answered"]:
        raise RuntimeError(f"{job.name}: {told}")
    cpu, syncs, written = (b - a for a, b in zip(before, after))
    answered = told["answered"]
    return {
        "connections": settings["connections"],
        "answered": answered,
        "per_second": answered / told["elapsed_s"],
        "cpu_us": cpu / 1000 / answered,
        "p50_ms": told["p50_us"] / 1000, "p99_ms": told["p99_us"] / 1000, "p999_ms": told["p999_us"] / 1000,
        "syncs": syncs / answered, "written": written / answered,
        "rss_mib": memory_kib(server.pid) / 1024,
        "stolen": (steal_after[0] - steal_before[0]) / max(1, steal_after[1] - steal_before[1]),
    }
