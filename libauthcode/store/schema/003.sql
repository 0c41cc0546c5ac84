-- SPDX-License-Identifier: Apache-2.0
-- Copyright the authcode authors
--
-- OpenID Connect: what a request asks to be told (the claims parameter, a JSON
-- object, '' when none was sent) and for which resource servers its tokens are
-- (resource indicators, space-separated, '' when none) go with code and family;
-- an access token names those it is for.
--
-- A rotated refresh token names what replaced it, so that the same answer can be
-- given again while it still counts as lost; one that replaced another names that,
-- so that the other can go when it is replaced itself. used_ms: when it was last used.

ALTER TABLE code ADD COLUMN claims_request TEXT NOT NULL DEFAULT '';
ALTER TABLE code ADD COLUMN resource TEXT NOT NULL DEFAULT '';
ALTER TABLE family ADD COLUMN claims_request TEXT NOT NULL DEFAULT '';
ALTER TABLE family ADD COLUMN resource TEXT NOT NULL DEFAULT '';
ALTER TABLE token ADD COLUMN resource TEXT NOT NULL DEFAULT '';
ALTER TABLE token ADD COLUMN used_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE token ADD COLUMN predecessor_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE token ADD COLUMN successor_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE token ADD COLUMN successor_access_id INTEGER NOT NULL DEFAULT 0;

-- Consent that was withdrawn: the grant says when, and the subject that there was one
-- at all, so that nobody else's tokens cost a look.
ALTER TABLE subject ADD COLUMN withdrawn_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE user_grant ADD COLUMN withdrawn_ms INTEGER NOT NULL DEFAULT 0;

-- The private part is sealed under the master key. A key that has served its time
-- loses its private part and its place in the ring, and keeps its kid, which never
-- names another key.
CREATE TABLE signing_key (
	id           INTEGER PRIMARY KEY,
	kid          TEXT NOT NULL UNIQUE CHECK (kid <> ''),
	alg          TEXT NOT NULL,
	sealed       TEXT NOT NULL, -- '' once forgotten
	created_ms   INTEGER NOT NULL,
	active_ms    INTEGER NOT NULL, -- from when on it signs
	forgotten_ms INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What may be used once and has been: the jti of a client's assertion.
CREATE TABLE replay (
	client_id TEXT NOT NULL,
	hash      BLOB NOT NULL CHECK (length(hash) = 32),
	forget_ms INTEGER NOT NULL, -- its end
	PRIMARY KEY (client_id, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX replay_forget ON replay (forget_ms);

-- How many of them a client has, so that none fills the file.
CREATE TABLE replay_count (
	client_id TEXT PRIMARY KEY,
	count     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A device that asks for tokens, and what a person has answered.
CREATE TABLE device (
	id             INTEGER PRIMARY KEY,
	hash           BLOB NOT NULL CHECK (length(hash) = 32),
	user_code_hash BLOB NOT NULL CHECK (length(user_code_hash) = 32),
	client_id      TEXT NOT NULL,
	scope          TEXT NOT NULL,
	resource       TEXT NOT NULL,
	interval_ms    INTEGER NOT NULL,
	polled_ms      INTEGER NOT NULL DEFAULT 0,
	state          INTEGER NOT NULL DEFAULT 0 CHECK (state IN (0, 1, 2, 3)), -- pending, allowed, denied, used
	subject_id     INTEGER REFERENCES subject (id),
	session_id     INTEGER NOT NULL DEFAULT 0,
	auth_time_ms   INTEGER NOT NULL DEFAULT 0,
	acr            TEXT NOT NULL DEFAULT '',
	amr            TEXT NOT NULL DEFAULT '',
	claims         TEXT NOT NULL DEFAULT '',
	created_ms     INTEGER NOT NULL,
	expires_ms     INTEGER NOT NULL,
	forget_ms      INTEGER NOT NULL -- a while after its end; once used, its family's
) STRICT;
CREATE INDEX device_forget ON device (forget_ms);
CREATE UNIQUE INDEX device_user_code ON device (user_code_hash);

-- Which clients a session has signed in to that want to hear of its end. They go
-- with it: the primary key is the index by which it finds them.
CREATE TABLE session_client (
	session_id INTEGER NOT NULL REFERENCES session (id) ON DELETE CASCADE,
	client_id  TEXT NOT NULL,
	subject_id INTEGER NOT NULL REFERENCES subject (id),
	PRIMARY KEY (session_id, client_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX session_client_subject ON session_client (subject_id);

-- What is still to be told to whom, and what became of it.
CREATE TABLE logout_delivery (
	id           INTEGER PRIMARY KEY,
	client_id    TEXT NOT NULL,
	subject_id   INTEGER NOT NULL REFERENCES subject (id),
	session_id   INTEGER NOT NULL,
	created_ms   INTEGER NOT NULL,
	next_ms      INTEGER NOT NULL, -- when to try; 0: no more
	tries        INTEGER NOT NULL DEFAULT 0,
	delivered_ms INTEGER NOT NULL DEFAULT 0,
	status       INTEGER NOT NULL DEFAULT 0, -- of the last answer (HTTP); 0: none came
	forget_ms    INTEGER NOT NULL
) STRICT;
CREATE INDEX logout_delivery_next ON logout_delivery (next_ms) WHERE next_ms > 0;
CREATE INDEX logout_delivery_forget ON logout_delivery (forget_ms);
