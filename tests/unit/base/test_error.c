/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * <authcode/error.h>
 */
#include <authcode/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
every_error_has_a_phrase_of_its_own(void **state)
{
	(void)state;
	for (int i = AUTHCODE_OK; i <= AUTHCODE_ERR_CONFIG; i++) {
		const char *phrase = authcode_err_str((enum authcode_err)i);

		assert_non_null(phrase);
		assert_string_not_equal(phrase, "");
		assert_string_not_equal(phrase, "unknown error");
		assert_true(phrase[0] >= 'a' && phrase[0] <= 'z');
		assert_int_not_equal(phrase[strlen(phrase) - 1], '.');
		for (int j = AUTHCODE_OK; j < i; j++)
			assert_string_not_equal(phrase, authcode_err_str((enum authcode_err)j));
	}
}

static void
a_value_outside_the_table_has_a_phrase_too(void **state)
{
	(void)state;
	assert_string_equal(authcode_err_str((enum authcode_err)(AUTHCODE_ERR_CONFIG + 1)),
			    "unknown error");
	assert_string_equal(authcode_err_str((enum authcode_err) - 1), "unknown error");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_error_has_a_phrase_of_its_own),
		cmocka_unit_test(a_value_outside_the_table_has_a_phrase_too),
	};

	return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
