/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See admin_form.h.
 */
#include "server/admin_form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <authcode/list.h>

#include "base/limits.h"
#include "base/text.h"
#include "server/audit_log.h"
#include "server/clock.h"

/* A page of rows with all their texts. */
#define MAX_ARENA (16u * 1024 * 1024)

void
ac_admin_reply(struct ac_http *h, const struct ac_buf *json)
{
	if (ac_buf_ok(json))
		ac_http_reply(h, AC_REPLY_JSON, 200, ac_buf_text(json), json->len);
	else
		ac_admin_refuse(h, 500, "server_error", "out of memory");
}

void
ac_admin_refuse(struct ac_http *h, unsigned status, const char *error, const char *why)
{
	char json[256];
	int len = snprintf(json, sizeof(json), "{\"error\":\"%s\",\"error_description\":\"%s\"}",
			   error, why);

	ac_http_reply(h, AC_REPLY_JSON, status, json,
		      len > 0 && (size_t)len < sizeof(json) ? (size_t)len : 0);
}

static const char *
error_of(unsigned status)
{
	switch (status) {
	case 404:
		return "not_found";
	case 409:
		return "conflict";
	case 500:
		return "server_error";
	case 503:
		return "temporarily_unavailable";
	default:
		return "invalid_request";
	}
}

void
ac_admin_refuse_form(struct ac_http *h, const struct ac_admin_form *form, const char *why)
{
	ac_admin_refuse(h, form->status, error_of(form->status), why);
}

static void
form_free(void *state)
{
	struct ac_admin_form *form = state;

	authcode_arena_free(&form->arena);
	free(form);
}

static struct ac_admin_form *
form_new(struct ac_app *app, struct ac_http *h)
{
	struct ac_admin_form *form = calloc(1, sizeof(*form));
	enum authcode_err err = AUTHCODE_ERR_MEMORY;

	if (form != NULL) {
		ac_http_set_state(h, form, form_free);
		err = authcode_arena_new(MAX_ARENA, &form->arena);
	}
	if (err != AUTHCODE_OK) {
		ac_admin_refuse(h, 500, "server_error", "out of memory");
		return NULL;
	}
	form->app = app;
	form->status = 400;
	return form;
}

static const char *
decode(const struct ac_http *h, enum ac_origin origin, struct ac_admin_form *form)
{
	struct authcode_bytes data = origin == AC_FROM_BODY ? ac_http_body(h) : ac_http_query(h);

	if (origin == AC_FROM_BODY && data.len > 0 &&
	    !ac_form_is_type(ac_http_header(h, "Content-Type")))
		return "the request is not a form";
	if (ac_form_decode(form->arena, data.data, data.len, origin, &form->params) != AUTHCODE_OK)
		return "the request is not a form";
	if (ac_params_repeated(&form->params, NULL, 0) != NULL)
		return "a field is repeated";
	return NULL;
}

struct ac_admin_form *
ac_admin_read(struct ac_app *app, struct ac_http *h, enum ac_origin origin, ac_admin_reader *read)
{
	struct ac_admin_form *form = form_new(app, h);
	const char *why;

	if (form == NULL)
		return NULL;
	why = decode(h, origin, form);
	if (why == NULL)
		why = read(form);
	if (why == NULL)
		return form;
	ac_admin_refuse_form(h, form, why);
	return NULL;
}

static void
stored(struct authcode_operation *operation, void *arg)
{
	(void)operation;
	ac_http_resume(arg);
}

enum ac_step
ac_admin_submit_again(struct ac_http *h, struct ac_admin_form *form)
{
	form->operation.now_ms = ac_clock_unix_ms();
	form->operation.audit = ac_audit_by_admin(form->app, h);
	if (form->operation.kind == AUTHCODE_OP_WITHDRAW_GRANT)
		form->operation.audit.client_id = form->operation.u.withdraw_grant.client_id;
	authcode_store_submit(form->app->store, &form->operation, stored, h);
	return AC_STEP_WAIT;
}

enum ac_step
ac_admin_submit(struct ac_app *app, struct ac_http *h, ac_admin_reader *read)
{
	struct ac_admin_form *form = ac_admin_read(app, h, AC_FROM_BODY, read);

	return form != NULL ? ac_admin_submit_again(h, form) : AC_STEP_REPLY;
}

bool
ac_admin_is_account(const char *name)
{
	size_t len = name != NULL ? strlen(name) : 0;

	return len > 0 && len <= AC_MAX_USER_NAME && ac_text_printable(name, len) &&
	       name[0] != '-' && strchr(name, '/') == NULL;
}

const char *
ac_admin_only(const struct ac_admin_form *form, const char *const *names, size_t count)
{
	for (size_t i = 0; i < form->params.count; i++) {
		size_t known = 0;

		while (known < count && strcmp(names[known], form->params.list[i].name) != 0)
			known++;
		if (known == count)
			return "there is no such field";
	}
	return NULL;
}

const char *
ac_admin_find_person(struct ac_admin_form *form, struct authcode_subject *ret)
{
	const char *user = ac_params_get(&form->params, "user");
	const char *sub = ac_params_get(&form->params, "sub");
	enum authcode_err err;

	if ((user == NULL) == (sub == NULL))
		return "one of user and sub must be given";
	if (user != NULL && !ac_admin_is_account(user))
		return "user must be the name of an account";
	err = authcode_store_find_subject(form->app->store, user, sub, form->arena, ret);
	if (err == AUTHCODE_OK)
		return NULL;
	form->status = err == AUTHCODE_ERR_NOT_FOUND ? 404 : 503;
	if (err != AUTHCODE_ERR_NOT_FOUND)
		return "the database could not be read";
	return user != NULL ? "nobody has signed in with this name, or the account was found gone, "
			      "which is for good"
			    : "there is no such sub";
}

const char *
ac_admin_uid(const struct ac_http *h, char text[16])
{
	(void)snprintf(text, 16, "%u", ac_http_admin_uid(h));
	return text;
}
