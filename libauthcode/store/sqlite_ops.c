/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The operations on codes, tokens and families, and the table of all
 * operations. The rules decide (rules.h), the statements here carry it out;
 * that a code is used once rests on one writer and, should that ever fail, on
 * the condition in the statement that marks it (RFC 6749 §10.5).
 */
#include "store/sqlite_ops.h"

#include "store/rules.h"
#include "store/sqlite_read.h"

enum authcode_err
ac_sqlite_set_time(const struct ac_sqlite_work *work, enum ac_sql sql, int64_t time_ms, int64_t id,
		   bool *ret_changed)
{
	struct ac_query query;
	enum authcode_err err;

	ac_query_begin(&query, work->connection, sql);
	ac_query_put_int(&query, time_ms);
	ac_query_put_int(&query, id);
	err = ac_query_finish(&query);
	if (err == AUTHCODE_OK)
		*ret_changed = sqlite3_changes(work->connection->db) > 0;
	return err;
}

/* An UPDATE that must change its row, since the row was read just before. */
static enum authcode_err
set_time_surely(const struct ac_sqlite_work *work, enum ac_sql sql, int64_t time_ms, int64_t id)
{
	bool changed = false;
	enum authcode_err err = ac_sqlite_set_time(work, sql, time_ms, id, &changed);

	return err == AUTHCODE_OK && !changed ? AUTHCODE_ERR_STORE : err;
}

static enum authcode_err
insert_token(const struct ac_sqlite_work *work, const struct authcode_family *family,
	     enum authcode_token_kind kind, struct authcode_new_token *token, int64_t now_ms)
{
	int64_t expires_ms = ac_earlier(token->expires_ms, family->expires_ms);
	struct ac_query query;

	ac_query_begin(&query, work->connection, AC_SQL_INSERT_TOKEN);
	ac_query_skip_key(&query);
	ac_query_put_int(&query, kind);
	ac_query_put_hash(&query, token->hash);
	ac_query_put_int(&query, family->id);
	ac_query_put_text(&query, token->scope);
	ac_query_put_text(&query, token->resource);
	ac_query_put_int(&query, now_ms);
	ac_query_put_int(&query, expires_ms);
	ac_query_put_int(&query, ac_token_forget_ms(kind, expires_ms, family->expires_ms));
	return ac_query_insert(&query, work->random, now_ms, &token->ret_id);
}

static enum authcode_err
insert_family(const struct ac_sqlite_work *work, const struct authcode_code *code,
	      int64_t expires_ms, int64_t now_ms)
{
	struct ac_query query;

	ac_query_begin(&query, work->connection, AC_SQL_INSERT_FAMILY);
	ac_query_put_int(&query, code->id);
	ac_query_put_text(&query, code->client_id);
	ac_query_put_int(&query, code->subject_id);
	ac_query_put_int(&query, code->session_id);
	ac_query_put_text(&query, code->scope);
	ac_query_put_int(&query, code->auth_time_ms);
	ac_query_put_text(&query, code->acr);
	ac_query_put_text(&query, code->amr);
	ac_query_put_text(&query, code->claims);
	ac_query_put_text(&query, code->claims_request);
	ac_query_put_text(&query, code->resource);
	ac_query_put_int(&query, now_ms);
	ac_query_put_int(&query, expires_ms);
	ac_query_put_int(&query, expires_ms); /* forget_ms */
	return ac_query_finish(&query);
}

static enum authcode_err
use_code(const struct ac_sqlite_work *work, int64_t id, int64_t family_expires_ms, int64_t now_ms)
{
	struct ac_query query;
	enum authcode_err err;

	ac_query_begin(&query, work->connection, AC_SQL_USE_CODE);
	ac_query_put_int(&query, now_ms);
	ac_query_put_int(&query, family_expires_ms);
	ac_query_put_int(&query, id);
	err = ac_query_finish(&query);
	if (err == AUTHCODE_OK && sqlite3_changes(work->connection->db) != 1)
		err = AUTHCODE_ERR_STORE;
	return err;
}

static enum authcode_err
redeem_code(const struct ac_sqlite_work *work, struct authcode_operation *operation)
{
	struct authcode_op_redeem_code *args = &operation->u.redeem_code;
	struct authcode_family family = { .id = args->code_id,
					  .expires_ms = args->family_expires_ms };
	int64_t now_ms = operation->now_ms;
	struct authcode_code_view view;
	bool changed;
	enum authcode_err err;

	err = ac_sqlite_find_code(work->connection, args->code_id, work->arena, &view);
	if (err != AUTHCODE_OK && err != AUTHCODE_ERR_NOT_FOUND)
		return err;
	operation->result = ac_rule_redeem_code(err == AUTHCODE_OK ? &view : NULL, now_ms);
	if (operation->result == AUTHCODE_RESULT_REUSED)
		return ac_sqlite_set_time(work, AC_SQL_REVOKE_FAMILY, now_ms, family.id, &changed);
	if (operation->result != AUTHCODE_RESULT_DONE)
		return AUTHCODE_OK;

	if (args->detached)
		view.code.session_id = 0;
	err = use_code(work, view.code.id, family.expires_ms, now_ms);
	if (err == AUTHCODE_OK)
		err = insert_family(work, &view.code, family.expires_ms, now_ms);
	if (err == AUTHCODE_OK)
		err = insert_token(work, &family, AUTHCODE_TOKEN_ACCESS, &args->access, now_ms);
	if (err == AUTHCODE_OK && args->with_refresh)
		err = insert_token(work, &family, AUTHCODE_TOKEN_REFRESH, &args->refresh, now_ms);
	/* Only a family that outlives its session makes subject and session stay longer. */
	if (err != AUTHCODE_OK || family.expires_ms <= view.session.expires_ms)
		return err;
	err = ac_sqlite_set_time(work, AC_SQL_KEEP_SUBJECT, family.expires_ms, view.subject.id,
				 &changed);
	if (err == AUTHCODE_OK && !args->detached)
		err = ac_sqlite_set_time(work, AC_SQL_KEEP_SESSION, family.expires_ms,
					 view.session.id, &changed);
	return err;
}

