/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The authorization code grant (RFC 6749 §4.1.3). Everything that can be said
 * without changing anything comes first: proof, client, redirect URI, PKCE. A
 * request that fails there does not burn the code, nor does one whose account
 * or whose right to the client is refused (CO-11). Then one store operation
 * decides: expired, used before (its family dies, §4.1.2), or redeemed.
 */
#include "protocol/grant.h"

#include <string.h>

#include "base/secret.h"
#include "protocol/access.h"
#include "protocol/credential.h"
#include "protocol/id_token.h"
#include "protocol/pkce.h"
#include "protocol/resource.h"
#include "protocol/scope.h"
#include "protocol/token_response.h"

static const char bad_code[] = "the code is expired, used or unknown";

static enum authcode_err
code_find(struct authcode_exchange *x, const char *text, struct authcode_code_view *ret)
{
	struct ac_credential credential;
	struct authcode_code_view view;
	enum authcode_err err;

	if (!ac_credential_parse(AC_CREDENTIAL_CODE, text, &credential))
		return AUTHCODE_ERR_NOT_FOUND;
	err = authcode_store_find_code(x->issuer->store, credential.id, x->arena, &view);
	if (err == AUTHCODE_OK)
		err = ac_credential_prove(AC_CREDENTIAL_CODE, &credential, view.code.hash);
	ac_wipe(&credential, sizeof(credential));
	if (err != AUTHCODE_OK)
		return err;
	*ret = view;
	return AUTHCODE_OK;
}

/* RFC 6749 §4.1.3: repeated exactly when the authorization request had it. When
 * it had none, repeating the registered one is harmless and clients do it. */
static bool
redirect_uri_fits(const struct authcode_code *code, const char *sent)
{
	if (sent == NULL)
		return !code->redirect_uri_sent;
	return strcmp(sent, code->redirect_uri) == 0;
}

static bool
outlives_session(const struct authcode_code *code)
{
	return ac_scope_has(code->scope, "offline_access");
}

/* OIDC-Core §11: without offline_access tokens end with the session they came
 * from. A session that is gone leaves no time at all. */
static int64_t
family_end(const struct authcode_exchange *x, const struct authcode_client *client,
	   const struct authcode_code_view *view)
{
	uint32_t ttl_s = client->refresh_absolute_ttl_s != 0
				 ? client->refresh_absolute_ttl_s
				 : x->issuer->lifetimes.refresh_absolute_s;
	int64_t end_ms = x->now_ms + (int64_t)ttl_s * 1000;

	if (!outlives_session(&view->code) && view->session.expires_ms < end_ms)
		end_ms = view->session.expires_ms;
	return end_ms;
}

static void
answer(struct authcode_exchange *x)
{
	const struct authcode_op_redeem_code *redeem = &x->operation.u.redeem_code;
	struct ac_token_response *response = x->state;

	switch (x->operation.result) {
	case AUTHCODE_RESULT_DONE:
		response->access.id = redeem->access.ret_id;
		if (redeem->with_refresh)
			response->refresh.id = redeem->refresh.ret_id;
		ac_token_response_send(x, response);
		return;
	case AUTHCODE_RESULT_NOT_FOUND:
	case AUTHCODE_RESULT_EXPIRED:
	case AUTHCODE_RESULT_REUSED:
		ac_respond_error(x, AC_INVALID_GRANT, bad_code);
		return;
	case AUTHCODE_RESULT_FAILED:
	default:
		ac_respond_failure(x, x->operation.err, "redeem code");
		return;
	}
}

