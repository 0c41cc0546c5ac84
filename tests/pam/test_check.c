/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The check entry of the real authcode-login with the module of these tests.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <security/pam_appl.h>

#include <cmocka.h>

#include "base/attr.h"
#include "tests/pam/driver.h"

#define NOBODY 65534

static const char *const check_options[] = { "--check", NULL };

static time_t
seconds(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static void
send_check(const struct helper *helper, const char *service, const char *user, uint32_t uid)
{
	struct ac_wire_frame frame = { .type = AC_WIRE_CHECK, .u.check.uid = uid };

	memcpy(frame.u.check.service, service, strlen(service));
	memcpy(frame.u.check.user, user, strlen(user));
	assert_int_equal(ac_wire_send(helper->fd, &frame), AUTHCODE_OK);
}

static enum ac_verdict
receive_verdict(const struct helper *helper)
{
	struct ac_wire_frame frame;

	assert_int_equal(driver_recv(helper->fd, &frame), AUTHCODE_OK);
	assert_int_equal(frame.type, AC_WIRE_CHECKED);
	return frame.u.checked.verdict;
}

/* text NULL: no file. */
static void
replace_file(const struct driver *driver, const char *name, const char *text)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", driver->dir, name);
	(void)unlink(path);
	if (text != NULL)
		driver_write(driver, name, text);
}

static void
verdicts(struct driver *driver)
{
	static const struct {
		const char *name, *account, *user;
		uint32_t uid;
		enum ac_verdict verdict;
	} rows[] = {
		{ "good", "", "nobody", NOBODY, AC_VERDICT_OK },
		{ "other uid", "", "nobody", 4, AC_VERDICT_GONE },
		{ "absent", "", "no-such-user", NOBODY, AC_VERDICT_GONE },
		{ "expired, says a module", "code=13", "nobody", NOBODY, AC_VERDICT_DENIED },
		{ "refused", "code=6", "nobody", NOBODY, AC_VERDICT_DENIED },
		{ "unknown to the stack alone", "code=10", "nobody", NOBODY, AC_VERDICT_DENIED },
		{ "change due", "code=12", "nobody", NOBODY, AC_VERDICT_CHANGE_DUE },
		{ "unknown to a directory that is down", "code=9", "nobody", NOBODY,
		  AC_VERDICT_UNAVAILABLE },
		{ "system error", "code=4", "nobody", NOBODY, AC_VERDICT_UNAVAILABLE },
		{ "a question nobody can answer", "hidden=?", "nobody", NOBODY, AC_VERDICT_DENIED },
		{ "a text", "info=hello", "nobody", NOBODY, AC_VERDICT_OK },
		{ "another user at the end", "user=daemon", "nobody", NOBODY, AC_VERDICT_DENIED },
	};

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct helper helper;
		char lines[128];

		(void)snprintf(lines, sizeof(lines), "account required @T %s\n", rows[i].account);
		driver_write(driver, "authcode-check", lines);
		driver_start(driver, check_options, geteuid(), &helper);
		send_check(&helper, "authcode-check", rows[i].user, rows[i].uid);
		if (receive_verdict(&helper) != rows[i].verdict)
			fail_msg("%s: another verdict", rows[i].name);
		assert_int_equal(driver_end(&helper), 0);
	}
}

/* Which service an account is asked about with, when S-check has no file. */
static void
a_service_without_a_check_of_its_own_uses_the_shipped_one(void **state)
{
	static const char *const options[] = { "--check", "--service", "wiki", NULL };
	static const char good[] = "account required @T\n";
	static const char refusing[] = "account required @T code=6\n";
	static const struct {
		const char *name, *own, *shipped;
		enum ac_verdict verdict;
	} rows[] = {
		{ "only the shipped one", NULL, good, AC_VERDICT_OK },
		{ "only the shipped one, refusing", NULL, refusing, AC_VERDICT_DENIED },
		{ "its own comes first", good, refusing, AC_VERDICT_OK },
		{ "its own refuses", refusing, good, AC_VERDICT_DENIED },
		{ "its own may not be used", "account required pam_exec.so /bin/true\n", good,
		  AC_VERDICT_UNAVAILABLE },
		{ "its own is empty", "", good, AC_VERDICT_UNAVAILABLE },
		{ "the shipped one may not be used", NULL, "account required pam_faillock.so\n",
		  AC_VERDICT_UNAVAILABLE },
		{ "neither", NULL, NULL, AC_VERDICT_UNAVAILABLE },
	};
	struct driver *driver = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct helper helper;

		replace_file(driver, "wiki-check", rows[i].own);
		replace_file(driver, "authcode-check", rows[i].shipped);
		driver_start(driver, options, geteuid(), &helper);
		send_check(&helper, "wiki-check", "nobody", NOBODY);
		if (receive_verdict(&helper) != rows[i].verdict)
			fail_msg("%s: another verdict", rows[i].name);
		assert_int_equal(driver_end(&helper), 0);
	}
}

