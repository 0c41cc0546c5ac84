/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/accounts.h: when an account is gone, what the store is told, and the
 * sweep that finds out without traffic.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/server/accounts_world.h"

/* Asks as the subject of a session. */
static enum authcode_account_state
state_of(struct accounts_world *w, const char *user, int64_t subject)
{
	const struct authcode_account_query query = { .subject_id = subject,
						      .user_name = user,
						      .uid = 1000 };
	struct accounts_request request = { .h = fake_http_new() };
	struct ac_account_answer *answer;
	enum authcode_account_state state;

	request.waiter.h = request.h;
	request.answer = ac_accounts_ask(w->accounts, &query, &request.waiter);
	answer = accounts_end(&request);
	state = answer->account.state;
	ac_account_answer_unref(&answer);
	return state;
}

static void
a_missing_account_is_gone_when_it_was_missing_often_and_long(void **state)
{
	struct accounts_world w;
	int64_t session, subject;

	(void)state;
	accounts_init(&w);
	w.settings.cache_ms = 20;
	w.settings.gone_ms = 400;
	accounts_start(&w);
	subject = accounts_sign_in(&w, "alice", &session);
	fake_check_set(w.helper, FAKE_ANSWERS, AC_VERDICT_GONE);
	for (int i = 0; i < 5; i++) { /* often, but not long */
		assert_int_equal(state_of(&w, "alice", subject), AUTHCODE_ACCOUNT_REFUSED);
		nap(30);
	}
	assert_false(accounts_retired(&w, session));
	nap(400);
	assert_int_equal(state_of(&w, "alice", subject), AUTHCODE_ACCOUNT_GONE);
	assert_true(accounts_wait_retired(&w, session));
	assert_true(fake_log_contains("account gone reason=absent user=alice uid=1000"));
	accounts_stop(&w);
}

static void
ask_all(struct accounts_world *w, size_t count, const int64_t subjects[],
	enum authcode_account_state expected)
{
	char name[32];

	for (size_t i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "user%zu", i);
		if (state_of(w, name, subjects[i]) != expected)
			fail_msg("%s", name);
	}
}

#define MANY 20

static void
many_begin(struct accounts_world *w, int64_t last_ms, int64_t sessions[MANY],
	   int64_t subjects[MANY])
{
	char name[16];

	accounts_init(w);
	w->settings.cache_ms = 10;
	w->settings.gone_ms = 50;
	w->settings.gone_at_last_ms = last_ms;
	accounts_start(w);
	for (size_t i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "user%zu", i);
		subjects[i] = accounts_sign_in(w, name, &sessions[i]);
	}
	ask_all(w, MANY, subjects, AUTHCODE_ACCOUNT_GOOD);
	nap(20);
	fake_check_set(w->helper, FAKE_ANSWERS, AC_VERDICT_GONE);
}

/* SSSD that is down and says of everybody that there is no such account. */
static void
accounts_that_are_missing_all_at_once_lose_nothing(void **state)
{
	int64_t sessions[MANY], subjects[MANY];
	struct accounts_world w;

	(void)state;
	many_begin(&w, 3600 * 1000, sessions, subjects);
	for (int round = 0; round < 5; round++) {
		ask_all(&w, MANY, subjects, AUTHCODE_ACCOUNT_REFUSED);
		nap(30);
	}
	assert_true(fake_log_contains("many accounts missing count=20 "));
	assert_false(fake_log_contains("account gone"));
	for (size_t i = 0; i < MANY; i++)
		assert_false(accounts_retired(&w, sessions[i]));
	fake_check_set(w.helper, FAKE_ANSWERS, AC_VERDICT_OK);
	ask_all(&w, MANY, subjects, AUTHCODE_ACCOUNT_GOOD);
	accounts_stop(&w);
}

/* Two of twenty are people who have left, three may be a directory. */
static void
a_tenth_may_be_missing_at_once(void **state)
{
	int64_t sessions[MANY], subjects[MANY];
	struct accounts_world w;

	(void)state;
	for (size_t missing = 2; missing <= 3; missing++) {
		many_begin(&w, 3600 * 1000, sessions, subjects);
		for (int round = 0; round < 2; round++) {
			ask_all(&w, missing, subjects, AUTHCODE_ACCOUNT_REFUSED);
			nap(30);
		}
		ask_all(&w, missing, subjects,
			missing == 2 ? AUTHCODE_ACCOUNT_GONE : AUTHCODE_ACCOUNT_REFUSED);
		assert_int_equal(fake_log_contains("many accounts missing count=3 "), missing == 3);
		accounts_stop(&w);
		fake_log_clear();
	}
}