/* ERR_NOT_FOUND: the session behind the code has no time left to give. */
static enum authcode_err
prepare(struct authcode_exchange *x, const struct authcode_client *client,
	const struct authcode_code_view *view)
{
	struct authcode_op_redeem_code *redeem = &x->operation.u.redeem_code;
	struct ac_token_response *response = ac_token_response_new(x);
	int64_t end_ms = family_end(x, client, view);
	enum authcode_err err;

	if (end_ms <= x->now_ms)
		return AUTHCODE_ERR_NOT_FOUND;
	if (response == NULL)
		return AUTHCODE_ERR_MEMORY;
	x->state = response;
	response->scope = view->code.scope;
	response->jwt.sub = view->subject.sub;
	response->jwt.auth_time_ms = view->code.auth_time_ms;
	response->jwt.acr = view->code.acr;
	response->jwt.amr = view->code.amr;
	redeem->code_id = view->code.id;
	redeem->detached = outlives_session(&view->code);
	redeem->family_expires_ms = end_ms;
	redeem->with_refresh = (client->grants & AUTHCODE_GRANT_REFRESH_TOKEN) != 0;
	err = ac_token_response_mint_access(x, client, redeem->family_expires_ms, response,
					    &redeem->access);
	if (err == AUTHCODE_OK && redeem->with_refresh)
		err = ac_token_response_mint_refresh(
			x, &(struct ac_refresh_owner){ client, view->code.id }, view->code.scope,
			response, &redeem->refresh);
	if (err == AUTHCODE_OK)
		err = ac_id_token_of_code(x, client, view, &response->id_token);
	return err;
}

/* What waits for the account. */
struct redemption {
	const struct authcode_client *client;
	struct authcode_code_view view;
};

static void
redeem(struct authcode_exchange *x, const struct authcode_client *client,
       const struct authcode_code_view *view)
{
	enum authcode_err err = prepare(x, client, view);

	ac_exchange_is_about(x, &view->subject);
	if (err == AUTHCODE_ERR_NOT_FOUND)
		ac_respond_error(x, AC_INVALID_GRANT, bad_code);
	else if (err != AUTHCODE_OK)
		ac_respond_failure(x, err, "mint tokens");
	else
		ac_exchange_submit(x, AUTHCODE_OP_REDEEM_CODE, answer);
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

/* A code that was used is evidence, whoever's it is: the store revokes and never
 * redeems it again, so nobody's account need be looked at. */
static void
ask_account(struct authcode_exchange *x, const struct authcode_client *client,
	    const struct authcode_code_view *view)
{
	struct redemption *redemption;
	bool claims = false;

	if (view->code.used_ms != 0) {
		redeem(x, client, view);
		return;
	}
	redemption = authcode_arena_alloc(x->arena, sizeof(*redemption));
	if (redemption == NULL ||
	    ac_id_token_wants_claims(view->code.scope, view->code.claims_request, &claims) !=
		    AUTHCODE_OK) {
		ac_respond_failure(x, AUTHCODE_ERR_MEMORY, "redeem code");
		return;
	}
	*redemption = (struct redemption){ client, *view };
	x->state = redemption;
	ac_account_step(x,
			&(struct ac_account_question){ .subject = &redemption->view.subject,
						       .client = client,
						       .claims = claims },
			&account_path);
}

void
ac_grant_code(struct authcode_exchange *x, const struct authcode_client *client)
{
	const char *text = ac_params_get(&x->params, "code");
	struct authcode_code_view view;
	enum authcode_err err;

	if (text == NULL) {
		ac_respond_error(x, AC_INVALID_REQUEST, "code is missing");
		return;
	}
	err = code_find(x, text, &view);
	x->guessed = err == AUTHCODE_ERR_NOT_FOUND;
	if (err == AUTHCODE_ERR_NOT_FOUND ||
	    (err == AUTHCODE_OK && strcmp(view.code.client_id, client->id) != 0)) {
		ac_respond_error(x, AC_INVALID_GRANT, bad_code);
		return;
	}
	if (err != AUTHCODE_OK) {
		ac_respond_failure(x, err, "find code");
		return;
	}
	if (!redirect_uri_fits(&view.code, ac_params_get(&x->params, "redirect_uri"))) {
		ac_respond_error(x, AC_INVALID_GRANT,
				 "redirect_uri is not the one of the authorization request");
		return;
	}
	if (!ac_pkce_verify(view.code.code_challenge, ac_params_get(&x->params, "code_verifier"))) {
		ac_respond_error(x, AC_INVALID_GRANT, "code_verifier does not fit");
		return;
	}
	if (ac_resource_choose(x, client, view.code.resource))
		ask_account(x, client, &view);
}
