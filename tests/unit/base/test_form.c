/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * base/form.h
 */
#include "base/form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
decodes_pairs_in_order(void **state)
{
	struct authcode_arena *arena = NULL;
	struct ac_params params = { 0 };
	static const char text[] = "a=1&b=%2Fx+y&c&=z&&a=2";

	(void)state;
	assert_int_equal(authcode_arena_new(0, &arena), AUTHCODE_OK);
	assert_int_equal(ac_form_decode(arena, text, sizeof(text) - 1, AC_FROM_QUERY, &params),
			 AUTHCODE_OK);
	assert_int_equal(params.count, 5);
	assert_string_equal(params.list[1].value, "/x y");
	assert_null(ac_params_get(&params, "c"));
	assert_int_equal(ac_params_count(&params, "a"), 2);
	authcode_arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_pairs_in_order),
	};

	return cmocka_run_group_tests_name("form", tests, NULL, NULL);
}
