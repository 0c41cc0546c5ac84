/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * jose/jws.h: what is signed and what is verified. What is refused is in
 * test_jws_hostile.c.
 */
#include "jose/jws.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "tests/unit/jose/forge.h"
#include "tests/unit/jose/rfc_keys.h"

static const struct ac_part payload = { "{\"sub\":\"s\"}", 11 };

static struct authcode_arena *
new_arena(void)
{
	struct authcode_arena *arena = NULL;

	assert_int_equal(authcode_arena_new(0, &arena), AUTHCODE_OK);
	return arena;
}

static enum ac_jws_verdict
verify(const char *token, const struct ac_jwk *key, const char *typ, json_t **ret_claims)
{
	const struct ac_jws_expect expect = {
		.algs = AC_ALG_ALL,
		.typ = { typ, typ == NULL },
		.find_key = forge_find,
		.keys = key,
	};

	return ac_jws_verify(token, strlen(token), &expect, ret_claims);
}

/* RFC 7515 A.2 and A.3. RFC 8037 A.4 signs text: the signature is good, and the
 * payload is refused for what it is. */
static void
the_published_tokens_verify(void **state)
{
	static const struct {
		enum ac_alg_id id;
		const char *token;
		enum ac_jws_verdict verdict;
	} rows[] = {
		{ AC_ALG_RS256, RFC_RS256_TOKEN, AC_JWS_VERIFIED },
		{ AC_ALG_ES256, RFC_ES256_TOKEN, AC_JWS_VERIFIED },
		{ AC_ALG_EDDSA, RFC_EDDSA_INPUT "." RFC_EDDSA_SIGNATURE, AC_JWS_PAYLOAD },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct ac_jwk *key = forge_public_key(rows[i].id);
		json_t *claims = NULL;

		assert_int_equal(verify(rows[i].token, key, NULL, &claims), rows[i].verdict);
		if (rows[i].verdict == AC_JWS_VERIFIED) {
			assert_int_equal(json_object_size(claims), 3);
			assert_string_equal(json_string_value(json_object_get(claims, "iss")),
					    "joe");
			assert_int_equal(json_integer_value(json_object_get(claims, "exp")),
					 1300819380);
			assert_true(json_is_true(
				json_object_get(claims, "http://example.com/is_root")));
		}
		json_decref(claims);
		ac_jwk_free(&key);
	}
}

/* ID-10, AT-01: kid always, typ when given, and nothing else. */
static void
the_header_says_alg_kid_and_typ(void **state)
{
	static const char *const expected[AC_ALG_COUNT][2] = {
		[AC_ALG_RS256] = { "{\"alg\":\"RS256\",\"kid\":\"" RFC_RSA_THUMBPRINT
				   "\",\"typ\":\"at+jwt\"}",
				   "{\"alg\":\"RS256\",\"kid\":\"" RFC_RSA_THUMBPRINT "\"}" },
		[AC_ALG_PS256] = { "{\"alg\":\"PS256\",\"kid\":\"" RFC_RSA_THUMBPRINT
				   "\",\"typ\":\"at+jwt\"}",
				   "{\"alg\":\"PS256\",\"kid\":\"" RFC_RSA_THUMBPRINT "\"}" },
		[AC_ALG_ES256] = { "{\"alg\":\"ES256\",\"kid\":\"" RFC_EC_THUMBPRINT
				   "\",\"typ\":\"at+jwt\"}",
				   "{\"alg\":\"ES256\",\"kid\":\"" RFC_EC_THUMBPRINT "\"}" },
		[AC_ALG_EDDSA] = { "{\"alg\":\"EdDSA\",\"kid\":\"" RFC_ED_THUMBPRINT
				   "\",\"typ\":\"at+jwt\"}",
				   "{\"alg\":\"EdDSA\",\"kid\":\"" RFC_ED_THUMBPRINT "\"}" },
	};

	(void)state;
	for (unsigned id = 0; id < AC_ALG_COUNT; id++) {
		struct ac_jwk *key = forge_key((enum ac_alg_id)id);
		struct authcode_arena *arena = new_arena();

		for (int plain = 0; plain < 2; plain++) {
			char *token = NULL;
			const char *input = forge_input(expected[id][plain], payload.data);

			assert_int_equal(
				ac_jws_sign(key, plain ? NULL : "at+jwt", &payload, arena, &token),
				AUTHCODE_OK);
			assert_memory_equal(token, input, strlen(input));
			assert_int_equal(token[strlen(input)], '.');
		}
		authcode_arena_free(&arena);
		ac_jwk_free(&key);
	}
}

