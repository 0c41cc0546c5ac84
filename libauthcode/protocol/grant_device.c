/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The device code grant (RFC 8628 §3.4 and §3.5): a device asks again and again
 * whether its person has answered. While nobody has, a poll is noted, since asking
 * too fast slows it down (DV-06); what was allowed is redeemed once (DV-07), after the
 * same look at the account as any other grant.
 */
#include "protocol/grant.h"

#include <string.h>

#include "base/secret.h"
#include "protocol/access.h"
#include "protocol/credential.h"
#include "protocol/resource.h"
#include "protocol/scope.h"
#include "protocol/token_response.h"

static const char bad_code[] = "the device code is used or unknown";
static const char expired[] = "the device code has expired";

static enum authcode_err
device_find(struct authcode_exchange *x, const char *text, struct authcode_device_view *ret)
{
	struct ac_credential credential;
	struct authcode_device_view view;
	enum authcode_err err;

	if (!ac_credential_parse(AC_CREDENTIAL_DEVICE, text, &credential))
		return AUTHCODE_ERR_NOT_FOUND;
	err = authcode_store_find_device(x->issuer->store, credential.id, x->arena, &view);
	if (err == AUTHCODE_OK)
		err = ac_credential_prove(AC_CREDENTIAL_DEVICE, &credential, view.device.hash);
	ac_wipe(&credential, sizeof(credential));
	if (err != AUTHCODE_OK)
		return err;
	*ret = view;
	return AUTHCODE_OK;
}

/* --- nobody has answered ---------------------------------------------------- */

static void
answer_poll(struct authcode_exchange *x)
{
	switch (x->operation.result) {
	case AUTHCODE_RESULT_DONE:
		if (x->operation.u.poll_device.ret_too_fast)
			ac_respond_error(x, AC_SLOW_DOWN, "wait five seconds longer each time");
		else
			ac_respond_error(x, AC_AUTHORIZATION_PENDING, "nobody has answered yet");
		return;
	case AUTHCODE_RESULT_CONFLICT:
		/* Somebody has, since we looked: the next poll is told. */
		ac_respond_error(x, AC_AUTHORIZATION_PENDING, "nobody has answered yet");
		return;
	case AUTHCODE_RESULT_EXPIRED:
		ac_respond_error(x, AC_EXPIRED_TOKEN, expired);
		return;
	case AUTHCODE_RESULT_NOT_FOUND:
		ac_respond_error(x, AC_INVALID_GRANT, bad_code);
		return;
	default:
		ac_respond_failure(x, x->operation.err, "poll device");
		return;
	}
}

/* --- somebody has said yes -------------------------------------------------- */

static void
answer_redeem(struct authcode_exchange *x)
{
	const struct authcode_op_redeem_device *redeem = &x->operation.u.redeem_device;
	struct ac_token_response *response = x->state;

	switch (x->operation.result) {
	case AUTHCODE_RESULT_DONE:
		response->access.id = redeem->access.ret_id;
		if (redeem->with_refresh)
			response->refresh.id = redeem->refresh.ret_id;
		ac_token_response_send(x, response);
		return;
	case AUTHCODE_RESULT_NOT_FOUND:
	case AUTHCODE_RESULT_EXPIRED: /* its own time is not over: its session or person is */
	case AUTHCODE_RESULT_REUSED:
	case AUTHCODE_RESULT_CONFLICT:
		ac_respond_error(x, AC_INVALID_GRANT, bad_code);
		return;
	case AUTHCODE_RESULT_FAILED:
	default:
		ac_respond_failure(x, x->operation.err, "redeem device code");
		return;
	}
}

static bool
outlives_session(const struct authcode_device *device)
{
	return ac_scope_has(device->scope, "offline_access");
}

/* RT-01: without offline_access the tokens end with the session they came from. */
static int64_t
family_end(const struct authcode_exchange *x, const struct authcode_client *client,
	   const struct authcode_device_view *view)
{
	uint32_t ttl_s = client->refresh_absolute_ttl_s != 0
				 ? client->refresh_absolute_ttl_s
				 : x->issuer->lifetimes.refresh_absolute_s;
	int64_t end_ms = x->now_ms + (int64_t)ttl_s * 1000;

	if (!outlives_session(&view->device) && view->session.expires_ms < end_ms)
		end_ms = view->session.expires_ms;
	return end_ms;
}

/* DV-10: what a code would tell, but for a nonce, which a device cannot send. */
static enum authcode_err
prepare_id_token(struct authcode_exchange *x, const struct authcode_client *client,
		 const struct authcode_device_view *view, struct ac_token_response *response)
{
	const struct ac_id_token token = {
		.client = client,
		.subject = &view->subject,
		.nonce = "",
		.session_id = view->device.session_id,
		.auth_time_ms = view->device.auth_time_ms,
		.acr = view->device.acr,
		.amr = view->device.amr,
		.claims = view->device.claims,
		.claims_request = "",
	};

	return ac_id_token_prepare(x, view->device.scope, &token, &response->id_token);
}

