/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Somebody writes to the file behind the store's back: what the chain of audit records
 * says of it.
 */
#include <stdio.h>
#include <string.h>

#include <authcode/database.h>

#include "audit_file.h"
#include "base/attr.h"
#include "store/row_key.h"

static uint32_t
purge_before(struct fixture *f, int64_t before_ms)
{
	struct authcode_operation op = op_purge(f, 100);

	op.u.purge.audit_before_ms = before_ms;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	return op.u.purge.ret_deleted;
}

/* --- what is done to the file ------------------------------------------------------- */

static const struct {
	const char *sql;
	const char *fault;
	int64_t seq;
} deeds[] = {
	/* Nothing at all, and what is no record's. */
	{ "INSERT OR REPLACE INTO probe VALUES (1, 1)", "whole", 0 },
	/* Every column. */
	{ "UPDATE audit SET id = id + 1 WHERE seq = 4", "changed", 4 },
	{ "UPDATE audit SET id = id + 2097152 WHERE seq = 8", "changed", 8 },
	{ "UPDATE audit SET event = 'token_revoked' WHERE seq = 1", "changed", 1 },
	{ "UPDATE audit SET event = '' WHERE seq = 1", "changed", 1 },
	{ "UPDATE audit SET txn = txn + 1 WHERE seq = 2", "changed", 2 },
	{ "UPDATE audit SET client_id = 'demo' WHERE seq = 5", "changed", 5 },
	{ "UPDATE audit SET subject_id = 0 WHERE seq = 5", "changed", 5 },
	{ "UPDATE audit SET subject_id = 1 WHERE seq = 4", "changed", 4 },
	{ "UPDATE audit SET object_id = 0 WHERE seq = 8", "changed", 8 },
	{ "UPDATE audit SET rhost = '192.0.2.8' WHERE seq = 1", "changed", 1 },
	{ "UPDATE audit SET rhost = '192.0.2.8' WHERE seq = 2", "changed", 2 },
	{ "UPDATE audit SET reason = '' WHERE seq = 7", "changed", 7 },
	{ "UPDATE audit SET admin_uid = 0 WHERE seq = 7", "changed", 7 },
	{ "UPDATE audit SET seq = 80 WHERE seq = 8", "missing", 8 },
	{ "UPDATE audit SET seq = 9 WHERE seq = 5", "missing", 5 },
	{ "UPDATE audit SET seq = 9223372036854775807 WHERE seq = 8", "missing", 8 },
	{ "UPDATE audit SET seq = -9223372036854775807 - 1 WHERE seq = 5", "unchained", 0 },
	{ "UPDATE audit_anchor SET seq = 9223372036854775807", "unanchored", 0 },
	{ "UPDATE audit SET seq = NULL WHERE seq = 5", "unchained", 0 },
	{ "UPDATE audit SET seq = -5 WHERE seq = 5", "unchained", 0 },
	{ "UPDATE audit SET seq = 0 WHERE seq = 8", "unchained", 0 },
	{ "UPDATE audit SET address = NULL WHERE seq = 2", "changed", 2 },
	{ "UPDATE audit SET address = zeroblob(16) WHERE seq = 2", "changed", 2 },
	{ "UPDATE audit SET address = zeroblob(16) WHERE seq = 1", "changed", 1 },
	{ "UPDATE audit SET address = CAST(address || x'00' AS BLOB) WHERE seq = 2", "changed", 2 },
	{ "UPDATE audit SET mac = zeroblob(32) WHERE seq = 3", "changed", 3 },
	{ "UPDATE audit SET mac = NULL WHERE seq = 3", "changed", 3 },
	{ "UPDATE audit SET mac = CAST(mac || x'00' AS BLOB) WHERE seq = 3", "changed", 3 },
	{ "UPDATE audit SET mac = NULL WHERE seq = 8", "changed", 8 },
	/* A byte that moves from one text to the next. */
	{ "UPDATE audit SET client_id = 'robo', reason = 'tbecause' WHERE seq = 4", "changed", 4 },
	/* Records that are taken away, all of a kind, or put in. */
	{ "DELETE FROM audit WHERE seq = 1", "missing", 1 },
	{ "DELETE FROM audit WHERE seq = 4", "missing", 4 },
	{ "DELETE FROM audit WHERE seq IN (4, 6)", "missing", 4 },
	{ "DELETE FROM audit WHERE seq = 4; UPDATE audit SET seq = seq - 1 WHERE seq > 4",
	  "changed", 4 },
	{ "INSERT INTO audit SELECT id + 1, event, txn, client_id, subject_id, object_id, rhost,"
	  " reason, admin_uid, NULL, NULL, NULL FROM audit WHERE seq = 4",
	  "unchained", 0 },
	{ "INSERT INTO audit SELECT id + 1, event, txn, client_id, subject_id, object_id, rhost,"
	  " reason, admin_uid, 0, address, mac FROM audit WHERE seq = 4",
	  "unchained", 0 },
	{ "INSERT INTO audit SELECT id + 1, event, txn, client_id, subject_id, object_id, rhost,"
	  " reason, admin_uid, 9, address, mac FROM audit WHERE seq = 8",
	  "changed", 9 },
	/* Two that change places: their numbers, and all that they say. */
	{ "UPDATE audit SET seq = 99 WHERE seq = 2; UPDATE audit SET seq = 2 WHERE seq = 5;"
	  "UPDATE audit SET seq = 5 WHERE seq = 99",
	  "changed", 2 },
	{ "UPDATE audit SET (object_id, txn) = (SELECT b.object_id, b.txn FROM audit b"
	  " WHERE b.seq = 11 - audit.seq) WHERE seq IN (4, 7)",
	  "changed", 4 },
	/* An address that is taken out by somebody else. */
	{ "UPDATE audit SET rhost = '' WHERE seq = 2", "changed", 2 },
	{ "UPDATE audit SET rhost = '', address = NULL WHERE seq = 2", "changed", 2 },
	{ "UPDATE audit SET rhost = '', address = (SELECT b.address FROM audit b WHERE b.seq = 3)"
	  " WHERE seq = 2",
	  "changed", 2 },
	{ "UPDATE audit SET address = (SELECT b.address FROM audit b WHERE b.seq = 3)"
	  " WHERE seq = 6",
	  "changed", 6 },
	/* One that was taken out and is put back, or takes the place of what is left of it. */
	{ "UPDATE audit SET rhost = '192.0.2.7' WHERE seq = 3", "changed", 3 },
	{ "UPDATE audit SET rhost = CAST(substr(address, 1, 16) AS TEXT), address = x'00'"
	  " WHERE seq = 3",
	  "changed", 3 },
	/* Where it begins. */
	{ "DELETE FROM audit_anchor", "unanchored", 0 },
	{ "UPDATE audit_anchor SET seq = 3, mac = (SELECT mac FROM audit WHERE seq = 3)",
	  "unanchored", 0 },
	{ "UPDATE audit_anchor SET before_id = before_id + 1", "unanchored", 0 },
	{ "UPDATE audit_anchor SET mac = CAST(zeroblob(31) || x'01' AS BLOB)", "unanchored", 0 },
	{ "UPDATE audit_anchor SET proof = x''", "unanchored", 0 },
	{ "UPDATE audit_anchor SET seq = 3, mac = (SELECT mac FROM audit WHERE seq = 3);"
	  "DELETE FROM audit WHERE seq < 4",
	  "unanchored", 0 },
	/* Everything. */
	{ "DELETE FROM audit; DELETE FROM audit_anchor", "missing", 1 },
	{ "DELETE FROM audit", "missing", 1 },
	{ "DELETE FROM audit WHERE seq > 6", "missing", 7 },
	{ "DELETE FROM audit WHERE seq = 8", "missing", 8 },
};

