/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * ASK and ABOUT: whether people may sign in with a service, and after how many
 * failures its pam_faillock would lock them out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/attr.h"
#include "tests/pam/driver.h"

static struct ac_wire_about
ask(const struct driver *driver, const char *service)
{
	static const char *const options[] = { "--check", "--service", "wiki", NULL };
	struct ac_wire_frame frame = { .type = AC_WIRE_ASK };
	struct helper helper;

	memcpy(frame.u.ask.service, service, strlen(service));
	driver_start(driver, options, geteuid(), &helper);
	assert_int_equal(ac_wire_send(helper.fd, &frame), AUTHCODE_OK);
	assert_int_equal(driver_recv(helper.fd, &frame), AUTHCODE_OK);
	assert_int_equal(frame.type, AC_WIRE_ABOUT);
	assert_int_equal(driver_end(&helper), 0);
	return frame.u.about;
}

static void
a_service_that_cannot_be_used_is_told_with_its_reason(void **state)
{
	static const struct {
		const char *service, *file, *reason;
	} rows[] = {
		{ "login", "auth required @T\n", "is not on the list" },
		{ "wiki-check", "auth required @T\n", "is not on the list" },
		{ "wik", "auth required @T\n", "is not on the list" },
		{ "wiki", NULL, "has no file in" },
		{ "wiki", "account required @T\n", "has no row for auth" },
		{ "wiki", "auth sufficient pam_rootok.so\n", "has pam_rootok in auth" },
		{ "wiki", "auth include @D/absent\n", "cannot read" },
		{ "wiki", "auth required @T\\ # x\n", "versions of PAM" },
	};
	struct driver *driver = *state;
	char path[256];

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct ac_wire_about about;

		(void)snprintf(path, sizeof(path), "%s/wiki", driver->dir);
		(void)unlink(path);
		if (rows[i].file != NULL)
			driver_write(driver, rows[i].service, rows[i].file);
		about = ask(driver, rows[i].service);
		if (about.usable || about.deny != 0 || strstr(about.reason, rows[i].reason) == NULL)
			fail_msg("%s: %s", rows[i].reason, about.reason);
	}
}

/* The default is that of the module; the system's own file is not asked for. */
#define NO_CONF "conf=@D/absent "
#define FAIL "auth required pam_faillock.so " NO_CONF

