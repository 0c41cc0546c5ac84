/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The device authorization endpoint (RFC 8628 §3.1, DV-01): a client that cannot show
 * a browser asks for a code of its own to poll with, and a short one for the person.
 * What is asked for is judged as at /authorize; who will answer is not known yet.
 */
#include <string.h>

#include "protocol/client_auth.h"
#include "protocol/credential.h"
#include "protocol/exchange.h"
#include "protocol/form_post.h"
#include "protocol/json_member.h"
#include "protocol/resource.h"
#include "protocol/scope.h"
#include "protocol/user_code.h"

#define INTERVAL_S 5 /* RFC 8628 §3.2: what a client that is told nothing assumes */

/* Whoever knows the id of a public client may ask, and each answer is a row: so many of one
 * client may wait for a person at once. */
#define MAX_PENDING 10000

struct asking {
	struct ac_credential credential;
	struct ac_user_code user_code;
};

static json_t *
describe(struct authcode_exchange *x, const struct asking *asking)
{
	const char *code =
		ac_credential_format(AC_CREDENTIAL_DEVICE, &asking->credential, x->arena);
	const char *uri = ac_endpoint_url(x, AUTHCODE_ENDPOINT_DEVICE);
	const char *complete = NULL;
	json_t *object;
	bool ok;

	if (uri != NULL)
		complete =
			ac_arena_printf(x->arena, "%s?user_code=%s", uri, asking->user_code.text);
	if (code == NULL || complete == NULL)
		return NULL;
	object = json_object();
	ok = ac_json_put_text(object, "device_code", code) &&
	     ac_json_put_text(object, "user_code", asking->user_code.text) &&
	     ac_json_put_text(object, "verification_uri", uri) &&
	     ac_json_put_text(object, "verification_uri_complete", complete) &&
	     ac_json_put_take(object, "expires_in",
			      json_integer(x->rules->lifetimes.device_code_s)) &&
	     ac_json_put_take(object, "interval", json_integer(INTERVAL_S));
	return ac_json_finish_take(object, ok);
}

static void
answer(struct authcode_exchange *x)
{
	struct asking *asking = x->state;

	switch (x->operation.result) {
	case AUTHCODE_RESULT_DONE:
		asking->credential.id = x->operation.u.create_device.ret_device_id;
		ac_respond_json_take(x, describe(x, asking));
		return;
	case AUTHCODE_RESULT_CONFLICT:
		/* Of 25 thousand million codes the one that is taken. */
		ac_respond_error(x, AC_TEMPORARILY_UNAVAILABLE, "no code is free at this moment");
		return;
	default:
		if (x->operation.err == AUTHCODE_ERR_LIMIT)
			ac_respond_error(x, AC_TEMPORARILY_UNAVAILABLE,
					 "too many codes of the client wait for an answer");
		else
			ac_respond_failure(x, x->operation.err, "create device");
		return;
	}
}

static enum authcode_err
prepare(struct authcode_exchange *x, const struct authcode_client *client, const char *scope,
	const char *resource)
{
	struct asking *asking = authcode_arena_alloc(x->arena, sizeof(*asking));
	struct authcode_device *device = &x->operation.u.create_device.device;
	enum authcode_err err;

	if (asking == NULL)
		return AUTHCODE_ERR_MEMORY;
	x->state = asking;
	x->operation.u.create_device.max_pending = MAX_PENDING;
	*device = (struct authcode_device){
		.client_id = client->id,
		.scope = scope,
		.resource = resource,
		.interval_ms = INTERVAL_S * 1000,
		.expires_ms = x->now_ms + (int64_t)x->rules->lifetimes.device_code_s * 1000,
	};
	err = ac_credential_mint(AC_CREDENTIAL_DEVICE, &x->issuer->random, &asking->credential,
				 device->hash);
	if (err == AUTHCODE_OK)
		err = ac_user_code_mint(&x->issuer->random, &asking->user_code);
	if (err == AUTHCODE_OK)
		err = ac_user_code_hash(x->issuer, &asking->user_code, device->user_code_hash);
	return err;
}

/* NULL when the response is set. */
static const char *
grantable_scope(struct authcode_exchange *x, const struct authcode_client *client)
{
	const char *asked = ac_params_get(&x->params, "scope");
	const char *scope;

	if (asked == NULL)
		asked = client->default_scopes;
	if (*asked != '\0' && !ac_scope_valid(asked)) {
		ac_respond_error(x, AC_INVALID_SCOPE, "scope is malformed");
		return NULL;
	}
	scope = ac_scope_intersect(x->arena, asked, client->scope);
	if (scope == NULL) {
		ac_respond_failure(x, AUTHCODE_ERR_MEMORY, "scope");
		return NULL;
	}
	if (*scope == '\0') {
		ac_respond_error(x, AC_INVALID_SCOPE, "nothing of that scope can be granted");
		return NULL;
	}
	return scope;
}

static void
authenticated(struct authcode_exchange *x, const struct authcode_client *client)
{
	const char *scope, *resource = NULL, *why = NULL;
	enum authcode_err err;

	if ((client->grants & AUTHCODE_GRANT_DEVICE_CODE) == 0) {
		ac_respond_error(x, AC_UNAUTHORIZED_CLIENT,
				 "the client may not use device authorization");
		return;
	}
	scope = grantable_scope(x, client);
	if (scope == NULL)
		return;
	err = ac_resource_asked(x, client, &x->params, &resource, &why);
	if (err == AUTHCODE_ERR_SYNTAX) {
		ac_respond_error(x, AC_INVALID_TARGET, why);
		return;
	}
	if (err == AUTHCODE_OK)
		err = prepare(x, client, scope, resource);
	if (err != AUTHCODE_OK)
		ac_respond_failure(x, err, "mint device code");
	else
		ac_exchange_submit(x, AUTHCODE_OP_CREATE_DEVICE, answer);
}

void
ac_device_authorization_decide(struct authcode_exchange *x)
{
	if (ac_form_post_accept(x))
		ac_client_authenticate(x, authenticated);
}