/* The store is open: it knows how far it had come. */
static void
whatever_is_done_to_the_file_is_found(void **state)
{
	struct fixture *f = *state;

	leave_records(f);
	keep_file(f);
	for (size_t i = 0; i < AC_ARRAY_SIZE(deeds); i++) {
		restore_file(f);
		open_store(f);
		tamper(f, deeds[i].sql);
		assert_found(f, deeds[i].sql, deeds[i].fault, deeds[i].seq);
	}
}

/* --- and more than one thing -------------------------------------------------------- */

/* All faults, as one look after the other finds them: "changed 2, missing 4-5". */
static void
assert_all_found(struct fixture *f, const char *what, const char *wanted,
		 struct authcode_audit_check check)
{
	const uint32_t limit = check.limit;
	char found[512] = "";
	size_t len = 0;

	for (int looks = 0; looks < 40; looks++) {
		assert_int_equal(authcode_store_check_audit(f->store, &check), AUTHCODE_OK);
		if (check.ret_fault != AUTHCODE_AUDIT_WHOLE) {
			len += (size_t)snprintf(found + len, sizeof(found) - len, "%s%s %lld",
						len > 0 ? ", " : "",
						authcode_audit_fault_name(check.ret_fault),
						(long long)check.ret_fault_seq);
			if (check.ret_fault_last != check.ret_fault_seq)
				len += (size_t)snprintf(found + len, sizeof(found) - len, "-%lld",
							(long long)check.ret_fault_last);
			if (len >= sizeof(found))
				fail_msg("%s, pages of %u, does not end: %s", what, limit, found);
		}
		if (!check.ret_resumes && check.ret_last_seq == 0)
			break;
		check = (struct authcode_audit_check){
			.limit = limit,
			.begun = check.begun || check.ret_resumes,
			.after_seq = check.ret_resumes ? check.ret_resume_seq : check.ret_last_seq,
		};
	}
	if (strcmp(found, wanted) != 0)
		fail_msg("%s, pages of %u: %s", what, limit, found);
}

