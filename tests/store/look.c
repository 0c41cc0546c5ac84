/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See look.h.
 */
#include "look.h"

#include <stdio.h>

#include <sqlite3.h>

#include "fixture.h"

static void
mix(uint64_t *sum, const void *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		*sum = (*sum ^ ((const unsigned char *)data)[i]) * UINT64_C(0x100000001b3);
}

static void
look_at_table(sqlite3 *db, const char *table, int64_t *rows, uint64_t *cells)
{
	sqlite3_stmt *statement = NULL;
	char sql[96];

	snprintf(sql, sizeof(sql), "SELECT * FROM %s ORDER BY 1, 2", table);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		(*rows)++;
		for (int i = 0; i < sqlite3_column_count(statement); i++) {
			const void *cell = sqlite3_column_blob(statement, i);

			mix(cells, cell, (size_t)sqlite3_column_bytes(statement, i));
			mix(cells, "", 1);
		}
	}
	assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
}

struct look
look(const char *path)
{
	struct look ret = { .cells = UINT64_C(0xcbf29ce484222325) };
	sqlite3_stmt *tables = NULL;
	sqlite3 *db = NULL;
	size_t count = 0;

	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, "unix"), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db,
					    "SELECT name FROM sqlite_schema WHERE type = 'table'"
					    " AND name NOT LIKE 'sqlite%' ORDER BY name",
					    -1, &tables, NULL),
			 SQLITE_OK);
	while (sqlite3_step(tables) == SQLITE_ROW) {
		assert_in_range(count, 0, LOOK_TABLES - 1);
		look_at_table(db, (const char *)sqlite3_column_text(tables, 0), &ret.rows[count],
			      &ret.cells);
		count++;
	}
	assert_in_range(count, 10, LOOK_TABLES);
	sqlite3_finalize(tables);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	return ret;
}
