/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Somebody who runs code inside of the sandbox: a process for each attempt, which
 * ends with the errno of what it has tried.
 */
#ifndef TESTS_SERVER_SANDBOX_CHILD_H
#define TESTS_SERVER_SANDBOX_CHILD_H

#include <stdbool.h>

#include "server/sandbox.h"

#define KILLED 1000  /* and the number of the signal */
#define NOT_HELD 998 /* the wall is not there */

struct attempt {
	const char *name;
	int (*run)(void); /* 0 when it succeeded, else -1 and errno */
	int expected;     /* errno, 0 for success */
	int since;        /* of Landlock: the version that knows of it */
};

/* What came of one attempt, inside of that sandbox. */
int attempt_inside(const struct ac_sandbox *sandbox, int (*run)(void));

/* Every row, told by its name when it is not as expected. */
void attempt_all(const struct ac_sandbox *sandbox, const struct attempt *rows, unsigned count,
		 int version);

#endif
