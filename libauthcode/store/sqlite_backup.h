/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Copies of the database file that the store itself makes.
 */
#ifndef AC_STORE_SQLITE_BACKUP_H
#define AC_STORE_SQLITE_BACKUP_H

#include <authcode/error.h>

#include "base/attr.h"

/* Before its schema is upgraded: path.schema-N, for N the version that it has, replaced
 * whole when it is there. Those of two versions stay. */
AC_MUST_USE enum authcode_err ac_backup_before_upgrade(const char *path, int version,
						       struct authcode_reason *reason);

#endif
