/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The other end of the connections for whoever writes PAM stacks: questions and
 * texts on the terminal, the result and the identity, then the check.
 */
#ifndef AC_PAM_TERMINAL_H
#define AC_PAM_TERMINAL_H

#include "base/attr.h"
#include "pam_authcode/wire.h"

/* fd: the daemon's end of a connection to the login entry. Answers are read
 * from standard input, without echo for hidden questions. 0 for OK, else 1;
 * ret_identity is the account's with OK. */
AC_MUST_USE int ac_terminal_run(int fd, const char *service, const char *user,
				struct ac_wire_identity *ret_identity);

/* fd: likewise, to the check entry. What it says of this account, with claims.
 * False: it has said nothing. */
AC_MUST_USE bool ac_terminal_check(int fd, const char *service,
				   const struct ac_wire_identity *identity);

#endif
