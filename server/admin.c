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
#include "server/clock.h"
#include "server/log.h"

/* Lives as long as the request. */
struct relink {
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
relink_free(void *state)
{
	struct relink *relink = state;

	authcode_arena_free(&relink->arena);
	free(relink);
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
read_form(const struct ac_params *params, struct authcode_op_relink_subject *ret)
{
	const char *replace = ac_params_get(params, "replace");
	const char *uid = ac_params_get(params, "uid");
	uint64_t number = 0;

	ret->old_name = ac_params_get(params, "old");
	ret->new_name = ac_params_get(params, "new");
	if (ac_params_repeated(params, NULL, 0) != NULL)
		return "a field is repeated";
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
	return NULL;
}

enum ac_step
ac_admin_relink_start(struct ac_app *app, struct ac_http *h)
{
	struct relink *relink = calloc(1, sizeof(*relink));
	struct authcode_bytes body = ac_http_body(h);
	struct ac_params params = { 0 };
	const char *why = "the request is not a form";
	enum authcode_err err = AUTHCODE_ERR_MEMORY;

	if (relink != NULL) {
		ac_http_set_state(h, relink, relink_free);
		err = authcode_arena_new(AC_MAX_ARENA, &relink->arena);
	}
	if (err != AUTHCODE_OK) {
		ac_admin_refuse(h, 500, "server_error", "out of memory");
		return AC_STEP_REPLY;
	}
	if (ac_form_is_type(ac_http_header(h, "Content-Type")) &&
	    ac_form_decode(relink->arena, body.data, body.len, AC_FROM_BODY, &params) ==
		    AUTHCODE_OK)
		why = read_form(&params, &relink->operation.u.relink_subject);
	if (why != NULL) {
		ac_admin_refuse(h, 400, "invalid_request", why);
		return AC_STEP_REPLY;
	}
	relink->operation.kind = AUTHCODE_OP_RELINK_SUBJECT;
	relink->operation.now_ms = ac_clock_unix_ms();
	authcode_store_submit(app->store, &relink->operation, stored, h);
	return AC_STEP_WAIT;
}

static void
log_relinked(const struct ac_http *h, const struct authcode_op_relink_subject *op)
{
	char admin[16];

	(void)snprintf(admin, sizeof(admin), "%u", ac_http_admin_uid(h));
	ac_log_event(AC_LOG_NOTICE, "subject relinked", "admin_uid", admin, "old", op->old_name,
		     "user", op->new_name, NULL);
}

enum ac_step
ac_admin_relink_resumed(struct ac_app *app, struct ac_http *h)
{
	static const char done[] = "{\"relinked\":true}";
	struct relink *relink = ac_http_state(h);

	(void)app;
	switch (relink->operation.result) {
	case AUTHCODE_RESULT_DONE:
		log_relinked(h, &relink->operation.u.relink_subject);
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
