/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * UserInfo (OIDC-Core §5.3): what the account says about its person, as far as
 * the scope of the token goes. A claim that is not held is left out, never
 * null or empty (§5.3.2).
 */
#include <string.h>

#include "protocol/bearer.h"
#include "protocol/exchange.h"
#include "protocol/json_member.h"
#include "protocol/scope.h"

/* Any of these lets a token ask at all. */
static const char *const scopes[] = { "openid", "profile", "email", "groups" };

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

static bool
put_profile(json_t *claims, const struct authcode_subject *subject)
{
	return ac_json_put_text(claims, "preferred_username", subject->user_name) &&
	       ac_json_put_text(claims, "name", subject->full_name);
}

/* The names are joined by '\n'. */
static bool
put_groups(json_t *claims, const struct authcode_subject *subject)
{
	const char *name = subject->groups;
	json_t *list;
	bool ok = true;

	if (name == NULL || *name == '\0')
		return true;
	list = json_array();
	while (ok && *name != '\0') {
		size_t len = strcspn(name, "\n");

		if (len > 0)
			ok = json_array_append_new(list, json_stringn(name, len)) == 0;
		name += len + (name[len] != '\0');
	}
	if (!ok) {
		json_decref(list);
		return false;
	}
	return ac_json_put_take(claims, "groups", list);
}

static const struct claim_set {
	const char *scope;
	bool (*put)(json_t *claims, const struct authcode_subject *subject);
} claim_sets[] = {
	{ "profile", put_profile },
	{ "groups", put_groups },
};

static json_t *
claims_of(const struct authcode_token_view *view)
{
	json_t *claims = json_object();
	bool ok = ac_json_put_take(claims, "sub", json_string(view->subject.sub));

	for (size_t i = 0; ok && i < AC_ARRAY_SIZE(claim_sets); i++) {
		if (ac_scope_has(view->token.scope, claim_sets[i].scope))
			ok = claim_sets[i].put(claims, &view->subject);
	}
	return ac_json_finish_take(claims, ok);
}

void
ac_userinfo_decide(struct authcode_exchange *x)
{
	struct authcode_token_view view;

	if (!ac_bearer_accept(x, &view))
		return;
	if (!may_ask(&view)) {
		ac_respond_bearer(x, AC_INSUFFICIENT_SCOPE,
				  "the token does not reach a person's data", "openid");
		return;
	}
	ac_respond_json_take(x, claims_of(&view));
}
