/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See redemption.h. Nothing is used up before the account and the right to use the
 * client were found good (CO-11); then one store operation has the last word.
 */
#include "protocol/redemption.h"

#include "protocol/access.h"
#include "protocol/scope.h"
#include "protocol/token_response.h"

/* What waits for the account, and then for the store. */
struct redeeming {
	struct ac_redemption what;
	struct ac_token_response *response;
};

static struct authcode_op_redeem *
operation_of(struct authcode_exchange *x, const struct ac_redemption *what)
{
	return what->kind == AUTHCODE_OP_REDEEM_CODE ? &x->operation.u.redeem_code
						     : &x->operation.u.redeem_device;
}

static void
answer(struct authcode_exchange *x)
{
	const struct redeeming *redeeming = x->state;
	const struct authcode_op_redeem *op = operation_of(x, &redeeming->what);

	switch (x->operation.result) {
	case AUTHCODE_RESULT_DONE:
		if (redeeming->response == NULL) /* of evidence nothing comes */
			return;
		redeeming->response->access.id = op->access.ret_id;
		if (op->with_refresh)
			redeeming->response->refresh.id = op->refresh.ret_id;
		ac_token_response_send(x, redeeming->response);
		return;
	case AUTHCODE_RESULT_NOT_FOUND:
	case AUTHCODE_RESULT_EXPIRED:
	case AUTHCODE_RESULT_REUSED:
	case AUTHCODE_RESULT_CONFLICT:
		ac_respond_error(x, AC_INVALID_GRANT, redeeming->what.refusal);
		return;
	case AUTHCODE_RESULT_FAILED:
	default:
		ac_respond_failure(x, x->operation.err, "redeem");
		return;
	}
}

static bool
outlives_session(const struct ac_redemption *what)
{
	return ac_scope_has(what->scope, "offline_access");
}

/* RT-01, OIDC-Core §11: without offline_access tokens end with the session they came
 * from. A session that is gone leaves no time at all. */
static int64_t
family_end(const struct authcode_exchange *x, const struct ac_redemption *what)
{
	uint32_t ttl_s = what->told.client->refresh_absolute_ttl_s;
	int64_t end_ms;

	if (ttl_s == 0)
		ttl_s = x->rules->lifetimes.refresh_absolute_s;
	end_ms = x->now_ms + (int64_t)ttl_s * 1000;
	if (!outlives_session(what) && what->session_expires_ms < end_ms)
		end_ms = what->session_expires_ms;
	return end_ms;
}

static enum authcode_err
mint(struct authcode_exchange *x, const struct ac_redemption *what,
     struct ac_token_response *response)
{
	const struct authcode_client *client = what->told.client;
	struct authcode_op_redeem *op = operation_of(x, what);
	enum authcode_err err = ac_token_response_mint_access(x, client, op->family_expires_ms,
							      response, &op->access);

	if (err == AUTHCODE_OK && op->with_refresh)
		err = ac_token_response_mint_refresh(x,
						     &(struct ac_refresh_owner){ client, what->id },
						     what->scope, response, &op->refresh);
	if (err == AUTHCODE_OK)
		err = ac_id_token_prepare(x, what->scope, &what->told, &response->id_token);
	return err;
}

/* ERR_NOT_FOUND: the session behind it has no time left to give. */
static enum authcode_err
prepare(struct authcode_exchange *x, struct redeeming *redeeming)
{
	const struct ac_redemption *what = &redeeming->what;
	struct authcode_op_redeem *op = operation_of(x, what);
	struct ac_token_response *response = ac_token_response_new(x);

	*op = (struct authcode_op_redeem){
		.id = what->id,
		.family_expires_ms = family_end(x, what),
		.detached = outlives_session(what),
		.with_refresh = (what->told.client->grants & AUTHCODE_GRANT_REFRESH_TOKEN) != 0,
	};
	if (op->family_expires_ms <= x->now_ms)
		return AUTHCODE_ERR_NOT_FOUND;
	if (response == NULL)
		return AUTHCODE_ERR_MEMORY;
	redeeming->response = response;
	response->scope = what->scope;
	response->jwt.sub = what->told.subject->sub;
	response->jwt.auth_time_ms = what->told.auth_time_ms;
	response->jwt.acr = what->told.acr;
	response->jwt.amr = what->told.amr;
	return mint(x, what, response);
}

static void
account_good(struct authcode_exchange *x)
{
	struct redeeming *redeeming = x->state;
	const struct ac_redemption *what = &redeeming->what;
	enum authcode_err err;

	if (!ac_access_allowed(what->told.client, what->told.subject->user_name,
			       x->account.groups)) {
		ac_respond_error(x, AC_INVALID_GRANT, AC_ACCESS_REFUSED);
		return;
	}
	err = prepare(x, redeeming);
	ac_exchange_is_about(x, what->told.subject);
	if (err == AUTHCODE_ERR_NOT_FOUND)
		ac_respond_error(x, AC_INVALID_GRANT, what->refusal);
	else if (err != AUTHCODE_OK)
		ac_respond_failure(x, err, "mint tokens");
	else
		ac_exchange_submit(x, what->kind, answer);
}

static const struct ac_account_path account_path = {
	.good = account_good,
	.bad = ac_account_refuse_grant,
};

static void
ask_account(struct authcode_exchange *x, const struct ac_redemption *what)
{
	const struct ac_id_token *told = &what->told;
	bool claims = false;

	if (ac_id_token_wants_claims(what->scope, told->claims_request, &claims) != AUTHCODE_OK) {
		ac_respond_failure(x, AUTHCODE_ERR_MEMORY, "redeem");
		return;
	}
	ac_account_step(x,
			&(struct ac_account_question){ .subject = told->subject,
						       .client = told->client,
						       .claims = claims },
			&account_path);
}

/* What is used stays so: the store revokes and never redeems it again, so nothing is
 * minted for it. */
static void
submit_evidence(struct authcode_exchange *x, const struct ac_redemption *what)
{
	*operation_of(x, what) = (struct authcode_op_redeem){
		.id = what->id,
		.access = { .scope = "", .resource = "" },
	};
	ac_exchange_is_about(x, what->told.subject);
	ac_exchange_submit(x, what->kind, answer);
}

void
ac_redemption_begin(struct authcode_exchange *x, const struct ac_redemption *redemption)
{
	struct redeeming *redeeming = authcode_arena_alloc(x->arena, sizeof(*redeeming));

	if (redeeming == NULL) {
		ac_respond_failure(x, AUTHCODE_ERR_MEMORY, "redeem");
		return;
	}
	redeeming->what = *redemption;
	x->state = redeeming;
	if (redemption->used)
		submit_evidence(x, &redeeming->what);
	else
		ask_account(x, &redeeming->what);
}
