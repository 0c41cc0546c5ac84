/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * One operation inside the writer's open transaction.
 */
#ifndef AC_STORE_SQLITE_OPS_H
#define AC_STORE_SQLITE_OPS_H

#include "store/sqlite_query.h"

/* What an operation works with. */
struct ac_sqlite_work {
	struct ac_connection *connection;
	const struct authcode_store_random *random;
	struct authcode_arena *arena;
};

/* Sets operation->result and returns OK, or returns why it failed; what it has
 * written then is for the caller to roll back. */
AC_MUST_USE enum authcode_err ac_sqlite_apply(const struct ac_sqlite_work *work,
					      struct authcode_operation *operation);

/* The rest of the table in sqlite_ops.c: sessions and what is issued from them
 * (sqlite_session_ops.c), subjects (sqlite_subject_ops.c), signing keys
 * (sqlite_key_ops.c). */
enum authcode_err ac_sqlite_create_session(const struct ac_sqlite_work *work,
					   struct authcode_operation *operation);
enum authcode_err ac_sqlite_issue_code(const struct ac_sqlite_work *work,
				       struct authcode_operation *operation);
enum authcode_err ac_sqlite_retire_subject(const struct ac_sqlite_work *work,
					   struct authcode_operation *operation);
enum authcode_err ac_sqlite_relink_subject(const struct ac_sqlite_work *work,
					   struct authcode_operation *operation);
enum authcode_err ac_sqlite_add_signing_key(const struct ac_sqlite_work *work,
					    struct authcode_operation *operation);
enum authcode_err ac_sqlite_forget_signing_key(const struct ac_sqlite_work *work,
					       struct authcode_operation *operation);

/* An UPDATE of one row by its id. ret_changed: the row was there and fitted. */
enum authcode_err ac_sqlite_set_time(const struct ac_sqlite_work *work, enum ac_sql sql,
				     int64_t time_ms, int64_t id, bool *ret_changed);

/* *ret_id stays as it was when there is none. */
AC_MUST_USE enum authcode_err ac_sqlite_find_live_subject(const struct ac_sqlite_work *work,
							  const char *user_name, int64_t *ret_id,
							  uint32_t *ret_uid);

#endif
