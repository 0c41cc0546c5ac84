/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Token introspection (RFC 7662). Whoever may not know a token hears the same
 * {"active":false} as about a token that never was (§2.2, §4). Refresh tokens
 * are shown to their own client alone; a public client proves nothing and is
 * shown nothing.
 */
#include <string.h>

#include "protocol/client_auth.h"
#include "protocol/exchange.h"
#include "protocol/form_post.h"
#include "protocol/token_valid.h"

static bool
listed(const struct authcode_client *caller, const char *client_id)
{
	for (size_t i = 0; i < caller->introspect_client_count; i++) {
		if (strcmp(caller->introspect_clients[i], client_id) == 0)
			return true;
	}
	return false;
}

static bool
may_know(const struct authcode_client *caller, const struct authcode_token_view *view)
{
	bool own = strcmp(view->family.client_id, caller->id) == 0;

	if (caller->auth == AUTHCODE_AUTH_NONE)
		return false;
	if (view->token.kind != AUTHCODE_TOKEN_ACCESS)
		return own;
	switch (caller->may_introspect) {
	case AUTHCODE_INTROSPECT_ALL:
		return true;
	case AUTHCODE_INTROSPECT_LIST:
		return own || listed(caller, view->family.client_id);
	case AUTHCODE_INTROSPECT_OWN:
		return own;
	default:
		return false;
	}
}

/* NULL and 0 stand for unknown: the member is left out. */
static json_t *
describe(const struct authcode_exchange *x, const struct authcode_token_view *view)
{
	bool user = view->family.subject_id != 0;
	bool access = view->token.kind == AUTHCODE_TOKEN_ACCESS;
	const char *acr = view->family.acr;
	json_t *auth_time = NULL;

	if (view->family.auth_time_ms != 0)
		auth_time = json_integer((json_int_t)(view->family.auth_time_ms / 1000));
	return json_pack("{s:b, s:s, s:s, s:s*, s:s*, s:I, s:I, s:s*, s:s, s:s*, s:o*}", "active",
			 1, "scope", view->token.scope, "client_id", view->family.client_id,
			 "username", user ? view->subject.user_name : NULL, "token_type",
			 access ? "Bearer" : NULL, "exp",
			 (json_int_t)(view->token.expires_ms / 1000), "iat",
			 (json_int_t)(view->token.created_ms / 1000), "sub",
			 user ? view->subject.sub : NULL, "iss", x->issuer->url, "acr",
			 acr != NULL && *acr != '\0' ? acr : NULL, "auth_time", auth_time);
}

void
ac_introspect_decide(struct authcode_exchange *x)
{
	const struct authcode_client *caller;
	struct authcode_token_view view;
	enum authcode_err err;
	const char *text;

	if (!ac_form_post_accept(x))
		return;
	caller = ac_client_authenticate(x);
	if (caller == NULL)
		return;
	text = ac_params_get(&x->params, "token");
	if (text == NULL) {
		ac_respond_error(x, AC_INVALID_REQUEST, "token is missing");
		return;
	}
	err = ac_token_find(x, text, &view);
	if (err != AUTHCODE_OK && err != AUTHCODE_ERR_NOT_FOUND) {
		ac_respond_failure(x, err, "find token");
		return;
	}
	if (err == AUTHCODE_OK && may_know(caller, &view) && ac_token_valid(x, &view))
		ac_respond_json_take(x, describe(x, &view));
	else
		ac_respond_json_take(x, json_pack("{s:b}", "active", 0));
}
