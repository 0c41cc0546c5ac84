/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * base/form.h: application/x-www-form-urlencoded (RFC 6749 App. B).
 */
#include "base/form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"

static struct authcode_arena *arena;

static int
open_arena(void **state)
{
	(void)state;
	return authcode_arena_new(AC_MAX_ARENA, &arena) == AUTHCODE_OK ? 0 : -1;
}

static int
close_arena(void **state)
{
	(void)state;
	authcode_arena_free(&arena);
	return 0;
}

static enum authcode_err
decode(const char *text, size_t len, struct ac_params *params)
{
	return ac_form_decode(arena, text, len, AC_FROM_BODY, params);
}

static void
pairs_come_in_order(void **state)
{
	static const char text[] = "a=1&b=%2Fx+y&c&=z&&a=2";
	static const struct {
		const char *name, *value;
	} expected[] = {
		{ "a", "1" }, { "b", "/x y" }, { "c", "" }, { "", "z" }, { "a", "2" },
	};
	struct ac_params params = { 0 };

	(void)state;
	assert_int_equal(ac_form_decode(arena, text, sizeof(text) - 1, AC_FROM_QUERY, &params),
			 AUTHCODE_OK);
	assert_int_equal(params.count, AC_ARRAY_SIZE(expected));
	for (size_t i = 0; i < AC_ARRAY_SIZE(expected); i++) {
		assert_string_equal(params.list[i].name, expected[i].name);
		assert_string_equal(params.list[i].value, expected[i].value);
		assert_int_equal(params.list[i].value_len, strlen(expected[i].value));
		assert_int_equal(params.list[i].origin, AC_FROM_QUERY);
	}
}

/* RFC 6749 §3.1: a parameter without a value counts as omitted. */
static void
an_empty_value_counts_as_omitted(void **state)
{
	static const char text[] = "c&d=&a=&a=1&a=2&e==";
	struct ac_params params = { 0 };

	(void)state;
	assert_int_equal(decode(text, sizeof(text) - 1, &params), AUTHCODE_OK);
	assert_null(ac_params_get(&params, "c"));
	assert_null(ac_params_get(&params, "d"));
	assert_null(ac_params_get(&params, "absent"));
	assert_int_equal(ac_params_count(&params, "c"), 0);
	assert_string_equal(ac_params_get(&params, "a"), "1");
	assert_int_equal(ac_params_count(&params, "a"), 2);
	assert_string_equal(ac_params_get(&params, "e"), "=");
}

static void
query_and_body_are_one_list(void **state)
{
	struct ac_params params = { 0 };

	(void)state;
	assert_int_equal(ac_form_decode(arena, "a=1", 3, AC_FROM_QUERY, &params), AUTHCODE_OK);
	assert_int_equal(ac_form_decode(arena, "", 0, AC_FROM_BODY, &params), AUTHCODE_OK);
	assert_int_equal(ac_form_decode(arena, "a=2", 3, AC_FROM_BODY, &params), AUTHCODE_OK);
	assert_int_equal(params.count, 2);
	assert_int_equal(params.list[0].origin, AC_FROM_QUERY);
	assert_int_equal(params.list[1].origin, AC_FROM_BODY);
	assert_int_equal(ac_params_count(&params, "a"), 2);
}

static void
separators_alone_are_nothing(void **state)
{
	struct ac_params params = { 0 };

	(void)state;
	assert_int_equal(decode("&&&", 3, &params), AUTHCODE_OK);
	assert_int_equal(params.count, 0);
	assert_int_equal(decode(NULL, 0, &params), AUTHCODE_OK);
	assert_int_equal(params.count, 0);
}

struct row {
	const char *name, *data;
	size_t len;
};
#define ROW(name, data)                                                                            \
	{                                                                                          \
		name, data, sizeof(data) - 1                                                       \
	}

