/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * jose/jwk.h
 */
#include "jose/jwk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "base/limits.h"
#include "jose/jwk_parse.h"
#include "tests/unit/jose/forge.h"
#include "tests/unit/jose/rfc_keys.h"

/* RFC 7638 §3.1, whose key is the one of RFC 7517 A.1. */
#define RFC_7638_N                                                                                 \
	"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc"   \
	"_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQ"   \
	"R0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bF"   \
	"TWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"

static void
the_published_thumbprints_come_out(void **state)
{
	static const struct {
		const char *jwk, *thumbprint;
	} rows[] = {
		{ "{\"kty\":\"RSA\",\"n\":\"" RFC_7638_N
		  "\",\"e\":\"AQAB\",\"alg\":\"RS256\",\"kid\":\"2011-04-29\"}",
		  "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs" },
		{ RFC_ED_JWK, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k" }, /* RFC 8037 A.3 */
		{ RFC_EC_JWK, RFC_EC_THUMBPRINT },
		{ RFC_RSA_JWK, RFC_RSA_THUMBPRINT },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		char text[AC_THUMBPRINT_SIZE] = "";
		struct ac_jwk *jwk = NULL;

		assert_int_equal(ac_jwk_parse(rows[i].jwk, strlen(rows[i].jwk), &jwk), AC_JWK_GOOD);
		assert_int_equal(ac_jwk_thumbprint(jwk, text), AUTHCODE_OK);
		assert_string_equal(text, rows[i].thumbprint);
		ac_jwk_free(&jwk);
	}
}

/* JW-01, JW-02: these members and no other; the private part is in the key. */
static void
what_is_published_has_exactly_the_public_members(void **state)
{
	static const char *const expected[AC_ALG_COUNT] = {
		[AC_ALG_RS256] = "{\"alg\":\"RS256\",\"e\":\"AQAB\",\"kid\":\"" RFC_RSA_THUMBPRINT
				 "\",\"kty\":\"RSA\",\"n\":\"" RFC_RSA_N "\",\"use\":\"sig\"}",
		[AC_ALG_PS256] = "{\"alg\":\"PS256\",\"e\":\"AQAB\",\"kid\":\"" RFC_RSA_THUMBPRINT
				 "\",\"kty\":\"RSA\",\"n\":\"" RFC_RSA_N "\",\"use\":\"sig\"}",
		[AC_ALG_ES256] = "{\"alg\":\"ES256\",\"crv\":\"P-256\",\"kid\":\"" RFC_EC_THUMBPRINT
				 "\",\"kty\":\"EC\",\"use\":\"sig\",\"x\":\"" RFC_EC_X
				 "\",\"y\":\"" RFC_EC_Y "\"}",
		[AC_ALG_EDDSA] =
			"{\"alg\":\"EdDSA\",\"crv\":\"Ed25519\",\"kid\":\"" RFC_ED_THUMBPRINT
			"\",\"kty\":\"OKP\",\"use\":\"sig\",\"x\":\"" RFC_ED_X "\"}",
	};

	(void)state;
	for (unsigned id = 0; id < AC_ALG_COUNT; id++) {
		struct ac_jwk *key = forge_key((enum ac_alg_id)id), *again = NULL;
		json_t *object = ac_jwk_public(key);
		char *text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);

		assert_string_equal(text, expected[id]);
		assert_int_equal(ac_jwk_parse(text, strlen(text), &again), AC_JWK_GOOD);
		assert_string_equal(ac_jwk_kid(again), ac_jwk_kid(key));
		assert_ptr_equal(ac_jwk_alg(again), ac_alg((enum ac_alg_id)id));
		assert_false(ac_jwk_is_own(again));
		free(text);
		json_decref(object);
		ac_jwk_free(&again);
		ac_jwk_free(&key);
	}
}

static void
a_foreign_key_is_published_as_it_came(void **state)
{
	struct ac_jwk *jwk = forge_public_key(AC_ALG_RS256);
	json_t *object = ac_jwk_public(jwk);

	(void)state;
	assert_int_equal(json_object_size(object), 4);
	assert_null(json_object_get(object, "alg"));
	assert_null(json_object_get(object, "kid"));
	json_decref(object);
	ac_jwk_free(&jwk);
}

