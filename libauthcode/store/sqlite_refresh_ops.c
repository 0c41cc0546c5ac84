/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * use_refresh in the SQLite store. A rotated token is kept, with the names of
 * what was given for it, until its successor is rotated too: then nothing is left
 * that could be given again, and that it was used is known without it.
 */
#include "store/rules.h"
#include "store/sqlite_ops.h"
#include "store/sqlite_read.h"

/* *ret NULL when there is none. */
static enum authcode_err
find_given(const struct ac_sqlite_work *work, int64_t id, struct authcode_token_view *view,
	   const struct authcode_token **ret)
{
	enum authcode_err err = ac_sqlite_find_token(work->connection, id, work->arena, view);

	*ret = err == AUTHCODE_OK ? &view->token : NULL;
	return err == AUTHCODE_ERR_NOT_FOUND ? AUTHCODE_OK : err;
}

/* Sets operation->result. */
static enum authcode_err
decide(const struct ac_sqlite_work *work, struct authcode_operation *operation,
       struct authcode_token_view *ret_view)
{
	const struct authcode_op_use_refresh *args = &operation->u.use_refresh;
	struct authcode_token_view successor, access;
	struct ac_refresh_rows rows = { 0 };
	enum authcode_err err;

	err = ac_sqlite_find_token(work->connection, args->refresh_id, work->arena, ret_view);
	if (err != AUTHCODE_OK && err != AUTHCODE_ERR_NOT_FOUND)
		return err;
	if (err == AUTHCODE_OK)
		rows.token = ret_view;
	err = AUTHCODE_OK;
	if (rows.token != NULL && ret_view->token.rotated_ms != 0 && args->retry_ms != 0) {
		err = find_given(work, ret_view->token.successor_id, &successor, &rows.successor);
		if (err == AUTHCODE_OK)
			err = find_given(work, ret_view->token.successor_access_id, &access,
					 &rows.successor_access);
	}
	if (err == AUTHCODE_OK)
		operation->result = ac_rule_use_refresh(&rows, args, operation->now_ms);
	return err;
}

/* An UPDATE that must change its row, since the row was read just before. */
static enum authcode_err
finish_surely(const struct ac_sqlite_work *work, struct ac_query *query)
{
	enum authcode_err err = ac_query_finish(query);

	if (err == AUTHCODE_OK && sqlite3_changes(work->connection->db) != 1)
		err = AUTHCODE_ERR_STORE;
	return err;
}

static enum authcode_err
rotate(const struct ac_sqlite_work *work, const struct authcode_token_view *view,
       struct authcode_op_use_refresh *args, int64_t now_ms)
{
	const struct ac_sqlite_place place = { &view->family, view->token.id, now_ms };
	struct ac_query query;
	enum authcode_err err;

	err = ac_sqlite_insert_token(work, &place, AUTHCODE_TOKEN_REFRESH, &args->successor);
	if (err != AUTHCODE_OK)
		return err;
	ac_query_begin(&query, work->connection, AC_SQL_ROTATE_TOKEN);
	ac_query_put_int(&query, now_ms);
	ac_query_put_int(&query, args->successor.ret_id);
	ac_query_put_int(&query, args->access.ret_id);
	ac_query_put_int(&query, view->token.id);
	err = finish_surely(work, &query);
	if (err != AUTHCODE_OK || view->token.predecessor_id == 0)
		return err;
	ac_query_begin(&query, work->connection, AC_SQL_FORGET_TOKEN);
	ac_query_put_int(&query, view->token.predecessor_id);
	return ac_query_finish(&query);
}

static enum authcode_err
move(const struct ac_sqlite_work *work, const struct authcode_token_view *view, int64_t expires_ms,
     int64_t now_ms)
{
	struct ac_query query;

	ac_query_begin(&query, work->connection, AC_SQL_MOVE_TOKEN);
	ac_query_put_int(&query, now_ms);
	ac_query_put_int(&query, ac_earlier(expires_ms, view->family.expires_ms));
	ac_query_put_int(&query, view->token.id);
	return finish_surely(work, &query);
}

static enum authcode_err
use(const struct ac_sqlite_work *work, const struct authcode_token_view *view,
    struct authcode_op_use_refresh *args, int64_t now_ms)
{
	const struct ac_sqlite_place place = { .family = &view->family, .now_ms = now_ms };
	enum authcode_err err =
		ac_sqlite_insert_token(work, &place, AUTHCODE_TOKEN_ACCESS, &args->access);

	if (err != AUTHCODE_OK)
		return err;
	return args->rotate ? rotate(work, view, args, now_ms)
			    : move(work, view, args->refresh_expires_ms, now_ms);
}

enum authcode_err
ac_sqlite_use_refresh(const struct ac_sqlite_work *work, struct authcode_operation *operation)
{
	struct authcode_op_use_refresh *args = &operation->u.use_refresh;
	struct authcode_token_view view = { .family.id = args->family_id };
	enum authcode_err err = decide(work, operation, &view);
	bool changed;

	if (err != AUTHCODE_OK)
		return err;
	switch (operation->result) {
	case AUTHCODE_RESULT_DONE:
		return use(work, &view, args, operation->now_ms);
	case AUTHCODE_RESULT_REPEATED:
		args->access.ret_id = view.token.successor_access_id;
		args->successor.ret_id = view.token.successor_id;
		return AUTHCODE_OK;
	case AUTHCODE_RESULT_REUSED:
		return ac_sqlite_set_time(work, AC_SQL_REVOKE_FAMILY, operation->now_ms,
					  view.family.id, &changed);
	default:
		return AUTHCODE_OK;
	}
}
