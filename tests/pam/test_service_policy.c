/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Which service files may be used: each row is a directory of files and the
 * verdict on its service "s".
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/attr.h"
#include "pam_authcode/service_file.h"
#include "pam_authcode/service_policy.h"

#define DIR_TEMPLATE "/tmp/authcode-policy-XXXXXX"

static char dir[sizeof(DIR_TEMPLATE)];

static int
setup(void **state)
{
	(void)state;
	memcpy(dir, DIR_TEMPLATE, sizeof(dir));
	return mkdtemp(dir) != NULL ? 0 : -1;
}

static const char *
path_of(const char *name)
{
	static char path[sizeof(dir) + 32];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static int
teardown(void **state)
{
	static const char *const names[] = { "s", "a", "b", "c" };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(names); i++)
		(void)unlink(path_of(names[i]));
	return rmdir(dir);
}

/* "@D" is the directory. */
static void
write_file(const char *name, const char *text)
{
	FILE *out = fopen(path_of(name), "we");

	assert_non_null(out);
	for (; *text != '\0'; text++) {
		if (strncmp(text, "@D", 2) == 0) {
			(void)fputs(dir, out);
			text++;
		} else {
			(void)fputc(*text, out);
		}
	}
	assert_int_equal(fclose(out), 0);
}

static bool
allowed(enum ac_service_use use, struct ac_service_reason *reason)
{
	*reason = (struct ac_service_reason){ { 0 } };
	return ac_service_policy_check(dir, "s", use, reason);
}

struct row {
	const char *name;
	const char *s, *a, *b; /* the files; NULL: absent */
	const char *says;      /* a part of the reason; NULL: allowed */
};

static void
run_rows(enum ac_service_use use, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *const texts[] = { rows[i].s, rows[i].a, rows[i].b };
		static const char *const names[] = { "s", "a", "b" };
		struct ac_service_reason reason;

		for (size_t f = 0; f < AC_ARRAY_SIZE(names); f++) {
			(void)unlink(path_of(names[f]));
			if (texts[f] != NULL)
				write_file(names[f], texts[f]);
		}
		if (allowed(use, &reason) != (rows[i].says == NULL) ||
		    (rows[i].says != NULL && strstr(reason.text, rows[i].says) == NULL))
			fail_msg("%s: \"%s\"", rows[i].name, reason.text);
	}
}

static void
stacks_as_distributions_have_them_may_be_used(void **state)
{
	static const struct row rows[] = {
		{ .name = "the shape of Debian",
		  .s = "@include @D/a\n@include @D/b\n",
		  .a = "# managed\n\nauth\t[success=2 default=ignore]\tpam_unix.so nullok\n"
		       "auth\t[success=1 default=ignore]\tpam_sss.so use_first_pass\n"
		       "auth\trequisite\t\t\tpam_deny.so\nauth\trequired\t\t\tpam_permit.so\n"
		       "auth\toptional\t\t\tpam_cap.so \n",
		  .b = "account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so\n" },
		{ .name = "the shape of Fedora",
		  .s = "auth substack @D/a\naccount include @D/a\n",
		  .a = "auth        required      pam_env.so\n"
		       "auth        [default=1 ignore=ignore success=ok] pam_usertype.so "
		       "isregular\n"
		       "auth        sufficient    pam_unix.so nullok\n"
		       "-auth       sufficient    pam_sss.so forward_pass # maybe\n"
		       "auth        required      pam_deny.so\n"
		       "account     required      pam_unix.so\n"
		       "-session    optional      pam_systemd.so\n" },
		{ .name = "pam_rootok elsewhere than in auth and account",
		  .s = "auth required pam_unix.so\nsession sufficient pam_rootok.so\n"
		       "password include @D/absent\n" },
		{ .name = "pam_rootok in a comment and as an argument",
		  .s = "#auth sufficient pam_rootok.so\n  # auth sufficient pam_rootok.so\n"
		       "auth required pam_unix.so # auth sufficient pam_rootok.so\n"
		       "auth required pam_unix.so pam_rootok.so\n" },
		{ .name = "a name that only begins like it",
		  .s = "auth required pam_rootok_not.so\n" },
		{ .name = "no newline at the end", .s = "auth required pam_unix.so" },
		{ .name = "what is included for another type",
		  .s = "auth required pam_unix.so\naccount include @D/a\n",
		  .a = "auth sufficient pam_rootok.so\naccount required pam_unix.so\n" },
		{ .name = "no row for account", .s = "auth required pam_unix.so\n" },
	};

	(void)state;
	run_rows(AC_SERVICE_LOGIN, rows, AC_ARRAY_SIZE(rows));
}

