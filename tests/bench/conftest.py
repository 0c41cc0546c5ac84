# SPDX-License-Identifier: Apache-2.0
"""The benchmarks for a moment: what they measure here is of no use, that they measure is."""
import json
import os
import pathlib
import subprocess
import sys

import pytest

BENCH = pathlib.Path(__file__).resolve().parents[2] / "bench"
BUILD = pathlib.Path(os.environ["AUTHCODE_BUILD"]).resolve()
sys.path.insert(0, str(BENCH))


def ran(script, *words, timeout=300):
    return subprocess.run(["/usr/bin/python3", BENCH / script, *map(str, words)], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=timeout, check=False)


@pytest.fixture(scope="session")
def figures(tmp_path_factory):
    """What a benchmark has written; it is run once."""
    out, known = tmp_path_factory.mktemp("bench"), {}

    def of(name, *words):
        if name not in known:
            done = ran(f"{name}.py", *words, "--out", out)
            assert done.returncode == 0, done.stderr[-3000:]
            known[name] = json.loads((out / f"{name}.json").read_text())
            assert done.stdout == (out / f"{name}.md").read_text() + "\n"
        return known[name]
    of.out = out
    return of


@pytest.fixture
def floor():
    """libmicrohttpd with its one answer, as a party."""
    import stand
    port = stand.hosts.free_port()
    child = subprocess.Popen([BUILD / "bench" / "floor", str(port)], text=True, stdout=subprocess.PIPE)
    assert child.stdout.readline() == "ready\n"
    yield port, child.pid
    child.terminate()
    assert child.wait(timeout=10) == 0
