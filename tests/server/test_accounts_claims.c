/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/accounts.h: whoever wants an account's claims is told them, or that
 * nothing is known, and never that there are none because nobody could be asked.
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

#define CACHE_MS 50
#define AL "{\"nickname\":\"al\"}"

static const struct outage {
	const char *name;
	enum fake_check_mode mode;
} outages[] = {
	{ "the directory is down", FAKE_ANSWERS },
	{ "the helper hangs up", FAKE_CLOSES },
	{ "the helper hangs", FAKE_HANGS },
};

static void
start(struct accounts_world *w, int64_t grace_ms)
{
	accounts_init(w);
	w->settings.cache_ms = CACHE_MS;
	w->settings.grace_ms = grace_ms;
	w->settings.failure_ms = 20;
	w->settings.wait_ms = 100;
	w->settings.answer_ms = 100;
	fake_check_claims(w->helper, AL, "");
	accounts_start(w);
}

static void
break_down(struct accounts_world *w, const struct outage *outage)
{
	fake_check_set(w->helper, outage->mode, AC_VERDICT_UNAVAILABLE);
	nap(CACHE_MS + 10);
}

/* "UNKNOWN", "REFUSED", or of a good account its last group and the claims. */
static const char *
told(struct accounts_world *w, bool claims)
{
	static char text[256];
	struct accounts_request request;
	struct ac_account_answer *answer;
	const struct authcode_account *account;

	accounts_begin(w, &request, "alice", claims);
	answer = accounts_end(&request);
	account = &answer->account;
	if (account->state != AUTHCODE_ACCOUNT_GOOD)
		snprintf(text, sizeof(text), "%s",
			 account->state == AUTHCODE_ACCOUNT_UNKNOWN ? "UNKNOWN" : "REFUSED");
	else
		snprintf(text, sizeof(text), "%s %s %s", account->full_name,
			 account->groups[account->group_count - 1],
			 account->claims != NULL ? account->claims : "none");
	ac_account_answer_unref(&answer);
	return text;
}

static void
claims_outlive_the_directory_for_the_grace_time(void **state)
{
	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(outages); i++) {
		struct accounts_world w;

		start(&w, 1500);
		assert_string_equal(told(&w, true), "Alice Example adm " AL);
		break_down(&w, &outages[i]);
		for (int again = 0; again < 3; again++) {
			if (strcmp(told(&w, true), "Alice Example adm " AL) != 0)
				fail_msg("%s: %s", outages[i].name, told(&w, true));
		}
		nap(1600);
		assert_string_equal(told(&w, true), "UNKNOWN");
		accounts_stop(&w);
	}
}

static void
an_account_that_was_only_known_without_claims_is_unknown_with_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(outages); i++) {
		struct accounts_world w;

		start(&w, 60000);
		assert_string_equal(told(&w, false), "Alice Example adm none");
		break_down(&w, &outages[i]);
		for (int again = 0; again < 3; again++) {
			if (strcmp(told(&w, true), "UNKNOWN") != 0)
				fail_msg("%s: %s", outages[i].name, told(&w, true));
			if (strcmp(told(&w, false), "Alice Example adm none") != 0)
				fail_msg("%s: %s", outages[i].name, told(&w, false));
		}
		accounts_stop(&w);
	}
}

/* While the answer without them still holds, and nobody would have to be asked. */
static void
a_fresh_answer_without_claims_does_not_stand_for_one_with_them(void **state)
{
	struct accounts_world w;

	(void)state;
	accounts_init(&w);
	w.settings.wait_ms = 100;
	w.settings.answer_ms = 100;
	fake_check_claims(w.helper, AL, "");
	accounts_start(&w);
	assert_string_equal(told(&w, false), "Alice Example adm none");
	fake_check_set(w.helper, FAKE_HANGS, AC_VERDICT_OK);
	assert_string_equal(told(&w, true), "UNKNOWN");
	assert_string_equal(told(&w, false), "Alice Example adm none");
	accounts_stop(&w);
}

