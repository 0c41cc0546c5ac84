/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The operations that follow a sign-in: a session for a subject, a code for a
 * session. The order of the bound values is that of the texts in sqlite_sql.c.
 */
#include "store/sqlite_ops.h"

#include "store/rules.h"
#include "store/sqlite_read.h"

static enum authcode_err
refresh_subject(const struct ac_sqlite_work *work, const struct authcode_op_create_session *args,
		int64_t id)
{
	struct ac_query query;

	ac_query_begin(&query, work->connection, AC_SQL_REFRESH_SUBJECT);
	ac_query_put_text(&query, args->full_name);
	ac_query_put_text(&query, args->groups);
	ac_query_put_int(&query, id);
	return ac_query_finish(&query);
}

static enum authcode_err
insert_subject(const struct ac_sqlite_work *work, const struct authcode_op_create_session *args,
	       int64_t now_ms, int64_t *ret_id)
{
	struct ac_query query;
	enum authcode_err err;

	ac_query_begin(&query, work->connection, AC_SQL_INSERT_SUBJECT);
	ac_query_skip_key(&query);
	ac_query_put_text(&query, args->new_sub);
	ac_query_put_text(&query, args->user_name);
	ac_query_put_int(&query, args->uid);
	ac_query_put_text(&query, args->full_name);
	ac_query_put_text(&query, args->groups);
	ac_query_put_int(&query, now_ms);
	err = ac_query_insert(&query, work->random, now_ms, ret_id);
	/* The name is free here, so the sub is what was taken. */
	return query.rc == SQLITE_CONSTRAINT_UNIQUE ? AUTHCODE_ERR_USAGE : err;
}

/* Once for one reason: whoever asks again for it has what has begun since. */
static enum authcode_err
end_earlier(const struct ac_sqlite_work *work, int64_t id, int64_t since_ms, int64_t now_ms)
{
	struct authcode_grant all = { .withdrawn_ms = 0 };
	enum authcode_err err = ac_sqlite_find_grant(work->connection, id, "", work->arena, &all);

	if (err != AUTHCODE_OK && err != AUTHCODE_ERR_NOT_FOUND)
		return err;
	if (all.withdrawn_ms >= since_ms)
		return AUTHCODE_OK;
	return ac_sqlite_end_earlier(work, id, since_ms > now_ms ? since_ms : now_ms);
}

/* A name that now means another uid is another person. ret_retired: whose the name
 * was until now; it stays as it is when it was nobody's. */
static enum authcode_err
put_subject(const struct ac_sqlite_work *work, const struct authcode_op_create_session *args,
	    int64_t now_ms, int64_t *ret_id, int64_t *ret_retired)
{
	int64_t id = 0;
	uint32_t uid = 0;
	bool changed;
	enum authcode_err err = ac_sqlite_find_live_subject(work, args->user_name, &id, &uid);

	if (err != AUTHCODE_OK)
		return err;
	if (id != 0 && uid == args->uid) {
		*ret_id = id;
		err = refresh_subject(work, args, id);
		return err == AUTHCODE_OK && args->ends_earlier_ms != 0
			       ? end_earlier(work, id, args->ends_earlier_ms, now_ms)
			       : err;
	}
	if (id != 0)
		err = ac_sqlite_set_time(work, AC_SQL_RETIRE_SUBJECT, now_ms, id, &changed);
	if (err != AUTHCODE_OK)
		return err;
	*ret_retired = id;
	return insert_subject(work, args, now_ms, ret_id);
}

static enum authcode_err
insert_session(const struct ac_sqlite_work *work, const struct authcode_op_create_session *args,
	       int64_t subject_id, int64_t now_ms, int64_t *ret_id)
{
	struct ac_query query;

	ac_query_begin(&query, work->connection, AC_SQL_INSERT_SESSION);
	ac_query_skip_key(&query);
	ac_query_put_hash(&query, args->hash);
	ac_query_put_int(&query, subject_id);
	ac_query_put_int(&query, args->auth_time_ms);
	ac_query_put_text(&query, args->acr);
	ac_query_put_text(&query, args->amr);
	ac_query_put_text(&query, args->claims);
	ac_query_put_int(&query, now_ms);
	ac_query_put_int(&query, ac_earlier(args->idle_expires_ms, args->expires_ms));
	ac_query_put_int(&query, args->expires_ms);
	ac_query_put_int(&query, args->expires_ms); /* forget_ms */
	return ac_query_insert(&query, work->random, now_ms, ret_id);
}