static void
after_the_last_term_they_are_gone_all_the_same(void **state)
{
	int64_t sessions[MANY], subjects[MANY];
	struct accounts_world w;

	(void)state;
	many_begin(&w, 2000, sessions, subjects);
	for (int round = 0; round < 4; round++) {
		ask_all(&w, MANY, subjects, AUTHCODE_ACCOUNT_REFUSED);
		nap(30);
	}
	nap(2000);
	ask_all(&w, MANY, subjects, AUTHCODE_ACCOUNT_GONE);
	for (size_t i = 0; i < MANY; i++)
		assert_true(accounts_wait_retired(&w, sessions[i]));
	accounts_stop(&w);
}

/* What is missing for every service is one account. */
static void
an_account_counts_once_whatever_services_know_it(void **state)
{
	static const char *const services[] = { "authcode", "wiki", "hr" };
	struct accounts_request request;
	struct ac_account_answer *answer;
	struct accounts_world w;

	(void)state;
	accounts_init(&w);
	w.settings.cache_ms = 10;
	w.settings.gone_ms = 50;
	accounts_start(&w);
	fake_check_set(w.helper, FAKE_ANSWERS, AC_VERDICT_GONE);
	for (int round = 0; round < 4; round++) {
		for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
			accounts_begin_at(&w, &request, services[i], "alice");
			answer = accounts_end(&request);
			assert_int_equal(answer->account.state, round < 2 ? AUTHCODE_ACCOUNT_REFUSED
									  : AUTHCODE_ACCOUNT_GONE);
			ac_account_answer_unref(&answer);
		}
		nap(30);
	}
	accounts_stop(&w);
}

static void
long_but_seldom_is_not_gone(void **state)
{
	struct accounts_world w;
	int64_t session, subject;

	(void)state;
	accounts_init(&w);
	w.settings.cache_ms = 20;
	w.settings.gone_ms = 50;
	accounts_start(&w);
	subject = accounts_sign_in(&w, "alice", &session);
	fake_check_set(w.helper, FAKE_ANSWERS, AC_VERDICT_GONE);
	assert_int_equal(state_of(&w, "alice", subject), AUTHCODE_ACCOUNT_REFUSED);
	nap(200);
	assert_int_equal(state_of(&w, "alice", subject), AUTHCODE_ACCOUNT_REFUSED);
	nap(30);
	assert_int_equal(state_of(&w, "alice", subject), AUTHCODE_ACCOUNT_GONE);
	accounts_stop(&w);
}

static void
an_account_that_comes_back_begins_anew(void **state)
{
	static const enum ac_verdict between[] = { AC_VERDICT_OK, AC_VERDICT_DENIED };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(between); i++) {
		struct accounts_world w;

		accounts_init(&w);
		w.settings.cache_ms = 20;
		w.settings.gone_ms = 0;
		accounts_start(&w);
		for (int round = 0; round < 2; round++) {
			fake_check_set(w.helper, FAKE_ANSWERS, AC_VERDICT_GONE);
			for (int n = 0; n < 2; n++) {
				assert_int_equal(accounts_state(&w, "alice"),
						 AUTHCODE_ACCOUNT_REFUSED);
				nap(30);
			}
			fake_check_set(w.helper, FAKE_ANSWERS, between[i]);
			assert_int_not_equal(accounts_state(&w, "alice"), AUTHCODE_ACCOUNT_GONE);
			nap(30);
		}
		assert_false(fake_log_contains("account gone"));
		accounts_stop(&w);
	}
}

static void
a_directory_that_is_down_between_counts_neither_way(void **state)
{
	struct accounts_world w;

	(void)state;
	accounts_init(&w);
	w.settings.cache_ms = 20;
	w.settings.failure_ms = 20;
	w.settings.gone_ms = 0;
	accounts_start(&w);
	fake_check_set(w.helper, FAKE_ANSWERS, AC_VERDICT_GONE);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(accounts_state(&w, "alice"), AUTHCODE_ACCOUNT_REFUSED);
		nap(30);
	}
	fake_check_set(w.helper, FAKE_ANSWERS, AC_VERDICT_UNAVAILABLE);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(accounts_state(&w, "alice"), AUTHCODE_ACCOUNT_UNKNOWN);
		nap(30);
	}
	fake_check_set(w.helper, FAKE_ANSWERS, AC_VERDICT_GONE);
	assert_int_equal(accounts_state(&w, "alice"), AUTHCODE_ACCOUNT_GONE);
	accounts_stop(&w);
}

