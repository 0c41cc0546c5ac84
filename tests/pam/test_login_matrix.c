/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The login entry with a foreign module: pam_matrix of libpam-wrapper, asked
 * for a password and then, with echo and texts, for a one-time code. pam_matrix
 * gives no place for responses with its texts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/attr.h"
#include "tests/pam/driver.h"

static int
setup(void **state)
{
	static struct driver driver;

	driver_init(&driver);
	driver_write(&driver, "passwords", "nobody:right:authcode\n");
	driver_write(&driver, "codes", "nobody:123456:authcode\n");
	driver_write(&driver, "authcode",
		     "auth required @M passdb=@D/passwords\n"
		     "auth required @M passdb=@D/codes echo verbose\n"
		     "account required @M passdb=@D/passwords\n");
	*state = &driver;
	return 0;
}

static void
asks_for_the_password_and_for_the_code(void **state)
{
	static const struct {
		const char *name, *user, *password, *code, *transcript;
	} rows[] = {
		{ "right, right", "nobody", "right", "123456",
		  "@nobody|?Password: |!Password: |i:Authentication succeeded|=OK nobody" },
		{ "right, wrong", "nobody", "right", "123457",
		  "@nobody|?Password: |!Password: |=DENIED" },
		{ "wrong, right", "nobody", "wrong", "123456",
		  "@nobody|?Password: |!Password: |=DENIED" },
		{ "right, nothing", "nobody", "right", "",
		  "@nobody|?Password: |!Password: |=DENIED" },
		{ "nothing, right", "nobody", "", "123456",
		  "@nobody|?Password: |!Password: |=DENIED" },
		{ "the password twice", "nobody", "right", "right",
		  "@nobody|?Password: |!Password: |=DENIED" },
		{ "unknown user", "no-such-user", "right", "123456",
		  "@no-such-user|?Password: |!Password: |=DENIED" },
	};
	struct driver *driver = *state;
	uid_t own = driver->uid;

	for (int pass = 0; pass < (own == 0 ? 2 : 1); pass++) {
		driver->uid = pass == 0 ? own : 65534;
		for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
			const struct login_script script = {
				.user = rows[i].user,
				.answers = { rows[i].password, rows[i].code },
			};
			const char *transcript = driver_login(driver, &script);

			if (strcmp(transcript, rows[i].transcript) != 0)
				fail_msg("%s: %s", rows[i].name, transcript);
		}
	}
	driver->uid = own;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_for_the_password_and_for_the_code),
	};

	if (driver_matrix()[0] == '\0') {
		(void)puts("1..0 # SKIP needs pam_matrix (libpam-wrapper)");
		return 0;
	}
	return cmocka_run_group_tests_name("login_matrix", tests, setup, driver_tear_down);
}
