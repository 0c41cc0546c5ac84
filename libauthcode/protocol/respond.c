/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The ways to fill a response; see exchange.h. Each replaces the response as a
 * whole, so nothing of an earlier one shows through. Explanations are constants
 * of this program: nothing a stranger sent is ever repeated (AZ-18, LS-06).
 */
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "protocol/exchange.h"

#define REALM "authcode"

struct authcode_refusal
ac_refusal_of(const struct authcode_exchange *x, enum ac_oauth_error error, const char *why)
{
	const struct authcode_client *client = x->asked != NULL ? x->asked : x->client;

	return (struct authcode_refusal){ .error = ac_oauth_error(error)->name,
					  .description = why,
					  .client_id = client != NULL ? client->id : NULL,
					  .check = x->check };
}

void
ac_respond_page(struct authcode_exchange *x, unsigned status, enum ac_oauth_error error,
		const char *why)
{
	x->response = (struct authcode_response){
		.kind = AUTHCODE_RESPONSE_PAGE,
		.status = status,
		.refusal = ac_refusal_of(x, error, why),
	};
}

void
ac_respond_empty(struct authcode_exchange *x, unsigned status)
{
	x->response = (struct authcode_response){
		.kind = AUTHCODE_RESPONSE_EMPTY,
		.status = status,
	};
}

void
ac_respond_redirect(struct authcode_exchange *x, const char *location)
{
	x->response = (struct authcode_response){
		.kind = AUTHCODE_RESPONSE_REDIRECT,
		.status = 303,
		.location = location,
	};
}

#define FIRST_TRY 1024 /* holds most answers */

/* Text of the object in the arena: jansson's own buffer would stay unwiped. To write
 * it costs as much as to ask how long it is. */
static const char *
dump(struct authcode_exchange *x, const json_t *object, size_t *ret_len)
{
	char *text = authcode_arena_alloc(x->arena, FIRST_TRY);
	size_t len = text != NULL ? json_dumpb(object, text, FIRST_TRY - 1, JSON_COMPACT) : 0;

	if (len > FIRST_TRY - 1) {
		text = authcode_arena_alloc(x->arena, len + 1);
		if (text == NULL || json_dumpb(object, text, len, JSON_COMPACT) != len)
			return NULL;
	}
	*ret_len = len;
	return len > 0 ? text : NULL;
}

/* The library frees its copies of texts, tokens among them, as they are. One that
 * somebody else holds as well is left to him. */
static void
wipe(json_t *object)
{
	const char *name;
	json_t *value;

	json_object_foreach(object, name, value)
	{
		if (json_is_string(value) && value->refcount == 1)
			ac_wipe((char *)(uintptr_t)json_string_value(value),
				json_string_length(value));
	}
}

static void
set_body(struct authcode_exchange *x, unsigned status, const char *body, size_t len)
{
	x->response = (struct authcode_response){
		.kind = AUTHCODE_RESPONSE_JSON,
		.status = status,
		.body = body,
		.body_len = len,
	};
}

static bool
set_json(struct authcode_exchange *x, unsigned status, json_t *object)
{
	size_t len = 0;
	const char *body = object != NULL ? dump(x, object, &len) : NULL;

	wipe(object);
	json_decref(object);
	if (body != NULL)
		set_body(x, status, body, len);
	return body != NULL;
}

void
ac_respond_json_take(struct authcode_exchange *x, json_t *object)
{
	if (!set_json(x, 200, object))
		ac_respond_failure(x, AUTHCODE_ERR_MEMORY, "json");
}

void
ac_respond_json_answer(struct authcode_exchange *x, struct ac_json_answer *answer)
{
	size_t len = 0;
	const char *body = ac_json_answer_end(answer, &len);

	if (body == NULL)
		ac_respond_failure(x, AUTHCODE_ERR_MEMORY, "json");
	else
		set_body(x, 200, body, len);
}

void
ac_respond_jwt(struct authcode_exchange *x, const char *token)
{
	x->response = (struct authcode_response){
		.kind = AUTHCODE_RESPONSE_JWT,
		.status = 200,
		.body = token,
		.body_len = strlen(token),
	};
}

/* A refusal stays a refusal when memory is short: then without its body. */
static void
set_error(struct authcode_exchange *x, unsigned status, enum ac_oauth_error error, const char *why)
{
	json_t *object = json_pack("{ss, ss}", "error", ac_oauth_error(error)->name,
				   "error_description", why);

	if (!set_json(x, status, object))
		ac_respond_empty(x, status);
	x->response.refusal = ac_refusal_of(x, error, why);
}

void
ac_respond_error(struct authcode_exchange *x, enum ac_oauth_error error, const char *why)
{
	set_error(x, ac_oauth_error(error)->status, error, why);
}

/* One parameter beside the error; value NULL: none. */
static void
set_challenge(struct authcode_exchange *x, const char *name, const char *value)
{
	const struct authcode_refusal *refusal = &x->response.refusal;
	const char *challenge = ac_arena_printf(
		x->arena,
		"Bearer realm=\"" REALM "\", error=\"%s\", error_description=\"%s\"%s%s%s%s%s",
		refusal->error, refusal->description, value != NULL ? ", " : "",
		value != NULL ? name : "", value != NULL ? "=\"" : "", value != NULL ? value : "",
		value != NULL ? "\"" : "");

	x->response.www_authenticate = challenge != NULL ? challenge : "Bearer realm=\"" REALM "\"";
}

void
ac_respond_bearer(struct authcode_exchange *x, enum ac_oauth_error error, const char *why,
		  const char *scope)
{
	/* RFC 6750 §3.1: who sent no token learns no error code. */
	if (why == NULL) {
		ac_respond_empty(x, 401);
		x->response.www_authenticate = "Bearer realm=\"" REALM "\"";
		x->response.refusal =
			ac_refusal_of(x, AC_INVALID_TOKEN, "no access token was sent");
		return;
	}
	set_error(x, ac_oauth_error(error)->status, error, why);
	set_challenge(x, "scope", scope);
}

void
ac_respond_step_up(struct authcode_exchange *x, const char *acr_values)
{
	const enum ac_oauth_error error = AC_INSUFFICIENT_USER_AUTHENTICATION;

	set_error(x, ac_oauth_error(error)->status, error,
		  "the sign-in behind the token does not prove enough");
	set_challenge(x, "acr_values", acr_values);
}

static void
log_failure(struct authcode_exchange *x, enum authcode_err err, const char *where)
{
	char text[160];

	snprintf(text, sizeof(text), "%s: %s", where, authcode_err_str(err));
	ac_issuer_debug(x->issuer, text);
}

void
ac_respond_failure(struct authcode_exchange *x, enum authcode_err err, const char *where)
{
	unsigned status = err == AUTHCODE_ERR_STORE ? 503 : 500;
	static const char why[] = "the request could not be completed";

	log_failure(x, err, where);
	if (!ac_endpoint_is_page(x->request.endpoint))
		set_error(x, status, AC_SERVER_ERROR, why);
	else if (status == 503)
		ac_respond_page(x, status, AC_TEMPORARILY_UNAVAILABLE, why);
	else
		ac_respond_page(x, status, AC_SERVER_ERROR, why);
}