static enum authcode_err
use_refresh(const struct ac_sqlite_work *work, struct authcode_operation *operation)
{
	struct authcode_op_use_refresh *args = &operation->u.use_refresh;
	int64_t now_ms = operation->now_ms;
	struct authcode_token_view view;
	int64_t moved_ms;
	bool changed;
	enum authcode_err err;

	err = ac_sqlite_find_token(work->connection, args->refresh_id, work->arena, &view);
	if (err != AUTHCODE_OK && err != AUTHCODE_ERR_NOT_FOUND)
		return err;
	operation->result = ac_rule_use_refresh(err == AUTHCODE_OK ? &view : NULL, now_ms);
	if (operation->result == AUTHCODE_RESULT_REUSED)
		return ac_sqlite_set_time(work, AC_SQL_REVOKE_FAMILY, now_ms, view.family.id,
					  &changed);
	if (operation->result != AUTHCODE_RESULT_DONE)
		return AUTHCODE_OK;

	err = insert_token(work, &view.family, AUTHCODE_TOKEN_ACCESS, &args->access, now_ms);
	if (err != AUTHCODE_OK)
		return err;
	if (!args->rotate) {
		moved_ms = ac_earlier(args->refresh_expires_ms, view.family.expires_ms);
		return set_time_surely(work, AC_SQL_MOVE_TOKEN, moved_ms, view.token.id);
	}
	err = set_time_surely(work, AC_SQL_ROTATE_TOKEN, now_ms, view.token.id);
	if (err != AUTHCODE_OK)
		return err;
	return insert_token(work, &view.family, AUTHCODE_TOKEN_REFRESH, &args->successor, now_ms);
}

/* Sets the end of one row that is looked up by nothing but its id. */
static enum authcode_err
end_row(const struct ac_sqlite_work *work, struct authcode_operation *operation, enum ac_sql sql,
	int64_t id)
{
	bool changed = false;
	enum authcode_err err = ac_sqlite_set_time(work, sql, operation->now_ms, id, &changed);

	operation->result = changed ? AUTHCODE_RESULT_DONE : AUTHCODE_RESULT_NOT_FOUND;
	return err;
}

static enum authcode_err
revoke_family(const struct ac_sqlite_work *work, struct authcode_operation *operation)
{
	return end_row(work, operation, AC_SQL_REVOKE_FAMILY, operation->u.revoke_family.family_id);
}

static enum authcode_err
revoke_token(const struct ac_sqlite_work *work, struct authcode_operation *operation)
{
	return end_row(work, operation, AC_SQL_REVOKE_TOKEN, operation->u.revoke_token.token_id);
}

static enum authcode_err
end_session(const struct ac_sqlite_work *work, struct authcode_operation *operation)
{
	return end_row(work, operation, AC_SQL_END_SESSION, operation->u.end_session.session_id);
}

/* In the order in which rows depend on each other. */
static enum authcode_err
purge(const struct ac_sqlite_work *work, struct authcode_operation *operation)
{
	static const enum ac_sql statements[] = {
		AC_SQL_PURGE_TOKENS,
		AC_SQL_PURGE_FAMILIES,
		AC_SQL_PURGE_CODES,
		AC_SQL_PURGE_SESSIONS,
	};
	uint32_t left = operation->u.purge.limit;

	for (size_t i = 0; i < AC_ARRAY_SIZE(statements) && left > 0; i++) {
		struct ac_query query;
		enum authcode_err err;

		ac_query_begin(&query, work->connection, statements[i]);
		ac_query_put_int(&query, operation->now_ms);
		ac_query_put_int(&query, left);
		err = ac_query_finish(&query);
		if (err != AUTHCODE_OK)
			return err;
		left -= (uint32_t)sqlite3_changes(work->connection->db);
	}
	operation->u.purge.ret_deleted = operation->u.purge.limit - left;
	operation->result = AUTHCODE_RESULT_DONE;
	return AUTHCODE_OK;
}

static enum authcode_err (*const appliers[AUTHCODE_OP_COUNT])(const struct ac_sqlite_work *,
							      struct authcode_operation *) = {
	[AUTHCODE_OP_CREATE_SESSION] = ac_sqlite_create_session,
	[AUTHCODE_OP_ISSUE_CODE] = ac_sqlite_issue_code,
	[AUTHCODE_OP_REDEEM_CODE] = redeem_code,
	[AUTHCODE_OP_USE_REFRESH] = use_refresh,
	[AUTHCODE_OP_REVOKE_FAMILY] = revoke_family,
	[AUTHCODE_OP_REVOKE_TOKEN] = revoke_token,
	[AUTHCODE_OP_END_SESSION] = end_session,
	[AUTHCODE_OP_PURGE] = purge,
	[AUTHCODE_OP_RETIRE_SUBJECT] = ac_sqlite_retire_subject,
	[AUTHCODE_OP_RELINK_SUBJECT] = ac_sqlite_relink_subject,
	[AUTHCODE_OP_ADD_SIGNING_KEY] = ac_sqlite_add_signing_key,
	[AUTHCODE_OP_FORGET_SIGNING_KEY] = ac_sqlite_forget_signing_key,
};

enum authcode_err
ac_sqlite_apply(const struct ac_sqlite_work *work, struct authcode_operation *operation)
{
	return appliers[operation->kind](work, operation);
}
