/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Connections for reading, opened when first needed and kept, each with its snapshot
 * as long as that is the newest: to open and to close a transaction costs more than
 * to look a row up.
 */
#ifndef AC_STORE_SQLITE_POOL_H
#define AC_STORE_SQLITE_POOL_H

#include "store/sqlite_query.h"

struct ac_pool;

/* path is copied. */
AC_MUST_USE enum authcode_err ac_pool_new(const char *path, struct ac_pool **ret);

/* No connection may be out. NULL-safe, sets NULL. */
void ac_pool_free(struct ac_pool **pool);

/* A connection of one's own until it is given back. Waits while all are out. */
AC_MUST_USE enum authcode_err ac_pool_take(struct ac_pool *pool, struct ac_connection **ret);
/* What is read from now on is what is in the file by then, also of others. */
void ac_pool_end_snapshot(struct ac_connection *connection);
void ac_pool_give_back(struct ac_pool *pool, struct ac_connection *connection);

/* The writer has committed: no snapshot from before is given out again. */
void ac_pool_committed(struct ac_pool *pool);

/* While it is to be brief, no snapshot outlasts a read: an older one would keep the
 * log from moving into the file. */
void ac_pool_be_brief(struct ac_pool *pool, bool brief);

#endif
