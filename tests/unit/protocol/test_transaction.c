/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * protocol/transaction.h: sealed requests and the CSRF tokens of their pages
 * (AZ-40, LS-04).
 */
#include "protocol/transaction.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"

static struct authcode_store *store;
static struct authcode_issuer *issuer, *other;
static struct authcode_arena *arena;
static struct ac_transaction transaction;
static char *sealed;

static struct authcode_issuer *
make(const char *url)
{
	struct authcode_issuer_settings settings = {
		.issuer = url,
		.store = store,
		.master_key = { 1, 2, 3 },
	};
	struct authcode_issuer *made = NULL;

	assert_int_equal(authcode_issuer_new(&settings, &made, NULL), AUTHCODE_OK);
	return made;
}

static int
setup(void **state)
{
	(void)state;
	assert_int_equal(authcode_store_memory_open(NULL, &store), AUTHCODE_OK);
	issuer = make("https://id.example");
	other = make("https://other.example");
	assert_int_equal(authcode_arena_new(64 * 1024 * 1024, &arena), AUTHCODE_OK);
	transaction = (struct ac_transaction){
		.created_ms = 1000000,
		.notice = AUTHCODE_NOTICE_BUSY,
		.attempt = INT64_C(0x3456789abcdef12),
		.question = AC_QUESTION_ACCOUNT,
		.subject_id = INT64_C(0x123456789abcdef),
		.chosen_id = INT64_C(0x23456789abcdef1),
		.tried_ms = INT64_C(0xfedcba987654321),
		.sub = "248289761001",
		.acr = "urn:example:otp",
		.request = "client_id=web&state=%00",
	};
	assert_int_equal(ac_transaction_browser("browser", transaction.browser), AUTHCODE_OK);
	assert_int_equal(ac_transaction_seal(issuer, arena, &transaction, &sealed), AUTHCODE_OK);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	authcode_arena_free(&arena);
	authcode_issuer_free(&issuer);
	authcode_issuer_free(&other);
	authcode_store_close(&store);
	return 0;
}

static void
what_was_sealed_comes_out(void **state)
{
	struct ac_transaction opened;

	(void)state;
	assert_int_equal(ac_transaction_unseal(issuer, arena, sealed, &opened), AUTHCODE_OK);
	assert_int_equal(opened.created_ms, transaction.created_ms);
	assert_memory_equal(opened.browser, transaction.browser, AC_DIGEST_LEN);
	assert_int_equal(opened.notice, transaction.notice);
	assert_int_equal(opened.attempt, transaction.attempt);
	assert_int_equal(opened.question, transaction.question);
	assert_int_equal(opened.subject_id, transaction.subject_id);
	assert_int_equal(opened.chosen_id, transaction.chosen_id);
	assert_int_equal(opened.tried_ms, transaction.tried_ms);
	assert_string_equal(opened.sub, transaction.sub);
	assert_string_equal(opened.acr, transaction.acr);
	assert_string_equal(opened.request, transaction.request);
}

static void
extreme_values_come_out_too(void **state)
{
	static const int64_t values[] = { INT64_MIN, -1, 0, 1, INT64_MAX };
	struct ac_transaction opened;

	(void)state;
	transaction.request = "";
	for (size_t i = 0; i < AC_ARRAY_SIZE(values); i++) {
		transaction.created_ms = values[i];
		transaction.attempt = values[i];
		transaction.subject_id = values[i];
		transaction.chosen_id = values[i];
		transaction.tried_ms = values[i];
		transaction.acr = "";
		assert_int_equal(ac_transaction_seal(issuer, arena, &transaction, &sealed),
				 AUTHCODE_OK);
		assert_int_equal(ac_transaction_unseal(issuer, arena, sealed, &opened),
				 AUTHCODE_OK);
		assert_int_equal(opened.created_ms, values[i]);
		assert_int_equal(opened.attempt, values[i]);
		assert_int_equal(opened.subject_id, values[i]);
		assert_int_equal(opened.chosen_id, values[i]);
		assert_int_equal(opened.tried_ms, values[i]);
		assert_string_equal(opened.acr, "");
		assert_string_equal(opened.request, "");
		/* No arithmetic on a strange time goes wrong. */
		assert_int_equal(ac_transaction_fresh(issuer, &opened, "browser", 1),
				 values[i] == 0 || values[i] == 1 || values[i] == -1);
	}
}

static void
no_two_seals_are_alike(void **state)
{
	struct ac_transaction a, b;
	char *again = NULL;

	(void)state;
	assert_int_equal(ac_transaction_seal(issuer, arena, &transaction, &again), AUTHCODE_OK);
	assert_string_not_equal(again, sealed);
	assert_int_equal(ac_transaction_unseal(issuer, arena, sealed, &a), AUTHCODE_OK);
	assert_int_equal(ac_transaction_unseal(issuer, arena, again, &b), AUTHCODE_OK);
	assert_memory_not_equal(a.nonce, b.nonce, AC_SEAL_NONCE_LEN);
}

static void
nothing_of_the_request_shows(void **state)
{
	(void)state;
	assert_null(strstr(sealed, "client"));
	assert_int_equal(strspn(sealed, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					"0123456789-_"),
			 strlen(sealed));
}

