/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The socket that authcoded connects to: handed over by a service manager, or made
 * here.
 */
#ifndef AC_FETCH_LISTEN_H
#define AC_FETCH_LISTEN_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/attr.h"

/* Descriptor 3, where a service manager has passed exactly one to this process; -1. */
AC_MUST_USE int ac_fetch_listen_inherited(void);

/* Mode 0660; a socket behind which nobody is any more is replaced. -1: errno says. */
AC_MUST_USE int ac_fetch_listen_open(const char *path);

/* Is the other end a process of that user? */
AC_MUST_USE bool ac_fetch_listen_peer_ok(int fd, uid_t uid);

#endif
