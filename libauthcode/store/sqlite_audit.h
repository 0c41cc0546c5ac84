/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Audit records in SQLite.
 */
#ifndef AC_STORE_SQLITE_AUDIT_H
#define AC_STORE_SQLITE_AUDIT_H

#include "store/sqlite_ops.h"

/* The record that the operation leaves, if any. */
AC_MUST_USE enum authcode_err ac_sqlite_put_audit(const struct ac_sqlite_work *work,
						  const struct authcode_operation *operation);

/* As list_audit. */
AC_MUST_USE enum authcode_err ac_sqlite_list_audit(struct ac_connection *connection,
						   const struct authcode_audit_query *asked,
						   struct authcode_arena *arena,
						   struct authcode_audit_page *page);

AC_MUST_USE enum authcode_err ac_sqlite_purge_audit(const struct ac_sqlite_work *work,
						    int64_t before_ms, uint32_t limit,
						    uint32_t *ret_deleted);

enum authcode_err ac_sqlite_probe(const struct ac_sqlite_work *work,
				  struct authcode_operation *operation);

#endif
