/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * protocol/key_schedule.h at its boundaries: never a moment without a key that
 * signs, none that signs before every cache has it, none gone while what it has
 * signed may be shown (JW-04).
 */
#include "protocol/key_schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/attr.h"
#include "jose/algorithm.h"

#define HOUR INT64_C(3600000)
#define DAY (24 * HOUR)
#define T0 INT64_C(1700000000000)

static const struct ac_key_times times = {
	.sign_ms = 90 * DAY,
	.publish_ms = DAY,
	.cache_ms = HOUR,
	.token_ms = 2 * HOUR,
};

#define ROW(number, name, time)                                                                    \
	{                                                                                          \
		.id = (number), .kid = "kid", .alg = (name), .sealed = "sealed", .created_ms = T0, \
		.active_ms = (time)                                                                \
	}

static void
a_new_key_is_due_when_the_rows_say_so(void **state)
{
	static const struct authcode_signing_key one[] = { ROW(1, "RS256", T0) };
	static const struct authcode_signing_key two[] = { ROW(1, "RS256", T0),
							   ROW(2, "RS256", T0 + 90 * DAY) };
	static const struct authcode_signing_key soon[] = { ROW(1, "RS256", T0),
							    ROW(2, "RS256", T0 + 2 * HOUR) };
	static const struct authcode_signing_key ahead[] = { ROW(1, "RS256", T0 + 9000 * DAY) };
	static const struct authcode_signing_key old_and_ahead[] = {
		ROW(1, "RS256", T0), ROW(2, "RS256", T0 + 9000 * DAY)
	};
	static const struct authcode_signing_key other[] = { ROW(1, "ES256", T0) };
	static const struct {
		const char *name;
		const struct authcode_signing_key *rows;
		size_t count;
		enum authcode_key_rotation rotation;
		int64_t now_ms, due_ms;
	} cases[] = {
		{ "none: at once", NULL, 0, AUTHCODE_KEYS_TEND, T0, T0 },
		{ "none, rotated: at once", NULL, 0, AUTHCODE_KEYS_ROTATE, T0, T0 },
		{ "only one of another algorithm", other, 1, AUTHCODE_KEYS_TEND, T0, T0 },
		{ "a young one", one, 1, AUTHCODE_KEYS_TEND, T0, 0 },
		{ "89 days less a moment", one, 1, AUTHCODE_KEYS_TEND, T0 + 89 * DAY - 1, 0 },
		{ "89 days", one, 1, AUTHCODE_KEYS_TEND, T0 + 89 * DAY, T0 + 90 * DAY },
		{ "late: never without a publish time", one, 1, AUTHCODE_KEYS_TEND, T0 + 200 * DAY,
		  T0 + 201 * DAY },
		{ "the next is there", two, 2, AUTHCODE_KEYS_TEND, T0 + 89 * DAY, 0 },
		{ "the next has begun", two, 2, AUTHCODE_KEYS_TEND, T0 + 90 * DAY, 0 },
		{ "and has its own time", two, 2, AUTHCODE_KEYS_TEND, T0 + 179 * DAY - 1, 0 },
		{ "and its own end", two, 2, AUTHCODE_KEYS_TEND, T0 + 179 * DAY, T0 + 180 * DAY },
		{ "rotated", one, 1, AUTHCODE_KEYS_ROTATE, T0, T0 + 2 * HOUR },
		{ "rotated twice", soon, 2, AUTHCODE_KEYS_ROTATE, T0, 0 },
		{ "rotated twice, later", soon, 2, AUTHCODE_KEYS_ROTATE, T0 + 2 * HOUR - 1, 0 },
		{ "rotated again", soon, 2, AUTHCODE_KEYS_ROTATE, T0 + 2 * HOUR, T0 + 4 * HOUR },
		{ "rotated before the next of its own", two, 2, AUTHCODE_KEYS_ROTATE, T0 + 89 * DAY,
		  T0 + 89 * DAY + 2 * HOUR },
		{ "rotated at once", one, 1, AUTHCODE_KEYS_ROTATE_AT_ONCE, T0 + 5, T0 + 5 },
		{ "rotated at once before the next", soon, 2, AUTHCODE_KEYS_ROTATE_AT_ONCE, T0 + 5,
		  T0 + 5 },
		{ "a clock was wrong: nothing signs", ahead, 1, AUTHCODE_KEYS_TEND, T0, T0 },
		{ "a clock was wrong: another signs", old_and_ahead, 2, AUTHCODE_KEYS_TEND, T0, 0 },
		{ "a clock was wrong: the other ends", old_and_ahead, 2, AUTHCODE_KEYS_TEND,
		  T0 + 89 * DAY, T0 + 90 * DAY },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(cases); i++) {
		const struct ac_key_rows rows = { cases[i].rows, cases[i].count };
		int64_t due_ms =
			ac_key_due_ms(&times, &rows, "RS256", cases[i].rotation, cases[i].now_ms);

		if (due_ms != cases[i].due_ms)
			fail_msg("%s: %lld", cases[i].name, (long long)(due_ms - T0));
	}
}

