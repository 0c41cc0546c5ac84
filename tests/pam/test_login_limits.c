/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What the real authcode-login refuses and bounds: services, accounts, peers,
 * frames out of order, silence, time; and what of it a module can see.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/attr.h"
#include "tests/pam/driver.h"

#define NOBODY 65534
#define ASK "hidden=Password: expect=right"

static struct driver *
driver_of(void **state)
{
	return *state;
}

static void
modules_see_a_clean_process(void **state)
{
	static const struct {
		const char *rhost, *language, *seen;
	} rows[] = {
		{ "192.0.2.7", "de_AT:de", "192.0.2.7 authcode authcode C.UTF-8 de_AT:de clean" },
		{ "2001:db8::1", "", "2001:db8::1 authcode authcode C.UTF-8 - clean" },
		{ "", "de", "- authcode authcode C.UTF-8 de clean" },
		{ "UNKNOWN", "de", "- authcode authcode C.UTF-8 de clean" },
		{ "host.example.org", "de", "- authcode authcode C.UTF-8 de clean" },
		{ "192.0.2.7 x", "de", "- authcode authcode C.UTF-8 de clean" },
	};
	struct driver *driver = driver_of(state);
	struct login_script script = { .answers = { "right" } };
	char want[256];

	driver_write(driver, "authcode",
		     "auth required @T " ASK " tell=items\naccount required @T\n");
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		script.rhost = rows[i].rhost;
		script.language = rows[i].language;
		(void)snprintf(want, sizeof(want), "@nobody|?Password:|i:%s|=OK nobody",
			       rows[i].seen);
		assert_string_equal(driver_login(driver, &script), want);
	}
	driver_write(driver, "authcode",
		     "auth required @T " ASK " tell=process\naccount required @T\n");
	assert_string_equal(driver_login(driver, &script),
			    "@nobody|?Password:|i:dumpable=0 core=0 files=64 umask=077 open=0 "
			    "socket=0|=OK nobody");
}

static void
a_service_outside_the_list_gets_no_frame(void **state)
{
	static const char *const two[] = { "--service", "authcode", "--service", "authcode-otp",
					   NULL };
	static const struct {
		const char *service;
		const char *const *options;
		const char *transcript;
	} rows[] = {
		{ "authcode", NULL, "@nobody|?Password:|=OK nobody" },
		{ "authcode", two, "@nobody|?Password:|=OK nobody" },
		{ "authcode-otp", two, "@nobody|?Password:|=OK nobody" },
		{ "authcode-otp", NULL, "EOF|status 1" },
		{ "login", two, "EOF|status 1" },
		{ "authcod", two, "EOF|status 1" },
		{ "authcode-check", two, "EOF|status 1" },
		{ "Authcode", two, "EOF|status 1" },
	};
	static const char lines[] = "auth required @T " ASK "\naccount required @T\n";
	struct driver *driver = driver_of(state);

	driver_write(driver, "authcode", lines);
	driver_write(driver, "authcode-otp", lines);
	driver_write(driver, "login", lines);
	driver_write(driver, "authcode-check", lines);
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const struct login_script script = { .service = rows[i].service,
						     .options = rows[i].options,
						     .answers = { "right" } };
		const char *transcript = driver_login(driver, &script);

		if (strcmp(transcript, rows[i].transcript) != 0)
			fail_msg("%s: %s", rows[i].service, transcript);
	}
}

static void
a_stack_that_cannot_run_is_unavailable(void **state)
{
	static const char *const options[] = { "--service", "nofile", NULL };
	struct driver *driver = driver_of(state);
	struct login_script script = { .answers = { "right" } };

	driver_write(driver, "authcode", "auth required /nonexistent/pam_x.so\n");
	assert_string_equal(driver_login(driver, &script), "@nobody|=UNAVAILABLE");
	driver_write(driver, "authcode", "auth include /nonexistent/x\naccount required @T\n");
	assert_null(strstr(driver_login(driver, &script), "OK"));
	script.service = "nofile";
	script.options = options;
	assert_string_equal(driver_login(driver, &script), "@nobody|=UNAVAILABLE");
	driver_write(driver, "authcode",
		     "auth sufficient pam_rootok.so\nauth required @T " ASK
		     "\naccount required @T\n");
	script.service = NULL;
	script.options = NULL;
	assert_string_equal(driver_login(driver, &script), "@nobody|=UNAVAILABLE");
}

