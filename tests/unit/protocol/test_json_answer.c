/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * protocol/json_answer.h: what is written reads as JSON, byte for byte, and nothing
 * that failed is written in part.
 */
#include "protocol/json_answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

static struct authcode_arena *arena;
static struct ac_json_answer answer;
static size_t len;

static int
setup(void **state)
{
	(void)state;
	len = SIZE_MAX;
	if (authcode_arena_new(0, &arena) != AUTHCODE_OK)
		return -1;
	ac_json_answer_begin(&answer, arena);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	authcode_arena_free(&arena);
	return 0;
}

static void
ends_as(const char *expected)
{
	const char *text = ac_json_answer_end(&answer, &len);

	assert_non_null(text);
	assert_string_equal(text, expected);
	assert_int_equal(len, strlen(expected));
}

static void
fails(void)
{
	assert_null(ac_json_answer_end(&answer, &len));
	assert_int_equal(len, SIZE_MAX);
}

static void
an_object_without_members(void **state)
{
	(void)state;
	ends_as("{}");
}

static void
members_in_their_order(void **state)
{
	(void)state;
	ac_json_answer_bool(&answer, "active", true);
	ac_json_answer_text(&answer, "scope", "a b");
	ac_json_answer_int(&answer, "exp", INT64_MAX);
	ac_json_answer_int(&answer, "least", INT64_MIN);
	ac_json_answer_words(&answer, "amr", " pwd  otp ");
	ac_json_answer_bool(&answer, "other", false);
	ends_as("{\"active\":true,\"scope\":\"a b\",\"exp\":9223372036854775807,"
		"\"least\":-9223372036854775808,\"amr\":[\"pwd\",\"otp\"],\"other\":false}");
}

static void
what_is_not_known_is_left_out(void **state)
{
	(void)state;
	ac_json_answer_text(&answer, "a", NULL);
	ac_json_answer_text(&answer, "b", "");
	ac_json_answer_words(&answer, "c", NULL);
	ac_json_answer_words(&answer, "d", "");
	ac_json_answer_words(&answer, "e", "  ");
	ends_as("{}");
}

/* RFC 8259 §7 */
static void
what_would_end_a_text_is_escaped(void **state)
{
	static const char text[] = "a\"b\\c\x01\x1f\n\x7f/\xc3\xbc";
	json_t *read;

	(void)state;
	ac_json_answer_text(&answer, "t", text);
	ac_json_answer_words(&answer, "w", "\" \\");
	ends_as("{\"t\":\"a\\u0022b\\u005cc\\u0001\\u001f\\u000a\x7f/\xc3\xbc\","
		"\"w\":[\"\\u0022\",\"\\u005c\"]}");
	read = json_loadb(answer.text, len, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(read);
	assert_string_equal(json_string_value(json_object_get(read, "t")), text);
	json_decref(read);
}

/* Each length around the first room and its doubling. */
static void
a_text_of_any_length(void **state)
{
	char text[5000];

	(void)state;
	for (size_t n = 1; n < sizeof(text); n += n < 900 ? 113 : 1) {
		const char *end;

		memset(text, 'x', n);
		text[n] = '\0';
		ac_json_answer_begin(&answer, arena);
		ac_json_answer_text(&answer, "t", text);
		end = ac_json_answer_end(&answer, &len);
		assert_non_null(end);
		assert_int_equal(len, n + strlen("{\"t\":\"\"}"));
		assert_int_equal(strlen(end), len);
		assert_memory_equal(end, "{\"t\":\"x", 7);
		assert_string_equal(end + len - 3, "x\"}");
		authcode_arena_free(&arena);
		assert_int_equal(authcode_arena_new(0, &arena), AUTHCODE_OK);
	}
}

static void
no_utf8_spoils_the_whole(void **state)
{
	(void)state;
	ac_json_answer_text(&answer, "a", "good");
	ac_json_answer_text(&answer, "b", "\xff");
	ac_json_answer_text(&answer, "c", "good");
	fails();
	ac_json_answer_begin(&answer, arena);
	ac_json_answer_words(&answer, "b", "good \xc3 good");
	fails();
}

static void
no_memory_spoils_the_whole(void **state)
{
	static char text[3000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	authcode_arena_free(&arena);
	assert_int_equal(authcode_arena_new(2048, &arena), AUTHCODE_OK);
	ac_json_answer_begin(&answer, arena);
	ac_json_answer_text(&answer, "a", text);
	ac_json_answer_text(&answer, "b", "y");
	fails();
	authcode_arena_free(&arena);
	assert_int_equal(authcode_arena_new(16, &arena), AUTHCODE_OK);
	ac_json_answer_begin(&answer, arena);
	fails();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_object_without_members, setup, teardown),
		cmocka_unit_test_setup_teardown(members_in_their_order, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_not_known_is_left_out, setup, teardown),
		cmocka_unit_test_setup_teardown(what_would_end_a_text_is_escaped, setup, teardown),
		cmocka_unit_test_setup_teardown(a_text_of_any_length, setup, teardown),
		cmocka_unit_test_setup_teardown(no_utf8_spoils_the_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(no_memory_spoils_the_whole, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
