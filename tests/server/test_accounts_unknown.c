/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/accounts.h: a helper that does not do as it should, one that is not
 * there, a directory that is down, and the end of the service (CO-11).
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

static void
a_helper_that_does_not_do_as_it_should_tells_nothing(void **state)
{
	static const struct {
		const char *name;
		enum fake_check_mode mode;
	} rows[] = {
		{ "hangs", FAKE_HANGS },         { "garbage", FAKE_GARBAGE },
		{ "closes", FAKE_CLOSES },       { "another frame", FAKE_OTHER },
		{ "another uid", FAKE_ANOTHER },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct accounts_world w;

		accounts_init(&w);
		w.settings.wait_ms = 200;
		w.settings.answer_ms = 200;
		w.settings.cache_ms = 200;
		w.settings.grace_ms = 0;
		accounts_start(&w);
		fake_check_set(w.helper, rows[i].mode, AC_VERDICT_OK);
		if (accounts_state(&w, "alice") != AUTHCODE_ACCOUNT_UNKNOWN)
			fail_msg("%s: believed", rows[i].name);
		assert_true(fake_log_wait("accounts cannot be looked at"));
		assert_false(fake_log_contains("account gone"));
		fake_check_set(w.helper, FAKE_ANSWERS, AC_VERDICT_OK);
		nap(350);
		if (accounts_state(&w, "alice") != AUTHCODE_ACCOUNT_GOOD)
			fail_msg("%s: for good", rows[i].name);
		assert_true(fake_log_wait("accounts can be looked at again"));
		accounts_stop(&w);
	}
}

static void
no_helper_at_all_is_unknown_at_once(void **state)
{
	struct accounts_world w;

	(void)state;
	accounts_init(&w);
	w.settings.socket = "/nonexistent/check.sock";
	accounts_start(&w);
	assert_int_equal(accounts_state(&w, "alice"), AUTHCODE_ACCOUNT_UNKNOWN);
	assert_true(fake_log_contains("accounts cannot be looked at"));
	accounts_stop(&w);
}

static void
a_failure_is_remembered_for_a_moment(void **state)
{
	struct accounts_world w;

	(void)state;
	accounts_init(&w);
	w.settings.failure_ms = 400;
	accounts_start(&w);
	fake_check_set(w.helper, FAKE_ANSWERS, AC_VERDICT_UNAVAILABLE);
	for (int i = 0; i < 20; i++)
		assert_int_equal(accounts_state(&w, "alice"), AUTHCODE_ACCOUNT_UNKNOWN);
	assert_int_equal(fake_check_count(w.helper), 1);
	fake_check_set(w.helper, FAKE_ANSWERS, AC_VERDICT_OK);
	nap(450);
	assert_int_equal(accounts_state(&w, "alice"), AUTHCODE_ACCOUNT_GOOD);
	accounts_stop(&w);
}

static void
a_good_answer_outlives_the_directory_for_the_grace_time(void **state)
{
	static const enum fake_check_mode modes[] = { FAKE_ANSWERS, FAKE_CLOSES, FAKE_HANGS };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(modes); i++) {
		struct accounts_world w;

		accounts_init(&w);
		w.settings.cache_ms = 50;
		w.settings.grace_ms = 1000;
		w.settings.failure_ms = 20;
		w.settings.wait_ms = 100;
		w.settings.answer_ms = 100;
		accounts_start(&w);
		assert_int_equal(accounts_state(&w, "alice"), AUTHCODE_ACCOUNT_GOOD);
		fake_check_set(w.helper, modes[i], AC_VERDICT_UNAVAILABLE);
		nap(100);
		assert_int_equal(accounts_state(&w, "alice"), AUTHCODE_ACCOUNT_GOOD);
		assert_int_equal(accounts_state(&w, "bob"), AUTHCODE_ACCOUNT_UNKNOWN);
		nap(1200);
		assert_int_equal(accounts_state(&w, "alice"), AUTHCODE_ACCOUNT_UNKNOWN);
		assert_false(fake_log_contains("account gone"));
		accounts_stop(&w);
	}
}

static void
what_was_refused_has_no_grace(void **state)
{
	static const enum ac_verdict verdicts[] = { AC_VERDICT_DENIED, AC_VERDICT_GONE,
						    AC_VERDICT_EXPIRED };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(verdicts); i++) {
		struct accounts_world w;

		accounts_init(&w);
		w.settings.cache_ms = 50;
		accounts_start(&w);
		assert_int_equal(accounts_state(&w, "alice"), AUTHCODE_ACCOUNT_GOOD);
		nap(60);
		fake_check_set(w.helper, FAKE_ANSWERS, verdicts[i]);
		assert_int_not_equal(accounts_state(&w, "alice"), AUTHCODE_ACCOUNT_GOOD);
		nap(60);
		fake_check_set(w.helper, FAKE_ANSWERS, AC_VERDICT_UNAVAILABLE);
		assert_int_equal(accounts_state(&w, "alice"), AUTHCODE_ACCOUNT_UNKNOWN);
		accounts_stop(&w);
	}
}

static void
a_helper_that_hangs_costs_an_account_one_wait(void **state)
{
	struct accounts_request request;
	struct ac_account_answer *answer;
	struct accounts_world w;

	(void)state;
	accounts_init(&w);
	w.settings.wait_ms = 200;
	w.settings.answer_ms = 3000;
	accounts_start(&w);
	fake_check_set(w.helper, FAKE_HANGS, AC_VERDICT_OK);
	assert_int_equal(accounts_state(&w, "alice"), AUTHCODE_ACCOUNT_UNKNOWN);
	accounts_begin(&w, &request, "alice", false);
	assert_non_null(request.answer);
	answer = accounts_end(&request);
	assert_int_equal(answer->account.state, AUTHCODE_ACCOUNT_UNKNOWN);
	ac_account_answer_unref(&answer);
	assert_int_equal(fake_check_count(w.helper), 1);
	accounts_stop(&w);
}

static void
stopping_resumes_everybody_who_waits(void **state)
{
	struct accounts_request requests[10];
	struct ac_account_answer *answer;
	struct accounts_world w;

	(void)state;
	accounts_init(&w);
	accounts_start(&w);
	fake_check_set(w.helper, FAKE_HANGS, AC_VERDICT_OK);
	for (size_t i = 0; i < 10; i++)
		accounts_begin(&w, &requests[i], i % 2 == 0 ? "alice" : "bob", i > 5);
	assert_true(fake_check_wait(w.helper, 2));
	ac_accounts_drain(w.accounts);
	for (size_t i = 0; i < 10; i++) {
		answer = accounts_end(&requests[i]);
		assert_int_equal(answer->account.state, AUTHCODE_ACCOUNT_UNKNOWN);
		ac_account_answer_unref(&answer);
	}
	assert_int_equal(accounts_state(&w, "carol"), AUTHCODE_ACCOUNT_UNKNOWN);
	assert_int_equal(fake_check_count(w.helper), 2);
	accounts_stop(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_helper_that_does_not_do_as_it_should_tells_nothing),
		cmocka_unit_test(no_helper_at_all_is_unknown_at_once),
		cmocka_unit_test(a_failure_is_remembered_for_a_moment),
		cmocka_unit_test(a_good_answer_outlives_the_directory_for_the_grace_time),
		cmocka_unit_test(what_was_refused_has_no_grace),
		cmocka_unit_test(a_helper_that_hangs_costs_an_account_one_wait),
		cmocka_unit_test(stopping_resumes_everybody_who_waits),
	};

	return cmocka_run_group_tests_name("accounts_unknown", tests, NULL, NULL);
}
