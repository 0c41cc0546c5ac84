/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The operations on devices (RFC 8628). As for codes, that one is used once rests
 * on one writer and on the condition in the statement that marks it.
 */
#include "store/sqlite_ops.h"

#include "store/rules.h"
#include "store/sqlite_read.h"

static enum authcode_err
check_room(const struct ac_sqlite_work *work, const struct authcode_op_create_device *args,
	   int64_t now_ms)
{
	struct ac_query query;
	uint64_t pending = 0;
	enum authcode_err err;

	if (args->max_pending == 0)
		return AUTHCODE_OK;
	ac_query_begin(&query, work->connection, AC_SQL_COUNT_PENDING);
	ac_query_put_text(&query, args->device.client_id);
	ac_query_put_int(&query, now_ms);
	ac_query_put_int(&query, args->max_pending);
	if (ac_query_step(&query))
		pending = (uint64_t)ac_query_get_int(&query);
	err = ac_query_end(&query);
	if (err != AUTHCODE_OK)
		return err;
	return ac_rule_create_device(args, pending) ? AUTHCODE_OK : AUTHCODE_ERR_LIMIT;
}

enum authcode_err
ac_sqlite_create_device(const struct ac_sqlite_work *work, struct authcode_operation *operation)
{
	struct authcode_op_create_device *args = &operation->u.create_device;
	const struct authcode_device *device = &args->device;
	struct ac_query query;
	enum authcode_err err = check_room(work, args, operation->now_ms);

	if (err != AUTHCODE_OK)
		return err;
	ac_query_begin(&query, work->connection, AC_SQL_INSERT_DEVICE);
	ac_query_skip_key(&query);
	ac_query_put_hash(&query, device->hash);
	ac_query_put_hash(&query, device->user_code_hash);
	ac_query_put_text(&query, device->client_id);
	ac_query_put_text(&query, device->scope);
	ac_query_put_text(&query, device->resource);
	ac_query_put_int(&query, device->interval_ms);
	ac_query_put_int(&query, operation->now_ms);
	ac_query_put_int(&query, device->expires_ms);
	ac_query_put_int(&query, ac_device_forget_ms(device->expires_ms));
	err = ac_query_insert(&query, work->random, operation->now_ms, &args->ret_device_id);
	if (query.rc == SQLITE_CONSTRAINT_UNIQUE) {
		operation->result = AUTHCODE_RESULT_CONFLICT;
		return AUTHCODE_OK;
	}
	operation->result = AUTHCODE_RESULT_DONE;
	return err;
}

static enum authcode_err
allow(const struct ac_sqlite_work *work, const struct authcode_op_answer_device *args,
      const struct authcode_device *device, const struct authcode_session *session)
{
	struct ac_query query;
	bool changed;
	enum authcode_err err;

	ac_query_begin(&query, work->connection, AC_SQL_ALLOW_DEVICE);
	ac_query_put_int(&query, session->subject_id);
	ac_query_put_int(&query, session->id);
	ac_query_put_int(&query, session->auth_time_ms);
	ac_query_put_text(&query, session->acr);
	ac_query_put_text(&query, session->amr);
	ac_query_put_text(&query, session->claims);
	ac_query_put_int(&query, device->id);
	err = ac_sqlite_finish_surely(work, &query);
	if (err != AUTHCODE_OK)
		return err;
	ac_query_begin(&query, work->connection, AC_SQL_MOVE_SESSION);
	ac_query_put_int(&query, args->idle_expires_ms);
	ac_query_put_int(&query, device->expires_ms);
	ac_query_put_int(&query, session->id);
	err = ac_query_finish(&query);
	if (err == AUTHCODE_OK && device->expires_ms > session->expires_ms)
		err = ac_sqlite_set_time(work, AC_SQL_KEEP_SUBJECT, device->expires_ms,
					 session->subject_id, &changed);
	if (err == AUTHCODE_OK && args->tell_logout)
		err = ac_sqlite_put_listener(work, session, device->client_id);
	return err;
}

