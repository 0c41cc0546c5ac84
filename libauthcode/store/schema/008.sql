-- SPDX-License-Identifier: Apache-2.0
-- Copyright the authcode authors
--
-- How many devices of a client nobody has answered for is counted at each new one.
CREATE INDEX device_pending ON device (client_id, expires_ms) WHERE state = 0;
