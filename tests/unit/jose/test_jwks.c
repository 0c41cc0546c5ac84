/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * jose/jwks.h
 */
#include "jose/jwks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "tests/unit/jose/rfc_keys.h"

#define RSA(more) "{\"kty\":\"RSA\",\"n\":\"" RFC_RSA_N "\",\"e\":\"AQAB\"" more "}"
#define EC(more)                                                                                   \
	"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" RFC_EC_X "\",\"y\":\"" RFC_EC_Y "\"" more "}"
#define ED(more) "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" RFC_ED_X "\"" more "}"
#define SET(keys) "{\"keys\":[" keys "]}"

static struct ac_jwks *
parsed(const char *text)
{
	struct ac_jwks *set = NULL;
	const enum ac_jwk_verdict verdict = ac_jwks_parse(text, strlen(text), &set);

	if (verdict != AC_JWK_GOOD)
		fail_msg("%s: %s", text, ac_jwk_words(verdict));
	return set;
}

/* RFC 7517 A.1: one key for encryption, which is passed over, one for RS256. */
static void
the_published_set_gives_its_key_for_signatures(void **state)
{
	struct ac_jwks *set =
		parsed(SET("{\"kty\":\"EC\",\"crv\":\"P-256\",\"use\":\"enc\",\"kid\":\"1\","
			   "\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\","
			   "\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\"}," RSA(
				   ",\"alg\":\"RS256\",\"kid\":\"2011-04-29\"")));
	const struct ac_jwk *key = ac_jwks_find(set, "2011-04-29", ac_alg(AC_ALG_RS256));

	(void)state;
	assert_int_equal(ac_jwks_count(set), 1);
	assert_non_null(key);
	assert_string_equal(ac_jwk_kid(key), "2011-04-29");
	assert_null(ac_jwks_find(set, "1", ac_alg(AC_ALG_ES256)));
	assert_null(ac_jwks_find(set, "2011-04-29", ac_alg(AC_ALG_PS256)));
	assert_null(ac_jwks_find(set, "2011-04-29x", ac_alg(AC_ALG_RS256)));
	ac_jwks_free(&set);
	assert_null(set);
	ac_jwks_free(&set);
}

/* JW-09: RFC 7517 §5 */
static void
keys_of_no_use_to_us_are_passed_over(void **state)
{
	static const char *const rows[] = {
		"{\"kty\":\"AKP\",\"alg\":\"ML-DSA-44\",\"pub\":\"AA\"}",
		"{\"kty\":\"EC\",\"crv\":\"P-521\",\"x\":\"AA\",\"y\":\"AA\"}",
		RSA(",\"alg\":\"RS512\""),
		RSA(",\"alg\":\"RSA-OAEP-256\",\"use\":\"enc\""),
		EC(",\"use\":\"enc\""),
		EC(",\"key_ops\":[\"deriveBits\"]"),
		EC(",\"kid\":\"a/b+c==\""),
		"{\"kty\":\"RSA\",\"n\":\"" RFC_EC_X "\",\"e\":\"AQAB\"}",
		"{\"kty\":\"RSA\",\"n\":\"" RFC_RSA_N "\",\"e\":\"Aw\"}",
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		char text[4096];
		struct ac_jwks *set;

		(void)snprintf(text, sizeof(text), SET("%s,%s"), rows[i], ED(",\"kid\":\"good\""));
		set = parsed(text);
		assert_int_equal(ac_jwks_count(set), 1);
		assert_non_null(ac_jwks_find(set, "good", ac_alg(AC_ALG_EDDSA)));
		ac_jwks_free(&set);
		(void)snprintf(text, sizeof(text), SET("%s"), rows[i]);
		assert_int_equal(ac_jwks_parse(text, strlen(text), &set), AC_JWK_NO_KEY);
		assert_null(set);
	}
}

static void
one_key_nobody_can_mean_refuses_the_set(void **state)
{
	static const struct {
		const char *key;
		enum ac_jwk_verdict verdict;
	} rows[] = {
		{ RSA(",\"d\":\"AA\""), AC_JWK_PRIVATE },
		{ "{\"kty\":\"oct\",\"k\":\"" RFC_HS256_KEY "\"}", AC_JWK_PRIVATE },
		{ EC(",\"use\":\"enc\",\"d\":\"AA\""), AC_JWK_PRIVATE },
		{ "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" RFC_EC_X "\",\"y\":\"" RFC_EC_X
		  "\"}",
		  AC_JWK_UNSOUND },
		{ "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" RFC_EC_X "\"}", AC_JWK_MALFORMED },
		{ EC(",\"alg\":\"RS256\""), AC_JWK_MISMATCH },
		{ "{}", AC_JWK_MALFORMED },
		{ "null", AC_JWK_MALFORMED },
		{ "[]", AC_JWK_MALFORMED },
		{ "\"key\"", AC_JWK_MALFORMED },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		char text[4096];
		struct ac_jwks *set = NULL;
		enum ac_jwk_verdict verdict;

		(void)snprintf(text, sizeof(text), SET("%s,%s"), ED(""), rows[i].key);
		verdict = ac_jwks_parse(text, strlen(text), &set);
		if (verdict != rows[i].verdict)
			fail_msg("%s: %s", text, ac_jwk_words(verdict));
		assert_null(set);
	}
}

