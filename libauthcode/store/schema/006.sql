-- SPDX-License-Identifier: Apache-2.0
-- Copyright the authcode authors
--
-- What was decided, written with the decision. Its key says when, so rows are
-- appended and old ones go by their key alone; there is no other index, since
-- each would cost every token that is issued. A person is named by the subject:
-- whoever erases that has pseudonymised these rows too.

CREATE TABLE audit (
	id         INTEGER PRIMARY KEY,
	event      TEXT NOT NULL,
	txn        INTEGER NOT NULL, -- of the request; 0: none
	client_id  TEXT NOT NULL,
	subject_id INTEGER NOT NULL, -- 0: nobody
	object_id  INTEGER NOT NULL, -- the session, family, device or key it is about; 0: none
	rhost      TEXT NOT NULL,
	reason     TEXT NOT NULL,
	admin_uid  INTEGER NOT NULL  -- who asked for it by the socket of administration; -1: nobody
) STRICT;

-- One number that is written over the last one, to see whether the file can be written.
CREATE TABLE probe (
	id         INTEGER PRIMARY KEY CHECK (id = 1),
	written_ms INTEGER NOT NULL
) STRICT;