static const struct {
	const char *sql, *found;
} many_deeds[] = {
	{ "INSERT OR REPLACE INTO probe VALUES (1, 1)", "" },
	{ "UPDATE audit SET txn = txn + 1 WHERE seq IN (1, 2, 3)",
	  "changed 1, changed 2, changed 3" },
	{ "UPDATE audit SET client_id = 'demo' WHERE seq = 2; DELETE FROM audit WHERE seq = 4;"
	  "UPDATE audit SET admin_uid = 0 WHERE seq = 7",
	  "changed 2, missing 4, changed 7" },
	{ "DELETE FROM audit WHERE seq IN (2, 3, 5); UPDATE audit SET txn = txn + 1 WHERE seq > 6",
	  "missing 2-3, missing 5, changed 7, changed 8" },
	{ "DELETE FROM audit WHERE seq < 3 OR seq > 5", "missing 1-2, missing 6-8" },
	/* Behind a gap nobody knows what the next hangs on, and behind another MAC too. */
	{ "DELETE FROM audit WHERE seq = 4; UPDATE audit SET txn = txn + 1 WHERE seq IN (5, 6)",
	  "missing 4, changed 6" },
	{ "UPDATE audit SET mac = zeroblob(32) WHERE seq = 3", "changed 3, changed 4" },
	/* The beginning. */
	{ "UPDATE audit SET seq = NULL WHERE seq = 5; UPDATE audit SET txn = txn + 1 WHERE seq = 7;"
	  "DELETE FROM audit WHERE seq = 8",
	  "unchained 0, missing 5, changed 7, missing 8" },
	{ "UPDATE audit SET seq = -5 WHERE seq = 5; UPDATE audit SET reason = '' WHERE seq = 1",
	  "unchained 0, changed 1, missing 5" },
	{ "DELETE FROM audit_anchor; UPDATE audit SET txn = txn + 1 WHERE seq IN (1, 4)",
	  "unanchored 0, changed 4" },
	{ "UPDATE audit_anchor SET seq = 3, mac = (SELECT mac FROM audit WHERE seq = 3);"
	  "DELETE FROM audit WHERE seq < 4; UPDATE audit SET txn = txn + 1 WHERE seq = 6",
	  "unanchored 0, changed 6" },
	{ "UPDATE audit_anchor SET before_id = before_id + 1; DELETE FROM audit WHERE seq = 8",
	  "unanchored 0, missing 8" },
	{ "UPDATE audit_anchor SET seq = 3, mac = CAST(zeroblob(31) || x'01' AS BLOB)",
	  "unanchored 0" },
	{ "UPDATE audit_anchor SET proof = x''; DELETE FROM audit", "unanchored 0, missing 1-8" },
	{ "DELETE FROM audit; DELETE FROM audit_anchor", "missing 1-8" },
	{ "DELETE FROM audit", "missing 1-8" },
	/* The end of all numbers: there is nothing behind it. */
	{ "UPDATE audit SET client_id = 'x' WHERE seq = 2;"
	  "UPDATE audit SET seq = 9223372036854775807 WHERE seq = 5",
	  "changed 2, missing 5, missing 9-9223372036854775806" },
	{ "DELETE FROM audit_anchor; DELETE FROM audit WHERE seq < 8;"
	  "UPDATE audit SET seq = 9223372036854775807",
	  "unanchored 0" },
};