#define ROOTOK "\"s\" has pam_rootok in auth"

static void
pam_rootok_is_found_wherever_libpam_would_find_it(void **state)
{
	static const struct row rows[] = {
		{ .name = "plain", .s = "auth sufficient pam_rootok.so\n", .says = ROOTOK },
		{ .name = "after others",
		  .s = "auth required pam_env.so\nauth sufficient pam_rootok.so\n",
		  .says = ROOTOK },
		{ .name = "no newline", .s = "auth sufficient pam_rootok.so", .says = ROOTOK },
		{ .name = "dash", .s = "-auth sufficient pam_rootok.so\n", .says = ROOTOK },
		{ .name = "case", .s = "AuTh SUFFICIENT pam_rootok.so\n", .says = ROOTOK },
		{ .name = "tabs", .s = "\tauth\tsufficient\t\tpam_rootok.so\n", .says = ROOTOK },
		{ .name = "control in brackets",
		  .s = "auth [success=done new_authtok_reqd=done default=ignore] pam_rootok.so\n",
		  .says = ROOTOK },
		{ .name = "bracket within the control",
		  .s = "auth [success=done \\] default=ignore]pam_rootok.so\n",
		  .says = ROOTOK },
		{ .name = "path",
		  .s = "auth sufficient /usr/lib/x86_64-linux-gnu/security/pam_rootok.so\n",
		  .says = ROOTOK },
		{ .name = "path with $ISA",
		  .s = "auth sufficient /lib/$ISA/pam_rootok.so\n",
		  .says = ROOTOK },
		{ .name = "path in brackets",
		  .s = "auth sufficient [/lib/security/pam_rootok.so]\n",
		  .says = ROOTOK },
		{ .name = "without .so", .s = "auth sufficient pam_rootok\n", .says = ROOTOK },
		{ .name = "with a comment",
		  .s = "auth sufficient pam_rootok.so# not for long\n",
		  .says = ROOTOK },
		{ .name = "continued",
		  .s = "auth \\\nsufficient\\\n\tpam_rootok.so\n",
		  .says = ROOTOK },
		{ .name = "continued over empty lines and comments",
		  .s = "auth sufficient \\\n\n# between\n pam_rootok.so\n",
		  .says = ROOTOK },
		{ .name = "include",
		  .s = "auth include @D/a\n",
		  .a = "auth sufficient pam_rootok.so\n",
		  .says = ROOTOK },
		{ .name = "substack",
		  .s = "-auth substack @D/a\n",
		  .a = "auth sufficient pam_rootok.so\n",
		  .says = ROOTOK },
		{ .name = "@include",
		  .s = "@include @D/a\n",
		  .a = "auth sufficient pam_rootok.so\n",
		  .says = ROOTOK },
		{ .name = "include within @include",
		  .s = "@include @D/a\n",
		  .a = "auth required pam_env.so\nauth include @D/b\n",
		  .b = "auth sufficient pam_rootok.so\n",
		  .says = ROOTOK },
		{ .name = "@include within include",
		  .s = "auth include @D/a\n",
		  .a = "@include @D/b\n",
		  .b = "auth sufficient pam_rootok.so\n",
		  .says = ROOTOK },
	};

	(void)state;
	run_rows(AC_SERVICE_LOGIN, rows, AC_ARRAY_SIZE(rows));
}

