/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See admin_token.h. The token is in the body, is neither logged nor sent back, and its
 * copy in the form is wiped with the form.
 */
#include "server/admin_token.h"

#include <authcode/inspect.h>

#include "base/attr.h"
#include "server/admin_form.h"
#include "server/clock.h"
#include "server/json_out.h"

#define MAX_JSON (256u * 1024)

static void
reply_inspection(struct ac_http *h, const struct authcode_inspection *seen)
{
	struct ac_buf buf;
	struct ac_json_out out = { .buf = &buf };

	ac_buf_init(&buf, MAX_JSON);
	ac_out_open(&out, NULL, '{');
	ac_out_text(&out, "kind", seen->kind);
	ac_out_text(&out, "form", seen->form);
	ac_out_text(&out, "state", seen->state);
	ac_out_text(&out, "why", seen->why);
	ac_out_optional(&out, "client", seen->client_id);
	ac_out_optional(&out, "user", seen->user_name);
	ac_out_optional(&out, "sub", seen->sub);
	ac_out_words(&out, "scope", seen->scope, ' ');
	ac_out_words(&out, "resource", seen->resource, ' ');
	ac_out_optional(&out, "acr", seen->acr);
	ac_out_time(&out, "auth_time", seen->auth_time_ms);
	ac_out_time(&out, "created", seen->created_ms);
	ac_out_time(&out, "used", seen->used_ms);
	ac_out_time(&out, "expires", seen->expires_ms);
	ac_out_key(&out, "id", seen->row_id);
	ac_out_key(&out, "authorization", seen->authorization);
	ac_out_key(&out, "session", seen->session_id);
	ac_out_close(&out, '}');
	ac_admin_reply(h, &buf);
	ac_buf_clear(&buf);
}

static const char *
read_token(struct ac_admin_form *form)
{
	static const char *const names[] = { "token" };

	if (ac_params_get(&form->params, "token") == NULL)
		return "token is missing";
	return ac_admin_only(form, names, AC_ARRAY_SIZE(names));
}

enum ac_step
ac_admin_inspect_start(struct ac_app *app, struct ac_http *h)
{
	struct ac_admin_form *form = ac_admin_read(app, h, AC_FROM_BODY, read_token);
	struct authcode_inspection *seen = NULL;
	enum authcode_err err;

	if (form == NULL)
		return AC_STEP_REPLY;
	err = authcode_inspect(app->issuer, ac_params_get(&form->params, "token"),
			       ac_clock_unix_ms(), &seen);
	if (err == AUTHCODE_OK)
		reply_inspection(h, seen);
	else if (err == AUTHCODE_ERR_NOT_FOUND)
		ac_admin_refuse(h, 404, "not_found",
				"this server never gave it out, or has forgotten it since its "
				"time is over");
	else
		ac_admin_refuse(h, 503, "temporarily_unavailable", "it could not be looked up");
	authcode_inspection_free(&seen);
	return AC_STEP_REPLY;
}
