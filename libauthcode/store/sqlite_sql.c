/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The SQL of the store. Look-ups are by integer key and a view is one statement,
 * so it is one snapshot. Times that are set once keep their first value.
 */
#include "store/sqlite_sql.h"

#define SUBJECT                                                                                    \
	"u.id, u.sub, u.user_name, u.uid, u.full_name, u.group_names, u.first_seen_ms, "           \
	"u.retired_ms, u.withdrawn_ms"
#define SESSION                                                                                    \
	"s.id, s.hash, s.subject_id, s.auth_time_ms, s.acr, s.amr, s.claims, s.created_ms, "       \
	"s.idle_expires_ms, s.expires_ms, s.ended_ms"
#define CODE                                                                                       \
	"c.id, c.hash, c.client_id, c.subject_id, c.session_id, c.redirect_uri, "                  \
	"c.redirect_uri_sent, c.scope, c.code_challenge, c.nonce, c.auth_time_ms, c.acr, "         \
	"c.amr, c.claims, c.claims_request, c.resource, c.created_ms, c.expires_ms, c.used_ms"
#define FAMILY                                                                                     \
	"f.id, f.client_id, f.subject_id, f.session_id, f.scope, f.auth_time_ms, f.acr, "          \
	"f.amr, f.claims, f.claims_request, f.resource, f.created_ms, f.expires_ms, f.revoked_ms"
#define TOKEN                                                                                      \
	"t.id, t.kind, t.hash, t.family_id, t.scope, t.resource, t.created_ms, t.expires_ms, "     \
	"t.rotated_ms, t.revoked_ms, t.used_ms, t.predecessor_id, t.successor_id, "                \
	"t.successor_access_id"
#define DEVICE                                                                                     \
	"d.id, d.hash, d.user_code_hash, d.client_id, d.scope, d.resource, d.interval_ms, "        \
	"d.polled_ms, d.state, d.subject_id, d.session_id, d.auth_time_ms, d.acr, d.amr, "         \
	"d.claims, d.created_ms, d.expires_ms"
#define DEVICE_VIEW                                                                                \
	"SELECT " DEVICE ", " SUBJECT ", " SESSION                                                 \
	", " AC_SQL_WITHDRAWN("d") " FROM device d"                                                \
				   " LEFT JOIN subject u ON u.id = d.subject_id"                   \
				   " LEFT JOIN session s ON s.id = d.session_id"

#define DELIVERY                                                                                   \
	"d.id, d.client_id, d.subject_id, d.session_id, d.created_ms, d.next_ms, d.tries, "        \
	"d.delivered_ms, d.status"

/* Code, device and the client itself: each has the key of its family, now or later. */
#define NO(table) " NOT EXISTS (SELECT 1 FROM " table " WHERE id = ?1)"

/* A page: the key, the subject, the client's name. */
#define LOOK(table)                                                                                \
	"SELECT id, ifnull(subject_id, 0), client_id FROM " table                                  \
	" WHERE id > ? ORDER BY id LIMIT ?"

/* Of the rows behind a key the last that a piece looks at, and whether it is full. */
#define REACH(table)                                                                               \
	"SELECT max(id), count(*) FROM (SELECT id FROM " table " WHERE id > ? ORDER BY id LIMIT "  \
	"?)"
#define ERASE(table) "DELETE FROM " table " WHERE id > ? AND id <= ? AND subject_id = ?"

/* Of a record: what may be taken out of it, and how it is covered. */
#define ADDRESS "SELECT id, ifnull(seq, 0), ifnull(subject_id, 0), rhost, address FROM audit"

#define PURGE(table)                                                                               \
	"DELETE FROM " table " WHERE id IN (SELECT id FROM " table                                 \
	" WHERE forget_ms <= ? ORDER BY forget_ms LIMIT ?)"