static void
each_account_gets_its_verdict(void **state)
{
	struct driver *driver = *state;
	uid_t own = driver->uid;

	verdicts(driver);
	if (own == 0) {
		driver->uid = NOBODY;
		verdicts(driver);
		driver->uid = own;
	}
}

static void
sixty_four_accounts_per_connection_and_not_one_more(void **state)
{
	struct driver *driver = *state;
	struct ac_wire_frame frame;
	struct helper helper;

	driver_write(driver, "authcode-check", "account required @T\n");
	driver_start(driver, check_options, geteuid(), &helper);
	for (int i = 0; i < AC_WIRE_MAX_CHECKS; i++) {
		bool absent = i % 2 == 1;

		send_check(&helper, "authcode-check", absent ? "no-such-user" : "nobody", NOBODY);
		assert_int_equal(receive_verdict(&helper),
				 absent ? AC_VERDICT_GONE : AC_VERDICT_OK);
	}
	assert_int_equal(driver_recv(helper.fd, &frame), AUTHCODE_ERR_NOT_FOUND);
	assert_int_equal(driver_end(&helper), 0);
}

static void
checks_and_asks_are_counted_together(void **state)
{
	struct driver *driver = *state;
	struct ac_wire_frame frame, ask = { .type = AC_WIRE_ASK, .u.ask = { "authcode" } };
	struct helper helper;

	driver_write(driver, "authcode", "auth required @T\naccount required @T\n");
	driver_write(driver, "authcode-check", "account required @T\n");
	driver_start(driver, check_options, geteuid(), &helper);
	for (int i = 0; i < AC_WIRE_MAX_CHECKS; i++) {
		if (i % 3 != 0) {
			send_check(&helper, "authcode-check", "nobody", NOBODY);
			assert_int_equal(receive_verdict(&helper), AC_VERDICT_OK);
			continue;
		}
		assert_int_equal(ac_wire_send(helper.fd, &ask), AUTHCODE_OK);
		assert_int_equal(driver_recv(helper.fd, &frame), AUTHCODE_OK);
		assert_int_equal(frame.type, AC_WIRE_ABOUT);
		assert_true(frame.u.about.usable);
	}
	assert_int_equal(driver_recv(helper.fd, &frame), AUTHCODE_ERR_NOT_FOUND);
	assert_int_equal(driver_end(&helper), 0);
}

static void
only_check_services_of_the_list_are_asked(void **state)
{
	static const char *const services[] = { "authcode", "login-check",   "authcode-check-check",
						"-check",   "authcode-chec", "login" };
	struct driver *driver = *state;
	struct ac_wire_frame frame;

	for (size_t i = 0; i < AC_ARRAY_SIZE(services); i++) {
		struct helper helper;

		driver_write(driver, services[i], "account required @T\n");
		driver_start(driver, check_options, geteuid(), &helper);
		if (services[i][0] == '-') {
			/* The wire does not carry it. */
			static const char data[] = "\x08\0\x06-check\0\x06nobody\0\0\xff\xfe";

			assert_int_equal(write(helper.fd, data, sizeof(data) - 1),
					 sizeof(data) - 1);
		} else {
			send_check(&helper, services[i], "nobody", NOBODY);
		}
		assert_int_equal(driver_recv(helper.fd, &frame), AUTHCODE_ERR_NOT_FOUND);
		assert_int_equal(driver_end(&helper), 1);
	}
}

