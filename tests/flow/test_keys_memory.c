/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Tending keys with the n-th allocation failing, for every n: the keys in use
 * stay as they were or are the new ones whole, and nothing is called damaged
 * that only lacked memory.
 */
#include <authcode/keys.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/flow/scarce_memory.h"

#define T0 INT64_C(1700000000000)
#define DAY INT64_C(86400000)

static struct authcode_store *store;

static struct authcode_issuer *
new_issuer(void)
{
	static const char *const algorithms[] = { "RS256", "EdDSA" };
	struct authcode_issuer_settings settings = {
		.issuer = "https://id.example",
		.store = store,
		.master_key = { 7 },
		.signing_algorithms = algorithms,
		.signing_algorithm_count = 2,
	};
	struct authcode_issuer *issuer = NULL;

	assert_int_equal(authcode_issuer_new(&settings, &issuer, NULL), AUTHCODE_OK);
	return issuer;
}

/* True: tended, with no allocation refused. */
static bool
tend(struct authcode_issuer *issuer, int64_t now_ms, long fail_at)
{
	struct authcode_reason reason;
	enum authcode_err err;
	bool reached;

	scarce.only_one = true;
	scarce.left = fail_at;
	err = authcode_issuer_tend_keys(issuer, now_ms, AUTHCODE_KEYS_TEND, &reason);
	reached = scarce.left < 0;
	scarce.left = -1;
	if (err == AUTHCODE_OK)
		return !reached;
	assert_int_equal(err, AUTHCODE_ERR_MEMORY);
	assert_null(strstr(reason.text, "damaged"));
	assert_null(strstr(reason.text, "master key"));
	return false;
}

static void
keys_that_are_there_are_opened_whole_or_not_at_all(void **state)
{
	struct authcode_issuer *issuer;
	struct authcode_key_info infos[AUTHCODE_MAX_KEYS];
	bool done = false;

	(void)state;
	assert_int_equal(authcode_store_memory_open(NULL, &store), AUTHCODE_OK);
	issuer = new_issuer();
	assert_int_equal(authcode_issuer_tend_keys(issuer, T0, AUTHCODE_KEYS_TEND, NULL),
			 AUTHCODE_OK);
	authcode_issuer_free(&issuer);
	for (long n = 0; !done; n++) {
		size_t count;

		issuer = new_issuer();
		done = tend(issuer, T0, n);
		count = authcode_issuer_list_keys(issuer, T0, infos, AUTHCODE_MAX_KEYS);
		assert_true(count == 2 || (!done && count == 0));
		authcode_issuer_free(&issuer);
		assert_true(n < 1000);
	}
	authcode_store_close(&store);
}

static void
a_rotation_without_memory_leaves_the_keys_in_use(void **state)
{
	struct authcode_issuer *issuer;
	bool done = false;

	(void)state;
	assert_int_equal(authcode_store_memory_open(NULL, &store), AUTHCODE_OK);
	issuer = new_issuer();
	assert_int_equal(authcode_issuer_tend_keys(issuer, T0, AUTHCODE_KEYS_TEND, NULL),
			 AUTHCODE_OK);
	/* What an earlier try has put into the store, a later one finds. */
	for (long n = 0; !done; n++) {
		char *before = authcode_issuer_jwks(issuer), *after;
		struct authcode_key_info infos[AUTHCODE_MAX_KEYS];
		size_t count;

		done = tend(issuer, T0 + 89 * DAY, n);
		after = authcode_issuer_jwks(issuer);
		count = authcode_issuer_list_keys(issuer, T0 + 89 * DAY, infos, AUTHCODE_MAX_KEYS);
		assert_true(count == 4 || (!done && strcmp(before, after) == 0));
		free(before);
		free(after);
		assert_true(n < 1000);
	}
	authcode_issuer_free(&issuer);
	authcode_store_close(&store);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_that_are_there_are_opened_whole_or_not_at_all),
		cmocka_unit_test(a_rotation_without_memory_leaves_the_keys_in_use),
	};

	return cmocka_run_group_tests_name("keys_memory", tests, NULL, NULL);
}