static void
a_subject_is_retired_once(void **state)
{
	struct accounts_world w;
	int64_t session, subject;

	(void)state;
	accounts_init(&w);
	w.settings.cache_ms = 10;
	accounts_start(&w);
	subject = accounts_sign_in(&w, "alice", &session);
	assert_int_equal(state_of(&w, "alice", subject), AUTHCODE_ACCOUNT_GOOD);
	assert_false(accounts_retired(&w, session));
	nap(20);
	fake_check_set(w.helper, FAKE_ANSWERS, AC_VERDICT_LOCKED);
	assert_int_equal(state_of(&w, "alice", subject), AUTHCODE_ACCOUNT_GONE);
	assert_true(accounts_wait_retired(&w, session));
	assert_true(fake_log_contains("account gone"));
	fake_log_clear();
	for (int i = 0; i < 3; i++) {
		nap(20);
		assert_int_equal(state_of(&w, "alice", subject), AUTHCODE_ACCOUNT_GONE);
	}
	assert_false(fake_log_contains("account gone"));
	accounts_stop(&w);
}

/* A name that comes back, or is unlocked, is another subject: it is looked at
 * at once, and can be gone again. */
static void
another_subject_of_the_account_is_looked_at_anew(void **state)
{
	struct accounts_world w;
	int64_t session, subject, second;

	(void)state;
	accounts_init(&w);
	accounts_start(&w);
	subject = accounts_sign_in(&w, "alice", &session);
	fake_check_set(w.helper, FAKE_ANSWERS, AC_VERDICT_EXPIRED);
	assert_int_equal(state_of(&w, "alice", subject), AUTHCODE_ACCOUNT_GONE);
	assert_true(accounts_wait_retired(&w, session));
	fake_check_set(w.helper, FAKE_ANSWERS, AC_VERDICT_OK);
	second = accounts_sign_in(&w, "alice", &session);
	assert_int_not_equal(second, subject);
	assert_int_equal(state_of(&w, "alice", second), AUTHCODE_ACCOUNT_GOOD);
	assert_false(accounts_retired(&w, session));
	accounts_stop(&w);
}

static void
a_sign_in_ends_what_was_held_against_the_account(void **state)
{
	struct accounts_world w;

	(void)state;
	accounts_init(&w);
	accounts_start(&w);
	fake_check_set(w.helper, FAKE_ANSWERS, AC_VERDICT_CHANGE_DUE);
	assert_int_equal(accounts_state(&w, "alice"), AUTHCODE_ACCOUNT_REFUSED);
	fake_check_set(w.helper, FAKE_ANSWERS, AC_VERDICT_OK);
	assert_int_equal(accounts_state(&w, "alice"), AUTHCODE_ACCOUNT_REFUSED);
	ac_accounts_renew(w.accounts, "bob", 1000);
	ac_accounts_renew(w.accounts, "alice", 1001);
	assert_int_equal(accounts_state(&w, "alice"), AUTHCODE_ACCOUNT_REFUSED);
	ac_accounts_renew(w.accounts, "alice", 1000);
	assert_int_equal(accounts_state(&w, "alice"), AUTHCODE_ACCOUNT_GOOD);
	ac_accounts_renew(w.accounts, "alice", 1000);
	assert_int_equal(accounts_state(&w, "alice"), AUTHCODE_ACCOUNT_GOOD);
	assert_int_equal(fake_check_count(w.helper), 2);
	accounts_stop(&w);
}

static void
the_sweep_finds_an_expired_account_without_traffic(void **state)
{
	struct accounts_world w;
	int64_t alice, bob;

	(void)state;
	accounts_init(&w);
	w.settings.cache_ms = 50;
	w.settings.failure_ms = 50;
	w.settings.sweep_ms = 200;
	(void)accounts_sign_in(&w, "alice", &alice);
	(void)accounts_sign_in(&w, "bob", &bob);
	accounts_start(&w);
	assert_true(fake_check_wait(w.helper, 4)); /* two sweeps */
	assert_string_equal(fake_check_last(w.helper).service, "authcode-check");
	assert_false(accounts_retired(&w, alice));
	fake_check_set(w.helper, FAKE_ANSWERS, AC_VERDICT_EXPIRED);
	assert_true(accounts_wait_retired(&w, alice));
	assert_true(accounts_wait_retired(&w, bob));
	accounts_stop(&w);
}

