/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What lets the passwd entry begin: a file that the login entry leaves behind
 * when it has found that somebody, whose answers were right, must change the
 * password first. Its name is 256 random bits, which travel through the daemon;
 * its content says for which service and account. So whoever holds the daemon
 * alone changes no password: each change needs the right answers just given.
 *
 * A ticket is good once, and for five minutes.
 */
#ifndef AC_PAM_TICKET_H
#define AC_PAM_TICKET_H

#include <stdbool.h>

#include "base/attr.h"
#include "pam_authcode/wire.h"

#define AC_TICKET_LIFE_S 300
#define AC_TICKET_MAX 1024 /* at a time */

/* Below lock_dir; a user's lock file never has a dot in its name. */
#define AC_TICKET_DIR "change.d"

/* lock_dir "": there are none. False: said in the log. */
AC_MUST_USE bool ac_ticket_issue(const char *lock_dir, const char *service, const char *user,
				 char ret[AC_WIRE_TICKET_LEN + 1]);

/* Uses it up, whatever comes of it. False unless it was there, young enough, and
 * for this service and account. */
AC_MUST_USE bool ac_ticket_use(const char *lock_dir, const char *ticket, const char *service,
			       const char *user);

#endif