static void
the_strictest_faillock_of_the_stack_is_told(void **state)
{
	static const struct {
		const char *name, *file, *conf;
		uint32_t deny;
		uint32_t interval_s; /* 0: that of the module */
	} rows[] = {
		{ "no pam_faillock", "auth required @T deny=5\n", "", 0, 0 },
		{ "in account only", "auth required @T\naccount required pam_faillock.so deny=2\n",
		  "", 0, 0 },
		{ "the default", FAIL "preauth\n", "", 3, 0 },
		{ "an argument", FAIL "preauth deny=5\n", "", 5, 0 },
		{ "the last argument", FAIL "deny=5 deny=6\n", "", 6, 0 },
		{ "in brackets", FAIL "[deny=7]\n", "", 7, 0 },
		{ "by its path", "-auth [default=die] /lib/security/pam_faillock.so deny=4\n", "",
		  4, 0 },
		{ "never locks", FAIL "deny=0\n", "", 0, 0 },
		{ "no number", FAIL "deny=many\n", "", 3, 0 },
		{ "negative", FAIL "deny=-1\n", "", 3, 0 },
		{ "another option", FAIL "even_deny_root xdeny=9\n", "", 3, 0 },
		{ "the lowest of two", FAIL "preauth deny=8\n" FAIL "authfail deny=6\n", "", 6, 0 },
		{ "the lowest that locks", FAIL "preauth deny=0\n" FAIL "authfail deny=6\n", "", 6,
		  0 },
		{ "an included file", "auth include @D/deeper\n", "", 9, 0 },
		{ "a substack", "auth substack @D/deeper\n", "", 9, 0 },
		{ "a file of its own", "auth required pam_faillock.so conf=@D/conf\n",
		  "# x\n deny = 4 # y\nunlock_time = 600\n", 4, 0 },
		{ "without '='", "auth required pam_faillock.so conf=@D/conf\n", "deny 12\n", 12,
		  0 },
		{ "commented out", "auth required pam_faillock.so conf=@D/conf\n", "# deny = 4\n",
		  3, 0 },
		{ "another setting", "auth required pam_faillock.so conf=@D/conf\n",
		  "deny_root = 4\nfail_interval_x = 5\n", 3, 0 },
		{ "an argument over the file",
		  "auth required pam_faillock.so deny=2 conf=@D/conf\n", "deny = 4\n", 2, 0 },
		{ "more than fits", FAIL "deny=99999999999999999999\n", "", 65535, 0 },
		{ "an interval", FAIL "fail_interval=60\n", "", 3, 60 },
		{ "an interval of a file", "auth required pam_faillock.so conf=@D/conf\n",
		  "fail_interval = 1200\ndeny = 4\n", 4, 1200 },
		{ "the longest of two", FAIL "fail_interval=60\n" FAIL "fail_interval=90\n", "", 3,
		  90 },
		{ "the longest that locks", FAIL "deny=0 fail_interval=9000\n" FAIL "preauth\n", "",
		  3, 900 },
		{ "no interval", FAIL "fail_interval=long\n", "", 3, 900 },
		{ "an interval that never ends", FAIL "fail_interval=99999999999999999999\n", "", 3,
		  604800 },
	};
	struct driver *driver = *state;

	driver_write(driver, "deeper", FAIL "deny=9\n");
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct ac_wire_about about;

		driver_write(driver, "wiki", rows[i].file);
		driver_write(driver, "conf", rows[i].conf);
		about = ask(driver, "wiki");
		if (!about.usable || about.reason[0] != '\0')
			fail_msg("%s: %s", rows[i].name, about.reason);
		if (about.deny != rows[i].deny)
			fail_msg("%s: deny %u", rows[i].name, (unsigned int)about.deny);
		if (about.interval_s != (rows[i].deny == 0         ? 0
					 : rows[i].interval_s == 0 ? 900
								   : rows[i].interval_s))
			fail_msg("%s: interval %u", rows[i].name, (unsigned int)about.interval_s);
	}
}

/* Only the entry for checks answers. */
static void
the_login_entry_answers_no_ask(void **state)
{
	struct ac_wire_frame frame = { .type = AC_WIRE_ASK, .u.ask = { "authcode" } };
	struct driver *driver = *state;
	struct helper helper;

	driver_start(driver, NULL, geteuid(), &helper);
	assert_int_equal(ac_wire_send(helper.fd, &frame), AUTHCODE_OK);
	assert_int_equal(driver_recv(helper.fd, &frame), AUTHCODE_ERR_NOT_FOUND);
	assert_int_equal(driver_end(&helper), 1);
}

static void
a_frame_that_asks_nothing_ends_the_check_entry(void **state)
{
	static const char *const options[] = { "--check", NULL };
	static const struct {
		const char *bytes;
		size_t len;
	} rows[] = {
		{ "\x0a\0\0", 3 },           /* no service */
		{ "\x0a\0\5../wi", 8 },      /* no name of a service */
		{ "\x0a\0\4wikix", 8 },      /* a byte too many */
		{ "\x0b\1\0\0\0\3\0\0", 8 }, /* ABOUT */
		{ "\x04", 1 },               /* GO */
		{ "\x0c", 1 },               /* no such frame */
	};
	struct driver *driver = *state;
	struct ac_wire_frame frame;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct helper helper;

		driver_start(driver, options, geteuid(), &helper);
		assert_int_equal(send(helper.fd, rows[i].bytes, rows[i].len, 0), rows[i].len);
		assert_int_equal(driver_recv(helper.fd, &frame), AUTHCODE_ERR_NOT_FOUND);
		assert_int_equal(driver_end(&helper), 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_service_that_cannot_be_used_is_told_with_its_reason),
		cmocka_unit_test(the_strictest_faillock_of_the_stack_is_told),
		cmocka_unit_test(the_login_entry_answers_no_ask),
		cmocka_unit_test(a_frame_that_asks_nothing_ends_the_check_entry),
	};

	return cmocka_run_group_tests_name("ask", tests, driver_set_up, driver_tear_down);
}
