/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * jose/hmac_jws.h
 */
#include "jose/hmac_jws.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "tests/unit/jose/forge.h"
#include "tests/unit/jose/rfc_keys.h"

#define CLAIMS "{\"iss\":\"client\"}"

static const char secret_text[] = "a client secret of 33 characters.";
static const struct ac_typ_expect any_jwt = { "JWT", true };

static struct ac_secret *
secret_of(const void *data, size_t len)
{
	struct ac_secret *secret = NULL;

	assert_int_equal(ac_secret_new(data, len, &secret), AUTHCODE_OK);
	return secret;
}

static struct ac_secret *
good_secret(void)
{
	return secret_of(secret_text, sizeof(secret_text) - 1);
}

static struct authcode_arena *
new_arena(void)
{
	struct authcode_arena *arena = NULL;

	assert_int_equal(authcode_arena_new(0, &arena), AUTHCODE_OK);
	return arena;
}

static enum ac_jws_verdict
verdict_of(const char *token, const struct ac_secret *secret)
{
	const struct ac_part part = { token, strlen(token) };
	json_t *claims = NULL;
	const enum ac_jws_verdict verdict = ac_hmac_jws_verify(&part, &any_jwt, secret, &claims);

	assert_int_equal(claims != NULL, verdict == AC_JWS_VERIFIED);
	json_decref(claims);
	return verdict;
}

/* A token with any header, under the HMAC of any secret, however short. */
static const char *
mac_token(const char *header, const void *key, size_t len)
{
	const char *input = forge_input(header, CLAIMS);
	const struct ac_part key_part = { key, len }, part = { input, strlen(input) };
	uint8_t mac[AC_DIGEST_LEN];

	assert_int_equal(ac_hmac_sha256_any(&key_part, &part, 1, mac), AUTHCODE_OK);
	return forge_signed(input, mac, sizeof(mac));
}

static void
the_published_token_verifies(void **state)
{
	const struct ac_part key = forge_bytes(RFC_HS256_KEY);
	const struct ac_part token = { RFC_HS256_TOKEN, sizeof(RFC_HS256_TOKEN) - 1 };
	struct ac_secret *secret = secret_of(key.data, key.len);
	json_t *claims = NULL;

	(void)state;
	assert_int_equal(ac_hmac_jws_verify(&token, &any_jwt, secret, &claims), AC_JWS_VERIFIED);
	assert_string_equal(json_string_value(json_object_get(claims, "iss")), "joe");
	assert_int_equal(json_integer_value(json_object_get(claims, "exp")), 1300819380);
	json_decref(claims);
	ac_secret_free(&secret);
}

/* Shorter than SHA-256's block of 64 bytes, as long, and longer. */
static void
what_a_secret_signed_it_verifies(void **state)
{
	static const size_t lengths[] = { 32, 33, 63, 64, 65, 512 };
	static const char text[512] = "text";

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(lengths); i++) {
		struct ac_secret *secret = secret_of(text, lengths[i]);
		struct authcode_arena *arena = new_arena();
		const struct ac_part payload = { CLAIMS, sizeof(CLAIMS) - 1 };
		char *token = NULL;

		assert_int_equal(ac_hmac_jws_sign(secret, "JWT", &payload, arena, &token),
				 AUTHCODE_OK);
		assert_int_equal(verdict_of(token, secret), AC_JWS_VERIFIED);
		authcode_arena_free(&arena);
		ac_secret_free(&secret);
	}
}

/* ID-12, RFC 7518 §3.2 */
static void
a_secret_under_256_bits_neither_signs_nor_verifies(void **state)
{
	static const char text[32] = "text";

	(void)state;
	for (size_t len = 0; len < AC_HS256_MIN_SECRET; len++) {
		struct ac_secret *secret = secret_of(text, len);
		struct authcode_arena *arena = new_arena();
		const struct ac_part payload = { CLAIMS, sizeof(CLAIMS) - 1 };
		char *token = NULL;

		assert_int_equal(ac_hmac_jws_sign(secret, NULL, &payload, arena, &token),
				 AUTHCODE_ERR_USAGE);
		assert_null(token);
		assert_int_equal(verdict_of(mac_token("{\"alg\":\"HS256\"}", text, len), secret),
				 AC_JWS_NO_KEY);
		authcode_arena_free(&arena);
		ac_secret_free(&secret);
	}
}

static void
another_secret_does_not_verify(void **state)
{
	struct ac_secret *secret = good_secret();
	const char *token;

	(void)state;
	token = mac_token("{\"alg\":\"HS256\"}", secret_text, sizeof(secret_text) - 1);
	assert_int_equal(verdict_of(token, secret), AC_JWS_VERIFIED);
	token = mac_token("{\"alg\":\"HS256\"}", secret_text, sizeof(secret_text) - 2);
	assert_int_equal(verdict_of(token, secret), AC_JWS_SIGNATURE);
	token = mac_token("{\"alg\":\"HS256\"}", "A client secret of 33 characters.",
			  sizeof(secret_text) - 1);
	assert_int_equal(verdict_of(token, secret), AC_JWS_SIGNATURE);
	token = mac_token("{\"alg\":\"HS256\"}", "", 0);
	assert_int_equal(verdict_of(token, secret), AC_JWS_SIGNATURE);
	ac_secret_free(&secret);
}