static void
all_that_is_done_to_the_file_is_found(void **state)
{
	struct fixture *f = *state;

	leave_records(f);
	keep_file(f);
	for (size_t i = 0; i < AC_ARRAY_SIZE(many_deeds); i++) {
		restore_file(f);
		open_store(f);
		tamper(f, many_deeds[i].sql);
		for (uint32_t limit = 1; limit < 12; limit += 2)
			assert_all_found(f, many_deeds[i].sql, many_deeds[i].found,
					 (struct authcode_audit_check){ .limit = limit });
	}
}

/* The last record of a page, 3, is gone when somebody asks for the next: what is behind it
 * is looked at all the same. */
static void
what_goes_between_two_pages_hides_nothing_behind_it(void **state)
{
	static const struct {
		const char *before, *between;
		int64_t purged_ms; /* 0: nothing is */
		const char *found;
	} table[] = {
		/* A purge that cannot move the beginning. */
		{ "UPDATE audit_anchor SET before_id = before_id + 1", NULL, T0 + 5,
		  "missing 3-4, changed 7" },
		{ "UPDATE audit_anchor SET before_id = before_id + 1", NULL, T0 + 4,
		  "missing 3, changed 7" },
		{ "UPDATE audit_anchor SET before_id = before_id + 1", NULL, T0 + 9,
		  "missing 3-8" },
		{ "DELETE FROM audit_anchor", NULL, T0 + 5, "missing 3-4, changed 7" },
		{ "DELETE FROM audit WHERE seq = 1", NULL, T0 + 5, "missing 3-4, changed 7" },
		/* One that does. */
		{ "INSERT OR REPLACE INTO probe VALUES (1, 1)", NULL, T0 + 5, "changed 7" },
		/* Somebody else. */
		{ "INSERT OR REPLACE INTO probe VALUES (1, 1)", "DELETE FROM audit WHERE seq = 3",
		  0, "missing 3, changed 7" },
		{ "INSERT OR REPLACE INTO probe VALUES (1, 1)",
		  "DELETE FROM audit WHERE seq IN (3, 4, 6)", 0, "missing 3-4, missing 6" },
		{ "INSERT OR REPLACE INTO probe VALUES (1, 1)", "DELETE FROM audit WHERE seq > 2",
		  0, "missing 3-8" },
	};
	struct fixture *f = *state;

	leave_records(f);
	keep_file(f);
	for (size_t i = 0; i < AC_ARRAY_SIZE(table); i++) {
		restore_file(f);
		open_store(f);
		tamper(f, "UPDATE audit SET txn = txn + 1 WHERE seq = 7");
		tamper(f, table[i].before);
		if (table[i].between != NULL)
			tamper(f, table[i].between);
		if (table[i].purged_ms != 0)
			assert_true(purge_before(f, table[i].purged_ms) > 0);
		for (uint32_t limit = 1; limit < 12; limit += 2)
			assert_all_found(f, table[i].before, table[i].found,
					 (struct authcode_audit_check){
						 .limit = limit, .begun = true, .after_seq = 3 });
	}
}