static void
malformed_input_is_an_error_and_changes_nothing(void **state)
{
	static const struct row rows[] = {
		ROW("percent alone", "a=%"),
		ROW("one digit", "a=%4"),
		ROW("no hex", "a=%4g"),
		ROW("no hex first", "a=%g4"),
		ROW("escape cut by a pair", "a=%4&1=b"),
		ROW("escape cut by a value", "a%4=1"),
		ROW("percent in the name", "%=1"),
		ROW("sign", "a=%+1"),
		ROW("%00", "a=%00"),
		ROW("%00 in the name", "a%00b=1"),
		ROW("raw NUL", "a=b\0c"),
		ROW("raw NUL in the name", "a\0=c"),
		ROW("overlong", "a=%C0%AF"),
		ROW("surrogate", "a=%ED%A0%80"),
		ROW("cut sequence", "a=%C3&b=1"),
		ROW("raw bad byte", "a=\xff"),
		ROW("bad name", "%FF=a"),
		ROW("bad last pair", "a=1&b=2&c=%"),
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct ac_params params = { NULL, 0 };

		if (decode(rows[i].data, rows[i].len, &params) != AUTHCODE_ERR_SYNTAX)
			fail_msg("%s: accepted", rows[i].name);
		assert_null(params.list);
		assert_int_equal(params.count, 0);
	}
}

static void
limits_hold_to_the_byte(void **state)
{
	static char text[AC_MAX_PARAM_VALUE + 64];
	struct ac_params params = { 0 };

	(void)state;
	memset(text, 'n', AC_MAX_PARAM_NAME + 1);
	assert_int_equal(decode(text, AC_MAX_PARAM_NAME, &params), AUTHCODE_OK);
	assert_int_equal(decode(text, AC_MAX_PARAM_NAME + 1, &params), AUTHCODE_ERR_LIMIT);
	assert_int_equal(params.count, 1);

	memset(text, 'v', sizeof(text));
	memcpy(text, "a=", 2);
	assert_int_equal(decode(text, 2 + AC_MAX_PARAM_VALUE, &params), AUTHCODE_OK);
	assert_int_equal(decode(text, 3 + AC_MAX_PARAM_VALUE, &params), AUTHCODE_ERR_LIMIT);
	assert_int_equal(params.count, 2);
	assert_int_equal(params.list[1].value_len, AC_MAX_PARAM_VALUE);
}

static void
parameters_are_counted_over_query_and_body(void **state)
{
	char text[2 * AC_MAX_PARAMS + 2];
	struct ac_params params = { 0 };
	const size_t half = AC_MAX_PARAMS / 2;

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = i % 2 == 0 ? 'a' : '&';
	assert_int_equal(decode(text, 2 * AC_MAX_PARAMS + 1, &params), AUTHCODE_ERR_LIMIT);
	assert_int_equal(decode(text, 2 * half, &params), AUTHCODE_OK);
	assert_int_equal(decode(text, 2 * half + 1, &params), AUTHCODE_ERR_LIMIT);
	assert_int_equal(params.count, half);
	assert_int_equal(decode(text, 2 * half, &params), AUTHCODE_OK);
	assert_int_equal(params.count, AC_MAX_PARAMS);
	assert_int_equal(decode("&&", 2, &params), AUTHCODE_OK);
	assert_int_equal(decode("a", 1, &params), AUTHCODE_ERR_LIMIT);
}

static void
failing_memory_is_told_from_bad_input(void **state)
{
	struct authcode_arena *small = NULL;
	struct ac_params params = { 0 };
	const char *value = NULL;

	(void)state;
	assert_int_equal(authcode_arena_new(16, &small), AUTHCODE_OK);
	assert_int_equal(ac_form_decode(small, "a=1", 3, AC_FROM_BODY, &params),
			 AUTHCODE_ERR_MEMORY);
	assert_int_equal(ac_form_decode_value(small, "12345678901234567", 17, &value),
			 AUTHCODE_ERR_MEMORY);
	assert_null(value);
	authcode_arena_free(&small);

	assert_int_equal(authcode_arena_new(AC_MAX_PARAMS * sizeof(struct ac_param), &small),
			 AUTHCODE_OK);
	assert_int_equal(ac_form_decode(small, "a=1", 3, AC_FROM_BODY, &params),
			 AUTHCODE_ERR_MEMORY);
	assert_int_equal(params.count, 0);
	authcode_arena_free(&small);
}

