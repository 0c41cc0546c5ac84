/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * <authcode/database.h>: files that are damaged or not ours, as looking, copying and ending
 * find them.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <authcode/database.h>

#include "base/attr.h"
#include "database_world.h"
#include "raw_sql.h"

/* By each of the three. */
static void
what_is_not_ours_is_refused_by_name(void **state)
{
	static const struct {
		const char *sql;
		enum authcode_err err;
		const char *said;
	} rows[] = {
		{ "PRAGMA application_id = 7", AUTHCODE_ERR_FOREIGN, "another application" },
		{ "PRAGMA user_version = 4000", AUTHCODE_ERR_NEWER, "newer version" },
		{ "PRAGMA user_version = 0", AUTHCODE_ERR_FOREIGN, "no schema version" },
	};
	struct world *world = *state;
	char target[160];

	snprintf(target, sizeof(target), "%s/target.db", world->f->directory);
	make_file(target);
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct authcode_database_report report = { .schema = -7 };
		struct authcode_database_ended ended = { .told = -7 };
		struct authcode_reason reason = { "" };

		copy(world);
		execute(world->copy, rows[i].sql);
		assert_int_equal(authcode_database_examine(world->copy, 1, true, &report, &reason),
				 rows[i].err);
		assert_non_null(strstr(reason.text, rows[i].said));
		assert_non_null(strstr(reason.text, "copy.db"));
		assert_int_equal(report.schema, -7);
		assert_int_equal(authcode_database_end_all(world->copy, 1, &ended, &reason),
				 rows[i].err);
		assert_int_equal(ended.told, -7);
		assert_int_equal(authcode_database_copy(world->copy, target, NULL, &reason),
				 rows[i].err);
		assert_int_equal(unlink(world->copy), 0);
	}
}

static void
a_row_without_its_parent_is_a_fault(void **state)
{
	struct world *world = *state;
	struct authcode_database_report report;

	copy(world);
	execute(world->copy, "PRAGMA foreign_keys = OFF; DELETE FROM subject");
	assert_int_equal(authcode_database_examine(world->copy, 1, true, &report, NULL),
			 AUTHCODE_OK);
	assert_true(report.fault_count > 0);
	assert_non_null(strstr(report.first_fault, "has no subject"));
}

/* What only comparing an index with its table shows: rows that changed while there was none.
 * (Missing entries would not do: SQLite 3.46 counts them also when the look is quick.) */
static void
an_index_that_does_not_fit_is_a_fault_unless_the_look_is_quick(void **state)
{
	struct world *world = *state;
	struct authcode_database_report report;

	copy(world);
	execute(world->copy,
		"PRAGMA foreign_keys = OFF; PRAGMA writable_schema = ON;"
		"CREATE TEMP TABLE kept AS SELECT * FROM sqlite_schema WHERE name = 'code_forget';"
		"DELETE FROM sqlite_schema WHERE name = 'code_forget';"
		"PRAGMA writable_schema = RESET;"
		"UPDATE code SET forget_ms = forget_ms + 1;"
		"PRAGMA writable_schema = ON; INSERT INTO sqlite_schema SELECT * FROM kept;"
		"PRAGMA writable_schema = RESET");
	assert_int_equal(authcode_database_examine(world->copy, 1, false, &report, NULL),
			 AUTHCODE_OK);
	assert_true(report.fault_count > 0);
	assert_non_null(strstr(report.first_fault, "code_forget"));
	assert_int_equal(authcode_database_examine(world->copy, 1, true, &report, NULL),
			 AUTHCODE_OK);
	assert_int_equal(report.fault_count, 0);
}

/* Copying looks into no page. */
static void
a_copy_of_what_is_damaged_is_none(void **state)
{
	struct world *world = *state;
	struct authcode_reason reason = { "" };
	char target[160];

	copy(world);
	execute(world->copy, "PRAGMA foreign_keys = OFF; DELETE FROM subject");
	snprintf(target, sizeof(target), "%s/target.db", world->f->directory);
	make_file(target);
	assert_int_equal(authcode_database_copy(world->copy, target, NULL, &reason),
			 AUTHCODE_ERR_FOREIGN);
	assert_non_null(strstr(reason.text, "the copy is damaged: a row of "));
}

static void
others_files_and_no_files_are_refused(void **state)
{
	struct world *world = *state;
	struct authcode_database_report report;
	struct authcode_database_ended ended;
	char absent[160];

	snprintf(absent, sizeof(absent), "%s/absent.db", world->f->directory);
	assert_int_equal(authcode_database_examine(absent, 1, true, &report, NULL),
			 AUTHCODE_ERR_NOT_FOUND);
	assert_int_equal(authcode_database_copy(absent, world->copy, NULL, NULL),
			 AUTHCODE_ERR_NOT_FOUND);
	assert_int_equal(authcode_database_copy(world->f->path, absent, NULL, NULL),
			 AUTHCODE_ERR_IO);
	copy(world);
	assert_int_equal(authcode_database_end_all(world->copy, 0, &ended, NULL),
			 AUTHCODE_ERR_USAGE);
	assert_int_equal(chmod(world->copy, 0644), 0);
	assert_int_equal(authcode_database_end_all(world->copy, 1, &ended, NULL), AUTHCODE_ERR_IO);
	assert_int_equal(authcode_database_examine(world->copy, 1, true, &report, NULL),
			 AUTHCODE_ERR_IO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DATABASE_TEST(what_is_not_ours_is_refused_by_name),
		DATABASE_TEST(a_row_without_its_parent_is_a_fault),
		DATABASE_TEST(an_index_that_does_not_fit_is_a_fault_unless_the_look_is_quick),
		DATABASE_TEST(a_copy_of_what_is_damaged_is_none),
		DATABASE_TEST(others_files_and_no_files_are_refused),
	};

	return cmocka_run_group_tests_name("database file with faults", tests, NULL, NULL);
}
