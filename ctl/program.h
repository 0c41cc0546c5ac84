/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Running another program of the host, and what it says: without a shell, with nothing to
 * read, and as somebody else where that is who will run it later.
 */
#ifndef AC_CTL_PROGRAM_H
#define AC_CTL_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

#define AC_PROGRAM_MAX_OUTPUT 16384
#define AC_PROGRAM_MAX_FAILURE 64 /* a buffer for ac_program_failure() */

struct ac_program_end {
	int status;      /* exit status; -1: it was not started, or did not end by itself */
	int signal;      /* what ended it; 0: no signal */
	int error;       /* errno where it was not started; else 0 */
	unsigned late_s; /* it was given up after so many seconds; else 0 */
	bool cut;        /* it said more than is kept */
	size_t len;
	char output[AC_PROGRAM_MAX_OUTPUT + 1]; /* both streams, a string */
};

/* words ends with NULL; words[0] without '/' is looked for in PATH. account NULL: as who
 * asks; else a user of the host, which takes root. Blocks until it has ended and said its
 * last; after limit_s seconds it is killed, and what it has started is no longer waited for. */
void ac_program_run(const char *const *words, const char *account, unsigned limit_s,
		    struct ac_program_end *ret);

/* Is there such a user, and may this process become it? */
bool ac_program_may_become(const char *account);

/* Why it did not end well, "" where it did. Static text, or the buffer. */
const char *ac_program_failure(const struct ac_program_end *end, char *buffer, size_t size);

#endif