/* RFC 6749 App. B: " %&+£€" */
static void
the_example_of_rfc_6749_holds_both_ways(void **state)
{
	static const char plain[] = " %&+\xc2\xa3\xe2\x82\xac";
	static const char encoded[] = "+%25%26%2B%C2%A3%E2%82%AC";
	const char *value = NULL;
	struct ac_buf buf;

	(void)state;
	assert_int_equal(ac_form_decode_value(arena, encoded, sizeof(encoded) - 1, &value),
			 AUTHCODE_OK);
	assert_string_equal(value, plain);
	ac_buf_init(&buf, 100);
	ac_form_put(&buf, "a", plain);
	assert_string_equal(ac_buf_text(&buf), "a=%20%25%26%2B%C2%A3%E2%82%AC");
	ac_buf_clear(&buf);
}

static void
single_values_are_as_strict(void **state)
{
	static const struct row rows[] = {
		ROW("cut", "a%"),
		ROW("NUL", "%00"),
		ROW("raw NUL", "a\0"),
		ROW("not UTF-8", "%80"),
	};
	const char *value = NULL;

	(void)state;
	assert_int_equal(ac_form_decode_value(arena, "", 0, &value), AUTHCODE_OK);
	assert_string_equal(value, "");
	assert_int_equal(ac_form_decode_value(arena, "a%3Ab+c&d=e", 11, &value), AUTHCODE_OK);
	assert_string_equal(value, "a:b c&d=e");
	value = NULL;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		if (ac_form_decode_value(arena, rows[i].data, rows[i].len, &value) !=
			    AUTHCODE_ERR_SYNTAX ||
		    value != NULL)
			fail_msg("%s: accepted", rows[i].name);
	}
	assert_int_equal(ac_form_decode_value(arena, "a", SIZE_MAX, &value), AUTHCODE_ERR_MEMORY);
}

static void
every_character_survives_encoding(void **state)
{
	char plain[128];
	struct ac_params params = { 0 };
	struct ac_buf buf;

	(void)state;
	for (int c = 1; c < 128; c++)
		plain[c - 1] = (char)c;
	plain[127] = '\0';
	ac_buf_init(&buf, 1000);
	ac_form_put(&buf, plain, plain);
	ac_form_put(&buf, "x", "");
	assert_true(ac_buf_ok(&buf));
	assert_int_equal(decode(buf.data, buf.len, &params), AUTHCODE_OK);
	assert_int_equal(params.count, 2);
	assert_string_equal(params.list[0].name, plain);
	assert_string_equal(params.list[0].value, plain);
	assert_string_equal(params.list[1].name, "x");
	ac_buf_clear(&buf);
}