/* Every bit of every character. */
static void
a_changed_seal_does_not_open(void **state)
{
	struct ac_transaction opened = { .created_ms = 42 };
	char *changed = strdup(sealed);

	(void)state;
	assert_non_null(changed);
	for (size_t i = 0; i < strlen(sealed); i++) {
		for (int bit = 0; bit < 8; bit++) {
			changed[i] = (char)(sealed[i] ^ (1 << bit));
			assert_int_not_equal(ac_transaction_unseal(issuer, arena, changed, &opened),
					     AUTHCODE_OK);
		}
		changed[i] = sealed[i];
	}
	for (size_t len = 0; len < strlen(sealed); len++) {
		changed[len] = '\0';
		assert_int_not_equal(ac_transaction_unseal(issuer, arena, changed, &opened),
				     AUTHCODE_OK);
		changed[len] = sealed[len];
	}
	assert_int_equal(opened.created_ms, 42);
	free(changed);
}

static void
a_seal_of_another_issuer_or_purpose_does_not_open(void **state)
{
	struct ac_transaction opened;
	uint8_t nonce[AC_SEAL_NONCE_LEN] = { 0 }, plain[64] = { 0 };
	char *foreign = NULL;

	(void)state;
	assert_int_equal(ac_transaction_unseal(other, arena, sealed, &opened), AUTHCODE_ERR_CRYPTO);
	/* Our own key under another label, and another key of ours. */
	assert_int_equal(ac_seal(issuer->keys.transaction, nonce, "something else", plain,
				 sizeof(plain), arena, &foreign),
			 AUTHCODE_OK);
	assert_int_equal(ac_transaction_unseal(issuer, arena, foreign, &opened),
			 AUTHCODE_ERR_CRYPTO);
	assert_int_equal(ac_seal(issuer->keys.csrf, nonce, "authorization request 4", plain,
				 sizeof(plain), arena, &foreign),
			 AUTHCODE_OK);
	assert_int_equal(ac_transaction_unseal(issuer, arena, foreign, &opened),
			 AUTHCODE_ERR_CRYPTO);
}

/* Sealed by us, but not what this version writes: too short, unknown notice. */
static void
a_seal_of_another_shape_is_refused(void **state)
{
	static const char *const labels[] = { "authorization request 5", "device 3" };
	static const struct {
		size_t at, len;
		uint8_t value;
	} wrong[] = {
		{ 40, 88, AUTHCODE_NOTICE_COUNT },
		{ 49, 88, AC_QUESTION_COUNT },
		{ 74, 82, 7 }, /* the acr reaches past the end */
		{ 74, 76, 1 },
		{ 75, 82, 7 }, /* the sub does */
		{ 75, 76, 1 },
		{ 74, 400, AC_MAX_ACR + 1 }, /* too long for one */
		{ 74, 400, 255 },
	};
	struct ac_transaction opened;
	uint8_t nonce[AC_SEAL_NONCE_LEN] = { 0 }, plain[400] = { 0 };
	char *odd = NULL;

	(void)state;
	for (size_t len = 0; len < 2 * 76; len++) {
		assert_int_equal(ac_seal(issuer->keys.transaction, nonce, labels[len % 2], plain,
					 len / 2, arena, &odd),
				 AUTHCODE_OK);
		assert_int_equal(ac_transaction_unseal(issuer, arena, odd, &opened),
				 AUTHCODE_ERR_SYNTAX);
	}
	for (size_t n = 0; n < 2 * AC_ARRAY_SIZE(wrong); n++) {
		size_t i = n / 2;

		memset(plain, 0, sizeof(plain));
		plain[wrong[i].at] = wrong[i].value;
		assert_int_equal(ac_seal(issuer->keys.transaction, nonce, labels[n % 2], plain,
					 wrong[i].len, arena, &odd),
				 AUTHCODE_OK);
		assert_int_equal(ac_transaction_unseal(issuer, arena, odd, &opened),
				 AUTHCODE_ERR_SYNTAX);
	}
}

static void
a_request_over_the_limit_is_not_sealed(void **state)
{
	static char request[AC_MAX_AUTHORIZE_PARAMS + 2];
	char *text = sealed;

	(void)state;
	memset(request, 'a', sizeof(request) - 1);
	transaction.request = request;
	assert_int_equal(ac_transaction_seal(issuer, arena, &transaction, &text),
			 AUTHCODE_ERR_LIMIT);
	assert_ptr_equal(text, sealed);
	request[AC_MAX_AUTHORIZE_PARAMS] = '\0';
	assert_int_equal(ac_transaction_seal(issuer, arena, &transaction, &text), AUTHCODE_OK);
	/* It travels in a URL. */
	assert_true(strlen(text) + AC_MAX_ISSUER + strlen("/resume?txn=") <= AC_MAX_URI);
}

