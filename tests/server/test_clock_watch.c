/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/clock_watch.h: a clock that was set is noticed, one that drifts is not.
 */
#include "server/clock_watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "server/log.h"

#define TODAY INT64_C(1790000000000)
#define MINUTE 60000

static struct {
	int count;
	char by_ms[32];
} said;

static void
hear(void *arg, enum ac_event event, const struct ac_event_fields *fields)
{
	(void)arg;
	assert_int_equal(event, AC_EVENT_CLOCK_JUMPED);
	said.count++;
	(void)snprintf(said.by_ms, sizeof(said.by_ms), "%s", fields->by_ms);
}

static int
begin(void **state)
{
	(void)state;
	memset(&said, 0, sizeof(said));
	ac_log_observe(hear, NULL);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	ac_log_observe(NULL, NULL);
	return 0;
}

static void
the_first_round_has_nothing_to_compare_with(void **state)
{
	struct ac_clock_watch watch = { 0 };

	(void)state;
	ac_clock_watch_round(&watch, TODAY, 5);
	assert_int_equal(said.count, 0);
}

static void
a_jump_is_said_once_with_its_length(void **state)
{
	static const struct {
		const char *name;
		int64_t by_ms;
		const char *text; /* NULL: nothing is said */
	} rows[] = {
		{ "none", 0, NULL },
		{ "nearly, forwards", AC_CLOCK_JUMP_MS - 1, NULL },
		{ "nearly, backwards", -(AC_CLOCK_JUMP_MS - 1), NULL },
		{ "just, forwards", AC_CLOCK_JUMP_MS, "10000" },
		{ "just, backwards", -AC_CLOCK_JUMP_MS, "-10000" },
		{ "an hour", INT64_C(3600000), "3600000" },
		{ "a year back", -INT64_C(31536000000), "-31536000000" },
		{ "to 1970", -TODAY, "-1790000000000" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct ac_clock_watch watch = { 0 };

		memset(&said, 0, sizeof(said));
		ac_clock_watch_round(&watch, TODAY, 5);
		for (int round = 1; round <= 3; round++)
			ac_clock_watch_round(&watch, TODAY + rows[i].by_ms + round * MINUTE,
					     5 + round * MINUTE);
		if (said.count != (rows[i].text != NULL))
			fail_msg("%s: said %d times", rows[i].name, said.count);
		assert_string_equal(said.by_ms, rows[i].text != NULL ? rows[i].text : "");
	}
}

static void
no_sum_of_small_steps_is_a_jump(void **state)
{
	struct ac_clock_watch watch = { 0 };

	(void)state;
	for (int64_t round = 0; round < 100; round++)
		ac_clock_watch_round(&watch, TODAY + round * (MINUTE + 5000), round * MINUTE);
	assert_int_equal(said.count, 0);
}

/* A suspended host: both clocks have gone on. */
static void
a_long_pause_is_none(void **state)
{
	struct ac_clock_watch watch = { 0 };

	(void)state;
	ac_clock_watch_round(&watch, TODAY, 5);
	ac_clock_watch_round(&watch, TODAY + INT64_C(86400000), 5 + INT64_C(86400000));
	assert_int_equal(said.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_first_round_has_nothing_to_compare_with, begin,
						end),
		cmocka_unit_test_setup_teardown(a_jump_is_said_once_with_its_length, begin, end),
		cmocka_unit_test_setup_teardown(no_sum_of_small_steps_is_a_jump, begin, end),
		cmocka_unit_test_setup_teardown(a_long_pause_is_none, begin, end),
	};

	return cmocka_run_group_tests_name("clock_watch", tests, NULL, NULL);
}
