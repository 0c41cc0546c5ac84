/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * jose/json_text.h
 */
#include "jose/json_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"

static void
an_object_is_parsed(void **state)
{
	static const char text[] =
		" {\"a\":\"b\",\"c\":[1,{\"d\":null}],\"e\":\"\\\"{[:\\\\\"}\r\n";
	json_t *object = ac_json_parse(text, sizeof(text) - 1, sizeof(text));
	const char *value = "untouched";

	(void)state;
	assert_non_null(object);
	assert_string_equal(ac_json_text(object, "a"), "b");
	assert_string_equal(ac_json_text(object, "e"), "\"{[:\\");
	assert_null(ac_json_text(object, "c"));
	assert_null(ac_json_text(object, "x"));
	assert_false(ac_json_optional_text(object, "c", &value));
	assert_string_equal(value, "untouched");
	assert_true(ac_json_optional_text(object, "x", &value));
	assert_null(value);
	assert_true(ac_json_optional_text(object, "a", &value));
	assert_string_equal(value, "b");
	json_decref(object);
}

#define TEXT(text)                                                                                 \
	{                                                                                          \
		text, sizeof(text) - 1                                                             \
	}

static void
what_can_be_read_in_two_ways_is_refused(void **state)
{
	static const struct {
		const char *text;
		size_t len;
	} rows[] = {
		TEXT(""),
		TEXT("{"),
		TEXT("{}}"),
		TEXT("{} {}"),
		TEXT("null"),
		TEXT("\"text\""),
		TEXT("1"),
		TEXT("[]"),
		TEXT("[{}]"),
		TEXT("{\"a\":1,\"a\":1}"),
		TEXT("{\"a\":1,\"\\u0061\":2}"),
		TEXT("{\"o\":{\"a\":1,\"a\":2}}"),
		TEXT("{a:1}"),
		TEXT("{'a':1}"),
		TEXT("{\"a\":1,}"),
		TEXT("{\"a\":1} x"),
		TEXT("{\"a\":\"\\u0000\"}"),
		TEXT("{\"a\\u0000b\":1}"),
		TEXT("{\"a\":\"\0\"}"),
		TEXT("{\"a\":1}\0"),
		TEXT("\xef\xbb\xbf{}"),
		TEXT("{\"a\":\"\xff\"}"),
		TEXT("{\"a\":\"\xc0\x80\"}"),
		TEXT("{\"a\":\"\xed\xa0\x80\"}"),
		TEXT("{\"a\":\"\\ud800\"}"),
		TEXT("{\"a\":\"\n\"}"),
		TEXT("{\"a\":9223372036854775808}"),
		TEXT("{\"a\":-9223372036854775809}"),
		TEXT("{\"a\":99999999999999999999999999}"),
		TEXT("{\"a\":1e999}"),
		TEXT("{\"a\":01}"),
		TEXT("{\"a\":+1}"),
		TEXT("{\"a\":0x10}"),
		TEXT("{\"a\":NaN}"),
		TEXT("{\"a\":Infinity}"),
		TEXT("/**/{}"),
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		json_t *object = ac_json_parse(rows[i].text, rows[i].len, 1000);

		if (object != NULL)
			fail_msg("row %zu: %s", i, rows[i].text);
	}
}

/* depth containers, one in the other */
static bool
parses_at_depth(int depth, bool arrays)
{
	char text[8192] = "{\"a\":";
	size_t len = strlen(text);
	json_t *object;

	for (int i = 1; i < depth; i++) {
		const char *open = arrays ? "[" : "{\"a\":";

		memcpy(text + len, open, strlen(open));
		len += strlen(open);
	}
	text[len++] = '1';
	for (int i = 1; i < depth; i++)
		text[len++] = arrays ? ']' : '}';
	text[len++] = '}';
	object = ac_json_parse(text, len, sizeof(text));
	json_decref(object);
	return object != NULL;
}

static void
depth_is_bounded(void **state)
{
	(void)state;
	assert_true(parses_at_depth(1, false));
	assert_true(parses_at_depth(AC_MAX_JSON_DEPTH, false));
	assert_true(parses_at_depth(AC_MAX_JSON_DEPTH, true));
	assert_false(parses_at_depth(AC_MAX_JSON_DEPTH + 1, false));
	assert_false(parses_at_depth(AC_MAX_JSON_DEPTH + 1, true));
	assert_false(parses_at_depth(1000, false));
}

static bool
parses_with_members(unsigned count)
{
	static char text[AC_MAX_JWKS];
	size_t len = 0;
	json_t *object;

	for (unsigned i = 0; i < count; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%c\"m%u\":\"::\"",
					i == 0 ? '{' : ',', i);
	text[len++] = '}';
	object = ac_json_parse(text, len, sizeof(text));
	json_decref(object);
	return object != NULL;
}

static void
members_are_bounded(void **state)
{
	(void)state;
	assert_true(parses_with_members(AC_MAX_JSON_MEMBERS));
	assert_false(parses_with_members(AC_MAX_JSON_MEMBERS + 1));
}

static void
length_is_bounded(void **state)
{
	static const char text[] = "{\"a\":1}";

	(void)state;
	for (size_t max = 0; max < sizeof(text) - 1; max++)
		assert_null(ac_json_parse(text, sizeof(text) - 1, max));
	for (size_t len = 0; len < sizeof(text) - 1; len++)
		assert_null(ac_json_parse(text, len, sizeof(text)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_object_is_parsed),
		cmocka_unit_test(what_can_be_read_in_two_ways_is_refused),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(members_are_bounded),
		cmocka_unit_test(length_is_bounded),
	};

	return cmocka_run_group_tests_name("json_text", tests, NULL, NULL);
}
