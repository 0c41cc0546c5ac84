/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * protocol/scope.h: AZ-05, AZ-19, RT-04 rest on these sets.
 */
#include "protocol/scope.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"

static struct authcode_arena *arena;

static int
setup(void **state)
{
	(void)state;
	return authcode_arena_new(0, &arena) == AUTHCODE_OK ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	authcode_arena_free(&arena);
	return 0;
}

/* RFC 6749 §3.3 */
static void
the_grammar_is_that_of_the_rfc(void **state)
{
	static const struct {
		const char *scope;
		bool valid;
	} rows[] = {
		{ "openid", true },
		{ "openid profile", true },
		{ "!#[]~", true },
		{ "https://a.example/x", true },
		{ "a a", true },
		{ "", false },
		{ " ", false },
		{ " openid", false },
		{ "openid ", false },
		{ "a  b", false },
		{ "a\tb", false },
		{ "a\nb", false },
		{ "a\"b", false },
		{ "a\\b", false },
		{ "a\x7f", false },
		{ "a\x01", false },
		{ "gr\xc3\xbc\xc3\x9f", false },
	};
	char longest[AC_MAX_SCOPE + 2];

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		if (ac_scope_valid(rows[i].scope) != rows[i].valid)
			fail_msg("\"%s\"", rows[i].scope);
	}
	memset(longest, 'x', sizeof(longest));
	longest[AC_MAX_SCOPE] = '\0';
	assert_true(ac_scope_valid(longest));
	longest[AC_MAX_SCOPE] = 'x';
	longest[AC_MAX_SCOPE + 1] = '\0';
	assert_false(ac_scope_valid(longest));
}

static void
sets_keep_the_order_of_the_first_operand(void **state)
{
	static const struct {
		const char *a, *b, *both, *either;
	} rows[] = {
		{ "", "", "", "" },
		{ "a b c", "c a", "a c", "a b c" },
		{ "c a", "a b c", "c a", "c a b" },
		{ "a a b a", "a", "a", "a b" },
		{ "a b", "", "", "a b" },
		{ "", "a b", "", "a b" },
		{ "open openid", "openid", "openid", "open openid" },
		{ "a", "A", "", "a A" }, /* case counts */
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		assert_string_equal(ac_scope_intersect(arena, rows[i].a, rows[i].b), rows[i].both);
		assert_string_equal(ac_scope_union(arena, rows[i].a, rows[i].b), rows[i].either);
	}
}

static void
a_subset_has_nothing_of_its_own(void **state)
{
	static const struct {
		const char *part, *whole;
		bool subset;
	} rows[] = {
		{ "", "", true },
		{ "", "a", true },
		{ "a", "a", true },
		{ "b a", "a b", true },
		{ "a a", "a", true },
		{ "a", "", false },
		{ "a b", "a", false },
		{ "open", "openid", false },
		{ "openid", "open", false },
		{ "OPENID", "openid", false },
		{ "a openid2", "a openid", false },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		if (ac_scope_subset(rows[i].part, rows[i].whole) != rows[i].subset)
			fail_msg("\"%s\" in \"%s\"", rows[i].part, rows[i].whole);
	}
}

static void
a_value_is_found_whole_or_not_at_all(void **state)
{
	(void)state;
	assert_true(ac_scope_has("openid profile", "profile"));
	assert_true(ac_scope_has("openid", "openid"));
	assert_false(ac_scope_has("openid profile", "prof"));
	assert_false(ac_scope_has("openid profile", "id profile"));
	assert_false(ac_scope_has("openid profile", "openid profile"));
	assert_false(ac_scope_has("openid", ""));
	assert_false(ac_scope_has("", "openid"));
}

static void
splitting_gives_every_value_and_an_end(void **state)
{
	size_t count = 7;
	const char *const *list = ac_scope_split(arena, "a bc  d", &count);

	(void)state;
	assert_int_equal(count, 3);
	assert_string_equal(list[0], "a");
	assert_string_equal(list[1], "bc");
	assert_string_equal(list[2], "d");
	assert_null(list[3]);
	assert_non_null(ac_scope_split(arena, "", &count));
	assert_int_equal(count, 0);
}

static void
a_full_arena_gives_no_set(void **state)
{
	struct authcode_arena *small = NULL;
	size_t count = 7;

	(void)state;
	assert_int_equal(authcode_arena_new(16, &small), AUTHCODE_OK);
	assert_non_null(authcode_arena_alloc(small, 16));
	assert_null(ac_scope_intersect(small, "a b", "a"));
	assert_null(ac_scope_union(small, "a b", "a"));
	assert_null(ac_scope_split(small, "a b", &count));
	assert_int_equal(count, 7);
	authcode_arena_free(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_grammar_is_that_of_the_rfc),
		cmocka_unit_test(sets_keep_the_order_of_the_first_operand),
		cmocka_unit_test(a_subset_has_nothing_of_its_own),
		cmocka_unit_test(a_value_is_found_whole_or_not_at_all),
		cmocka_unit_test(splitting_gives_every_value_and_an_end),
		cmocka_unit_test(a_full_arena_gives_no_set),
	};

	return cmocka_run_group_tests_name("scope", tests, setup, teardown);
}
