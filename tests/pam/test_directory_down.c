/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The check entry of the real authcode-login, with a directory of users that is
 * down: whoever may be in it is unknown, not gone, and whoever is found without it
 * is as good as ever.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/attr.h"
#include "tests/pam/driver.h"

#define NOBODY 65534

/* The module is found by its name, once it is there. */
#define AS_CONFIGURED                                                                              \
	"mount --bind \"$0/nsswitch.conf\" /etc/nsswitch.conf && "                                 \
	"LD_PRELOAD=\"$LD_PRELOAD $ACTEST_NSS\" exec \"$@\""

static struct driver driver;

static int
setup(void **state)
{
	const char *top = getenv("top_builddir");
	char path[4096];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/tests/pam/.libs/libnss_actest.so.2",
		       top != NULL ? top : ".");
	driver_init(&driver);
	driver_write(&driver, "authcode-check", "account required @T\n");
	return setenv("ACTEST_NSS", path, 1);
}

static int
teardown(void **state)
{
	(void)state;
	driver_clear(&driver);
	return 0;
}

static enum ac_verdict
verdict_of(const char *conf, const char *user)
{
	static const char *const options[] = { "--check", NULL };
	const char *const wrapper[] = { "unshare", "--mount",     "--propagation", "private", "sh",
					"-c",      AS_CONFIGURED, driver.dir,      NULL };
	struct ac_wire_frame frame = { .type = AC_WIRE_CHECK, .u.check.uid = NOBODY };
	struct helper helper;

	driver_write(&driver, "nsswitch.conf", conf);
	driver.wrapper = wrapper;
	memcpy(frame.u.check.service, "authcode-check", sizeof("authcode-check"));
	memcpy(frame.u.check.user, user, strlen(user));
	driver_start(&driver, options, geteuid(), &helper);
	assert_int_equal(ac_wire_send(helper.fd, &frame), AUTHCODE_OK);
	memset(&frame, 0, sizeof(frame));
	assert_int_equal(driver_recv(helper.fd, &frame), AUTHCODE_OK);
	assert_int_equal(frame.type, AC_WIRE_CHECKED);
	assert_int_equal(driver_end(&helper), 0);
	driver.wrapper = NULL;
	return frame.u.checked.verdict;
}

static void
an_account_that_a_directory_may_have_is_not_gone(void **state)
{
	static const struct {
		const char *conf, *user;
		enum ac_verdict verdict;
	} rows[] = {
		{ "passwd: files actest\n", "deleted", AC_VERDICT_GONE },
		{ "passwd: actest files\n", "deleted", AC_VERDICT_GONE },
		{ "passwd: files actest\n", "odd", AC_VERDICT_GONE },
		{ "passwd: files actest\n", "down", AC_VERDICT_UNAVAILABLE },
		{ "passwd: files actest\n", "silent", AC_VERDICT_UNAVAILABLE },
		{ "passwd: files actest\n", "busy", AC_VERDICT_UNAVAILABLE },
		{ "passwd: files actest\n", "large", AC_VERDICT_UNAVAILABLE },
		/* The last source has answered. */
		{ "passwd: actest files\n", "down", AC_VERDICT_UNAVAILABLE },
		{ "passwd: actest files\n", "silent", AC_VERDICT_UNAVAILABLE },
		{ "passwd: actest [UNAVAIL=continue] files\n", "down", AC_VERDICT_UNAVAILABLE },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		enum ac_verdict verdict = verdict_of(rows[i].conf, rows[i].user);

		if (verdict != rows[i].verdict)
			fail_msg("%s %s: %d", rows[i].conf, rows[i].user, (int)verdict);
	}
}

static void
an_account_that_is_found_needs_no_other_source(void **state)
{
	(void)state;
	assert_int_equal(verdict_of("passwd: files actest\n", "nobody"), AC_VERDICT_OK);
	assert_int_equal(verdict_of("passwd: actest files\n", "nobody"), AC_VERDICT_OK);
}

static bool
may_mount(void)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		(void)execlp("unshare", "unshare", "--mount", "true", (char *)NULL);
		_exit(1);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0 && geteuid() == 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_account_that_a_directory_may_have_is_not_gone),
		cmocka_unit_test(an_account_that_is_found_needs_no_other_source),
	};

	if (!may_mount()) {
		(void)puts("1..0 # SKIP needs root that may mount");
		return 0;
	}
	return cmocka_run_group_tests_name("directory_down", tests, setup, teardown);
}