static void
a_check_service_with_side_effects_is_unavailable(void **state)
{
	static const char *const files[] = {
		"account required pam_exec.so /bin/true\naccount required @T\n",
		"account required pam_faillock.so\naccount required @T\n",
		"auth required @T\n",
		"account include @D/absent\naccount required @T\n",
	};
	struct driver *driver = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(files); i++) {
		struct helper helper;

		driver_write(driver, "authcode-check", files[i]);
		driver_start(driver, check_options, geteuid(), &helper);
		send_check(&helper, "authcode-check", "nobody", NOBODY);
		if (receive_verdict(&helper) != AC_VERDICT_UNAVAILABLE)
			fail_msg("%s: another verdict", files[i]);
		assert_int_equal(driver_end(&helper), 0);
	}
}

static void
the_check_entry_signs_nobody_in(void **state)
{
	struct driver *driver = *state;
	struct ac_wire_frame frame;
	struct helper helper;

	driver_start(driver, check_options, geteuid(), &helper);
	driver_send_start(&helper,
			  &(struct ac_wire_start){ .service = "authcode", .user = "nobody" });
	assert_int_equal(driver_recv(helper.fd, &frame), AUTHCODE_ERR_NOT_FOUND);
	assert_int_equal(driver_end(&helper), 1);
}

/* A connection that only rests is no question. */
static void
a_question_that_hangs_ends_the_helper(void **state)
{
	static const char *const options[] = { "--check", "--service", "wiki", NULL };
	struct driver *driver = *state;
	struct ac_wire_frame frame;
	struct helper hangs, rests;
	time_t began;

	driver_write(driver, "authcode-check", "account required @T hang\n");
	driver_write(driver, "wiki-check", "account required @T\n");
	driver_start(driver, options, geteuid(), &rests);
	send_check(&rests, "wiki-check", "nobody", NOBODY);
	assert_int_equal(receive_verdict(&rests), AC_VERDICT_OK);
	driver_start(driver, check_options, geteuid(), &hangs);
	began = seconds();
	send_check(&hangs, "authcode-check", "nobody", NOBODY);
	assert_int_equal(driver_recv(hangs.fd, &frame), AUTHCODE_ERR_NOT_FOUND);
	assert_in_range(seconds() - began, AC_CHECK_ANSWER_S, AC_CHECK_QUESTION_S + 3);
	assert_int_equal(driver_end(&hangs), -SIGKILL);
	(void)sleep(1);
	send_check(&rests, "wiki-check", "nobody", NOBODY);
	assert_int_equal(receive_verdict(&rests), AC_VERDICT_OK);
	assert_int_equal(driver_end(&rests), 0);
}

/* Whoever asked has gone; the process does not stay for the rest of its time. */
static void
it_ends_also_when_nobody_listens_any_more(void **state)
{
	struct driver *driver = *state;
	struct helper helper;
	time_t began;

	driver_write(driver, "authcode-check", "account required @T hang\n");
	driver_start(driver, check_options, geteuid(), &helper);
	began = seconds();
	send_check(&helper, "authcode-check", "nobody", NOBODY);
	assert_int_equal(driver_end(&helper), -SIGKILL);
	assert_in_range(seconds() - began, AC_CHECK_ANSWER_S, AC_CHECK_QUESTION_S + 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_account_gets_its_verdict),
		cmocka_unit_test(sixty_four_accounts_per_connection_and_not_one_more),
		cmocka_unit_test(checks_and_asks_are_counted_together),
		cmocka_unit_test(a_service_without_a_check_of_its_own_uses_the_shipped_one),
		cmocka_unit_test(only_check_services_of_the_list_are_asked),
		cmocka_unit_test(a_check_service_with_side_effects_is_unavailable),
		cmocka_unit_test(the_check_entry_signs_nobody_in),
		cmocka_unit_test(a_question_that_hangs_ends_the_helper),
		cmocka_unit_test(it_ends_also_when_nobody_listens_any_more),
	};

	return cmocka_run_group_tests_name("check", tests, driver_set_up, driver_tear_down);
}