static enum authcode_err
judge_replaced(const struct ac_sqlite_work *work, const struct authcode_operation *operation,
	       int64_t subject_id, enum ac_replaced *ret)
{
	const struct authcode_op_create_session *args = &operation->u.create_session;
	struct authcode_session_view view;
	enum authcode_err err = AUTHCODE_ERR_NOT_FOUND;

	if (args->replaces != 0)
		err = ac_sqlite_find_session(work->connection, args->replaces, work->arena, &view);
	if (err != AUTHCODE_OK && err != AUTHCODE_ERR_NOT_FOUND)
		return err;
	*ret = ac_rule_replace_session(err == AUTHCODE_OK ? &view : NULL, subject_id,
				       args->replaces_hash, operation->now_ms);
	return AUTHCODE_OK;
}

static enum authcode_err
renew_session(const struct ac_sqlite_work *work, const struct authcode_op_create_session *args)
{
	struct ac_query query;

	ac_query_begin(&query, work->connection, AC_SQL_RENEW_SESSION);
	ac_query_put_hash(&query, args->hash);
	ac_query_put_int(&query, args->auth_time_ms);
	ac_query_put_text(&query, args->acr);
	ac_query_put_text(&query, args->amr);
	ac_query_put_text(&query, args->claims);
	ac_query_put_int(&query, ac_earlier(args->idle_expires_ms, args->expires_ms));
	ac_query_put_int(&query, args->expires_ms);
	ac_query_put_int(&query, args->expires_ms); /* forget_ms */
	ac_query_put_int(&query, args->replaces);
	return ac_query_finish(&query);
}

enum authcode_err
ac_sqlite_create_session(const struct ac_sqlite_work *work, struct authcode_operation *operation)
{
	struct authcode_op_create_session *args = &operation->u.create_session;
	enum ac_replaced fate = AC_REPLACED_UNTOUCHED;
	int64_t subject_id = 0, session_id = args->replaces, retired = 0;
	bool changed;
	enum authcode_err err;

	err = put_subject(work, args, operation->now_ms, &subject_id, &retired);
	if (err == AUTHCODE_OK)
		err = judge_replaced(work, operation, subject_id, &fate);
	if (err == AUTHCODE_OK && fate == AC_REPLACED_RENEWED)
		err = renew_session(work, args);
	else if (err == AUTHCODE_OK)
		err = insert_session(work, args, subject_id, operation->now_ms, &session_id);
	if (err == AUTHCODE_OK)
		err = ac_sqlite_set_time(work, AC_SQL_KEEP_SUBJECT, args->expires_ms, subject_id,
					 &changed);
	if (err == AUTHCODE_OK && fate == AC_REPLACED_ENDED)
		err = ac_sqlite_set_time(work, AC_SQL_END_SESSION, operation->now_ms,
					 args->replaces, &changed);
	if (err == AUTHCODE_OK)
		err = ac_sqlite_tell(work, fate == AC_REPLACED_ENDED ? args->replaces : 0, retired,
				     operation->now_ms);
	if (err != AUTHCODE_OK)
		return err;
	args->ret_subject_id = subject_id;
	args->ret_session_id = session_id;
	operation->result = AUTHCODE_RESULT_DONE;
	return AUTHCODE_OK;
}

