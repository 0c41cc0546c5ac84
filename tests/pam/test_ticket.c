/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Tickets: who gets one, and what makes the passwd entry refuse one.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/attr.h"
#include "pam_authcode/ticket.h"
#include "tests/pam/passwd_world.h"

/* --- tickets ------------------------------------------------------------------ */

static void
a_ticket_opens_one_change(void **state)
{
	struct driver *driver = *state;
	char ticket[AC_WIRE_TICKET_LEN + 1];

	passwd_service(driver, "authcode", "hidden=New: code=6");
	passwd_earn(driver, "authcode", ticket);
	assert_string_equal(passwd_spend(driver, "authcode", ticket, "new"),
			    "@nobody|?New:|=DENIED");
	assert_string_equal(passwd_spend(driver, "authcode", ticket, "new"), PASSWD_REFUSED);
}

static void
a_ticket_is_for_its_service_and_account(void **state)
{
	struct driver *driver = *state;
	static const char *const options[] = { "--passwd",  "--service",    "authcode",
					       "--service", "authcode-otp", NULL };
	static const struct login_script rows[] = {
		{ .service = "authcode-otp", .options = options },
		{ .user = "daemon", .options = options },
		{ .user = "no-such-user-here", .options = options },
		{ .user = "root", .options = options },
	};

	passwd_service(driver, "authcode", "hidden=New: count=@D/changed");
	passwd_service(driver, "authcode-otp", "hidden=New: count=@D/changed");
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct login_script script = rows[i];
		char ticket[AC_WIRE_TICKET_LEN + 1];

		passwd_earn(driver, "authcode", ticket);
		script.ticket = ticket;
		script.answers[0] = "new";
		assert_string_equal(driver_login(driver, &script), PASSWD_REFUSED);
		/* … and is used up by having been shown. */
		assert_string_equal(passwd_spend(driver, "authcode", ticket, "new"),
				    PASSWD_REFUSED);
	}
	assert_false(passwd_changed(driver));
}

static void
what_is_no_ticket_is_refused(void **state)
{
	static const char *const rows[] = {
		NULL,
		"",
		"x",
		".",
		"..",
		"../nobody",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", /* never issued */
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB", /* stray bits */
		"../AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	};
	struct driver *driver = *state;
	char ticket[AC_WIRE_TICKET_LEN + 1];

	passwd_service(driver, "authcode", "hidden=New: count=@D/changed");
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++)
		assert_string_equal(passwd_spend(driver, "authcode", rows[i], "new"),
				    PASSWD_REFUSED);
	passwd_earn(driver, "authcode", ticket);
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++)
		assert_string_equal(passwd_spend(driver, "authcode", rows[i], "new"),
				    PASSWD_REFUSED);
	assert_false(passwd_changed(driver));
	assert_string_equal(passwd_spend(driver, "authcode", ticket, "new"),
			    "@nobody|?New:|=OK nobody");
}

enum harm { STALE, FROM_THE_FUTURE, READABLE, LINKED_TWICE, SYMBOLIC, DIRECTORY, CUT, LONGER };

static void
do_harm(enum harm harm, const char *path, const char *aside)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = time(NULL) } };
	int fd;

	switch (harm) {
	case STALE:
		times[1].tv_sec -= AC_TICKET_LIFE_S + 2;
		break;
	case FROM_THE_FUTURE:
		times[1].tv_sec += 60;
		break;
	case READABLE:
		assert_int_equal(chmod(path, 0644), 0);
		return;
	case LINKED_TWICE:
		assert_int_equal(link(path, aside), 0);
		return;
	case SYMBOLIC:
		assert_int_equal(rename(path, aside), 0);
		assert_int_equal(symlink(aside, path), 0);
		return;
	case DIRECTORY:
		assert_int_equal(unlink(path), 0);
		assert_int_equal(mkdir(path, 0700), 0);
		return;
	case CUT:
		assert_int_equal(truncate(path, 8), 0);
		return;
	case LONGER:
		fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
		assert_int_equal(write(fd, "x", 1), 1);
		(void)close(fd);
		return;
	}
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void
a_ticket_that_is_not_as_it_was_issued_is_refused(void **state)
{
	struct driver *driver = *state;

	passwd_service(driver, "authcode", "hidden=New: count=@D/changed");
	for (enum harm harm = STALE; harm <= LONGER; harm++) {
		char ticket[AC_WIRE_TICKET_LEN + 1], path[256], aside[256];

		passwd_earn(driver, "authcode", ticket);
		passwd_ticket_path(driver, ticket, path);
		passwd_path(driver, "aside", aside);
		do_harm(harm, path, aside);
		if (strcmp(passwd_spend(driver, "authcode", ticket, "new"), PASSWD_REFUSED) != 0)
			fail_msg("harm %d", (int)harm);
		(void)unlink(aside);
		(void)rmdir(path);
	}
	assert_false(passwd_changed(driver));
}

