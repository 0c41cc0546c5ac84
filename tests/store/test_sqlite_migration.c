/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Databases of earlier schemas (golden/001.sql and so on, dumps of what those
 * versions left) opened by this one: every row is there and means what it
 * meant, and what the new columns say of old rows is true.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/attr.h"
#include "fixture.h"
#include "golden.h"
#include "raw_sql.h"
#include "store/sqlite_open.h"
#include "store/sqlite_schema.h"

/* Keys of golden/001.sql. */
#define ANA_SESSION INT64_C(3565158400000000010)
#define ANA_OPEN_CODE INT64_C(3565158404194304038)
#define ANA_ACCESS INT64_C(3565158402097152024)
#define ANA_REFRESH INT64_C(3565158402097152031)
#define BOB_ROTATED INT64_C(3565158406291456073)
#define BOB_REFRESH INT64_C(3565158408388608087)
#define CAROL_OLD_SESSION INT64_C(3565158410485760101)
#define CAROL_NEW_SESSION INT64_C(3565158412582912115)
#define DORA_ACCESS INT64_C(3565158414680064143)

/* When the file was closed. */
#define CLOSED (T0 + 8 * SECOND)

/* A fixture whose store was opened on a golden file. */
static int
set_up(void **state)
{
	struct fixture *f = fixture_new(&backends[1]);

	authcode_store_close(&f->store);
	assert_int_equal(remove(f->path), 0);
	restore_golden("001.sql", f->path);
	f->now = CLOSED;
	open_store(f);
	*state = f;
	return 0;
}