static enum authcode_err
put_grant(const struct ac_sqlite_work *work, const struct authcode_op_issue_code *args,
	  int64_t subject_id, int64_t now_ms)
{
	struct authcode_grant grant = { .scope = "" };
	const char *scope;
	struct ac_query query;
	enum authcode_err err;

	err = ac_sqlite_find_grant(work->connection, subject_id, args->code.client_id, work->arena,
				   &grant);
	if (err != AUTHCODE_OK && err != AUTHCODE_ERR_NOT_FOUND)
		return err;
	scope = ac_store_scope_union(work->arena, grant.scope, args->consented_scope);
	if (scope == NULL)
		return AUTHCODE_ERR_MEMORY;
	ac_query_begin(&query, work->connection, AC_SQL_PUT_GRANT);
	ac_query_put_int(&query, subject_id);
	ac_query_put_text(&query, args->code.client_id);
	ac_query_put_text(&query, scope);
	ac_query_put_int(&query, now_ms);
	return ac_query_finish(&query);
}

static enum authcode_err
insert_code(const struct ac_sqlite_work *work, const struct authcode_code *code,
	    const struct authcode_session *session, int64_t now_ms, int64_t *ret_id)
{
	struct ac_query query;

	ac_query_begin(&query, work->connection, AC_SQL_INSERT_CODE);
	ac_query_skip_key(&query);
	ac_query_put_hash(&query, code->hash);
	ac_query_put_text(&query, code->client_id);
	ac_query_put_int(&query, session->subject_id);
	ac_query_put_int(&query, session->id);
	ac_query_put_text(&query, code->redirect_uri);
	ac_query_put_int(&query, code->redirect_uri_sent ? 1 : 0);
	ac_query_put_text(&query, code->scope);
	ac_query_put_text(&query, code->code_challenge);
	ac_query_put_text(&query, code->nonce);
	ac_query_put_int(&query, session->auth_time_ms);
	ac_query_put_text(&query, session->acr);
	ac_query_put_text(&query, session->amr);
	ac_query_put_text(&query, session->claims);
	ac_query_put_text(&query, code->claims_request);
	ac_query_put_text(&query, code->resource);
	ac_query_put_int(&query, now_ms);
	ac_query_put_int(&query, code->expires_ms);
	ac_query_put_int(&query, code->expires_ms); /* forget_ms */
	return ac_query_insert(&query, work->random, now_ms, ret_id);
}

enum authcode_err
ac_sqlite_issue_code(const struct ac_sqlite_work *work, struct authcode_operation *operation)
{
	struct authcode_op_issue_code *args = &operation->u.issue_code;
	struct authcode_session_view view;
	struct ac_query query;
	bool changed;
	enum authcode_err err;

	err = ac_sqlite_find_session(work->connection, args->session_id, work->arena, &view);
	if (err != AUTHCODE_OK && err != AUTHCODE_ERR_NOT_FOUND)
		return err;
	operation->result = ac_rule_issue_code(err == AUTHCODE_OK ? &view : NULL,
					       args->session_hash, operation->now_ms);
	if (operation->result != AUTHCODE_RESULT_DONE)
		return AUTHCODE_OK;

	if (args->asked_acr != NULL)
		view.session.acr = args->asked_acr;
	err = insert_code(work, &args->code, &view.session, operation->now_ms, &args->ret_code_id);
	if (err != AUTHCODE_OK)
		return err;
	ac_query_begin(&query, work->connection, AC_SQL_MOVE_SESSION);
	ac_query_put_int(&query, args->idle_expires_ms);
	ac_query_put_int(&query, args->code.expires_ms);
	ac_query_put_int(&query, view.session.id);
	err = ac_query_finish(&query);
	if (err == AUTHCODE_OK && args->code.expires_ms > view.session.expires_ms)
		err = ac_sqlite_set_time(work, AC_SQL_KEEP_SUBJECT, args->code.expires_ms,
					 view.subject.id, &changed);
	if (err == AUTHCODE_OK && args->remember)
		err = put_grant(work, args, view.session.subject_id, operation->now_ms);
	if (err == AUTHCODE_OK && args->tell_logout)
		err = ac_sqlite_put_listener(work, &view.session, args->code.client_id);
	return err;
}
