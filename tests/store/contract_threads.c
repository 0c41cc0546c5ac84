/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The contract under many threads: who wins, that only one does, and when done
 * is called. Requirements CO-08, RT-06; RFC 6749 §10.5.
 */
#include "contract.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "fixture_device.h"

#define RACERS 64

#ifndef ROUNDS
#define ROUNDS 20 /* a run under valgrind can do with fewer */
#endif

/* Threads that perform one operation each, all let go at once. */
struct race {
	struct authcode_store *store;
	pthread_barrier_t start;
	struct authcode_operation operations[RACERS];
	struct racer {
		struct race *race;
		struct authcode_operation *operation;
		pthread_t thread;
	} racers[RACERS];
};

static void *
run_racer(void *arg)
{
	struct racer *racer = arg;

	pthread_barrier_wait(&racer->race->start);
	authcode_store_perform(racer->race->store, racer->operation);
	return NULL;
}

static void
run_race(struct fixture *f, struct race *race)
{
	race->store = f->store;
	assert_int_equal(pthread_barrier_init(&race->start, NULL, RACERS), 0);
	for (size_t i = 0; i < RACERS; i++) {
		race->racers[i].race = race;
		race->racers[i].operation = &race->operations[i];
		assert_int_equal(
			pthread_create(&race->racers[i].thread, NULL, run_racer, &race->racers[i]),
			0);
	}
	for (size_t i = 0; i < RACERS; i++)
		pthread_join(race->racers[i].thread, NULL);
	pthread_barrier_destroy(&race->start);
}

static size_t
count_results(const struct race *race, enum authcode_result result)
{
	size_t count = 0;

	for (size_t i = 0; i < RACERS; i++)
		count += race->operations[i].result == result ? 1 : 0;
	return count;
}

static void
of_many_who_redeem_one_code_exactly_one_wins(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	static struct race race;

	for (int round = 0; round < ROUNDS; round++) {
		int64_t code = issue(f, session);
		struct authcode_operation good = op_redeem(f, code);
		int64_t access = 0;

		for (size_t i = 0; i < RACERS; i++)
			race.operations[i] = good;
		run_race(f, &race);
		assert_int_equal(count_results(&race, AUTHCODE_RESULT_DONE), 1);
		assert_int_equal(count_results(&race, AUTHCODE_RESULT_REUSED), RACERS - 1);
		for (size_t i = 0; i < RACERS; i++)
			access += race.operations[i].u.redeem_code.access.ret_id;
		/* Only the winner's is not zero. CO-04: and it is worth nothing. */
		assert_int_not_equal(token_of(f, access).family.revoked_ms, 0);
	}
}

static void
of_many_who_use_one_refresh_token_exactly_one_wins(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	static struct race race;

	for (int round = 0; round < ROUNDS; round++) {
		struct tokens tokens = redeem(f, issue(f, session));
		struct authcode_operation good = op_refresh(f, tokens.refresh, true);

		for (size_t i = 0; i < RACERS; i++)
			race.operations[i] = good;
		run_race(f, &race);
		assert_int_equal(count_results(&race, AUTHCODE_RESULT_DONE), 1);
		assert_int_equal(count_results(&race, AUTHCODE_RESULT_REUSED), RACERS - 1);
		assert_int_not_equal(token_of(f, tokens.refresh).family.revoked_ms, 0);
	}
}

/* DV-07. */
static void
of_many_who_redeem_one_device_exactly_one_wins(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	static struct race race;

	for (int round = 0; round < ROUNDS; round++) {
		int64_t device = new_device(f, (uint8_t)(round + 1)), access = 0;
		struct authcode_operation good = op_redeem_device(f, device);

		allow_device(f, device, session);
		for (size_t i = 0; i < RACERS; i++)
			race.operations[i] = good;
		run_race(f, &race);
		assert_int_equal(count_results(&race, AUTHCODE_RESULT_DONE), 1);
		assert_int_equal(count_results(&race, AUTHCODE_RESULT_REUSED), RACERS - 1);
		for (size_t i = 0; i < RACERS; i++)
			access += race.operations[i].u.redeem_device.access.ret_id;
		assert_int_not_equal(token_of(f, access).family.revoked_ms, 0);
	}
}

