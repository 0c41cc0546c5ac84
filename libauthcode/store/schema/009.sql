-- SPDX-License-Identifier: Apache-2.0
-- Copyright the authcode authors
--
-- The chain of audit records (doc/store.md). Records that are there already stay as they
-- are and in no chain, so that nobody waits for millions of them to be written anew.

ALTER TABLE audit ADD COLUMN seq INTEGER;  -- 1, 2, 3, …; NULL: in no chain
ALTER TABLE audit ADD COLUMN address BLOB; -- salt of rhost, or what is left of one taken out
ALTER TABLE audit ADD COLUMN mac BLOB;     -- over the record and the one before it

-- Keys say when, and so are not in the order of the chain.
CREATE UNIQUE INDEX audit_seq ON audit (seq);

-- Where the chain begins, since what was before it was purged.
CREATE TABLE audit_anchor (
	id        INTEGER PRIMARY KEY CHECK (id = 1),
	seq       INTEGER NOT NULL, -- of the last record that was purged; 0: none was
	mac       BLOB NOT NULL,    -- its own
	before_id INTEGER NOT NULL, -- records up to this key are from before the chain
	proof     BLOB NOT NULL     -- MAC over all of this
) STRICT;
