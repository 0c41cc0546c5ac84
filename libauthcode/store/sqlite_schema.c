/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Whose file it is, how old it is, and how it becomes ours. There is no way
 * back: a file that a newer version has migrated is refused, not guessed at.
 */
#include "store/sqlite_schema.h"

#include <stdio.h>
#include <string.h>

#include "store/sqlite_open.h"

#define CHECK_PAGES_MAX 1024 /* 4 MiB: read in some ten milliseconds */

static enum authcode_err
read_number(struct ac_connection *connection, const char *pragma, int *ret, int *ret_rc)
{
	sqlite3_stmt *statement = NULL;
	int rc = sqlite3_prepare_v2(connection->db, pragma, -1, &statement, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(statement);
	if (rc == SQLITE_ROW)
		*ret = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	*ret_rc = rc;
	return rc == SQLITE_ROW ? AUTHCODE_OK : AUTHCODE_ERR_STORE;
}

/* A damaged page would otherwise be met when somebody signs in. Reading all of a large file
 * would hold every start up, so that one is met there (cell_size_check), or by `db check`. */
static enum authcode_err
check_pages(struct ac_connection *connection, const char *name, struct authcode_reason *reason)
{
	sqlite3_stmt *statement = NULL;
	bool whole = false;
	int pages = 0, rc = SQLITE_OK;

	if (read_number(connection, "PRAGMA page_count", &pages, &rc) != AUTHCODE_OK)
		return ac_sqlite_explain(connection->db, rc, name, reason);
	if (pages > CHECK_PAGES_MAX)
		return AUTHCODE_OK;
	rc = sqlite3_prepare_v2(connection->db, "PRAGMA quick_check(1)", -1, &statement, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(statement);
	if (rc == SQLITE_ROW)
		whole = strcmp((const char *)sqlite3_column_text(statement, 0), "ok") == 0;
	sqlite3_finalize(statement);
	(void)sqlite3_db_release_memory(connection->db); /* the pages it has read */
	if (rc != SQLITE_ROW)
		return ac_sqlite_explain(connection->db, rc, name, reason);
	if (!whole)
		return ac_explain(reason, AUTHCODE_ERR_FOREIGN,
				  "%s is damaged (a page of it is not what it must be); restore a "
				  "backup",
				  name);
	return AUTHCODE_OK;
}

enum authcode_err
ac_schema_known(struct ac_connection *connection, const char *name, int *ret_version,
		struct authcode_reason *reason)
{
	int application_id = 0, version = 0, rc = SQLITE_OK;
	enum authcode_err err;

	err = read_number(connection, "PRAGMA application_id", &application_id, &rc);
	if (err == AUTHCODE_OK)
		err = read_number(connection, "PRAGMA user_version", &version, &rc);
	if (err != AUTHCODE_OK)
		return ac_sqlite_explain(connection->db, rc, name, reason);
	if (application_id != AC_SQLITE_APPLICATION_ID)
		return ac_explain(reason, AUTHCODE_ERR_FOREIGN,
				  "%s is a database of another application; give the path of "
				  "authcode's own, or of a file that does not exist yet",
				  name);
	if (version < 1)
		return ac_explain(reason, AUTHCODE_ERR_FOREIGN,
				  "%s is damaged: it has no schema version; restore a backup",
				  name);
	if ((size_t)version > ac_schema_count)
		return ac_explain(reason, AUTHCODE_ERR_NEWER,
				  "%s was written by a newer version of authcode (schema %d, this "
				  "one knows %zu); install that version or restore a backup",
				  name, version, ac_schema_count);
	*ret_version = version;
	return AUTHCODE_OK;
}

enum authcode_err
ac_schema_check(struct ac_connection *connection, const char *name, int *ret_version,
		struct authcode_reason *reason)
{
	int version = 0;
	enum authcode_err err = ac_schema_known(connection, name, &version, reason);

	if (err == AUTHCODE_OK)
		err = check_pages(connection, name, reason);
	if (err == AUTHCODE_OK)
		*ret_version = version;
	return err;
}

/* The version is read again once nobody else can write: another process may
 * have been quicker. */
static int
migrate(struct ac_connection *connection)
{
	char numbers[96];
	int version = 0, ignored;
	int rc = sqlite3_exec(connection->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);

	if (rc == SQLITE_OK &&
	    read_number(connection, "PRAGMA user_version", &version, &ignored) != AUTHCODE_OK)
		rc = SQLITE_IOERR;
	for (size_t next = (size_t)version; rc == SQLITE_OK && next < ac_schema_count; next++)
		rc = sqlite3_exec(connection->db, ac_schema_texts[next], NULL, NULL, NULL);
	snprintf(numbers, sizeof(numbers), "PRAGMA application_id = %d; PRAGMA user_version = %zu",
		 AC_SQLITE_APPLICATION_ID, ac_schema_count);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(connection->db, numbers, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(connection->db, "COMMIT", NULL, NULL, NULL);
	return rc;
}

enum authcode_err
ac_schema_migrate(struct ac_connection *connection, int version, const char *name,
		  struct authcode_reason *reason)
{
	enum authcode_err err;
	int rc;

	if ((size_t)version == ac_schema_count)
		return AUTHCODE_OK;
	rc = migrate(connection);
	if (rc == SQLITE_OK)
		return AUTHCODE_OK;
	err = ac_sqlite_explain(connection->db, rc, name, reason);
	if (sqlite3_get_autocommit(connection->db) == 0)
		sqlite3_exec(connection->db, "ROLLBACK", NULL, NULL, NULL);
	return err;
}
