/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The contract on what a client may use once: CA-17, and F2-11 for how much of it
 * is remembered, and for how long.
 */
#include "contract.h"

#include <pthread.h>
#include <string.h>

#include "base/attr.h"
#include "fixture.h"

#define RACERS 64

static enum authcode_result
use(struct fixture *f, uint8_t fill, int64_t expires_ms)
{
	struct authcode_operation op = op_use_once(f, fill, expires_ms);

	return perform(f, &op);
}

static uint32_t
purge(struct fixture *f)
{
	struct authcode_operation op = op_purge(f, 1000);

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	return op.u.purge.ret_deleted;
}

static void
what_is_used_once_is_reused_until_its_end(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(use(f, 1, T0 + MINUTE), AUTHCODE_RESULT_DONE);
	assert_int_equal(use(f, 1, T0 + MINUTE), AUTHCODE_RESULT_REUSED);
	assert_int_equal(use(f, 1, T0 + HOUR), AUTHCODE_RESULT_REUSED);
	f->now = T0 + MINUTE - 1;
	assert_int_equal(use(f, 1, T0 + HOUR), AUTHCODE_RESULT_REUSED);
	f->now = T0 + MINUTE;
	assert_int_equal(use(f, 1, T0 + MINUTE), AUTHCODE_RESULT_EXPIRED);
	assert_int_equal(use(f, 1, T0 + HOUR), AUTHCODE_RESULT_DONE);
	f->now = T0 + HOUR - 1;
	assert_int_equal(use(f, 1, T0 + HOUR), AUTHCODE_RESULT_REUSED);
}

static void
each_client_has_its_own(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation other = op_use_once(f, 1, T0 + MINUTE);

	other.u.use_once.client_id = "other";
	assert_int_equal(use(f, 1, T0 + MINUTE), AUTHCODE_RESULT_DONE);
	assert_int_equal(perform(f, &other), AUTHCODE_RESULT_DONE);
	assert_int_equal(perform(f, &other), AUTHCODE_RESULT_REUSED);
	assert_int_equal(use(f, 2, T0 + MINUTE), AUTHCODE_RESULT_DONE);
}

static void
what_is_over_is_not_remembered(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(use(f, 1, T0), AUTHCODE_RESULT_EXPIRED);
	assert_int_equal(use(f, 1, T0 - 1), AUTHCODE_RESULT_EXPIRED);
	f->now = T0 + DAY;
	assert_int_equal(purge(f), 0);
}

/* F2-11: and the other clients do not notice. */
static void
a_client_that_is_full_is_refused_until_a_purge(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation op;

	for (uint8_t i = 1; i <= 4; i++) {
		op = op_use_once(f, i, T0 + i * MINUTE);
		op.u.use_once.max = 3;
		assert_int_equal(perform(f, &op),
				 i <= 3 ? AUTHCODE_RESULT_DONE : AUTHCODE_RESULT_FAILED);
	}
	assert_int_equal(op.err, AUTHCODE_ERR_LIMIT);
	/* What it has used stays used. */
	op = op_use_once(f, 3, T0 + 3 * MINUTE);
	op.u.use_once.max = 3;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_REUSED);
	op = op_use_once(f, 4, T0 + 4 * MINUTE);
	op.u.use_once.max = 3;
	op.u.use_once.client_id = "other";
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	/* Its own row that is over can be taken again, full or not. */
	f->now = T0 + MINUTE;
	op = op_use_once(f, 1, T0 + HOUR);
	op.u.use_once.max = 3;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	op = op_use_once(f, 4, T0 + HOUR);
	op.u.use_once.max = 3;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
	f->now = T0 + 2 * MINUTE;
	assert_int_equal(purge(f), 1);
	op = op_use_once(f, 4, T0 + HOUR);
	op.u.use_once.max = 3;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	op = op_use_once(f, 5, T0 + HOUR);
	op.u.use_once.max = 3;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
}

