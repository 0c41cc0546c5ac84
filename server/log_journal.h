/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The journal's native protocol (systemd.io, "Native Journal Protocol"): one
 * datagram an entry, to a socket that every account may write to. Entries are
 * bounded (log_line.h) far below what a datagram holds, so none is passed as a
 * file.
 */
#ifndef AC_SERVER_LOG_JOURNAL_H
#define AC_SERVER_LOG_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

#define AC_JOURNAL_SOCKET "/run/systemd/journal/socket"

/* Is standard error a stream of the journal (systemd.exec(5), JOURNAL_STREAM)? */
AC_MUST_USE bool ac_journal_is_stderr(void);

/* A descriptor that can send to path, or -1 with errno when nobody listens there. */
AC_MUST_USE int ac_journal_open(const char *path);

/* False with errno: nobody has taken it. The journal may have been started anew since
 * the last one; when it takes none for a while, EAGAIN. */
AC_MUST_USE bool ac_journal_send(int fd, const char *path, const char *data, size_t len);

#endif