/* Another algorithm, even with the right HMAC under it. */
static void
only_hs256_is_taken(void **state)
{
	static const char *const headers[] = {
		"{\"alg\":\"none\"}",  "{\"alg\":\"\"}",      "{\"alg\":\"hs256\"}",
		"{\"alg\":\"HS384\"}", "{\"alg\":\"HS512\"}", "{\"alg\":\"RS256\"}",
		"{\"alg\":\"ES256\"}", "{\"alg\":\"EdDSA\"}", "{\"alg\":\"HS256 \"}",
	};
	struct ac_secret *secret = good_secret();

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(headers); i++) {
		const char *token = mac_token(headers[i], secret_text, sizeof(secret_text) - 1);

		if (verdict_of(token, secret) != AC_JWS_ALGORITHM)
			fail_msg("%s", headers[i]);
	}
	ac_secret_free(&secret);
}

static void
a_tag_of_another_length_is_refused(void **state)
{
	struct ac_secret *secret = good_secret();
	const char *input = forge_input("{\"alg\":\"HS256\"}", CLAIMS);
	const struct ac_part key = { secret_text, sizeof(secret_text) - 1 };
	const struct ac_part part = { input, strlen(input) };
	uint8_t mac[AC_DIGEST_LEN + 16] = { 0 };

	(void)state;
	assert_int_equal(ac_hmac_sha256_any(&key, &part, 1, mac), AUTHCODE_OK);
	for (size_t len = 1; len <= sizeof(mac); len++)
		assert_int_equal(verdict_of(forge_signed(input, mac, len), secret),
				 len == AC_DIGEST_LEN ? AC_JWS_VERIFIED : AC_JWS_SIGNATURE);
	assert_int_equal(verdict_of(forge_signed(input, mac, 0), secret), AC_JWS_MALFORMED);
	ac_secret_free(&secret);
}

static void
a_token_cut_or_changed_anywhere_is_refused(void **state)
{
	const struct ac_part key = forge_bytes(RFC_HS256_KEY);
	struct ac_secret *secret = secret_of(key.data, key.len);
	char token[] = RFC_HS256_TOKEN;

	(void)state;
	for (size_t i = 0; i < sizeof(token) - 1; i++) {
		const char kept = token[i];

		token[i] = '\0';
		assert_int_not_equal(verdict_of(token, secret), AC_JWS_VERIFIED);
		for (unsigned bit = 0; bit < 7; bit++) {
			token[i] = (char)(kept ^ (1 << bit));
			if (verdict_of(token, secret) == AC_JWS_VERIFIED)
				fail_msg("%s", token);
		}
		token[i] = kept;
	}
	assert_int_equal(verdict_of(token, secret), AC_JWS_VERIFIED);
	ac_secret_free(&secret);
}

/* ID-19 */
static void
another_type_of_token_is_refused(void **state)
{
	struct ac_secret *secret = good_secret();

	(void)state;
	assert_int_equal(verdict_of(mac_token("{\"alg\":\"HS256\",\"typ\":\"at+jwt\"}", secret_text,
					      sizeof(secret_text) - 1),
				    secret),
			 AC_JWS_TYPE);
	ac_secret_free(&secret);
}

static void
a_token_over_the_limit_is_not_signed(void **state)
{
	static char payload_text[AC_MAX_JWS];
	const struct ac_part payload = { payload_text, sizeof(payload_text) };
	struct ac_secret *secret = good_secret();
	struct authcode_arena *arena = new_arena();
	char *token = NULL;

	(void)state;
	assert_int_equal(ac_hmac_jws_sign(secret, NULL, &payload, arena, &token),
			 AUTHCODE_ERR_LIMIT);
	assert_null(token);
	authcode_arena_free(&arena);
	ac_secret_free(&secret);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_published_token_verifies),
		cmocka_unit_test(what_a_secret_signed_it_verifies),
		cmocka_unit_test(a_secret_under_256_bits_neither_signs_nor_verifies),
		cmocka_unit_test(another_secret_does_not_verify),
		cmocka_unit_test(only_hs256_is_taken),
		cmocka_unit_test(a_tag_of_another_length_is_refused),
		cmocka_unit_test(a_token_cut_or_changed_anywhere_is_refused),
		cmocka_unit_test(another_type_of_token_is_refused),
		cmocka_unit_test(a_token_over_the_limit_is_not_signed),
	};

	return cmocka_run_group_tests_name("hmac_jws", tests, NULL, NULL);
}