/* Neither tickets nor their places can be others'. */
static void
a_place_that_others_can_reach_holds_no_tickets(void **state)
{
	static const mode_t modes[] = { 0755, 0710, 0701, 0777 };
	const struct login_script login = { .answers = { "right" } };
	struct driver *driver = *state;
	char ticket[AC_WIRE_TICKET_LEN + 1], dir[256];

	passwd_service(driver, "authcode", "hidden=New: count=@D/changed");
	passwd_earn(driver, "authcode", ticket);
	passwd_ticket_path(driver, "", dir);
	for (size_t i = 0; i < AC_ARRAY_SIZE(modes); i++) {
		assert_int_equal(chmod(dir, modes[i]), 0);
		assert_string_equal(passwd_spend(driver, "authcode", ticket, "new"),
				    PASSWD_REFUSED);
		assert_string_equal(driver_login(driver, &login), "@nobody|?Password:|=CHANGE_DUE");
		assert_string_equal(driver_ticket(), "");
	}
	assert_int_equal(chmod(dir, 0700), 0);
	assert_int_equal(chmod(driver->locks, 0755), 0);
	assert_string_equal(passwd_spend(driver, "authcode", ticket, "new"), PASSWD_REFUSED);
	assert_int_equal(chmod(driver->locks, 0700), 0);
	assert_false(passwd_changed(driver));
	/* None of them has looked at the ticket. */
	assert_string_equal(passwd_spend(driver, "authcode", ticket, "new"),
			    "@nobody|?New:|=OK nobody");
}

static void
tickets_are_bounded_and_old_ones_make_room(void **state)
{
	const struct timespec old[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };
	const struct login_script login = { .answers = { "right" } };
	struct driver *driver = *state;
	char ticket[AC_WIRE_TICKET_LEN + 1], path[256], name[16];

	passwd_service(driver, "authcode", "hidden=New: count=@D/changed");
	passwd_earn(driver, "authcode", ticket);
	for (unsigned int i = 1; i < AC_TICKET_MAX; i++) {
		int fd;

		(void)snprintf(name, sizeof(name), "%u", i);
		passwd_ticket_path(driver, name, path);
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		assert_true(fd >= 0);
		(void)close(fd);
	}
	assert_string_equal(driver_login(driver, &login), "@nobody|?Password:|=CHANGE_DUE");
	assert_string_equal(driver_ticket(), "");
	assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
	passwd_earn(driver, "authcode", ticket);
	assert_int_equal(access(path, F_OK), -1);
}

static void
only_whoever_has_given_a_hidden_answer_gets_a_ticket(void **state)
{
	static const char *const options[] = { "--promptless", "authcode", NULL };
	static const struct {
		const char *auth;
		const char *answer;
		const char *told;
	} rows[] = {
		{ "hidden=P: code=7", "wrong", "@nobody|?P:|=DENIED" },
		{ "hidden=P:", "", "@nobody|?P:|=DENIED" },
		{ "hidden=P: user=daemon", "right", "@nobody|?P:|=DENIED" },
		{ "echo=P:", "right", "@nobody|!P:|=CHANGE_DUE" }, /* as --promptless says */
		{ "info=hello", NULL, "@nobody|=CHANGE_DUE" },
	};
	struct driver *driver = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const struct login_script script = { .options = options,
						     .answers = { rows[i].answer } };
		char text[256];

		(void)snprintf(text, sizeof(text),
			       "auth required @T %s\naccount required @T due=@D/changed\n",
			       rows[i].auth);
		driver_write(driver, "authcode", text);
		assert_string_equal(driver_login(driver, &script), rows[i].told);
		assert_string_equal(driver_ticket(), "");
	}
}

static void
a_helper_without_a_lock_directory_issues_no_ticket(void **state)
{
	const struct login_script login = { .answers = { "right" } };
	struct driver other = *(struct driver *)*state;

	if (other.uid != 0)
		return;    /* an ordinary user cannot be another */
	other.uid = 65534; /* no /run/user/65534 */
	passwd_service(&other, "authcode", "hidden=New: count=@D/changed");
	assert_string_equal(driver_login(&other, &login), "@nobody|?Password:|=CHANGE_DUE");
	assert_string_equal(driver_ticket(), "");
	assert_string_equal(passwd_spend(&other, "authcode",
					 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "new"),
			    PASSWD_REFUSED);
}

static void
signing_in_takes_no_ticket(void **state)
{
	struct driver *driver = *state;
	char ticket[AC_WIRE_TICKET_LEN + 1];
	struct login_script script = { .ticket = ticket, .answers = { "right" } };

	passwd_service(driver, "authcode", "hidden=New: count=@D/changed");
	passwd_earn(driver, "authcode", ticket);
	assert_string_equal(driver_login(driver, &script), PASSWD_REFUSED);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, driver_set_up, driver_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_ticket_opens_one_change),
		TEST(a_ticket_is_for_its_service_and_account),
		TEST(what_is_no_ticket_is_refused),
		TEST(a_ticket_that_is_not_as_it_was_issued_is_refused),
		TEST(a_place_that_others_can_reach_holds_no_tickets),
		TEST(tickets_are_bounded_and_old_ones_make_room),
		TEST(only_whoever_has_given_a_hidden_answer_gets_a_ticket),
		TEST(a_helper_without_a_lock_directory_issues_no_ticket),
		TEST(signing_in_takes_no_ticket),
	};

	return cmocka_run_group_tests_name("ticket", tests, NULL, NULL);
}
