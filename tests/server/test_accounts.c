/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/accounts.h: what the helper says and what becomes of it, one question
 * for however many requests, and how much is remembered (CO-11).
 */
#include "server/accounts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/server/accounts_world.h"

static void
a_good_account_is_described_as_it_is_now(void **state)
{
	struct accounts_world w;
	struct accounts_request request;
	struct ac_account_answer *answer;

	(void)state;
	accounts_init(&w);
	accounts_start(&w);
	accounts_begin(&w, &request, "alice", false);
	answer = accounts_end(&request);
	assert_int_equal(answer->account.state, AUTHCODE_ACCOUNT_GOOD);
	assert_string_equal(answer->account.full_name, "Alice Example");
	assert_int_equal(answer->account.group_count, 2);
	assert_string_equal(answer->account.groups[0], "users");
	assert_string_equal(answer->account.groups[1], "adm");
	assert_null(answer->account.claims);
	ac_account_answer_unref(&answer);
	assert_string_equal(fake_check_last(w.helper).service, "authcode-check");
	assert_string_equal(fake_check_last(w.helper).user, "alice");
	assert_int_equal(fake_check_last(w.helper).uid, 1000);
	assert_false(fake_check_last(w.helper).claims);
	accounts_stop(&w);
}

static void
each_verdict_has_its_state(void **state)
{
	static const struct {
		const char *name;
		enum ac_verdict verdict;
		bool lock_means_gone;
		enum authcode_account_state state;
		const char *reason; /* of the log; NULL: not gone */
	} rows[] = {
		{ "ok", AC_VERDICT_OK, true, AUTHCODE_ACCOUNT_GOOD, NULL },
		{ "denied", AC_VERDICT_DENIED, true, AUTHCODE_ACCOUNT_REFUSED, NULL },
		{ "change due", AC_VERDICT_CHANGE_DUE, true, AUTHCODE_ACCOUNT_REFUSED, NULL },
		{ "unavailable", AC_VERDICT_UNAVAILABLE, true, AUTHCODE_ACCOUNT_UNKNOWN, NULL },
		{ "missing once", AC_VERDICT_GONE, true, AUTHCODE_ACCOUNT_REFUSED, NULL },
		{ "expired", AC_VERDICT_EXPIRED, true, AUTHCODE_ACCOUNT_GONE, "expired" },
		{ "expired, locks ignored", AC_VERDICT_EXPIRED, false, AUTHCODE_ACCOUNT_GONE,
		  "expired" },
		{ "locked", AC_VERDICT_LOCKED, true, AUTHCODE_ACCOUNT_GONE, "locked" },
		{ "locked, locks ignored", AC_VERDICT_LOCKED, false, AUTHCODE_ACCOUNT_REFUSED,
		  NULL },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct accounts_world w;
		char line[128];

		accounts_init(&w);
		w.settings.lock_means_gone = rows[i].lock_means_gone;
		accounts_start(&w);
		fake_check_set(w.helper, FAKE_ANSWERS, rows[i].verdict);
		if (accounts_state(&w, "alice") != rows[i].state)
			fail_msg("%s: another state", rows[i].name);
		if (accounts_state(&w, "alice") != rows[i].state)
			fail_msg("%s: another state from the cache", rows[i].name);
		assert_int_equal(fake_check_count(w.helper), 1);
		snprintf(line, sizeof(line), "account gone reason=%s user=alice uid=1000",
			 rows[i].reason != NULL ? rows[i].reason : "");
		if (fake_log_contains(rows[i].reason != NULL ? line : "account gone") !=
		    (rows[i].reason != NULL))
			fail_msg("%s: the log says otherwise", rows[i].name);
		accounts_stop(&w);
	}
}

static void
a_hundred_waiters_cost_one_question(void **state)
{
	struct accounts_request requests[100];
	struct ac_account_answer *answers[100];
	struct accounts_world w;

	(void)state;
	accounts_init(&w);
	fake_check_hold(w.helper, true);
	accounts_start(&w);
	for (size_t i = 0; i < 100; i++) {
		accounts_begin(&w, &requests[i], "alice", false);
		assert_null(requests[i].answer);
	}
	assert_true(fake_check_wait(w.helper, 1));
	fake_check_hold(w.helper, false);
	for (size_t i = 0; i < 100; i++) {
		answers[i] = accounts_end(&requests[i]);
		assert_int_equal(answers[i]->account.state, AUTHCODE_ACCOUNT_GOOD);
		assert_ptr_equal(answers[i], answers[0]); /* shared, not copied */
	}
	for (size_t i = 0; i < 100; i++)
		ac_account_answer_unref(&answers[i]);
	assert_int_equal(fake_check_count(w.helper), 1);
	assert_int_equal(fake_check_connections(w.helper), 1);
	accounts_stop(&w);
}

