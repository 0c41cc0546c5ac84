/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See admin.h. The daemon does not look the new account up: whoever may use the
 * socket is believed, and no HTTP thread waits for a user database.
 */
#include "server/admin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <authcode/store.h>

#include "base/form.h"
#include "base/limits.h"
#include "base/text.h"
#include "server/audit_log.h"
#include "server/clock.h"
#include "server/log.h"

/* Lives as long as the request. */
struct task {
	struct authcode_arena *arena;
	struct authcode_operation operation;
};

void
ac_admin_refuse(struct ac_http *h, unsigned status, const char *error, const char *why)
{
	char json[256];
	int len = snprintf(json, sizeof(json), "{\"error\":\"%s\",\"error_description\":\"%s\"}",
			   error, why);

	ac_http_reply(h, AC_REPLY_JSON, status, json,
		      len > 0 && (size_t)len < sizeof(json) ? (size_t)len : 0);
}

static void
task_free(void *state)
{
	struct task *task = state;

	authcode_arena_free(&task->arena);
	free(task);
}

static void
stored(struct authcode_operation *operation, void *arg)
{
	(void)operation;
	ac_http_resume(arg);
}

/* As the wire to the helper has it: what could never sign in is no account. */
static bool
is_account_name(const char *name)
{
	size_t len = name != NULL ? strlen(name) : 0;

	return len > 0 && len <= AC_MAX_USER_NAME && ac_text_printable(name, len) &&
	       name[0] != '-' && strchr(name, '/') == NULL;
}

/* What is wrong with the form, or NULL with the operation filled in. */
static const char *
read_relink(const struct ac_params *params, struct authcode_operation *operation)
{
	struct authcode_op_relink_subject *ret = &operation->u.relink_subject;
	const char *replace = ac_params_get(params, "replace");
	const char *uid = ac_params_get(params, "uid");
	uint64_t number = 0;

	ret->old_name = ac_params_get(params, "old");
	ret->new_name = ac_params_get(params, "new");
	if (!is_account_name(ret->old_name) || !is_account_name(ret->new_name))
		return "old and new must each be the name of an account";
	if (strcmp(ret->old_name, ret->new_name) == 0)
		return "old and new are the same name";
	if (uid == NULL || !ac_parse_u64(uid, UINT32_MAX - 1, &number))
		return "uid must be the number of the account new";
	if (replace != NULL && strcmp(replace, "yes") != 0)
		return "replace is yes or left out";
	ret->uid = (uint32_t)number;
	ret->replace = replace != NULL;
	operation->kind = AUTHCODE_OP_RELINK_SUBJECT;
	return NULL;
}

/* The client need not be registered any more. */
static const char *
read_withdraw(const struct ac_params *params, struct authcode_operation *operation)
{
	struct authcode_op_withdraw_grant *ret = &operation->u.withdraw_grant;
	size_t len;

	ret->user_name = ac_params_get(params, "user");
	ret->client_id = ac_params_get(params, "client");
	len = ret->client_id != NULL ? strlen(ret->client_id) : 0;
	if (!is_account_name(ret->user_name))
		return "user must be the name of an account";
	if (len == 0 || len > AC_MAX_CLIENT_ID || !ac_text_printable(ret->client_id, len))
		return "client must be the id of a client";
	operation->kind = AUTHCODE_OP_WITHDRAW_GRANT;
	return NULL;
}

