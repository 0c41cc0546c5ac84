/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See admin.h. The daemon does not look the new account up: whoever may use the
 * socket is believed, and no HTTP thread waits for a user database.
 */
#include "server/admin.h"

#include <stdio.h>
#include <string.h>

#include <authcode/store.h>

#include "base/limits.h"
#include "base/text.h"
#include "server/admin_form.h"
#include "server/log.h"

/* What is wrong with the form, or NULL with the operation filled in. */
static const char *
read_relink(struct ac_admin_form *form)
{
	struct authcode_op_relink_subject *ret = &form->operation.u.relink_subject;
	const struct ac_params *params = &form->params;
	const char *replace = ac_params_get(params, "replace");
	const char *uid = ac_params_get(params, "uid");
	uint64_t number = 0;

	ret->old_name = ac_params_get(params, "old");
	ret->new_name = ac_params_get(params, "new");
	if (!ac_admin_is_account(ret->old_name) || !ac_admin_is_account(ret->new_name))
		return "old and new must each be the name of an account";
	if (strcmp(ret->old_name, ret->new_name) == 0)
		return "old and new are the same name";
	if (uid == NULL || !ac_parse_u64(uid, UINT32_MAX - 1, &number))
		return "uid must be the number of the account new";
	if (replace != NULL && strcmp(replace, "yes") != 0)
		return "replace is yes or left out";
	ret->uid = (uint32_t)number;
	ret->replace = replace != NULL;
	form->operation.kind = AUTHCODE_OP_RELINK_SUBJECT;
	return NULL;
}

/* The client need not be registered any more. */
static const char *
read_withdraw(struct ac_admin_form *form)
{
	struct authcode_op_withdraw_grant *ret = &form->operation.u.withdraw_grant;
	const struct ac_params *params = &form->params;
	size_t len;

	ret->user_name = ac_params_get(params, "user");
	ret->client_id = ac_params_get(params, "client");
	len = ret->client_id != NULL ? strlen(ret->client_id) : 0;
	if (!ac_admin_is_account(ret->user_name))
		return "user must be the name of an account";
	if (len == 0 || len > AC_MAX_CLIENT_ID || !ac_text_printable(ret->client_id, len))
		return "client must be the id of a client";
	form->operation.kind = AUTHCODE_OP_WITHDRAW_GRANT;
	return NULL;
}

enum ac_step
ac_admin_relink_start(struct ac_app *app, struct ac_http *h)
{
	return ac_admin_submit(app, h, read_relink);
}

enum ac_step
ac_admin_withdraw_start(struct ac_app *app, struct ac_http *h)
{
	return ac_admin_submit(app, h, read_withdraw);
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
	struct ac_admin_form *task = ac_http_state(h);

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
	case AUTHCODE_RESULT_OTHER_KEY:
		break;
	}
	ac_admin_refuse(h, 503, "temporarily_unavailable", "the database did not take it");
	return AC_STEP_REPLY;
}

enum ac_step
ac_admin_withdraw_resumed(struct ac_app *app, struct ac_http *h)
{
	static const char done[] = "{\"withdrawn\":true}";
	struct ac_admin_form *task = ac_http_state(h);
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
