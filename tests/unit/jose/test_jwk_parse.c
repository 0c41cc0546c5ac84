/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * jose/jwk_parse.h
 */
#include "jose/jwk_parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/err.h>

#include "base/base64url.h"
#include "base/limits.h"
#include "tests/unit/jose/forge.h"
#include "tests/unit/jose/rfc_keys.h"

struct row {
	const char *jwk;
	enum ac_jwk_verdict verdict;
};

#define RSA_WITH(more) "{\"kty\":\"RSA\",\"n\":\"" RFC_RSA_N "\",\"e\":\"AQAB\"" more "}"
#define RSA_E(e) "{\"kty\":\"RSA\",\"n\":\"" RFC_RSA_N "\",\"e\":\"" e "\"}"
#define RSA_N(n) "{\"kty\":\"RSA\",\"n\":\"" n "\",\"e\":\"AQAB\"}"
#define EC_WITH(more)                                                                              \
	"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" RFC_EC_X "\",\"y\":\"" RFC_EC_Y "\"" more "}"
#define EC_XY(x, y) "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" x "\",\"y\":\"" y "\"}"
#define ED_WITH(more) "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" RFC_ED_X "\"" more "}"
#define ED_X(x) "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" x "\"}"
#define ZERO_32 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static void
assert_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct ac_jwk *jwk = NULL;
		const enum ac_jwk_verdict verdict =
			ac_jwk_parse(rows[i].jwk, strlen(rows[i].jwk), &jwk);

		if (verdict != rows[i].verdict)
			fail_msg("%s: %s, expected %s", rows[i].jwk, ac_jwk_words(verdict),
				 ac_jwk_words(rows[i].verdict));
		assert_int_equal(jwk != NULL, verdict == AC_JWK_GOOD);
		ac_jwk_free(&jwk);
	}
}

static void
a_public_key_for_signatures_is_taken(void **state)
{
	static const struct row rows[] = {
		{ RFC_RSA_JWK, AC_JWK_GOOD },
		{ RFC_EC_JWK, AC_JWK_GOOD },
		{ RFC_ED_JWK, AC_JWK_GOOD },
		{ RSA_WITH(",\"alg\":\"RS256\",\"use\":\"sig\",\"kid\":\"2011-04-29\""),
		  AC_JWK_GOOD },
		{ RSA_WITH(",\"alg\":\"PS256\""), AC_JWK_GOOD },
		{ EC_WITH(",\"alg\":\"ES256\",\"key_ops\":[\"verify\"]"), AC_JWK_GOOD },
		{ EC_WITH(",\"key_ops\":[\"sign\",\"verify\"]"), AC_JWK_GOOD },
		{ ED_WITH(",\"alg\":\"EdDSA\",\"use\":\"sig\""), AC_JWK_GOOD },
		/* JW-08: they are not followed, and do no harm. */
		{ EC_WITH(",\"x5u\":\"https://evil.example/\",\"x5c\":[\"AAAA\"],\"x5t\":\"AA\""),
		  AC_JWK_GOOD },
		{ EC_WITH(",\"another\":{\"member\":1}"), AC_JWK_GOOD },
		{ RSA_E("AQAD"), AC_JWK_GOOD },
	};

	(void)state;
	assert_rows(rows, AC_ARRAY_SIZE(rows));
}

/* JW-01 */
static void
a_private_or_symmetric_member_is_refused(void **state)
{
	static const struct row rows[] = {
		{ RSA_WITH(",\"d\":\"AQAB\""), AC_JWK_PRIVATE },
		{ RSA_WITH(",\"p\":\"AQAB\""), AC_JWK_PRIVATE },
		{ RSA_WITH(",\"q\":\"AQAB\""), AC_JWK_PRIVATE },
		{ RSA_WITH(",\"dp\":\"AQAB\""), AC_JWK_PRIVATE },
		{ RSA_WITH(",\"dq\":\"AQAB\""), AC_JWK_PRIVATE },
		{ RSA_WITH(",\"qi\":\"AQAB\""), AC_JWK_PRIVATE },
		{ RSA_WITH(",\"oth\":[]"), AC_JWK_PRIVATE },
		{ RSA_WITH(",\"use\":\"enc\",\"d\":\"AQAB\""), AC_JWK_PRIVATE },
		{ EC_WITH(",\"d\":\"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI\""),
		  AC_JWK_PRIVATE },
		{ EC_WITH(",\"d\":null"), AC_JWK_PRIVATE },
		{ ED_WITH(",\"d\":\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\""),
		  AC_JWK_PRIVATE },
		{ ED_WITH(",\"k\":\"AA\""), AC_JWK_PRIVATE },
		{ "{\"kty\":\"oct\",\"k\":\"" RFC_HS256_KEY "\"}", AC_JWK_PRIVATE },
		{ "{\"kty\":\"oct\",\"alg\":\"HS256\",\"k\":\"" RFC_HS256_KEY "\"}",
		  AC_JWK_PRIVATE },
		{ "{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"AA\",\"d\":\"AA\"}",
		  AC_JWK_PRIVATE },
	};

	(void)state;
	assert_rows(rows, AC_ARRAY_SIZE(rows));
}

