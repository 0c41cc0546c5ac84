/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/json_out.h
 */
#include "server/json_out.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

static void
members_stand_between_commas(void **state)
{
	struct ac_buf buf;
	struct ac_json_out out = { .buf = &buf };

	(void)state;
	ac_buf_init(&buf, 1024);
	ac_out_open(&out, NULL, '{');
	ac_out_text(&out, "a", "x");
	ac_out_open(&out, "rows", '[');
	for (int i = 0; i < 2; i++) {
		ac_out_open(&out, NULL, '{');
		ac_out_int(&out, "n", i);
		ac_out_close(&out, '}');
	}
	ac_out_close(&out, ']');
	ac_out_open(&out, "none", '[');
	ac_out_close(&out, ']');
	ac_out_bool(&out, "yes", true);
	ac_out_bool(&out, "no", false);
	ac_out_close(&out, '}');
	assert_string_equal(ac_buf_text(&buf), "{\"a\":\"x\",\"rows\":[{\"n\":0},{\"n\":1}],"
					       "\"none\":[],\"yes\":true,\"no\":false}");
	ac_buf_clear(&buf);
}

static void
what_is_absent_is_left_out(void **state)
{
	struct ac_buf buf;
	struct ac_json_out out = { .buf = &buf };

	(void)state;
	ac_buf_init(&buf, 1024);
	ac_out_open(&out, NULL, '{');
	ac_out_key(&out, "key", 0);
	ac_out_time(&out, "time", 0);
	ac_out_optional(&out, "text", "");
	ac_out_key(&out, "id", INT64_MAX);
	ac_out_time(&out, "at", 1999);
	ac_out_words(&out, "words", "  a b  c ", ' ');
	ac_out_words(&out, "empty", "", '\n');
	ac_out_close(&out, '}');
	assert_string_equal(ac_buf_text(&buf), "{\"id\":\"9223372036854775807\",\"at\":1,"
					       "\"words\":[\"a\",\"b\",\"c\"],\"empty\":[]}");
	ac_buf_clear(&buf);
}

/* Whatever a text is, a parser reads what was meant. */
static void
texts_are_escaped(void **state)
{
	static const struct {
		const char *text, *read;
	} rows[] = {
		{ "\"},{\"a\":\"", "\"},{\"a\":\"" },
		{ "a\\b", "a\\b" },
		{ "\b\t\n\x1f\x7f", "\b\t\n\x1f\x7f" },
		{ "Jos\xc3\xa9", "Jos\xc3\xa9" },
		{ "\xff\xc0\xaf"
		  "a",
		  "???a" },
		{ "\xe2\x82", "??" },
		{ "</script>", "</script>" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct ac_buf buf;
		struct ac_json_out out = { .buf = &buf };
		json_t *read;

		ac_buf_init(&buf, 1024);
		ac_out_open(&out, NULL, '{');
		ac_out_text(&out, "t", rows[i].text);
		ac_out_close(&out, '}');
		read = json_loadb(ac_buf_text(&buf), buf.len, JSON_REJECT_DUPLICATES, NULL);
		if (read == NULL)
			fail_msg("row %zu: %s", i, ac_buf_text(&buf));
		assert_int_equal(json_object_size(read), 1);
		assert_string_equal(json_string_value(json_object_get(read, "t")), rows[i].read);
		json_decref(read);
		ac_buf_clear(&buf);
	}
}

static void
what_does_not_fit_is_told(void **state)
{
	struct ac_buf buf;
	struct ac_json_out out = { .buf = &buf };

	(void)state;
	ac_buf_init(&buf, 8);
	ac_out_text(&out, NULL, "longer than that");
	assert_false(ac_buf_ok(&buf));
	ac_buf_clear(&buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_stand_between_commas),
		cmocka_unit_test(what_is_absent_is_left_out),
		cmocka_unit_test(texts_are_escaped),
		cmocka_unit_test(what_does_not_fit_is_told),
	};

	return cmocka_run_group_tests_name("json_out", tests, NULL, NULL);
}