static void
what_is_signed_verifies_with_the_public_half(void **state)
{
	(void)state;
	for (unsigned id = 0; id < AC_ALG_COUNT; id++) {
		struct ac_jwk *key = forge_key((enum ac_alg_id)id);
		struct ac_jwk *public = forge_public_key((enum ac_alg_id)id);
		struct authcode_arena *arena = new_arena();
		json_t *claims = json_pack("{s:s,s:[i,i],s:o}", "sub", "\xc3\xa4\"\n", "a", 1, 2,
					   "n", json_integer(INT64_MAX)),
		       *back = NULL;
		char *token = NULL;

		assert_int_equal(ac_jws_sign_claims(key, "JWT", claims, arena, &token),
				 AUTHCODE_OK);
		assert_int_equal(verify(token, public, "JWT", &back), AC_JWS_VERIFIED);
		assert_true(json_equal(claims, back));
		json_decref(back);
		json_decref(claims);
		authcode_arena_free(&arena);
		ac_jwk_free(&public);
		ac_jwk_free(&key);
	}
}

/* ID-19; RFC 7515 §4.1.9 */
static void
typ_is_compared_as_a_media_type(void **state)
{
	static const struct {
		const char *names;
		bool optional;
		const char *header;
		enum ac_jws_verdict verdict;
	} rows[] = {
		{ "at+jwt", false, "{\"alg\":\"ES256\",\"typ\":\"at+jwt\"}", AC_JWS_VERIFIED },
		{ "at+jwt", false, "{\"alg\":\"ES256\",\"typ\":\"AT+JWT\"}", AC_JWS_VERIFIED },
		{ "at+jwt", false, "{\"alg\":\"ES256\",\"typ\":\"application/at+jwt\"}",
		  AC_JWS_VERIFIED },
		{ "at+jwt", false, "{\"alg\":\"ES256\",\"typ\":\"Application/At+Jwt\"}",
		  AC_JWS_VERIFIED },
		{ "JWT client-authentication+jwt", true,
		  "{\"alg\":\"ES256\",\"typ\":\"client-authentication+jwt\"}", AC_JWS_VERIFIED },
		{ "JWT client-authentication+jwt", true, "{\"alg\":\"ES256\",\"typ\":\"jwt\"}",
		  AC_JWS_VERIFIED },
		{ "JWT", true, "{\"alg\":\"ES256\"}", AC_JWS_VERIFIED },
		{ NULL, true, "{\"alg\":\"ES256\"}", AC_JWS_VERIFIED },
		{ NULL, false, "{\"alg\":\"ES256\"}", AC_JWS_TYPE },
		{ NULL, true, "{\"alg\":\"ES256\",\"typ\":\"JWT\"}", AC_JWS_TYPE },
		{ "", false, "{\"alg\":\"ES256\",\"typ\":\"\"}", AC_JWS_TYPE },
		{ "at+jwt", false, "{\"alg\":\"ES256\"}", AC_JWS_TYPE },
		{ "at+jwt", false, "{\"alg\":\"ES256\",\"typ\":\"JWT\"}", AC_JWS_TYPE },
		{ "at+jwt", false, "{\"alg\":\"ES256\",\"typ\":\"at+jwt2\"}", AC_JWS_TYPE },
		{ "at+jwt", false, "{\"alg\":\"ES256\",\"typ\":\"at+jw\"}", AC_JWS_TYPE },
		{ "at+jwt", false, "{\"alg\":\"ES256\",\"typ\":\"text/at+jwt\"}", AC_JWS_TYPE },
		{ "at+jwt", false, "{\"alg\":\"ES256\",\"typ\":\"application/\"}", AC_JWS_TYPE },
		{ "at+jwt", false, "{\"alg\":\"ES256\",\"typ\":\"application/application/at+jwt\"}",
		  AC_JWS_TYPE },
		{ "at+jwt", false, "{\"alg\":\"ES256\",\"typ\":\" at+jwt\"}", AC_JWS_TYPE },
		{ "JWT at+jwt", true, "{\"alg\":\"ES256\",\"typ\":\"JWT at+jwt\"}", AC_JWS_TYPE },
		{ "JWT", true, "{\"alg\":\"ES256\",\"typ\":\"\"}", AC_JWS_TYPE },
		{ "JWT", true, "{\"alg\":\"ES256\",\"typ\":null}", AC_JWS_HEADER },
		{ "JWT", true, "{\"alg\":\"ES256\",\"typ\":[\"JWT\"]}", AC_JWS_HEADER },
	};
	struct ac_jwk *key = forge_key(AC_ALG_ES256);

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const struct ac_jws_expect expect = { .algs = AC_ALG_ALL,
						      .typ = { rows[i].names, rows[i].optional },
						      .find_key = forge_find,
						      .keys = key };
		const char *token = forge_token(key, AC_ALG_ES256, rows[i].header, "{}");
		json_t *claims = NULL;
		const enum ac_jws_verdict verdict =
			ac_jws_verify(token, strlen(token), &expect, &claims);

		if (verdict != rows[i].verdict)
			fail_msg("%s against %s: %s", rows[i].header, rows[i].names,
				 ac_jws_words(verdict));
		json_decref(claims);
	}
	ac_jwk_free(&key);
}

