# SPDX-License-Identifier: Apache-2.0
"""Fills a database of authcode with live tokens, as fast as SQLite takes them.

Nothing of the schema is made here: the daemon has made the file, somebody has signed in, and the daemon has ended. For
every ten tokens there is an authorization (family) and a consent (grant), for every ten of those a person with a
session, each with accounts that do not exist. A family has a refresh token, and its tokens lie far apart in the file,
as those do that were got in the course of a day. Each hundredth family is of the person who has signed in, and of it
come the tokens whose secret is known; the others are random hashes. All rows are of the last hour.

Rows are made inside SQLite, in the order of their keys, without a journal; indexes are taken away before and made
again after, from the words that the file itself has for them.
"""
import base64
import contextlib
import dataclasses
import hashlib
import os
import sqlite3
import time

HOUR = 3_600_000
KEY_BITS = 21   # row_key.h
PER_FAMILY = 10
KNOWN_EACH = 1000
CHUNK = 500_000
INDEXES = ("token_forget", "family_forget", "session_forget")
BYTES_EACH = 400  # of a token with its share of everything, generously


def secret_of(row):
    return hashlib.sha256(b"bench-scale" + row.to_bytes(8, "big")).digest()


def hash_of(row):
    """What the store keeps of an access token (credential.h)."""
    return hashlib.sha256(b"aca_" + secret_of(row)).digest()


def text_of(row):
    return "aca_" + base64.urlsafe_b64encode(row.to_bytes(8, "big") + secret_of(row)).decode().rstrip("=")


