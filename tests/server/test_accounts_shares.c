/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/accounts_run.c: a question that hangs fills its own share of the
 * connections and no other's, and is asked ever less often.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/clock.h"
#include "tests/server/accounts_world.h"

#define MAX_HUNG 32
#define LOOK_MS 100 /* what is asked at once has been asked by then */

struct hung {
	struct accounts_request requests[MAX_HUNG];
	size_t count;
};

/* So many other accounts of the service, which nobody answers for. */
static void
hang(struct accounts_world *w, struct hung *hung, const char *service, size_t count)
{
	char user[32];

	*hung = (struct hung){ .count = count };
	fake_check_set(w->helper, FAKE_HANGS, AC_VERDICT_OK);
	for (size_t i = 0; i < count; i++) {
		snprintf(user, sizeof(user), "%s%zu", service, i);
		accounts_begin_at(w, &hung->requests[i], service, user);
	}
}

static void
let_go(struct hung *hung)
{
	for (size_t i = 0; i < hung->count; i++) {
		struct ac_account_answer *answer = accounts_end(&hung->requests[i]);

		assert_int_equal(answer->account.state, AUTHCODE_ACCOUNT_UNKNOWN);
		ac_account_answer_unref(&answer);
	}
}

/* The questions that are under way at once, which answers to others show. */
static unsigned
asked_at_once(struct accounts_world *w, unsigned before, unsigned expected)
{
	assert_true(fake_check_wait(w->helper, before + expected));
	nap(LOOK_MS);
	return fake_check_count(w->helper) - before;
}

static void
a_service_that_hangs_fills_half_of_the_connections(void **state)
{
	static const struct {
		uint32_t connections;
		unsigned share;
	} rows[] = { { 1, 1 }, { 2, 1 }, { 3, 1 }, { 4, 2 }, { 8, 4 }, { 16, 8 } };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct accounts_world w;
		struct hung hung;

		accounts_init(&w);
		w.settings.connections = rows[i].connections;
		accounts_start(&w);
		hang(&w, &hung, "wiki", 20);
		if (asked_at_once(&w, 0, rows[i].share) != rows[i].share)
			fail_msg("of %u: %u", rows[i].connections, fake_check_count(w.helper));
		fake_check_set(w.helper, FAKE_ANSWERS, AC_VERDICT_OK);
		if (rows[i].connections > 1)
			assert_int_equal(accounts_state(&w, "alice"), AUTHCODE_ACCOUNT_GOOD);
		ac_accounts_drain(w.accounts);
		let_go(&hung);
		accounts_stop(&w);
	}
}

static void
fewer_accounts_than_that_keep_no_other_of_their_service_waiting(void **state)
{
	struct accounts_world w;
	struct hung hung;

	(void)state;
	accounts_init(&w);
	w.settings.connections = 8;
	accounts_start(&w);
	hang(&w, &hung, "authcode", 3);
	assert_true(fake_check_wait(w.helper, 3));
	fake_check_set(w.helper, FAKE_ANSWERS, AC_VERDICT_OK);
	assert_int_equal(accounts_state(&w, "alice"), AUTHCODE_ACCOUNT_GOOD);
	assert_int_equal(accounts_state(&w, "bob"), AUTHCODE_ACCOUNT_GOOD);
	ac_accounts_drain(w.accounts);
	let_go(&hung);
	accounts_stop(&w);
}

/* Of however many services: those whose last question hung share a quarter. */
static void
accounts_that_have_hung_before_fill_a_quarter(void **state)
{
	static const struct {
		uint32_t connections;
		unsigned share;
	} rows[] = { { 2, 1 }, { 4, 1 }, { 8, 2 }, { 16, 4 } };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		unsigned half = rows[i].connections / 2, before;
		struct hung wiki, shop;
		struct accounts_world w;

		accounts_init(&w);
		w.settings.connections = rows[i].connections;
		w.settings.wait_ms = 4000;
		w.settings.answer_ms = 500;
		w.settings.failure_ms = 1;
		accounts_start(&w);
		hang(&w, &wiki, "wiki", half);
		hang(&w, &shop, "shop", half);
		let_go(&wiki);
		let_go(&shop);
		nap(5);
		before = fake_check_count(w.helper);
		assert_int_equal(before, 2 * half);
		hang(&w, &wiki, "wiki", half);
		hang(&w, &shop, "shop", half);
		if (asked_at_once(&w, before, rows[i].share) != rows[i].share)
			fail_msg("of %u: %u", rows[i].connections,
				 fake_check_count(w.helper) - before);
		fake_check_set(w.helper, FAKE_ANSWERS, AC_VERDICT_OK);
		if (rows[i].connections > 2)
			assert_int_equal(accounts_state(&w, "alice"), AUTHCODE_ACCOUNT_GOOD);
		ac_accounts_drain(w.accounts);
		let_go(&wiki);
		let_go(&shop);
		accounts_stop(&w);
	}
}

