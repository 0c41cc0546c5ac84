-- SPDX-License-Identifier: Apache-2.0
-- Copyright the authcode authors
--
-- Since when the algorithm of a key is no longer configured and signs nothing; 0: it
-- signs. From then on what it has signed runs out.
ALTER TABLE signing_key ADD COLUMN stopped_ms INTEGER NOT NULL DEFAULT 0;