static void
the_newest_groups_come_with_the_last_claims(void **state)
{
	static const char *const groups[] = { "one", "two", "three" };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(outages); i++) {
		struct accounts_world w;

		start(&w, 60000);
		assert_string_equal(told(&w, true), "Alice Example adm " AL);
		fake_check_claims(w.helper, "{\"nickname\":\"not asked for\"}", "");
		for (size_t j = 0; j < AC_ARRAY_SIZE(groups); j++) {
			fake_check_groups(w.helper, groups[j]);
			nap(CACHE_MS + 10);
			assert_non_null(strstr(told(&w, false), groups[j]));
		}
		break_down(&w, &outages[i]);
		if (strcmp(told(&w, true), "Alice Example three " AL) != 0)
			fail_msg("%s: %s", outages[i].name, told(&w, true));
		assert_string_equal(told(&w, false), "Alice Example three none");
		accounts_stop(&w);
	}
}

static void
claims_are_kept_for_their_own_time_only(void **state)
{
	struct accounts_world w;

	(void)state;
	start(&w, 2000);
	assert_string_equal(told(&w, true), "Alice Example adm " AL);
	nap(1500);
	assert_string_equal(told(&w, false), "Alice Example adm none");
	nap(600);
	break_down(&w, &outages[0]);
	assert_string_equal(told(&w, true), "UNKNOWN");
	assert_string_equal(told(&w, false), "Alice Example adm none");
	accounts_stop(&w);
}

static void
the_last_claims_are_those_that_count_also_when_they_are_none(void **state)
{
	struct accounts_world w;

	(void)state;
	start(&w, 60000);
	assert_string_equal(told(&w, true), "Alice Example adm " AL);
	fake_check_claims(w.helper, "", "");
	nap(CACHE_MS + 10);
	assert_string_equal(told(&w, true), "Alice Example adm none");
	break_down(&w, &outages[0]);
	assert_string_equal(told(&w, true), "Alice Example adm none");
	accounts_stop(&w);
}

static void
claims_of_an_account_that_was_refused_have_no_grace(void **state)
{
	struct accounts_world w;

	(void)state;
	start(&w, 60000);
	assert_string_equal(told(&w, true), "Alice Example adm " AL);
	fake_check_set(w.helper, FAKE_ANSWERS, AC_VERDICT_DENIED);
	nap(CACHE_MS + 10);
	assert_string_equal(told(&w, true), "REFUSED");
	break_down(&w, &outages[0]);
	assert_string_equal(told(&w, true), "UNKNOWN");
	/* Nor do they come back with a good answer that has none. */
	fake_check_set(w.helper, FAKE_ANSWERS, AC_VERDICT_OK);
	nap(CACHE_MS + 10);
	assert_string_equal(told(&w, false), "Alice Example adm none");
	break_down(&w, &outages[0]);
	assert_string_equal(told(&w, true), "UNKNOWN");
	accounts_stop(&w);
}

static void
a_request_too_many_is_told_the_last_claims_or_nothing(void **state)
{
	struct accounts_request waits;
	struct ac_account_answer *answer;
	struct accounts_world w;

	(void)state;
	accounts_init(&w);
	w.settings.cache_ms = CACHE_MS;
	w.settings.max_waiters = 1;
	fake_check_claims(w.helper, AL, "");
	accounts_start(&w);
	assert_string_equal(told(&w, false), "Alice Example adm none");
	for (int with = 0; with < 2; with++) {
		nap(CACHE_MS + 10);
		fake_check_hold(w.helper, true);
		accounts_begin(&w, &waits, "alice", true);
		assert_null(waits.answer);
		assert_string_equal(told(&w, true), with ? "Alice Example adm " AL : "UNKNOWN");
		fake_check_hold(w.helper, false);
		answer = accounts_end(&waits);
		assert_string_equal(answer->account.claims, AL);
		ac_account_answer_unref(&answer);
	}
	accounts_stop(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(claims_outlive_the_directory_for_the_grace_time),
		cmocka_unit_test(
			an_account_that_was_only_known_without_claims_is_unknown_with_them),
		cmocka_unit_test(a_fresh_answer_without_claims_does_not_stand_for_one_with_them),
		cmocka_unit_test(the_newest_groups_come_with_the_last_claims),
		cmocka_unit_test(claims_are_kept_for_their_own_time_only),
		cmocka_unit_test(the_last_claims_are_those_that_count_also_when_they_are_none),
		cmocka_unit_test(claims_of_an_account_that_was_refused_have_no_grace),
		cmocka_unit_test(a_request_too_many_is_told_the_last_claims_or_nothing),
	};

	return cmocka_run_group_tests_name("accounts_claims", tests, NULL, NULL);
}
