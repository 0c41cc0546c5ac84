/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * UserInfo (OIDC-Core §5.3): what the account says about its person, as far as
 * the scope of the token and the claims parameter go. A claim that is not held
 * is left out, never null or empty (§5.3.2). A client that is registered for it
 * gets a signed answer.
 */
#include "jose/algorithm.h"
#include "protocol/asked_claims.h"
#include "protocol/bearer.h"
#include "protocol/exchange.h"
#include "protocol/json_member.h"
#include "protocol/person.h"
#include "protocol/scope.h"
#include "protocol/signer.h"

/* Any of these lets a token ask at all. */
static const char *const scopes[] = { "openid", "profile", "email", "address", "phone", "groups" };

/* What waits for the account. */
struct asking {
	struct authcode_token_view view;
	struct ac_person person;
};

static bool
may_ask(const struct authcode_token_view *view)
{
	if (view->family.subject_id == 0)
		return false;
	for (size_t i = 0; i < AC_ARRAY_SIZE(scopes); i++) {
		if (ac_scope_has(view->token.scope, scopes[i]))
			return true;
	}
	return false;
}

/* The claims parameter is one of OpenID Connect: without openid it says nothing
 * (AZ-20). */
static struct ac_person
person_of(const struct authcode_exchange *x, const struct authcode_token_view *view)
{
	return (struct ac_person){
		.client = authcode_clients_find(x->clients, view->family.client_id),
		.subject = &view->subject,
		.sign_in_claims = view->family.claims,
		.scope = view->token.scope,
		.claims_request = ac_scope_has(view->token.scope, "openid")
					  ? view->family.claims_request
					  : "",
		.where = AC_ASKED_USERINFO,
	};
}

/* UI-12. No typ: it is none of the kinds that have one (RFC 8725 §3.11), and with one
 * of its own it would be refused by clients that know the word JWT alone. No exp and
 * no nonce, so that it does not pass for an ID token. */
static enum authcode_err
answer_signed(struct authcode_exchange *x, const struct authcode_client *client, json_t *claims)
{
	const struct ac_signer signer = { x->issuer, x->clients, client, client->userinfo_alg,
					  x->now_ms };
	const char *text = NULL;
	enum authcode_err err = AUTHCODE_ERR_MEMORY;

	if (ac_json_put_text(claims, "iss", x->issuer->url) &&
	    ac_json_put_text(claims, "aud", client->id))
		err = ac_signer_sign(&signer, NULL, claims, x->arena, &text);
	if (err == AUTHCODE_OK)
		ac_respond_jwt(x, text);
	return err;
}

static void
write_claims(struct authcode_exchange *x)
{
	const struct asking *asking = x->state;
	const struct authcode_client *client = asking->person.client;
	json_t *claims = json_object();
	enum authcode_err err = AUTHCODE_ERR_MEMORY;

	if (claims != NULL)
		err = ac_person_put(x, &asking->person, claims);
	if (err == AUTHCODE_OK && client->userinfo_alg != NULL)
		err = answer_signed(x, client, claims);
	else if (err == AUTHCODE_OK)
		ac_respond_json_take(x, json_incref(claims));
	if (err != AUTHCODE_OK)
		ac_respond_failure(x, err, "userinfo");
	json_decref(claims);
}

static void
account_good(struct authcode_exchange *x)
{
	const struct asking *asking = x->state;
	const char *name = asking->person.client->userinfo_alg;

	ac_exchange_write_signed(x, name != NULL ? ac_alg_find(name) : NULL, write_claims);
}

static void
account_bad(struct authcode_exchange *x, enum authcode_account_state state)
{
	if (state == AUTHCODE_ACCOUNT_REFUSED || state == AUTHCODE_ACCOUNT_GONE)
		ac_respond_bearer(x, AC_INVALID_TOKEN, "the account is gone or may not be used",
				  NULL);
	else
		ac_respond_error(x, AC_TEMPORARILY_UNAVAILABLE, AC_ACCOUNT_UNKNOWN);
}

static const struct ac_account_path account_path = { account_good, account_bad };

void
ac_userinfo_decide(struct authcode_exchange *x)
{
	struct authcode_token_view view;
	struct asking *asking;
	enum authcode_err err;
	bool claims = false;

	if (!ac_bearer_accept(x, &view))
		return;
	if (!may_ask(&view)) {
		ac_respond_bearer(x, AC_INSUFFICIENT_SCOPE,
				  "the token does not reach a person's data", "openid");
		return;
	}
	asking = authcode_arena_alloc(x->arena, sizeof(*asking));
	if (asking == NULL) {
		ac_respond_failure(x, AUTHCODE_ERR_MEMORY, "userinfo");
		return;
	}
	asking->view = view;
	asking->person = person_of(x, &asking->view);
	err = ac_person_wants_claims(&asking->person, &claims);
	if (err != AUTHCODE_OK) {
		ac_respond_failure(x, err, "userinfo");
		return;
	}
	x->state = asking;
	ac_account_step(x,
			&(struct ac_account_question){
				.subject = &asking->view.subject,
				.client = asking->person.client,
				.claims = claims,
			},
			&account_path);
}
