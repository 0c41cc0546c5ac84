# SPDX-License-Identifier: Apache-2.0
"""Passwords pass through the daemon and are gone. What GnuTLS keeps of a record is not ours to wipe."""
import time

from host import PASSWORD, ROOT, USER, Person


def held_in_memory(pid, canary):
    """Does a process hold these bytes? Needs the right to read its memory."""
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            span, rights = line.split()[:2]
            start, end = (int(part, 16) for part in span.split("-"))
            if not rights.startswith("rw") or end - start > 1 << 28:  # the shadow of a sanitizer
                continue
            memory.seek(start)
            if canary in memory.read(end - start):
                return True
    return False


if ROOT:  # an ordinary user may not look, which is what PR_SET_DUMPABLE is for
    def test_a_password_is_gone_from_memory_while_the_browser_stays_connected(server):
        person = Person(server.issuer)
        page = person.submit(person.go(server.authorize_url("otp")), username=USER, password=PASSWORD)
        page = person.submit(page, answer="a-wrong-canary-answer")
        assert page.status_code == 200
        time.sleep(1)
        assert held_in_memory(server.daemon.pid, server.issuer.encode())  # the search finds what is there
        assert not held_in_memory(server.daemon.pid, PASSWORD.encode())
        assert not held_in_memory(server.daemon.pid, b"a-wrong-canary-answer")
