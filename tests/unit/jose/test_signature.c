/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * jose/signature.h
 */
#include "jose/signature.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/err.h>

#include "tests/unit/jose/forge.h"
#include "tests/unit/jose/rfc_keys.h"

static const struct ac_part message = { "what is signed", 14 };

static struct ac_signature
signature_of(const char *text)
{
	const struct ac_part bytes = forge_bytes(text);
	struct ac_signature signature = { .len = bytes.len };

	memcpy(signature.bytes, bytes.data, bytes.len);
	return signature;
}

/* RFC 7515 A.2 and RFC 8037 A.4: these two are deterministic. */
static void
the_published_signatures_are_made_and_verified(void **state)
{
	static const struct {
		enum ac_alg_id id;
		const char *input, *signature;
	} rows[] = {
		{ AC_ALG_RS256, RFC_RS256_INPUT, RFC_RS256_SIGNATURE },
		{ AC_ALG_EDDSA, RFC_EDDSA_INPUT, RFC_EDDSA_SIGNATURE },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const struct ac_part input = { rows[i].input, strlen(rows[i].input) };
		const struct ac_signature expected = signature_of(rows[i].signature);
		struct ac_jwk *key = forge_key(rows[i].id), *public = forge_public_key(rows[i].id);
		struct ac_signature made;

		assert_int_equal(
			ac_signature_make(ac_jwk_pkey(key), ac_alg(rows[i].id), &input, &made),
			AUTHCODE_OK);
		assert_int_equal(made.len, expected.len);
		assert_memory_equal(made.bytes, expected.bytes, expected.len);
		assert_true(ac_signature_verify(ac_jwk_pkey(public), ac_alg(rows[i].id), &input,
						&expected));
		ac_jwk_free(&key);
		ac_jwk_free(&public);
	}
}

/* JW-07: what one algorithm signed, no other verifies, with any key. */
static void
only_the_same_key_and_algorithm_verify(void **state)
{
	(void)state;
	for (unsigned made_by = 0; made_by < AC_ALG_COUNT; made_by++) {
		struct ac_jwk *key = forge_key((enum ac_alg_id)made_by);
		struct ac_signature signature;

		assert_int_equal(ac_signature_make(ac_jwk_pkey(key),
						   ac_alg((enum ac_alg_id)made_by), &message,
						   &signature),
				 AUTHCODE_OK);
		ac_jwk_free(&key);
		for (unsigned with = 0; with < AC_ALG_COUNT; with++) {
			struct ac_jwk *public = forge_public_key((enum ac_alg_id)with);

			for (unsigned as = 0; as < AC_ALG_COUNT; as++) {
				const bool good = as == made_by &&
						  strcmp(ac_alg((enum ac_alg_id)with)->kty,
							 ac_alg((enum ac_alg_id)as)->kty) == 0;

				if (ac_signature_verify(ac_jwk_pkey(public),
							ac_alg((enum ac_alg_id)as), &message,
							&signature) != good)
					fail_msg("made by %u, key of %u, taken as %u", made_by,
						 with, as);
			}
			ac_jwk_free(&public);
		}
	}
}

static void
a_key_of_another_kind_does_not_sign(void **state)
{
	struct ac_jwk *ec = forge_key(AC_ALG_ES256), *rsa = forge_key(AC_ALG_RS256);
	struct ac_signature made = { .len = 7 };

	(void)state;
	assert_int_equal(ac_signature_make(ac_jwk_pkey(ec), ac_alg(AC_ALG_RS256), &message, &made),
			 AUTHCODE_ERR_USAGE);
	assert_int_equal(ac_signature_make(ac_jwk_pkey(ec), ac_alg(AC_ALG_EDDSA), &message, &made),
			 AUTHCODE_ERR_USAGE);
	assert_int_equal(ac_signature_make(ac_jwk_pkey(rsa), ac_alg(AC_ALG_ES256), &message, &made),
			 AUTHCODE_ERR_USAGE);
	assert_int_equal(made.len, 7);
	ac_jwk_free(&ec);
	ac_jwk_free(&rsa);
}

