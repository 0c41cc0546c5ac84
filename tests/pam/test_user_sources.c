/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * pam_authcode/user_sources.h: nobody is absent of whom a source could not be asked,
 * wherever in the line that source stands.
 */
#include "pam_authcode/user_sources.h"

#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/attr.h"
#include "tests/pam/driver.h"

static struct driver driver;

static int
setup(void **state)
{
	const char *top = getenv("top_builddir");
	char path[4096];

	(void)state;
	driver_init(&driver);
	(void)snprintf(path, sizeof(path), "%s/tests/pam/.libs/libnss_actest.so.2",
		       top != NULL ? top : ".");
	/* Found by its name from here on. */
	return dlopen(path, RTLD_NOW) != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	driver_clear(&driver);
	return 0;
}

static bool
denies(const char *text, const char *name)
{
	char path[128];

	driver_write(&driver, "nsswitch.conf", text);
	(void)snprintf(path, sizeof(path), "%s/nsswitch.conf", driver.dir);
	return ac_user_sources_deny(path, name);
}

static void
every_source_has_to_say_no(void **state)
{
	static const struct {
		const char *conf, *name;
		bool denied;
	} rows[] = {
		{ "passwd: files\n", "nobody-here", true },
		{ "passwd: files actest\n", "nobody-here", true },
		{ "passwd: files actest\n", "odd", true },
		{ "passwd: files actest\n", "down", false },
		{ "passwd: files actest\n", "silent", false },
		{ "passwd: files actest\n", "busy", false },
		{ "passwd: files actest\n", "large", false },
		{ "passwd: files actest\n", "here", false },
		{ "passwd: actest files\n", "down", false },
		{ "passwd: files actest no_such_source\n", "down", false },
		{ "passwd: files no_such_source\n", "down", true },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		if (denies(rows[i].conf, rows[i].name) != rows[i].denied)
			fail_msg("row %zu: %s", i, rows[i].conf);
	}
}

static void
the_line_is_read_as_the_c_library_reads_it(void **state)
{
	static const struct {
		const char *conf;
		bool asks;
	} rows[] = {
		{ "passwd:actest", true },
		{ "  passwd :\tfiles\tactest\n", true },
		{ "group: files\npasswd: actest\n", true },
		{ "passwd: files [NOTFOUND=return] actest\n", true },
		{ "passwd: files [!UNAVAIL=return SUCCESS=continue]actest[NOTFOUND=return]\n",
		  true },
		{ "# passwd: actest\npasswd: files # actest\n", false },
		{ "passwd: files [actest=return]\n", false },
		{ "passwd: files\npasswd: actest\n", false },
		{ "passwd_compat: actest\ngroup: actest\n", false },
		{ "passwd\n", false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		if (denies(rows[i].conf, "down") == rows[i].asks)
			fail_msg("row %zu: %s", i, rows[i].conf);
	}
}

static void
what_is_no_name_of_a_source_is_not_believed(void **state)
{
	(void)state;
	assert_false(denies("passwd: files a_name_of_more_than_thirty_two_bytes\n", "x"));
	assert_false(denies("passwd: files x/../actest\n", "x"));
}

static void
without_the_file_there_are_files_alone(void **state)
{
	(void)state;
	assert_true(ac_user_sources_deny("/nonexistent/nsswitch.conf", "down"));
	assert_false(ac_user_sources_deny(driver.dir, "x")); /* a directory cannot be read */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_source_has_to_say_no),
		cmocka_unit_test(the_line_is_read_as_the_c_library_reads_it),
		cmocka_unit_test(what_is_no_name_of_a_source_is_not_believed),
		cmocka_unit_test(without_the_file_there_are_files_alone),
	};

	return cmocka_run_group_tests_name("user_sources", tests, setup, teardown);
}
