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
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"

static json_t *
parse(const char *text, size_t len, size_t max)
{
	json_t *object = NULL;
	enum authcode_err err = ac_json_parse(text, len, max, &object);

	assert_int_equal(err, object != NULL ? AUTHCODE_OK : AUTHCODE_ERR_SYNTAX);
	return object;
}

static void
an_object_is_parsed(void **state)
{
	static const char text[] =
		" {\"a\":\"b\",\"c\":[1,{\"d\":null}],\"e\":\"\\\"{[:\\\\\"}\r\n";
	json_t *object = parse(text, sizeof(text) - 1, sizeof(text));
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
		json_t *object = parse(rows[i].text, rows[i].len, 1000);

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
	object = parse(text, len, sizeof(text));
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
	object = parse(text, len, sizeof(text));
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
		assert_null(parse(text, sizeof(text) - 1, max));
	for (size_t len = 0; len < sizeof(text) - 1; len++)
		assert_null(parse(text, len, sizeof(text)));
}

static int allocations_left;

static void *
scarce(size_t size)
{
	return allocations_left-- > 0 ? malloc(size) : NULL;
}

static void *
scarce_once(size_t size)
{
	return allocations_left-- != 0 ? malloc(size) : NULL;
}

/* Whichever allocation of the parser fails: text that is good is never called bad. */
static void
memory_that_runs_out_is_no_malformed_text(void **state)
{
	static const char text[] =
		"{\"a\":\"b\",\"c\":[1,{\"d\":null}],\"e\":\"\\u00e4\",\"a long name, "
		"for which a buffer has to grow and grow\":-2.5e7}";
	json_t *object = NULL;
	enum authcode_err err = AUTHCODE_ERR_MEMORY;
	int n;

	(void)state;
	json_set_alloc_funcs(scarce, free);
	for (n = 0; err != AUTHCODE_OK; n++) {
		allocations_left = n;
		err = ac_json_parse(text, sizeof(text) - 1, sizeof(text), &object);
		if (err != AUTHCODE_OK)
			assert_int_equal(err, AUTHCODE_ERR_MEMORY);
	}
	json_decref(object);
	assert_in_range(n, 20, 200);
	json_set_alloc_funcs(scarce_once, free);
	for (int i = 0; i < n; i++) {
		allocations_left = i;
		assert_int_equal(ac_json_parse(text, sizeof(text) - 1, sizeof(text), &object),
				 AUTHCODE_OK);
		json_decref(object);
	}
	json_set_alloc_funcs(malloc, free);
	allocations_left = 0;
	assert_int_equal(ac_json_parse("{\"a\"}", 5, 100, &object), AUTHCODE_ERR_SYNTAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_object_is_parsed),
		cmocka_unit_test(memory_that_runs_out_is_no_malformed_text),
		cmocka_unit_test(what_can_be_read_in_two_ways_is_refused),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(members_are_bounded),
		cmocka_unit_test(length_is_bounded),
	};

	return cmocka_run_group_tests_name("json_text", tests, NULL, NULL);
}
