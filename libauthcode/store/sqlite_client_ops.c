/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * issue_client_token in the SQLite store: a family without a person, whose one
 * access token speaks for the client itself (RFC 6749 §4.4).
 */
#include "store/sqlite_ops.h"

enum authcode_err
ac_sqlite_issue_client_token(const struct ac_sqlite_work *work,
			     struct authcode_operation *operation)
{
	struct authcode_op_issue_client_token *args = &operation->u.issue_client_token;
	struct authcode_family family = { .expires_ms = args->family_expires_ms };
	const struct ac_sqlite_place place = { .family = &family, .now_ms = operation->now_ms };
	struct ac_query query;
	enum authcode_err err;

	ac_query_begin(&query, work->connection, AC_SQL_INSERT_CLIENT_FAMILY);
	ac_query_skip_key(&query);
	ac_query_put_text(&query, args->client_id);
	ac_query_put_text(&query, args->access.scope);
	ac_query_put_text(&query, args->resource);
	ac_query_put_int(&query, operation->now_ms);
	ac_query_put_int(&query, family.expires_ms);
	err = ac_query_insert(&query, work->random, operation->now_ms, &family.id);
	if (err == AUTHCODE_OK)
		err = ac_sqlite_insert_token(work, &place, AUTHCODE_TOKEN_ACCESS, &args->access);
	if (err != AUTHCODE_OK)
		return err;
	args->ret_family_id = family.id;
	operation->result = AUTHCODE_RESULT_DONE;
	return AUTHCODE_OK;
}