static void
more_waiters_than_allowed_are_told_at_once(void **state)
{
	struct accounts_request requests[3];
	struct ac_account_answer *answer;
	struct accounts_world w;

	(void)state;
	accounts_init(&w);
	w.settings.max_waiters = 2;
	fake_check_hold(w.helper, true);
	accounts_start(&w);
	for (size_t i = 0; i < 3; i++)
		accounts_begin(&w, &requests[i], "alice", false);
	assert_null(requests[1].answer);
	assert_non_null(requests[2].answer);
	answer = accounts_end(&requests[2]);
	assert_int_equal(answer->account.state, AUTHCODE_ACCOUNT_UNKNOWN);
	ac_account_answer_unref(&answer);
	fake_check_hold(w.helper, false);
	for (size_t i = 0; i < 2; i++) {
		answer = accounts_end(&requests[i]);
		assert_int_equal(answer->account.state, AUTHCODE_ACCOUNT_GOOD);
		ac_account_answer_unref(&answer);
	}
	accounts_stop(&w);
}

static void
an_answer_holds_for_the_cache_time_and_is_renewed_after_it(void **state)
{
	struct accounts_world w;

	(void)state;
	accounts_init(&w);
	w.settings.cache_ms = 300;
	accounts_start(&w);
	assert_int_equal(accounts_state(&w, "alice"), AUTHCODE_ACCOUNT_GOOD);
	fake_check_set(w.helper, FAKE_ANSWERS, AC_VERDICT_DENIED);
	assert_int_equal(accounts_state(&w, "alice"), AUTHCODE_ACCOUNT_GOOD);
	assert_int_equal(accounts_state(&w, "bob"), AUTHCODE_ACCOUNT_REFUSED);
	nap(350);
	assert_int_equal(accounts_state(&w, "alice"), AUTHCODE_ACCOUNT_REFUSED);
	assert_int_equal(fake_check_count(w.helper), 3);
	accounts_stop(&w);
}

static void
the_service_of_the_client_is_asked(void **state)
{
	const struct authcode_client client = { .id = "x", .pam_service = "wiki" };
	struct authcode_account_query query = { .user_name = "alice", .uid = 1000 };
	struct accounts_request request = { .h = fake_http_new() };
	struct ac_account_answer *answer;
	struct accounts_world w;

	(void)state;
	accounts_init(&w);
	accounts_start(&w);
	assert_int_equal(accounts_state(&w, "alice"), AUTHCODE_ACCOUNT_GOOD);
	fake_check_set(w.helper, FAKE_ANSWERS, AC_VERDICT_DENIED);
	query.client = &client;
	query.subject_id = 1;
	request.waiter.h = request.h;
	request.answer = ac_accounts_ask(w.accounts, &query, &request.waiter);
	answer = accounts_end(&request);
	assert_int_equal(answer->account.state, AUTHCODE_ACCOUNT_REFUSED);
	ac_account_answer_unref(&answer);
	assert_string_equal(fake_check_last(w.helper).service, "wiki-check");
	assert_int_equal(accounts_state(&w, "alice"), AUTHCODE_ACCOUNT_GOOD);
	assert_int_equal(fake_check_count(w.helper), 2);
	accounts_stop(&w);
}

static void
claims_are_asked_for_when_somebody_wants_them(void **state)
{
	struct accounts_request plain, wants;
	struct ac_account_answer *answer;
	struct accounts_world w;

	(void)state;
	accounts_init(&w);
	fake_check_claims(w.helper, "{\"nickname\":\"al\"}", "");
	fake_check_hold(w.helper, true);
	accounts_start(&w);
	accounts_begin(&w, &plain, "alice", false);
	accounts_begin(&w, &wants, "alice", true);
	assert_true(fake_check_wait(w.helper, 1));
	fake_check_hold(w.helper, false);
	answer = accounts_end(&plain);
	assert_null(answer->account.claims);
	ac_account_answer_unref(&answer);
	answer = accounts_end(&wants);
	assert_string_equal(answer->account.claims, "{\"nickname\":\"al\"}");
	ac_account_answer_unref(&answer);
	assert_int_equal(fake_check_count(w.helper), 2);
	accounts_begin(&w, &wants, "alice", true);
	assert_non_null(wants.answer);
	answer = accounts_end(&wants);
	ac_account_answer_unref(&answer);
	assert_int_equal(fake_check_count(w.helper), 2);
	accounts_stop(&w);
}

