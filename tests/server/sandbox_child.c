/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See sandbox_child.h.
 */
#include "tests/server/sandbox_child.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define NO_WALL 200 /* above every errno */

int
attempt_inside(const struct ac_sandbox *sandbox, int (*run)(void))
{
	struct ac_sandbox_holds holds;
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
			_exit(NO_WALL);
		ac_sandbox_enter(sandbox, &holds);
		if (!holds.calls)
			_exit(NO_WALL);
		errno = 0;
		_exit(run() == 0 ? 0 : errno);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status))
		return KILLED + WTERMSIG(status);
	return WEXITSTATUS(status) == NO_WALL ? NOT_HELD : WEXITSTATUS(status);
}

void
attempt_all(const struct ac_sandbox *sandbox, const struct attempt *rows, unsigned count,
	    int version)
{
	bool good = true;

	for (unsigned i = 0; i < count; i++) {
		int got;

		if (rows[i].since > version)
			continue;
		got = attempt_inside(sandbox, rows[i].run);
		if (got != rows[i].expected) {
			print_error("%s: %d (%s), not %d\n", rows[i].name, got,
				    got < KILLED ? strerror(got) : "signal", rows[i].expected);
			good = false;
		}
	}
	assert_true(good);
}
