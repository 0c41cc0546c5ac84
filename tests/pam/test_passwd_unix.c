/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The change of an expired password by the real pam_unix, of an account that
 * exists for the length of this program: what changes it, what does not, and
 * with which rights. Needs root and the tools of shadow.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/attr.h"
#include "tests/pam/driver.h"

#define USER_LEN 32
#define OLD "Right-1-horse"
#define NEW "New-2-battery"

struct fixture {
	struct driver driver;
	char user[USER_LEN];
};

/* The exit status. input goes to standard input; NULL: nothing. */
static int
run_tool(const char *const *argv, const char *input)
{
	int pipes[2], status = -1;
	pid_t pid;

	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)dup2(pipes[0], 0);
		(void)close(pipes[0]);
		(void)close(pipes[1]);
		(void)dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), 1);
		(void)execvp(argv[0], (char *const *)(const void *)argv);
		_exit(127);
	}
	(void)close(pipes[0]);
	if (input != NULL)
		assert_int_equal(write(pipes[1], input, strlen(input)), strlen(input));
	(void)close(pipes[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
set_password(const struct fixture *f, const char *password)
{
	static const char *const argv[] = { "chpasswd", NULL };
	char line[128];

	(void)snprintf(line, sizeof(line), "%s:%s\n", f->user, password);
	assert_int_equal(run_tool(argv, line), 0);
}

static void
account_tool(const struct fixture *f, const char *tool, const char *option, const char *value)
{
	const char *const with_value[] = { tool, option, value, f->user, NULL };
	const char *const without[] = { tool, option, f->user, NULL };

	assert_int_equal(run_tool(value != NULL ? with_value : without, NULL), 0);
}

static int
setup(void **state)
{
	static struct fixture f;
	const char *add[] = { "useradd", "-M",         "-c",   "Unix Test,Room 1",
			      "-s",      "/bin/false", f.user, NULL };

	(void)snprintf(f.user, sizeof(f.user), "actestp%d", (int)getpid());
	driver_init(&f.driver);
	assert_int_equal(run_tool(add, NULL), 0);
	driver_write(&f.driver, "authcode",
		     "auth required pam_unix.so\naccount required pam_unix.so\n"
		     "password required pam_unix.so obscure\n");
	*state = &f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;
	const char *const argv[] = { "userdel", f->user, NULL };

	driver_clear(&f->driver);
	return run_tool(argv, NULL);
}

static int
reset_account(void **state)
{
	struct fixture *f = *state;

	set_password(f, OLD);
	account_tool(f, "chage", "-E", "-1");
	account_tool(f, "chage", "-d", "0");
	return 0;
}

#define THRICE(text) text, text, text, text, text, text

/* With the right password the sign-in ends so. */
static void
assert_login(const struct fixture *f, const char *password, const char *end)
{
	const struct login_script script = { .user = f->user,
					     .language = "",
					     .answers = { password } };
	const char *told = driver_login(&f->driver, &script);

	if (strncmp(strrchr(told, '|') + 1, end, strlen(end)) != 0)
		fail_msg("%s: %s, not %s", password, told, end);
}

/* The verdict of a change with these answers; wrapper NULL: with every right. */
static const char *
change(const struct fixture *f, const char *const *wrapper, const char *const *answers)
{
	static const char *const options[] = { "--passwd", NULL };
	char ticket[AC_WIRE_TICKET_LEN + 1];
	struct login_script script = {
		.user = f->user, .language = "", .ticket = ticket, .options = options
	};
	struct driver driver = f->driver;

	assert_login(f, OLD, "=CHANGE_DUE");
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
	struct fixture *f = *state;

	assert_memory_equal(change(f, NULL, right_answers), "=OK actest", 10);
	assert_login(f, NEW, "=OK");
	assert_login(f, OLD, "=DENIED");
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
	struct fixture *f = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		assert_memory_equal(change(f, NULL, rows[i]), "=OK", 3);
		assert_login(f, NEW, "=OK");
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
	struct fixture *f = *state;
	static const char *const options[] = { "--passwd", NULL };
	char ticket[AC_WIRE_TICKET_LEN + 1];
	const struct login_script script = { .user = f->user,
					     .language = "",
					     .ticket = ticket,
					     .options = options,
					     .answers = { "wrong", OLD, NEW, OLD, OLD, NEW, NEW } };
	const char *told, *at;

	assert_login(f, OLD, "=CHANGE_DUE");
	(void)snprintf(ticket, sizeof(ticket), "%s", driver_ticket());
	told = at = driver_login(&f->driver, &script);
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
	struct fixture *f = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const char *verdict = change(f, NULL, rows[i].answers);

		if (verdict == NULL || strcmp(verdict, "=DENIED") != 0)
			fail_msg("%s: %s", rows[i].name, verdict != NULL ? verdict : "nothing");
		assert_login(f, OLD, "=CHANGE_DUE");
		assert_login(f, NEW, "=DENIED");
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
	struct fixture *f = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		char ticket[AC_WIRE_TICKET_LEN + 1];
		struct login_script script = { .user = f->user,
					       .language = "",
					       .ticket = ticket,
					       .options = options,
					       .answers = { OLD, NEW, NEW } };

		assert_login(f, OLD, "=CHANGE_DUE");
		(void)snprintf(ticket, sizeof(ticket), "%s", driver_ticket());
		account_tool(f, rows[i].tool, rows[i].option, rows[i].value);
		assert_string_equal(strrchr(driver_login(&f->driver, &script), '|'), "|=DENIED");
		assert_int_equal(reset_account(state), 0);
		assert_login(f, NEW, "=DENIED");
	}
}

/* usermod -L: the current password is not right any more. */
static void
a_locked_account_changes_nothing(void **state)
{
	struct fixture *f = *state;
	static const char *const options[] = { "--passwd", NULL };
	char ticket[AC_WIRE_TICKET_LEN + 1];
	const struct login_script script = { .user = f->user,
					     .language = "",
					     .ticket = ticket,
					     .options = options,
					     .answers = { OLD, OLD, OLD } };

	assert_login(f, OLD, "=CHANGE_DUE");
	(void)snprintf(ticket, sizeof(ticket), "%s", driver_ticket());
	account_tool(f, "usermod", "-L", NULL);
	assert_string_equal(strrchr(driver_login(&f->driver, &script), '|'), "|=DENIED");
	account_tool(f, "usermod", "-U", NULL);
	assert_login(f, NEW, "=DENIED");
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
change_within(const struct fixture *f, const char *script)
{
	const char *const wrapper[] = { "unshare", "--mount", "--propagation", "private", "sh",
					"-c",      script,    f->driver.dir,   NULL };

	return change(f, wrapper, right_answers);
}

static void
the_rights_of_the_passwd_unit_are_enough(void **state)
{
	static const char *const rows[] = {
		MOUNTS ETC WITH PASSWD_CAPS " \"$@\"",
		MOUNTS ETC WITH "--bounding-set -all,+chown \"$@\"",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		assert_memory_equal(change_within(f, rows[i]), "=OK actest", 10);
		assert_login(f, NEW, "=OK");
		assert_login(f, OLD, "=DENIED");
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
	struct fixture *f = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		assert_string_equal(change_within(f, rows[i].script), rows[i].verdict);
		assert_login(f, NEW, "=DENIED");
		assert_login(f, OLD, "=CHANGE_DUE");
	}
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, reset_account)
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
	return cmocka_run_group_tests_name("passwd_unix", tests, setup, teardown);
}
