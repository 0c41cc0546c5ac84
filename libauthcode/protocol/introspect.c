/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Token introspection (RFC 7662). Whoever may not know a token hears the same
 * {"active":false} as about a token that never was (§2.2, §4). Refresh tokens
 * are shown to their own client alone; a public client proves nothing and is
 * shown nothing. What the account is at this moment counts as much as the
 * token (RFC 7662 §4).
 */
#include <string.h>

#include "protocol/client_auth.h"
#include "protocol/exchange.h"
#include "protocol/form_post.h"
#include "protocol/json_answer.h"
#include "protocol/resource.h"
#include "protocol/subject.h"
#include "protocol/token_valid.h"

/* What waits for the account. */
struct asked {
	struct authcode_token_view view;
	const char *jti;
};

static bool
listed(const struct authcode_client *caller, const char *client_id)
{
	for (size_t i = 0; i < caller->introspect_client_count; i++) {
		if (strcmp(caller->introspect_clients[i], client_id) == 0)
			return true;
	}
	return false;
}

static bool
may_know(const struct authcode_exchange *x, const struct authcode_client *caller,
	 const struct authcode_token_view *view)
{
	bool own = strcmp(view->family.client_id, caller->id) == 0;
	const char *server = caller->resource_server;

	if (caller->auth == AUTHCODE_AUTH_NONE)
		return false;
	if (view->token.kind != AUTHCODE_TOKEN_ACCESS)
		return own;
	/* RFC 7662 §4: what is for other resource servers is none of its business. */
	if (server != NULL)
		return own || ac_resource_has(x->issuer, view->token.resource, server);
	switch (caller->may_introspect) {
	case AUTHCODE_INTROSPECT_ALL:
		return true;
	case AUTHCODE_INTROSPECT_LIST:
		return own || listed(caller, view->family.client_id);
	case AUTHCODE_INTROSPECT_OWN:
		return own;
	default:
		return false;
	}
}

static void
put_time(struct ac_json_answer *answer, const char *name, int64_t ms)
{
	if (ms != 0)
		ac_json_answer_int(answer, name, ms / 1000);
}

/* One as a text, several as an array; a refresh token is for us alone. */
static void
put_audience(struct ac_json_answer *answer, const struct authcode_issuer *issuer,
	     const struct authcode_token_view *view)
{
	bool access = view->token.kind == AUTHCODE_TOKEN_ACCESS;
	const char *resource = access ? view->token.resource : "";

	if (strchr(resource, ' ') != NULL)
		ac_json_answer_words(answer, "aud", resource);
	else
		ac_json_answer_text(answer, "aud", *resource != '\0' ? resource : issuer->url);
}

/* The name by which the token's client knows the person; where that is the sector's
 * alone, the account's name would undo it. */
static bool
put_person(struct ac_json_answer *answer, const struct authcode_exchange *x,
	   const struct authcode_token_view *view)
{
	const struct authcode_client *client =
		authcode_clients_find(x->clients, view->family.client_id);
	const char *sub = NULL;

	if (view->family.subject_id == 0) {
		ac_json_answer_text(answer, "sub", view->family.client_id);
		return true;
	}
	if (client == NULL ||
	    ac_subject_sub(x->issuer, client, view->subject.sub, x->arena, &sub) != AUTHCODE_OK)
		return false;
	ac_json_answer_text(answer, "sub", sub);
	if (client->subject_type != AUTHCODE_SUBJECT_PAIRWISE)
		ac_json_answer_text(answer, "username", view->subject.user_name);
	return true;
}

/* RFC 7662 §2.2; a token without a person speaks for its client (RFC 9068 §2.2), whose id
 * is no person's sub. RFC 9470 §6.2 for auth_time and acr. A refresh token has no
 * token_type: nobody shall mistake it for a bearer token. jti names the token and is no
 * part of its secret. */
