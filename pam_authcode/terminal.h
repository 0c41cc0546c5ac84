/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The other end of a login conversation for whoever writes PAM stacks: questions
 * and texts on the terminal, the result and the identity.
 */
#ifndef AC_PAM_TERMINAL_H
#define AC_PAM_TERMINAL_H

#include "base/attr.h"

/* fd: the daemon's end of a connection to the login entry. Answers are read
 * from standard input, without echo for hidden questions. 0 for OK, else 1. */
AC_MUST_USE int ac_terminal_run(int fd, const char *service, const char *user);

#endif
