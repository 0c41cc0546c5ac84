/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * jose/seal.h
 */
#include "jose/seal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64url.h"

static const uint8_t key[AC_DIGEST_LEN] = "an AES key of thirty-two bytes.";
static const uint8_t other_key[AC_DIGEST_LEN] = "an AES key of thirty-two bytes!";
static const uint8_t nonce[AC_SEAL_NONCE_LEN] = "twenty-four bytes fresh";
static const char message[] = "client_id=app&state=%00";

struct opened {
	uint8_t nonce[AC_SEAL_NONCE_LEN];
	void *data;
	size_t len;
};

static int
setup(void **state)
{
	struct authcode_arena *arena = NULL;

	if (authcode_arena_new(0, &arena) != AUTHCODE_OK)
		return -1;
	*state = arena;
	return 0;
}

static int
teardown(void **state)
{
	struct authcode_arena *arena = *state;

	authcode_arena_free(&arena);
	return 0;
}

static char *
sealed(struct authcode_arena *arena)
{
	char *text = NULL;

	assert_int_equal(ac_seal(key, nonce, "txn", message, sizeof(message), arena, &text),
			 AUTHCODE_OK);
	return text;
}

static enum authcode_err
unseal(struct authcode_arena *arena, const uint8_t *with, const char *label, const char *text,
       struct opened *ret)
{
	return ac_unseal(with, label, text, arena, ret->nonce, &ret->data, &ret->len);
}

static void
what_was_sealed_opens_again(void **state)
{
	struct opened opened = { 0 };

	assert_int_equal(unseal(*state, key, "txn", sealed(*state), &opened), AUTHCODE_OK);
	assert_int_equal(opened.len, sizeof(message));
	assert_memory_equal(opened.data, message, sizeof(message));
	assert_memory_equal(opened.nonce, nonce, sizeof(nonce));
}

static void
nothing_at_all_can_be_sealed(void **state)
{
	struct opened opened = { 0 };
	char *text = NULL;

	assert_int_equal(ac_seal(key, nonce, "txn", "", 0, *state, &text), AUTHCODE_OK);
	assert_int_equal(unseal(*state, key, "txn", text, &opened), AUTHCODE_OK);
	assert_int_equal(opened.len, 0);
	assert_string_equal(opened.data, "");
}

static void
a_seal_hides_its_message(void **state)
{
	uint8_t raw[256];
	size_t len = 0;
	const char *text = sealed(*state);

	assert_true(ac_base64url_decode(text, strlen(text), raw, sizeof(raw), &len));
	assert_int_equal(len, AC_SEAL_NONCE_LEN + sizeof(message) + AC_SEAL_TAG_LEN);
	assert_null(memmem(raw, len, "client_id", 9));
}

static void
another_key_or_label_does_not_open_it(void **state)
{
	struct opened opened = { 0 };
	const char *text = sealed(*state);

	assert_int_equal(unseal(*state, other_key, "txn", text, &opened), AUTHCODE_ERR_CRYPTO);
	assert_int_equal(unseal(*state, key, "csrf", text, &opened), AUTHCODE_ERR_CRYPTO);
	assert_int_equal(unseal(*state, key, "", text, &opened), AUTHCODE_ERR_CRYPTO);
	assert_null(opened.data);
	assert_int_equal(opened.len, 0);
}

/* One bit anywhere: in the nonce, the ciphertext or the tag. */
static void
one_changed_bit_anywhere_does_not_open(void **state)
{
	uint8_t raw[256];
	char text[512];
	size_t len = 0;
	const char *good = sealed(*state);

	assert_true(ac_base64url_decode(good, strlen(good), raw, sizeof(raw), &len));
	for (size_t i = 0; i < len * 8; i++) {
		struct opened opened = { 0 };
		struct authcode_arena *arena = NULL;

		raw[i / 8] ^= (uint8_t)(1u << i % 8);
		ac_base64url_encode(raw, len, text);
		raw[i / 8] ^= (uint8_t)(1u << i % 8);
		assert_int_equal(authcode_arena_new(0, &arena), AUTHCODE_OK);
		if (unseal(arena, key, "txn", text, &opened) != AUTHCODE_ERR_CRYPTO)
			fail_msg("bit %zu", i);
		assert_null(opened.data);
		authcode_arena_free(&arena);
	}
}

static void
what_is_cut_short_does_not_open(void **state)
{
	char text[512];
	const char *good = sealed(*state);

	for (size_t len = 0; len < strlen(good); len++) {
		struct opened opened = { 0 };

		memcpy(text, good, len);
		text[len] = '\0';
		if (unseal(*state, key, "txn", text, &opened) == AUTHCODE_OK)
			fail_msg("%zu characters", len);
		assert_null(opened.data);
	}
}

static void
what_is_no_seal_is_a_syntax_error(void **state)
{
	static const char *const rows[] = {
		"",
		"A",
		"not a seal",
		"====",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", /* 39 bytes */
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/",
	};

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct opened opened = { 0 };

		if (unseal(*state, key, "txn", rows[i], &opened) != AUTHCODE_ERR_SYNTAX)
			fail_msg("%s", rows[i]);
	}
}

static void
a_full_arena_is_reported(void **state)
{
	struct authcode_arena *arena = NULL;
	struct opened opened = { 0 };
	char *text = NULL;

	assert_int_equal(authcode_arena_new(32, &arena), AUTHCODE_OK);
	assert_int_equal(ac_seal(key, nonce, "txn", message, sizeof(message), arena, &text),
			 AUTHCODE_ERR_MEMORY);
	assert_null(text);
	assert_int_equal(unseal(arena, key, "txn", sealed(*state), &opened), AUTHCODE_ERR_MEMORY);
	authcode_arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_was_sealed_opens_again, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_at_all_can_be_sealed, setup, teardown),
		cmocka_unit_test_setup_teardown(a_seal_hides_its_message, setup, teardown),
		cmocka_unit_test_setup_teardown(another_key_or_label_does_not_open_it, setup,
						teardown),
		cmocka_unit_test_setup_teardown(one_changed_bit_anywhere_does_not_open, setup,
						teardown),
		cmocka_unit_test_setup_teardown(what_is_cut_short_does_not_open, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_no_seal_is_a_syntax_error, setup, teardown),
		cmocka_unit_test_setup_teardown(a_full_arena_is_reported, setup, teardown),
	};

	return cmocka_run_group_tests_name("seal", tests, NULL, NULL);
}