static void
of_many_who_answer_for_one_device_exactly_one_does(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	static struct race race;

	for (int round = 0; round < ROUNDS; round++) {
		int64_t device = new_device(f, (uint8_t)(round + 1));
		enum authcode_device_state then = AUTHCODE_DEVICE_PENDING;

		for (size_t i = 0; i < RACERS; i++)
			race.operations[i] =
				i % 2 == 0 ? op_allow(f, device, session) : op_deny(f, device);
		run_race(f, &race);
		assert_int_equal(count_results(&race, AUTHCODE_RESULT_DONE), 1);
		assert_int_equal(count_results(&race, AUTHCODE_RESULT_CONFLICT), RACERS - 1);
		for (size_t i = 0; i < RACERS; i++) {
			if (race.operations[i].result == AUTHCODE_RESULT_DONE)
				then = i % 2 == 0 ? AUTHCODE_DEVICE_ALLOWED
						  : AUTHCODE_DEVICE_DENIED;
		}
		assert_int_equal(device_of(f, device).device.state, then);
	}
}

/* RT-08: one rotates, the others are told the same; one pair of rows. */
static void
within_the_retry_time_all_of_them_get_the_same(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	static struct race race;

	for (int round = 0; round < ROUNDS; round++) {
		struct tokens tokens = redeem(f, issue(f, session));
		struct authcode_operation good = op_refresh(f, tokens.refresh, true);
		const struct authcode_op_use_refresh *first = &race.operations[0].u.use_refresh;

		good.u.use_refresh.retry_ms = 10 * SECOND;
		for (size_t i = 0; i < RACERS; i++)
			race.operations[i] = good;
		run_race(f, &race);
		assert_int_equal(count_results(&race, AUTHCODE_RESULT_DONE), 1);
		assert_int_equal(count_results(&race, AUTHCODE_RESULT_REPEATED), RACERS - 1);
		for (size_t i = 0; i < RACERS; i++) {
			const struct authcode_op_use_refresh *use =
				&race.operations[i].u.use_refresh;

			assert_int_equal(use->access.ret_id, first->access.ret_id);
			assert_int_equal(use->successor.ret_id, first->successor.ret_id);
		}
		assert_int_equal(token_of(f, first->access.ret_id).family.revoked_ms, 0);
		assert_int_equal(token_of(f, tokens.refresh).token.successor_id,
				 first->successor.ret_id);
	}
}

static void
without_rotation_all_of_them_win(void **state)
{
	struct fixture *f = *state;
	struct tokens tokens = sign_in_and_redeem(f);
	struct authcode_operation good = op_refresh(f, tokens.refresh, false);
	static struct race race;

	for (size_t i = 0; i < RACERS; i++)
		race.operations[i] = good;
	run_race(f, &race);
	assert_int_equal(count_results(&race, AUTHCODE_RESULT_DONE), RACERS);
	assert_int_equal(token_of(f, tokens.refresh).family.revoked_ms, 0);
}

/* Whatever order they come in: once revocation is done, nothing lives. */
static void
a_refresh_beside_a_revocation_leaves_nothing_alive(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	static struct race race;

	for (int round = 0; round < ROUNDS; round++) {
		struct tokens tokens[RACERS / 2];
		struct authcode_operation again;

		for (size_t i = 0; i < RACERS / 2; i++) {
			tokens[i] = redeem(f, issue(f, session));
			race.operations[2 * i] = op_refresh(f, tokens[i].refresh, true);
			race.operations[2 * i + 1] = op_revoke_family(f, tokens[i].family);
		}
		run_race(f, &race);
		for (size_t i = 0; i < RACERS / 2; i++) {
			const struct authcode_operation *refresh = &race.operations[2 * i];
			int64_t successor = refresh->u.use_refresh.successor.ret_id;

			assert_int_equal(race.operations[2 * i + 1].result, AUTHCODE_RESULT_DONE);
			assert_true(refresh->result == AUTHCODE_RESULT_DONE ||
				    refresh->result == AUTHCODE_RESULT_EXPIRED);
			assert_true((successor != 0) == (refresh->result == AUTHCODE_RESULT_DONE));
			assert_int_not_equal(token_of(f, tokens[i].access).family.revoked_ms, 0);
			if (successor == 0)
				continue;
			again = op_refresh(f, successor, true);
			assert_int_equal(perform(f, &again), AUTHCODE_RESULT_EXPIRED);
		}
	}
}