static void
a_foreign_key_does_not_sign(void **state)
{
	struct authcode_arena *arena = new_arena();
	char *token = NULL;

	(void)state;
	for (unsigned id = 0; id < AC_ALG_COUNT; id++) {
		struct ac_jwk *public = forge_public_key((enum ac_alg_id)id);

		assert_int_equal(ac_jws_sign(public, NULL, &payload, arena, &token),
				 AUTHCODE_ERR_USAGE);
		ac_jwk_free(&public);
	}
	assert_null(token);
	authcode_arena_free(&arena);
}

static void
a_typ_that_needs_escaping_is_not_signed(void **state)
{
	static const char *const typs[] = {
		"", "a\"b", "a b", "a\\", "a\n", "\xc3\xa4", "application/jwt;charset=utf-8"
	};
	struct ac_jwk *key = forge_key(AC_ALG_ES256);
	struct authcode_arena *arena = new_arena();
	char *token = NULL;

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(typs); i++)
		assert_int_equal(ac_jws_sign(key, typs[i], &payload, arena, &token),
				 AUTHCODE_ERR_USAGE);
	assert_null(token);
	authcode_arena_free(&arena);
	ac_jwk_free(&key);
}

/* What we would refuse, we do not issue; the limit itself is still fine. */
static void
a_token_over_the_limit_is_not_signed(void **state)
{
	static char text[AC_MAX_JWS + 1];
	struct ac_jwk *key = forge_key(AC_ALG_ES256);
	struct authcode_arena *arena = new_arena();
	char *token = NULL;
	json_t *claims = NULL;
	size_t len = 12000;

	(void)state;
	memset(text, ' ', sizeof(text));
	text[0] = '{';
	do {
		struct ac_part long_payload = { text, len };

		token = NULL;
		text[len - 1] = '}';
		if (ac_jws_sign(key, NULL, &long_payload, arena, &token) != AUTHCODE_OK)
			break;
		assert_true(strlen(token) <= AC_MAX_JWS);
		text[len - 1] = ' ';
		len += strlen(token) < AC_MAX_JWS - 8 ? (AC_MAX_JWS - 8 - strlen(token)) / 4 + 1
						      : 1;
		claims = NULL;
		assert_int_equal(verify(token, key, NULL, &claims), AC_JWS_VERIFIED);
		json_decref(claims);
	} while (len < AC_MAX_JWS);
	assert_null(token);
	assert_true(len > 12000 && len < 13000);
	authcode_arena_free(&arena);
	ac_jwk_free(&key);
}

