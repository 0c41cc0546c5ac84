/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Login and check against the real pam_unix with an account that exists for the
 * length of this program. Needs root and the tools of shadow.
 */
#include <pwd.h>
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

static int
setup(void **state)
{
	struct unix_account *a = unix_account_new();

	driver_write(&a->driver, "authcode",
		     "auth required pam_unix.so nullok\naccount required pam_unix.so\n");
	driver_write(&a->driver, "authcode-check", "account required pam_unix.so\n");
	*state = a;
	return 0;
}

static int
reset_account(void **state)
{
	struct unix_account *a = *state;

	set_password(a, "Right-1-horse");
	account_tool(a, "chage", "-E", "-1");
	account_tool(a, "chage", "-d", "2026-01-01");
	return 0;
}

static void
assert_login(struct unix_account *a, const char *user, const char *password, const char *end)
{
	const struct login_script script = { .user = user,
					     .language = "",
					     .answers = { password } };
	char want[256];

	(void)snprintf(want, sizeof(want), "@%s|?Password: |=%s%s", user, end,
		       strcmp(end, "OK ") == 0 ? user : "");
	assert_string_equal(driver_login(&a->driver, &script), want);
}

static enum ac_verdict
ask_about(struct unix_account *a, const char *user, uint32_t uid, struct ac_wire_identity *identity)
{
	static const char *const options[] = { "--check", NULL };
	struct ac_wire_frame frame = { .type = AC_WIRE_CHECK,
				       .u.check = { .service = "authcode-check", .uid = uid } };
	struct helper helper;

	memcpy(frame.u.check.user, user, strlen(user) + 1);
	driver_start(&a->driver, options, geteuid(), &helper);
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
	struct unix_account *a = *state;

	assert_login(a, a->user, "Right-1-horse", "OK ");
	assert_login(a, a->user, "right-1-horse", "DENIED");
	assert_login(a, a->user, "Right-1-hors", "DENIED");
	assert_login(a, a->user, "Right-1-horse ", "DENIED");
	assert_login(a, a->user, "", "DENIED");
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
	struct unix_account *a = *state;

	account_tool(a, "usermod", "-L", NULL);
	assert_login(a, a->user, "Right-1-horse", "DENIED");
}

static void
an_expired_account_is_refused_at_login_and_named_by_the_check(void **state)
{
	struct unix_account *a = *state;

	assert_int_equal(ask_about(a, a->user, uid_of(a->user), NULL), AC_VERDICT_OK);
	account_tool(a, "chage", "-E", "0");
	assert_login(a, a->user, "Right-1-horse", "DENIED");
	assert_int_equal(ask_about(a, a->user, uid_of(a->user), NULL), AC_VERDICT_EXPIRED);
}

static void
give_hash(const struct unix_account *a, const char *hash)
{
	account_tool(a, "usermod", "-p", hash);
}

/* Not so with a login, which says the same of every refusal. */
static void
a_lock_in_front_of_a_hash_is_named_by_the_check(void **state)
{
	struct unix_account *a = *state;
	uint32_t uid = uid_of(a->user);

	account_tool(a, "usermod", "-L", NULL);
	assert_int_equal(ask_about(a, a->user, uid, NULL), AC_VERDICT_LOCKED);
	/* The expired account is that first. */
	account_tool(a, "chage", "-E", "0");
	assert_int_equal(ask_about(a, a->user, uid, NULL), AC_VERDICT_EXPIRED);
	/* Another account of the name is neither. */
	assert_int_equal(ask_about(a, a->user, uid + 1, NULL), AC_VERDICT_GONE);
	account_tool(a, "chage", "-E", "-1");
	account_tool(a, "usermod", "-U", NULL);
	assert_int_equal(ask_about(a, a->user, uid, NULL), AC_VERDICT_OK);
}

static void
an_account_without_a_password_is_not_locked(void **state)
{
	static const char *const hashes[] = { "!", "!!", "*", "!*", "*LK*", "!locked", "x" };
	struct unix_account *a = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(hashes); i++) {
		give_hash(a, hashes[i]);
		if (ask_about(a, a->user, uid_of(a->user), NULL) != AC_VERDICT_OK)
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
	struct unix_account *a = *state;

	driver_write(&a->driver, "nologin", "closed\n");
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		driver_write(&a->driver, "authcode-check", rows[i].account);
		if (ask_about(a, a->user, uid_of(a->user), NULL) != rows[i].verdict)
			fail_msg("%s", rows[i].account);
	}
	account_tool(a, "chage", "-E", "0");
	assert_int_equal(ask_about(a, a->user, uid_of(a->user), NULL), AC_VERDICT_EXPIRED);
	driver_write(&a->driver, "authcode-check", "account required pam_unix.so\n");
}

/* Run by an ordinary user, who may not read shadow. */
static void
whoever_cannot_read_shadow_never_says_expired_or_locked(void **state)
{
	struct unix_account *a = *state;
	uid_t own = a->driver.uid;
	enum ac_verdict expired, locked;

	account_tool(a, "chage", "-E", "0");
	a->driver.uid = uid_of(a->user);
	expired = ask_about(a, a->user, uid_of(a->user), NULL);
	account_tool(a, "chage", "-E", "-1");
	account_tool(a, "usermod", "-L", NULL);
	locked = ask_about(a, a->user, uid_of(a->user), NULL);
	a->driver.uid = own;
	assert_int_equal(expired, AC_VERDICT_DENIED);
	assert_int_equal(locked, AC_VERDICT_OK);
}

static void
a_password_that_must_change_is_told_only_to_its_owner(void **state)
{
	struct unix_account *a = *state;

	account_tool(a, "chage", "-d", "0");
	assert_login(a, a->user, "wrong", "DENIED");
	assert_login(a, a->user, "Right-1-horse", "CHANGE_DUE");
	assert_int_equal(ask_about(a, a->user, uid_of(a->user), NULL), AC_VERDICT_CHANGE_DUE);
}

/* Debian's common-auth has nullok: without a hash no password is needed. */
static void
an_empty_password_never_signs_in(void **state)
{
	struct unix_account *a = *state;

	account_tool(a, "passwd", "-d", NULL);
	assert_login(a, a->user, "", "DENIED");
	assert_login(a, a->user, "anything", "DENIED");
}

static void
the_check_knows_who_is_who(void **state)
{
	struct unix_account *a = *state;
	struct ac_wire_identity identity;
	uint32_t uid = uid_of(a->user);

	assert_int_equal(ask_about(a, a->user, uid, &identity), AC_VERDICT_OK);
	assert_string_equal(identity.user, a->user);
	assert_int_equal(identity.uid, uid);
	assert_string_equal(identity.full_name, "Unix Test");
	assert_non_null(strstr(identity.groups, a->user));
	assert_int_equal(ask_about(a, a->user, uid + 1, &identity), AC_VERDICT_GONE);
	assert_string_equal(identity.user, "");
	assert_int_equal(ask_about(a, "no-such-user-here", uid, NULL), AC_VERDICT_GONE);
}

int
main(void)
{
#define TEST(a) cmocka_unit_test_setup(a, reset_account)
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
	return cmocka_run_group_tests_name("login_unix", tests, setup, unix_account_remove);
}