static void
sign_ins_of_one_new_person_make_one_subject(void **state)
{
	struct fixture *f = *state;
	static struct race race;
	static char subs[RACERS][3];

	for (size_t i = 0; i < RACERS; i++) {
		subs[i][0] = (char)('A' + i / 8);
		subs[i][1] = (char)('a' + i % 8);
		race.operations[i] = op_sign_in(f, "ana", 1001, subs[i]);
	}
	run_race(f, &race);
	assert_int_equal(count_results(&race, AUTHCODE_RESULT_DONE), RACERS);
	for (size_t i = 1; i < RACERS; i++)
		assert_int_equal(race.operations[i].u.create_session.ret_subject_id,
				 race.operations[0].u.create_session.ret_subject_id);
}

static void
parallel_consents_lose_no_scope(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	static struct race race;
	static char scopes[RACERS][3];
	const char *together;

	for (size_t i = 0; i < RACERS; i++) {
		scopes[i][0] = (char)('A' + i / 8);
		scopes[i][1] = (char)('a' + i % 8);
		race.operations[i] = op_issue(f, session);
		race.operations[i].u.issue_code.remember = true;
		race.operations[i].u.issue_code.consented_scope = scopes[i];
	}
	run_race(f, &race);
	together = granted_scope(f, session_of(f, session).subject.id, "demo");
	assert_int_equal(strlen(together), RACERS * 3 - 1);
	for (size_t i = 0; i < RACERS; i++)
		assert_non_null(strstr(together, scopes[i]));
}

/* Readers all along: a row that was reported done is seen, and a view never
 * mixes before and after. */
struct watch {
	struct authcode_store *store;
	struct tokens tokens;
	atomic_bool revoked;
	atomic_bool stop;
	atomic_int wrong;
};

static void *
run_watcher(void *arg)
{
	struct watch *watch = arg;

	while (!atomic_load(&watch->stop)) {
		struct authcode_arena *arena = NULL;
		struct authcode_token_view view;
		bool known_revoked = atomic_load(&watch->revoked);

		if (authcode_arena_new(0, &arena) != AUTHCODE_OK ||
		    authcode_store_find_token(watch->store, watch->tokens.access, arena, &view) !=
			    AUTHCODE_OK ||
		    (known_revoked && view.family.revoked_ms == 0) ||
		    view.token.family_id != view.family.id)
			atomic_fetch_add(&watch->wrong, 1);
		authcode_arena_free(&arena);
		usleep(100); /* the writer wants to run too */
	}
	return NULL;
}