static void
a_separator_is_put_where_one_is_needed(void **state)
{
	static const struct {
		const char *before, *after;
	} rows[] = {
		{ "", "a=b" },
		{ "c=d", "c=d&a=b" },
		{ "c=d&", "c=d&a=b" },
		{ "https://x/?", "https://x/?a=b" },
		{ "https://x/?c", "https://x/?c&a=b" },
		{ "https://x/?c=d&", "https://x/?c=d&a=b" },
		{ "https://x/?c=?", "https://x/?c=?&a=b" },
		{ "https://x/??", "https://x/??&a=b" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct ac_buf buf;

		ac_buf_init(&buf, 100);
		ac_buf_puts(&buf, rows[i].before);
		ac_form_put(&buf, "a", "b");
		assert_string_equal(ac_buf_text(&buf), rows[i].after);
		ac_buf_clear(&buf);
	}
}

static void
a_full_buffer_fails_and_keeps_its_bound(void **state)
{
	struct ac_buf buf;

	(void)state;
	ac_buf_init(&buf, 5);
	ac_form_put(&buf, "a", "%%");
	assert_false(ac_buf_ok(&buf));
	assert_true(buf.len <= 5);
	ac_form_put(&buf, "b", "c");
	assert_false(ac_buf_ok(&buf));
	ac_buf_clear(&buf);
}

static void
a_repeated_name_is_named_unless_it_may_repeat(void **state)
{
	static const char *const resource[] = { "resource" };
	static const struct {
		const char *form;
		const char *strict;  /* nothing may repeat */
		const char *lenient; /* resource may */
	} rows[] = {
		{ "", NULL, NULL },
		{ "a=1&b=2", NULL, NULL },
		{ "a=1&b=2&a=1", "a", "a" },
		{ "a=1&a=", NULL, NULL }, /* without a value it was not sent */
		{ "resource=1&resource=2", "resource", NULL },
		{ "resource=1&b=1&b=2&resource=2", "resource", "b" },
		{ "a=1&%61=2", "a", "a" },
		{ "a=1&A=2", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct ac_params params = { 0 };
		const char *name;

		print_message("# %s\n", rows[i].form);
		assert_int_equal(decode(rows[i].form, strlen(rows[i].form), &params), AUTHCODE_OK);
		name = ac_params_repeated(&params, NULL, 0);
		assert_string_equal(name != NULL ? name : "-",
				    rows[i].strict != NULL ? rows[i].strict : "-");
		name = ac_params_repeated(&params, resource, 1);
		assert_string_equal(name != NULL ? name : "-",
				    rows[i].lenient != NULL ? rows[i].lenient : "-");
	}
}

static void
only_the_form_type_is_the_form_type(void **state)
{
	static const struct {
		const char *type;
		bool form;
	} rows[] = {
		{ "application/x-www-form-urlencoded", true },
		{ "Application/X-WWW-Form-URLencoded", true },
		{ "application/x-www-form-urlencoded;charset=UTF-8", true },
		{ "application/x-www-form-urlencoded ; charset=UTF-8", true },
		{ NULL, false },
		{ "", false },
		{ "application/x-www-form-urlencode", false },
		{ "application/x-www-form-urlencodedx", false },
		{ "application/x-www-form-urlencoded,text/plain", false },
		{ " application/x-www-form-urlencoded", false },
		{ "application/json", false },
		{ "multipart/form-data; boundary=x", false },
		{ "text/plain; application/x-www-form-urlencoded", false },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		print_message("# %s\n", rows[i].type != NULL ? rows[i].type : "(none)");
		assert_int_equal(ac_form_is_type(rows[i].type), rows[i].form);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(pairs_come_in_order, open_arena, close_arena),
		cmocka_unit_test_setup_teardown(an_empty_value_counts_as_omitted, open_arena,
						close_arena),
		cmocka_unit_test_setup_teardown(query_and_body_are_one_list, open_arena,
						close_arena),
		cmocka_unit_test_setup_teardown(separators_alone_are_nothing, open_arena,
						close_arena),
		cmocka_unit_test_setup_teardown(malformed_input_is_an_error_and_changes_nothing,
						open_arena, close_arena),
		cmocka_unit_test_setup_teardown(limits_hold_to_the_byte, open_arena, close_arena),
		cmocka_unit_test_setup_teardown(parameters_are_counted_over_query_and_body,
						open_arena, close_arena),
		cmocka_unit_test_setup_teardown(a_repeated_name_is_named_unless_it_may_repeat,
						open_arena, close_arena),
		cmocka_unit_test(only_the_form_type_is_the_form_type),
		cmocka_unit_test(failing_memory_is_told_from_bad_input),
		cmocka_unit_test_setup_teardown(the_example_of_rfc_6749_holds_both_ways, open_arena,
						close_arena),
		cmocka_unit_test_setup_teardown(single_values_are_as_strict, open_arena,
						close_arena),
		cmocka_unit_test_setup_teardown(every_character_survives_encoding, open_arena,
						close_arena),
		cmocka_unit_test(a_separator_is_put_where_one_is_needed),
		cmocka_unit_test(a_full_buffer_fails_and_keeps_its_bound),
	};

	return cmocka_run_group_tests_name("form", tests, NULL, NULL);
}
