# SPDX-License-Identifier: Apache-2.0
"""On what the figures were taken: they mean nothing without it."""
import datetime
import os
import pathlib
import platform
import re
import sqlite3
import subprocess


def first(path, pattern):
    """What the pattern finds in a file of the kernel or the distribution; "" when it does not."""
    try:
        found = re.search(pattern, pathlib.Path(path).read_text(), re.M)
    except OSError:
        return ""
    return found[1].strip() if found else ""


def version_of(library):
    """As pkg-config has it."""
    asked = subprocess.run(["pkg-config", "--modversion", library], capture_output=True, text=True, check=False)
    return asked.stdout.strip() or "?"


def optimised(build):
    """The words for the compiler that decide how fast what it makes is."""
    cflags = first(build / "Makefile", r"^CFLAGS = (.*)$")
    return " ".join(word for word in cflags.split() if word.startswith(("-O", "-flto", "-march"))) or "-O0"


def facts(build):
    return {
        "date": datetime.date.today().isoformat(),
        "cpu": first("/proc/cpuinfo", r"^model name\s*: (.*)$") or platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "virtual": "hypervisor" in first("/proc/cpuinfo", r"^flags\s*: (.*)$").split(),
        "memory_gib": round(int(first("/proc/meminfo", r"^MemTotal:\s*(\d+)") or 0) / 2**20),
        "system": first("/etc/os-release", r'^PRETTY_NAME="(.*)"$'),
        "kernel": platform.release(),
        "libmicrohttpd": version_of("libmicrohttpd"),
        "openssl": version_of("libcrypto"),
        "sqlite": sqlite3.sqlite_version,
        "compiler": optimised(build),
    }


def sentence(told):
    return (f"Taken {told['date']} on {told['cores']} cores of {told['cpu']}{' (virtual)' if told['virtual'] else ''}, "
            f"{told['memory_gib']} GiB, {told['system']}, Linux {told['kernel']}, libmicrohttpd {told['libmicrohttpd']}, "
            f"SQLite {told['sqlite']}, OpenSSL {told['openssl']}, compiled with {told['compiler']}.")
