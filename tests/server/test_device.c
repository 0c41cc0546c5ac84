/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/device.h: a cookie is good for its name, its key and its time alone.
 */
#include "server/device.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NOW INT64_C(1800000000000)
#define DAY INT64_C(86400000)

static const uint8_t key[AC_MAC_LEN] = { 1 };
static uint8_t id[AC_DEVICE_ID_LEN];

static void
is_good_for_its_name_alone(void **state)
{
	static const char *const others[] = { "", "bob", "alic", "alice2", "Alice" };
	char value[AC_DEVICE_LEN + 1];

	(void)state;
	assert_true(ac_device_make(key, "alice", NOW, value));
	assert_int_equal(strlen(value), AC_DEVICE_LEN);
	assert_true(ac_device_check(key, "alice", value, NOW, id));
	for (size_t i = 0; i < AC_ARRAY_SIZE(others); i++)
		assert_false(ac_device_check(key, others[i], value, NOW, id));
}

static void
is_good_under_its_key_alone(void **state)
{
	static const uint8_t other[AC_MAC_LEN] = { 2 };
	uint8_t derived[AC_MAC_LEN];
	char value[AC_DEVICE_LEN + 1];

	(void)state;
	assert_true(ac_device_make(key, "alice", NOW, value));
	assert_false(ac_device_check(other, "alice", value, NOW, id));
	assert_true(ac_device_key(key, derived));
	assert_memory_not_equal(derived, key, sizeof(derived));
	assert_false(ac_device_check(derived, "alice", value, NOW, id));
}

static void
is_good_for_a_year(void **state)
{
	char value[AC_DEVICE_LEN + 1];

	(void)state;
	assert_true(ac_device_make(key, "alice", NOW, value));
	assert_true(ac_device_check(key, "alice", value, NOW + AC_DEVICE_DAYS * DAY, id));
	assert_false(ac_device_check(key, "alice", value, NOW + AC_DEVICE_DAYS * DAY + 1, id));
	assert_true(ac_device_check(key, "alice", value, NOW - DAY, id));
}

static void
one_changed_character_is_none_of_ours(void **state)
{
	char value[AC_DEVICE_LEN + 1];

	(void)state;
	assert_true(ac_device_make(key, "alice", NOW, value));
	for (size_t i = 0; i < AC_DEVICE_LEN; i++) {
		char was = value[i];

		value[i] = was == 'A' ? 'B' : 'A';
		assert_false(ac_device_check(key, "alice", value, NOW, id));
		value[i] = was;
	}
	assert_true(ac_device_check(key, "alice", value, NOW, id));
}

static void
what_is_no_cookie_is_refused(void **state)
{
	char value[AC_DEVICE_LEN + 2];

	(void)state;
	assert_false(ac_device_check(key, "alice", NULL, NOW, id));
	assert_false(ac_device_check(key, "alice", "", NOW, id));
	memset(value, 'A', sizeof(value));
	value[AC_DEVICE_LEN + 1] = '\0';
	assert_false(ac_device_check(key, "alice", value, NOW, id));
	value[AC_DEVICE_LEN] = '\0';
	assert_false(ac_device_check(key, "alice", value, NOW, id));
	value[3] = '=';
	assert_false(ac_device_check(key, "alice", value, NOW, id));
}

static void
two_browsers_have_two_ids(void **state)
{
	uint8_t other[AC_DEVICE_ID_LEN];
	char value[AC_DEVICE_LEN + 1];

	(void)state;
	assert_true(ac_device_make(key, "alice", NOW, value));
	assert_true(ac_device_check(key, "alice", value, NOW, id));
	assert_true(ac_device_make(key, "alice", NOW, value));
	assert_true(ac_device_check(key, "alice", value, NOW, other));
	assert_memory_not_equal(id, other, sizeof(id));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_good_for_its_name_alone),
		cmocka_unit_test(is_good_under_its_key_alone),
		cmocka_unit_test(is_good_for_a_year),
		cmocka_unit_test(one_changed_character_is_none_of_ours),
		cmocka_unit_test(what_is_no_cookie_is_refused),
		cmocka_unit_test(two_browsers_have_two_ids),
	};

	return cmocka_run_group_tests_name("device", tests, NULL, NULL);
}