/* It would make every account good, expired and barred ones too. */
static void
pam_rootok_is_no_module_for_account_either(void **state)
{
	static const struct row rows[] = {
		{ .name = "plain",
		  .s = "auth required pam_unix.so\npassword required pam_unix.so\n"
		       "account sufficient pam_rootok.so\naccount required pam_unix.so\n",
		  .says = "\"s\" has pam_rootok in account" },
		{ .name = "included",
		  .s = "auth required pam_unix.so\npassword required pam_unix.so\n"
		       "account include @D/a\n",
		  .a = "account sufficient pam_rootok.so\n",
		  .says = "\"s\" has pam_rootok in account" },
		{ .name = "what cannot be followed there",
		  .s = "auth required pam_unix.so\npassword required pam_unix.so\n"
		       "account include @D/a\n",
		  .says = "cannot read /tmp/" },
	};

	(void)state;
	run_rows(AC_SERVICE_LOGIN, rows, AC_ARRAY_SIZE(rows));
	run_rows(AC_SERVICE_PASSWD, rows, AC_ARRAY_SIZE(rows));
	run_rows(AC_SERVICE_CHECK, rows, AC_ARRAY_SIZE(rows));
}

static void
what_cannot_be_followed_is_refused(void **state)
{
	static const struct row rows[] = {
		{ .name = "no file", .says = "service \"s\" has no file in /tmp/authcode-policy-" },
		{ .name = "empty", .s = "", .says = "no row for auth" },
		{ .name = "only account",
		  .s = "account required pam_unix.so\n",
		  .says = "no row for auth" },
		{ .name = "missing include",
		  .s = "auth required pam_unix.so\nauth include @D/a\n",
		  .says = "cannot read /tmp/" },
		{ .name = "missing include by bare name, though the directory has it",
		  .s = "auth include authcode-test-a\n",
		  .says = "cannot read /usr/lib/pam.d/authcode-test-a" },
		{ .name = "include without a name",
		  .s = "auth include\n",
		  .says = "without a name" },
		{ .name = "include of a directory",
		  .s = "auth include @D\n",
		  .says = "cannot read" },
		{ .name = "include of a device",
		  .s = "auth include /dev/zero\n",
		  .says = "cannot read" },
		{ .name = "itself", .s = "@include @D/s\n", .says = "or itself" },
		{ .name = "a circle",
		  .s = "auth include @D/a\n",
		  .a = "auth substack @D/b\n",
		  .b = "auth include @D/a\n",
		  .says = "or itself" },
		{ .name = "a circle that grows",
		  .s = "@include @D/s\n@include @D/s\n@include @D/s\n@include @D/s\n",
		  .says = "or itself" },
		{ .name = "backslash before the end of the file",
		  .s = "auth required pam_unix.so \\",
		  .says = "read differently" },
		{ .name = "backslash before blanks",
		  .s = "auth required pam_unix.so \\ \nauth sufficient pam_rootok.so\n",
		  .says = "read differently" },
		{ .name = "backslash before a comment",
		  .s = "auth required pam_unix.so \\# \nauth sufficient pam_rootok.so\n",
		  .says = "read differently" },
	};

	(void)state;
	run_rows(AC_SERVICE_LOGIN, rows, AC_ARRAY_SIZE(rows));
}