/* One connection is held; bob and carol queue for it until they have been told that
 * nothing is known. */
static void
give_up_on_two(struct accounts_world *w, struct accounts_request *held)
{
	static const char *const users[] = { "carol", "bob" };
	struct accounts_request requests[2];

	accounts_init(w);
	w->settings.connections = 1;
	w->settings.wait_ms = 300;
	fake_check_hold(w->helper, true);
	accounts_start(w);
	accounts_begin(w, held, "dave", false);
	assert_true(fake_check_wait(w->helper, 1));
	for (size_t i = 0; i < 2; i++)
		accounts_begin(w, &requests[i], users[i], false);
	for (size_t i = 0; i < 2; i++) {
		struct ac_account_answer *answer = accounts_end(&requests[i]);

		assert_int_equal(answer->account.state, AUTHCODE_ACCOUNT_UNKNOWN);
		ac_account_answer_unref(&answer);
	}
	assert_int_equal(fake_check_count(w->helper), 1);
}

static void
end_with(struct accounts_world *w, struct accounts_request *held, unsigned count, const char *last)
{
	struct ac_account_answer *answer;

	fake_check_hold(w->helper, false);
	answer = accounts_end(held);
	ac_account_answer_unref(&answer);
	assert_true(fake_check_wait(w->helper, count));
	assert_string_equal(fake_check_last(w->helper).user, last);
	assert_int_equal(fake_check_count(w->helper), count);
	accounts_stop(w);
}

static void
what_nobody_waits_for_goes_behind_what_somebody_does(void **state)
{
	struct accounts_request held, alice;
	struct ac_account_answer *answer;
	struct accounts_world w;

	(void)state;
	give_up_on_two(&w, &held);
	accounts_begin(&w, &alice, "alice", false);
	assert_null(alice.answer);
	fake_check_hold(w.helper, false);
	answer = accounts_end(&alice);
	assert_int_equal(answer->account.state, AUTHCODE_ACCOUNT_GOOD);
	ac_account_answer_unref(&answer);
	end_with(&w, &held, 4, "bob");
}

static void
what_was_asked_for_in_vain_goes_before_what_was_not(void **state)
{
	struct accounts_request held;
	struct accounts_world w;

	(void)state;
	give_up_on_two(&w, &held);
	assert_int_equal(accounts_state(&w, "bob"), AUTHCODE_ACCOUNT_UNKNOWN);
	end_with(&w, &held, 3, "carol");
}

/* Milliseconds until somebody who keeps asking about alice has caused so many
 * questions; it is given up after 3 s. */
static int64_t
time_of_questions(struct accounts_world *w, unsigned count)
{
	int64_t began = ac_clock_monotonic_ms(), took = 0;

	while (fake_check_count(w->helper) < count && took < 3000) {
		(void)accounts_state(w, "alice");
		nap(2);
		took = ac_clock_monotonic_ms() - began;
	}
	return took;
}

static void
start_to_hang(struct accounts_world *w, int64_t cache_ms)
{
	accounts_init(w);
	w->settings.wait_ms = 10;
	w->settings.answer_ms = 10;
	w->settings.failure_ms = 20;
	w->settings.cache_ms = cache_ms;
	w->settings.grace_ms = 0;
	accounts_start(w);
	fake_check_set(w->helper, FAKE_HANGS, AC_VERDICT_OK);
}

static void
an_account_that_hangs_rests_twice_as_long_each_time(void **state)
{
	struct accounts_world w;

	(void)state;
	start_to_hang(&w, 60000);
	/* 20, 40, 80, 160, 320 */
	assert_in_range(time_of_questions(&w, 6), 620, 2999);
	accounts_stop(&w);
}