static void
a_public_key_does_not_sign(void **state)
{
	(void)state;
	for (unsigned id = 0; id < AC_ALG_COUNT; id++) {
		struct ac_jwk *public = forge_public_key((enum ac_alg_id)id);
		struct ac_signature made = { .len = 7 };

		assert_int_equal(ac_signature_make(ac_jwk_pkey(public), ac_alg((enum ac_alg_id)id),
						   &message, &made),
				 AUTHCODE_ERR_CRYPTO);
		assert_int_equal(made.len, 7);
		ac_jwk_free(&public);
	}
}

static void
one_changed_bit_anywhere_does_not_verify(void **state)
{
	(void)state;
	for (unsigned id = 0; id < AC_ALG_COUNT; id++) {
		const struct ac_alg *alg = ac_alg((enum ac_alg_id)id);
		struct ac_jwk *key = forge_key((enum ac_alg_id)id);
		const size_t step = alg->signature_len > 0 ? 3 : 61;
		struct ac_signature signature;

		assert_int_equal(ac_signature_make(ac_jwk_pkey(key), alg, &message, &signature),
				 AUTHCODE_OK);
		for (size_t bit = 0; bit < signature.len * 8; bit += step) {
			signature.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
			if (ac_signature_verify(ac_jwk_pkey(key), alg, &message, &signature))
				fail_msg("%s: bit %zu", alg->name, bit);
			signature.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		assert_true(ac_signature_verify(ac_jwk_pkey(key), alg, &message, &signature));
		ac_jwk_free(&key);
	}
}

/* Cut, grown at either end with zeros, empty, all zeros. */
static void
only_the_exact_length_verifies(void **state)
{
	(void)state;
	for (unsigned id = 0; id < AC_ALG_COUNT; id++) {
		const struct ac_alg *alg = ac_alg((enum ac_alg_id)id);
		struct ac_jwk *key = forge_key((enum ac_alg_id)id);
		struct ac_signature good, other = { .len = 0 };

		assert_int_equal(ac_signature_make(ac_jwk_pkey(key), alg, &message, &good),
				 AUTHCODE_OK);
		assert_false(ac_signature_verify(ac_jwk_pkey(key), alg, &message, &other));
		other.len = good.len;
		assert_false(ac_signature_verify(ac_jwk_pkey(key), alg, &message, &other));
		memcpy(other.bytes + 1, good.bytes, good.len);
		other.len = good.len + 1;
		assert_false(ac_signature_verify(ac_jwk_pkey(key), alg, &message, &other));
		other = good;
		other.len++;
		assert_false(ac_signature_verify(ac_jwk_pkey(key), alg, &message, &other));
		other.len = AC_MAX_SIGNATURE;
		assert_false(ac_signature_verify(ac_jwk_pkey(key), alg, &message, &other));
		for (other.len = 0; other.len < good.len; other.len++)
			assert_false(ac_signature_verify(ac_jwk_pkey(key), alg, &message, &other));
		ac_jwk_free(&key);
	}
}

/* RFC 7518 §3.4: r and s are exactly 32 bytes each and from 1 to n - 1. */
static void
an_ecdsa_signature_outside_its_range_is_refused(void **state)
{
	/* n is the order of P-256, p the prime of its field (SEC 2 §2.4.2). */
#define ORDER                                                                                      \
	"\xff\xff\xff\xff\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xbc\xe6\xfa\xad\xa7\x17\x9e\x84"
#define ORDER_N ORDER "\xf3\xb9\xca\xc2\xfc\x63\x25\x51"
#define ORDER_N_PLUS_1 ORDER "\xf3\xb9\xca\xc2\xfc\x63\x25\x52"
#define FIELD_P                                                                                    \
	"\xff\xff\xff\xff\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff" \
	"\xff\xff"
#define ONE "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"
	static const char zero[32];
	static const struct {
		const char *name, *r, *s; /* NULL: as it is in the good one */
	} rows[] = {
		{ "r = 0", zero, NULL },
		{ "s = 0", NULL, zero },
		{ "both 0", zero, zero },
		{ "r = n", ORDER_N, NULL },
		{ "s = n", NULL, ORDER_N },
		{ "r = n + 1", ORDER_N_PLUS_1, NULL },
		{ "s = n + 1", NULL, ORDER_N_PLUS_1 },
		{ "r = p", FIELD_P, NULL },
		{ "r = n, s = n", ORDER_N, ORDER_N },
		{ "r = n, s = 1", ORDER_N, ONE },
		{ "r = 1, s = n", ONE, ORDER_N },
		{ "r = 0, s = 1", zero, ONE },
		{ "r = 1, s = 1", ONE, ONE },
	};
	struct ac_jwk *key = forge_key(AC_ALG_ES256);
	struct ac_signature good;

	(void)state;
	assert_int_equal(ac_signature_make(ac_jwk_pkey(key), ac_alg(AC_ALG_ES256), &message, &good),
			 AUTHCODE_OK);
	assert_int_equal(good.len, 64);
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct ac_signature bad = good;

		if (rows[i].r != NULL)
			memcpy(bad.bytes, rows[i].r, 32);
		if (rows[i].s != NULL)
			memcpy(bad.bytes + 32, rows[i].s, 32);
		if (ac_signature_verify(ac_jwk_pkey(key), ac_alg(AC_ALG_ES256), &message, &bad))
			fail_msg("%s", rows[i].name);
	}
	ac_jwk_free(&key);
}

