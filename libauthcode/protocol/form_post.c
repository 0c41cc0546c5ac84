/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See form_post.h. RFC 6749 §2.3.1 forbids credentials in the URL and RFC 6750
 * §2.3 advises against tokens there: URLs end up in logs. So a query that
 * names anything these endpoints read is refused, and any other is ignored.
 */
#include "protocol/form_post.h"

#include <string.h>

#include "base/limits.h"

/* Parameters that repeat by their own specification (RFC 8707 §2, RFC 8693 §2.1). */
static const char *const repeatable[] = { "resource", "audience" };

/* What the endpoints of this shape read, and so never from the URL. */
static const char *const body_only[] = {
	"grant_type",
	"code",
	"redirect_uri",
	"code_verifier",
	"refresh_token",
	"scope",
	"client_id",
	"client_secret",
	"token",
	"access_token",
	"token_type_hint",
	"client_assertion",
	"username",
	"password",
	"client_assertion_type",
	"device_code",
};

static bool
is_body_only(const char *name)
{
	for (size_t i = 0; i < AC_ARRAY_SIZE(body_only); i++) {
		if (strcmp(body_only[i], name) == 0)
			return true;
	}
	return false;
}

/* Decodes one part of the request; the response is set when it is malformed. */
static bool
decode(struct authcode_exchange *x, struct authcode_bytes bytes, enum ac_origin origin,
       struct ac_params *params)
{
	enum authcode_err err = ac_form_decode(x->arena, bytes.data, bytes.len, origin, params);

	switch (err) {
	case AUTHCODE_OK:
		return true;
	case AUTHCODE_ERR_SYNTAX:
		ac_respond_error(x, AC_INVALID_REQUEST, "malformed form encoding");
		return false;
	case AUTHCODE_ERR_LIMIT:
		ac_respond_error(x, AC_INVALID_REQUEST, "too many or too long parameters");
		return false;
	default:
		ac_respond_failure(x, err, "form");
		return false;
	}
}

static bool
query_harmless(struct authcode_exchange *x)
{
	struct ac_params query = { 0 };

	if (!decode(x, x->request.query, AC_FROM_QUERY, &query))
		return false;
	for (size_t i = 0; i < query.count; i++) {
		if (!is_body_only(query.list[i].name))
			continue;
		ac_respond_error(x, AC_INVALID_REQUEST, "parameters belong into the body");
		return false;
	}
	return true;
}

bool
ac_form_post_accept(struct authcode_exchange *x)
{
	struct ac_params body = { 0 };

	if (!ac_form_is_type(x->request.content_type)) {
		ac_respond_error(x, AC_INVALID_REQUEST,
				 "content type must be application/x-www-form-urlencoded");
		return false;
	}
	if (x->request.body.len > AC_MAX_BODY) {
		ac_respond_error(x, AC_INVALID_REQUEST, "request body too large");
		return false;
	}
	if (!query_harmless(x) || !decode(x, x->request.body, AC_FROM_BODY, &body))
		return false;
	/* RFC 6749 §3.2; without a value a parameter counts as omitted. */
	if (ac_params_repeated(&body, repeatable, AC_ARRAY_SIZE(repeatable)) != NULL) {
		ac_respond_error(x, AC_INVALID_REQUEST, "a parameter is repeated");
		return false;
	}
	x->params = body;
	return true;
}
