/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * PAM variables that modules set and the administrator wants told: they come with
 * success, in lines that nobody else can have written.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "tests/pam/driver.h"

#define ASK "auth required @T hidden=Password: expect=right "
#define ACCOUNT "account required @T\n"

static void
variables_that_are_named_come_with_success(void **state)
{
	static const char *const one[] = { "--env", "A", NULL };
	static const char *const path[] = { "--env", "PATH", NULL };
	static const char *const two[] = { "--env", "B", "--env", "A", "--env", "B", NULL };
	static const struct {
		const char *name;
		const char *const *options;
		const char *file, *end;
	} rows[] = {
		{ "named", one, ASK "putenv=A=b\n" ACCOUNT, "|$A=b|=OK nobody" },
		{ "not named", NULL, ASK "putenv=A=b\n" ACCOUNT, "|=OK nobody" },
		{ "another", one, ASK "putenv=B=b\n" ACCOUNT, "|=OK nobody" },
		{ "a longer name", one, ASK "putenv=AA=b\n" ACCOUNT, "|=OK nobody" },
		{ "another case", one, ASK "putenv=a=b\n" ACCOUNT, "|=OK nobody" },
		{ "in the order of the options", two, ASK "putenv=A=1 putenv=B=2\n" ACCOUNT,
		  "|$B=2\nA=1|=OK nobody" },
		{ "as it is at the end", one, ASK "putenv=A=1 putenv=A=2\n" ACCOUNT,
		  "|$A=2|=OK nobody" },
		{ "taken away again", one, ASK "putenv=A=1 putenv=A\n" ACCOUNT, "|=OK nobody" },
		{ "empty", one, ASK "putenv=A=\n" ACCOUNT, "|$A=|=OK nobody" },
		{ "with '='", one, ASK "putenv=A=b=c\n" ACCOUNT, "|$A=b=c|=OK nobody" },
		{ "from account", one, ASK "\naccount required @T putenv=A=b\n",
		  "|$A=b|=OK nobody" },
		{ "of the helper", path, ASK "\n" ACCOUNT, "|=OK nobody" },
	};
	struct driver *driver = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const struct login_script script = { .options = rows[i].options,
						     .answers = { "right" } };
		char want[128];

		driver_write(driver, "authcode", rows[i].file);
		(void)snprintf(want, sizeof(want), "@nobody|?Password:%s", rows[i].end);
		if (strcmp(driver_login(driver, &script), want) != 0)
			fail_msg("%s: %s", rows[i].name, driver_login(driver, &script));
	}
}

static void
a_refusal_tells_no_variable(void **state)
{
	static const char *const options[] = { "--env", "A", NULL };
	static const struct {
		const char *file, *end;
	} rows[] = {
		{ ASK "putenv=A=b code=7\n" ACCOUNT, "DENIED" },
		{ ASK "putenv=A=b\naccount required @T code=12\n", "CHANGE_DUE" },
		{ ASK "putenv=A=b\naccount required @T code=9\n", "UNAVAILABLE" },
		{ ASK "putenv=A=b user=daemon\n" ACCOUNT, "DENIED" },
	};
	struct driver *driver = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const struct login_script script = { .options = options, .answers = { "right" } };
		char want[64];

		driver_write(driver, "authcode", rows[i].file);
		(void)snprintf(want, sizeof(want), "@nobody|?Password:|=%s", rows[i].end);
		assert_string_equal(driver_login(driver, &script), want);
	}
}

static void
a_value_is_one_clean_line(void **state)
{
	static const char *const options[] = { "--env", "DIRTY", "--env", "EVIL", NULL };
	const struct login_script script = { .options = options, .answers = { "right" } };
	struct driver *driver = *state;

	driver_write(driver, "authcode", ASK "putenv_dirty\n" ACCOUNT);
	assert_string_equal(driver_login(driver, &script),
			    "@nobody|?Password:|$DIRTY=a[31mb EVIL=1 c\xc3\xa9|=OK nobody");
}

static void
what_does_not_fit_is_left_out_whole(void **state)
{
	static const char *const options[] = { "--env", "A", "--env", "B", "--env", "C", NULL };
	static const struct {
		unsigned int a, b;
		const char *names; /* of those told, C is short */
	} rows[] = {
		{ 4094, 1, "A" },  /* to the last byte */
		{ 4095, 1, "BC" }, /* one more */
		{ 9000, 1, "BC" }, { 2000, 3000, "AC" }, { 1, 1, "ABC" },
	};
	const struct login_script script = { .options = options, .answers = { "right" } };
	struct driver *driver = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		char file[256], names[8] = "";
		const char *line;

		(void)snprintf(file, sizeof(file),
			       ASK "putenv_long=A=%u putenv_long=B=%u putenv=C=c\n" ACCOUNT,
			       rows[i].a, rows[i].b);
		driver_write(driver, "authcode", file);
		line = strchr(driver_login(driver, &script), '$');
		assert_non_null(line);
		for (size_t n = 0; line != NULL && n < sizeof(names) - 1; n++) {
			names[n] = line[1];
			line = strchr(line + 1, '\n');
		}
		assert_string_equal(names, rows[i].names);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(variables_that_are_named_come_with_success),
		cmocka_unit_test(a_refusal_tells_no_variable),
		cmocka_unit_test(a_value_is_one_clean_line),
		cmocka_unit_test(what_does_not_fit_is_left_out_whole),
	};

	return cmocka_run_group_tests_name("environment", tests, driver_set_up, driver_tear_down);
}
