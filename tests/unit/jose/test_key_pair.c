/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * jose/key_pair.h
 */
#include "jose/key_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "jose/signature.h"
#include "tests/unit/jose/forge.h"
#include "tests/unit/jose/rfc_keys.h"

/* JW-02, JW-05 */
static void
a_new_pair_signs_and_is_named_by_its_thumbprint(void **state)
{
	(void)state;
	for (unsigned id = 0; id < AC_ALG_COUNT; id++) {
		const struct ac_alg *alg = ac_alg((enum ac_alg_id)id);
		const struct ac_part input = { "text", 4 };
		struct ac_jwk *key = NULL;
		char thumbprint[AC_THUMBPRINT_SIZE];
		struct ac_signature signature;

		assert_int_equal(ac_key_pair_new(alg, &key), AUTHCODE_OK);
		assert_true(ac_jwk_is_own(key));
		assert_ptr_equal(ac_jwk_alg(key), alg);
		assert_true(EVP_PKEY_get_bits(ac_jwk_pkey(key)) >= alg->min_bits);
		assert_int_equal(ac_jwk_thumbprint(key, thumbprint), AUTHCODE_OK);
		assert_string_equal(ac_jwk_kid(key), thumbprint);
		assert_int_equal(ac_signature_make(ac_jwk_pkey(key), alg, &input, &signature),
				 AUTHCODE_OK);
		assert_true(ac_signature_verify(ac_jwk_pkey(key), alg, &input, &signature));
		ac_jwk_free(&key);
	}
}

/* JW-05 */
static void
two_new_pairs_are_two_keys(void **state)
{
	const struct ac_alg *alg = ac_alg(AC_ALG_ES256);
	const struct ac_part input = { "text", 4 };
	struct ac_jwk *first = NULL, *second = NULL;
	struct ac_signature signature;

	(void)state;
	assert_int_equal(ac_key_pair_new(alg, &first), AUTHCODE_OK);
	assert_int_equal(ac_key_pair_new(alg, &second), AUTHCODE_OK);
	assert_string_not_equal(ac_jwk_kid(first), ac_jwk_kid(second));
	assert_int_equal(ac_signature_make(ac_jwk_pkey(first), alg, &input, &signature),
			 AUTHCODE_OK);
	assert_false(ac_signature_verify(ac_jwk_pkey(second), alg, &input, &signature));
	ac_jwk_free(&first);
	ac_jwk_free(&second);
}

/* JW-05: one thumbprint of 64 would; of 500 keys none does by chance once in 2,600 runs. */
static void
no_new_kid_begins_like_an_option(void **state)
{
	(void)state;
	for (int i = 0; i < 500; i++) {
		struct ac_jwk *key = NULL;

		assert_int_equal(ac_key_pair_new(ac_alg(AC_ALG_EDDSA), &key), AUTHCODE_OK);
		assert_int_not_equal(ac_jwk_kid(key)[0], '-');
		ac_jwk_free(&key);
	}
}

/* JW-10: what is sealed is all there is of a key. */
static void
a_pair_comes_back_from_its_pkcs8(void **state)
{
	(void)state;
	for (unsigned id = 0; id < AC_ALG_COUNT; id++) {
		const struct ac_alg *alg = ac_alg((enum ac_alg_id)id);
		struct ac_jwk *key = forge_key((enum ac_alg_id)id), *again = NULL;
		struct ac_secret *der = NULL;

		assert_int_equal(ac_key_pair_encode(key, &der), AUTHCODE_OK);
		assert_int_equal(
			ac_key_pair_decode(alg, ac_secret_data(der), ac_secret_len(der), &again),
			AUTHCODE_OK);
		assert_string_equal(ac_jwk_kid(again), ac_jwk_kid(key));
		assert_int_equal(EVP_PKEY_eq(ac_jwk_pkey(again), ac_jwk_pkey(key)), 1);
		ac_secret_free(&der);
		ac_jwk_free(&again);
		ac_jwk_free(&key);
	}
}

static void
a_public_key_has_no_pkcs8(void **state)
{
	struct ac_jwk *public = forge_public_key(AC_ALG_ES256);
	struct ac_secret *der = NULL;

	(void)state;
	assert_int_equal(ac_key_pair_encode(public, &der), AUTHCODE_ERR_USAGE);
	assert_null(der);
	ac_jwk_free(&public);
}

/* JW-07 */
static void
a_pair_of_another_kind_is_refused(void **state)
{
	static const struct {
		const char *pkcs8;
		enum ac_alg_id id;
	} rows[] = {
		{ RFC_RSA_PKCS8, AC_ALG_ES256 }, { RFC_RSA_PKCS8, AC_ALG_EDDSA },
		{ RFC_EC_PKCS8, AC_ALG_RS256 },  { RFC_EC_PKCS8, AC_ALG_EDDSA },
		{ RFC_ED_PKCS8, AC_ALG_RS256 },  { RFC_ED_PKCS8, AC_ALG_PS256 },
		{ RFC_ED_PKCS8, AC_ALG_ES256 },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const struct ac_part der = forge_bytes(rows[i].pkcs8);
		struct ac_jwk *key = NULL;

		assert_int_equal(ac_key_pair_decode(ac_alg(rows[i].id), der.data, der.len, &key),
				 AUTHCODE_ERR_CRYPTO);
		assert_null(key);
	}
}