/* The exit status; what it says on standard error goes to out. */
static int
start_and_hear(const struct driver *driver, const char *option, const char *value, FILE *out)
{
	const char *const argv[] = { "authcode-login",
				     "--listen",
				     "/nonexistent/socket",
				     "--confdir",
				     driver->dir,
				     option,
				     value,
				     NULL };
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		(void)dup2(fileno(out), 2);
		(void)setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
		(void)execv(driver->helper, (char *const *)(const void *)argv);
		_exit(98);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WEXITSTATUS(status);
}

static void
a_service_that_may_not_be_used_is_refused_at_start(void **state)
{
	static const struct {
		const char *option, *value, *says;
	} rows[] = {
		{ "--service", "absent", "service \"absent\" has no file in /tmp/authcode-pam-" },
		{ "--service", "rootok", "service \"rootok\" has pam_rootok in auth" },
		{ "--check", NULL, "service \"authcode-check\" has pam_exec in account" },
	};
	struct driver *driver = driver_of(state);

	driver_write(driver, "rootok", "auth sufficient pam_rootok.so\n");
	driver_write(driver, "authcode-check", "account required pam_exec.so /bin/true\n");
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		char said[1024] = "";
		FILE *out = tmpfile();

		assert_non_null(out);
		if (start_and_hear(driver, rows[i].option, rows[i].value, out) != 78)
			fail_msg("%s: another exit status", rows[i].says);
		rewind(out);
		(void)!fread(said, 1, sizeof(said) - 1, out);
		(void)fclose(out);
		if (strstr(said, rows[i].says) == NULL ||
		    strchr(said, '\n') != said + strlen(said) - 1)
			fail_msg("%s: %s", rows[i].says, said);
	}
}

static void
only_a_promptless_service_lets_in_without_a_hidden_answer(void **state)
{
	static const char *const options[] = { "--service",
					       "authcode",
					       "--service",
					       "authcode-krb",
					       "--service",
					       "authcode-card",
					       "--promptless",
					       "authcode-krb",
					       "--promptless",
					       "authcode-card",
					       NULL };
	static const struct {
		const char *service, *auth, *account, *answer, *transcript;
	} rows[] = {
		{ "authcode", "", "", NULL, "@nobody|=DENIED" },
		{ "authcode", "echo=Name:", "", "x", "@nobody|!Name:|=DENIED" },
		{ "authcode-krb", "", "", NULL, "@nobody|=OK nobody" },
		{ "authcode-card", "", "", NULL, "@nobody|=OK nobody" },
		{ "authcode-krb", "echo=Name:", "", "x", "@nobody|!Name:|=OK nobody" },
		{ "authcode-krb", "hidden=PIN:", "", "1", "@nobody|?PIN:|=OK nobody" },
		{ "authcode-krb", "hidden=PIN:", "", "", "@nobody|?PIN:|=DENIED" },
		{ "authcode-krb", "try:hidden=PIN:", "", "", "@nobody|?PIN:|=DENIED" },
		{ "authcode-krb", "code=7", "", NULL, "@nobody|=DENIED" },
		{ "authcode-krb", "", "code=6", NULL, "@nobody|=DENIED" },
		{ "authcode-krb", "", "code=12", NULL, "@nobody|=CHANGE_DUE" },
		{ "authcode-krb", "user=daemon", "", NULL, "@nobody|=DENIED" },
		{ "authcode-krb", "try:hidden=PIN:", "", NULL, "@nobody|?PIN:|status 1" },
	};
	struct driver *driver = driver_of(state);

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const struct login_script script = { .service = rows[i].service,
						     .options = options,
						     .answers = { rows[i].answer } };
		const char *transcript;
		char lines[256];

		(void)snprintf(lines, sizeof(lines),
			       "auth required @T %s\naccount required @T %s\n", rows[i].auth,
			       rows[i].account);
		driver_write(driver, rows[i].service, lines);
		transcript = driver_login(driver, &script);
		if (strcmp(transcript, rows[i].transcript) != 0)
			fail_msg("row %zu: %s", i, transcript);
	}
}

