# SPDX-License-Identifier: Apache-2.0
"""What the tests share, and how pytest-xdist (-n) deals them out."""
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from host import Host  # noqa: E402

# What waits longest for a clock of the daemon begins first, so that the rest runs meanwhile.
LONGEST = ("test_client_keys.py", "test_accounts.py", "test_deadline.py", "test_helper_killed.py", "test_fetch.py",
           "test_keys.py", "test_flow.py", "test_start.py", "test_clients.py", "test_levels.py", "test_routes.py",
           "test_database.py", "test_logout_gone.py",
           "test_explained.py")
# Each test of these has a host of its own, so they need not be in one process.
APART = ("test_client_keys.py", "test_accounts.py", "test_helper_killed.py", "test_fetch.py")


def pytest_collection_modifyitems(items):
    last = len(LONGEST)
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else last)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """A process takes a file, whose tests share a daemon, or a test of those that are apart."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            path = nodeid.partition("::")[0]
            return nodeid if path.endswith(APART) else path

    config.option.loadscopereorder = False  # of 3.6: else files with many tests would come first
    return ByFile(config, log)


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