static void
claims_that_are_no_object_are_told_of_once(void **state)
{
	struct accounts_request request;
	struct ac_account_answer *answer;
	struct accounts_world w;

	(void)state;
	accounts_init(&w);
	w.settings.cache_ms = 1;
	fake_check_claims(w.helper, "[1]", "{\"nickname\":\"al\"}");
	accounts_start(&w);
	for (int i = 0; i < 2; i++) {
		accounts_begin(&w, &request, "alice", true);
		answer = accounts_end(&request);
		assert_int_equal(answer->account.state, AUTHCODE_ACCOUNT_GOOD);
		assert_string_equal(answer->account.claims, "{\"nickname\":\"al\"}");
		ac_account_answer_unref(&answer);
		assert_int_equal(fake_log_contains("claims ignored user=alice source=file"),
				 i == 0);
		fake_log_clear();
		nap(5);
	}
	accounts_stop(&w);
}

static void
connections_are_few_kept_and_renewed(void **state)
{
	struct accounts_world w;
	char user[32];

	(void)state;
	accounts_init(&w);
	w.settings.max_entries = 1000;
	accounts_start(&w);
	for (int i = 0; i < 2 * AC_WIRE_MAX_CHECKS + 1; i++) {
		snprintf(user, sizeof(user), "user%d", i);
		assert_int_equal(accounts_state(&w, user), AUTHCODE_ACCOUNT_GOOD);
	}
	assert_int_equal(fake_check_connections(w.helper), 3);
	fake_check_set(w.helper, FAKE_ANSWERS1, AC_VERDICT_OK);
	for (int i = 0; i < 10; i++) {
		snprintf(user, sizeof(user), "more%d", i);
		assert_int_equal(accounts_state(&w, user), AUTHCODE_ACCOUNT_GOOD);
	}
	accounts_stop(&w);
}

static void
the_table_is_bounded_and_forgets_the_oldest(void **state)
{
	struct accounts_world w;
	char user[32];

	(void)state;
	accounts_init(&w);
	w.settings.max_entries = 8;
	accounts_start(&w);
	for (int i = 0; i < 8; i++) {
		snprintf(user, sizeof(user), "user%d", i);
		assert_int_equal(accounts_state(&w, user), AUTHCODE_ACCOUNT_GOOD);
	}
	assert_int_equal(accounts_state(&w, "user0"), AUTHCODE_ACCOUNT_GOOD);
	assert_int_equal(fake_check_count(w.helper), 8);
	assert_int_equal(accounts_state(&w, "new"), AUTHCODE_ACCOUNT_GOOD);
	assert_int_equal(accounts_state(&w, "user0"), AUTHCODE_ACCOUNT_GOOD);
	assert_int_equal(fake_check_count(w.helper), 9);
	assert_int_equal(accounts_state(&w, "user1"), AUTHCODE_ACCOUNT_GOOD);
	assert_int_equal(fake_check_count(w.helper), 10);
	accounts_stop(&w);
}

static void
a_table_full_of_questions_takes_no_more(void **state)
{
	struct accounts_request requests[5];
	struct ac_account_answer *answer;
	struct accounts_world w;
	char user[32];

	(void)state;
	accounts_init(&w);
	w.settings.max_entries = 4;
	fake_check_hold(w.helper, true);
	accounts_start(&w);
	for (int i = 0; i < 5; i++) {
		snprintf(user, sizeof(user), "user%d", i);
		accounts_begin(&w, &requests[i], user, false);
		assert_int_equal(requests[i].answer != NULL, i == 4);
	}
	fake_check_hold(w.helper, false);
	for (int i = 0; i < 5; i++) {
		answer = accounts_end(&requests[i]);
		assert_int_equal(answer->account.state,
				 i == 4 ? AUTHCODE_ACCOUNT_UNKNOWN : AUTHCODE_ACCOUNT_GOOD);
		ac_account_answer_unref(&answer);
	}
	accounts_stop(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_account_is_described_as_it_is_now),
		cmocka_unit_test(each_verdict_has_its_state),
		cmocka_unit_test(a_hundred_waiters_cost_one_question),
		cmocka_unit_test(more_waiters_than_allowed_are_told_at_once),
		cmocka_unit_test(an_answer_holds_for_the_cache_time_and_is_renewed_after_it),
		cmocka_unit_test(the_service_of_the_client_is_asked),
		cmocka_unit_test(claims_are_asked_for_when_somebody_wants_them),
		cmocka_unit_test(claims_that_are_no_object_are_told_of_once),
		cmocka_unit_test(connections_are_few_kept_and_renewed),
		cmocka_unit_test(the_table_is_bounded_and_forgets_the_oldest),
		cmocka_unit_test(a_table_full_of_questions_takes_no_more),
	};

	return cmocka_run_group_tests_name("accounts", tests, NULL, NULL);
}
