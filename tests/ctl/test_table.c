/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * ctl/table.h
 */
#include "ctl/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define OVERRIDE "\xe2\x80\xae" /* U+202E: what follows is written from right to left */

static void
strangers_texts_are_no_orders(void **state)
{
	static const struct {
		const char *text, *shown;
	} rows[] = {
		{ "", "" },
		{ "plain ~", "plain ~" },
		{ "Jos\xc3\xa9 \xe6\x9d\x8e \xf0\x9f\x94\x91",
		  "Jos\xc3\xa9 \xe6\x9d\x8e \xf0\x9f\x94\x91" },
		{ "\x1b[2J\x1b]0;x\x07", "?[2J?]0;x?" },
		{ "a\nb\tc\rd", "a?b?c?d" },
		{ "\x7f", "?" },
		{ "\xc2\x9b"
		  "1m",
		  "?1m" }, /* CSI as one character of C1 */
		{ "a\xc2\xa0z", "a\xc2\xa0z" },
		{ OVERRIDE "nimda", "?nimda" },
		{ "\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c\xe2\x81\xa6\xe2\x81\xa9", "?????" },
		{ "\xe2\x80\xa6\xe2\x81\xaa", "\xe2\x80\xa6\xe2\x81\xaa" },
		{ "\xff\xfe", "??" },
		{ "\xe2\x82", "??" }, /* cut off */
		{ "\xc0\xaf", "??" },
		{ "\xed\xa0\x80", "???" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct ac_buf buf;

		ac_buf_init(&buf, 256);
		ac_ctl_put_safe(&buf, rows[i].text);
		assert_true(ac_buf_ok(&buf));
		assert_string_equal(ac_buf_text(&buf), rows[i].shown);
		ac_buf_clear(&buf);
	}
}

static char *
printed(const struct ac_ctl_table *table)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	assert_true(ac_ctl_table_print(table, out));
	assert_int_equal(fclose(out), 0);
	return text;
}

static void
columns_are_as_wide_as_their_widest_cell(void **state)
{
	static const char *const headings[] = { "WHO", "A", "LAST" };
	struct ac_ctl_table table;
	char *text;

	(void)state;
	ac_ctl_table_init(&table, headings, AC_ARRAY_SIZE(headings));
	ac_ctl_table_text(&table, "Jos\xc3\xa9");
	ac_ctl_table_text(&table, NULL);
	ac_ctl_table_text(&table, "");
	ac_ctl_table_text(&table, "a");
	ac_ctl_table_text(&table, "wide\x1bone");
	ac_ctl_table_text(&table, "the last one is not padded");
	text = printed(&table);
	assert_string_equal(text, "WHO   A         LAST\n"
				  "Jos\xc3\xa9  -         -\n"
				  "a     wide?one  the last one is not padded\n");
	free(text);
	ac_ctl_table_clear(&table);
}

static void
an_empty_table_has_its_headings(void **state)
{
	static const char *const headings[] = { "ID", "USER" };
	struct ac_ctl_table table;
	char *text;

	(void)state;
	ac_ctl_table_init(&table, headings, AC_ARRAY_SIZE(headings));
	text = printed(&table);
	assert_string_equal(text, "ID  USER\n");
	free(text);
	ac_ctl_table_clear(&table);
}

static void
times_are_local(void **state)
{
	static const char *const headings[] = { "T", "U" };
	struct ac_ctl_table table;
	char *text;

	(void)state;
	assert_int_equal(setenv("TZ", "XST-5:30", 1), 0);
	tzset();
	ac_ctl_table_init(&table, headings, AC_ARRAY_SIZE(headings));
	ac_ctl_table_time(&table, 1700000000);
	ac_ctl_table_time(&table, 0);
	text = printed(&table);
	assert_string_equal(text, "T                 U\n2023-11-15 03:43  -\n");
	free(text);
	ac_ctl_table_clear(&table);
}

static void
members_of_json_are_cells(void **state)
{
	static const char *const headings[] = { "1", "2", "3", "4", "5", "6", "7", "8" };
	json_t *object = json_pack("{s:s, s:I, s:b, s:b, s:[s,s], s:n, s:{}}", "text", "a\033b",
				   "number", (json_int_t)7, "yes", 1, "no", 0, "words", "openid",
				   "profile", "null", "object");
	struct ac_ctl_table table;
	char *text;

	(void)state;
	assert_non_null(object);
	ac_ctl_table_init(&table, headings, AC_ARRAY_SIZE(headings));
	ac_ctl_table_member(&table, object, "text");
	ac_ctl_table_member(&table, object, "number");
	ac_ctl_table_member(&table, object, "yes");
	ac_ctl_table_member(&table, object, "no");
	ac_ctl_table_member(&table, object, "null");
	ac_ctl_table_member(&table, object, "object");
	ac_ctl_table_member_time(&table, object, "absent");
	ac_ctl_table_member(&table, object, "words");
	text = printed(&table);
	assert_string_equal(text, "1    2  3    4   5  6  7  8\n"
				  "a?b  7  yes  no  -  -  -  openid profile\n");
	free(text);
	ac_ctl_table_clear(&table);
	json_decref(object);
}

static void
half_a_row_is_not_printed(void **state)
{
	static const char *const headings[] = { "A", "B" };
	struct ac_ctl_table table;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_non_null(out);
	ac_ctl_table_init(&table, headings, AC_ARRAY_SIZE(headings));
	ac_ctl_table_text(&table, "alone");
	assert_false(ac_ctl_table_print(&table, out));
	assert_int_equal(fclose(out), 0);
	assert_string_equal(text, "");
	free(text);
	ac_ctl_table_clear(&table);
}

static void
one_thing_is_shown_by_names(void **state)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_non_null(out);
	assert_int_equal(setenv("TZ", "UTC0", 1), 0);
	tzset();
	ac_ctl_show_text(out, "user", "al\nice");
	ac_ctl_show_text(out, "scope", "");
	ac_ctl_show_text(out, "scope", NULL);
	ac_ctl_show_time(out, "since", 1700000000);
	ac_ctl_show_time(out, "until", 0);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(text, "user           al?ice\n"
				  "since          2023-11-14 22:13\n");
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strangers_texts_are_no_orders),
		cmocka_unit_test(columns_are_as_wide_as_their_widest_cell),
		cmocka_unit_test(an_empty_table_has_its_headings),
		cmocka_unit_test(times_are_local),
		cmocka_unit_test(members_of_json_are_cells),
		cmocka_unit_test(half_a_row_is_not_printed),
		cmocka_unit_test(one_thing_is_shown_by_names),
	};

	return cmocka_run_group_tests_name("ctl/table", tests, NULL, NULL);
}