@dataclasses.dataclass
class Filler:
    db: sqlite3.Connection
    tokens: int
    say: object
    subject: int = 0   # who has signed in
    session: int = 0

    def __post_init__(self):
        self.begin_ms = int(time.time() * 1000) - HOUR
        self.families = self.tokens // PER_FAMILY
        self.people = max(1, self.families // 10)
        self.done = 0

    def values(self, **more):
        return {"begin": self.begin_ms, "hour": HOUR, "tokens": self.tokens, "families": self.families,
                "people": self.people, "subject": self.subject, "session": self.session, **more}

    def rows(self, what, count, statement):
        """Runs an INSERT … SELECT … FROM n for i from 0 to count, so many at a time."""
        for first in range(0, count, CHUNK):
            self.db.execute("BEGIN")
            self.db.execute(f"WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :last) {statement}",
                            self.values(first=first, last=min(count, first + CHUNK)))
            self.db.execute("COMMIT")
            self.say(f"  {what}: {min(count, first + CHUNK):,} of {count:,}")

    def run(self):
        self.db.create_function("known", 1, hash_of, deterministic=True)
        self.subject, self.session = self.db.execute("SELECT subject_id, id FROM session ORDER BY id DESC LIMIT 1").fetchone()
        indexes = [self.db.execute("SELECT sql FROM sqlite_master WHERE type = 'index' AND name = ?", (name,)).fetchone()[0]
                   for name in INDEXES]
        for name in INDEXES:
            self.db.execute(f"DROP INDEX {name}")
        for what, count, statement in (("people", self.people, PEOPLE), ("sessions", self.people, SESSIONS),
                                       ("grants", self.families, GRANTS), ("authorizations", self.families, FAMILIES),
                                       ("tokens", self.tokens, TOKENS)):
            self.rows(what, count, statement)
        for sql in indexes:
            self.say(f"  {sql}")
            self.db.execute(sql)

    def known(self):
        """Access tokens that can be shown, from all over the file."""
        return [text_of(self.row_of(i)) for i in range(self.families, self.tokens, KNOWN_EACH)]

    def row_of(self, i):
        return (self.begin_ms + i * HOUR // self.tokens) << KEY_BITS | i & (1 << KEY_BITS) - 1


# In SQLite << | & are equals and || binds closer than %, hence the brackets.
PERSON_ROW = f"((:begin - :hour) << {KEY_BITS} | %s)"
FAMILY_ROW = f"((:begin - :hour + %s * :hour / :families) << {KEY_BITS} | (%s & {(1 << KEY_BITS) - 1}))"
TOKEN_ROW = f"((:begin + i * :hour / :tokens) << {KEY_BITS} | (i & {(1 << KEY_BITS) - 1}))"

PEOPLE = f"""INSERT INTO subject (id, sub, user_name, uid, full_name, group_names, first_seen_ms, forget_ms)
	SELECT {PERSON_ROW % 'i'}, 'bench-' || i, 'bench-' || i, 100000 + i, 'Person ' || i, 'users', :begin, :begin + 2000 * :hour
	FROM n"""
SESSIONS = f"""INSERT INTO session (id, hash, subject_id, auth_time_ms, acr, amr, created_ms, idle_expires_ms, expires_ms, forget_ms)
	SELECT {PERSON_ROW % 'i'}, randomblob(32), {PERSON_ROW % 'i'}, :begin, '', 'pwd', :begin, :begin + 8 * :hour,
	:begin + 24 * :hour, :begin + 2000 * :hour FROM n"""
GRANTS = f"""INSERT INTO user_grant (subject_id, client_id, scope, updated_ms)
	SELECT {PERSON_ROW % '(i / 10)'}, 'client-' || (i % 10), 'openid profile offline_access', :begin FROM n
	WHERE i / 10 < :people"""
FAMILIES = f"""INSERT INTO family (id, client_id, subject_id, session_id, scope, auth_time_ms, acr, amr, created_ms, expires_ms,
	forget_ms)
	SELECT {FAMILY_ROW % ('i', 'i')}, iif(i % 100, 'client-' || (i / :people % 10), 'app'),
	iif(i % 100, {PERSON_ROW % '(i % :people)'}, :subject), iif(i % 100, {PERSON_ROW % '(i % :people)'}, :session),
	iif(i % 100, 'openid profile offline_access', 'profile'), :begin, '', 'pwd', :begin, :begin + 2000 * :hour,
	:begin + 2000 * :hour FROM n"""
TOKENS = f"""INSERT INTO token (id, kind, hash, family_id, scope, created_ms, expires_ms, forget_ms)
	SELECT {TOKEN_ROW}, iif(i < :families, 2, 1), iif(i >= :families AND i % {KNOWN_EACH} = 0, known({TOKEN_ROW}), randomblob(32)),
	{FAMILY_ROW % ('(i % :families)', '(i % :families)')}, 'profile', :begin + i * :hour / :tokens,
	:begin + i * :hour / :tokens + 24 * :hour, :begin + i * :hour / :tokens + iif(i < :families, 2000, 24) * :hour FROM n"""


def filled(path, tokens, say):
    """Fills the file and returns access tokens of it that can be shown."""
    db = sqlite3.connect(path, isolation_level=None)
    try:
        # nobody else has it open, and if this is interrupted the file is thrown away
        for pragma in ("journal_mode = DELETE", "journal_mode = OFF", "synchronous = OFF", "cache_size = -1000000",
                       "temp_store = MEMORY"):
            db.execute(f"PRAGMA {pragma}").fetchone()
        filler = Filler(db, tokens, say)
        filler.run()
    finally:
        db.close()
    with open(path, "rb") as file:
        os.fsync(file.fileno())  # else the first commits that are measured would pay for it
    return filler.known()


def expire(path, count):
    """Makes the first tokens of the file old enough to be purged."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        with db:
            last = db.execute("SELECT id FROM token ORDER BY id LIMIT 1 OFFSET ?", (count - 1,)).fetchone()[0]
            db.execute("UPDATE token SET expires_ms = created_ms, forget_ms = created_ms WHERE id <= ?", (last,))
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


def left_to_purge(path, now_ms):
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return db.execute("SELECT count(*) FROM token WHERE forget_ms <= ?", (now_ms,)).fetchone()[0]
    finally:
        db.close()
