-- SPDX-License-Identifier: Apache-2.0
-- Copyright the authcode authors
--
-- Clients that people have registered while the daemon ran: the options of a client
-- block, form-encoded. A secret that is sent is in there as its SHA-256; one that is
-- needed itself is sealed under the master key. The row of a removed client stays, so
-- that its revision goes on.
CREATE TABLE client (
	id            TEXT PRIMARY KEY CHECK (id <> ''),
	registration  TEXT NOT NULL,
	sealed_secret TEXT NOT NULL, -- '': none
	revision      INTEGER NOT NULL,
	created_ms    INTEGER NOT NULL,
	changed_ms    INTEGER NOT NULL,
	changed_by    INTEGER NOT NULL, -- uid
	removed_ms    INTEGER NOT NULL
) STRICT;

-- What a client got until then is dead. Every read of a token looks here, so it is a
-- table of its own and has no row but for clients that were ended.
CREATE TABLE client_end (
	client_id TEXT PRIMARY KEY,
	ended_ms  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