static void
three_sweeps_make_a_missing_account_gone(void **state)
{
	struct accounts_world w;
	int64_t session;

	(void)state;
	accounts_init(&w);
	w.settings.cache_ms = 50;
	w.settings.failure_ms = 50;
	w.settings.sweep_ms = 200;
	w.settings.gone_ms = 100;
	(void)accounts_sign_in(&w, "alice", &session);
	fake_check_set(w.helper, FAKE_ANSWERS, AC_VERDICT_GONE);
	accounts_start(&w);
	assert_true(fake_check_wait(w.helper, 2));
	assert_false(accounts_retired(&w, session));
	assert_true(accounts_wait_retired(&w, session));
	assert_int_equal(fake_check_count(w.helper), 3);
	accounts_stop(&w);
}

static void
the_sweep_takes_nothing_away_for_what_is_only_refused(void **state)
{
	static const struct {
		enum fake_check_mode mode;
		enum ac_verdict verdict;
	} rows[] = {
		{ FAKE_ANSWERS, AC_VERDICT_DENIED },      { FAKE_ANSWERS, AC_VERDICT_CHANGE_DUE },
		{ FAKE_ANSWERS, AC_VERDICT_UNAVAILABLE }, { FAKE_CLOSES, AC_VERDICT_OK },
		{ FAKE_GARBAGE, AC_VERDICT_OK },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct accounts_world w;
		int64_t session;

		accounts_init(&w);
		w.settings.cache_ms = 10;
		w.settings.failure_ms = 10;
		w.settings.sweep_ms = 20;
		w.settings.gone_ms = 0;
		(void)accounts_sign_in(&w, "alice", &session);
		fake_check_set(w.helper, rows[i].mode, rows[i].verdict);
		accounts_start(&w);
		assert_true(fake_check_wait(w.helper, 6));
		assert_false(accounts_retired(&w, session));
		assert_false(fake_log_contains("account gone"));
		accounts_stop(&w);
	}
}

static void
a_sweep_is_spread_over_its_period_and_more_than_a_page(void **state)
{
	struct accounts_world w;
	int64_t session;
	char user[32];
	unsigned early;

	(void)state;
	accounts_init(&w);
	w.settings.max_entries = 16;
	w.settings.sweep_ms = 1500;
	for (int i = 0; i < 150; i++) {
		snprintf(user, sizeof(user), "u%d", i);
		(void)accounts_sign_in(&w, user, &session);
	}
	accounts_start(&w);
	nap(400);
	early = fake_check_count(w.helper);
	if (early < 5 || early > 120)
		fail_msg("%u of 150 after less than a third of the period", early);
	assert_true(fake_check_wait(w.helper, 150));
	accounts_stop(&w);
}

static void
no_sweep_when_it_is_turned_off(void **state)
{
	struct accounts_world w;
	int64_t session;

	(void)state;
	accounts_init(&w);
	w.settings.sweep_ms = 0;
	(void)accounts_sign_in(&w, "alice", &session);
	accounts_start(&w);
	nap(200);
	assert_int_equal(fake_check_count(w.helper), 0);
	accounts_stop(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_missing_account_is_gone_when_it_was_missing_often_and_long),
		cmocka_unit_test(accounts_that_are_missing_all_at_once_lose_nothing),
		cmocka_unit_test(a_tenth_may_be_missing_at_once),
		cmocka_unit_test(after_the_last_term_they_are_gone_all_the_same),
		cmocka_unit_test(an_account_counts_once_whatever_services_know_it),
		cmocka_unit_test(long_but_seldom_is_not_gone),
		cmocka_unit_test(an_account_that_comes_back_begins_anew),
		cmocka_unit_test(a_directory_that_is_down_between_counts_neither_way),
		cmocka_unit_test(a_subject_is_retired_once),
		cmocka_unit_test(another_subject_of_the_account_is_looked_at_anew),
		cmocka_unit_test(a_sign_in_ends_what_was_held_against_the_account),
		cmocka_unit_test(the_sweep_finds_an_expired_account_without_traffic),
		cmocka_unit_test(three_sweeps_make_a_missing_account_gone),
		cmocka_unit_test(the_sweep_takes_nothing_away_for_what_is_only_refused),
		cmocka_unit_test(a_sweep_is_spread_over_its_period_and_more_than_a_page),
		cmocka_unit_test(no_sweep_when_it_is_turned_off),
	};

	return cmocka_run_group_tests_name("accounts_gone", tests, NULL, NULL);
}