static void
root_and_low_uids_sign_in_only_where_allowed(void **state)
{
	static const char *const allow_root[] = { "--allow-root", NULL };
	static const char *const low[] = { "--min-uid", "1", NULL };
	static const char *const high[] = { "--min-uid", "65535", NULL };
	struct driver *driver = driver_of(state);
	bool root = driver->uid == 0;
	const struct {
		const char *user;
		const char *const *options;
		bool accepted;
	} rows[] = {
		/* An ordinary user's helper can only check that user's password. */
		{ "root", NULL, !root },   { "root", allow_root, true },
		{ "root", low, !root },    { "daemon", NULL, !root },
		{ "daemon", low, true },   { "nobody", NULL, true },
		{ "nobody", high, false }, { "daemon", allow_root, !root },
	};

	driver_write(driver, "authcode", "auth required @T " ASK "\naccount required @T\n");
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const struct login_script script = { .user = rows[i].user,
						     .options = rows[i].options,
						     .answers = { "right" } };
		char want[64];

		(void)snprintf(want, sizeof(want), "@%s|?Password:|=%s%s", rows[i].user,
			       rows[i].accepted ? "OK " : "DENIED",
			       rows[i].accepted ? rows[i].user : "");
		assert_string_equal(driver_login(driver, &script), want);
	}
}

static void
a_peer_of_another_uid_gets_no_frame(void **state)
{
	static const char *const other[] = { "--peer-user", "12345", NULL };
	static const char *const nobody[] = { "--peer-user", "nobody", NULL };
	struct driver *driver = driver_of(state);
	struct ac_wire_frame frame;
	struct helper helper;

	if (driver->uid != 0) {
		driver_start(driver, other, geteuid(), &helper);
		assert_int_equal(driver_recv(helper.fd, &frame), AUTHCODE_ERR_NOT_FOUND);
		assert_int_equal(driver_end(&helper), 77);
		return;
	}
	driver_start(driver, NULL, NOBODY, &helper);
	assert_int_equal(driver_recv(helper.fd, &frame), AUTHCODE_ERR_NOT_FOUND);
	assert_int_equal(driver_end(&helper), 77);
	driver_start(driver, other, NOBODY, &helper);
	assert_int_equal(driver_recv(helper.fd, &frame), AUTHCODE_ERR_NOT_FOUND);
	assert_int_equal(driver_end(&helper), 77);
	driver_start(driver, nobody, NOBODY, &helper);
	driver_send_start(&helper,
			  &(struct ac_wire_start){ .service = "authcode", .user = "nobody" });
	assert_int_equal(driver_recv(helper.fd, &frame), AUTHCODE_OK);
	assert_int_equal(frame.type, AC_WIRE_CANON);
	assert_int_equal(driver_end(&helper), 1);
}

/* What the peer may send in each state is one type; all others end it. */
static void
a_frame_out_of_order_ends_the_helper(void **state)
{
	static const enum ac_wire_type order[] = { AC_WIRE_START, AC_WIRE_GO, AC_WIRE_ANSWER };
	struct driver *driver = driver_of(state);
	struct ac_wire_frame frame, in;

	driver_write(driver, "authcode", "auth required @T " ASK "\naccount required @T\n");
	for (size_t reached = 0; reached < AC_ARRAY_SIZE(order); reached++) {
		for (unsigned int type = 0; type <= AC_WIRE_LAST + 1; type++) {
			struct helper helper;
			uint8_t data[AC_WIRE_MAX_FRAME] = { (uint8_t)type };
			size_t len = 1;

			if (type == order[reached])
				continue;
			driver_start(driver, NULL, geteuid(), &helper);
			for (size_t i = 0; i < reached; i++) {
				frame = (struct ac_wire_frame){ .type = order[i] };
				if (order[i] == AC_WIRE_START)
					frame.u.start =
						(struct ac_wire_start){ .service = "authcode",
									.user = "nobody" };
				assert_int_equal(ac_wire_send(helper.fd, &frame), AUTHCODE_OK);
				assert_int_equal(driver_recv(helper.fd, &in), AUTHCODE_OK);
			}
			frame = (struct ac_wire_frame){ .type = (enum ac_wire_type)type };
			if (type == AC_WIRE_START || type == AC_WIRE_CHECK || type == AC_WIRE_ASK)
				memcpy(frame.u.start.service, "authcode", 8);
			if (type == AC_WIRE_START || type == AC_WIRE_CHECK) {
				memcpy(type == AC_WIRE_START ? frame.u.start.user
							     : frame.u.check.user,
				       "nobody", 6);
			}
			(void)!ac_wire_encode(&frame, data, sizeof(data), &len);
			assert_int_equal(send(helper.fd, data, len, MSG_NOSIGNAL), len);
			assert_int_equal(driver_recv(helper.fd, &in), AUTHCODE_ERR_NOT_FOUND);
			assert_int_equal(driver_end(&helper), 1);
		}
	}
}