static void
another_kind_of_key_is_not_supported(void **state)
{
	static const struct row rows[] = {
		{ "{\"kty\":\"oct\"}", AC_JWK_UNSUPPORTED },
		{ "{\"kty\":\"\"}", AC_JWK_UNSUPPORTED },
		{ "{\"kty\":\"rsa\",\"n\":\"" RFC_RSA_N "\",\"e\":\"AQAB\"}", AC_JWK_UNSUPPORTED },
		{ "{\"kty\":\"AKP\",\"alg\":\"ML-DSA-44\",\"pub\":\"AA\"}", AC_JWK_UNSUPPORTED },
		{ "{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"AA\",\"y\":\"AA\"}",
		  AC_JWK_UNSUPPORTED },
		{ "{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\"AA\",\"y\":\"AA\"}",
		  AC_JWK_UNSUPPORTED },
		{ "{\"kty\":\"EC\",\"crv\":\"p-256\",\"x\":\"AA\",\"y\":\"AA\"}",
		  AC_JWK_UNSUPPORTED },
		{ "{\"kty\":\"EC\",\"crv\":\"Ed25519\",\"x\":\"" RFC_ED_X "\"}",
		  AC_JWK_UNSUPPORTED },
		{ "{\"kty\":\"OKP\",\"crv\":\"P-256\",\"x\":\"" RFC_EC_X "\",\"y\":\"" RFC_EC_Y
		  "\"}",
		  AC_JWK_UNSUPPORTED },
		{ "{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"" RFC_ED_X "\"}",
		  AC_JWK_UNSUPPORTED },
		{ "{\"kty\":\"OKP\",\"crv\":\"Ed448\",\"x\":\"AA\"}", AC_JWK_UNSUPPORTED },
		{ RSA_WITH(",\"alg\":\"RS512\""), AC_JWK_UNSUPPORTED },
		{ RSA_WITH(",\"alg\":\"RSA-OAEP\""), AC_JWK_UNSUPPORTED },
		{ RSA_WITH(",\"alg\":\"HS256\""), AC_JWK_UNSUPPORTED },
		{ RSA_WITH(",\"alg\":\"none\""), AC_JWK_UNSUPPORTED },
		{ RSA_WITH(",\"alg\":\"rs256\""), AC_JWK_UNSUPPORTED },
		{ EC_WITH(",\"alg\":\"ECDH-ES\""), AC_JWK_UNSUPPORTED },
	};

	(void)state;
	assert_rows(rows, AC_ARRAY_SIZE(rows));
}

/* JW-07, RFC 8725 §3.1 */
static void
alg_must_belong_to_the_kind_of_key(void **state)
{
	static const struct row rows[] = {
		{ RSA_WITH(",\"alg\":\"ES256\""), AC_JWK_MISMATCH },
		{ RSA_WITH(",\"alg\":\"EdDSA\""), AC_JWK_MISMATCH },
		{ EC_WITH(",\"alg\":\"RS256\""), AC_JWK_MISMATCH },
		{ EC_WITH(",\"alg\":\"PS256\""), AC_JWK_MISMATCH },
		{ EC_WITH(",\"alg\":\"EdDSA\""), AC_JWK_MISMATCH },
		{ ED_WITH(",\"alg\":\"ES256\""), AC_JWK_MISMATCH },
		{ ED_WITH(",\"alg\":\"RS256\""), AC_JWK_MISMATCH },
	};

	(void)state;
	assert_rows(rows, AC_ARRAY_SIZE(rows));
}

