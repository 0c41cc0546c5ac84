/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * pam_authcode/shadow.h: which fields of shadow say that an account is not coming
 * back. Most of what stands there does not.
 */
#include "pam_authcode/shadow.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SHA512 "$6$Ib1WmKQS$KcMRzGVdNrLLlbwGxTIM2Ys8cSYGOmFDFAWnOm5CyXHvUkfI4OnGmRpuQ6u3z0"

static void
a_mark_in_front_of_a_hash_is_a_lock(void **state)
{
	static const char *const rows[] = {
		"!" SHA512,
		"!!" SHA512, /* passwd -l of Fedora */
		"!$y$j9T$F5Jx5fExrKuPp53xLKQ..1$tnSYvahCwPBHKZUspmcxMfb0.WiB9W.zEaKlOBL35rC",
		"!$1$abcdefgh$abcdefghijklmnopqrstuv",
		"!$2b$05$abcdefghijklmnopqrstuu",
		"!abJnggxhB/yWI",        /* DES */
		"!_J9..rasmBYk8r9AiWNc", /* BSDi */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!ac_shadow_locked(rows[i]))
			fail_msg("%s", rows[i]);
		/* Without the mark it is a password. */
		if (ac_shadow_locked(rows[i] + 1 + (rows[i][1] == '!')))
			fail_msg("%s, not marked", rows[i]);
	}
}

static void
accounts_without_a_password_are_not_locked(void **state)
{
	static const char *const rows[] = {
		"",
		"!",
		"!!",
		"!!!",
		"*",
		"!*",
		"*!",
		"x",
		"!x",
		"*LK*",
		"!*LK*",
		"NP",
		"!NP",
		"!locked",
		"!$",
		"!$6",
		"!$$",
		"! $6$a$b",
		"*$6$a$b",
		"!*$6$a$b",
		("!!!" SHA512),
		"!abJnggxhB/yW",
		"!abJnggxhB/yWIx",
		"!abJnggxhB:yWI",
		"!_J9..rasmBYk8r9AiWN",
		"!_J9..rasmBYk8r9AiWNcx",
		"!invalid-hash-",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (ac_shadow_locked(rows[i]))
			fail_msg("\"%s\"", rows[i]);
	}
}

static void
an_account_expires_on_the_day_named(void **state)
{
	static const struct {
		long expire;
		int64_t today;
		bool expired;
	} rows[] = {
		{ -1, 20000, false },                           /* the field is empty */
		{ LONG_MIN, 20000, false }, { 0, 20000, true }, /* chage -E 0 */
		{ 1, 20000, true },         { 19999, 20000, true },     { 20000, 20000, true },
		{ 20001, 20000, false },    { LONG_MAX, 20000, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (ac_shadow_expired(rows[i].expire, rows[i].today) != rows[i].expired)
			fail_msg("%ld", rows[i].expire);
	}
}

static void
who_is_not_in_shadow_is_not_decided_about(void **state)
{
	(void)state;
	assert_int_equal(ac_shadow_find("no-such-user-here"), AC_SHADOW_SILENT);
	assert_int_equal(ac_shadow_find(""), AC_SHADOW_SILENT);
	assert_int_equal(ac_shadow_find("nobody"), AC_SHADOW_SILENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mark_in_front_of_a_hash_is_a_lock),
		cmocka_unit_test(accounts_without_a_password_are_not_locked),
		cmocka_unit_test(an_account_expires_on_the_day_named),
		cmocka_unit_test(who_is_not_in_shadow_is_not_decided_about),
	};

	return cmocka_run_group_tests_name("shadow", tests, NULL, NULL);
}
