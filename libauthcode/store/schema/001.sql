-- SPDX-License-Identifier: Apache-2.0
-- Copyright the authcode authors
--
-- Ids are row keys (row_key.h), so rows are appended. Times are Unix
-- milliseconds, 0: not (yet). Hashes are SHA-256; no credential is stored.
--
-- forget_ms is when a row stops mattering; purge deletes by its index and by
-- nothing else, so its cost does not grow with the table. What a row that can
-- be purged is named by is no foreign key: checking one would scan the children
-- at every delete, or cost an index more at every insert. Order keeps them
-- whole instead: tokens go first, then families, codes, sessions.

CREATE TABLE subject (
	id            INTEGER PRIMARY KEY,
	sub           TEXT NOT NULL UNIQUE CHECK (sub <> ''),
	user_name     TEXT NOT NULL,
	uid           INTEGER NOT NULL,
	full_name     TEXT NOT NULL,
	group_names   TEXT NOT NULL,
	first_seen_ms INTEGER NOT NULL,
	retired_ms    INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX subject_live ON subject (user_name) WHERE retired_ms = 0;

CREATE TABLE session (
	id              INTEGER PRIMARY KEY,
	hash            BLOB NOT NULL CHECK (length(hash) = 32),
	subject_id      INTEGER NOT NULL REFERENCES subject (id),
	auth_time_ms    INTEGER NOT NULL,
	acr             TEXT NOT NULL,
	amr             TEXT NOT NULL,
	created_ms      INTEGER NOT NULL,
	idle_expires_ms INTEGER NOT NULL,
	expires_ms      INTEGER NOT NULL,
	ended_ms        INTEGER NOT NULL DEFAULT 0,
	forget_ms       INTEGER NOT NULL -- end of the longest of it, its codes, its families
) STRICT;
CREATE INDEX session_forget ON session (forget_ms);

CREATE TABLE user_grant (
	subject_id INTEGER NOT NULL REFERENCES subject (id),
	client_id  TEXT NOT NULL,
	scope      TEXT NOT NULL,
	updated_ms INTEGER NOT NULL,
	PRIMARY KEY (subject_id, client_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE code (
	id                INTEGER PRIMARY KEY,
	hash              BLOB NOT NULL CHECK (length(hash) = 32),
	client_id         TEXT NOT NULL,
	subject_id        INTEGER NOT NULL REFERENCES subject (id),
	session_id        INTEGER NOT NULL,
	redirect_uri      TEXT NOT NULL,
	redirect_uri_sent INTEGER NOT NULL CHECK (redirect_uri_sent IN (0, 1)),
	scope             TEXT NOT NULL,
	code_challenge    TEXT NOT NULL,
	nonce             TEXT NOT NULL,
	auth_time_ms      INTEGER NOT NULL,
	acr               TEXT NOT NULL,
	amr               TEXT NOT NULL,
	created_ms        INTEGER NOT NULL,
	expires_ms        INTEGER NOT NULL,
	used_ms           INTEGER NOT NULL DEFAULT 0,
	forget_ms         INTEGER NOT NULL -- its end; once used, its family's
) STRICT;
CREATE INDEX code_forget ON code (forget_ms);

-- id: that of the code it came from. subject_id NULL: the client itself.
CREATE TABLE family (
	id           INTEGER PRIMARY KEY,
	client_id    TEXT NOT NULL,
	subject_id   INTEGER REFERENCES subject (id),
	session_id   INTEGER NOT NULL, -- 0: none
	scope        TEXT NOT NULL,
	auth_time_ms INTEGER NOT NULL,
	acr          TEXT NOT NULL,
	amr          TEXT NOT NULL,
	created_ms   INTEGER NOT NULL,
	expires_ms   INTEGER NOT NULL,
	revoked_ms   INTEGER NOT NULL DEFAULT 0,
	forget_ms    INTEGER NOT NULL -- its end
) STRICT;
CREATE INDEX family_forget ON family (forget_ms);

CREATE TABLE token (
	id         INTEGER PRIMARY KEY,
	kind       INTEGER NOT NULL CHECK (kind IN (1, 2)), -- access, refresh
	hash       BLOB NOT NULL CHECK (length(hash) = 32),
	family_id  INTEGER NOT NULL,
	scope      TEXT NOT NULL,
	created_ms INTEGER NOT NULL,
	expires_ms INTEGER NOT NULL,
	rotated_ms INTEGER NOT NULL DEFAULT 0,
	revoked_ms INTEGER NOT NULL DEFAULT 0,
	forget_ms  INTEGER NOT NULL -- access: its end; refresh: its family's
) STRICT;
CREATE INDEX token_forget ON token (forget_ms);
