/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * authcode_database_examine(): what is in a database file, and what is wrong with it. A
 * file that nobody serves from and that has no log is read without making one beside it.
 */
#include <authcode/database.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "store/sqlite_file.h"
#include "store/sqlite_open.h"
#include "store/sqlite_schema.h"

#define MAX_FAULTS "20"

/* Which rows of a table are live; ?1 is the time. */
#define OF_SOMEBODY(o)                                                                             \
	" AND NOT EXISTS (SELECT 1 FROM subject u WHERE u.id = " o                                 \
	".subject_id AND u.retired_ms <> 0)"
/* What ends codes, families and devices alike: as authcode_listed_state() has it. */
#define TIED(o)                                                                                    \
	OF_SOMEBODY(o)                                                                             \
	" AND NOT EXISTS (SELECT 1 FROM session s WHERE s.id = " o                                 \
	".session_id AND s.ended_ms <> 0)"                                                         \
	" AND (SELECT " AC_SQL_WITHDRAWN(o) " FROM (SELECT 1) LEFT JOIN subject u ON u.id = " o    \
					    ".subject_id) IS NULL"

static const struct {
	const char *table;
	const char *live;
} known[] = {
	{ "subject", "retired_ms = 0 AND ?1 > 0" },
	{ "session",
	  "ended_ms = 0 AND idle_expires_ms > ?1 AND expires_ms > ?1" OF_SOMEBODY("session") },
	{ "user_grant", "scope <> '' AND ?1 > 0" OF_SOMEBODY("user_grant") },
	{ "code", "used_ms = 0 AND expires_ms > ?1" TIED("code") },
	{ "family", "revoked_ms = 0 AND expires_ms > ?1" TIED("family") },
	{ "token", "revoked_ms = 0 AND rotated_ms = 0 AND expires_ms > ?1"
		   " AND EXISTS (SELECT 1 FROM family f WHERE f.id = token.family_id"
		   " AND f.revoked_ms = 0 AND f.expires_ms > ?1" TIED("f") ")" },
	{ "device", "state < 2 AND expires_ms > ?1" TIED("device") },
	{ "signing_key", "sealed <> '' AND ?1 > 0" },
	{ "replay", "forget_ms > ?1" },
	{ "logout_delivery", "next_ms > 0 AND ?1 > 0" },
};

/* The first column of the only row; -1: there is none. */
static int64_t
count(sqlite3 *db, const char *sql, int64_t now_ms)
{
	sqlite3_stmt *statement = NULL;
	int64_t value = -1;

	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
	    sqlite3_bind_parameter_count(statement) <= 1) {
		if (sqlite3_bind_parameter_count(statement) == 1)
			(void)sqlite3_bind_int64(statement, 1, now_ms);
		if (sqlite3_step(statement) == SQLITE_ROW)
			value = sqlite3_column_int64(statement, 0);
	}
	sqlite3_finalize(statement);
	return value;
}

static void
count_rows(sqlite3 *db, const char *name, int64_t now_ms, struct authcode_database_table *ret)
{
	char *sql = sqlite3_mprintf("SELECT count(*) FROM \"%w\"", name);

	(void)snprintf(ret->name, sizeof(ret->name), "%s", name);
	ret->live = -1;
	ret->rows = sql != NULL ? count(db, sql, now_ms) : -1;
	sqlite3_free(sql);
	for (size_t i = 0; i < AC_ARRAY_SIZE(known); i++) {
		if (strcmp(known[i].table, name) != 0)
			continue;
		sql = sqlite3_mprintf("SELECT count(*) FROM %s WHERE %s", name, known[i].live);
		ret->live = sql != NULL ? count(db, sql, now_ms) : -1;
		sqlite3_free(sql);
	}
}