static void
a_key_is_kept_until_the_last_it_has_signed_is_over_in_every_cache(void **state)
{
	static const struct authcode_signing_key keys[] = {
		ROW(1, "RS256", T0),
		ROW(2, "RS256", T0 + 90 * DAY),
		ROW(3, "ES256", T0 + DAY),
		ROW(4, "RS256", T0 + 10 * DAY), /* at once, before the one that was next */
		ROW(5, "ES256", T0 + DAY),      /* within the same moment */
	};
	static const int64_t retire_ms[] = {
		T0 + 10 * DAY + 3 * HOUR, 0, T0 + DAY + 3 * HOUR, T0 + 90 * DAY + 3 * HOUR, 0,
	};
	const struct ac_key_rows rows = { keys, AC_ARRAY_SIZE(keys) };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(keys); i++)
		assert_int_equal(ac_key_retire_ms(&times, &rows, &keys[i]), retire_ms[i]);
}

static void
the_newest_is_the_one_that_was_made_last(void **state)
{
	static const struct authcode_signing_key keys[] = {
		ROW(1, "RS256", T0),
		ROW(7, "RS256", T0 + 1),
		ROW(3, "RS256", T0 + 90 * DAY),
		ROW(8, "ES256", T0),
	};
	const struct ac_key_rows rows = { keys, AC_ARRAY_SIZE(keys) };
	const struct ac_key_rows none = { NULL, 0 };

	(void)state;
	assert_int_equal(ac_key_newest_id(&rows, "RS256"), 7);
	assert_int_equal(ac_key_newest_id(&rows, "ES256"), 8);
	assert_int_equal(ac_key_newest_id(&rows, "EdDSA"), 0);
	assert_int_equal(ac_key_newest_id(&none, "RS256"), 0);
}

/* Counted from when it stopped, where no successor ends it before. */
static void
a_key_that_has_stopped_has_an_end_without_a_successor(void **state)
{
	struct authcode_signing_key keys[] = { ROW(1, "RS256", T0), ROW(2, "RS256", T0 + 9 * DAY) };
	const struct ac_key_rows rows = { keys, AC_ARRAY_SIZE(keys) };

	(void)state;
	keys[0].stopped_ms = keys[1].stopped_ms = T0 + 5 * DAY;
	assert_int_equal(ac_key_retire_ms(&times, &rows, &keys[0]), T0 + 5 * DAY + 3 * HOUR);
	assert_int_equal(ac_key_retire_ms(&times, &rows, &keys[1]), T0 + 5 * DAY + 3 * HOUR);
	keys[0].stopped_ms = T0 + 20 * DAY;
	assert_int_equal(ac_key_retire_ms(&times, &rows, &keys[0]), T0 + 9 * DAY + 3 * HOUR);
}

static void
the_next_is_the_first_that_is_still_to_sign(void **state)
{
	static const struct authcode_signing_key keys[] = {
		ROW(1, "RS256", T0),
		ROW(2, "RS256", T0 + 90 * DAY),
		ROW(3, "ES256", T0 + DAY),
		ROW(4, "RS256", T0 + 10 * DAY),
		ROW(5, "RS256", T0 + 10 * DAY),
	};
	const struct ac_key_rows rows = { keys, AC_ARRAY_SIZE(keys) };

	(void)state;
	assert_ptr_equal(ac_key_next(&rows, "RS256", T0), &keys[3]);
	assert_ptr_equal(ac_key_next(&rows, "RS256", T0 - 1), &keys[0]);
	assert_ptr_equal(ac_key_next(&rows, "RS256", T0 + 10 * DAY), &keys[1]);
	assert_null(ac_key_next(&rows, "RS256", T0 + 90 * DAY));
	assert_null(ac_key_next(&rows, "EdDSA", 0));
}

static void
the_next_change_is_the_first_of_all_that_is_to_come(void **state)
{
	static const struct authcode_signing_key keys[] = { ROW(1, "RS256", T0),
							    ROW(2, "RS256", T0 + 30 * DAY) };
	static const struct {
		const char *name;
		size_t count;
		unsigned signing;
		int64_t now_ms, next_ms;
	} cases[] = {
		{ "none", 0, AC_ALG_BIT(AC_ALG_RS256), T0, INT64_MAX },
		{ "begins to sign", 2, AC_ALG_BIT(AC_ALG_RS256), T0 + DAY, T0 + 30 * DAY },
		{ "is forgotten", 2, AC_ALG_BIT(AC_ALG_RS256), T0 + 30 * DAY,
		  T0 + 30 * DAY + 3 * HOUR },
		{ "needs a successor", 1, AC_ALG_BIT(AC_ALG_RS256), T0, T0 + 89 * DAY },
		{ "is due", 1, AC_ALG_BIT(AC_ALG_RS256), T0 + 89 * DAY, INT64_MAX },
		{ "nothing signs", 1, 0, T0, INT64_MAX },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(cases); i++) {
		const struct ac_key_rows rows = { keys, cases[i].count };
		int64_t next_ms =
			ac_key_next_change_ms(&times, &rows, cases[i].signing, cases[i].now_ms);

		if (next_ms != cases[i].next_ms)
			fail_msg("%s: %lld", cases[i].name, (long long)(next_ms - T0));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_key_is_due_when_the_rows_say_so),
		cmocka_unit_test(a_key_is_kept_until_the_last_it_has_signed_is_over_in_every_cache),
		cmocka_unit_test(the_newest_is_the_one_that_was_made_last),
		cmocka_unit_test(a_key_that_has_stopped_has_an_end_without_a_successor),
		cmocka_unit_test(the_next_is_the_first_that_is_still_to_sign),
		cmocka_unit_test(the_next_change_is_the_first_of_all_that_is_to_come),
	};

	return cmocka_run_group_tests_name("key_schedule", tests, NULL, NULL);
}
