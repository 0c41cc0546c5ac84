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
#include "store/sqlite_audit.h"
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

enum authcode_err
ac_sqlite_insert_token(const struct ac_sqlite_work *work, const struct ac_sqlite_place *place,
		       enum authcode_token_kind kind, struct authcode_new_token *token)
{
	int64_t expires_ms = ac_earlier(token->expires_ms, place->family->expires_ms);
	struct ac_query query;

	ac_query_begin(&query, work->connection, AC_SQL_INSERT_TOKEN);
	ac_query_skip_key(&query);
	ac_query_put_int(&query, kind);
	ac_query_put_hash(&query, token->hash);
	ac_query_put_int(&query, place->family->id);
	ac_query_put_text(&query, token->scope);
	ac_query_put_text(&query, token->resource);
	ac_query_put_int(&query, place->now_ms);
	ac_query_put_int(&query, expires_ms);
	ac_query_put_int(&query, ac_token_forget_ms(kind, expires_ms, place->family->expires_ms));
	ac_query_put_int(&query, kind == AUTHCODE_TOKEN_REFRESH ? place->predecessor_id : 0);
	return ac_query_insert(&query, work->random, place->now_ms, &token->ret_id);
}

static enum authcode_err
insert_family(const struct ac_sqlite_work *work, const struct authcode_family *family)
{
	struct ac_query query;

	ac_query_begin(&query, work->connection, AC_SQL_INSERT_FAMILY);
	ac_query_put_int(&query, family->id);
	ac_query_put_text(&query, family->client_id);
	ac_query_put_int(&query, family->subject_id);
	ac_query_put_int(&query, family->session_id);
	ac_query_put_text(&query, family->scope);
	ac_query_put_int(&query, family->auth_time_ms);
	ac_query_put_text(&query, family->acr);
	ac_query_put_text(&query, family->amr);
	ac_query_put_text(&query, family->claims);
	ac_query_put_text(&query, family->claims_request);
	ac_query_put_text(&query, family->resource);
	ac_query_put_int(&query, family->created_ms);
	ac_query_put_int(&query, family->expires_ms);
	ac_query_put_int(&query, family->expires_ms); /* forget_ms */
	return ac_query_finish(&query);
}

static enum authcode_err
keep_for(const struct ac_sqlite_work *work, const struct authcode_family *family,
	 const struct authcode_session *session)
{
	bool changed;
	enum authcode_err err;

	if (family->expires_ms <= session->expires_ms)
		return AUTHCODE_OK;
	err = ac_sqlite_set_time(work, AC_SQL_KEEP_SUBJECT, family->expires_ms, family->subject_id,
				 &changed);
	if (err == AUTHCODE_OK && family->session_id != 0)
		err = ac_sqlite_set_time(work, AC_SQL_KEEP_SESSION, family->expires_ms,
					 family->session_id, &changed);
	return err;
}

enum authcode_err
ac_sqlite_start_family(const struct ac_sqlite_work *work, const struct authcode_family *family,
		       const struct authcode_session *session, struct authcode_op_redeem *args)
{
	const struct ac_sqlite_place place = { .family = family, .now_ms = family->created_ms };
	enum authcode_err err = insert_family(work, family);

	if (err == AUTHCODE_OK)
		err = ac_sqlite_insert_token(work, &place, AUTHCODE_TOKEN_ACCESS, &args->access);
	if (err == AUTHCODE_OK && args->with_refresh)
		err = ac_sqlite_insert_token(work, &place, AUTHCODE_TOKEN_REFRESH, &args->refresh);
	return err == AUTHCODE_OK ? keep_for(work, family, session) : err;
}

enum authcode_err
ac_sqlite_finish_surely(const struct ac_sqlite_work *work, struct ac_query *query)
{
	enum authcode_err err = ac_query_finish(query);

	if (err == AUTHCODE_OK && sqlite3_changes(work->connection->db) != 1)
		err = AUTHCODE_ERR_STORE;
	return err;
}

static enum authcode_err
use_code(const struct ac_sqlite_work *work, int64_t id, int64_t family_expires_ms, int64_t now_ms)
{
	struct ac_query query;

	ac_query_begin(&query, work->connection, AC_SQL_USE_CODE);
	ac_query_put_int(&query, now_ms);
	ac_query_put_int(&query, family_expires_ms);
	ac_query_put_int(&query, id);
	return ac_sqlite_finish_surely(work, &query);
}

static enum authcode_err
redeem_code(const struct ac_sqlite_work *work, struct authcode_operation *operation)
{
	struct authcode_op_redeem *args = &operation->u.redeem_code;
	int64_t now_ms = operation->now_ms;
	struct authcode_family family;
	struct authcode_code_view view;
	bool changed;
	enum authcode_err err;

	err = ac_sqlite_find_code(work->connection, args->id, work->arena, &view);
	if (err != AUTHCODE_OK && err != AUTHCODE_ERR_NOT_FOUND)
		return err;
	operation->result = ac_rule_redeem_code(err == AUTHCODE_OK ? &view : NULL, now_ms);
	if (operation->result == AUTHCODE_RESULT_REUSED)
		return ac_sqlite_set_time(work, AC_SQL_REVOKE_FAMILY, now_ms, args->id, &changed);
	if (operation->result != AUTHCODE_RESULT_DONE)
		return AUTHCODE_OK;

	family = ac_family_of_code(&view.code, args, now_ms);
	err = use_code(work, view.code.id, family.expires_ms, now_ms);
	return err == AUTHCODE_OK ? ac_sqlite_start_family(work, &family, &view.session, args)
				  : err;
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
	const int64_t id = operation->u.end_session.session_id;
	struct authcode_session_view view;
	enum authcode_err err = end_row(work, operation, AC_SQL_END_SESSION, id);

	if (err != AUTHCODE_OK || operation->result != AUTHCODE_RESULT_DONE)
		return err;
	err = ac_sqlite_find_session(work->connection, id, work->arena, &view);
	if (err != AUTHCODE_OK)
		return err;
	operation->u.end_session.ret_subject_id = view.subject.id;
	return ac_sqlite_tell(work, id, 0, operation->now_ms);
}

