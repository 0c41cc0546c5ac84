/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The database as a file: what may be opened, and how a new one comes to be.
 */
#ifndef AC_STORE_SQLITE_FILE_H
#define AC_STORE_SQLITE_FILE_H

#include <authcode/store.h>

#include "base/attr.h"

/* The path with the links of its directory resolved; free() it. ERR_IO. */
AC_MUST_USE enum authcode_err ac_file_resolve(const char *path, char **ret,
					      struct authcode_reason *reason);

/* OK: a regular file, ours, closed to others, not empty. ERR_NOT_FOUND,
 * ERR_FOREIGN (something else is there), ERR_IO (wrong owner or mode). */
AC_MUST_USE enum authcode_err ac_file_check(const char *path, struct authcode_reason *reason);

/* Makes a database beside path and links it there when it is whole, so that no
 * crash leaves a half-made one and nothing is ever replaced. ERR_FOREIGN when
 * parts of an earlier database lie there. */
AC_MUST_USE enum authcode_err ac_file_create(const char *path, struct authcode_reason *reason);

#endif
