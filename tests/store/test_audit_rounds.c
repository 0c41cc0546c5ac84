/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Rounds in which old addresses are shortened, a piece after the other: a piece whose batch
 * has failed is done all the same.
 */
#include <semaphore.h>
#include <string.h>

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			what_a_batch_that_failed_had_shortened_is_shortened_when_it_is_tried_alone),
	};

	faulty_vfs_install();
	return cmocka_run_group_tests_name("rounds of shortening", tests, NULL, NULL);
}
