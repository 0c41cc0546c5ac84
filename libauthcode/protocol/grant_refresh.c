/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The refresh token grant (RFC 6749 §6). A public client's token is replaced at
 * every use, and using a replaced one kills the family (RFC 9700 §4.14.2). A
 * confidential client keeps its token, whose idle end moves, unless it wants it
 * otherwise: it authenticates. So that a lost answer does not cost the session,
 * a replaced token is for a moment answered as before, until what replaced it is
 * used; what it was answered with is derived from it and kept nowhere.
 */
#include "protocol/grant.h"

#include <string.h>

#include "base/secret.h"
#include "protocol/access.h"
#include "protocol/id_token.h"
#include "protocol/resource.h"
#include "protocol/scope.h"
#include "protocol/token_response.h"
#include "protocol/token_valid.h"

static const char bad_token[] = "the refresh token is expired, revoked or unknown";

/* What was given for the token a moment ago, when it is still there: read and
 * derived, not stored. ERR_NOT_FOUND: it is not what we would derive, because the
 * master key, the retry time or the form of access tokens is another since. */
static enum authcode_err
recall(struct authcode_exchange *x, struct ac_token_response *response,
       struct authcode_token_view *ret_access)
{
	const struct authcode_op_use_refresh *use = &x->operation.u.use_refresh;
	struct authcode_store *store = x->issuer->store;
	const struct ac_refresh_owner owner = { response->client, use->family_id };
	struct authcode_token_view refresh;
	uint8_t access_hash[AUTHCODE_HASH_LEN], refresh_hash[AUTHCODE_HASH_LEN];
	enum authcode_err err;

	err = authcode_store_find_token(store, use->access.ret_id, x->arena, ret_access);
	if (err == AUTHCODE_OK)
		err = authcode_store_find_token(store, use->successor.ret_id, x->arena, &refresh);
	if (err == AUTHCODE_OK)
		err = ac_refresh_derive_access(x->issuer, &response->used, ac_access_kind(response),
					       &response->access, access_hash);
	if (err == AUTHCODE_OK)
		err = ac_refresh_derive(x->issuer, &owner, &response->used, &response->refresh,
					refresh_hash);
	if (err != AUTHCODE_OK)
		return err;
	if (!ac_secret_equal(access_hash, ret_access->token.hash, sizeof(access_hash)) ||
	    !ac_secret_equal(refresh_hash, refresh.token.hash, sizeof(refresh_hash)))
		return AUTHCODE_ERR_NOT_FOUND;
	return AUTHCODE_OK;
}

/* A token for which nobody named a resource is the issuer's own. */
static bool
same_resources(const struct authcode_issuer *issuer, const char *a, const char *b)
{
	a = *a != '\0' ? a : issuer->url;
	b = *b != '\0' ? b : issuer->url;
	return ac_scope_subset(a, b) && ac_scope_subset(b, a);
}

/* What was given before, with the time that is left of it. A JWT is signed again, by
 * the key of this moment, over the claims of its row: the same token by its jti, whose
 * groups are those of the account now. An ID token comes for openid, unless it was
 * left out then; what resources take off the scope says nothing about that. */
static void
put_given(const struct authcode_exchange *x, const struct authcode_token *access,
	  struct ac_token_response *response)
{
	response->same_refresh = NULL;
	response->scope = access->scope;
	response->expires_in_s =
		access->expires_ms > x->now_ms ? (access->expires_ms - x->now_ms) / 1000 : 0;
	response->jwt.scope = access->scope;
	response->jwt.resource = access->resource;
	response->jwt.issued_s = access->created_ms / 1000;
	response->jwt.expires_s = access->expires_ms / 1000;
	if (ac_scope_has(x->operation.u.use_refresh.access.scope, "openid") &&
	    !ac_scope_has(access->scope, "openid"))
		response->id_token = NULL;
}

/* The answer that may have been lost, once more. It may not be more than is asked
 * for now, as the first one was not, nor for others than is asked for now. */