const char *const ac_sql_text[AC_SQL_COUNT] = {
	[AC_SQL_BEGIN] = "BEGIN IMMEDIATE",
	[AC_SQL_BEGIN_READ] = "BEGIN",
	[AC_SQL_COMMIT] = "COMMIT",
	[AC_SQL_SAVEPOINT] = "SAVEPOINT operation",
	[AC_SQL_ROLLBACK_TO] = "ROLLBACK TO operation",
	[AC_SQL_RELEASE] = "RELEASE operation",

	[AC_SQL_FIND_SESSION] = "SELECT " SESSION ", " SUBJECT " FROM session s"
				" JOIN subject u ON u.id = s.subject_id WHERE s.id = ?",
	[AC_SQL_FIND_GRANT] =
		"SELECT subject_id, client_id, scope, updated_ms, withdrawn_ms FROM user_grant"
		" WHERE subject_id = ? AND client_id = ?",
	[AC_SQL_FIND_CODE] = "SELECT " CODE ", " SUBJECT ", " SESSION ", " AC_SQL_WITHDRAWN(
		"c") " FROM code c"
		     " JOIN subject u ON u.id = c.subject_id"
		     " LEFT JOIN session s ON s.id = c.session_id WHERE c.id = ?",
	[AC_SQL_FIND_TOKEN] =
		"SELECT " TOKEN ", " FAMILY ", " SUBJECT ", " SESSION ", " AC_SQL_WITHDRAWN(
			"f") " FROM token t"
			     " JOIN family f ON f.id = t.family_id"
			     " LEFT JOIN subject u ON u.id = f.subject_id"
			     " LEFT JOIN session s ON s.id = f.session_id WHERE t.id = ?",
	[AC_SQL_FIND_LIVE_SUBJECT] =
		"SELECT id, uid FROM subject WHERE user_name = ? AND retired_ms = 0",
	[AC_SQL_FIND_SUBJECT_OF_NAME] = "SELECT " SUBJECT " FROM subject u"
					" WHERE u.user_name = ? AND u.retired_ms = 0",
	[AC_SQL_FIND_SUBJECT_OF_SUB] = "SELECT " SUBJECT " FROM subject u WHERE u.sub = ?",
	[AC_SQL_FIND_SUBJECT] = "SELECT " SUBJECT " FROM subject u WHERE u.id = ?",
	[AC_SQL_FIND_FAMILY] =
		"SELECT " FAMILY ", " SUBJECT ", " SESSION
		", " AC_SQL_WITHDRAWN("f") " FROM family f"
					   " LEFT JOIN subject u ON u.id = f.subject_id"
					   " LEFT JOIN session s ON s.id = f.session_id"
					   " WHERE f.id = ?",
	[AC_SQL_LOOK_SUBJECTS] =
		"SELECT id, id, user_name FROM subject WHERE id > ? ORDER BY id LIMIT ?",
	[AC_SQL_LOOK_SESSIONS] =
		"SELECT id, subject_id, '' FROM session WHERE id > ? ORDER BY id LIMIT ?",
	/* What is of every client is no client's. */
	[AC_SQL_LOOK_GRANTS] = "SELECT subject_id, subject_id, client_id FROM user_grant"
			       " WHERE (subject_id, client_id) > (?1, ?3) AND subject_id <= ?4"
			       " ORDER BY subject_id, client_id LIMIT ?2",
	[AC_SQL_LOOK_CODES] = LOOK("code"),
	[AC_SQL_LOOK_FAMILIES] = LOOK("family"),
	[AC_SQL_LOOK_TOKENS] = "SELECT t.id, ifnull(f.subject_id, 0), f.client_id FROM token t"
			       " CROSS JOIN family f ON f.id = t.family_id"
			       " WHERE t.id > ? ORDER BY t.id LIMIT ?",
	[AC_SQL_LOOK_DEVICES] = LOOK("device"),
	[AC_SQL_LOOK_DELIVERIES] = LOOK("logout_delivery"),
	[AC_SQL_LIST_SUBJECTS] = "SELECT " SUBJECT " FROM subject u WHERE u.id > ?"
				 " AND u.retired_ms = 0 AND u.forget_ms > ? ORDER BY u.id LIMIT ?",
	[AC_SQL_FIND_DEVICE] = DEVICE_VIEW " WHERE d.id = ?",
	[AC_SQL_FIND_USER_CODE] = DEVICE_VIEW " WHERE d.user_code_hash = ?",
	[AC_SQL_FIND_DELIVERY] = "SELECT " DELIVERY ", " SUBJECT " FROM logout_delivery d"
				 " JOIN subject u ON u.id = d.subject_id WHERE d.id = ?",
	/* From client to client along the index, and from each its first few. */
	[AC_SQL_LIST_DELIVERIES] =
		"WITH RECURSIVE client (id) AS (SELECT min(client_id) FROM logout_delivery"
		" WHERE next_ms > 0 UNION ALL SELECT (SELECT min(client_id) FROM logout_delivery"
		" WHERE next_ms > 0 AND client_id > client.id) FROM client"
		" WHERE client.id IS NOT NULL)"
		" SELECT " DELIVERY ", " SUBJECT " FROM client JOIN logout_delivery d ON d.id IN"
		" (SELECT id FROM logout_delivery WHERE client_id = client.id AND next_ms > 0"
		" AND next_ms <= ? ORDER BY next_ms, id LIMIT ?)"
		" JOIN subject u ON u.id = d.subject_id ORDER BY d.next_ms, d.id LIMIT ?",
	[AC_SQL_LIST_SIGNING_KEYS] = "SELECT id, kid, alg, sealed, created_ms, active_ms,"
				     " stopped_ms FROM signing_key WHERE sealed <> '' ORDER BY id",
	[AC_SQL_LIST_SEALED] = "SELECT 1, alg || ' ' || kid, sealed FROM signing_key"
			       " WHERE sealed <> '' UNION ALL SELECT 2, name, sealed FROM secret"
			       " UNION ALL SELECT 3, id, sealed_secret FROM client"
			       " WHERE sealed_secret <> '' ORDER BY 1, 2",
	[AC_SQL_FIND_SIGNING_KEY] = "SELECT id, alg, sealed = '' FROM signing_key"
				    " WHERE id = ?",
	[AC_SQL_NEWEST_SIGNING_KEY] = "SELECT max(id) FROM signing_key WHERE alg = ?"
				      " AND sealed <> ''",
	[AC_SQL_KNOWN_KID] = "SELECT id FROM signing_key WHERE kid = ?",

	[AC_SQL_LIST_CLIENTS] = "SELECT id, registration, sealed_secret, revision, created_ms,"
				" changed_ms, changed_by, removed_ms FROM client WHERE id > ?"
				" ORDER BY id LIMIT ?",
	[AC_SQL_FIND_CLIENT] = "SELECT revision, removed_ms FROM client WHERE id = ?",

	[AC_SQL_INSERT_SUBJECT] = "INSERT INTO subject (id, sub, user_name, uid, full_name,"
				  " group_names, first_seen_ms) VALUES (?, ?, ?, ?, ?, ?, ?)",
	[AC_SQL_REFRESH_SUBJECT] = "UPDATE subject SET full_name = ?1, group_names = ?2"
				   " WHERE id = ?3 AND (full_name <> ?1 OR group_names <> ?2)",
	[AC_SQL_RETIRE_SUBJECT] =
		"UPDATE subject SET retired_ms = iif(retired_ms = 0, ?, retired_ms)"
		" WHERE id = ?",
	[AC_SQL_RELINK_SUBJECT] = "UPDATE subject SET user_name = ? WHERE id = ?",
	[AC_SQL_KEEP_SUBJECT] = "UPDATE subject SET forget_ms = ?1"
				" WHERE id = ?2 AND forget_ms < ?1",

	[AC_SQL_INSERT_SESSION] = "INSERT INTO session (id, hash, subject_id, auth_time_ms, acr,"
				  " amr, claims, created_ms, idle_expires_ms, expires_ms,"
				  " forget_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[AC_SQL_MOVE_SESSION] = "UPDATE session SET idle_expires_ms = min(?, expires_ms),"
				" forget_ms = max(?, forget_ms) WHERE id = ?",
	[AC_SQL_RENEW_SESSION] = "UPDATE session SET hash = ?, auth_time_ms = ?, acr = ?, amr = ?,"
				 " claims = ?, idle_expires_ms = ?, expires_ms = ?,"
				 " forget_ms = max(?, forget_ms) WHERE id = ?",
	[AC_SQL_KEEP_SESSION] = "UPDATE session SET forget_ms = ?1"
				" WHERE id = ?2 AND forget_ms < ?1",
	[AC_SQL_END_SESSION] = "UPDATE session SET ended_ms = iif(ended_ms = 0, ?, ended_ms)"
			       " WHERE id = ?",

	[AC_SQL_PUT_GRANT] = "INSERT INTO user_grant (subject_id, client_id, scope, updated_ms)"
			     " VALUES (?, ?, ?, ?) ON CONFLICT (subject_id, client_id)"
			     " DO UPDATE SET scope = excluded.scope,"
			     " updated_ms = excluded.updated_ms",

	[AC_SQL_WITHDRAW_GRANT] =
		"INSERT INTO user_grant (subject_id, client_id, scope, updated_ms, withdrawn_ms)"
		" VALUES (?1, ?2, '', ?3, ?3) ON CONFLICT (subject_id, client_id) DO UPDATE SET"
		" scope = '', updated_ms = excluded.updated_ms,"
		" withdrawn_ms = max(withdrawn_ms, excluded.withdrawn_ms)",
	[AC_SQL_WITHDRAW_SUBJECT] = "UPDATE subject SET withdrawn_ms = max(?, withdrawn_ms)"
				    " WHERE id = ?",

	[AC_SQL_INSERT_CODE] = "INSERT INTO code (id, hash, client_id, subject_id, session_id,"
			       " redirect_uri, redirect_uri_sent, scope, code_challenge, nonce,"
			       " auth_time_ms, acr, amr, claims, claims_request, resource,"
			       " created_ms, expires_ms, forget_ms) SELECT"
			       " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"
			       " WHERE" NO("family") " AND" NO("device"),
	[AC_SQL_USE_CODE] = "UPDATE code SET used_ms = ?, forget_ms = max(?, forget_ms)"
			    " WHERE id = ? AND used_ms = 0",

	[AC_SQL_INSERT_FAMILY] = "INSERT INTO family (id, client_id, subject_id, session_id, scope,"
				 " auth_time_ms, acr, amr, claims, claims_request, resource,"
				 " created_ms, expires_ms, forget_ms) VALUES"
				 " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[AC_SQL_INSERT_CLIENT_FAMILY] =
		"INSERT INTO family (id, client_id, session_id, scope, auth_time_ms, acr, amr,"
		" claims, claims_request, resource, created_ms, expires_ms, forget_ms)"
		" SELECT ?1, ?2, 0, ?3, 0, '', '', '', '', ?4, ?5, ?6, ?6"
		" WHERE" NO("code") " AND" NO("device"),
	[AC_SQL_REVOKE_FAMILY] = "UPDATE family SET revoked_ms = iif(revoked_ms = 0, ?, revoked_ms)"
				 " WHERE id = ?",

	[AC_SQL_INSERT_TOKEN] = "INSERT INTO token (id, kind, hash, family_id, scope, resource,"
				" created_ms, expires_ms, forget_ms, predecessor_id)"
				" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[AC_SQL_ROTATE_TOKEN] = "UPDATE token SET rotated_ms = ?1, used_ms = ?1, successor_id = ?2,"
				" successor_access_id = ?3 WHERE id = ?4 AND rotated_ms = 0",
	[AC_SQL_MOVE_TOKEN] = "UPDATE token SET used_ms = ?, expires_ms = ? WHERE id = ?",
	[AC_SQL_FORGET_TOKEN] = "DELETE FROM token WHERE id = ?",
	[AC_SQL_REVOKE_TOKEN] = "UPDATE token SET revoked_ms = iif(revoked_ms = 0, ?, revoked_ms)"
				" WHERE id = ?",

	/* No further than to the bound. */
	[AC_SQL_COUNT_PENDING] = "SELECT count(*) FROM (SELECT 1 FROM device WHERE client_id = ?"
				 " AND expires_ms > ? AND state = 0 LIMIT ?)",
	[AC_SQL_INSERT_DEVICE] = "INSERT INTO device (id, hash, user_code_hash, client_id, scope,"
				 " resource, interval_ms, created_ms, expires_ms, forget_ms)"
				 " SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"
				 " WHERE" NO("code") " AND" NO("family"),
	[AC_SQL_ALLOW_DEVICE] = "UPDATE device SET state = 1, subject_id = ?, session_id = ?,"
				" auth_time_ms = ?, acr = ?, amr = ?, claims = ?"
				" WHERE id = ? AND state = 0",
	[AC_SQL_DENY_DEVICE] = "UPDATE device SET state = 2 WHERE id = ? AND state = 0",
	[AC_SQL_POLL_DEVICE] = "UPDATE device SET polled_ms = ?, interval_ms = interval_ms + ?"
			       " WHERE id = ? AND state = 0",
	[AC_SQL_USE_DEVICE] = "UPDATE device SET state = 3, forget_ms = max(?, forget_ms)"
			      " WHERE id = ? AND state = 1",
	[AC_SQL_INSERT_SIGNING_KEY] =
		"INSERT INTO signing_key (id, kid, alg, sealed, created_ms, active_ms)"
		" SELECT ifnull(max(id), 0) + 1, ?, ?, ?, ?, ? FROM signing_key",
	[AC_SQL_FORGET_SIGNING_KEY] =
		"UPDATE signing_key SET sealed = '',"
		" forgotten_ms = iif(forgotten_ms = 0, ?, forgotten_ms) WHERE id = ?",
	[AC_SQL_START_SIGNING_KEY] =
		"UPDATE signing_key SET active_ms = min(?, active_ms) WHERE id = ?",
	[AC_SQL_STOP_SIGNING_KEY] = "UPDATE signing_key SET stopped_ms = ? WHERE id = ?",
	[AC_SQL_PUT_SECRET] = "INSERT INTO secret (name, sealed) VALUES (?, ?)"
			      " ON CONFLICT DO NOTHING",
	[AC_SQL_KEPT_SEALS] = "SELECT sealed FROM secret",
	[AC_SQL_RESEAL_SIGNING_KEY] = "UPDATE signing_key SET sealed = ?"
				      " WHERE sealed <> '' AND alg || ' ' || kid = ?",
	[AC_SQL_RESEAL_SECRET] = "UPDATE secret SET sealed = ? WHERE name = ?",
	[AC_SQL_RESEAL_CLIENT] = "UPDATE client SET sealed_secret = ? WHERE id = ?",

	[AC_SQL_PURGE_TOKENS] = PURGE("token"),
	[AC_SQL_PURGE_FAMILIES] = PURGE("family"),
	[AC_SQL_PURGE_CODES] = PURGE("code"),
	[AC_SQL_PURGE_DEVICES] = PURGE("device"),
	[AC_SQL_PURGE_SESSIONS] = PURGE("session"),
	[AC_SQL_PURGE_DELIVERIES] = PURGE("logout_delivery"),

	[AC_SQL_PUT_LISTENER] = "INSERT INTO session_client (session_id, client_id, subject_id)"
				" VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
	[AC_SQL_HAS_LISTENER] = "SELECT 1 FROM session_client WHERE session_id = ?1"
				" OR subject_id = ?2 LIMIT 1",
	/* One key is drawn for all of them: they take it and those that follow. */
	[AC_SQL_TELL] = "INSERT INTO logout_delivery (id, client_id, subject_id, session_id,"
			" created_ms, next_ms, forget_ms) SELECT"
			" ?1 + row_number() OVER (ORDER BY session_id, client_id) - 1, client_id,"
			" subject_id, session_id, ?2, ?2, ?3 FROM session_client"
			" WHERE session_id = ?4 OR subject_id = ?5",
	[AC_SQL_FORGET_LISTENERS] = "DELETE FROM session_client WHERE session_id = ?1"
				    " OR subject_id = ?2",
	[AC_SQL_RECORD_DELIVERY] = "UPDATE logout_delivery SET"
				   " tries = iif(delivered_ms = 0, tries + 1, tries),"
				   " status = iif(delivered_ms = 0, ?1, status),"
				   " next_ms = iif(delivered_ms = 0, ?2, next_ms),"
				   " delivered_ms = iif(delivered_ms = 0, ?3, delivered_ms)"
				   " WHERE id = ?4",

	[AC_SQL_PUT_CLIENT] =
		"INSERT INTO client (id, registration, sealed_secret, revision, created_ms,"
		" changed_ms, changed_by, removed_ms) VALUES (?1, ?2, ?3, 1, ?4, ?4, ?5, 0)"
		" ON CONFLICT (id) DO UPDATE SET registration = ?2, sealed_secret = ?3,"
		" revision = revision + 1, created_ms = iif(removed_ms = 0, created_ms, ?4),"
		" changed_ms = ?4, changed_by = ?5, removed_ms = iif(?6, ?4, 0)",
	[AC_SQL_END_CLIENT] = "INSERT INTO client_end (client_id, ended_ms) VALUES (?1, ?2)"
			      " ON CONFLICT (client_id)"
			      " DO UPDATE SET ended_ms = max(ended_ms, ?2)",
	[AC_SQL_FORGET_CLIENT_GRANTS] = "DELETE FROM user_grant WHERE client_id = ?",
	[AC_SQL_HAS_CLIENT_LISTENER] = "SELECT 1 FROM session_client WHERE client_id = ? LIMIT 1",
	[AC_SQL_TELL_CLIENT] = "INSERT INTO logout_delivery (id, client_id, subject_id, session_id,"
			       " created_ms, next_ms, forget_ms) SELECT"
			       " ?1 + row_number() OVER (ORDER BY session_id) - 1, client_id,"
			       " subject_id, session_id, ?2, ?2, ?3 FROM session_client"
			       " WHERE client_id = ?4",
	[AC_SQL_FORGET_CLIENT_LISTENERS] = "DELETE FROM session_client WHERE client_id = ?",

	[AC_SQL_FIND_REPLAY] =
		"SELECT coalesce((SELECT forget_ms FROM replay WHERE client_id = ?1 AND hash = ?2),"
		" 0), coalesce((SELECT count FROM replay_count WHERE client_id = ?1), 0)",
	[AC_SQL_PUT_REPLAY] = "INSERT INTO replay (client_id, hash, forget_ms) VALUES (?, ?, ?)"
			      " ON CONFLICT (client_id, hash)"
			      " DO UPDATE SET forget_ms = excluded.forget_ms",
	[AC_SQL_PURGE_REPLAYS] = "DELETE FROM replay WHERE (client_id, hash) IN"
				 " (SELECT client_id, hash FROM replay WHERE forget_ms <= ?"
				 " ORDER BY forget_ms LIMIT ?) RETURNING client_id",
	[AC_SQL_COUNT_REPLAY] = "INSERT INTO replay_count (client_id, count) VALUES (?, 1)"
				" ON CONFLICT (client_id) DO UPDATE SET count = count + 1",
	[AC_SQL_UNCOUNT_REPLAY] = "UPDATE replay_count SET count = count - 1 WHERE client_id = ?",

	[AC_SQL_INSERT_AUDIT] = "INSERT INTO audit (id, event, txn, client_id, subject_id,"
				" object_id, rhost, reason, admin_uid, seq, address, mac)"
				" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	/* What does not match is a row too: whoever asks counts how many he looks at. */
	[AC_SQL_LIST_AUDIT] =
		"SELECT (?4 = 0 OR a.txn = ?4) AND (?5 IS NULL OR a.client_id = ?5)"
		" AND (?6 IS NULL OR ifnull(u.user_name, '') = ?6)"
		" AND (?7 = 0 OR a.subject_id = ?7), a.id, a.event, a.txn,"
		" a.client_id, a.subject_id, a.object_id, a.rhost, a.reason, a.admin_uid,"
		" ifnull(u.user_name, ''), ifnull(a.seq, 0)"
		" FROM audit a LEFT JOIN subject u ON u.id = a.subject_id"
		" WHERE a.id < ?1 AND a.id >= ?2 ORDER BY a.id DESC LIMIT ?3",
	[AC_SQL_WALK_AUDIT] = "SELECT id, event, txn, client_id, subject_id, object_id, rhost,"
			      " reason, admin_uid, seq, address, mac FROM audit WHERE seq > ?"
			      " ORDER BY seq LIMIT ?",
	/* Once all records are purged, the anchor has the last. */
	[AC_SQL_AUDIT_HEAD] = "SELECT seq, mac FROM (SELECT seq, mac FROM audit"
			      " WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1)"
			      " UNION ALL SELECT seq, mac FROM audit_anchor"
			      " ORDER BY seq DESC LIMIT 1",
	[AC_SQL_AUDIT_ANCHOR] = "SELECT seq, mac, before_id, proof FROM audit_anchor",
	[AC_SQL_PUT_AUDIT_ANCHOR] = "INSERT OR REPLACE INTO audit_anchor"
				    " (id, seq, mac, before_id, proof) VALUES (1, ?, ?, ?, ?)",
	[AC_SQL_LAST_AUDIT_KEY] = "SELECT ifnull(max(id), 0) FROM audit",
	[AC_SQL_AUDIT_MAC] = "SELECT seq, mac FROM audit WHERE seq = ?",
	/* With no number since there was a chain, or with one from before its beginning. */
	[AC_SQL_UNCHAINED_AUDIT] = "SELECT EXISTS (SELECT 1 FROM audit WHERE seq IS NULL"
				   " AND id > ?) OR EXISTS (SELECT 1 FROM audit WHERE seq <= ?)",
	[AC_SQL_OLDER_AUDIT] = "SELECT EXISTS (SELECT 1 FROM audit WHERE seq IS NULL),"
			       " EXISTS (SELECT 1 FROM audit WHERE seq IS NOT NULL)",
	/* Another number: somebody else has written. */
	[AC_SQL_DATA_VERSION] = "PRAGMA data_version",
	[AC_SQL_AGES_OF_AUDIT] = "SELECT id, seq, mac FROM audit WHERE seq IS NOT NULL"
				 " ORDER BY seq LIMIT ?",
	[AC_SQL_PURGE_AUDIT] = "DELETE FROM audit WHERE seq <= ?",
	[AC_SQL_PURGE_OLDER_AUDIT] = "DELETE FROM audit WHERE id IN (SELECT id FROM audit"
				     " WHERE seq IS NULL AND id < ? ORDER BY id LIMIT ?)",
	[AC_SQL_PUT_PROBE] = "INSERT INTO probe (id, written_ms) VALUES (1, ?)"
			     " ON CONFLICT (id) DO UPDATE SET written_ms = excluded.written_ms",
	[AC_SQL_END_SESSIONS] = "UPDATE session SET ended_ms = ? WHERE subject_id = ?"
				" AND ended_ms = 0",
	[AC_SQL_EMPTY_GRANTS] = "UPDATE user_grant SET scope = '', updated_ms = ?1,"
				" withdrawn_ms = max(withdrawn_ms, ?1)"
				" WHERE subject_id = ?2",
	[AC_SQL_REACH_TOKENS] = REACH("token"),
	[AC_SQL_REACH_FAMILIES] = REACH("family"),
	[AC_SQL_REACH_CODES] = REACH("code"),
	[AC_SQL_REACH_DEVICES] = REACH("device"),
	[AC_SQL_REACH_SESSIONS] = REACH("session"),
	[AC_SQL_REACH_AUDIT] = REACH("audit"),
	[AC_SQL_ERASE_TOKENS] = "DELETE FROM token WHERE id > ? AND id <= ? AND EXISTS (SELECT 1"
				" FROM family f WHERE f.id = family_id AND f.subject_id = ?)",
	[AC_SQL_ERASE_FAMILIES] = ERASE("family"),
	[AC_SQL_ERASE_CODES] = ERASE("code"),
	[AC_SQL_ERASE_DEVICES] = ERASE("device"),
	[AC_SQL_ERASE_SESSIONS] = ERASE("session"),
	/* Records stay, and say of whom no more than a subject without a name. */
	[AC_SQL_ADDRESS_OF_SUBJECT] = ADDRESS " WHERE id > ? AND id <= ? AND subject_id = ?"
					      " AND rhost <> '' ORDER BY id LIMIT 1",
	[AC_SQL_NEXT_ADDRESS] = ADDRESS " WHERE id > ? AND id < ? ORDER BY id LIMIT 1",
	[AC_SQL_LEAVE_ADDRESS] = "UPDATE audit SET rhost = ?, address = ? WHERE id = ?",
	[AC_SQL_ERASE_GRANTS] = "DELETE FROM user_grant WHERE subject_id = ?",
	[AC_SQL_EMPTY_SUBJECT] = "UPDATE subject SET user_name = '', uid = 0, full_name = '',"
				 " group_names = '', forget_ms = 0 WHERE id = ?",
};
