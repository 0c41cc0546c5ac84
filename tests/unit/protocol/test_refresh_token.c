/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * protocol/refresh_token.h: what is in a refresh token, what follows from it, and
 * what does not pass for one of ours. RT-08, RT-14.
 */
#include "protocol/refresh_token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"

#define FAMILY INT64_C(0x0123456789abcdef)

static const struct authcode_client app = { .id = "app" }, other = { .id = "app2" };
static const struct ac_refresh_owner owner = { &app, FAMILY };

static enum authcode_err
no_random(void *ctx, void *buf, size_t len)
{
	(void)ctx;
	(void)buf;
	(void)len;
	return AUTHCODE_ERR_RANDOM;
}

static struct authcode_issuer
issuer_of(uint8_t key)
{
	struct authcode_issuer issuer = { .random = { .fill = ac_random_fill } };

	memset(issuer.keys.refresh, key, sizeof(issuer.keys.refresh));
	return issuer;
}

static const char *
text_of(struct ac_credential token, int64_t id, struct authcode_arena *arena)
{
	const char *text;

	token.id = id;
	text = ac_credential_format(AC_CREDENTIAL_REFRESH, &token, arena);
	assert_non_null(text);
	return text;
}

static void
a_token_names_its_family_whatever_its_row(void **state)
{
	struct authcode_issuer issuer = issuer_of(1);
	struct ac_credential token;
	uint8_t hash[AUTHCODE_HASH_LEN];
	struct authcode_arena *arena = NULL;
	int64_t family;

	(void)state;
	assert_int_equal(authcode_arena_new(0, &arena), AUTHCODE_OK);
	assert_int_equal(ac_refresh_mint(&issuer, &owner, &token, hash), AUTHCODE_OK);
	assert_int_equal(token.id, 0);
	assert_true(ac_credential_verify(AC_CREDENTIAL_REFRESH, &token, hash));
	for (int64_t id = 1; id < 4; id++) {
		family = 0;
		assert_int_equal(
			ac_refresh_family(&issuer, &app, text_of(token, id, arena), &family),
			AUTHCODE_OK);
		assert_int_equal(family, FAMILY);
	}
	authcode_arena_free(&arena);
}

static void
what_we_did_not_make_names_none(void **state)
{
	struct authcode_issuer issuer = issuer_of(1), stranger = issuer_of(2);
	struct ac_credential token, changed;
	uint8_t hash[AUTHCODE_HASH_LEN];
	struct authcode_arena *arena = NULL;
	int64_t family = 77;

	(void)state;
	assert_int_equal(authcode_arena_new(0, &arena), AUTHCODE_OK);
	assert_int_equal(ac_refresh_mint(&issuer, &owner, &token, hash), AUTHCODE_OK);
	for (size_t bit = 0; bit < 8 * sizeof(token.secret); bit++) {
		changed = token;
		changed.secret[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(
			ac_refresh_family(&issuer, &app, text_of(changed, 1, arena), &family),
			AUTHCODE_ERR_NOT_FOUND);
	}
	assert_int_equal(ac_refresh_family(&issuer, &other, text_of(token, 1, arena), &family),
			 AUTHCODE_ERR_NOT_FOUND);
	assert_int_equal(ac_refresh_family(&stranger, &app, text_of(token, 1, arena), &family),
			 AUTHCODE_ERR_NOT_FOUND);
	memset(changed.secret, 0, sizeof(changed.secret));
	assert_int_equal(ac_refresh_family(&issuer, &app, text_of(changed, 1, arena), &family),
			 AUTHCODE_ERR_NOT_FOUND);
	assert_int_equal(ac_refresh_family(&issuer, &app, "", &family), AUTHCODE_ERR_NOT_FOUND);
	assert_int_equal(ac_refresh_family(&issuer, &app, "acr_", &family), AUTHCODE_ERR_NOT_FOUND);
	assert_int_equal(family, 77);
	authcode_arena_free(&arena);
}

/* Every input counts, and nothing else does. */
static void
what_follows_from_a_token_is_always_the_same(void **state)
{
	struct authcode_issuer issuer = issuer_of(1), stranger = issuer_of(2);
	struct ac_refresh_owner another = { &app, FAMILY + 1 };
	struct ac_credential old = { .id = 5, .secret = { 1, 2, 3 } }, next, again, access;
	uint8_t hash[AUTHCODE_HASH_LEN], hash_again[AUTHCODE_HASH_LEN];

	(void)state;
	issuer.random.fill = no_random;
	assert_int_equal(ac_refresh_derive(&issuer, &owner, &old, &next, hash), AUTHCODE_OK);
	assert_int_equal(ac_refresh_derive(&issuer, &owner, &old, &again, hash_again), AUTHCODE_OK);
	assert_memory_equal(&next, &again, sizeof(next));
	assert_memory_equal(hash, hash_again, sizeof(hash));
	assert_true(ac_credential_verify(AC_CREDENTIAL_REFRESH, &next, hash));
	assert_int_equal(
		ac_refresh_derive_access(&issuer, &old, AC_CREDENTIAL_ACCESS, &access, hash),
		AUTHCODE_OK);
	assert_true(ac_credential_verify(AC_CREDENTIAL_ACCESS, &access, hash));
	for (size_t i = 0; i + 8 <= sizeof(access.secret); i += 8)
		assert_memory_not_equal(access.secret + i, next.secret + i, 8);

	assert_int_equal(ac_refresh_derive(&stranger, &owner, &old, &again, hash), AUTHCODE_OK);
	assert_memory_not_equal(again.secret + 8, next.secret + 8, 16);
	assert_int_equal(ac_refresh_derive(&issuer, &another, &old, &again, hash), AUTHCODE_OK);
	assert_memory_not_equal(again.secret + 24, next.secret + 24, 8);
	for (size_t i = 0; i <= sizeof(old.secret); i++) {
		struct ac_credential changed = old;

		if (i < sizeof(old.secret))
			changed.secret[i] ^= 1;
		else
			changed.id++;
		assert_int_equal(ac_refresh_derive(&issuer, &owner, &changed, &again, hash),
				 AUTHCODE_OK);
		assert_memory_not_equal(again.secret + 8, next.secret + 8, 16);
		assert_int_equal(ac_refresh_derive_access(&issuer, &changed, AC_CREDENTIAL_ACCESS,
							  &again, hash),
				 AUTHCODE_OK);
		assert_memory_not_equal(again.secret, access.secret, sizeof(access.secret));
	}
}

static void
without_random_bits_none_is_made(void **state)
{
	struct authcode_issuer issuer = issuer_of(1);
	struct ac_credential token = { .id = 9 };
	uint8_t hash[AUTHCODE_HASH_LEN] = { 7 };

	(void)state;
	issuer.random.fill = no_random;
	assert_int_equal(ac_refresh_mint(&issuer, &owner, &token, hash), AUTHCODE_ERR_RANDOM);
	assert_int_equal(token.id, 9);
	assert_int_equal(hash[0], 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_names_its_family_whatever_its_row),
		cmocka_unit_test(what_we_did_not_make_names_none),
		cmocka_unit_test(what_follows_from_a_token_is_always_the_same),
		cmocka_unit_test(without_random_bits_none_is_made),
	};

	return cmocka_run_group_tests_name("refresh_token", tests, NULL, NULL);
}