/* A peer that falls silent: after START too, where the name is agreed on. */
static void
silence_ends_the_helper(void **state)
{
	static const char *const options[] = { "--prompt-timeout", "1", NULL };
	static const enum ac_wire_type order[] = { AC_WIRE_START, AC_WIRE_GO };
	struct driver *driver = driver_of(state);
	struct ac_wire_frame frame, in;

	driver_write(driver, "authcode", "auth required @T " ASK "\naccount required @T\n");
	for (size_t said = 1; said <= AC_ARRAY_SIZE(order); said++) {
		struct helper helper;

		driver_start(driver, options, geteuid(), &helper);
		for (size_t i = 0; i < said; i++) {
			frame = (struct ac_wire_frame){ .type = order[i] };
			if (order[i] == AC_WIRE_START)
				frame.u.start = (struct ac_wire_start){ .service = "authcode",
									.user = "nobody" };
			assert_int_equal(ac_wire_send(helper.fd, &frame), AUTHCODE_OK);
			assert_int_equal(driver_recv(helper.fd, &in), AUTHCODE_OK);
		}
		assert_int_equal(driver_recv(helper.fd, &in), AUTHCODE_ERR_NOT_FOUND);
		assert_int_equal(driver_end(&helper), 1);
	}
}

static void
the_deadline_ends_a_module_that_hangs(void **state)
{
	static const char *const options[] = { "--timeout", "1", NULL };
	const struct login_script script = { .options = options, .answers = { "right" } };
	struct driver *driver = driver_of(state);

	driver_write(driver, "authcode", "auth required @T " ASK " hang\n");
	assert_string_equal(driver_login(driver, &script), "@nobody|?Password:|EOF|status -9");
}

static void
the_deadline_ends_what_a_module_has_started(void **state)
{
	static const char *const options[] = { "--timeout", "1", NULL };
	const struct login_script script = { .options = options, .answers = { "right" } };
	struct driver *driver = driver_of(state);
	char lock[128], lines[256];
	FILE *file;
	int tries;

	(void)snprintf(lock, sizeof(lock), "%s/lock", driver->dir);
	(void)snprintf(lines, sizeof(lines), "auth required @T " ASK " leave_child=%s hang\n",
		       lock);
	driver_write(driver, "authcode", lines);
	assert_string_equal(driver_login(driver, &script), "@nobody|?Password:|EOF|status -9");
	file = fopen(lock, "r+e");
	assert_non_null(file);
	for (tries = 0; tries < 500 && lockf(fileno(file), F_TEST, 0) != 0; tries++)
		(void)usleep(10000);
	assert_int_equal(lockf(fileno(file), F_TEST, 0), 0);
	(void)fclose(file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(modules_see_a_clean_process),
		cmocka_unit_test(a_service_outside_the_list_gets_no_frame),
		cmocka_unit_test(a_stack_that_cannot_run_is_unavailable),
		cmocka_unit_test(a_service_that_may_not_be_used_is_refused_at_start),
		cmocka_unit_test(only_a_promptless_service_lets_in_without_a_hidden_answer),
		cmocka_unit_test(root_and_low_uids_sign_in_only_where_allowed),
		cmocka_unit_test(a_peer_of_another_uid_gets_no_frame),
		cmocka_unit_test(a_frame_out_of_order_ends_the_helper),
		cmocka_unit_test(silence_ends_the_helper),
		cmocka_unit_test(the_deadline_ends_a_module_that_hangs),
		cmocka_unit_test(the_deadline_ends_what_a_module_has_started),
	};

	return cmocka_run_group_tests_name("login_limits", tests, driver_set_up, driver_tear_down);
}
