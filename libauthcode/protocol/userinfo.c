/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * UserInfo (OIDC-Core §5.3): what the account says about its person, as far as
 * the scope of the token goes. A claim that is not held is left out, never
 * null or empty (§5.3.2).
 */
#include "protocol/access.h"
#include "protocol/bearer.h"
#include "protocol/claims.h"
#include "protocol/exchange.h"
#include "protocol/json_member.h"
#include "protocol/scope.h"

/* Any of these lets a token ask at all. */
static const char *const scopes[] = { "openid", "profile", "email", "address", "phone", "groups" };

/* What waits for the account. */
struct asking {
	struct authcode_token_view view;
	const struct authcode_client *client; /* the one the token was issued to */
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

/* gecos has a name when nothing better is known. */
static bool
put_profile(json_t *object, const struct authcode_exchange *x)
{
	const struct asking *asking = x->state;

	return ac_json_put_text(object, "preferred_username", asking->view.subject.user_name) &&
	       (json_object_get(object, "name") != NULL ||
		ac_json_put_text(object, "name", x->account.full_name));
}

static bool
put_groups(json_t *object, const struct authcode_exchange *x)
{
	const struct asking *asking = x->state;
	json_t *list = ac_access_groups(asking->client, x->account.groups);

	if (list != NULL && json_array_size(list) == 0) {
		json_decref(list);
		return true;
	}
	return ac_json_put_take(object, "groups", list);
}

/* Claims that the account database itself holds. */
static const struct claim_set {
	const char *scope;
	bool (*put)(json_t *object, const struct authcode_exchange *x);
} claim_sets[] = {
	{ "profile", put_profile },
	{ "groups", put_groups },
};

static json_t *
describe(const struct authcode_exchange *x, const struct ac_claims *claims)
{
	const struct asking *asking = x->state;
	const char *scope = asking->view.token.scope;
	json_t *object = json_object();
	bool ok = ac_json_put_take(object, "sub", json_string(asking->view.subject.sub)) &&
		  ac_claims_put(object, scope, claims);

	for (size_t i = 0; ok && i < AC_ARRAY_SIZE(claim_sets); i++) {
		if (ac_scope_has(scope, claim_sets[i].scope))
			ok = claim_sets[i].put(object, x);
	}
	return ac_json_finish_take(object, ok);
}

static void
account_good(struct authcode_exchange *x)
{
	const struct asking *asking = x->state;
	struct ac_claims claims;
	enum authcode_err err =
		ac_claims_parse(x->issuer, x->account.claims, asking->view.family.claims, &claims);

	if (err == AUTHCODE_OK)
		ac_respond_json_take(x, describe(x, &claims));
	else
		ac_respond_failure(x, err, "claims");
	ac_claims_clear(&claims);
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
	asking->client = authcode_clients_find(x->clients, view.family.client_id);
	x->state = asking;
	ac_account_step(x,
			&(struct ac_account_question){
				.subject = &asking->view.subject,
				.client = asking->client,
				.claims = ac_claims_wanted(view.token.scope),
			},
			&account_path);
}