static void
an_acr_over_the_limit_is_not_sealed(void **state)
{
	char acr[AC_MAX_ACR + 2] = "";
	struct ac_transaction opened;
	char *text = sealed;

	(void)state;
	memset(acr, 'a', sizeof(acr) - 1);
	transaction.acr = acr;
	assert_int_equal(ac_transaction_seal(issuer, arena, &transaction, &text),
			 AUTHCODE_ERR_LIMIT);
	assert_ptr_equal(text, sealed);
	acr[AC_MAX_ACR] = '\0';
	assert_int_equal(ac_transaction_seal(issuer, arena, &transaction, &text), AUTHCODE_OK);
	assert_int_equal(ac_transaction_unseal(issuer, arena, text, &opened), AUTHCODE_OK);
	assert_string_equal(opened.acr, acr);
	assert_string_equal(opened.request, transaction.request);
}

static enum authcode_err
no_random(void *ctx, void *buf, size_t len)
{
	(void)ctx;
	memset(buf, 0, len);
	return AUTHCODE_ERR_RANDOM;
}

static void
without_randomness_or_memory_nothing_is_sealed(void **state)
{
	struct authcode_arena *small = NULL;
	struct ac_transaction opened;
	char *text = NULL;

	(void)state;
	for (size_t max = 1; max < 256; max += 16) {
		assert_int_equal(authcode_arena_new(max, &small), AUTHCODE_OK);
		assert_int_equal(ac_transaction_seal(issuer, small, &transaction, &text),
				 AUTHCODE_ERR_MEMORY);
		assert_int_equal(ac_transaction_unseal(issuer, small, sealed, &opened),
				 AUTHCODE_ERR_MEMORY);
		authcode_arena_free(&small);
	}
	issuer->random.fill = no_random;
	assert_int_equal(ac_transaction_seal(issuer, arena, &transaction, &text),
			 AUTHCODE_ERR_RANDOM);
	assert_null(text);
}

static void
freshness_is_browser_and_age(void **state)
{
	const int64_t made = transaction.created_ms;

	(void)state;
	assert_true(ac_transaction_fresh(issuer, &transaction, "browser", made));
	assert_true(ac_transaction_fresh(issuer, &transaction, "browser", made + 3599999));
	assert_false(ac_transaction_fresh(issuer, &transaction, "browser", made + 3600000));
	assert_true(ac_transaction_fresh(issuer, &transaction, "browser", made - 60000));
	assert_false(ac_transaction_fresh(issuer, &transaction, "browser", made - 60001));
	assert_false(ac_transaction_fresh(issuer, &transaction, "Browser", made));
	assert_false(ac_transaction_fresh(issuer, &transaction, "browser ", made));
	assert_false(ac_transaction_fresh(issuer, &transaction, "", made));
	assert_false(ac_transaction_fresh(issuer, &transaction, NULL, made));
}

static void
a_csrf_token_is_for_one_page_in_one_browser_of_one_issuer(void **state)
{
	char *csrf = NULL;
	char changed[64];

	(void)state;
	assert_int_equal(ac_transaction_csrf(issuer, arena, sealed, "browser", &csrf), AUTHCODE_OK);
	assert_int_equal(strlen(csrf), 43);
	assert_true(ac_transaction_csrf_ok(issuer, sealed, "browser", csrf));
	assert_false(ac_transaction_csrf_ok(other, sealed, "browser", csrf));
	assert_false(ac_transaction_csrf_ok(issuer, sealed, "browser2", csrf));
	assert_false(ac_transaction_csrf_ok(issuer, sealed + 1, "browser", csrf));
	/* Moving the boundary between the two texts is no way around. */
	assert_false(ac_transaction_csrf_ok(issuer, sealed + 1, "browserX", csrf));
	assert_false(ac_transaction_csrf_ok(issuer, sealed, "browser", ""));
	assert_false(ac_transaction_csrf_ok(issuer, sealed, "browser", NULL));
	assert_false(ac_transaction_csrf_ok(issuer, sealed, "", csrf));
	assert_false(ac_transaction_csrf_ok(issuer, sealed, NULL, csrf));
	assert_false(ac_transaction_csrf_ok(issuer, NULL, "browser", csrf));
	for (size_t i = 0; i < strlen(csrf); i++) {
		memcpy(changed, csrf, strlen(csrf) + 1);
		changed[i] = changed[i] == 'A' ? 'B' : 'A';
		assert_false(ac_transaction_csrf_ok(issuer, sealed, "browser", changed));
		changed[i] = '\0';
		assert_false(ac_transaction_csrf_ok(issuer, sealed, "browser", changed));
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_sealed_comes_out),
		TEST(extreme_values_come_out_too),
		TEST(no_two_seals_are_alike),
		TEST(nothing_of_the_request_shows),
		TEST(a_changed_seal_does_not_open),
		TEST(a_seal_of_another_issuer_or_purpose_does_not_open),
		TEST(a_seal_of_another_shape_is_refused),
		TEST(a_request_over_the_limit_is_not_sealed),
		TEST(an_acr_over_the_limit_is_not_sealed),
		TEST(without_randomness_or_memory_nothing_is_sealed),
		TEST(freshness_is_browser_and_age),
		TEST(a_csrf_token_is_for_one_page_in_one_browser_of_one_issuer),
	};

	return cmocka_run_group_tests_name("transaction", tests, NULL, NULL);
}