static enum ac_step
start(struct ac_app *app, struct ac_http *h,
      const char *(*read_form)(const struct ac_params *, struct authcode_operation *))
{
	struct task *task = calloc(1, sizeof(*task));
	struct authcode_bytes body = ac_http_body(h);
	struct ac_params params = { 0 };
	const char *why = "the request is not a form";
	enum authcode_err err = AUTHCODE_ERR_MEMORY;

	if (task != NULL) {
		ac_http_set_state(h, task, task_free);
		err = authcode_arena_new(AC_MAX_ARENA, &task->arena);
	}
	if (err != AUTHCODE_OK) {
		ac_admin_refuse(h, 500, "server_error", "out of memory");
		return AC_STEP_REPLY;
	}
	if (ac_form_is_type(ac_http_header(h, "Content-Type")) &&
	    ac_form_decode(task->arena, body.data, body.len, AC_FROM_BODY, &params) == AUTHCODE_OK)
		why = ac_params_repeated(&params, NULL, 0) != NULL
			      ? "a field is repeated"
			      : read_form(&params, &task->operation);
	if (why != NULL) {
		ac_admin_refuse(h, 400, "invalid_request", why);
		return AC_STEP_REPLY;
	}
	task->operation.now_ms = ac_clock_unix_ms();
	task->operation.audit = ac_audit_by_admin(app, h);
	if (task->operation.kind == AUTHCODE_OP_WITHDRAW_GRANT)
		task->operation.audit.client_id = task->operation.u.withdraw_grant.client_id;
	authcode_store_submit(app->store, &task->operation, stored, h);
	return AC_STEP_WAIT;
}

enum ac_step
ac_admin_relink_start(struct ac_app *app, struct ac_http *h)
{
	return start(app, h, read_relink);
}

enum ac_step
ac_admin_withdraw_start(struct ac_app *app, struct ac_http *h)
{
	return start(app, h, read_withdraw);
}

static void
log_relinked(const struct ac_http *h, const struct authcode_op_relink_subject *op)
{
	char admin[16];

	(void)snprintf(admin, sizeof(admin), "%u", ac_http_admin_uid(h));
	ac_log_event(AC_EVENT_SUBJECT_RELINKED, .admin_uid = admin, .old = op->old_name,
		     .user = op->new_name, .txn = ac_http_txn(h));
}

enum ac_step
ac_admin_relink_resumed(struct ac_app *app, struct ac_http *h)
{
	static const char done[] = "{\"relinked\":true}";
	struct task *task = ac_http_state(h);

	(void)app;
	switch (task->operation.result) {
	case AUTHCODE_RESULT_DONE:
		log_relinked(h, &task->operation.u.relink_subject);
		ac_http_reply(h, AC_REPLY_JSON, 200, done, sizeof(done) - 1);
		return AC_STEP_REPLY;
	case AUTHCODE_RESULT_NOT_FOUND:
		ac_admin_refuse(h, 404, "not_found",
				"nobody has signed in with the old name, or the "
				"account was found gone, which is for good");
		return AC_STEP_REPLY;
	case AUTHCODE_RESULT_CONFLICT:
		ac_admin_refuse(h, 409, "conflict",
				"the uid is another one, or the new name has signed in "
				"already (replace ends what it has)");
		return AC_STEP_REPLY;
	case AUTHCODE_RESULT_FAILED:
	case AUTHCODE_RESULT_EXPIRED:
	case AUTHCODE_RESULT_REUSED:
	case AUTHCODE_RESULT_REPEATED:
		break;
	}
	ac_admin_refuse(h, 503, "temporarily_unavailable", "the database did not take it");
	return AC_STEP_REPLY;
}

enum ac_step
ac_admin_withdraw_resumed(struct ac_app *app, struct ac_http *h)
{
	static const char done[] = "{\"withdrawn\":true}";
	struct task *task = ac_http_state(h);
	const struct authcode_op_withdraw_grant *op = &task->operation.u.withdraw_grant;
	char admin[16];

	(void)app;
	if (task->operation.result == AUTHCODE_RESULT_DONE) {
		(void)snprintf(admin, sizeof(admin), "%u", ac_http_admin_uid(h));
		ac_log_event(AC_EVENT_CONSENT_WITHDRAWN, .admin_uid = admin, .user = op->user_name,
			     .client = op->client_id, .txn = ac_http_txn(h));
		ac_http_reply(h, AC_REPLY_JSON, 200, done, sizeof(done) - 1);
	} else if (task->operation.result == AUTHCODE_RESULT_NOT_FOUND) {
		ac_admin_refuse(
			h, 404, "not_found",
			"nobody has signed in with this name, or the account was found gone, "
			"which is for good");
	} else {
		ac_admin_refuse(h, 503, "temporarily_unavailable", "the database did not take it");
	}
	return AC_STEP_REPLY;
}
