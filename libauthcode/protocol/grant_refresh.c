/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The refresh token grant (RFC 6749 §6). A public client's token is replaced at
 * every use, and using a replaced one kills the family (RFC 9700 §4.14.2). A
 * confidential client keeps its token, whose idle end moves: it authenticates,
 * and rotation would only lose sessions to lost answers.
 */
#include "protocol/grant.h"

#include <string.h>

#include "protocol/access.h"
#include "protocol/id_token.h"
#include "protocol/scope.h"
#include "protocol/token_response.h"
#include "protocol/token_valid.h"

static const char bad_token[] = "the refresh token is expired, revoked or unknown";

static void
answer(struct authcode_exchange *x)
{
	const struct authcode_op_use_refresh *use = &x->operation.u.use_refresh;
	struct ac_token_response *response = x->state;

	switch (x->operation.result) {
	case AUTHCODE_RESULT_DONE:
		response->access.id = use->access.ret_id;
		if (use->rotate)
			response->refresh.id = use->successor.ret_id;
		ac_token_response_send(x, response);
		return;
	case AUTHCODE_RESULT_NOT_FOUND:
	case AUTHCODE_RESULT_EXPIRED:
	case AUTHCODE_RESULT_REUSED:
		ac_respond_error(x, AC_INVALID_GRANT, bad_token);
		return;
	case AUTHCODE_RESULT_FAILED:
	default:
		ac_respond_failure(x, x->operation.err, "use refresh token");
		return;
	}
}

/* RFC 6749 §6: what is asked for must lie within what was granted, and narrows
 * the new access token only. NULL: not acceptable. */
static const char *
narrowed_scope(struct authcode_exchange *x, const char *granted)
{
	const char *asked = ac_params_get(&x->params, "scope");

	if (asked == NULL)
		return granted;
	return ac_scope_valid(asked) && ac_scope_subset(asked, granted) ? asked : NULL;
}

static enum authcode_err
prepare(struct authcode_exchange *x, const struct authcode_client *client,
	const struct authcode_token_view *view, const char *scope)
{
	struct authcode_op_use_refresh *use = &x->operation.u.use_refresh;
	struct ac_token_response *response = ac_token_response_new(x);
	enum authcode_err err;

	if (response == NULL)
		return AUTHCODE_ERR_MEMORY;
	x->state = response;
	response->scope = scope;
	use->refresh_id = view->token.id;
	use->rotate = client->auth == AUTHCODE_AUTH_NONE;
	use->refresh_expires_ms = ac_refresh_idle_end(x);
	err = ac_token_response_mint_access(x, client, view->family.expires_ms, response,
					    &use->access);
	if (err == AUTHCODE_OK)
		err = ac_id_token_of_family(x, client, view, scope, &response->id_token);
	if (err != AUTHCODE_OK)
		return err;
	if (use->rotate)
		return ac_token_response_mint_refresh(x, view->token.scope, response,
						      &use->successor);
	response->same_refresh = ac_params_get(&x->params, "refresh_token");
	return AUTHCODE_OK;
}

/* What waits for the account. */
struct refreshing {
	const struct authcode_client *client;
	const char *scope;
	struct authcode_token_view view;
};

static void
refresh(struct authcode_exchange *x, const struct refreshing *refreshing)
{
	enum authcode_err err =
		prepare(x, refreshing->client, &refreshing->view, refreshing->scope);

	if (err != AUTHCODE_OK)
		ac_respond_failure(x, err, "mint tokens");
	else
		ac_exchange_submit(x, AUTHCODE_OP_USE_REFRESH, answer);
}

static void
account_good(struct authcode_exchange *x)
{
	const struct refreshing *refreshing = x->state;

	if (ac_access_allowed(refreshing->client, refreshing->view.subject.user_name,
			      x->account.groups))
		refresh(x, refreshing);
	else
		ac_respond_error(x, AC_INVALID_GRANT, AC_ACCESS_REFUSED);
}

static const struct ac_account_path account_path = {
	.good = account_good,
	.bad = ac_account_refuse_grant,
};

/* A token of the client itself has no account behind it. One that was rotated is
 * evidence, whoever's it is: the store revokes and never honours it again. */
static void
ask_account(struct authcode_exchange *x, const struct refreshing *asked)
{
	struct refreshing *refreshing;
	bool claims = false;

	if (asked->view.family.subject_id == 0 || asked->view.token.rotated_ms != 0) {
		refresh(x, asked);
		return;
	}
	refreshing = authcode_arena_alloc(x->arena, sizeof(*refreshing));
	if (refreshing == NULL ||
	    ac_id_token_wants_claims(asked->scope, asked->view.family.claims_request, &claims) !=
		    AUTHCODE_OK) {
		ac_respond_failure(x, AUTHCODE_ERR_MEMORY, "refresh");
		return;
	}
	*refreshing = *asked;
	x->state = refreshing;
	ac_account_step(x,
			&(struct ac_account_question){ .subject = &refreshing->view.subject,
						       .client = refreshing->client,
						       .claims = claims },
			&account_path);
}

void
ac_grant_refresh(struct authcode_exchange *x, const struct authcode_client *client)
{
	const char *text = ac_params_get(&x->params, "refresh_token");
	struct authcode_token_view view;
	const char *scope;
	enum authcode_err err;

	if (text == NULL) {
		ac_respond_error(x, AC_INVALID_REQUEST, "refresh_token is missing");
		return;
	}
	err = ac_token_find(x, text, &view);
	if (err != AUTHCODE_OK && err != AUTHCODE_ERR_NOT_FOUND) {
		ac_respond_failure(x, err, "find refresh token");
		return;
	}
	if (err == AUTHCODE_ERR_NOT_FOUND || view.token.kind != AUTHCODE_TOKEN_REFRESH ||
	    strcmp(view.family.client_id, client->id) != 0) {
		ac_respond_error(x, AC_INVALID_GRANT, bad_token);
		return;
	}
	scope = narrowed_scope(x, view.token.scope);
	if (scope == NULL) {
		ac_respond_error(x, AC_INVALID_SCOPE, "scope is malformed or wider than granted");
		return;
	}
	ask_account(x, &(struct refreshing){ client, scope, view });
}