static void
a_read_that_begins_after_done_sees_the_change(void **state)
{
	struct fixture *f = *state;
	struct watch watch = { .store = f->store, .tokens = sign_in_and_redeem(f) };
	struct authcode_operation op = op_revoke_family(f, watch.tokens.family);
	pthread_t threads[24]; /* more than there are readers' connections */

	for (size_t i = 0; i < AC_ARRAY_SIZE(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, run_watcher, &watch), 0);
	for (int i = 0; i < 50; i++)
		issue(f, token_of(f, watch.tokens.access).session.id);
	perform(f, &op);
	atomic_store(&watch.revoked, true);
	for (int i = 0; i < 50; i++)
		issue(f, token_of(f, watch.tokens.access).session.id);
	atomic_store(&watch.stop, true);
	for (size_t i = 0; i < AC_ARRAY_SIZE(threads); i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(op.result, AUTHCODE_RESULT_DONE);
	assert_int_equal(atomic_load(&watch.wrong), 0);
}

static void
count_done(struct authcode_operation *operation, void *arg)
{
	(void)operation;
	atomic_fetch_add((atomic_int *)arg, 1);
}

static void
operations_of_one_thread_keep_their_order(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	enum { PAIRS = 300 };
	static struct authcode_operation ops[2 * PAIRS + 1];
	struct tokens tokens = redeem(f, issue(f, session));
	struct authcode_operation last;
	atomic_int done = 0;

	/* Each moves the end of the same token: the last one must have the last word. */
	for (int i = 0; i < 2 * PAIRS; i++) {
		ops[i] = op_refresh(f, tokens.refresh, false);
		ops[i].u.use_refresh.refresh_expires_ms = T0 + HOUR + i;
	}
	ops[2 * PAIRS] = op_end_session(f, session);
	for (int i = 0; i <= 2 * PAIRS; i++)
		authcode_store_submit(f->store, &ops[i], count_done, &done);
	last = op_refresh(f, tokens.refresh, false);
	assert_int_equal(perform(f, &last), AUTHCODE_RESULT_EXPIRED);
	assert_int_equal(atomic_load(&done), 2 * PAIRS + 1);
	for (int i = 0; i < 2 * PAIRS; i++)
		assert_int_equal(ops[i].result, AUTHCODE_RESULT_DONE);
	assert_int_equal(token_of(f, tokens.refresh).token.expires_ms, T0 + HOUR + 2 * PAIRS - 1);
}

static void
close_waits_for_everything_submitted_and_calls_done_once_each(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	enum { COUNT = 1000 };
	static struct authcode_operation ops[COUNT];
	atomic_int done = 0;

	for (int i = 0; i < COUNT; i++) {
		ops[i] = op_issue(f, session);
		authcode_store_submit(f->store, &ops[i], count_done, &done);
	}
	authcode_store_close(&f->store);
	assert_int_equal(atomic_load(&done), COUNT);
	for (int i = 0; i < COUNT; i++)
		assert_int_equal(ops[i].result, AUTHCODE_RESULT_DONE);
	open_store(f);
	for (int i = 0; i < COUNT && f->backend->durable; i++)
		assert_true(has_code(f, ops[i].u.issue_code.ret_code_id));
}

/* An answer may be followed by the next operation at once, from done itself. */
struct chain {
	struct fixture *f;
	struct authcode_operation issue;
	struct authcode_operation redeem;
	atomic_int done;
};

static void
redeem_what_was_issued(struct authcode_operation *operation, void *arg)
{
	struct chain *chain = arg;

	chain->redeem = op_redeem(chain->f, operation->u.issue_code.ret_code_id);
	authcode_store_submit(chain->f->store, &chain->redeem, count_done, &chain->done);
}

static void
done_may_submit_the_next_operation(void **state)
{
	struct fixture *f = *state;
	struct chain chain = { .f = f };

	chain.issue = op_issue(f, sign_in(f));
	authcode_store_submit(f->store, &chain.issue, redeem_what_was_issued, &chain);
	for (int i = 0; i < 100 && atomic_load(&chain.done) == 0; i++) {
		struct authcode_operation nothing = op_revoke_token(f, 1);

		perform(f, &nothing);
	}
	assert_int_equal(atomic_load(&chain.done), 1);
	assert_int_equal(chain.redeem.result, AUTHCODE_RESULT_DONE);
}

static const struct contract_case cases[] = {
	CONTRACT_CASE(of_many_who_redeem_one_code_exactly_one_wins),
	CONTRACT_CASE(of_many_who_use_one_refresh_token_exactly_one_wins),
	CONTRACT_CASE(within_the_retry_time_all_of_them_get_the_same),
	CONTRACT_CASE(of_many_who_redeem_one_device_exactly_one_wins),
	CONTRACT_CASE(of_many_who_answer_for_one_device_exactly_one_does),
	CONTRACT_CASE(without_rotation_all_of_them_win),
	CONTRACT_CASE(a_refresh_beside_a_revocation_leaves_nothing_alive),
	CONTRACT_CASE(sign_ins_of_one_new_person_make_one_subject),
	CONTRACT_CASE(parallel_consents_lose_no_scope),
	CONTRACT_CASE(a_read_that_begins_after_done_sees_the_change),
	CONTRACT_CASE(operations_of_one_thread_keep_their_order),
	CONTRACT_CASE(close_waits_for_everything_submitted_and_calls_done_once_each),
	CONTRACT_CASE(done_may_submit_the_next_operation),
};

const struct contract_chapter contract_threads = { cases, AC_ARRAY_SIZE(cases) };
