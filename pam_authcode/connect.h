/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Reaching the helper's socket, for both relays.
 */
#ifndef AC_PAM_CONNECT_H
#define AC_PAM_CONNECT_H

#include <authcode/error.h>

#include "base/attr.h"

/* A non-blocking Unix SOCK_SEQPACKET connection. ERR_USAGE: no path a socket can
 * have; ERR_LIMIT: the helper's queue is full; ERR_IO: no helper. */
AC_MUST_USE enum authcode_err ac_helper_connect(const char *path, int *ret_fd);

#endif
