/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See unix_account.h.
 */
#include "tests/pam/unix_account.h"

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

int
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

struct unix_account *
unix_account_new(void)
{
	static struct unix_account a;
	const char *const add[] = { "useradd", "-M",         "-c",   "Unix Test,Room 1",
				    "-s",      "/bin/false", a.user, NULL };

	(void)snprintf(a.user, sizeof(a.user), "actest%d", (int)getpid());
	driver_init(&a.driver);
	assert_int_equal(run_tool(add, NULL), 0);
	return &a;
}

int
unix_account_remove(void **state)
{
	struct unix_account *a = *state;
	const char *const argv[] = { "userdel", a->user, NULL };

	driver_clear(&a->driver);
	return run_tool(argv, NULL);
}

void
set_password(const struct unix_account *a, const char *password)
{
	static const char *const argv[] = { "chpasswd", NULL };
	char line[128];

	(void)snprintf(line, sizeof(line), "%s:%s\n", a->user, password);
	assert_int_equal(run_tool(argv, line), 0);
}

void
account_tool(const struct unix_account *a, const char *tool, const char *option, const char *value)
{
	const char *const with_value[] = { tool, option, value, a->user, NULL };
	const char *const without[] = { tool, option, a->user, NULL };

	assert_int_equal(run_tool(value != NULL ? with_value : without, NULL), 0);
}
