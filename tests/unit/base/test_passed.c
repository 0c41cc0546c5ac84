/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * base/passed.h: each case is a process of its own, since descriptors and
 * environment are the process's.
 */
#include "base/passed.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define OWN "own" /* stands for the pid of the process */
#define REFUSED (-1)

struct row {
	const char *name, *pid, *fds, *names;
	int open;  /* how many descriptors there are from 3 on */
	int count; /* how many are taken, or REFUSED */
	const char *first, *second;
};

static const struct row rows[] = {
	{ "none", NULL, NULL, NULL, 1, 0, NULL, NULL },
	{ "for another process", "1", "1", "a", 1, 0, NULL, NULL },
	{ "pid is no number", "x", "1", "a", 1, 0, NULL, NULL },
	{ "one without a name", OWN, "1", NULL, 1, 1, "", NULL },
	{ "two with names", OWN, "2", "admin:http", 2, 2, "admin", "http" },
	{ "a name too few", OWN, "2", "admin", 2, 2, "admin", "" },
	{ "an empty name in front", OWN, "2", ":http", 2, 2, "", "http" },
	{ "a name too many", OWN, "1", "admin:http", 1, 1, "admin", NULL },
	{ "none for this one", OWN, "0", "", 1, 0, NULL, NULL },
	{ "count is missing", OWN, NULL, NULL, 1, REFUSED, NULL, NULL },
	{ "count is no number", OWN, "1x", NULL, 1, REFUSED, NULL, NULL },
	{ "count is negative", OWN, "-1", NULL, 1, REFUSED, NULL, NULL },
	{ "count is beyond all", OWN, "33", NULL, 1, REFUSED, NULL, NULL },
	{ "one is not open", OWN, "2", NULL, 1, REFUSED, NULL, NULL },
};

static void
set(const char *name, const char *value)
{
	char pid[24];

	(void)snprintf(pid, sizeof(pid), "%d", (int)getpid());
	if (value == NULL)
		(void)unsetenv(name);
	else
		(void)setenv(name, strcmp(value, OWN) == 0 ? pid : value, 1);
}

static bool
as_expected(const struct row *row, const struct ac_passed *passed)
{
	if (passed->count != (size_t)row->count)
		return false;
	for (size_t i = 0; i < passed->count; i++) {
		const char *name = i == 0 ? row->first : row->second;
		int fd = passed->sockets[i].fd;

		if (fd != 3 + (int)i || strcmp(passed->sockets[i].name, name) != 0 ||
		    fcntl(fd, F_GETFD) != FD_CLOEXEC || (fcntl(fd, F_GETFL) & O_NONBLOCK) == 0)
			return false;
	}
	return true;
}

/* In the child: 0 when it is as the row says. */
static int
try_row(const struct row *row)
{
	struct ac_passed passed = { .count = 77 };

	for (int fd = 3; fd < 3 + AC_PASSED_MAX; fd++)
		(void)close(fd);
	for (int i = 0; i < row->open; i++)
		(void)dup2(STDIN_FILENO, 3 + i);
	set("LISTEN_PID", row->pid);
	set("LISTEN_FDS", row->fds);
	set("LISTEN_FDNAMES", row->names);
	if (row->count == REFUSED)
		return !ac_passed_take(&passed) && passed.count == 77 ? 0 : 1;
	return ac_passed_take(&passed) && as_expected(row, &passed) ? 0 : 1;
}

static void
what_is_passed_is_taken_and_what_cannot_be_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		pid_t pid = fork();
		int status = 1;

		if (pid == 0)
			_exit(try_row(&rows[i]));
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (status != 0)
			fail_msg("%s", rows[i].name);
	}
}

static void
a_name_that_is_too_long_is_cut(void **state)
{
	char name[2 * AC_PASSED_NAME] = { 0 };
	struct ac_passed passed;
	pid_t pid = fork();
	int status = 1;

	(void)state;
	if (pid == 0) {
		memset(name, 'n', sizeof(name) - 1);
		(void)dup2(STDIN_FILENO, 3);
		set("LISTEN_PID", OWN);
		set("LISTEN_FDS", "1");
		set("LISTEN_FDNAMES", name);
		_exit(ac_passed_take(&passed) &&
				      strlen(passed.sockets[0].name) == AC_PASSED_NAME - 1
			      ? 0
			      : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_passed_is_taken_and_what_cannot_be_is_refused),
		cmocka_unit_test(a_name_that_is_too_long_is_cut),
	};

	return cmocka_run_group_tests_name("passed", tests, NULL, NULL);
}
