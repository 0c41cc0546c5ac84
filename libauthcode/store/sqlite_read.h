/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Reads of the SQLite store, on a reader's connection or, inside an operation,
 * on the writer's. Contract: the find_ functions of struct authcode_store_ops.
 */
#ifndef AC_STORE_SQLITE_READ_H
#define AC_STORE_SQLITE_READ_H

#include "store/sqlite_query.h"

AC_MUST_USE enum authcode_err ac_sqlite_find_session(struct ac_connection *connection, int64_t id,
						     struct authcode_arena *arena,
						     struct authcode_session_view *ret);
AC_MUST_USE enum authcode_err ac_sqlite_find_grant(struct ac_connection *connection,
						   int64_t subject_id, const char *client_id,
						   struct authcode_arena *arena,
						   struct authcode_grant *ret);
AC_MUST_USE enum authcode_err ac_sqlite_find_code(struct ac_connection *connection, int64_t id,
						  struct authcode_arena *arena,
						  struct authcode_code_view *ret);
AC_MUST_USE enum authcode_err ac_sqlite_find_token(struct ac_connection *connection, int64_t id,
						   struct authcode_arena *arena,
						   struct authcode_token_view *ret);

/* *ret->token is zeroed. */
AC_MUST_USE enum authcode_err ac_sqlite_find_family(struct ac_connection *connection, int64_t id,
						    struct authcode_arena *arena,
						    struct authcode_token_view *ret);

AC_MUST_USE enum authcode_err ac_sqlite_find_subject(struct ac_connection *connection, int64_t id,
						     struct authcode_arena *arena,
						     struct authcode_subject *ret);
/* user_name: the live one of it; NULL: that of sub. */
AC_MUST_USE enum authcode_err ac_sqlite_find_named_subject(struct ac_connection *connection,
							   const char *user_name, const char *sub,
							   struct authcode_arena *arena,
							   struct authcode_subject *ret);

AC_MUST_USE enum authcode_err ac_sqlite_find_device(struct ac_connection *connection, int64_t id,
						    struct authcode_arena *arena,
						    struct authcode_device_view *ret);
AC_MUST_USE enum authcode_err ac_sqlite_find_user_code(struct ac_connection *connection,
						       const uint8_t hash[AUTHCODE_HASH_LEN],
						       struct authcode_arena *arena,
						       struct authcode_device_view *ret);

/* Which subjects list_subjects asks for. */
struct ac_subject_page {
	int64_t now_ms;
	int64_t after_id;
	size_t capacity;
};

AC_MUST_USE enum authcode_err ac_sqlite_list_subjects(struct ac_connection *connection,
						      const struct ac_subject_page *page,
						      struct authcode_arena *arena,
						      struct authcode_subject *ret,
						      size_t *ret_count);

AC_MUST_USE enum authcode_err ac_sqlite_find_delivery(struct ac_connection *connection, int64_t id,
						      struct authcode_arena *arena,
						      struct authcode_delivery_view *ret);

/* Which deliveries list_deliveries asks for. */
struct ac_delivery_page {
	int64_t until_ms;
	uint32_t per_client;
	size_t capacity;
};

AC_MUST_USE enum authcode_err ac_sqlite_list_deliveries(struct ac_connection *connection,
							const struct ac_delivery_page *page,
							struct authcode_arena *arena,
							struct authcode_delivery_view *ret,
							size_t *ret_count);

/* Which clients list_clients asks for. */
struct ac_client_page {
	const char *after_id;
	size_t capacity;
};

AC_MUST_USE enum authcode_err ac_sqlite_list_clients(struct ac_connection *connection,
						     const struct ac_client_page *page,
						     struct authcode_arena *arena,
						     struct authcode_stored_client *ret,
						     size_t *ret_count);

AC_MUST_USE enum authcode_err ac_sqlite_list_signing_keys(struct ac_connection *connection,
							  struct authcode_arena *arena,
							  struct authcode_signing_key *ret,
							  size_t capacity, size_t *ret_count);

/* As list_sealed. */
AC_MUST_USE enum authcode_err ac_sqlite_list_sealed(struct ac_connection *connection,
						    struct authcode_arena *arena,
						    struct authcode_sealed *ret, size_t capacity,
						    size_t *ret_count);

#endif