static enum authcode_err
deny(const struct ac_sqlite_work *work, int64_t id)
{
	struct ac_query query;

	ac_query_begin(&query, work->connection, AC_SQL_DENY_DEVICE);
	ac_query_put_int(&query, id);
	return ac_sqlite_finish_surely(work, &query);
}

enum authcode_err
ac_sqlite_answer_device(const struct ac_sqlite_work *work, struct authcode_operation *operation)
{
	const struct authcode_op_answer_device *args = &operation->u.answer_device;
	struct authcode_device_view view;
	struct authcode_session_view session;
	bool found, live = false;
	enum authcode_err err;

	err = ac_sqlite_find_device(work->connection, args->device_id, work->arena, &view);
	found = err == AUTHCODE_OK;
	if (found && args->allow) {
		err = ac_sqlite_find_session(work->connection, args->session_id, work->arena,
					     &session);
		live = err == AUTHCODE_OK;
	}
	if (err != AUTHCODE_OK && err != AUTHCODE_ERR_NOT_FOUND)
		return err;
	operation->result = ac_rule_answer_device(found ? &view : NULL, live ? &session : NULL,
						  args, operation->now_ms);
	if (operation->result != AUTHCODE_RESULT_DONE)
		return AUTHCODE_OK;
	return args->allow ? allow(work, args, &view.device, &session.session)
			   : deny(work, view.device.id);
}

enum authcode_err
ac_sqlite_poll_device(const struct ac_sqlite_work *work, struct authcode_operation *operation)
{
	struct authcode_op_poll_device *args = &operation->u.poll_device;
	struct authcode_device_view view;
	struct ac_query query;
	enum authcode_err err;
	bool too_fast;

	err = ac_sqlite_find_device(work->connection, args->device_id, work->arena, &view);
	if (err != AUTHCODE_OK && err != AUTHCODE_ERR_NOT_FOUND)
		return err;
	operation->result =
		ac_rule_poll_device(err == AUTHCODE_OK ? &view : NULL, operation->now_ms);
	if (operation->result != AUTHCODE_RESULT_DONE)
		return AUTHCODE_OK;
	too_fast = ac_device_too_fast(&view.device, operation->now_ms);
	ac_query_begin(&query, work->connection, AC_SQL_POLL_DEVICE);
	ac_query_put_int(&query, operation->now_ms);
	ac_query_put_int(&query, too_fast ? AUTHCODE_DEVICE_SLOW_DOWN_MS : 0);
	ac_query_put_int(&query, view.device.id);
	err = ac_sqlite_finish_surely(work, &query);
	if (err == AUTHCODE_OK)
		args->ret_too_fast = too_fast;
	return err;
}

static enum authcode_err
use_device(const struct ac_sqlite_work *work, const struct authcode_family *family)
{
	struct ac_query query;

	ac_query_begin(&query, work->connection, AC_SQL_USE_DEVICE);
	ac_query_put_int(&query, family->expires_ms);
	ac_query_put_int(&query, family->id);
	return ac_sqlite_finish_surely(work, &query);
}

enum authcode_err
ac_sqlite_redeem_device(const struct ac_sqlite_work *work, struct authcode_operation *operation)
{
	struct authcode_op_redeem *args = &operation->u.redeem_device;
	int64_t now_ms = operation->now_ms;
	struct authcode_device_view view;
	struct authcode_family family;
	bool changed;
	enum authcode_err err;

	err = ac_sqlite_find_device(work->connection, args->id, work->arena, &view);
	if (err != AUTHCODE_OK && err != AUTHCODE_ERR_NOT_FOUND)
		return err;
	operation->result = ac_rule_redeem_device(err == AUTHCODE_OK ? &view : NULL, now_ms);
	if (operation->result == AUTHCODE_RESULT_REUSED)
		return ac_sqlite_set_time(work, AC_SQL_REVOKE_FAMILY, now_ms, args->id, &changed);
	if (operation->result != AUTHCODE_RESULT_DONE)
		return AUTHCODE_OK;

	family = ac_family_of_device(&view.device, args, now_ms);
	err = use_device(work, &family);
	return err == AUTHCODE_OK ? ac_sqlite_start_family(work, &family, &view.session, args)
				  : err;
}
