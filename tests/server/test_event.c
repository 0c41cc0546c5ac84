/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The tables of events, fields and reasons, and the numbers of requests (server/event.h,
 * server/txn.h).
 */
#include "server/event.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <authcode/store.h>

#include "server/txn.h"

static void
every_row_has_a_name_words_and_a_meaning_of_its_own(void **state)
{
	(void)state;
	for (size_t i = 0; i < AC_EVENT_COUNT; i++) {
		const struct ac_event_row *row = ac_event_row((enum ac_event)i);

		assert_non_null(row->name);
		assert_int_equal(strspn(row->name, "abcdefghijklmnopqrstuvwxyz_"),
				 strlen(row->name));
		assert_int_equal(strlen(row->id), 32);
		assert_int_equal(strspn(row->id, "0123456789abcdef"), 32);
		assert_true(row->level >= AC_LOG_ERROR && row->level <= AC_LOG_DEBUG);
		assert_int_equal(row->means[strlen(row->means) - 1], '.');
		assert_int_equal(ac_event_from_name(row->name), i);
		for (size_t k = 0; k < i; k++) {
			const struct ac_event_row *other = ac_event_row((enum ac_event)k);

			assert_string_not_equal(row->name, other->name);
			assert_string_not_equal(row->words, other->words);
			assert_string_not_equal(row->id, other->id);
		}
	}
	assert_null(ac_event_row(AC_EVENT_COUNT));
	assert_int_equal(ac_event_from_name("no_such_event"), AC_EVENT_COUNT);
	assert_int_equal(ac_event_from_name(""), AC_EVENT_COUNT);
}

/* The members are texts in the order of the table, so a swapped row would show. */
static void
a_field_is_the_member_of_its_name(void **state)
{
	const struct ac_event_row all = { .fields = UINT64_MAX };
	const struct ac_event_fields fields = {
		.rhost = "1", .user_mac = "2", .kid = "3", .check = "4", .why = "5", .txn = "6"
	};
	static const struct {
		const char *name, *value;
	} table[] = {
		{ "rhost", "1" }, { "user_mac", "2" }, { "kid", "3" },
		{ "check", "4" }, { "why", "5" },      { "txn", "6" },
	};
	size_t i = 0, found = 0;

	(void)state;
	for (; ac_event_field_at(i) != NULL; i++) {
		const char *value = ac_event_value(&all, &fields, i), *expected = NULL;

		for (size_t k = 0; k < AC_ARRAY_SIZE(table); k++) {
			if (strcmp(table[k].name, ac_event_field_at(i)->name) == 0)
				expected = table[k].value;
		}
		found += expected != NULL;
		if (expected == NULL)
			assert_null(value);
		else
			assert_string_equal(value, expected);
	}
	assert_int_equal(found, AC_ARRAY_SIZE(table));
	assert_true(i <= 64);
}

/* What the store calls its records the log has rows for, and both mean the same. */
static void
every_record_of_the_store_has_a_row(void **state)
{
	unsigned found = 0;

	(void)state;
	for (int kind = 1; kind < AUTHCODE_OP_COUNT; kind++) {
		for (int result = 0; result <= AUTHCODE_RESULT_OTHER_KEY; result++) {
			const struct authcode_operation operation = {
				.kind = (enum authcode_operation_kind)kind,
				.result = (enum authcode_result)result,
			};
			const char *name = authcode_audit_event(&operation);

			if (name == NULL)
				continue;
			found++;
			if (ac_event_from_name(name) == AC_EVENT_COUNT)
				fail_msg("%s has no row", name);
			assert_true(result == AUTHCODE_RESULT_DONE ||
				    result == AUTHCODE_RESULT_REUSED);
		}
	}
	assert_true(found >= 19);
}

static void
every_reason_says_what_it_means(void **state)
{
	const struct ac_reason_row *row;
	size_t i = 0;

	(void)state;
	for (; (row = ac_reason_at(i)) != NULL; i++) {
		assert_ptr_equal(ac_reason_find(row->word), row);
		assert_int_equal(row->means[strlen(row->means) - 1], '.');
	}
	assert_true(i > 10 && i < 48);
	assert_null(ac_reason_find("no_such_reason"));
	assert_null(ac_reason_find(""));
}

/* --- numbers of requests --------------------------------------------------------- */

static void
a_number_is_read_as_it_was_written_down(void **state)
{
	const int64_t txn = ac_txn_make(INT64_C(1700000000123), 77);
	char text[AC_TXN_LEN + 1], other[64];
	int64_t read = 0;

	(void)state;
	ac_txn_format(txn, text);
	assert_int_equal(strlen(text), AC_TXN_LEN);
	assert_true(ac_txn_parse(text, &read));
	assert_int_equal(read, txn);
	assert_int_equal(ac_txn_ms(read), INT64_C(1700000000123));
	for (size_t i = 0; i <= AC_TXN_LEN; i++)
		other[i] = (char)toupper((unsigned char)text[i]);
	assert_true(ac_txn_parse(other, &read));
	assert_int_equal(read, txn);
	(void)snprintf(other, sizeof(other), " %.4s-%.4s %s ", text, text + 4, text + 8);
	assert_true(ac_txn_parse(other, &read));
	assert_int_equal(read, txn);
	assert_true(ac_txn_parse("00000000000O1", &read));
	assert_int_equal(read, 1);
	assert_true(ac_txn_parse("000000000000L", &read));
	assert_int_equal(read, 1);
	assert_true(ac_txn_parse("7zzzzzzzzzzzz", &read));
	assert_int_equal(read, INT64_MAX);
}

static void
what_is_no_number_is_refused(void **state)
{
	static const char *const table[] = {
		"",
		"0000000000000",
		"8000000000000", /* 64 bits */
		"zzzzzzzzzzzzz",
		"123456789abc",   /* 12 */
		"123456789abcde", /* 14 */
		"123456789abcu",  /* no digit */
		"123456789ab_c",
		"123456789abc\n",
		"123456789ab\xc3\xa4",
	};
	int64_t read = 42;

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(table); i++) {
		if (ac_txn_parse(table[i], &read))
			fail_msg("\"%s\" was taken", table[i]);
		assert_int_equal(read, 42);
	}
}

static void
numbers_of_one_moment_differ(void **state)
{
	char text[AC_TXN_LEN + 1];

	(void)state;
	assert_int_not_equal(ac_txn_make(5, 1), ac_txn_make(5, 2));
	assert_int_equal(ac_txn_make(5, 1u << 21), ac_txn_make(5, 0));
	assert_int_equal(ac_txn_ms(ac_txn_make(5, UINT32_MAX)), 5);
	ac_txn_format(0, text);
	assert_string_equal(text, "");
	ac_txn_format(-1, text);
	assert_string_equal(text, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_has_a_name_words_and_a_meaning_of_its_own),
		cmocka_unit_test(a_field_is_the_member_of_its_name),
		cmocka_unit_test(every_record_of_the_store_has_a_row),
		cmocka_unit_test(every_reason_says_what_it_means),
		cmocka_unit_test(a_number_is_read_as_it_was_written_down),
		cmocka_unit_test(what_is_no_number_is_refused),
		cmocka_unit_test(numbers_of_one_moment_differ),
	};

	return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
