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
#include "protocol/credential.h"
#include "protocol/redemption.h"
#include "protocol/resource.h"

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

/* DV-10: what a code would tell, but for a nonce and a claims parameter, which a device
 * cannot send. The view is the exchange's from here on. */
static void
redeem(struct authcode_exchange *x, const struct authcode_client *client,
       const struct authcode_device_view *view)
{
	const struct authcode_device *device = &view->device;

	ac_redemption_begin(x, &(struct ac_redemption){
				       .kind = AUTHCODE_OP_REDEEM_DEVICE,
				       .id = device->id,
				       .used = device->state == AUTHCODE_DEVICE_USED,
				       .scope = device->scope,
				       .session_expires_ms = view->session.expires_ms,
				       .told = {
					       .client = client,
					       .subject = &view->subject,
					       .nonce = "",
					       .session_id = device->session_id,
					       .auth_time_ms = device->auth_time_ms,
					       .acr = device->acr,
					       .amr = device->amr,
					       .claims = device->claims,
					       .claims_request = "",
				       },
				       .refusal = bad_code,
			       });
}

/* --- the grant -------------------------------------------------------------- */

/* A device code that was used is evidence, whatever its time and whatever is asked for
 * with it. */
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
		redeem(x, client, view);
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
	struct authcode_device_view *view = authcode_arena_alloc(x->arena, sizeof(*view));
	enum authcode_err err = AUTHCODE_ERR_MEMORY;

	if (text == NULL) {
		ac_respond_error(x, AC_INVALID_REQUEST, "device_code is missing");
		return;
	}
	if (view != NULL)
		err = device_find(x, text, view);
	if (err == AUTHCODE_ERR_NOT_FOUND ||
	    (err == AUTHCODE_OK && strcmp(view->device.client_id, client->id) != 0))
		ac_respond_error(x, AC_INVALID_GRANT, bad_code);
	else if (err != AUTHCODE_OK)
		ac_respond_failure(x, err, "find device");
	else if (view->device.state == AUTHCODE_DEVICE_USED ||
		 ac_resource_choose(x, client, view->device.resource))
		decide(x, client, view);
}