static void
answer_again(struct authcode_exchange *x, struct ac_token_response *response)
{
	const struct authcode_op_use_refresh *use = &x->operation.u.use_refresh;
	struct authcode_token_view access;
	enum authcode_err err = recall(x, response, &access);

	if (err == AUTHCODE_ERR_NOT_FOUND) {
		ac_respond_error(x, AC_INVALID_GRANT, bad_token);
		return;
	}
	if (err != AUTHCODE_OK) {
		ac_respond_failure(x, err, "recall tokens");
		return;
	}
	if (!same_resources(x->issuer, access.token.resource, use->access.resource)) {
		ac_respond_error(x, AC_INVALID_TARGET,
				 "the token was refreshed a moment ago for another resource");
		return;
	}
	if (!ac_scope_subset(access.token.scope, use->access.scope)) {
		ac_respond_error(x, AC_INVALID_SCOPE,
				 "the token was refreshed a moment ago for more than this");
		return;
	}
	response->access.id = use->access.ret_id;
	response->refresh.id = use->successor.ret_id;
	put_given(x, &access.token, response);
	ac_token_response_send(x, response);
}

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
	case AUTHCODE_RESULT_REPEATED:
		answer_again(x, response);
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

/* Is the token replaced at this use? */
static bool
rotates(const struct authcode_exchange *x, const struct authcode_client *client,
	const struct authcode_token *token)
{
	int64_t age_ms = x->now_ms - token->created_ms;

	if (client->auth == AUTHCODE_AUTH_NONE)
		return true;
	switch (client->refresh_rotation) {
	case AUTHCODE_ROTATION_NEVER:
		return false;
	case AUTHCODE_ROTATION_LATE:
		return age_ms >= ac_refresh_idle_ms(x, client) / 10 * 7;
	default:
		return true;
	}
}

/* What waits for the account. */
struct refreshing {
	const struct authcode_client *client;
	const char *scope;
	struct authcode_token_view view;
};

/* Whom the tokens speak of. */
static void
put_person(const struct authcode_token_view *view, struct ac_token_response *response)
{
	response->jwt.sub = view->family.subject_id != 0 ? view->subject.sub : NULL;
	response->jwt.auth_time_ms = view->family.auth_time_ms;
	response->jwt.acr = view->family.acr;
	response->jwt.amr = view->family.amr;
}

static enum authcode_err
prepare(struct authcode_exchange *x, const struct refreshing *refreshing)
{
	const struct authcode_client *client = refreshing->client;
	const struct authcode_token_view *view = &refreshing->view;
	struct authcode_op_use_refresh *use = &x->operation.u.use_refresh;
	struct ac_token_response *response = ac_token_response_new(x);
	const char *text = ac_params_get(&x->params, "refresh_token");
	enum authcode_err err;

	if (response == NULL)
		return AUTHCODE_ERR_MEMORY;
	x->state = response;
	response->client = client;
	response->scope = refreshing->scope;
	put_person(view, response);
	use->refresh_id = view->token.id;
	use->family_id = view->family.id;
	use->retry_ms = x->rules->refresh_retry_ms;
	use->rotate = rotates(x, client, &view->token);
	use->refresh_expires_ms = ac_refresh_idle_end(x, client);
	if (!ac_credential_parse(AC_CREDENTIAL_REFRESH, text, &response->used))
		return AUTHCODE_ERR_SYNTAX;
	if (use->rotate && use->retry_ms != 0)
		response->from = &response->used;
	err = ac_token_response_mint_access(x, client, view->family.expires_ms, response,
					    &use->access);
	if (err == AUTHCODE_OK)
		err = ac_id_token_of_family(x, client, view, refreshing->scope,
					    &response->id_token);
	if (err != AUTHCODE_OK)
		return err;
	if (use->rotate)
		return ac_token_response_mint_refresh(
			x, &(struct ac_refresh_owner){ client, view->family.id }, view->token.scope,
			response, &use->successor);
	response->same_refresh = text;
	return AUTHCODE_OK;
}