static void
assert_known(struct fixture *f, const struct authcode_audit_head *known, const char *fault,
	     int64_t seq)
{
	struct authcode_audit_check check = { .limit = 100, .known = *known };

	assert_int_equal(authcode_store_check_audit(f->store, &check), AUTHCODE_OK);
	assert_string_equal(authcode_audit_fault_name(check.ret_fault), fault);
	assert_int_equal(check.ret_fault_seq, seq);
}

/* While nobody had it open, only a head that was kept elsewhere tells. */
static void
what_was_last_can_be_taken_away_while_nobody_looks(void **state)
{
	struct fixture *f = *state;
	struct authcode_audit_head before, after;

	leave_records(f);
	before = check_audit(f, 100).ret_head;
	assert_int_equal(before.seq, 8);
	authcode_store_close(&f->store);
	tamper(f, "DELETE FROM audit WHERE seq > 6");
	open_store(f);
	assert_found(f, "the last two", "whole", 0);
	after = check_audit(f, 100).ret_head;
	assert_int_equal(after.seq, 6);
	assert_known(f, &before, "missing", 7);
	assert_known(f, &after, "whole", 0);
	leave_record(f, 0);
	leave_record(f, 0);
	assert_known(f, &before, "changed", 8);
	assert_known(f, &after, "whole", 0);
	after = check_audit(f, 100).ret_head;
	assert_int_equal(after.seq, before.seq);
	assert_memory_not_equal(after.mac, before.mac, sizeof(after.mac));
	/* What was purged since nobody can say, but of the last that was. */
	after = check_audit(f, 100).ret_head;
	leave_record(f, 0);
	assert_int_equal(purge_before(f, f->now), 8);
	assert_known(f, &before, "changed", 8);
	assert_known(f, &after, "whole", 0);
	before.seq = 7;
	assert_known(f, &before, "whole", 0);
}

/* The chain goes on behind what it knows of, so that the gap is there to be found. */
static void
what_is_taken_from_the_end_is_missed_for_ever(void **state)
{
	struct fixture *f = *state;

	leave_records(f);
	tamper(f, "DELETE FROM audit WHERE seq > 6");
	leave_record(f, 0);
	assert_int_equal(check_audit(f, 100).ret_head.seq, 9);
	assert_found(f, "the last two", "missing", 7);
	reopen_store(f);
	leave_record(f, 0);
	assert_found(f, "the last two, later", "missing", 7);
}

/* --- purge hides nothing -------------------------------------------------------------- */

static void
a_purge_moves_the_beginning_over_nothing_that_is_missing(void **state)
{
	static const struct {
		const char *sql;
		int64_t before_ms;
		const char *fault;
		int64_t seq;
	} table[] = {
		{ "DELETE FROM audit WHERE seq = 1", T0 + 5, "missing", 1 },
		{ "DELETE FROM audit WHERE seq = 3", T0 + 5, "missing", 3 },
		{ "UPDATE audit_anchor SET seq = 3, mac = (SELECT mac FROM audit WHERE seq = 3);"
		  "DELETE FROM audit WHERE seq < 4",
		  T0 + 5, "unanchored", 0 },
		{ "UPDATE audit_anchor SET before_id = before_id + 1", T0 + 5, "unanchored", 0 },
		{ "DELETE FROM audit_anchor", T0 + 5, "unanchored", 0 },
		{ "UPDATE audit SET mac = zeroblob(32) WHERE seq = 4", T0 + 5, "changed", 5 },
	};
	struct fixture *f = *state;

	leave_records(f);
	keep_file(f);
	for (size_t i = 0; i < AC_ARRAY_SIZE(table); i++) {
		restore_file(f);
		tamper(f, table[i].sql);
		open_store(f);
		assert_true(purge_before(f, table[i].before_ms) >= 1);
		leave_record(f, 0);
		assert_found(f, table[i].sql, table[i].fault, table[i].seq);
	}
}

static size_t
count_records(struct fixture *f)
{
	struct authcode_audit_record records[16];
	struct authcode_audit_page page = { .records = records, .capacity = 16 };
	const struct authcode_audit_query query = { .examine = 100 };

	assert_int_equal(authcode_store_list_audit(f->store, &query, f->arena, &page), AUTHCODE_OK);
	return page.count;
}

