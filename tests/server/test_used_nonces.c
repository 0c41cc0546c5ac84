/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/used_nonces.h
 */
#include "server/used_nonces.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
pages_older_than_the_memory_expire_instead_of_coming_back(void **state)
{
	struct ac_used_nonces used;
	uint8_t page[AUTHCODE_NONCE_LEN] = { 1 };

	(void)state;
	ac_used_nonces_init(&used, 1000, 10, 100);
	for (uint8_t i = 1; i <= 35; i++) {
		page[0] = i;
		assert_int_equal(ac_used_nonces_check(&used, page, 100 + i), AC_NONCE_NEW);
		assert_true(ac_used_nonces_add(&used, page, 100 + i));
		assert_int_equal(ac_used_nonces_check(&used, page, 100 + i), AC_NONCE_USED);
	}
	assert_true(used.now.count <= 10 && used.before.count <= 10);
	for (uint8_t i = 1; i <= 35; i++) {
		page[0] = i;
		if (ac_used_nonces_check(&used, page, 100 + i) == AC_NONCE_NEW)
			fail_msg("page %u came back", i);
	}
	ac_used_nonces_clear(&used);
}

static void
a_page_without_a_nonce_counts_as_used(void **state)
{
	static const uint8_t zero[AUTHCODE_NONCE_LEN];
	struct ac_used_nonces used;

	(void)state;
	ac_used_nonces_init(&used, 1000, 10, 100);
	assert_int_equal(ac_used_nonces_check(&used, zero, 100), AC_NONCE_USED);
	ac_used_nonces_clear(&used);
}

static void
thousands_of_pages_are_told_apart(void **state)
{
	struct ac_used_nonces used;
	uint8_t page[AUTHCODE_NONCE_LEN] = { 0 };

	(void)state;
	ac_used_nonces_init(&used, 1000, 5000, 100);
	for (unsigned i = 1; i <= 5000; i++) {
		page[0] = (uint8_t)(i % 7); /* many in the same place */
		memcpy(page + 8, &i, sizeof(i));
		assert_int_equal(ac_used_nonces_check(&used, page, 100), AC_NONCE_NEW);
		assert_true(ac_used_nonces_add(&used, page, 100));
	}
	for (unsigned i = 1; i <= 5000; i++) {
		page[0] = (uint8_t)(i % 7);
		memcpy(page + 8, &i, sizeof(i));
		assert_int_equal(ac_used_nonces_check(&used, page, 100), AC_NONCE_USED);
	}
	ac_used_nonces_clear(&used);
}

/* Nobody knows any more which of them were evaluated. */
static void
pages_of_an_earlier_run_are_not_judged(void **state)
{
	struct ac_used_nonces used;
	const uint8_t page[AUTHCODE_NONCE_LEN] = { 1 };

	(void)state;
	ac_used_nonces_init(&used, 1000, 10, 100);
	assert_int_equal(ac_used_nonces_check(&used, page, 0), AC_NONCE_TOO_OLD);
	assert_int_equal(ac_used_nonces_check(&used, page, 99), AC_NONCE_TOO_OLD);
	assert_int_equal(ac_used_nonces_check(&used, page, 100), AC_NONCE_NEW);
	ac_used_nonces_clear(&used);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_older_than_the_memory_expire_instead_of_coming_back),
		cmocka_unit_test(a_page_without_a_nonce_counts_as_used),
		cmocka_unit_test(thousands_of_pages_are_told_apart),
		cmocka_unit_test(pages_of_an_earlier_run_are_not_judged),
	};

	return cmocka_run_group_tests_name("used_nonces", tests, NULL, NULL);
}
