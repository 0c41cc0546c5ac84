/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The change of an expired password by the real pam_unix, of an account that
 * exists for the length of this program: what changes it, what does not, and
 * with which rights. Needs root and the tools of shadow.
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
#include "tests/pam/unix_account.h"

#define OLD "Right-1-horse"
#define NEW "New-2-battery"

static int
setup(void **state)
{
	struct unix_account *a = unix_account_new();

	driver_write(&a->driver, "authcode",
		     "auth required pam_unix.so\naccount required pam_unix.so\n"
		     "password required pam_unix.so obscure\n");
	*state = a;
	return 0;
}

static int
reset_account(void **state)
{
	struct unix_account *a = *state;

	set_password(a, OLD);
	account_tool(a, "chage", "-E", "-1");
	account_tool(a, "chage", "-d", "0");
	return 0;
}

#define THRICE(text) text, text, text, text, text, text

/* With the right password the sign-in ends so. */
static void
assert_login(const struct unix_account *a, const char *password, const char *end)
{
	const struct login_script script = { .user = a->user,
					     .language = "",
					     .answers = { password } };
	const char *told = driver_login(&a->driver, &script);

	if (strncmp(strrchr(told, '|') + 1, end, strlen(end)) != 0)
		fail_msg("%s: %s, not %s", password, told, end);
}

/* The verdict of a change with these answers; wrapper NULL: with every right. */
static const char *
change(const struct unix_account *a, const char *const *wrapper, const char *const *answers)
{
	static const char *const options[] = { "--passwd", NULL };
	char ticket[AC_WIRE_TICKET_LEN + 1];
	struct login_script script = {
		.user = a->user, .language = "", .ticket = ticket, .options = options
	};
	struct driver driver = a->driver;

	assert_login(a, OLD, "=CHANGE_DUE");
	(void)snprintf(ticket, sizeof(ticket), "%s", driver_ticket());
	driver.wrapper = wrapper;
	for (size_t i = 0; answers[i] != NULL; i++)
		script.answers[i] = answers[i];
	return strrchr(driver_login(&driver, &script), '=');
}

static const char *const right_answers[] = { OLD, NEW, NEW, OLD, NEW, NEW, OLD, NEW, NEW, NULL };

static void
the_new_password_takes_the_place_of_the_old(void **state)
{
	struct unix_account *a = *state;

	assert_memory_equal(change(a, NULL, right_answers), "=OK actest", 10);
	assert_login(a, NEW, "=OK");
	assert_login(a, OLD, "=DENIED");
}

static void
a_mistake_can_be_mended(void **state)
{
	static const char *const rows[][DRIVER_MAX] = {
		{ "wrong", OLD, NEW, NEW },
		{ "wrong", "", OLD, NEW, NEW },
		{ OLD, NEW, "New-2-batterie", OLD, NEW, NEW },
		{ OLD, NEW, "New-2-batterie", "wrong", OLD, NEW, NEW },
	};
	struct unix_account *a = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		assert_memory_equal(change(a, NULL, rows[i]), "=OK", 3);
		assert_login(a, NEW, "=OK");
		assert_int_equal(reset_account(state), 0);
	}
}

/* root too: it is the person who is asked. */
static void
whoever_makes_mistakes_is_told_and_asked_again(void **state)
{
	static const char *const parts[] = { "|?Current password: |",
					     "|e:The password was not changed. Try again.|",
					     "|?Current password: |?New password: |?Retype new "
					     "password: |",
					     "|e:Sorry, passwords do not match.|",
					     "|?Current password: |?New password: |?Retype new "
					     "password: |",
					     "=OK " };
	struct unix_account *a = *state;
	static const char *const options[] = { "--passwd", NULL };
	char ticket[AC_WIRE_TICKET_LEN + 1];
	const struct login_script script = { .user = a->user,
					     .language = "",
					     .ticket = ticket,
					     .options = options,
					     .answers = { "wrong", OLD, NEW, OLD, OLD, NEW, NEW } };
	const char *told, *at;

	assert_login(a, OLD, "=CHANGE_DUE");
	(void)snprintf(ticket, sizeof(ticket), "%s", driver_ticket());
	told = at = driver_login(&a->driver, &script);
	for (size_t i = 0; i < AC_ARRAY_SIZE(parts); i++) {
		at = strstr(at, parts[i]);
		if (at == NULL)
			fail_msg("%s is not in its place: %s", parts[i], told);
		at += strlen(parts[i]) - 1;
	}
}

static void
three_mistakes_change_nothing(void **state)
{
	static const struct {
		const char *name;
		const char *answers[DRIVER_MAX];
	} rows[] = {
		{ "wrong current password", { "wrong", "wrong", "wrong" } },
		{ "empty current password", { "", "", "" } },
		{ "the new one as current", { NEW, NEW, NEW } },
		{ "retyped otherwise", { OLD, NEW, OLD, OLD, NEW, "", OLD, NEW, "New-2-batter" } },
		/* pam_unix asks three times itself; 20 questions are the most. */
		{ "too simple", { OLD, THRICE("abc"), OLD, THRICE("abc"), OLD, THRICE("abc") } },
		{ "empty", { OLD, THRICE(""), OLD, THRICE(""), OLD, THRICE("") } },
		{ "the old one again", { OLD, THRICE(OLD), OLD, THRICE(OLD), OLD, THRICE(OLD) } },
	};
	struct unix_account *a = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const char *verdict = change(a, NULL, rows[i].answers);

		if (verdict == NULL || strcmp(verdict, "=DENIED") != 0)
			fail_msg("%s: %s", rows[i].name, verdict != NULL ? verdict : "nothing");
		assert_login(a, OLD, "=CHANGE_DUE");
		assert_login(a, NEW, "=DENIED");
	}
}

