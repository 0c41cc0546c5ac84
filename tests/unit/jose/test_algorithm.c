/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * jose/algorithm.h
 */
#include "jose/algorithm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
each_algorithm_is_found_by_its_name(void **state)
{
	static const char *const names[AC_ALG_COUNT] = { "RS256", "PS256", "ES256", "EdDSA" };

	(void)state;
	for (unsigned id = 0; id < AC_ALG_COUNT; id++) {
		const struct ac_alg *alg = ac_alg_find(names[id]);

		assert_non_null(alg);
		assert_int_equal(alg->id, id);
		assert_ptr_equal(alg, ac_alg((enum ac_alg_id)id));
		assert_string_equal(alg->name, names[id]);
	}
	assert_null(ac_alg(AC_ALG_COUNT));
}

/* Supported means it has a row; JW-07 */
static void
no_other_name_is_found(void **state)
{
	static const char *const names[] = { "",       "none",  "None",  "NONE",   "HS256",
					     "HS384",  "HS512", "RS384", "RS512",  "PS384",
					     "PS512",  "ES384", "ES512", "ES256K", "Ed448",
					     "rs256",  "es256", "EDDSA", " RS256", "RS256 ",
					     "RS256.", "RSA",   "A128KW" };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(names); i++) {
		if (ac_alg_find(names[i]) != NULL)
			fail_msg("'%s' is found", names[i]);
	}
}

/* JW-03 */
static void
no_row_takes_a_weak_key(void **state)
{
	(void)state;
	for (unsigned id = 0; id < AC_ALG_COUNT; id++) {
		const struct ac_alg *alg = ac_alg((enum ac_alg_id)id);
		const int least = strcmp(alg->kty, "RSA") == 0 ? 2048 : 253;

		assert_true(alg->min_bits >= least);
		assert_true(alg->max_bits >= alg->min_bits);
		assert_true(alg->max_bits <= 8 * AC_MAX_SIGNATURE);
		assert_true(alg->signature_len <= AC_MAX_SIGNATURE);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_algorithm_is_found_by_its_name),
		cmocka_unit_test(no_other_name_is_found),
		cmocka_unit_test(no_row_takes_a_weak_key),
	};

	return cmocka_run_group_tests_name("algorithm", tests, NULL, NULL);
}
