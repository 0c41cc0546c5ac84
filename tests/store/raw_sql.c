/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See raw_sql.h.
 */
#include "raw_sql.h"

#include <sys/stat.h>

#include <sqlite3.h>

#include "fixture.h"

static sqlite3 *
open_file(const char *path)
{
	sqlite3 *db = NULL;

	assert_int_equal(
		sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "unix"),
		SQLITE_OK);
	assert_int_equal(sqlite3_busy_timeout(db, 5000), SQLITE_OK);
	return db;
}

int64_t
execute(const char *path, const char *sql)
{
	sqlite3 *db = open_file(path);
	char *why = NULL;
	int64_t changed;

	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", sql, why);
	changed = sqlite3_total_changes(db);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	assert_int_equal(chmod(path, 0600), 0);
	return changed;
}

int64_t
number(const char *path, const char *sql)
{
	sqlite3 *db = open_file(path);
	sqlite3_stmt *statement = NULL;
	int64_t value;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	value = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	return value;
}