static bool
describe(const struct authcode_exchange *x, const struct asked *asked,
	 struct ac_json_answer *answer)
{
	const struct authcode_token_view *view = &asked->view;
	const struct authcode_token *token = &view->token;
	const struct authcode_family *family = &view->family;

	ac_json_answer_bool(answer, "active", true);
	ac_json_answer_text(answer, "scope", token->scope);
	ac_json_answer_text(answer, "client_id", family->client_id);
	if (token->kind == AUTHCODE_TOKEN_ACCESS)
		ac_json_answer_text(answer, "token_type", "Bearer");
	if (!put_person(answer, x, view))
		return false;
	ac_json_answer_text(answer, "iss", x->issuer->url);
	put_time(answer, "exp", token->expires_ms);
	put_time(answer, "iat", token->created_ms);
	put_time(answer, "nbf", token->created_ms);
	put_audience(answer, x->issuer, view);
	ac_json_answer_text(answer, "jti", asked->jti);
	put_time(answer, "auth_time", family->auth_time_ms);
	ac_json_answer_text(answer, "acr", family->acr);
	ac_json_answer_words(answer, "amr", family->amr);
	return true;
}

static void
inactive(struct authcode_exchange *x)
{
	struct ac_json_answer answer;

	ac_json_answer_begin(&answer, x->arena);
	ac_json_answer_bool(&answer, "active", false);
	ac_respond_json_answer(x, &answer);
}

static void
account_good(struct authcode_exchange *x)
{
	struct ac_json_answer answer;

	ac_json_answer_begin(&answer, x->arena);
	if (describe(x, x->state, &answer))
		ac_respond_json_answer(x, &answer);
	else
		ac_respond_failure(x, AUTHCODE_ERR_MEMORY, "introspect");
}

/* Not knowing is no reason to call a token dead: resource servers keep that. */
static void
account_bad(struct authcode_exchange *x, enum authcode_account_state state)
{
	if (state == AUTHCODE_ACCOUNT_REFUSED || state == AUTHCODE_ACCOUNT_GONE)
		inactive(x);
	else
		ac_respond_error(x, AC_TEMPORARILY_UNAVAILABLE, AC_ACCOUNT_UNKNOWN);
}

static const struct ac_account_path account_path = { account_good, account_bad };

/* A token of the client itself has no account behind it. */
static void
ask_account(struct authcode_exchange *x, const struct asked *asked)
{
	struct asked *kept = ac_arena_memdup(x->arena, asked, sizeof(*asked));

	if (kept == NULL) {
		ac_respond_failure(x, AUTHCODE_ERR_MEMORY, "introspect");
		return;
	}
	x->state = kept;
	if (kept->view.family.subject_id == 0) {
		account_good(x);
		return;
	}
	ac_account_step(
		x,
		&(struct ac_account_question){
			.subject = &kept->view.subject,
			.client = authcode_clients_find(x->clients, kept->view.family.client_id),
		},
		&account_path);
}

static void
authenticated(struct authcode_exchange *x, const struct authcode_client *caller)
{
	const char *text = ac_params_get(&x->params, "token");
	struct asked asked;
	enum authcode_err err;

	if (text == NULL) {
		ac_respond_error(x, AC_INVALID_REQUEST, "token is missing");
		return;
	}
	err = ac_token_find_jti(x, text, &asked.view, &asked.jti);
	if (err != AUTHCODE_OK && err != AUTHCODE_ERR_NOT_FOUND) {
		ac_respond_failure(x, err, "find token");
		return;
	}
	x->guessed = err == AUTHCODE_ERR_NOT_FOUND;
	if (err == AUTHCODE_OK && may_know(x, caller, &asked.view) &&
	    ac_token_valid(x, &asked.view))
		ask_account(x, &asked);
	else
		inactive(x);
}

void
ac_introspect_decide(struct authcode_exchange *x)
{
	if (ac_form_post_accept(x))
		ac_client_authenticate(x, authenticated);
}