/* JW-07 */
static void
a_key_fits_the_algorithms_of_its_kind_and_its_alg(void **state)
{
	static const struct {
		const char *jwk;
		unsigned algs;
	} rows[] = {
		{ RFC_RSA_JWK, AC_ALG_BIT(AC_ALG_RS256) | AC_ALG_BIT(AC_ALG_PS256) },
		{ "{\"kty\":\"RSA\",\"alg\":\"RS256\",\"n\":\"" RFC_RSA_N "\",\"e\":\"AQAB\"}",
		  AC_ALG_BIT(AC_ALG_RS256) },
		{ "{\"kty\":\"RSA\",\"alg\":\"PS256\",\"n\":\"" RFC_RSA_N "\",\"e\":\"AQAB\"}",
		  AC_ALG_BIT(AC_ALG_PS256) },
		{ RFC_EC_JWK, AC_ALG_BIT(AC_ALG_ES256) },
		{ RFC_ED_JWK, AC_ALG_BIT(AC_ALG_EDDSA) },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct ac_jwk *jwk = NULL;
		const unsigned algs = rows[i].algs;

		assert_int_equal(ac_jwk_parse(rows[i].jwk, strlen(rows[i].jwk), &jwk), AC_JWK_GOOD);
		for (unsigned id = 0; id < AC_ALG_COUNT; id++)
			assert_int_equal(ac_jwk_fits(jwk, ac_alg((enum ac_alg_id)id)),
					 (algs & AC_ALG_BIT(id)) != 0);
		assert_int_equal(ac_jwk_alg(jwk) == NULL, (algs & (algs - 1)) != 0);
		ac_jwk_free(&jwk);
	}
}

static void
a_kid_of_ours_needs_no_escaping_anywhere(void **state)
{
	static const char *const good[] = {
		"a", "0-9_A.Z~:", RFC_EC_THUMBPRINT,
		("0123456789012345678901234567890123456789012345678901234"
		 "567890123")
	};
	static const char *const bad[] = {
		"",
		"a b",
		"a/b",
		"../../etc/passwd",
		"a=",
		"a+b",
		"a\"b",
		"a\\b",
		"a\n",
		"a%00",
		"a'--",
		"\xc3\xa4",
		"a\x7f",
		("0123456789012345678901234567890123456789012345678901234"
		 "5678901234")
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(good); i++) {
		if (!ac_kid_valid(good[i]))
			fail_msg("%s is refused", good[i]);
	}
	for (size_t i = 0; i < AC_ARRAY_SIZE(bad); i++) {
		if (ac_kid_valid(bad[i]))
			fail_msg("%s is taken", bad[i]);
	}
	assert_int_equal(strlen(good[3]), AC_MAX_KID);
}

static void
a_key_lives_as_long_as_its_last_reference(void **state)
{
	struct ac_jwk *first = forge_key(AC_ALG_ES256);
	struct ac_jwk *second = ac_jwk_ref(first);

	(void)state;
	assert_ptr_equal(first, second);
	ac_jwk_free(&first);
	assert_null(first);
	assert_string_equal(ac_jwk_kid(second), RFC_EC_THUMBPRINT);
	ac_jwk_free(&second);
	assert_null(second);
	ac_jwk_free(&second);
}

static void
a_key_for_no_algorithm_or_with_a_bad_kid_is_not_made(void **state)
{
	struct ac_jwk *key = forge_key(AC_ALG_ES256), *made = NULL;

	(void)state;
	assert_int_equal(ac_jwk_new_public_take(ac_jwk_pkey(key), 0, "a", &made),
			 AUTHCODE_ERR_USAGE);
	assert_int_equal(
		ac_jwk_new_public_take(ac_jwk_pkey(key), AC_ALG_BIT(AC_ALG_COUNT), "a", &made),
		AUTHCODE_ERR_USAGE);
	assert_int_equal(
		ac_jwk_new_public_take(ac_jwk_pkey(key), AC_ALG_BIT(AC_ALG_ES256), "a b", &made),
		AUTHCODE_ERR_USAGE);
	assert_null(made);
	ac_jwk_free(&key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_published_thumbprints_come_out),
		cmocka_unit_test(what_is_published_has_exactly_the_public_members),
		cmocka_unit_test(a_foreign_key_is_published_as_it_came),
		cmocka_unit_test(a_key_fits_the_algorithms_of_its_kind_and_its_alg),
		cmocka_unit_test(a_kid_of_ours_needs_no_escaping_anywhere),
		cmocka_unit_test(a_key_lives_as_long_as_its_last_reference),
		cmocka_unit_test(a_key_for_no_algorithm_or_with_a_bad_kid_is_not_made),
	};

	return cmocka_run_group_tests_name("jwk", tests, NULL, NULL);
}
