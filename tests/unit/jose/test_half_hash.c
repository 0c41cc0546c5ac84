/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * jose/half_hash.h
 */
#include "jose/half_hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/err.h>

#include "jose/algorithm.h"

/* ID-06. The first two are OpenID Connect Core A.3 and A.6; the last is the left
 * half of FIPS 180-4's SHA-512("abc"). */
static void
the_published_hashes_come_out(void **state)
{
	static const struct {
		const char *hash, *text, *expected;
	} rows[] = {
		{ "SHA256", "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y",
		  "77QmUPtjPfzWtF2AnpK9RQ" },
		{ "SHA256", "Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk",
		  "LDktKdoQak3Pk0cnXxCltA" },
		{ "SHA512", "abc", "3a81oZNherrMQXNJriBBMRLm-k6JqX6iCp7u5ktV05o" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		char text[AC_HALF_HASH_SIZE] = "";

		assert_int_equal(ac_half_hash(rows[i].hash, rows[i].text, text), AUTHCODE_OK);
		assert_string_equal(text, rows[i].expected);
	}
}

/* OpenID Connect Core §3.1.3.6: the hash is the one of the signature. */
static void
each_algorithm_halves_its_own_hash(void **state)
{
	static const size_t expected[AC_ALG_COUNT] = {
		[AC_ALG_RS256] = 22,
		[AC_ALG_PS256] = 22,
		[AC_ALG_ES256] = 22,
		[AC_ALG_EDDSA] = 43,
	};
	char text[AC_HALF_HASH_SIZE];

	(void)state;
	for (unsigned id = 0; id < AC_ALG_COUNT; id++) {
		assert_int_equal(ac_half_hash(ac_alg((enum ac_alg_id)id)->half_hash, "x", text),
				 AUTHCODE_OK);
		assert_int_equal(strlen(text), expected[id]);
	}
	assert_int_equal(ac_half_hash(AC_HS256_HALF_HASH, "x", text), AUTHCODE_OK);
	assert_int_equal(strlen(text), 22);
}

static void
an_unknown_hash_gives_nothing(void **state)
{
	char text[AC_HALF_HASH_SIZE] = "untouched";

	(void)state;
	ERR_clear_error();
	assert_int_equal(ac_half_hash("SHA999", "x", text), AUTHCODE_ERR_CRYPTO);
	assert_string_equal(text, "untouched");
	assert_int_equal(ERR_peek_error(), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_published_hashes_come_out),
		cmocka_unit_test(each_algorithm_halves_its_own_hash),
		cmocka_unit_test(an_unknown_hash_gives_nothing),
	};

	return cmocka_run_group_tests_name("half_hash", tests, NULL, NULL);
}
