/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * base/text.h
 */
#include "base/text.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct row {
	const char *name, *data;
	size_t len;
	bool valid, printable;
};
#define ROW(name, data, valid, printable)                                                          \
	{                                                                                          \
		name, data, sizeof(data) - 1, valid, printable                                     \
	}

/* RFC 3629 §3, §4, and the examples of §7 and §10. */
static const struct row rows[] = {
	ROW("empty", "", true, true),
	ROW("ASCII", "plain ~", true, true),
	ROW("NUL", "a\0b", true, false),
	ROW("newline", "a\n", true, false),
	ROW("escape", "\x1b[1m", true, false),
	ROW("DEL", "\x7f", true, false),
	ROW("smallest of two bytes", "\xc2\x80", true, false),
	ROW("last C1 control", "\xc2\x9f", true, false),
	ROW("no-break space", "\xc2\xa0", true, true),
	ROW("largest of two bytes", "\xdf\xbf", true, true),
	ROW("smallest of three bytes", "\xe0\xa0\x80", true, true),
	ROW("before the surrogates", "\xed\x9f\xbf", true, true),
	ROW("after the surrogates", "\xee\x80\x80", true, true),
	ROW("largest of three bytes", "\xef\xbf\xbf", true, true),
	ROW("smallest of four bytes", "\xf0\x90\x80\x80", true, true),
	ROW("largest of all", "\xf4\x8f\xbf\xbf", true, true),
	ROW("not identical to alpha", "A\xe2\x89\xa2\xce\x91.", true, true),
	ROW("hangugeo", "\xed\x95\x9c\xea\xb5\xad\xec\x96\xb4", true, true),

	ROW("overlong NUL", "\xc0\x80", false, false),
	ROW("overlong slash", "\xc0\xaf", false, false),
	ROW("overlong of two bytes", "\xc1\xbf", false, false),
	ROW("overlong of three bytes", "\xe0\x9f\xbf", false, false),
	ROW("overlong of four bytes", "\xf0\x8f\xbf\xbf", false, false),
	ROW("first surrogate", "\xed\xa0\x80", false, false),
	ROW("last surrogate", "\xed\xbf\xbf", false, false),
	ROW("surrogate pair", "\xed\xa1\x8c\xed\xbe\xb4", false, false),
	ROW("past U+10FFFF", "\xf4\x90\x80\x80", false, false),
	ROW("f5", "\xf5\x80\x80\x80", false, false),
	ROW("five bytes", "\xf8\x88\x80\x80\x80", false, false),
	ROW("fe", "\xfe", false, false),
	ROW("ff", "\xff", false, false),
	ROW("continuation alone", "\x80", false, false),
	ROW("last continuation alone", "a\xbf", false, false),
	ROW("two bytes cut", "\xc3", false, false),
	ROW("three bytes cut", "a\xe2\x89", false, false),
	ROW("four bytes cut", "\xf0\x90\x80", false, false),
	ROW("continuation missing", "\xc3(", false, false),
	ROW("second continuation missing", "\xe2\x89(", false, false),
	ROW("start in a sequence", "\xe2\xc3\xa9", false, false),
};

static void
utf8_is_valid_as_rfc_3629_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		if (ac_utf8_valid(rows[i].data, rows[i].len) != rows[i].valid)
			fail_msg("%s should be %s", rows[i].name,
				 rows[i].valid ? "valid" : "invalid");
	}
}

static void
controls_are_not_printable(void **state)
{
	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		if (ac_text_printable(rows[i].data, rows[i].len) != rows[i].printable)
			fail_msg("%s should %sbe printable", rows[i].name,
				 rows[i].printable ? "" : "not ");
	}
}

static void
words_are_found_whole(void **state)
{
	static const struct {
		const char *list, *word;
		bool found;
	} words[] = {
		{ "a b c", "a", true },
		{ "a b c", "c", true },
		{ "  a  b ", "b", true },
		{ "abc", "abc", true },
		{ "abc", "ab", false },
		{ "ab c", "abc", false },
		{ "a b", "a b", false },
		{ "", "a", false },
		{ "a", "", false },
		{ " ", "", false },
		{ "A", "a", false },
		{ "a\tb", "b", false },
		{ NULL, "a", false },
		{ "a", NULL, false },
		{ NULL, NULL, false },
		{ "xa", "a", false },
		{ "groups2", "groups", false },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(words); i++) {
		if (ac_words_contain(words[i].list, words[i].word) != words[i].found)
			fail_msg("row %zu", i);
	}
}

static void
numbers_are_plain_decimal_within_their_maximum(void **state)
{
	static const struct {
		const char *text;
		uint64_t max;
		bool ok;
		uint64_t value;
	} numbers[] = {
		{ "0", 0, true, 0 },
		{ "7", 7, true, 7 },
		{ "18446744073709551615", UINT64_MAX, true, UINT64_MAX },
		{ "8", 7, false, 0 },
		{ "18446744073709551616", UINT64_MAX, false, 0 },
		{ "18446744073709551620", UINT64_MAX, false, 0 },
		{ "99999999999999999999", UINT64_MAX, false, 0 },
		{ "", 9, false, 0 },
		{ "00", 9, false, 0 },
		{ "01", 9, false, 0 },
		{ "+1", 9, false, 0 },
		{ "-1", 9, false, 0 },
		{ " 1", 9, false, 0 },
		{ "1 ", 9, false, 0 },
		{ "0x1", 9, false, 0 },
		{ "1e0", 9, false, 0 },
		{ "\xd9\xa1", 9, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(numbers); i++) {
		uint64_t value = 77;

		if (ac_parse_u64(numbers[i].text, numbers[i].max, &value) != numbers[i].ok)
			fail_msg("\"%s\" should be %s", numbers[i].text,
				 numbers[i].ok ? "accepted" : "refused");
		assert_int_equal(value, numbers[i].ok ? numbers[i].value : 77);
	}
}

static void
numbers_are_written_as_printf_writes_them(void **state)
{
	static const int64_t numbers[] = {
		0,         1,         9,
		10,        99,        100,
		-1,        -10,       1234567890,
		INT32_MAX, INT32_MIN, INT64_MAX - 1,
		INT64_MAX, INT64_MIN, INT64_MIN + 1,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		char expected[32], text[AC_I64_TEXT];
		const int len = snprintf(expected, sizeof(expected), "%" PRId64, numbers[i]);

		memset(text, 'x', sizeof(text));
		assert_int_equal(ac_format_i64(numbers[i], text), len);
		assert_string_equal(text, expected);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf8_is_valid_as_rfc_3629_says),
		cmocka_unit_test(controls_are_not_printable),
		cmocka_unit_test(words_are_found_whole),
		cmocka_unit_test(numbers_are_plain_decimal_within_their_maximum),
		cmocka_unit_test(numbers_are_written_as_printf_writes_them),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