static void
a_purge_forgets_what_is_over_and_nothing_else(void **state)
{
	struct fixture *f = *state;

	for (uint8_t i = 1; i <= 9; i++)
		assert_int_equal(use(f, i, T0 + i * MINUTE), AUTHCODE_RESULT_DONE);
	f->now = T0 + 5 * MINUTE;
	assert_int_equal(purge(f), 5);
	assert_int_equal(purge(f), 0);
	for (uint8_t i = 6; i <= 9; i++)
		assert_int_equal(use(f, i, T0 + HOUR), AUTHCODE_RESULT_REUSED);
}

/* F2-11, CA-17. */
static void
a_restart_forgets_nothing(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(use(f, 1, T0 + MINUTE), AUTHCODE_RESULT_DONE);
	if (!f->backend->durable)
		return;
	reopen_store(f);
	assert_int_equal(use(f, 1, T0 + MINUTE), AUTHCODE_RESULT_REUSED);
}

static void
arguments_that_mean_nothing_are_refused(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation op = op_use_once(f, 1, T0 + MINUTE);

	op.u.use_once.client_id = NULL;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
	assert_int_equal(op.err, AUTHCODE_ERR_USAGE);
	op = op_use_once(f, 1, T0 + MINUTE);
	op.u.use_once.max = 0;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
	assert_int_equal(op.err, AUTHCODE_ERR_USAGE);
	op = op_use_once(f, 1, INT64_MAX);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
	assert_int_equal(op.err, AUTHCODE_ERR_USAGE);
	op = op_use_once(f, 1, 0);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
	assert_int_equal(op.err, AUTHCODE_ERR_USAGE);
	assert_int_equal(use(f, 1, T0 + MINUTE), AUTHCODE_RESULT_DONE);
}

struct racer {
	struct fixture *f;
	pthread_barrier_t *start;
	struct authcode_operation operation;
	pthread_t thread;
};

static void *
run_racer(void *arg)
{
	struct racer *racer = arg;

	pthread_barrier_wait(racer->start);
	authcode_store_perform(racer->f->store, &racer->operation);
	return NULL;
}

/* CA-17 */
static void
of_many_who_use_it_at_once_exactly_one_wins(void **state)
{
	struct fixture *f = *state;
	static struct racer racers[RACERS];
	pthread_barrier_t start;
	size_t won = 0, lost = 0;

	assert_int_equal(pthread_barrier_init(&start, NULL, RACERS), 0);
	for (size_t i = 0; i < RACERS; i++) {
		racers[i] = (struct racer){ f, &start, op_use_once(f, 7, T0 + MINUTE), 0 };
		assert_int_equal(pthread_create(&racers[i].thread, NULL, run_racer, &racers[i]), 0);
	}
	for (size_t i = 0; i < RACERS; i++) {
		pthread_join(racers[i].thread, NULL);
		won += racers[i].operation.result == AUTHCODE_RESULT_DONE;
		lost += racers[i].operation.result == AUTHCODE_RESULT_REUSED;
	}
	pthread_barrier_destroy(&start);
	assert_int_equal(won, 1);
	assert_int_equal(lost, RACERS - 1);
}

static const struct contract_case cases[] = {
	CONTRACT_CASE(what_is_used_once_is_reused_until_its_end),
	CONTRACT_CASE(each_client_has_its_own),
	CONTRACT_CASE(what_is_over_is_not_remembered),
	CONTRACT_CASE(a_client_that_is_full_is_refused_until_a_purge),
	CONTRACT_CASE(a_purge_forgets_what_is_over_and_nothing_else),
	CONTRACT_CASE(a_restart_forgets_nothing),
	CONTRACT_CASE(arguments_that_mean_nothing_are_refused),
	CONTRACT_CASE(of_many_who_use_it_at_once_exactly_one_wins),
};

const struct contract_chapter contract_replay = { cases, AC_ARRAY_SIZE(cases) };
