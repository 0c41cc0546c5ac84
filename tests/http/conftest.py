# SPDX-License-Identifier: Apache-2.0
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from host import Host  # noqa: E402


@pytest.fixture(scope="module", name="server", params=["http"])
def one_server_for_a_module(request):
    """Daemon and helper; parametrize indirectly with "https" or "unix"."""
    host = Host(tls=request.param == "https", unix=request.param == "unix")
    try:
        yield host.start()
    finally:
        host.stop()


@pytest.fixture(name="hosts")
def any_number_of_hosts():
    made = []

    def make(**options):
        made.append(Host(**options))
        return made[-1]

    yield make
    for host in made:
        host.stop()
