-- SPDX-License-Identifier: Apache-2.0
-- Copyright the authcode authors
--
-- What the issuer derives things from that must outlive its master key, sealed under it.
CREATE TABLE secret (
	name   TEXT PRIMARY KEY CHECK (name <> ''),
	sealed TEXT NOT NULL CHECK (sealed <> '')
) STRICT, WITHOUT ROWID;

-- The deliveries of each client by themselves, so that one that takes none does not hide
-- those of the others.
DROP INDEX logout_delivery_next;
CREATE INDEX logout_delivery_client ON logout_delivery (client_id, next_ms) WHERE next_ms > 0;
