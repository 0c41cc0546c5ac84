/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * protocol/credential.h: CO-01, CO-10, TK-14, and kinds that cannot be swapped.
 */
#include "protocol/credential.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"

static const struct authcode_random kernel = { .fill = ac_random_fill };

static struct authcode_arena *arena;

static int
setup(void **state)
{
	(void)state;
	return authcode_arena_new(0, &arena) == AUTHCODE_OK ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	authcode_arena_free(&arena);
	return 0;
}

static struct ac_credential
minted(enum ac_credential_kind kind, uint8_t hash[AUTHCODE_HASH_LEN])
{
	struct ac_credential credential = { 0 };

	assert_int_equal(ac_credential_mint(kind, &kernel, &credential, hash), AUTHCODE_OK);
	credential.id = INT64_C(0x0123456789abcdef);
	return credential;
}

static void
every_kind_has_its_prefix_and_comes_back(void **state)
{
	static const char *const prefixes[] = { "acc_", "aca_", "acr_", "acs_", "acj_", "acd_" };

	(void)state;
	for (int k = 0; k < AC_CREDENTIAL_KIND_COUNT; k++) {
		enum ac_credential_kind kind = (enum ac_credential_kind)k;
		uint8_t hash[AUTHCODE_HASH_LEN];
		struct ac_credential credential = minted(kind, hash), back = { 0 };
		const char *text = ac_credential_format(kind, &credential, arena);

		assert_non_null(text);
		assert_memory_equal(text, prefixes[k], 4);
		assert_int_equal(strlen(text), 58);
		/* TK-14: b64token characters */
		assert_int_equal(strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					      "0123456789-_"),
				 58);
		assert_int_equal(ac_credential_kind_of(text), kind);
		assert_true(ac_credential_parse(kind, text, &back));
		assert_int_equal(back.id, credential.id);
		assert_true(ac_credential_verify(kind, &back, hash));
	}
}

static void
no_kind_passes_for_another(void **state)
{
	(void)state;
	for (int from = 0; from < AC_CREDENTIAL_KIND_COUNT; from++) {
		uint8_t hash[AUTHCODE_HASH_LEN];
		struct ac_credential credential = minted((enum ac_credential_kind)from, hash);
		char *text =
			ac_credential_format((enum ac_credential_kind)from, &credential, arena);

		for (int to = 0; to < AC_CREDENTIAL_KIND_COUNT; to++) {
			struct ac_credential back;

			if (to == from)
				continue;
			/* neither under its own prefix nor under a borrowed one */
			assert_false(ac_credential_parse((enum ac_credential_kind)to, text, &back));
			assert_false(ac_credential_verify((enum ac_credential_kind)to, &credential,
							  hash));
		}
	}
}

static void
what_is_not_canonical_is_refused(void **state)
{
	static const char *const rows[] = {
		"",
		"acc",
		"acc_",
		"ACC_AAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"AAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		" acc_AAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"acc_AAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",   /* one short */
		"acc_AAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", /* one long */
		"acc_AAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"acc_AAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB", /* stray bits */
		"acc_AAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+",
		"acc_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", /* key 0 */
		"acc_gAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", /* key < 0 */
		"acc_//////////8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	};
	struct ac_credential back = { .id = 7 };

	(void)state;
	assert_true(ac_credential_parse(
		AC_CREDENTIAL_CODE, "acc_AAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		&back));
	assert_int_equal(back.id, 1);
	back.id = 7;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		if (ac_credential_parse(AC_CREDENTIAL_CODE, rows[i], &back))
			fail_msg("%s", rows[i]);
		assert_int_equal(back.id, 7);
	}
	assert_false(ac_credential_parse(AC_CREDENTIAL_KIND_COUNT, "", &back));
	assert_int_equal(ac_credential_kind_of("xyz"), AC_CREDENTIAL_KIND_COUNT);
}

static void
one_changed_bit_of_secret_or_hash_fails(void **state)
{
	uint8_t hash[AUTHCODE_HASH_LEN];
	struct ac_credential credential = minted(AC_CREDENTIAL_CODE, hash);

	(void)state;
	for (size_t i = 0; i < sizeof(hash) * 8; i++) {
		uint8_t bit = (uint8_t)(1u << i % 8);

		credential.secret[i / 8] ^= bit;
		assert_false(ac_credential_verify(AC_CREDENTIAL_CODE, &credential, hash));
		credential.secret[i / 8] ^= bit;
		hash[i / 8] ^= bit;
		assert_false(ac_credential_verify(AC_CREDENTIAL_CODE, &credential, hash));
		hash[i / 8] ^= bit;
	}
	assert_true(ac_credential_verify(AC_CREDENTIAL_CODE, &credential, hash));
}

static enum authcode_err
no_random(void *ctx, void *buf, size_t len)
{
	(void)ctx;
	memset(buf, 0, len);
	return AUTHCODE_ERR_RANDOM;
}

static void
without_randomness_nothing_is_minted(void **state)
{
	static const struct authcode_random broken = { .fill = no_random };
	struct ac_credential credential = { .id = 7, .secret = { 7 } };
	uint8_t hash[AUTHCODE_HASH_LEN] = { 7 };

	(void)state;
	assert_int_equal(ac_credential_mint(AC_CREDENTIAL_ACCESS, &broken, &credential, hash),
			 AUTHCODE_ERR_RANDOM);
	assert_int_equal(credential.id, 7);
	assert_int_equal(credential.secret[0], 7);
	assert_int_equal(hash[0], 7);
}

/* CO-01, TK-14, RT-14 */
static void
every_bit_of_a_secret_is_random(void **state)
{
	uint8_t once_set[AC_CREDENTIAL_SECRET_LEN] = { 0 };
	uint8_t always_set[AC_CREDENTIAL_SECRET_LEN];

	(void)state;
	memset(always_set, 0xff, sizeof(always_set));
	for (int i = 0; i < 128; i++) {
		uint8_t hash[AUTHCODE_HASH_LEN];
		struct ac_credential credential = minted(AC_CREDENTIAL_CODE, hash);

		for (size_t k = 0; k < sizeof(once_set); k++) {
			once_set[k] |= credential.secret[k];
			always_set[k] &= credential.secret[k];
		}
	}
	for (size_t k = 0; k < sizeof(once_set); k++) {
		assert_int_equal(once_set[k], 0xff);
		assert_int_equal(always_set[k], 0);
	}
}

static void
what_has_no_row_is_not_given_out(void **state)
{
	uint8_t hash[AUTHCODE_HASH_LEN];
	struct ac_credential credential = minted(AC_CREDENTIAL_ACCESS, hash);

	(void)state;
	credential.id = 0;
	assert_null(ac_credential_format(AC_CREDENTIAL_ACCESS, &credential, arena));
	credential.id = -1;
	assert_null(ac_credential_format(AC_CREDENTIAL_ACCESS, &credential, arena));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_has_its_prefix_and_comes_back),
		cmocka_unit_test(no_kind_passes_for_another),
		cmocka_unit_test(what_is_not_canonical_is_refused),
		cmocka_unit_test(one_changed_bit_of_secret_or_hash_fails),
		cmocka_unit_test(without_randomness_nothing_is_minted),
		cmocka_unit_test(every_bit_of_a_secret_is_random),
		cmocka_unit_test(what_has_no_row_is_not_given_out),
	};

	return cmocka_run_group_tests_name("credential", tests, setup, teardown);
}
