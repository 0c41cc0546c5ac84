/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * How a connection is set up. The file is trusted as little as SQLite allows:
 * whatever schema a stranger may have put into it, nothing of it runs.
 *
 * synchronous=FULL: with NORMAL a power failure can undo commits that were
 * acknowledged, and a used code would be unused again.
 */
#include "store/sqlite_open.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUSY_PAUSE_MS 2

enum authcode_err
ac_explain(struct authcode_reason *reason, enum authcode_err err, const char *fmt, ...)
{
	va_list args;

	if (reason == NULL)
		return err;
	va_start(args, fmt);
	vsnprintf(reason->text, sizeof(reason->text), fmt, args);
	va_end(args);
	return err;
}

enum authcode_err
ac_sqlite_explain(sqlite3 *db, int rc, const char *name, struct authcode_reason *reason)
{
	const char *message = db != NULL ? sqlite3_errmsg(db) : sqlite3_errstr(rc);

	switch (rc & 0xff) {
	case SQLITE_NOMEM:
		return ac_explain(reason, AUTHCODE_ERR_MEMORY, "%s: out of memory", name);
	case SQLITE_NOTADB:
		return ac_explain(reason, AUTHCODE_ERR_FOREIGN,
				  "%s is not a database, or its header is damaged; give the right "
				  "path or restore a backup",
				  name);
	case SQLITE_CORRUPT:
	case SQLITE_ERROR: /* a table or column is missing */
		return ac_explain(reason, AUTHCODE_ERR_FOREIGN,
				  "%s is damaged (%s); restore a backup", name, message);
	default:
		return ac_explain(reason, AUTHCODE_ERR_IO, "%s cannot be opened: %s", name,
				  message);
	}
}

/* No ATTACH, and nothing larger than a row of ours can be. No statement of ours has
 * a pattern, but ALTER TABLE asks with some of SQLite's own, the longest 16 bytes in 3.46. */
static const struct {
	int id;
	int value;
} limits[] = {
	{ SQLITE_LIMIT_LENGTH, 1024 * 1024 },     { SQLITE_LIMIT_SQL_LENGTH, 64 * 1024 },
	{ SQLITE_LIMIT_EXPR_DEPTH, 50 },          { SQLITE_LIMIT_COLUMN, 100 },
	{ SQLITE_LIMIT_COMPOUND_SELECT, 4 },      { SQLITE_LIMIT_ATTACHED, 0 },
	{ SQLITE_LIMIT_VARIABLE_NUMBER, 32 },     { SQLITE_LIMIT_TRIGGER_DEPTH, 10 },
	{ SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 64 }, { SQLITE_LIMIT_WORKER_THREADS, 0 },
};

static const struct {
	int id;
	int value;
} switches[] = {
	{ SQLITE_DBCONFIG_DEFENSIVE, 1 },      { SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
	{ SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 }, { SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
	{ SQLITE_DBCONFIG_DQS_DDL, 0 },        { SQLITE_DBCONFIG_DQS_DML, 0 },
	{ SQLITE_DBCONFIG_ENABLE_FKEY, 1 },    { SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
};

static const char settings[] = "PRAGMA temp_store = MEMORY;"
			       "PRAGMA mmap_size = 0;"
			       "PRAGMA cell_size_check = ON;"
			       "PRAGMA secure_delete = ON;"
			       "PRAGMA synchronous = FULL;"
			       "PRAGMA journal_size_limit = 67108864;";

/* A lock is free only for a moment when others write without a pause. SQLite's own
 * handler looks for it every tenth of a second in the end, and may miss it for seconds. */
static int
wait_a_little(void *arg, int tries)
{
	(void)arg;
	if (tries >= AC_SQLITE_BUSY_MS / BUSY_PAUSE_MS)
		return 0;
	(void)sqlite3_sleep(BUSY_PAUSE_MS);
	return 1;
}

void
ac_sqlite_be_patient(sqlite3 *db)
{
	(void)sqlite3_busy_handler(db, wait_a_little, NULL);
}

/* None of it writes to the file. */
static int
set_up(sqlite3 *db)
{
	int rc = SQLITE_OK;

	ac_sqlite_be_patient(db);
	for (size_t i = 0; i < AC_ARRAY_SIZE(limits); i++)
		(void)sqlite3_limit(db, limits[i].id, limits[i].value);
	for (size_t i = 0; i < AC_ARRAY_SIZE(switches) && rc == SQLITE_OK; i++)
		rc = sqlite3_db_config(db, switches[i].id, switches[i].value, (int *)NULL);
	return rc;
}

enum authcode_err
ac_connection_new(const char *path, enum ac_role role, struct ac_connection **ret,
		  struct authcode_reason *reason)
{
	struct ac_connection *connection = calloc(1, sizeof(*connection));
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_PRIVATECACHE |
		    SQLITE_OPEN_EXRESCODE;
	enum authcode_err err;
	int rc;

	if (connection == NULL)
		return ac_explain(reason, AUTHCODE_ERR_MEMORY, "%s: out of memory", path);
	flags |= role == AC_ROLE_READER ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
	rc = sqlite3_open_v2(path, &connection->db, flags, NULL);
	if (rc == SQLITE_OK)
		rc = set_up(connection->db);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(connection->db, settings, NULL, NULL, NULL);
	if (rc != SQLITE_OK) {
		err = ac_sqlite_explain(connection->db, rc, path, reason);
		ac_connection_free(&connection);
		return err;
	}
	*ret = connection;
	return AUTHCODE_OK;
}

static int
note_mode(void *arg, int count, char **values, char **names)
{
	bool *wal = arg;

	(void)names;
	*wal = count == 1 && values[0] != NULL && strcmp(values[0], "wal") == 0;
	return 0;
}

enum authcode_err
ac_connection_make_durable(struct ac_connection *connection, const char *name,
			   struct authcode_reason *reason)
{
	bool wal = false;
	int rc = sqlite3_exec(connection->db, "PRAGMA journal_mode = WAL", note_mode, &wal, NULL);

	if (rc != SQLITE_OK)
		return ac_sqlite_explain(connection->db, rc, name, reason);
	if (!wal)
		return ac_explain(reason, AUTHCODE_ERR_IO,
				  "%s is on a file system without shared memory; put it on a "
				  "local disk",
				  name);
	return AUTHCODE_OK;
}

enum authcode_err
ac_connection_prepare(struct ac_connection *connection, const char *name,
		      struct authcode_reason *reason)
{
	for (enum ac_sql sql = 0; sql < AC_SQL_COUNT; sql++) {
		int rc = sqlite3_prepare_v3(connection->db, ac_sql_text[sql], -1,
					    SQLITE_PREPARE_PERSISTENT, &connection->statements[sql],
					    NULL);

		if (rc != SQLITE_OK)
			return ac_sqlite_explain(connection->db, rc, name, reason);
	}
	return AUTHCODE_OK;
}