/* At the end of all numbers nothing is recorded, and so nothing done. */
static void
no_number_follows_the_last_there_is(void **state)
{
	static const char *const table[] = {
		"UPDATE audit SET seq = 9223372036854775807 WHERE seq = 8",
		"UPDATE audit_anchor SET seq = 9223372036854775807",
	};
	struct fixture *f = *state;

	leave_records(f);
	keep_file(f);
	for (size_t i = 0; i < AC_ARRAY_SIZE(table); i++) {
		struct authcode_operation op = op_client_token(f);

		restore_file(f);
		tamper(f, table[i]);
		open_store(f);
		op.audit.wanted = true;
		assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
		assert_int_equal(op.err, AUTHCODE_ERR_STORE);
		f->now = AC_ROW_KEY_MAX_MS; /* and at the end of all times */
		op = op_purge(f, 100);
		op.u.purge.audit_before_ms = T0 + 5;
		assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
		assert_int_equal(count_records(f), 4);
		f->now = T0 + 9;
	}
}

/* --- without the key ------------------------------------------------------------------- */

/* No damage: a copy is good to serve from whatever somebody has done to its records. */
static void
numbers_that_are_missing_are_counted(void **state)
{
	static const struct {
		const char *sql;
		int64_t missing;
	} table[] = {
		{ "UPDATE audit SET event = '' WHERE seq = 4", 0 },
		{ "DELETE FROM audit WHERE seq = 8", 0 }, /* the newest: nobody can say */
		{ "DELETE FROM audit WHERE seq = 5", 1 },
		{ "DELETE FROM audit WHERE seq = 3", 2 }, /* the first behind those purged */
		{ "DELETE FROM audit", 0 },
		{ "DELETE FROM audit_anchor", 0 },
	};
	struct authcode_database_report report;
	struct fixture *f = *state;

	leave_records(f);
	assert_int_equal(purge_before(f, T0 + 3), 2);
	for (size_t i = 0; i < AC_ARRAY_SIZE(table); i++) {
		tamper(f, table[i].sql);
		assert_int_equal(authcode_database_examine(f->path, 1, i % 2 == 0, &report, NULL),
				 AUTHCODE_OK);
		assert_int_equal(report.fault_count, 0);
		assert_int_equal(report.records_missing, table[i].missing);
	}
}

/* Other readers may go on with what they saw for a while (sqlite_pool.h); who looks for what
 * was done behind the store's back may not. */
static void
a_look_does_not_see_what_another_reader_saw(void **state)
{
	const struct authcode_audit_query query = { .examine = 100 };
	struct authcode_audit_record records[1];
	struct authcode_audit_page page = { .records = records, .capacity = 1 };
	struct fixture *f = *state;

	leave_records(f);
	assert_int_equal(authcode_store_list_audit(f->store, &query, f->arena, &page), AUTHCODE_OK);
	tamper(f, "UPDATE audit SET reason = '' WHERE seq = 1");
	assert_found(f, "after a list", "changed", 1);
	assert_int_equal(authcode_store_list_audit(f->store, &query, f->arena, &page), AUTHCODE_OK);
	tamper(f, "UPDATE audit SET reason = 'because' WHERE seq = 1");
	assert_found(f, "after another", "whole", 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		AUDIT_FILE_TEST(whatever_is_done_to_the_file_is_found),
		AUDIT_FILE_TEST(all_that_is_done_to_the_file_is_found),
		AUDIT_FILE_TEST(what_goes_between_two_pages_hides_nothing_behind_it),
		AUDIT_FILE_TEST(what_was_last_can_be_taken_away_while_nobody_looks),
		AUDIT_FILE_TEST(what_is_taken_from_the_end_is_missed_for_ever),
		AUDIT_FILE_TEST(a_purge_moves_the_beginning_over_nothing_that_is_missing),
		AUDIT_FILE_TEST(no_number_follows_the_last_there_is),
		AUDIT_FILE_TEST(numbers_that_are_missing_are_counted),
		AUDIT_FILE_TEST(a_look_does_not_see_what_another_reader_saw),
	};

	return cmocka_run_group_tests_name("chain of the audit", tests, NULL, NULL);
}