/* ERR_NOT_FOUND: the session behind it has no time left to give. */
static enum authcode_err
prepare(struct authcode_exchange *x, const struct authcode_client *client,
	const struct authcode_device_view *view)
{
	struct authcode_op_redeem_device *redeem = &x->operation.u.redeem_device;
	struct ac_token_response *response = ac_token_response_new(x);
	enum authcode_err err;

	redeem->device_id = view->device.id;
	redeem->detached = outlives_session(&view->device);
	redeem->family_expires_ms = family_end(x, client, view);
	redeem->with_refresh = (client->grants & AUTHCODE_GRANT_REFRESH_TOKEN) != 0;
	if (redeem->family_expires_ms <= x->now_ms)
		return AUTHCODE_ERR_NOT_FOUND;
	if (response == NULL)
		return AUTHCODE_ERR_MEMORY;
	x->state = response;
	response->scope = view->device.scope;
	response->jwt.sub = view->subject.sub;
	response->jwt.auth_time_ms = view->device.auth_time_ms;
	response->jwt.acr = view->device.acr;
	response->jwt.amr = view->device.amr;
	err = ac_token_response_mint_access(x, client, redeem->family_expires_ms, response,
					    &redeem->access);
	if (err == AUTHCODE_OK && redeem->with_refresh)
		err = ac_token_response_mint_refresh(
			x, &(struct ac_refresh_owner){ client, view->device.id },
			view->device.scope, response, &redeem->refresh);
	if (err == AUTHCODE_OK)
		err = prepare_id_token(x, client, view, response);
	return err;
}

/* What waits for the account. */
struct redemption {
	const struct authcode_client *client;
	struct authcode_device_view view;
};

static void
redeem(struct authcode_exchange *x, const struct authcode_client *client,
       const struct authcode_device_view *view)
{
	enum authcode_err err = prepare(x, client, view);

	ac_exchange_is_about(x, &view->subject);
	if (err == AUTHCODE_ERR_NOT_FOUND)
		ac_respond_error(x, AC_INVALID_GRANT, bad_code);
	else if (err != AUTHCODE_OK)
		ac_respond_failure(x, err, "mint tokens");
	else
		ac_exchange_submit(x, AUTHCODE_OP_REDEEM_DEVICE, answer_redeem);
}

static void
account_good(struct authcode_exchange *x)
{
	const struct redemption *redemption = x->state;
	const struct authcode_client *client = redemption->client;

	if (ac_access_allowed(client, redemption->view.subject.user_name, x->account.groups))
		redeem(x, client, &redemption->view);
	else
		ac_respond_error(x, AC_INVALID_GRANT, AC_ACCESS_REFUSED);
}

static const struct ac_account_path account_path = {
	.good = account_good,
	.bad = ac_account_refuse_grant,
};

static void
ask_account(struct authcode_exchange *x, const struct authcode_client *client,
	    const struct authcode_device_view *view)
{
	struct redemption *redemption = authcode_arena_alloc(x->arena, sizeof(*redemption));

	if (redemption == NULL) {
		ac_respond_failure(x, AUTHCODE_ERR_MEMORY, "redeem device code");
		return;
	}
	*redemption = (struct redemption){ client, *view };
	x->state = redemption;
	ac_account_step(x,
			&(struct ac_account_question){ .subject = &redemption->view.subject,
						       .client = client },
			&account_path);
}

/* --- the grant -------------------------------------------------------------- */

/* A device code that was used is evidence, whoever's it is and whatever its time:
 * the store revokes and never redeems it again. */
static void
decide(struct authcode_exchange *x, const struct authcode_client *client,
       const struct authcode_device_view *view)
{
	if (view->device.state == AUTHCODE_DEVICE_USED) {
		redeem(x, client, view);
		return;
	}
	if (x->now_ms >= view->device.expires_ms) {
		ac_respond_error(x, AC_EXPIRED_TOKEN, expired);
		return;
	}
	switch (view->device.state) {
	case AUTHCODE_DEVICE_PENDING:
		x->operation.u.poll_device.device_id = view->device.id;
		ac_exchange_submit(x, AUTHCODE_OP_POLL_DEVICE, answer_poll);
		return;
	case AUTHCODE_DEVICE_ALLOWED:
		ask_account(x, client, view);
		return;
	case AUTHCODE_DEVICE_DENIED:
	case AUTHCODE_DEVICE_USED:
		break;
	}
	ac_respond_error(x, AC_ACCESS_DENIED, "the person said no");
	x->response.status = 400; /* RFC 8628 §3.5: as every error of RFC 6749 §5.2 */
}

void
ac_grant_device(struct authcode_exchange *x, const struct authcode_client *client)
{
	const char *text = ac_params_get(&x->params, "device_code");
	struct authcode_device_view view;
	enum authcode_err err;

	if (text == NULL) {
		ac_respond_error(x, AC_INVALID_REQUEST, "device_code is missing");
		return;
	}
	err = device_find(x, text, &view);
	if (err == AUTHCODE_ERR_NOT_FOUND ||
	    (err == AUTHCODE_OK && strcmp(view.device.client_id, client->id) != 0))
		ac_respond_error(x, AC_INVALID_GRANT, bad_code);
	else if (err != AUTHCODE_OK)
		ac_respond_failure(x, err, "find device");
	else if (ac_resource_choose(x, client, view.device.resource))
		decide(x, client, &view);
}