static void
what_is_no_set_is_refused(void **state)
{
	static const struct {
		const char *text;
		enum ac_jwk_verdict verdict;
	} rows[] = {
		{ "", AC_JWK_MALFORMED },
		{ "{}", AC_JWK_MALFORMED },
		{ "[]", AC_JWK_MALFORMED },
		{ RFC_EC_JWK, AC_JWK_MALFORMED },
		{ "[" RFC_EC_JWK "]", AC_JWK_MALFORMED },
		{ "{\"keys\":" RFC_EC_JWK "}", AC_JWK_MALFORMED },
		{ "{\"keys\":null}", AC_JWK_MALFORMED },
		{ "{\"keys\":[" RFC_EC_JWK "],\"keys\":[]}", AC_JWK_MALFORMED },
		{ "{\"keys\":[" RFC_EC_JWK "]", AC_JWK_MALFORMED },
		{ SET(""), AC_JWK_NO_KEY },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct ac_jwks *set = NULL;
		const enum ac_jwk_verdict verdict =
			ac_jwks_parse(rows[i].text, strlen(rows[i].text), &set);

		if (verdict != rows[i].verdict)
			fail_msg("%s: %s", rows[i].text, ac_jwk_words(verdict));
		assert_null(set);
	}
}

static enum ac_jwk_verdict
verdict_of_count(unsigned count)
{
	static char text[AC_MAX_JWKS + 1024];
	size_t len = (size_t)snprintf(text, sizeof(text), "{\"keys\":[");
	struct ac_jwks *set = NULL;
	enum ac_jwk_verdict verdict;

	for (unsigned i = 0; i < count; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", i == 0 ? "" : ",",
					RFC_ED_JWK);
	len += (size_t)snprintf(text + len, sizeof(text) - len, "]}");
	verdict = ac_jwks_parse(text, len, &set);
	if (verdict == AC_JWK_GOOD)
		assert_int_equal(ac_jwks_count(set), count);
	ac_jwks_free(&set);
	return verdict;
}

static void
the_number_of_keys_and_the_length_are_bounded(void **state)
{
	(void)state;
	assert_int_equal(verdict_of_count(AC_MAX_JWKS_KEYS), AC_JWK_GOOD);
	assert_int_equal(verdict_of_count(AC_MAX_JWKS_KEYS + 1), AC_JWK_TOO_MANY);
	assert_int_equal(verdict_of_count(AC_MAX_JWKS / sizeof(RFC_ED_JWK) + 1), AC_JWK_MALFORMED);
}

/* JW-09 */
static void
the_same_kid_is_told_apart_by_algorithm(void **state)
{
	struct ac_jwks *set = parsed(SET(EC(",\"kid\":\"k\"") "," RSA(
		",\"kid\":\"k\",\"alg\":\"PS256\"") "," ED(",\"kid\":\"k\"")));

	(void)state;
	for (unsigned id = 0; id < AC_ALG_COUNT; id++) {
		const struct ac_alg *alg = ac_alg((enum ac_alg_id)id);
		const struct ac_jwk *key = ac_jwks_find(set, "k", alg);

		assert_int_equal(key != NULL, id != AC_ALG_RS256);
		if (key != NULL)
			assert_ptr_equal(ac_jwk_alg(key), alg);
	}
	ac_jwks_free(&set);
}

static void
without_a_kid_only_the_one_key_of_the_algorithm_is_meant(void **state)
{
	struct ac_jwks *one = parsed(SET(EC(",\"kid\":\"a\"") "," RSA("")));
	struct ac_jwks *two = parsed(SET(EC(",\"kid\":\"a\"") "," EC(",\"kid\":\"b\"")));

	(void)state;
	assert_non_null(ac_jwks_find(one, NULL, ac_alg(AC_ALG_ES256)));
	assert_non_null(ac_jwks_find(one, NULL, ac_alg(AC_ALG_RS256)));
	assert_null(ac_jwks_find(one, NULL, ac_alg(AC_ALG_EDDSA)));
	assert_null(ac_jwks_find(one, "c", ac_alg(AC_ALG_RS256)));
	assert_null(ac_jwks_find(two, NULL, ac_alg(AC_ALG_ES256)));
	ac_jwks_free(&one);
	ac_jwks_free(&two);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_published_set_gives_its_key_for_signatures),
		cmocka_unit_test(keys_of_no_use_to_us_are_passed_over),
		cmocka_unit_test(one_key_nobody_can_mean_refuses_the_set),
		cmocka_unit_test(what_is_no_set_is_refused),
		cmocka_unit_test(the_number_of_keys_and_the_length_are_bounded),
		cmocka_unit_test(the_same_kid_is_told_apart_by_algorithm),
		cmocka_unit_test(without_a_kid_only_the_one_key_of_the_algorithm_is_meant),
	};

	return cmocka_run_group_tests_name("jwks", tests, NULL, NULL);
}