static void
long_lines_and_files_are_refused(void **state)
{
	static char text[AC_SERVICE_MAX_FILE + 64];
	struct ac_service_reason reason;

	(void)state;
	write_file("s", "");
	(void)snprintf(text, sizeof(text), "auth required pam_unix.so%*s\n",
		       AC_SERVICE_MAX_LINE - 25, "x");
	write_file("s", text);
	assert_true(allowed(AC_SERVICE_LOGIN, &reason));
	(void)snprintf(text, sizeof(text), "auth required pam_unix.so\n#%*s\n", AC_SERVICE_MAX_LINE,
		       "x");
	write_file("s", text);
	assert_false(allowed(AC_SERVICE_LOGIN, &reason));
	assert_non_null(strstr(reason.text, "too long"));
	memset(text, '\n', sizeof(text));
	memcpy(text, "auth required pam_unix.so\n", 26);
	text[AC_SERVICE_MAX_FILE] = '\0';
	write_file("s", text);
	assert_true(allowed(AC_SERVICE_LOGIN, &reason));
	text[AC_SERVICE_MAX_FILE] = '\n';
	text[AC_SERVICE_MAX_FILE + 1] = '\0';
	write_file("s", text);
	assert_false(allowed(AC_SERVICE_LOGIN, &reason));
	assert_non_null(strstr(reason.text, "File too large"));
}

static void
a_service_is_looked_for_in_lower_case_as_libpam_does(void **state)
{
	struct ac_service_reason reason;

	(void)state;
	write_file("s", "auth sufficient pam_rootok.so\n");
	assert_false(ac_service_policy_check(dir, "S", AC_SERVICE_LOGIN, &reason));
	assert_non_null(strstr(reason.text, "\"S\" has pam_rootok"));
}

static void
the_system_has_no_such_service(void **state)
{
	struct ac_service_reason reason;

	(void)state;
	assert_false(ac_service_policy_check(NULL, "authcode-no-such-service", AC_SERVICE_LOGIN,
					     &reason));
	assert_string_equal(reason.text, "service \"authcode-no-such-service\" has no file in "
					 "/etc/pam.d or /usr/lib/pam.d");
}

static void
a_check_service_has_no_module_with_side_effects(void **state)
{
	static const struct row rows[] = {
		{ .name = "good",
		  .s = "auth required pam_deny.so\naccount required pam_unix.so\n" },
		{ .name = "good, and others in auth",
		  .s = "auth required pam_faillock.so preauth\naccount required pam_unix.so\n" },
		{ .name = "faillock",
		  .s = "account required pam_faillock.so\n",
		  .says = "has pam_faillock in account" },
		{ .name = "exec",
		  .s = "account required pam_exec.so /bin/x\n",
		  .says = "has pam_exec in account" },
		{ .name = "lastlog",
		  .s = "-account optional pam_lastlog.so inactive=9\n",
		  .says = "has pam_lastlog in account" },
		{ .name = "mkhomedir, included",
		  .s = "account include @D/a\n",
		  .a = "account required pam_mkhomedir.so\n",
		  .says = "has pam_mkhomedir in account" },
		{ .name = "only auth",
		  .s = "auth required pam_unix.so\n",
		  .says = "no row for account" },
	};

	(void)state;
	run_rows(AC_SERVICE_CHECK, rows, AC_ARRAY_SIZE(rows));
}

static void
nul_in_a_file_is_refused(void **state)
{
	static const char text[] = "auth required pam_unix.so\0\nauth sufficient pam_rootok.so\n";
	struct ac_service_reader reader = { .text = text, .len = sizeof(text) - 1 };
	struct ac_service_row row;

	(void)state;
	assert_int_equal(ac_service_next(&reader, &row), AC_SERVICE_BAD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stacks_as_distributions_have_them_may_be_used),
		cmocka_unit_test(pam_rootok_is_found_wherever_libpam_would_find_it),
		cmocka_unit_test(pam_rootok_is_no_module_for_account_either),
		cmocka_unit_test(what_cannot_be_followed_is_refused),
		cmocka_unit_test(long_lines_and_files_are_refused),
		cmocka_unit_test(a_service_is_looked_for_in_lower_case_as_libpam_does),
		cmocka_unit_test(the_system_has_no_such_service),
		cmocka_unit_test(a_check_service_has_no_module_with_side_effects),
		cmocka_unit_test(nul_in_a_file_is_refused),
	};

	return cmocka_run_group_tests_name("service_policy", tests, setup, teardown);
}