/* RFC 7517 §4.2, §4.3 */
static void
a_key_for_another_use_is_not_used(void **state)
{
	static const struct row rows[] = {
		{ EC_WITH(",\"use\":\"enc\""), AC_JWK_OTHER_USE },
		{ EC_WITH(",\"use\":\"\""), AC_JWK_OTHER_USE },
		{ EC_WITH(",\"use\":\"SIG\""), AC_JWK_OTHER_USE },
		{ EC_WITH(",\"key_ops\":[]"), AC_JWK_OTHER_USE },
		{ EC_WITH(",\"key_ops\":[\"sign\"]"), AC_JWK_OTHER_USE },
		{ EC_WITH(",\"key_ops\":[\"encrypt\",\"wrapKey\"]"), AC_JWK_OTHER_USE },
		{ EC_WITH(",\"use\":\"sig\",\"key_ops\":[\"deriveKey\"]"), AC_JWK_OTHER_USE },
		{ EC_WITH(",\"key_ops\":\"verify\""), AC_JWK_MALFORMED },
		{ EC_WITH(",\"key_ops\":[\"verify\",\"verify\"]"), AC_JWK_MALFORMED },
		{ EC_WITH(",\"key_ops\":[\"verify\",1]"), AC_JWK_MALFORMED },
		{ EC_WITH(",\"key_ops\":null"), AC_JWK_MALFORMED },
		{ EC_WITH(",\"key_ops\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\","
			  "\"verify\"]"),
		  AC_JWK_MALFORMED },
		{ EC_WITH(",\"use\":[\"sig\"]"), AC_JWK_MALFORMED },
		{ EC_WITH(",\"use\":null"), AC_JWK_MALFORMED },
		{ EC_WITH(",\"kid\":7"), AC_JWK_MALFORMED },
		{ EC_WITH(",\"kid\":\"\""), AC_JWK_KID },
		{ EC_WITH(",\"kid\":\"../secret\""), AC_JWK_KID },
	};

	(void)state;
	assert_rows(rows, AC_ARRAY_SIZE(rows));
}

static void
a_malformed_key_is_refused(void **state)
{
	static const struct row rows[] = {
		{ "", AC_JWK_MALFORMED },
		{ "{}", AC_JWK_MALFORMED },
		{ "[]", AC_JWK_MALFORMED },
		{ "{\"kty\":1}", AC_JWK_MALFORMED },
		{ "{\"kty\":null}", AC_JWK_MALFORMED },
		{ "{\"kty\":\"RSA\",\"kty\":\"EC\"}", AC_JWK_MALFORMED },
		{ "{\"kty\":\"RSA\"}", AC_JWK_MALFORMED },
		{ "{\"kty\":\"RSA\",\"n\":\"" RFC_RSA_N "\"}", AC_JWK_MALFORMED },
		{ "{\"kty\":\"RSA\",\"e\":\"AQAB\"}", AC_JWK_MALFORMED },
		{ RSA_WITH(",\"alg\":256"), AC_JWK_MALFORMED },
		{ RSA_WITH(",\"crv\":256"), AC_JWK_MALFORMED },
		{ RSA_E(""), AC_JWK_MALFORMED },
		{ RSA_E("AAEAAQ"), AC_JWK_MALFORMED },       /* a leading zero octet */
		{ RSA_N("AA" RFC_RSA_N), AC_JWK_MALFORMED }, /* not base64url any more */
		{ RSA_N("AAAA" RFC_RSA_N), AC_JWK_MALFORMED },
		{ RSA_E("AQAB="), AC_JWK_MALFORMED },
		{ RSA_E("AQA*"), AC_JWK_MALFORMED },
		{ RSA_E("AQ A"), AC_JWK_MALFORMED },
		{ "{\"kty\":\"EC\"}", AC_JWK_MALFORMED },
		{ "{\"kty\":\"EC\",\"x\":\"" RFC_EC_X "\",\"y\":\"" RFC_EC_Y "\"}",
		  AC_JWK_MALFORMED },
		{ "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" RFC_EC_X "\"}", AC_JWK_MALFORMED },
		{ EC_XY(RFC_EC_X, ""), AC_JWK_MALFORMED },
		{ EC_XY(RFC_EC_X, RFC_EC_Y "="), AC_JWK_MALFORMED },
		{ EC_XY(RFC_EC_X, "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a1"),
		  AC_JWK_MALFORMED }, /* stray bits */
		{ EC_XY(RFC_EC_X, "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5Q"),
		  AC_JWK_MALFORMED }, /* 31 bytes */
		{ EC_XY("AH_NziQ9g8RdQYPL7m_bS3tYBzM1e-nvE7rPbjx70VRF", RFC_EC_Y),
		  AC_JWK_MALFORMED }, /* 33 bytes, a leading zero octet */
		{ EC_XY("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVE+", RFC_EC_Y),
		  AC_JWK_MALFORMED },
		{ "{\"kty\":\"OKP\",\"crv\":\"Ed25519\"}", AC_JWK_MALFORMED },
		{ "{\"kty\":\"OKP\",\"x\":\"" RFC_ED_X "\"}", AC_JWK_MALFORMED },
		{ ED_X("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHUQ"), AC_JWK_MALFORMED },
		{ ED_X("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURoA"), AC_JWK_MALFORMED },
		{ ED_WITH(",\"y\":\"" RFC_EC_Y "\""), AC_JWK_MALFORMED },
	};

	(void)state;
	assert_rows(rows, AC_ARRAY_SIZE(rows));
}