static void
the_schema_is_ours_and_stays_so(void **state)
{
	struct fixture *f = *state;

	reopen_store(f);
	authcode_store_close(&f->store);
	assert_int_equal(number(f->path, "PRAGMA user_version"), (int)ac_schema_count);
	assert_int_equal(number(f->path, "PRAGMA application_id"), 0x61636462);
	assert_int_equal(number(f->path, "SELECT count(*) FROM pragma_integrity_check"
					 " WHERE integrity_check = 'ok'"),
			 1);
	assert_int_equal(number(f->path, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
	assert_int_equal(number(f->path, "SELECT count(*) FROM subject"), 5);
	assert_int_equal(number(f->path, "SELECT count(*) FROM token"), 8);
}

/* As it was, whole, and for its owner alone; of an upgrade that was not needed there is none. */
static void
an_upgrade_leaves_a_copy_of_what_was(void **state)
{
	struct fixture *f = *state;
	char copy[160], again[160];
	struct stat st;

	snprintf(copy, sizeof(copy), "%s.schema-1", f->path);
	assert_int_equal(stat(copy, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(number(copy, "PRAGMA user_version"), 1);
	assert_int_equal(number(copy, "SELECT count(*) FROM token"), 8);
	assert_int_equal(number(copy, "SELECT count(*) FROM pragma_integrity_check"
				      " WHERE integrity_check = 'ok'"),
			 1);
	assert_int_equal(remove(copy), 0);
	reopen_store(f);
	assert_int_not_equal(stat(copy, &st), 0);
	snprintf(again, sizeof(again), "%s.schema-%zu", f->path, ac_schema_count);
	assert_int_not_equal(stat(again, &st), 0);
}

static struct authcode_store_upgrade
opened(struct fixture *f, enum authcode_err expected)
{
	struct authcode_store_upgrade upgrade = { -1, -1 };
	struct authcode_store_sqlite_settings settings = { .path = f->path,
							   .ret_upgrade = &upgrade };

	authcode_store_close(&f->store);
	assert_int_equal(authcode_store_sqlite_open(&settings, &f->store, NULL), expected);
	return upgrade;
}

static void
an_upgrade_is_told_and_nothing_else_is(void **state)
{
	struct fixture *f = *state;
	struct authcode_store_upgrade upgrade = opened(f, AUTHCODE_OK);

	assert_int_equal(upgrade.from, 0);
	assert_int_equal(upgrade.to, 0);
	authcode_store_close(&f->store);
	assert_int_equal(remove(f->path), 0);
	upgrade = opened(f, AUTHCODE_ERR_NOT_FOUND);
	assert_int_equal(upgrade.to, 0);
	restore_golden("001.sql", f->path);
	upgrade = opened(f, AUTHCODE_OK);
	assert_int_equal(upgrade.from, 1);
	assert_int_equal(upgrade.to, (int)ac_schema_count);
}

/* Where no copy can be made, nothing is upgraded. */
static void
without_a_copy_nothing_is_upgraded(void **state)
{
	struct fixture *f = *state;
	struct authcode_store_sqlite_settings settings = { .path = f->path };
	struct authcode_reason reason;
	char copy[160];

	authcode_store_close(&f->store);
	assert_int_equal(remove(f->path), 0);
	restore_golden("001.sql", f->path);
	snprintf(copy, sizeof(copy), "%s.schema-1", f->path);
	(void)remove(copy);
	assert_int_equal(mkdir(copy, 0700), 0);
	assert_int_equal(authcode_store_sqlite_open(&settings, &f->store, &reason),
			 AUTHCODE_ERR_IO);
	assert_non_null(strstr(reason.text, ".schema-1"));
	assert_int_equal(number(f->path, "PRAGMA user_version"), 1);
	assert_int_equal(rmdir(copy), 0);
	open_store(f);
}

/* The tables are the same, whichever way they came to be. */
static void
a_migrated_file_has_the_tables_of_a_new_one(void **state)
{
	static const char columns[] =
		"SELECT group_concat(t.name || ':' || c.name || ':' || c.type || ':' ||"
		" c.\"notnull\" || ':' || ifnull(c.dflt_value, '-') || ':' || c.pk, ',')"
		" FROM (SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name) t,"
		" pragma_table_info(t.name) c";
	struct fixture *f = *state, *fresh = fixture_new(&backends[1]);
	void *fresh_state = fresh;
	char texts[2][8192];
	const char *paths[] = { f->path, fresh->path };

	authcode_store_close(&f->store);
	authcode_store_close(&fresh->store);
	for (size_t i = 0; i < AC_ARRAY_SIZE(paths); i++) {
		sqlite3_stmt *statement = NULL;
		sqlite3 *db = NULL;

		assert_int_equal(sqlite3_open(paths[i], &db), SQLITE_OK);
		assert_int_equal(sqlite3_prepare_v2(db, columns, -1, &statement, NULL), SQLITE_OK);
		assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
		snprintf(texts[i], sizeof(texts[i]), "%s",
			 (const char *)sqlite3_column_text(statement, 0));
		sqlite3_finalize(statement);
		sqlite3_close(db);
	}
	assert_string_equal(texts[0], texts[1]);
	fixture_tear_down(&fresh_state);
}

static void
old_rows_are_whole_and_have_told_nothing(void **state)
{
	struct fixture *f = *state;
	struct authcode_token_view token = token_of(f, ANA_REFRESH);
	struct authcode_code_view code = code_of(f, ANA_OPEN_CODE);

	assert_string_equal(token.session.claims, "");
	assert_string_equal(token.family.claims, "");
	assert_string_equal(code.code.claims, "");
	assert_string_equal(token.family.claims_request, "");
	assert_string_equal(code.code.resource, "");
	assert_string_equal(token.token.resource, "");
	assert_string_equal(token.subject.sub, "sub-ana");
	assert_int_equal(token.subject.uid, 1001);
	assert_string_equal(token.subject.groups, "staff\nwheel");
	assert_string_equal(token.session.acr, "password");
	assert_string_equal(token.family.amr, "pwd otp");
	assert_int_equal(token.session.id, ANA_SESSION);
	assert_int_equal(token.session.created_ms, T0);
	assert_int_equal(token.session.expires_ms, T0 + DAY);
	assert_int_equal(code.code.expires_ms, T0 + 2 * SECOND + MINUTE);
	assert_string_equal(code.code.nonce, "n-0S6_WzA2Mj");
	assert_hash(token.token.hash, 0xf1);
	assert_string_equal(granted_scope(f, token.subject.id, "demo"), "profile groups");
}

static void
what_was_good_is_good_and_what_was_dead_is_dead(void **state)
{
	struct fixture *f = *state;
	const struct {
		const char *name;
		struct authcode_operation op;
		enum authcode_result result;
	} rows[] = {
		{ "an open code", op_redeem(f, ANA_OPEN_CODE), AUTHCODE_RESULT_DONE },
		{ "a live session", op_issue(f, ANA_SESSION), AUTHCODE_RESULT_DONE },
		{ "a refresh token", op_refresh(f, ANA_REFRESH, true), AUTHCODE_RESULT_DONE },
		{ "one that outlives its session", op_refresh(f, BOB_REFRESH, true),
		  AUTHCODE_RESULT_DONE },
		{ "a retired person's session", op_issue(f, CAROL_OLD_SESSION),
		  AUTHCODE_RESULT_EXPIRED },
		{ "the session of who came after", op_issue(f, CAROL_NEW_SESSION),
		  AUTHCODE_RESULT_DONE },
		{ "a rotated token", op_refresh(f, BOB_ROTATED, true), AUTHCODE_RESULT_REUSED },
	};

	assert_int_equal(token_of(f, DORA_ACCESS).family.revoked_ms, T0 + 7 * SECOND);
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct authcode_operation op = rows[i].op;

		if (perform(f, &op) != rows[i].result)
			fail_msg("%s: %d", rows[i].name, (int)op.result);
	}
	/* It takes what has just come of it along. */
	assert_int_equal(token_of(f, BOB_REFRESH).family.revoked_ms, CLOSED);
}

/* Until the end of the last of what somebody has: a session, or a family. */
static void
old_subjects_are_listed_for_as_long_as_something_of_them_is_honoured(void **state)
{
	static const struct {
		int64_t at;
		const char *names;
	} rows[] = {
		{ CLOSED, "ana bob carol dora " },
		{ T0 + DAY - 1, "ana bob carol dora " },
		{ T0 + DAY, "bob carol dora " },
		{ T0 + DAY + 6 * SECOND - 1, "bob carol dora " },
		{ T0 + DAY + 6 * SECOND, "bob dora " },
		{ T0 + 90 * DAY + 3 * SECOND - 1, "bob dora " },
		{ T0 + 90 * DAY + 3 * SECOND, "dora " },
		{ T0 + 90 * DAY + 7 * SECOND, "" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct authcode_subject subjects[8];
		char names[128] = "";
		size_t count = 0, len = 0;

		assert_int_equal(authcode_store_list_subjects(f->store, rows[i].at, 0, f->arena,
							      subjects, AC_ARRAY_SIZE(subjects),
							      &count),
				 AUTHCODE_OK);
		for (size_t k = 0; k < count; k++)
			len += (size_t)snprintf(names + len, sizeof(names) - len, "%s ",
						subjects[k].user_name);
		assert_string_equal(names, rows[i].names);
	}
}

/* The old name goes on with its subject, and what it tells is kept. */
static void
the_next_sign_in_keeps_the_old_sub(void **state)
{
	struct fixture *f = *state;
	struct authcode_session_view view = session_of(f, sign_in(f));

	assert_string_equal(view.subject.sub, "sub-ana");
	assert_int_equal(view.subject.id, session_of(f, ANA_SESSION).subject.id);
	assert_string_equal(view.session.claims, "{\"department\":\"math\"}");
}

/* What ALTER TABLE of SQLite 3.46 runs on the connection; that of 3.40 has no pattern
 * as long as the last. */
static void
the_limits_leave_room_for_what_alter_table_asks(void **state)
{
	struct fixture *f = *state;
	struct ac_connection *connection = NULL;
	char *why = NULL;

	assert_int_equal(ac_connection_new(f->path, AC_ROLE_READER, &connection, NULL),
			 AUTHCODE_OK);
	if (sqlite3_exec(connection->db,
			 "SELECT quick_check FROM pragma_quick_check('session') WHERE "
			 "quick_check GLOB 'CHECK*' OR quick_check GLOB 'NULL*' OR "
			 "quick_check GLOB 'non-* value in*'",
			 NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s", why);
	ac_connection_free(&connection);
}

/* As schema 8 had them: the last before there was a chain. */
static void
make_records_of_old(const struct fixture *f, size_t schema)
{
	static const char records[] =
		"INSERT INTO audit VALUES (3565158400000000001, 'token_issued', 0, 'demo', 0, 0,"
		" '192.0.2.7', '', -1), (3565158402097152001, 'token_issued', 0, 'demo', 0, 0,"
		" '192.0.2.7', '', -1)";
	char numbers[96];

	for (size_t i = 0; i < schema; i++)
		execute(f->path, ac_schema_texts[i]);
	execute(f->path, records);
	snprintf(numbers, sizeof(numbers), "PRAGMA application_id = %d; PRAGMA user_version = %zu",
		 AC_SQLITE_APPLICATION_ID, schema);
	execute(f->path, numbers);
}

static void
leave_record(struct fixture *f)
{
	struct authcode_operation op = op_client_token(f);

	op.audit.wanted = true;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
}

/* The chain begins behind them. */
static void
old_records_stay_as_they_are_and_in_no_chain(void **state)
{
	struct authcode_audit_record records[4];
	struct authcode_audit_page page = { .records = records, .capacity = 4 };
	const struct authcode_audit_query query = { .examine = 10 };
	struct fixture *f = *state;
	struct authcode_audit_check check;
	struct authcode_operation op;

	authcode_store_close(&f->store);
	assert_int_equal(remove(f->path), 0);
	make_records_of_old(f, 8);
	open_store(f);
	f->now = T0 + HOUR;
	check = check_audit(f, 10);
	assert_int_equal(check.ret_fault, AUTHCODE_AUDIT_WHOLE);
	assert_int_equal(check.ret_checked, 0);
	assert_true(check.ret_older);
	leave_record(f);
	leave_record(f);
	check = check_audit(f, 10);
	assert_int_equal(check.ret_fault, AUTHCODE_AUDIT_WHOLE);
	assert_int_equal(check.ret_checked, 2);
	assert_true(check.ret_older);
	assert_int_equal(authcode_store_list_audit(f->store, &query, f->arena, &page), AUTHCODE_OK);
	assert_int_equal(page.count, 4);
	assert_int_equal(records[3].seq, 0);
	assert_string_equal(records[3].rhost, "192.0.2.7");
	assert_int_equal(records[2].seq, 0);
	assert_int_equal(records[0].seq + records[1].seq, 3);
	op = op_purge(f, 10);
	op.u.purge.audit_before_ms = f->now;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(op.u.purge.ret_deleted, 2);
	reopen_store(f);
	check = check_audit(f, 10);
	assert_int_equal(check.ret_fault, AUTHCODE_AUDIT_WHOLE);
	assert_int_equal(check.ret_checked, 2);
	assert_false(check.ret_older);
}

#define MIGRATION_TEST(function)                                                                   \
	cmocka_unit_test_setup_teardown(function, set_up, fixture_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		MIGRATION_TEST(the_schema_is_ours_and_stays_so),
		MIGRATION_TEST(an_upgrade_leaves_a_copy_of_what_was),
		MIGRATION_TEST(an_upgrade_is_told_and_nothing_else_is),
		MIGRATION_TEST(without_a_copy_nothing_is_upgraded),
		MIGRATION_TEST(a_migrated_file_has_the_tables_of_a_new_one),
		MIGRATION_TEST(old_rows_are_whole_and_have_told_nothing),
		MIGRATION_TEST(what_was_good_is_good_and_what_was_dead_is_dead),
		MIGRATION_TEST(
			old_subjects_are_listed_for_as_long_as_something_of_them_is_honoured),
		MIGRATION_TEST(the_next_sign_in_keeps_the_old_sub),
		MIGRATION_TEST(the_limits_leave_room_for_what_alter_table_asks),
		MIGRATION_TEST(old_records_stay_as_they_are_and_in_no_chain),
	};

	return cmocka_run_group_tests_name("store migrations", tests, NULL, NULL);
}
