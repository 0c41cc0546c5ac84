/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Login and check against the real pam_unix with an account that exists for the
 * length of this program. Needs root and the tools of shadow.
 */
#include <fcntl.h>
#include <pwd.h>
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

	(void)snprintf(f.user, sizeof(f.user), "actest%d", (int)getpid());
	driver_init(&f.driver);
	assert_int_equal(run_tool(add, NULL), 0);
	driver_write(&f.driver, "authcode",
		     "auth required pam_unix.so nullok\naccount required pam_unix.so\n");
	driver_write(&f.driver, "authcode-check", "account required pam_unix.so\n");
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

	set_password(f, "Right-1-horse");
	account_tool(f, "chage", "-E", "-1");
	account_tool(f, "chage", "-d", "2026-01-01");
	return 0;
}

static void
assert_login(struct fixture *f, const char *user, const char *password, const char *end)
{
	const struct login_script script = { .user = user,
					     .language = "",
					     .answers = { password } };
	char want[256];

	(void)snprintf(want, sizeof(want), "@%s|?Password: |=%s%s", user, end,
		       strcmp(end, "OK ") == 0 ? user : "");
	assert_string_equal(driver_login(&f->driver, &script), want);
}

static enum ac_verdict
ask_about(struct fixture *f, const char *user, uint32_t uid, struct ac_wire_identity *identity)
{
	static const char *const options[] = { "--check", NULL };
	struct ac_wire_frame frame = { .type = AC_WIRE_CHECK,
				       .u.check = { .service = "authcode-check", .uid = uid } };
	struct helper helper;

	memcpy(frame.u.check.user, user, strlen(user) + 1);
	driver_start(&f->driver, options, geteuid(), &helper);
	assert_int_equal(ac_wire_send(helper.fd, &frame), AUTHCODE_OK);
	assert_int_equal(driver_recv(helper.fd, &frame), AUTHCODE_OK);
	assert_int_equal(frame.type, AC_WIRE_CHECKED);
	assert_int_equal(driver_end(&helper), 0);
	if (identity != NULL)
		*identity = frame.u.checked.identity;
	return frame.u.checked.verdict;
}

static uint32_t
uid_of(const char *user)
{
	const struct passwd *entry = getpwnam(user);

	assert_non_null(entry);
	return (uint32_t)entry->pw_uid;
}

static void
signs_in_with_the_password_and_nothing_else(void **state)
{
	struct fixture *f = *state;

	assert_login(f, f->user, "Right-1-horse", "OK ");
	assert_login(f, f->user, "right-1-horse", "DENIED");
	assert_login(f, f->user, "Right-1-hors", "DENIED");
	assert_login(f, f->user, "Right-1-horse ", "DENIED");
	assert_login(f, f->user, "", "DENIED");
}

static void
an_unknown_user_is_asked_and_refused_alike(void **state)
{
	assert_login(*state, "no-such-user-here", "Right-1-horse", "DENIED");
}

/* usermod -L puts '!' in front of the hash. */
static void
a_locked_account_is_refused(void **state)
{
	struct fixture *f = *state;

	account_tool(f, "usermod", "-L", NULL);
	assert_login(f, f->user, "Right-1-horse", "DENIED");
}

static void
an_expired_account_is_refused_at_login_and_named_by_the_check(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ask_about(f, f->user, uid_of(f->user), NULL), AC_VERDICT_OK);
	account_tool(f, "chage", "-E", "0");
	assert_login(f, f->user, "Right-1-horse", "DENIED");
	assert_int_equal(ask_about(f, f->user, uid_of(f->user), NULL), AC_VERDICT_EXPIRED);
}

static void
give_hash(const struct fixture *f, const char *hash)
{
	account_tool(f, "usermod", "-p", hash);
}

/* Not so with a login, which says the same of every refusal. */
static void
a_lock_in_front_of_a_hash_is_named_by_the_check(void **state)
{
	struct fixture *f = *state;
	uint32_t uid = uid_of(f->user);

	account_tool(f, "usermod", "-L", NULL);
	assert_int_equal(ask_about(f, f->user, uid, NULL), AC_VERDICT_LOCKED);
	/* The expired account is that first. */
	account_tool(f, "chage", "-E", "0");
	assert_int_equal(ask_about(f, f->user, uid, NULL), AC_VERDICT_EXPIRED);
	/* Another account of the name is neither. */
	assert_int_equal(ask_about(f, f->user, uid + 1, NULL), AC_VERDICT_GONE);
	account_tool(f, "chage", "-E", "-1");
	account_tool(f, "usermod", "-U", NULL);
	assert_int_equal(ask_about(f, f->user, uid, NULL), AC_VERDICT_OK);
}

static void
an_account_without_a_password_is_not_locked(void **state)
{
	static const char *const hashes[] = { "!", "!!", "*", "!*", "*LK*", "!locked", "x" };
	struct fixture *f = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(hashes); i++) {
		give_hash(f, hashes[i]);
		if (ask_about(f, f->user, uid_of(f->user), NULL) != AC_VERDICT_OK)
			fail_msg("%s", hashes[i]);
	}
}

