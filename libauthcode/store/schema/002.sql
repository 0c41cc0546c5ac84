-- SPDX-License-Identifier: Apache-2.0
-- Copyright the authcode authors
--
-- What a sign-in has told about its person (a JSON object, '' when nothing)
-- goes with session, code and family. subject.forget_ms is the end of the
-- longest of its sessions, codes and families: until then something of it can
-- be honoured, and its account is worth a look.

ALTER TABLE session ADD COLUMN claims TEXT NOT NULL DEFAULT '';
ALTER TABLE code ADD COLUMN claims TEXT NOT NULL DEFAULT '';
ALTER TABLE family ADD COLUMN claims TEXT NOT NULL DEFAULT '';
ALTER TABLE subject ADD COLUMN forget_ms INTEGER NOT NULL DEFAULT 0;

UPDATE subject SET forget_ms = ends.end_ms FROM (
	SELECT subject_id, max(expires_ms) AS end_ms FROM (
		SELECT subject_id, expires_ms FROM session
		UNION ALL SELECT subject_id, expires_ms FROM code
		UNION ALL SELECT subject_id, expires_ms FROM family
	) GROUP BY subject_id
) AS ends WHERE ends.subject_id = subject.id;