/* What is deleted has no address to be shortened. When all of it is done the log is cut,
 * once, for everybody who writes waits for that. */
static enum authcode_err
purge_audit(const struct ac_sqlite_work *work, struct authcode_op_purge *args, int64_t now_ms)
{
	struct ac_connection *connection = work->connection;
	enum authcode_err err = AUTHCODE_OK;

	if (args->audit_before_ms > 0 && args->ret_deleted < args->limit)
		err = ac_sqlite_purge_audit(work, args, now_ms);
	if (err == AUTHCODE_OK && args->shorten_before_ms > 0)
		err = ac_sqlite_shorten_audit(work, args);
	if (err != AUTHCODE_OK || args->ret_deleted == args->limit || !connection->erasing)
		return err;
	connection->erasing = false;
	connection->erased = true;
	return AUTHCODE_OK;
}

/* In the order in which rows depend on each other. */
static enum authcode_err
purge(const struct ac_sqlite_work *work, struct authcode_operation *operation)
{
	static const enum ac_sql statements[] = {
		AC_SQL_PURGE_TOKENS,  AC_SQL_PURGE_FAMILIES, AC_SQL_PURGE_CODES,
		AC_SQL_PURGE_DEVICES, AC_SQL_PURGE_SESSIONS, AC_SQL_PURGE_DELIVERIES,
	};
	uint32_t left = operation->u.purge.limit, deleted = 0;

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
	if (left > 0) {
		enum authcode_err err =
			ac_sqlite_purge_replays(work, operation->now_ms, left, &deleted);

		if (err != AUTHCODE_OK)
			return err;
		left -= deleted;
	}
	operation->u.purge.ret_deleted = operation->u.purge.limit - left;
	operation->u.purge.ret_shortened_id = operation->u.purge.shortened_id;
	operation->result = AUTHCODE_RESULT_DONE;
	return purge_audit(work, &operation->u.purge, operation->now_ms);
}

static enum authcode_err (*const appliers[AUTHCODE_OP_COUNT])(const struct ac_sqlite_work *,
							      struct authcode_operation *) = {
	[AUTHCODE_OP_CREATE_SESSION] = ac_sqlite_create_session,
	[AUTHCODE_OP_ISSUE_CODE] = ac_sqlite_issue_code,
	[AUTHCODE_OP_REDEEM_CODE] = redeem_code,
	[AUTHCODE_OP_USE_REFRESH] = ac_sqlite_use_refresh,
	[AUTHCODE_OP_REVOKE_FAMILY] = revoke_family,
	[AUTHCODE_OP_REVOKE_TOKEN] = revoke_token,
	[AUTHCODE_OP_END_SESSION] = end_session,
	[AUTHCODE_OP_PURGE] = purge,
	[AUTHCODE_OP_RETIRE_SUBJECT] = ac_sqlite_retire_subject,
	[AUTHCODE_OP_RELINK_SUBJECT] = ac_sqlite_relink_subject,
	[AUTHCODE_OP_ISSUE_CLIENT_TOKEN] = ac_sqlite_issue_client_token,
	[AUTHCODE_OP_WITHDRAW_GRANT] = ac_sqlite_withdraw_grant,
	[AUTHCODE_OP_CREATE_DEVICE] = ac_sqlite_create_device,
	[AUTHCODE_OP_ANSWER_DEVICE] = ac_sqlite_answer_device,
	[AUTHCODE_OP_POLL_DEVICE] = ac_sqlite_poll_device,
	[AUTHCODE_OP_REDEEM_DEVICE] = ac_sqlite_redeem_device,
	[AUTHCODE_OP_RECORD_DELIVERY] = ac_sqlite_record_delivery,
	[AUTHCODE_OP_ADD_SIGNING_KEY] = ac_sqlite_add_signing_key,
	[AUTHCODE_OP_FORGET_SIGNING_KEY] = ac_sqlite_forget_signing_key,
	[AUTHCODE_OP_STOP_SIGNING_KEY] = ac_sqlite_stop_signing_key,
	[AUTHCODE_OP_PUT_SECRET] = ac_sqlite_put_secret,
	[AUTHCODE_OP_RESEAL] = ac_sqlite_reseal,
	[AUTHCODE_OP_USE_ONCE] = ac_sqlite_use_once,
	[AUTHCODE_OP_PROBE] = ac_sqlite_probe,
	[AUTHCODE_OP_REVOKE_SUBJECT] = ac_sqlite_revoke_subject,
	[AUTHCODE_OP_ERASE_SUBJECT] = ac_sqlite_erase_subject,
	[AUTHCODE_OP_PUT_CLIENT] = ac_sqlite_put_client,
};

enum authcode_err
ac_sqlite_apply(const struct ac_sqlite_work *work, struct authcode_operation *operation)
{
	enum authcode_err err = appliers[operation->kind](work, operation);

	return err == AUTHCODE_OK ? ac_sqlite_put_audit(work, operation) : err;
}
