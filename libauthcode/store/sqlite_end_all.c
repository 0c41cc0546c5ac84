/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * authcode_database_end_all(): an old copy made fit to serve from. Deleted, not marked: a
 * code that was used since the copy was made cannot be used again when there is none, and
 * nothing that is added to what makes a row good can bring one back.
 */
#include <authcode/database.h>

#include <stddef.h>
#include <stdlib.h>

#include <authcode/store.h>

#include "base/attr.h"
#include "store/row_key.h"
#include "store/sqlite_file.h"
#include "store/sqlite_open.h"
#include "store/sqlite_schema.h"

/* In the order in which rows depend on each other. ?1: the time, ?2: a row key. */
static const struct {
	const char *sql;
	size_t counted; /* its offset in struct authcode_database_ended, plus one; 0: nowhere */
} steps[] = {
#define COUNTED(member) (offsetof(struct authcode_database_ended, member) + 1)
	{ "INSERT INTO logout_delivery (id, client_id, subject_id, session_id, created_ms,"
	  " next_ms, forget_ms) SELECT ?2 + row_number() OVER (ORDER BY session_id, client_id),"
	  " client_id, subject_id, session_id, ?1, ?1, ?1 + ?3 FROM session_client",
	  COUNTED(told) },
	{ "DELETE FROM session_client WHERE ?1 + ?2 + ?3 > 0", 0 },
	{ "DELETE FROM token WHERE ?1 + ?2 + ?3 > 0", COUNTED(tokens) },
	{ "DELETE FROM family WHERE ?1 + ?2 + ?3 > 0", COUNTED(families) },
	{ "DELETE FROM code WHERE ?1 + ?2 + ?3 > 0", COUNTED(codes) },
	{ "DELETE FROM device WHERE ?1 + ?2 + ?3 > 0", COUNTED(devices) },
	{ "DELETE FROM session WHERE ?1 + ?2 + ?3 > 0", COUNTED(sessions) },
	{ "UPDATE subject SET forget_ms = 0 WHERE ?1 + ?2 + ?3 > 0", 0 },
};

static int
run(sqlite3 *db, const char *sql, int64_t now_ms)
{
	sqlite3_stmt *statement = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
	/* Rows of the copy are older, and whoever serves it draws later ones. */
	const int64_t key = now_ms << AC_ROW_KEY_RANDOM_BITS;

	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int64(statement, 1, now_ms);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int64(statement, 2, key);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int64(statement, 3, AUTHCODE_DELIVERY_KEPT_MS);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(statement);
	sqlite3_finalize(statement);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int
end_all(sqlite3 *db, int64_t now_ms, struct authcode_database_ended *ret)
{
	int rc = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);

	for (size_t i = 0; i < AC_ARRAY_SIZE(steps) && rc == SQLITE_OK; i++) {
		rc = run(db, steps[i].sql, now_ms);
		if (rc == SQLITE_OK && steps[i].counted != 0)
			*(int64_t *)(void *)((char *)ret + steps[i].counted - 1) =
				sqlite3_changes64(db);
	}
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	/* The log moves into the file, which is what will be moved. */
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
	return rc;
}

enum authcode_err
authcode_database_end_all(const char *path, int64_t now_ms, struct authcode_database_ended *ret,
			  struct authcode_reason *reason)
{
	struct authcode_database_ended ended = { 0 };
	struct ac_connection *connection = NULL;
	char *resolved = NULL;
	int version = 0, rc;
	enum authcode_err err;

	if (now_ms < 1 || now_ms >= AC_ROW_KEY_MAX_MS)
		return AUTHCODE_ERR_USAGE;
	err = ac_file_resolve(path, &resolved, reason);
	if (err == AUTHCODE_OK)
		err = ac_file_check(resolved, reason);
	if (err == AUTHCODE_OK)
		err = ac_connection_new(resolved, AC_ROLE_WRITER, &connection, reason);
	if (err == AUTHCODE_OK)
		err = ac_schema_check(connection, path, &version, reason);
	if (err == AUTHCODE_OK)
		err = ac_schema_migrate(connection, version, path, reason);
	if (err == AUTHCODE_OK) {
		rc = end_all(connection->db, now_ms, &ended);
		if (rc != SQLITE_OK)
			err = ac_sqlite_explain(connection->db, rc, path, reason);
	}
	ac_connection_free(&connection);
	free(resolved);
	if (err == AUTHCODE_OK)
		*ret = ended;
	return err;
}
