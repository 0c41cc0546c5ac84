/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See bearer.h. One token, in the Authorization header (RFC 6750 §2.1) or a
 * form body (§2.2), never in the URL (RFC 9700 §4.3.2). Only access tokens are
 * taken: another credential of ours is as unknown as an invented one.
 */
#include "protocol/bearer.h"

#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "protocol/acr.h"
#include "protocol/resource.h"
#include "protocol/token_valid.h"

static void
refuse_request(struct authcode_exchange *x, const char *why)
{
	ac_respond_bearer(x, AC_INVALID_REQUEST, why, NULL);
}

/* RFC 6750 §2.1: b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"=" */
static bool
b64token(const char *text)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				       "0123456789-._~+/";
	size_t len = strspn(text, alphabet);

	return len > 0 && text[len + strspn(text + len, "=")] == '\0';
}

/* Another scheme is no token at all (RFC 6750 §3: a bare challenge). */
static bool
from_header(struct authcode_exchange *x, const char **ret_token)
{
	static const char scheme[] = "Bearer";
	const char *text = x->request.authorization;

	if (text == NULL || strncasecmp(text, scheme, sizeof(scheme) - 1) != 0)
		return true;
	text += sizeof(scheme) - 1;
	if (*text != '\0' && *text != ' ')
		return true;
	text += strspn(text, " ");
	if (strlen(text) > AC_MAX_AUTHORIZATION || !b64token(text)) {
		refuse_request(x, "malformed Authorization header");
		return false;
	}
	*ret_token = text;
	return true;
}

static bool
decode(struct authcode_exchange *x, struct authcode_bytes bytes, enum ac_origin origin,
       struct ac_params *params)
{
	enum authcode_err err = ac_form_decode(x->arena, bytes.data, bytes.len, origin, params);

	if (err == AUTHCODE_ERR_SYNTAX || err == AUTHCODE_ERR_LIMIT)
		refuse_request(x, "malformed form encoding");
	else if (err != AUTHCODE_OK)
		ac_respond_failure(x, err, "form");
	return err == AUTHCODE_OK;
}

static bool
not_in_query(struct authcode_exchange *x)
{
	struct ac_params query = { 0 };

	if (!decode(x, x->request.query, AC_FROM_QUERY, &query))
		return false;
	for (size_t i = 0; i < query.count; i++) {
		if (strcmp(query.list[i].name, "access_token") == 0) {
			refuse_request(x, "a token in the URL is not accepted");
			return false;
		}
	}
	return true;
}

static bool
from_body(struct authcode_exchange *x, const char **ret_token)
{
	struct ac_params body = { 0 };
	const char *token;

	if (x->request.method != AUTHCODE_METHOD_POST || !ac_form_is_type(x->request.content_type))
		return true;
	if (!decode(x, x->request.body, AC_FROM_BODY, &body))
		return false;
	token = ac_params_get(&body, "access_token");
	if (ac_params_count(&body, "access_token") > 1 || (token != NULL && *ret_token != NULL)) {
		/* RFC 6750 §2: not more than one method. */
		refuse_request(x, "more than one access token");
		return false;
	}
	if (token != NULL)
		*ret_token = token;
	return true;
}

/* RFC 9470 §3: what the client insists on may have been raised since the sign-in, and
 * a refresh does not improve what that has proved. Behind a token of the client
 * itself is no sign-in. */
static bool
proves_enough(struct authcode_exchange *x, const struct authcode_token_view *view)
{
	const char *wanted = x->client->min_acr;

	if (view->family.subject_id == 0 || ac_acr_satisfies(x->rules, view->family.acr, wanted))
		return true;
	ac_respond_step_up(x, wanted);
	return false;
}

bool
ac_bearer_accept(struct authcode_exchange *x, struct authcode_token_view *ret)
{
	struct authcode_token_view view;
	const char *token = NULL;
	enum authcode_err err;

	if (!not_in_query(x) || !from_header(x, &token) || !from_body(x, &token))
		return false;
	if (token == NULL) {
		ac_respond_bearer(x, AC_INVALID_TOKEN, NULL, NULL);
		return false;
	}
	err = ac_token_find(x, token, &view);
	if (err != AUTHCODE_OK && err != AUTHCODE_ERR_NOT_FOUND) {
		ac_respond_failure(x, err, "find token");
		return false;
	}
	/* RFC 8707 §3: what is for other resource servers opens nothing here. */
	if (err == AUTHCODE_ERR_NOT_FOUND || view.token.kind != AUTHCODE_TOKEN_ACCESS ||
	    !ac_token_valid(x, &view) ||
	    !ac_resource_has(x->issuer, view.token.resource, x->issuer->url)) {
		ac_respond_bearer(
			x, AC_INVALID_TOKEN,
			"the access token is expired, revoked, unknown or not for this server",
			NULL);
		return false;
	}
	x->client = authcode_clients_find(x->clients, view.family.client_id);
	if (!proves_enough(x, &view))
		return false;
	*ret = view;
	return true;
}
