/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See verification.h. The page for the code tells nothing but whether a code waits,
 * and a code is worth no more than a look at the page behind it: whoever gets there
 * must still sign in and say yes to what it shows (RFC 8628 §5.4, DV-04). How many
 * wrong codes are tried is the host's to count (DV-03).
 */
#include "protocol/verification.h"

#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "protocol/acr.h"
#include "protocol/front_channel.h"
#include "protocol/scope.h"
#include "protocol/user_code.h"

/* --- /device ---------------------------------------------------------------- */

static void
show_form(struct authcode_exchange *x, const struct ac_user_code *code, bool wrong)
{
	struct authcode_interaction *page = authcode_arena_alloc(x->arena, sizeof(*page));

	if (page != NULL && code != NULL)
		page->user_code = ac_arena_strdup(x->arena, code->text);
	if (page == NULL || (code != NULL && page->user_code == NULL)) {
		ac_respond_failure(x, AUTHCODE_ERR_MEMORY, "user code");
		return;
	}
	x->response = (struct authcode_response){
		.kind = AUTHCODE_RESPONSE_USER_CODE,
		.status = 200,
		.interaction = page,
	};
	if (wrong)
		x->response.refusal =
			ac_refusal_of(x, AC_INVALID_GRANT, "no device waits with that code");
}

/* The device as its pages carry it; NULL when the arena is full. */
static const char *
describe(struct authcode_exchange *x, const struct authcode_device *device, const char *user_code)
{
	const char *id = ac_arena_printf(x->arena, "%" PRId64, device->id);
	const char *text = NULL;
	struct ac_buf buf;

	if (id == NULL)
		return NULL;
	ac_buf_init(&buf, AC_MAX_AUTHORIZE_PARAMS);
	ac_form_put(&buf, "client_id", device->client_id);
	ac_form_put(&buf, "device", id);
	ac_form_put(&buf, "user_code", user_code);
	if (ac_buf_ok(&buf))
		text = ac_arena_strndup(x->arena, ac_buf_text(&buf), buf.len);
	ac_buf_clear(&buf);
	return text;
}

static void
go_on(struct authcode_exchange *x, const struct authcode_device *device,
      const struct ac_user_code *code)
{
	struct ac_transaction transaction = {
		.created_ms = x->now_ms,
		.sub = "",
		.acr = "",
		.device = true,
	};
	const char *url = NULL;
	enum authcode_err err = ac_transaction_browser(x->request.browser, transaction.browser);

	transaction.request = describe(x, device, code->text);
	if (err == AUTHCODE_OK && transaction.request == NULL)
		err = AUTHCODE_ERR_MEMORY;
	if (err == AUTHCODE_OK)
		err = ac_transaction_resume_url(x->issuer, x->arena, &transaction, &url);
	if (err != AUTHCODE_OK)
		ac_respond_failure(x, err, "user code");
	else
		ac_respond_redirect(x, url);
}

static void
try_code(struct authcode_exchange *x, const struct ac_user_code *code)
{
	uint8_t hash[AUTHCODE_HASH_LEN];
	struct authcode_device_view view;
	enum authcode_err err = ac_user_code_hash(x->issuer, code, hash);

	if (err == AUTHCODE_OK)
		err = authcode_store_find_user_code(x->issuer->store, hash, x->arena, &view);
	if (err == AUTHCODE_ERR_NOT_FOUND)
		show_form(x, NULL, true);
	else if (err != AUTHCODE_OK)
		ac_respond_failure(x, err, "user code");
	else if (view.device.state != AUTHCODE_DEVICE_PENDING ||
		 x->now_ms >= view.device.expires_ms)
		show_form(x, NULL, true);
	else
		go_on(x, &view.device, code);
}

void
ac_device_decide(struct authcode_exchange *x)
{
	struct ac_user_code code;
	bool post = x->request.method == AUTHCODE_METHOD_POST;
	const char *typed;
	bool known;

	if (post ? !ac_front_channel_form(x) : !ac_front_channel_query(x))
		return;
	if (!ac_front_channel_once(&x->params)) {
		ac_respond_page(x, 400, AC_INVALID_REQUEST, "a parameter is repeated");
		return;
	}
	typed = ac_params_get(&x->params, "user_code");
	known = typed != NULL && ac_user_code_parse(typed, &code);
	/* RFC 8628 §3.3.1: a link fills in the form and no more. */
	if (!post)
		show_form(x, known ? &code : NULL, false);
	else if (!known)
		show_form(x, NULL, true);
	else
		try_code(x, &code);
}

/* --- the device behind a page ------------------------------------------------ */

/* True, or false with the response set. */
static bool
client_may_ask(struct authcode_exchange *x, const struct authcode_client *client)
{
	if (client == NULL || client->disabled) {
		ac_respond_page(x, 400, AC_INVALID_CLIENT, "this client is not known here");
		return false;
	}
	if ((client->grants & AUTHCODE_GRANT_DEVICE_CODE) == 0) {
		ac_respond_page(x, 400, AC_UNAUTHORIZED_CLIENT,
				"the client may not use device authorization");
		return false;
	}
	/* Nobody shall sign in for what no sign-in can prove; see authorize.c. */
	if (client->min_acr != NULL && ac_acr_find(x->rules, client->min_acr) == NULL) {
		ac_respond_page(x, 500, AC_SERVER_ERROR,
				"the sign-in that this application needs is not set up");
		return false;
	}
	return true;
}