/* Tomorrow it is good again, so no grant may be lost: shadow decides before the
 * stack is asked, and nothing but shadow says EXPIRED or LOCKED. */
static void
what_passes_takes_no_grant_away(void **state)
{
	static const struct {
		const char *account;
		enum ac_verdict verdict;
	} rows[] = {
		{ "account required pam_unix.so\n", AC_VERDICT_OK },
		{ "account required pam_nologin.so file=@D/nologin\n", AC_VERDICT_DENIED },
		{ "account required @T code=13\n", AC_VERDICT_DENIED },
		{ "account required @T code=10\n", AC_VERDICT_DENIED },
		{ "account required @T code=9\n", AC_VERDICT_UNAVAILABLE },
		{ "account required @T user=no-such-user-here\n", AC_VERDICT_DENIED },
	};
	struct fixture *f = *state;

	driver_write(&f->driver, "nologin", "closed\n");
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		driver_write(&f->driver, "authcode-check", rows[i].account);
		if (ask_about(f, f->user, uid_of(f->user), NULL) != rows[i].verdict)
			fail_msg("%s", rows[i].account);
	}
	account_tool(f, "chage", "-E", "0");
	assert_int_equal(ask_about(f, f->user, uid_of(f->user), NULL), AC_VERDICT_EXPIRED);
	driver_write(&f->driver, "authcode-check", "account required pam_unix.so\n");
}

/* Run by an ordinary user, who may not read shadow. */
static void
whoever_cannot_read_shadow_never_says_expired_or_locked(void **state)
{
	struct fixture *f = *state;
	uid_t own = f->driver.uid;
	enum ac_verdict expired, locked;

	account_tool(f, "chage", "-E", "0");
	f->driver.uid = uid_of(f->user);
	expired = ask_about(f, f->user, uid_of(f->user), NULL);
	account_tool(f, "chage", "-E", "-1");
	account_tool(f, "usermod", "-L", NULL);
	locked = ask_about(f, f->user, uid_of(f->user), NULL);
	f->driver.uid = own;
	assert_int_equal(expired, AC_VERDICT_DENIED);
	assert_int_equal(locked, AC_VERDICT_OK);
}

static void
a_password_that_must_change_is_told_only_to_its_owner(void **state)
{
	struct fixture *f = *state;

	account_tool(f, "chage", "-d", "0");
	assert_login(f, f->user, "wrong", "DENIED");
	assert_login(f, f->user, "Right-1-horse", "CHANGE_DUE");
	assert_int_equal(ask_about(f, f->user, uid_of(f->user), NULL), AC_VERDICT_CHANGE_DUE);
}

/* Debian's common-auth has nullok: without a hash no password is needed. */
static void
an_empty_password_never_signs_in(void **state)
{
	struct fixture *f = *state;

	account_tool(f, "passwd", "-d", NULL);
	assert_login(f, f->user, "", "DENIED");
	assert_login(f, f->user, "anything", "DENIED");
}

static void
the_check_knows_who_is_who(void **state)
{
	struct fixture *f = *state;
	struct ac_wire_identity identity;
	uint32_t uid = uid_of(f->user);

	assert_int_equal(ask_about(f, f->user, uid, &identity), AC_VERDICT_OK);
	assert_string_equal(identity.user, f->user);
	assert_int_equal(identity.uid, uid);
	assert_string_equal(identity.full_name, "Unix Test");
	assert_non_null(strstr(identity.groups, f->user));
	assert_int_equal(ask_about(f, f->user, uid + 1, &identity), AC_VERDICT_GONE);
	assert_string_equal(identity.user, "");
	assert_int_equal(ask_about(f, "no-such-user-here", uid, NULL), AC_VERDICT_GONE);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, reset_account)
	const struct CMUnitTest tests[] = {
		TEST(signs_in_with_the_password_and_nothing_else),
		TEST(an_unknown_user_is_asked_and_refused_alike),
		TEST(a_locked_account_is_refused),
		TEST(an_expired_account_is_refused_at_login_and_named_by_the_check),
		TEST(a_lock_in_front_of_a_hash_is_named_by_the_check),
		TEST(an_account_without_a_password_is_not_locked),
		TEST(what_passes_takes_no_grant_away),
		TEST(whoever_cannot_read_shadow_never_says_expired_or_locked),
		TEST(a_password_that_must_change_is_told_only_to_its_owner),
		TEST(an_empty_password_never_signs_in),
		TEST(the_check_knows_who_is_who),
	};

	if (geteuid() != 0 || access("/usr/sbin/useradd", X_OK) != 0 ||
	    access("/usr/bin/chage", X_OK) != 0) {
		(void)puts("1..0 # SKIP needs root and useradd");
		return 0;
	}
	return cmocka_run_group_tests_name("login_unix", tests, setup, teardown);
}