static int
count_tables(sqlite3 *db, int64_t now_ms, struct authcode_database_report *ret)
{
	sqlite3_stmt *statement = NULL;
	int rc = sqlite3_prepare_v2(db,
				    "SELECT name FROM sqlite_schema WHERE type = 'table'"
				    " AND substr(name, 1, 7) <> 'sqlite_' ORDER BY name",
				    -1, &statement, NULL);

	while (rc == SQLITE_OK || rc == SQLITE_ROW) {
		rc = sqlite3_step(statement);
		if (rc != SQLITE_ROW || ret->table_count == AUTHCODE_DATABASE_TABLES)
			break;
		count_rows(db, (const char *)sqlite3_column_text(statement, 0), now_ms,
			   &ret->tables[ret->table_count++]);
	}
	sqlite3_finalize(statement);
	return rc == SQLITE_DONE || rc == SQLITE_ROW ? SQLITE_OK : rc;
}

/* Behind the last that was purged, up to the newest. */
static int64_t
count_missing_records(sqlite3 *db)
{
	return count(db,
		     "SELECT max(0, ifnull(max(seq), 0) - first - count(seq)) FROM"
		     " (SELECT ifnull(max(seq), 0) AS first FROM audit_anchor)"
		     " LEFT JOIN audit ON seq > first",
		     0);
}

static void
note_fault(struct authcode_database_report *ret, const char *text)
{
	if (ret->fault_count++ == 0)
		(void)snprintf(ret->first_fault, sizeof(ret->first_fault), "%s", text);
}

/* "ok", or a fault a row. */
static int
look_for_faults(sqlite3 *db, const char *sql, struct authcode_database_report *ret)
{
	sqlite3_stmt *statement = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);

	while (rc == SQLITE_OK || rc == SQLITE_ROW) {
		rc = sqlite3_step(statement);
		if (rc == SQLITE_ROW && sqlite3_column_text(statement, 0) != NULL &&
		    strcmp((const char *)sqlite3_column_text(statement, 0), "ok") != 0)
			note_fault(ret, (const char *)sqlite3_column_text(statement, 0));
	}
	sqlite3_finalize(statement);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int
examine(sqlite3 *db, int64_t now_ms, bool quick, struct authcode_database_report *ret)
{
	int rc = look_for_faults(db,
				 quick ? "PRAGMA quick_check(" MAX_FAULTS ")"
				       : "PRAGMA integrity_check(" MAX_FAULTS ")",
				 ret);

	if (rc == SQLITE_OK)
		rc = look_for_faults(db,
				     "SELECT 'a row of ' || \"table\" || ' has no ' || parent"
				     " FROM pragma_foreign_key_check LIMIT " MAX_FAULTS,
				     ret);
	if (rc == SQLITE_OK)
		rc = count_tables(db, now_ms, ret);
	ret->records_missing = count_missing_records(db);
	ret->bytes = (uint64_t)count(db,
				     "SELECT page_count * page_size FROM"
				     " pragma_page_count, pragma_page_size",
				     0);
	return rc;
}

enum authcode_err
authcode_database_examine(const char *path, int64_t now_ms, bool quick,
			  struct authcode_database_report *ret, struct authcode_reason *reason)
{
	struct authcode_database_report *report = calloc(1, sizeof(*report));
	struct ac_connection *connection = NULL;
	char *resolved = NULL;
	enum authcode_err err = AUTHCODE_ERR_MEMORY;
	int rc;

	if (report != NULL)
		err = ac_file_resolve(path, &resolved, reason);
	if (err == AUTHCODE_OK)
		err = ac_file_check(resolved, reason);
	if (err == AUTHCODE_OK)
		err = ac_connection_new(resolved, AC_ROLE_READER, &connection, reason);
	if (err == AUTHCODE_OK)
		err = ac_schema_known(connection, resolved, &report->schema, reason);
	if (err == AUTHCODE_OK) {
		rc = examine(connection->db, now_ms, quick, report);
		if (rc != SQLITE_OK)
			err = ac_sqlite_explain(connection->db, rc, path, reason);
	}
	if (err == AUTHCODE_OK)
		*ret = *report;
	ac_connection_free(&connection);
	free(resolved);
	free(report);
	return err;
}