/* What happens between the sign-in and the change counts. */
static void
an_account_that_is_not_due_any_more_is_refused(void **state)
{
	static const struct {
		const char *tool, *option, *value;
	} rows[] = {
		{ "chage", "-d", "2026-01-01" }, /* changed elsewhere */
		{ "chage", "-E", "0" },          /* expired */
	};
	static const char *const options[] = { "--passwd", NULL };
	struct unix_account *a = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		char ticket[AC_WIRE_TICKET_LEN + 1];
		struct login_script script = { .user = a->user,
					       .language = "",
					       .ticket = ticket,
					       .options = options,
					       .answers = { OLD, NEW, NEW } };

		assert_login(a, OLD, "=CHANGE_DUE");
		(void)snprintf(ticket, sizeof(ticket), "%s", driver_ticket());
		account_tool(a, rows[i].tool, rows[i].option, rows[i].value);
		assert_string_equal(strrchr(driver_login(&a->driver, &script), '|'), "|=DENIED");
		assert_int_equal(reset_account(state), 0);
		assert_login(a, NEW, "=DENIED");
	}
}

/* usermod -L: the current password is not right any more. */
static void
a_locked_account_changes_nothing(void **state)
{
	struct unix_account *a = *state;
	static const char *const options[] = { "--passwd", NULL };
	char ticket[AC_WIRE_TICKET_LEN + 1];
	const struct login_script script = { .user = a->user,
					     .language = "",
					     .ticket = ticket,
					     .options = options,
					     .answers = { OLD, OLD, OLD } };

	assert_login(a, OLD, "=CHANGE_DUE");
	(void)snprintf(ticket, sizeof(ticket), "%s", driver_ticket());
	account_tool(a, "usermod", "-L", NULL);
	assert_string_equal(strrchr(driver_login(&a->driver, &script), '|'), "|=DENIED");
	account_tool(a, "usermod", "-U", NULL);
	assert_login(a, NEW, "=DENIED");
}

/* --- with the rights of a unit --------------------------------------------------- */

/* Everything read-only but the helper's own directory and what is named next; then
 * the capabilities named, and no others. A root of its own, since that of a chroot
 * cannot be mounted anew. */
#define MOUNTS                                                                                     \
	"mkdir -p \"$0/root\" && mount --rbind / \"$0/root\" && "                                  \
	"mount -o remount,bind,ro \"$0/root\" && mount --bind \"$0\" \"$0/root$0\" && "
#define ETC "mount --bind /etc \"$0/root/etc\" && "
#define WITH "exec chroot \"$0/root\" setpriv --inh-caps -all "
#define PASSWD_CAPS "--bounding-set -all,+chown,+dac_read_search,+audit_write"
#define LOGIN_CAPS "--bounding-set -all,+dac_read_search,+audit_write"

static const char *
change_within(const struct unix_account *a, const char *script)
{
	const char *const wrapper[] = { "unshare", "--mount", "--propagation", "private", "sh",
					"-c",      script,    a->driver.dir,   NULL };

	return change(a, wrapper, right_answers);
}

static void
the_rights_of_the_passwd_unit_are_enough(void **state)
{
	static const char *const rows[] = {
		MOUNTS ETC WITH PASSWD_CAPS " \"$@\"",
		MOUNTS ETC WITH "--bounding-set -all,+chown \"$@\"",
	};
	struct unix_account *a = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		assert_memory_equal(change_within(a, rows[i]), "=OK actest", 10);
		assert_login(a, NEW, "=OK");
		assert_login(a, OLD, "=DENIED");
		assert_int_equal(reset_account(state), 0);
	}
}

static void
the_rights_of_the_login_unit_are_too_few(void **state)
{
	static const struct {
		const char *script;
		const char *verdict;
	} rows[] = {
		{ MOUNTS WITH LOGIN_CAPS " \"$@\"", "=UNAVAILABLE" },
		{ MOUNTS WITH PASSWD_CAPS " \"$@\"", "=UNAVAILABLE" },
		{ MOUNTS ETC WITH LOGIN_CAPS " \"$@\"", "=DENIED" },
	};
	struct unix_account *a = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		assert_string_equal(change_within(a, rows[i].script), rows[i].verdict);
		assert_login(a, NEW, "=DENIED");
		assert_login(a, OLD, "=CHANGE_DUE");
	}
}

int
main(void)
{
#define TEST(a) cmocka_unit_test_setup(a, reset_account)
	static const char *const mount[] = { "unshare", "--mount", "true", NULL };
	const struct CMUnitTest tests[] = {
		TEST(the_new_password_takes_the_place_of_the_old),
		TEST(a_mistake_can_be_mended),
		TEST(whoever_makes_mistakes_is_told_and_asked_again),
		TEST(three_mistakes_change_nothing),
		TEST(an_account_that_is_not_due_any_more_is_refused),
		TEST(a_locked_account_changes_nothing),
		TEST(the_rights_of_the_passwd_unit_are_enough),
		TEST(the_rights_of_the_login_unit_are_too_few),
	};

	if (geteuid() != 0 || access("/usr/sbin/useradd", X_OK) != 0 ||
	    access("/usr/bin/chage", X_OK) != 0 || run_tool(mount, NULL) != 0) {
		(void)puts("1..0 # SKIP needs root that may mount, and useradd");
		return 0;
	}
	return cmocka_run_group_tests_name("passwd_unix", tests, setup, unix_account_remove);
}