static enum authcode_err
decoded(const struct ac_alg *alg, EVP_PKEY *pkey)
{
	struct ac_jwk *own = NULL, *again = NULL;
	struct ac_secret *der = NULL;
	enum authcode_err err;

	assert_non_null(pkey);
	assert_int_equal(ac_jwk_new_own_take(pkey, alg, &own), AUTHCODE_OK);
	assert_int_equal(ac_key_pair_encode(own, &der), AUTHCODE_OK);
	err = ac_key_pair_decode(alg, ac_secret_data(der), ac_secret_len(der), &again);
	ac_secret_free(&der);
	ac_jwk_free(&again);
	ac_jwk_free(&own);
	return err;
}

/* JW-03 */
static void
a_weak_pair_or_one_on_another_curve_is_refused(void **state)
{
	(void)state;
	assert_int_equal(
		decoded(ac_alg(AC_ALG_RS256), EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024)),
		AUTHCODE_ERR_CRYPTO);
	assert_int_equal(
		decoded(ac_alg(AC_ALG_ES256), EVP_PKEY_Q_keygen(NULL, NULL, "EC", "secp256k1")),
		AUTHCODE_ERR_CRYPTO);
}

static void
what_is_not_exactly_one_pkcs8_is_refused(void **state)
{
	static const char *const pairs[] = { RFC_EC_PKCS8, RFC_ED_PKCS8 };
	static const enum ac_alg_id ids[] = { AC_ALG_ES256, AC_ALG_EDDSA };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(pairs); i++) {
		struct ac_jwk *key = NULL;
		uint8_t der[256] = { 0 };
		const struct ac_part good = forge_bytes(pairs[i]);
		const size_t whole = good.len;

		memcpy(der, good.data, whole);
		for (size_t len = 0; len < whole; len++)
			assert_int_equal(ac_key_pair_decode(ac_alg(ids[i]), der, len, &key),
					 AUTHCODE_ERR_SYNTAX);
		assert_int_equal(ac_key_pair_decode(ac_alg(ids[i]), der, whole + 1, &key),
				 AUTHCODE_ERR_SYNTAX);
		assert_null(key);
	}
}

static void
a_text_over_the_limit_is_refused(void **state)
{
	static uint8_t der[AC_MAX_PKCS8 + 1] = { 0x30, 0x82, 0x1f, 0xfd };
	struct ac_jwk *key = NULL;

	(void)state;
	assert_int_equal(ac_key_pair_decode(ac_alg(AC_ALG_RS256), der, sizeof(der), &key),
			 AUTHCODE_ERR_SYNTAX);
	assert_null(key);
}

/* Does key, perhaps damaged, sign what the good one verifies? */
static bool
signs_for(const struct ac_jwk *key, const struct ac_jwk *good)
{
	const struct ac_part input = { "text", 4 };
	struct ac_signature signature;

	return ac_signature_make(ac_jwk_pkey(key), ac_jwk_alg(key), &input, &signature) ==
		       AUTHCODE_OK &&
	       ac_signature_verify(ac_jwk_pkey(good), ac_jwk_alg(good), &input, &signature);
}

/* An RSA key says the same thing twice, and libcrypto makes do with what is left
 * of it: whatever is taken is still the same key and signs as such. */
static void
a_damaged_pair_is_refused_or_signs_all_the_same(void **state)
{
	static const struct {
		const char *pkcs8;
		enum ac_alg_id id;
		size_t step, least; /* of a hundred must be refused */
	} rows[] = { { RFC_RSA_PKCS8, AC_ALG_RS256, 61, 20 },
		     { RFC_EC_PKCS8, AC_ALG_ES256, 1, 90 } };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct ac_jwk *good = forge_key(rows[i].id);
		uint8_t der[2048];
		const struct ac_part bytes = forge_bytes(rows[i].pkcs8);
		size_t refused = 0, tried = 0;

		memcpy(der, bytes.data, bytes.len);
		for (size_t at = 4; at < bytes.len; at += rows[i].step, tried++) {
			struct ac_jwk *key = NULL;

			der[at] ^= 0x10;
			if (ac_key_pair_decode(ac_alg(rows[i].id), der, bytes.len, &key) !=
			    AUTHCODE_OK)
				refused++;
			else if (strcmp(ac_jwk_kid(key), ac_jwk_kid(good)) != 0 ||
				 !signs_for(key, good))
				fail_msg("row %zu: byte %zu", i, at);
			der[at] ^= 0x10;
			ac_jwk_free(&key);
		}
		if (refused * 100 < tried * rows[i].least)
			fail_msg("row %zu: %zu of %zu refused", i, refused, tried);
		ac_jwk_free(&good);
	}
}

static void
a_refusal_leaves_no_error_in_libcryptos_queue(void **state)
{
	struct ac_jwk *key = NULL;

	(void)state;
	ERR_clear_error();
	assert_int_equal(ac_key_pair_decode(ac_alg(AC_ALG_RS256), "no key", 6, &key),
			 AUTHCODE_ERR_SYNTAX);
	assert_int_equal(ERR_peek_error(), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_pair_signs_and_is_named_by_its_thumbprint),
		cmocka_unit_test(two_new_pairs_are_two_keys),
		cmocka_unit_test(no_new_kid_begins_like_an_option),
		cmocka_unit_test(a_pair_comes_back_from_its_pkcs8),
		cmocka_unit_test(a_public_key_has_no_pkcs8),
		cmocka_unit_test(a_pair_of_another_kind_is_refused),
		cmocka_unit_test(a_weak_pair_or_one_on_another_curve_is_refused),
		cmocka_unit_test(what_is_not_exactly_one_pkcs8_is_refused),
		cmocka_unit_test(a_text_over_the_limit_is_refused),
		cmocka_unit_test(a_damaged_pair_is_refused_or_signs_all_the_same),
		cmocka_unit_test(a_refusal_leaves_no_error_in_libcryptos_queue),
	};

	return cmocka_run_group_tests_name("key_pair", tests, NULL, NULL);
}