static void
a_full_arena_is_reported(void **state)
{
	struct ac_jwk *key = forge_key(AC_ALG_ES256);
	struct authcode_arena *arena = NULL;
	char *token = NULL;

	(void)state;
	assert_int_equal(authcode_arena_new(64, &arena), AUTHCODE_OK);
	assert_int_equal(ac_jws_sign(key, NULL, &payload, arena, &token), AUTHCODE_ERR_MEMORY);
	assert_null(token);
	authcode_arena_free(&arena);
	ac_jwk_free(&key);
}

static void *
sign_and_verify_many(void *arg)
{
	struct ac_jwk *key = arg;

	for (int i = 0; i < 50; i++) {
		struct authcode_arena *arena = NULL;
		json_t *claims = NULL;
		char *token = NULL;
		bool good = authcode_arena_new(0, &arena) == AUTHCODE_OK &&
			    ac_jws_sign(key, NULL, &payload, arena, &token) == AUTHCODE_OK &&
			    verify(token, key, NULL, &claims) == AC_JWS_VERIFIED;

		json_decref(claims);
		authcode_arena_free(&arena);
		if (!good)
			return key;
	}
	ac_jwk_free(&key);
	return NULL;
}

static void
threads_share_a_key(void **state)
{
	struct ac_jwk *key = forge_key(AC_ALG_ES256);
	pthread_t threads[4];
	void *failed;

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(threads); i++)
		assert_int_equal(
			pthread_create(&threads[i], NULL, sign_and_verify_many, ac_jwk_ref(key)),
			0);
	ac_jwk_free(&key);
	for (size_t i = 0; i < AC_ARRAY_SIZE(threads); i++) {
		assert_int_equal(pthread_join(threads[i], &failed), 0);
		assert_null(failed);
	}
}

static void
every_verdict_has_words_of_its_own(void **state)
{
	(void)state;
	for (unsigned a = 0; a < AC_JWS_VERDICT_COUNT; a++) {
		assert_true(strlen(ac_jws_words((enum ac_jws_verdict)a)) >= 8);
		for (unsigned b = 0; b < a; b++)
			assert_string_not_equal(ac_jws_words((enum ac_jws_verdict)a),
						ac_jws_words((enum ac_jws_verdict)b));
	}
	assert_string_equal(ac_jws_words(AC_JWS_VERDICT_COUNT), ac_jws_words(AC_JWS_MALFORMED));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_published_tokens_verify),
		cmocka_unit_test(the_header_says_alg_kid_and_typ),
		cmocka_unit_test(what_is_signed_verifies_with_the_public_half),
		cmocka_unit_test(typ_is_compared_as_a_media_type),
		cmocka_unit_test(a_foreign_key_does_not_sign),
		cmocka_unit_test(a_typ_that_needs_escaping_is_not_signed),
		cmocka_unit_test(a_token_over_the_limit_is_not_signed),
		cmocka_unit_test(a_full_arena_is_reported),
		cmocka_unit_test(threads_share_a_key),
		cmocka_unit_test(every_verdict_has_words_of_its_own),
	};

	return cmocka_run_group_tests_name("jws", tests, NULL, NULL);
}