static void
a_point_off_the_curve_is_refused(void **state)
{
	static const struct row rows[] = {
		{ EC_XY(RFC_EC_X, RFC_EC_X), AC_JWK_UNSOUND },
		{ EC_XY(RFC_EC_Y, RFC_EC_X), AC_JWK_UNSOUND },
		{ EC_XY(RFC_EC_X, "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a4"), AC_JWK_UNSOUND },
		{ EC_XY(ZERO_32, ZERO_32), AC_JWK_UNSOUND },
		{ EC_XY(RFC_EC_X, ZERO_32), AC_JWK_UNSOUND },
		/* x is the prime of the field: 0 by another name. */
		{ EC_XY("_____wAAAAEAAAAAAAAAAAAAAAD_______________8", RFC_EC_Y), AC_JWK_UNSOUND },
		{ EC_XY("__________________________________________8", RFC_EC_Y), AC_JWK_UNSOUND },
	};

	(void)state;
	assert_rows(rows, AC_ARRAY_SIZE(rows));
}

/* JW-03 */
static void
an_rsa_exponent_must_be_odd_and_not_small(void **state)
{
	static const struct row rows[] = {
		{ RSA_E("AA"), AC_JWK_MALFORMED }, /* 0 */
		{ RSA_E("AQ"), AC_JWK_WEAK },      /* 1 */
		{ RSA_E("Ag"), AC_JWK_WEAK },      /* 2 */
		{ RSA_E("Aw"), AC_JWK_WEAK },      /* 3 */
		{ RSA_E("EQ"), AC_JWK_WEAK },      /* 17 */
		{ RSA_E("__8"), AC_JWK_WEAK },     /* 65535 */
		{ RSA_E("AQAA"), AC_JWK_WEAK },    /* 65536 */
		{ RSA_E("AQAC"), AC_JWK_WEAK },    /* 65538 */
		{ RSA_E("AQAAAAE"), AC_JWK_WEAK }, /* 2^32 + 1 */
		{ RSA_E(RFC_EC_X), AC_JWK_WEAK },  /* 255 bits */
	};

	(void)state;
	assert_rows(rows, AC_ARRAY_SIZE(rows));
}

/* The modulus 2^bits - 1: odd, but for an even number of bits divisible by 3. */
static enum ac_jwk_verdict
verdict_of_modulus(size_t bits)
{
	static unsigned char n[2048];
	static char text[AC_BASE64URL_LEN(sizeof(n)) + 1], jwk[4096];
	const size_t len = (bits + 7) / 8;
	struct ac_jwk *made = NULL;
	enum ac_jwk_verdict verdict;

	memset(n, 0xff, len);
	n[0] = (unsigned char)(0xff >> (len * 8 - bits));
	ac_base64url_encode(n, len, text);
	assert_true(snprintf(jwk, sizeof(jwk), RSA_N("%s"), text) < (int)sizeof(jwk));
	verdict = ac_jwk_parse(jwk, strlen(jwk), &made);
	ac_jwk_free(&made);
	return verdict;
}

/* JW-03 */
static void
an_rsa_modulus_has_2048_to_8192_bits(void **state)
{
	static const size_t weak[] = { 8, 512, 1024, 2040, 2047, 8193, 8200, 9000, 16384 };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(weak); i++) {
		if (verdict_of_modulus(weak[i]) != AC_JWK_WEAK)
			fail_msg("%zu bits: %s", weak[i],
				 ac_jwk_words(verdict_of_modulus(weak[i])));
	}
	/* Of a good size, but libcrypto finds the factor. */
	assert_int_equal(verdict_of_modulus(2048), AC_JWK_UNSOUND);
	assert_int_equal(verdict_of_modulus(8192), AC_JWK_UNSOUND);
}

