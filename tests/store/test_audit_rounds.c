/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Rounds in which old addresses are shortened, a piece after the other: a piece whose batch
 * has failed is done all the same, and when a round is over nothing is left in the log.
 */
#include <semaphore.h>
#include <stdio.h>
#include <sys/stat.h>

#include <sqlite3.h>

#include "audit_file.h"
#include "faulty_vfs.h"
#include "raw_sql.h"

#define RECORDS 5

/* Records of ana, the last one of now. */
static void
leave_old(struct fixture *f)
{
	const int64_t ana = person(f, "ana", 1001);

	for (size_t i = 0; i < RECORDS; i++)
		leave_record(f, ana);
}

static struct authcode_operation
shortening(const struct fixture *f, uint32_t limit, int64_t shortened_id)
{
	struct authcode_operation op = op_purge(f, limit);

	op.u.purge.shorten_before_ms = f->now + 1;
	op.u.purge.shortened_id = shortened_id;
	return op;
}

/* --- a batch that fails -------------------------------------------------------------- */

/* Two operations that are certain to be in one batch: they gather while the writer is held
 * in the done of the one before. */
struct pair {
	sem_t held, go, done;
	struct authcode_operation holder, shortening, other;
};

static void
hold_the_writer(struct authcode_operation *operation, void *arg)
{
	struct pair *pair = arg;

	(void)operation;
	sem_post(&pair->held);
	sem_wait(&pair->go);
}

static void
count_it(struct authcode_operation *operation, void *arg)
{
	struct pair *pair = arg;

	(void)operation;
	sem_post(&pair->done);
}

static void
perform_both(struct fixture *f, struct pair *pair)
{
	sem_init(&pair->held, 0, 0);
	sem_init(&pair->go, 0, 0);
	sem_init(&pair->done, 0, 0);
	pair->holder = op_revoke_token(f, 1);
	authcode_store_submit(f->store, &pair->holder, hold_the_writer, pair);
	sem_wait(&pair->held);
	authcode_store_submit(f->store, &pair->shortening, count_it, pair);
	authcode_store_submit(f->store, &pair->other, count_it, pair);
	sem_post(&pair->go);
	sem_wait(&pair->done);
	sem_wait(&pair->done);
	sem_destroy(&pair->held);
	sem_destroy(&pair->go);
	sem_destroy(&pair->done);
}

/* False: the n-th write was behind all that the batch does. */
static bool
shorten_with_fault(size_t nth)
{
	struct fixture *f = fixture_new(&backends[backend_count - 1]);
	void *state = f;
	struct pair pair;
	bool fired;

	leave_old(f);
	pair.shortening = shortening(f, 100, 0);
	pair.other = op_client_token(f);
	faulty_vfs_arm(nth, 1, SQLITE_FULL);
	perform_both(f, &pair);
	fired = faulty_vfs_disarm();
	assert_int_equal(pair.shortening.result, AUTHCODE_RESULT_DONE);
	assert_int_equal(pair.other.result, AUTHCODE_RESULT_DONE);
	assert_int_equal(pair.shortening.u.purge.shortened_id, 0);
	assert_int_equal(pair.shortening.u.purge.ret_deleted, RECORDS);
	assert_int_equal(pair.shortening.u.purge.ret_shortened_id,
			 number(f->path, "SELECT max(id) FROM audit"));
	assert_int_equal(number(f->path, "SELECT count(*) FROM audit WHERE rhost = '192.0.2.0'"),
			 RECORDS);
	assert_int_equal(check_audit(f, 100).ret_fault, AUTHCODE_AUDIT_WHOLE);
	fixture_tear_down(&state);
	return fired;
}

static void
what_a_batch_that_failed_had_shortened_is_shortened_when_it_is_tried_alone(void **state)
{
	size_t nth = 1;

	(void)state;
	while (shorten_with_fault(nth))
		nth++;
	assert_in_range(nth, 3, 100); /* two calls a page */
}

/* --- what is left on the disk --------------------------------------------------------- */

#define ADDRESS "2001:db8:1:2:3:4:5:6"

static void
set_up_address(struct fixture *f)
{
	leave_old(f);
	leave_record_from(f, person(f, "bob", 1002), ADDRESS);
	leave_record(f, 0);
	assert_true(on_disk(f, ADDRESS));
}

static int64_t
log_size(const struct fixture *f)
{
	char name[128];
	struct stat status;

	(void)snprintf(name, sizeof(name), "%s-wal", f->path);
	assert_int_equal(stat(name, &status), 0);
	return status.st_size;
}

/* Pieces of three; returns of how many. */
static size_t
round_of(struct fixture *f, bool shortens)
{
	int64_t shortened_id = 0;
	size_t pieces = 0;

	for (;;) {
		struct authcode_operation op = shortening(f, 3, shortened_id);

		if (!shortens) {
			op.u.purge.shorten_before_ms = 0;
			op.u.purge.audit_before_ms = f->now + 1;
		}
		assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
		shortened_id = op.u.purge.ret_shortened_id;
		pieces++;
		if (op.u.purge.ret_deleted < 3)
			return pieces;
		assert_int_not_equal(log_size(f), 0); /* not for each piece */
	}
}

static void
an_address_that_was_shortened_is_nowhere_on_the_disk(void **state)
{
	struct fixture *f = *state;

	set_up_address(f);
	assert_int_equal(round_of(f, true), 3);
	assert_false(on_disk(f, ADDRESS));
	assert_int_equal(log_size(f), 0);
	assert_int_equal(check_audit(f, 100).ret_fault, AUTHCODE_AUDIT_WHOLE);
}

static void
a_record_that_was_purged_is_nowhere_on_the_disk(void **state)
{
	struct fixture *f = *state;

	set_up_address(f);
	assert_int_equal(round_of(f, false), 3);
	assert_false(on_disk(f, ADDRESS));
	assert_int_equal(log_size(f), 0);
}

/* The log is not cut each time that somebody looks for what is old. */
static void
a_round_that_changes_nothing_leaves_the_log(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation op;
	int64_t before;

	set_up_address(f);
	op = shortening(f, 100, 0);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	(void)issue(f, sign_in(f));
	before = log_size(f);
	assert_int_not_equal(before, 0);
	op = shortening(f, 100, op.u.purge.ret_shortened_id);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	op = op_purge(f, 100);
	op.u.purge.audit_before_ms = 1;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_true(log_size(f) >= before);
}

/* The last piece was committed, and then there was no time to cut the log: the next start
 * finds nothing to shorten, and what was shortened in the log. */
static void
what_somebody_was_killed_over_is_gone_after_the_next_round(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation op;

	set_up_address(f);
	op = shortening(f, RECORDS + 2, 0); /* as if there were more */
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_true(on_disk(f, ADDRESS));
	crash_store(f);
	assert_true(on_disk(f, ADDRESS));
	op = shortening(f, 100, 0);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_false(on_disk(f, ADDRESS));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			what_a_batch_that_failed_had_shortened_is_shortened_when_it_is_tried_alone),
		AUDIT_FILE_TEST(an_address_that_was_shortened_is_nowhere_on_the_disk),
		AUDIT_FILE_TEST(a_record_that_was_purged_is_nowhere_on_the_disk),
		AUDIT_FILE_TEST(a_round_that_changes_nothing_leaves_the_log),
		AUDIT_FILE_TEST(what_somebody_was_killed_over_is_gone_after_the_next_round),
	};

	faulty_vfs_install();
	return cmocka_run_group_tests_name("rounds of shortening", tests, NULL, NULL);
}