static void
it_never_rests_longer_than_an_answer_holds(void **state)
{
	struct accounts_world w;

	(void)state;
	start_to_hang(&w, 40);
	/* Else these were 20 ms doubled nine times. */
	assert_in_range(time_of_questions(&w, 11), 380, 2999);
	accounts_stop(&w);
}

static void
what_breaks_does_not_rest_longer(void **state)
{
	struct accounts_world w;

	(void)state;
	start_to_hang(&w, 60000);
	fake_check_set(w.helper, FAKE_CLOSES, AC_VERDICT_OK);
	assert_in_range(time_of_questions(&w, 11), 0, 2999);
	accounts_stop(&w);
}

static void
any_answer_ends_the_long_rests(void **state)
{
	struct accounts_world w;

	(void)state;
	start_to_hang(&w, 60000);
	assert_in_range(time_of_questions(&w, 6), 620, 2999);
	fake_check_set(w.helper, FAKE_ANSWERS, AC_VERDICT_UNAVAILABLE);
	assert_in_range(time_of_questions(&w, 7), 0, 2999); /* after 640 */
	fake_check_set(w.helper, FAKE_HANGS, AC_VERDICT_OK);
	/* Not after 1280. */
	assert_in_range(time_of_questions(&w, 9), 0, 1000);
	accounts_stop(&w);
}

/* Every service but the default may be stuck, and have more to ask than it can. */
static void
the_sweep_goes_on_while_another_service_hangs(void **state)
{
	struct accounts_world w;
	struct hung hung;
	int64_t alice;

	(void)state;
	accounts_init(&w);
	w.settings.cache_ms = 50;
	w.settings.sweep_ms = 100;
	w.settings.wait_ms = 60000; /* else the other service's own end comes first */
	w.settings.answer_ms = 60000;
	accounts_start(&w);
	hang(&w, &hung, "wiki", 20);
	assert_true(fake_check_wait(w.helper, 2));
	nap(LOOK_MS);
	fake_check_set(w.helper, FAKE_ANSWERS, AC_VERDICT_EXPIRED);
	(void)accounts_sign_in(&w, "alice", &alice);
	assert_true(accounts_wait_retired(&w, alice));
	ac_accounts_drain(w.accounts);
	let_go(&hung);
	accounts_stop(&w);
}

static void
the_sweep_leaves_a_connection_of_the_share_to_requests(void **state)
{
	struct accounts_world w;
	int64_t session;
	char user[32];

	(void)state;
	accounts_init(&w);
	w.settings.connections = 8;
	w.settings.sweep_ms = 100;
	w.settings.answer_ms = 60000;
	for (int i = 0; i < 6; i++) {
		snprintf(user, sizeof(user), "user%d", i);
		(void)accounts_sign_in(&w, user, &session);
	}
	fake_check_set(w.helper, FAKE_HANGS, AC_VERDICT_OK);
	accounts_start(&w);
	assert_true(fake_check_wait(w.helper, 3));
	nap(3 * LOOK_MS);
	assert_int_equal(fake_check_count(w.helper), 3);
	fake_check_set(w.helper, FAKE_ANSWERS, AC_VERDICT_OK);
	assert_int_equal(accounts_state(&w, "alice"), AUTHCODE_ACCOUNT_GOOD);
	accounts_stop(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_service_that_hangs_fills_half_of_the_connections),
		cmocka_unit_test(fewer_accounts_than_that_keep_no_other_of_their_service_waiting),
		cmocka_unit_test(accounts_that_have_hung_before_fill_a_quarter),
		cmocka_unit_test(what_nobody_waits_for_goes_behind_what_somebody_does),
		cmocka_unit_test(what_was_asked_for_in_vain_goes_before_what_was_not),
		cmocka_unit_test(an_account_that_hangs_rests_twice_as_long_each_time),
		cmocka_unit_test(it_never_rests_longer_than_an_answer_holds),
		cmocka_unit_test(what_breaks_does_not_rest_longer),
		cmocka_unit_test(any_answer_ends_the_long_rests),
		cmocka_unit_test(the_sweep_goes_on_while_another_service_hangs),
		cmocka_unit_test(the_sweep_leaves_a_connection_of_the_share_to_requests),
	};

	return cmocka_run_group_tests_name("accounts_shares", tests, NULL, NULL);
}