static void
an_even_modulus_is_refused(void **state)
{
	static char jwk[] = RFC_RSA_JWK;
	struct ac_jwk *made = NULL;
	char *end = strstr(jwk, "yuXpoQ");

	(void)state;
	assert_non_null(end);
	end[5] = 'A'; /* …Q is 1 in the last byte's low bits, A is 0 */
	assert_int_equal(ac_jwk_parse(jwk, strlen(jwk), &made), AC_JWK_UNSOUND);
	assert_null(made);
}

static void
the_length_of_the_text_is_bounded(void **state)
{
	static char text[AC_MAX_JWKS + 2];
	struct ac_jwk *made = NULL;

	(void)state;
	memset(text, ' ', sizeof(text));
	memcpy(text, RFC_EC_JWK, sizeof(RFC_EC_JWK) - 1);
	assert_int_equal(ac_jwk_parse(text, AC_MAX_JWKS + 1, &made), AC_JWK_MALFORMED);
	assert_null(made);
	assert_int_equal(ac_jwk_parse(text, AC_MAX_JWKS, &made), AC_JWK_GOOD);
	ac_jwk_free(&made);
}

static void
a_key_cut_short_anywhere_is_refused(void **state)
{
	static const char *const keys[] = { RFC_RSA_JWK, RFC_EC_JWK, RFC_ED_JWK };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(keys); i++) {
		for (size_t len = 0; len < strlen(keys[i]); len++) {
			struct ac_jwk *made = NULL;

			if (ac_jwk_parse(keys[i], len, &made) != AC_JWK_MALFORMED)
				fail_msg("%zu bytes of %s", len, keys[i]);
			assert_null(made);
		}
	}
}

static void
a_refusal_leaves_no_error_in_libcryptos_queue(void **state)
{
	static const struct row rows[] = {
		{ EC_XY(RFC_EC_X, RFC_EC_X), AC_JWK_UNSOUND },
		{ RSA_E("Aw"), AC_JWK_WEAK },
	};

	(void)state;
	ERR_clear_error();
	assert_rows(rows, AC_ARRAY_SIZE(rows));
	assert_int_equal(ERR_peek_error(), 0);
}

static void
every_verdict_has_words_of_its_own(void **state)
{
	(void)state;
	for (unsigned a = 0; a < AC_JWK_VERDICT_COUNT; a++) {
		assert_true(strlen(ac_jwk_words((enum ac_jwk_verdict)a)) >= 4);
		for (unsigned b = 0; b < a; b++)
			assert_string_not_equal(ac_jwk_words((enum ac_jwk_verdict)a),
						ac_jwk_words((enum ac_jwk_verdict)b));
	}
	assert_string_equal(ac_jwk_words(AC_JWK_VERDICT_COUNT), ac_jwk_words(AC_JWK_MALFORMED));
	assert_false(ac_jwk_passed_over(AC_JWK_VERDICT_COUNT));
	assert_false(ac_jwk_passed_over(AC_JWK_GOOD));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_public_key_for_signatures_is_taken),
		cmocka_unit_test(a_private_or_symmetric_member_is_refused),
		cmocka_unit_test(another_kind_of_key_is_not_supported),
		cmocka_unit_test(alg_must_belong_to_the_kind_of_key),
		cmocka_unit_test(a_key_for_another_use_is_not_used),
		cmocka_unit_test(a_malformed_key_is_refused),
		cmocka_unit_test(a_point_off_the_curve_is_refused),
		cmocka_unit_test(an_rsa_exponent_must_be_odd_and_not_small),
		cmocka_unit_test(an_rsa_modulus_has_2048_to_8192_bits),
		cmocka_unit_test(an_even_modulus_is_refused),
		cmocka_unit_test(the_length_of_the_text_is_bounded),
		cmocka_unit_test(a_key_cut_short_anywhere_is_refused),
		cmocka_unit_test(a_refusal_leaves_no_error_in_libcryptos_queue),
		cmocka_unit_test(every_verdict_has_words_of_its_own),
	};

	return cmocka_run_group_tests_name("jwk_parse", tests, NULL, NULL);
}
