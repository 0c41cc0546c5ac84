#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The daemon is killed with SIGKILL, again and again, while clients exchange codes and refresh tokens; what they were
told, which they have synced to a ledger before they go on, is what the state must still say.

    kills.py [--kills N] [--exchanges N] [--clients N] [--seed N]

Ends by itself, prints what it did, and fails when an acknowledged token was lost, or a code or a refresh token was good
twice. The moments of the kills follow from the seed; what is under way then does not.
"""
import argparse
import concurrent.futures
import contextlib
import os
import pathlib
import random
import select
import signal
import sqlite3
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "http")]

from client import CLIENT, SCOPE, Client  # noqa: E402
from host import BUILD, CALLBACK, PASSWORD, USER, Host, Person, answer_of  # noqa: E402
from judge import Judge  # noqa: E402
from ledger import Book, Ledger  # noqa: E402

# What is presented again, and asked for when its row has gone, are guesses to the daemon.
BLOCK = """
stranger_guesses = 0
address_guesses = 0
total_guesses = 0
token_guesses = 0
access_token_lifetime = "12h"
client "{client}" {{
	client_secret_file = "{secret}"
	redirect_uris = {{"{callback}"}}
	scope = "{scope}"
	trusted = yes
	refresh_rotation = always
	id_token_signed_response_alg = ES256
}}
"""
TURN_S = 60      # no exchanges in so long: the server hangs
EARLY = 8        # one kill in so many is followed by another while the daemon starts
EARLY_S = 0.2    # within this
LATE_S = 0.02    # after the exchange that was waited for
TELL_S = 10


class CrashHost(Host):
    """As the tests have it, but for a log of what goes wrong alone."""

    def write_config(self, extra=""):
        super().write_config(extra + BLOCK.format(client=CLIENT, secret=self.directory / "secret", callback=CALLBACK,
                                                  scope=SCOPE))
        self.config.write_text(self.config.read_text().replace('log_level = "debug"', 'log_level = "warning"'))

    def launch(self):
        with open(self.directory / "authcoded.log", "ab") as log:
            self.daemon = subprocess.Popen([BUILD / "authcoded", "--config", self.config, "--print-ready"],
                                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log)

    def start_daemon(self):
        self.launch()
        ready = select.select([self.daemon.stdout], [], [], 20)[0] and self.daemon.stdout.readline()
        assert ready and ready.startswith(b"ready "), self.log()[-3000:]

    def kill_daemon(self):
        if self.daemon is None:
            return
        self.daemon.kill()
        self.daemon.wait(timeout=15)
        self.daemon.stdout.close()
        self.daemon = None

    def cookie(self):
        """Of somebody who has just signed in."""
        someone = Person(self.issuer)
        assert "code" in answer_of(someone.sign_in(self.authorize_url(CLIENT, scope=SCOPE), USER, PASSWORD))
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in someone.http.cookies)


class Trial:
    def __init__(self, host, clients, seed):
        self.host, self.random = host, random.Random(seed)
        self.seed, self.count = seed, clients
        self.book = Book()
        self.judge = Judge(host.port, self.book, self.random)
        self.kills = self.early_kills = self.exchanges = 0
        self.changed = threading.Condition()
        self.began = self.told = time.monotonic()
        self.clients, self.ledgers = [], []

    def begin(self):
        """Everybody signs in."""
        for number in range(self.count):
            path = self.host.directory / f"ledger.{number}"
            self.ledgers.append(path)
            self.clients.append(Client(self.host.port, self.host.cookie(), Ledger(path), f"{self.seed}.{number}",
                                       self.acknowledged))

    def acknowledged(self):
        with self.changed:
            self.exchanges += 1
            self.changed.notify_all()

    def everybody(self, pool, what):
        return [pool.submit(what, client) for client in self.clients]

    def kill_among(self, running, exchanges):
        """After so many of them, or a moment later. Nobody's connection may break before."""
        with self.changed:
            self.changed.wait_for(lambda: self.exchanges >= exchanges or any(run.done() for run in running), TURN_S)
        time.sleep(self.random.random() * LATE_S)
        for run in running:
            if run.done():
                self.book.fault(f"a connection broke before any kill: {run.result()}")
        if self.exchanges < exchanges:
            self.book.fault(f"fewer exchanges than were waited for: {self.exchanges} of {exchanges}")
        self.host.kill_daemon()
        self.kills += 1

    def come_back(self):
        """What was killed starts, and now and then is killed at it."""
        self.judge.forget_connections()
        while self.random.randrange(EARLY) == 0:
            self.host.launch()
            time.sleep(self.random.random() * EARLY_S)
            self.host.kill_daemon()
            self.kills += 1
            self.early_kills += 1
        self.host.start_daemon()

    def one_round(self, pool, exchanges):
        running = self.everybody(pool, Client.run)
        self.kill_among(running, self.exchanges + exchanges)
        for run in running:
            run.result(timeout=TURN_S)
        self.come_back()
        for run in self.everybody(pool, Client.settle):
            run.result(timeout=TURN_S)
        self.judge.after_kill(self.book.read(self.ledgers))

    def run(self, kills, exchanges, tell=None):
        mean = max(1, exchanges // kills)
        with concurrent.futures.ThreadPoolExecutor(self.count) as pool:
            try:
                while (self.kills < kills or self.exchanges < exchanges) and not self.book.faults:
                    self.one_round(pool, self.random.randint(1, 2 * mean))
                    if tell and time.monotonic() - self.told > TELL_S:
                        self.told = time.monotonic()
                        tell(self.summary())
            except BaseException:
                self.host.kill_daemon()  # or its clients would never end
                raise
        if not self.book.faults:
            self.judge.at_the_end()
        for client in self.clients:
            client.ledger.close()
            client.wire.close()
        self.judge.close()

    def examine(self):
        """What the file itself says, once nobody uses it: of redemptions also those whose answer nobody got."""
        with contextlib.closing(sqlite3.connect(f"file:{self.host.state / 'authcode.db'}?mode=ro", uri=True)) as db, db:
            for said, in db.execute("PRAGMA integrity_check"):
                if said != "ok":
                    self.book.fault(f"the database is damaged: {said}")
            twice = db.execute("SELECT count(*) FROM (SELECT 1 FROM audit WHERE event = 'token_issued' AND client_id = ? "
                               "GROUP BY object_id HAVING count(*) > 1)", (CLIENT,)).fetchone()[0]
            issued = db.execute("SELECT count(*) FROM audit WHERE event = 'token_issued' AND client_id = ?",
                                (CLIENT,)).fetchone()[0]
            refreshed = db.execute("SELECT count(*) FROM audit WHERE event = 'token_refreshed' AND client_id = ?",
                                   (CLIENT,)).fetchone()[0]
        if twice:
            self.book.fault(f"{twice} codes were redeemed twice, says the audit")
        if issued < self.book.redeemed or refreshed < self.book.refreshed:
            self.book.fault(f"records were lost: of {self.book.redeemed} codes {issued}, "
                            f"of {self.book.refreshed} refreshes {refreshed}")

    def look_at_records(self):
        """They are a chain without a gap, however often the daemon was killed while it wrote it."""
        told = subprocess.run([BUILD / "authcodectl", "--socket", self.host.directory / "run" / "admin.sock", "audit",
                               "verify"], capture_output=True, timeout=600, check=False, text=True)
        if told.returncode != 0:
            self.book.fault(f"audit verify ends with {told.returncode}: {told.stderr.strip()}")

    def summary(self):
        book, judge = self.book, self.judge
        return (f"{self.kills:,} kills ({self.early_kills:,} of them while starting), {book.redeemed:,} codes exchanged, "
                f"{book.refreshed:,} refreshes, {book.unanswered:,} requests without answer sent again; "
                f"asked for a token {judge.asked:,} times, presented again {judge.codes_again:,} codes and "
                f"{judge.refreshes_again:,} replaced refresh tokens, had {judge.repeats:,} answers repeated; "
                f"{book.excused:,} refused rightly; {len(book.faults):,} faults; "
                f"{time.monotonic() - self.began:.0f} s, seed {self.seed}")


def tried(kills, exchanges, clients=8, seed=None, tell=None):
    """A trial that has ended."""
    host = CrashHost()
    try:
        host.start_helper()
        host.start_checker()
        host.start_daemon()
        trial = Trial(host, clients, seed if seed is not None else random.randrange(1 << 32))
        trial.begin()
        trial.run(kills, exchanges, tell)
        trial.look_at_records()
        if host.stop_daemon() != 0:
            trial.book.fault("the daemon did not end well")
        trial.examine()
        return trial
    finally:
        host.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--exchanges", type=int, default=200_000, help="of codes; refreshes come with them")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # nothing that it started is left
    trial = tried(chosen.kills, chosen.exchanges, chosen.clients, chosen.seed,
                  lambda line: print(line, file=sys.stderr, flush=True))
    for fault in trial.book.faults[:20]:
        print(f"FAULT: {fault}")
    print(trial.summary())
    return 1 if trial.book.faults else 0


if __name__ == "__main__":
    sys.exit(main())