static void
refresh(struct authcode_exchange *x, const struct refreshing *refreshing)
{
	enum authcode_err err = prepare(x, refreshing);

	ac_exchange_is_about(x, &refreshing->view.subject);
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

/* RFC 9700 §4.14.2: a replaced token shows that somebody else has had it, unless
 * that was so lately that the answer may have been lost. Whoever has used what
 * replaced it has had the answer. The store has the last word. */
static enum authcode_err
judge_rotated(struct authcode_exchange *x, const struct authcode_token *token, bool *ret_evidence)
{
	struct authcode_token_view successor;
	enum authcode_err err;

	*ret_evidence = true;
	if (token->rotated_ms == 0) {
		*ret_evidence = false;
		return AUTHCODE_OK;
	}
	if (x->now_ms >= token->rotated_ms + x->rules->refresh_retry_ms)
		return AUTHCODE_OK;
	err = authcode_store_find_token(x->issuer->store, token->successor_id, x->arena,
					&successor);
	if (err == AUTHCODE_OK)
		*ret_evidence = successor.token.used_ms != 0;
	return err == AUTHCODE_ERR_NOT_FOUND ? AUTHCODE_OK : err;
}

/* A token of the client itself has no account behind it. */
static void
ask_account(struct authcode_exchange *x, const struct refreshing *asked)
{
	struct refreshing *refreshing;
	bool claims = false;

	if (asked->view.family.subject_id == 0) {
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

static void
answer_evidence(struct authcode_exchange *x)
{
	if (x->operation.result == AUTHCODE_RESULT_FAILED)
		ac_respond_failure(x, x->operation.err, "revoke family");
	else
		ac_respond_error(x, AC_INVALID_GRANT, bad_token);
}

/* Nobody is asked about it and nothing given for it, whoever's it is and whatever is
 * asked for with it. What is evidence once is so for ever: the store finds it too. */
static void
submit_evidence(struct authcode_exchange *x, const struct authcode_token_view *view)
{
	x->operation.u.use_refresh = (struct authcode_op_use_refresh){
		.refresh_id = view->token.id,
		.family_id = view->family.id,
		.access = { .scope = "", .resource = "" },
	};
	ac_exchange_is_about(x, &view->subject);
	ac_exchange_submit(x, AUTHCODE_OP_USE_REFRESH, answer_evidence);
}

/* RFC 9700 §4.14.2: a token that is not there any more, but was issued to this
 * client once, was replaced, and what replaced it too. */
static void
refuse_unknown(struct authcode_exchange *x, const struct authcode_client *client, const char *text)
{
	int64_t family_id;
	enum authcode_err err = ac_refresh_family(x->issuer, client, text, &family_id);

	x->guessed = err == AUTHCODE_ERR_NOT_FOUND;
	if (err == AUTHCODE_ERR_NOT_FOUND) {
		ac_respond_error(x, AC_INVALID_GRANT, bad_token);
	} else if (err != AUTHCODE_OK) {
		ac_respond_failure(x, err, "find refresh token");
	} else {
		x->reason = "refresh_reused";
		x->operation.u.revoke_family.family_id = family_id;
		ac_exchange_submit(x, AUTHCODE_OP_REVOKE_FAMILY, answer_evidence);
	}
}

/* What is asked for is looked at only now: a request that is refused for it must not
 * hide that its token was replaced. */
static void
judge_request(struct authcode_exchange *x, const struct authcode_client *client,
	      const struct authcode_token_view *view)
{
	const char *scope = narrowed_scope(x, view->token.scope);

	if (scope == NULL) {
		ac_respond_error(x, AC_INVALID_SCOPE, "scope is malformed or wider than granted");
		return;
	}
	if (ac_resource_choose(x, client, view->family.resource))
		ask_account(x, &(struct refreshing){ client, scope, *view });
}

void
ac_grant_refresh(struct authcode_exchange *x, const struct authcode_client *client)
{
	const char *text = ac_params_get(&x->params, "refresh_token");
	struct authcode_token_view view;
	bool evidence = false;
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
	if (err == AUTHCODE_ERR_NOT_FOUND) {
		refuse_unknown(x, client, text);
		return;
	}
	if (view.token.kind != AUTHCODE_TOKEN_REFRESH ||
	    strcmp(view.family.client_id, client->id) != 0) {
		ac_respond_error(x, AC_INVALID_GRANT, bad_token);
		return;
	}
	err = judge_rotated(x, &view.token, &evidence);
	if (err != AUTHCODE_OK)
		ac_respond_failure(x, err, "find successor");
	else if (evidence)
		submit_evidence(x, &view);
	else
		judge_request(x, client, &view);
}