static void
show_done(struct authcode_exchange *x, const struct authcode_client *client, bool allowed)
{
	struct authcode_interaction *page = authcode_arena_alloc(x->arena, sizeof(*page));

	if (page == NULL) {
		ac_respond_failure(x, AUTHCODE_ERR_MEMORY, "device");
		return;
	}
	page->client = client;
	page->allowed = allowed;
	x->response = (struct authcode_response){
		.kind = AUTHCODE_RESPONSE_DEVICE_DONE,
		.status = 200,
		.interaction = page,
	};
}

/* Is it still to be answered? True, or false with the response set. */
static bool
device_waits(struct authcode_exchange *x, const struct authcode_client *client,
	     const struct authcode_device *device)
{
	if (device->state != AUTHCODE_DEVICE_PENDING) {
		show_done(x, client, device->state != AUTHCODE_DEVICE_DENIED);
		return false;
	}
	if (x->now_ms >= device->expires_ms) {
		ac_respond_page(x, 400, AC_EXPIRED_TOKEN, "the code of the device has expired");
		return false;
	}
	/* What has been taken from the client since is not given by this page. */
	if (!ac_scope_subset(device->scope, client->scope)) {
		ac_respond_page(x, 400, AC_INVALID_SCOPE,
				"the client may not ask for that scope any more");
		return false;
	}
	return true;
}

static enum authcode_err
load(struct authcode_exchange *x, const struct ac_params *params, struct authcode_device_view *ret)
{
	const char *text = ac_params_get(params, "device");
	int64_t id = text != NULL ? strtoimax(text, NULL, 10) : 0;

	return authcode_store_find_device(x->issuer->store, id, x->arena, ret);
}

static struct ac_authorization *
open_device(struct authcode_exchange *x, const struct ac_params *params,
	    const struct authcode_client *client, const struct authcode_device *device)
{
	struct ac_authorization *a = authcode_arena_alloc(x->arena, sizeof(*a));

	if (a == NULL)
		return NULL;
	*a = (struct ac_authorization){
		.x = x,
		.params = *params,
		.browser = ac_arena_strdup(x->arena, x->request.browser),
		.client = client,
		.scope = device->scope,
		.shown_scope = device->scope,
		.resource = device->resource,
		.consent = "", /* none is looked for, and none kept */
		.code_challenge = "",
		.nonce = "",
		.max_age_s = AC_MAX_AGE_NONE,
		.hint_sub = "",
		.claims = AC_CLAIMS_REQUEST_NONE,
		.wished_acrs = "",
		.acrs = "",
		.tried_acr = "",
		.device_id = device->id,
		.user_code = ac_params_get(params, "user_code"),
	};
	if (a->user_code != NULL)
		a->request = describe(x, device, a->user_code);
	return a->browser != NULL && a->request != NULL ? a : NULL;
}

struct ac_authorization *
ac_verification_check(struct authcode_exchange *x, const struct ac_params *params)
{
	const struct authcode_client *client =
		authcode_clients_find(x->clients, ac_params_get(params, "client_id"));
	struct authcode_device_view view;
	struct ac_authorization *a;
	enum authcode_err err;

	x->asked = client;
	if (!client_may_ask(x, client))
		return NULL;
	err = load(x, params, &view);
	if (err == AUTHCODE_ERR_NOT_FOUND) {
		ac_respond_page(x, 400, AC_EXPIRED_TOKEN, "the code of the device has expired");
		return NULL;
	}
	if (err != AUTHCODE_OK) {
		ac_respond_failure(x, err, "device");
		return NULL;
	}
	if (!device_waits(x, client, &view.device))
		return NULL;
	a = open_device(x, params, client, &view.device);
	if (a == NULL)
		ac_respond_failure(x, AUTHCODE_ERR_MEMORY, "device");
	return a;
}

/* --- the answer -------------------------------------------------------------- */

static void
answered(struct authcode_exchange *x)
{
	struct ac_authorization *a = x->state;

	if (x->operation.result == AUTHCODE_RESULT_FAILED)
		ac_authorization_fail(a, x->operation.err, "answer device");
	else
		/* Done, or no longer what was judged: the page behind /resume tells which. */
		ac_authorization_again(a, AUTHCODE_NOTICE_NONE);
}

void
ac_verification_allow(struct ac_authorization *a)
{
	struct authcode_exchange *x = a->x;
	const struct authcode_lifetimes *lifetimes = &x->rules->lifetimes;
	struct authcode_op_answer_device *op = &x->operation.u.answer_device;

	*op = (struct authcode_op_answer_device){
		.device_id = a->device_id,
		.allow = true,
		.session_id = a->view.session.id,
		.idle_expires_ms = x->now_ms + (int64_t)lifetimes->session_idle_s * 1000,
		.tell_logout = x->issuer->tell_logout && a->client->backchannel_logout_uri != NULL,
	};
	memcpy(op->session_hash, a->view.session.hash, sizeof(op->session_hash));
	x->state = a;
	ac_exchange_is_about(x, &a->view.subject);
	ac_exchange_submit(x, AUTHCODE_OP_ANSWER_DEVICE, answered);
}

void
ac_verification_deny(struct ac_authorization *a, int64_t shown_to)
{
	struct authcode_exchange *x = a->x;

	if (shown_to == 0) {
		const char *url = ac_endpoint_url(x, AUTHCODE_ENDPOINT_DEVICE);

		if (url != NULL)
			ac_respond_redirect(x, url);
		else
			ac_respond_failure(x, AUTHCODE_ERR_MEMORY, "device");
		return;
	}
	x->operation.u.answer_device =
		(struct authcode_op_answer_device){ .device_id = a->device_id };
	x->state = a;
	ac_exchange_submit(x, AUTHCODE_OP_ANSWER_DEVICE, answered);
}
