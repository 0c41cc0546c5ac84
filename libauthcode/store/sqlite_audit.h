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

/* Audit records that are older than args->audit_before_ms, up to what is left of its limit. */
AC_MUST_USE enum authcode_err ac_sqlite_purge_audit(const struct ac_sqlite_work *work,
						    struct authcode_op_purge *args, int64_t now_ms);

/* sqlite_audit_address.c: the addresses of records that are older than
 * args->shorten_before_ms, from args->ret_shortened_id on, up to what is left of its limit. */
AC_MUST_USE enum authcode_err ac_sqlite_shorten_audit(const struct ac_sqlite_work *work,
						      struct authcode_op_purge *args);

/* Takes the addresses out of the records of the subject with keys above after_id up to
 * last_id. */
AC_MUST_USE enum authcode_err ac_sqlite_empty_audit(const struct ac_sqlite_work *work,
						    int64_t after_id, int64_t last_id,
						    int64_t subject_id);

/* Where the chain stands in the file, when that is further than is known. */
AC_MUST_USE enum authcode_err ac_sqlite_load_audit_head(struct ac_connection *connection,
							struct ac_audit_chain *chain);

/* The next column. */
void ac_sqlite_get_audit_mac(struct ac_query *query, uint8_t ret[AUTHCODE_AUDIT_MAC_LEN]);

/* *ret_found false: there is none. */
AC_MUST_USE enum authcode_err ac_sqlite_find_audit_anchor(struct ac_connection *connection,
							  struct ac_audit_anchor *ret,
							  bool *ret_found);

/* sqlite_audit_check.c: as check_audit; check->ret_head is set already. */
AC_MUST_USE enum authcode_err ac_sqlite_check_audit(struct ac_connection *connection,
						    const struct authcode_audit_key *key,
						    struct authcode_audit_check *check);

enum authcode_err ac_sqlite_probe(const struct ac_sqlite_work *work,
				  struct authcode_operation *operation);

#endif