/* Short r or s have leading zeros, which DER drops and RFC 7518 §3.4 keeps. */
static void
every_ecdsa_signature_has_64_bytes(void **state)
{
	struct ac_jwk *key = forge_key(AC_ALG_ES256);
	bool short_one = false;

	(void)state;
	for (unsigned i = 0; i < 5000 && !short_one; i++) {
		const struct ac_part input = { &i, sizeof(i) };
		struct ac_signature made;

		assert_int_equal(
			ac_signature_make(ac_jwk_pkey(key), ac_alg(AC_ALG_ES256), &input, &made),
			AUTHCODE_OK);
		assert_int_equal(made.len, 64);
		short_one = made.bytes[0] == 0 || made.bytes[32] == 0;
		if (short_one)
			assert_true(ac_signature_verify(ac_jwk_pkey(key), ac_alg(AC_ALG_ES256),
							&input, &made));
	}
	assert_true(short_one);
	ac_jwk_free(&key);
}

/* A host that speaks TLS in this thread would take them for its own. */
static void
a_refusal_leaves_no_error_in_libcryptos_queue(void **state)
{
	struct ac_jwk *key = forge_public_key(AC_ALG_ES256);
	struct ac_signature signature = { .len = 64 };

	(void)state;
	ERR_clear_error();
	memset(signature.bytes, 0x42, 64);
	assert_false(
		ac_signature_verify(ac_jwk_pkey(key), ac_alg(AC_ALG_ES256), &message, &signature));
	assert_int_equal(
		ac_signature_make(ac_jwk_pkey(key), ac_alg(AC_ALG_ES256), &message, &signature),
		AUTHCODE_ERR_CRYPTO);
	assert_int_equal(ERR_peek_error(), 0);
	ac_jwk_free(&key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_published_signatures_are_made_and_verified),
		cmocka_unit_test(only_the_same_key_and_algorithm_verify),
		cmocka_unit_test(a_key_of_another_kind_does_not_sign),
		cmocka_unit_test(a_public_key_does_not_sign),
		cmocka_unit_test(one_changed_bit_anywhere_does_not_verify),
		cmocka_unit_test(only_the_exact_length_verifies),
		cmocka_unit_test(an_ecdsa_signature_outside_its_range_is_refused),
		cmocka_unit_test(every_ecdsa_signature_has_64_bytes),
		cmocka_unit_test(a_refusal_leaves_no_error_in_libcryptos_queue),
	};

	return cmocka_run_group_tests_name("signature", tests, NULL, NULL);
}
