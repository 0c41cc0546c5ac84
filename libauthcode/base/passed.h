/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Sockets that a service manager has opened for this process: the protocol of
 * sd_listen_fds(3), which is stable, and for which libsystemd would bring seven
 * libraries along.
 */
#ifndef AC_BASE_PASSED_H
#define AC_BASE_PASSED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

#define AC_PASSED_MAX 32
#define AC_PASSED_NAME 64 /* with its NUL */

struct ac_passed {
	struct {
		int fd;
		char name[AC_PASSED_NAME]; /* FileDescriptorName=, "" when none came */
	} sockets[AC_PASSED_MAX];
	size_t count;
};

/* What LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES say; nothing when they are for
 * another process. The descriptors do not block from then on and close on exec.
 * False: what the variables say cannot be true. Not for two threads at once. */
AC_MUST_USE bool ac_passed_take(struct ac_passed *ret);

#endif
