/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What a process that will hold a password does first. Not no_new_privs: an
 * ordinary user's own check needs the setgid unix_chkpwd.
 */
#ifndef AC_PAM_HARDEN_H
#define AC_PAM_HARDEN_H

#include <stdbool.h>
#include <time.h>

#include "base/attr.h"

/* The one variable that is left of the environment. */
#define AC_HARDEN_PATH "/usr/sbin:/usr/bin:/sbin:/bin"

/* Not traceable, no core, limited memory and descriptors, nothing inherited but
 * descriptors 0 to 2, no environment but PATH, umask 077, no signal blocked. */
AC_MUST_USE bool ac_harden_process(void);

/* All descriptors but 0 to 2. */
AC_MUST_USE bool ac_harden_close_inherited(void);

/* Moves the connection from descriptor 0 to one that no child inherits, and puts
 * /dev/null where modules and their children may print. Returns it, or -1. */
AC_MUST_USE int ac_harden_connection(void);

/* From now on this process and its children (its own process group) have so
 * many seconds, whatever a module does with alarm(2). */
AC_MUST_USE bool ac_harden_deadline(unsigned int seconds);

/* A deadline of its own beside that one: set to so many seconds, or lifted with 0. */
AC_MUST_USE bool ac_harden_timer(timer_t *ret);
AC_MUST_USE bool ac_harden_timer_set(timer_t timer, unsigned int seconds);

#endif
