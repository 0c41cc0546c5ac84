/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Lists of the SQLite store, on a reader's connection. Contract: <authcode/list.h>.
 */
#ifndef AC_STORE_SQLITE_LIST_H
#define AC_STORE_SQLITE_LIST_H

#include <authcode/list.h>

#include "store/sqlite_query.h"

AC_MUST_USE enum authcode_err ac_sqlite_list(struct ac_connection *connection,
					     struct authcode_list *list,
					     struct authcode_arena *arena,
					     struct authcode_listed *ret);

#endif
