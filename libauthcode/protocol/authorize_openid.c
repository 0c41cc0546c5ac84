/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The parameters that OpenID Connect adds to an authorization request
 * (OIDC-Core §3.1.2.1, §5.5): how, how lately, as whom and to prove what
 * somebody must have signed in. They hold for plain OAuth too, as RFC 9470 §4
 * has it, but for what speaks of an ID token.
 *
 * display and claims_locales are wishes for pages and texts that we have in one form
 * alone, so that form is the best match (§15.1): they are never looked at and never an
 * error. Of ui_locales the host is told, for what PAM says to people.
 */
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "protocol/acr.h"
#include "protocol/authorize_check.h"
#include "protocol/id_token_hint.h"
#include "protocol/scope.h"

#define MAX_TAG 35 /* RFC 5646 §4.4.1: holds all that anybody registers */

/* Kept whole or refused, never cut. */
bool
ac_check_nonce(struct ac_authorization *a, struct ac_refusal *ret)
{
	const char *nonce = ac_params_get(&a->params, "nonce");

	if (nonce != NULL && strlen(nonce) > AC_MAX_NONCE)
		return ac_refuse_check(ret, AC_INVALID_REQUEST, "nonce is too long");
	a->nonce = nonce != NULL ? nonce : "";
	return true;
}

static const struct {
	const char *word;
	unsigned bit;
} prompts[] = {
	{ "none", AC_PROMPT_NONE },
	{ "login", AC_PROMPT_LOGIN },
	{ "consent", AC_PROMPT_CONSENT },
	{ "select_account", AC_PROMPT_SELECT_ACCOUNT },
};

static unsigned
prompt_bit(const char *word, size_t len)
{
	for (size_t i = 0; i < AC_ARRAY_SIZE(prompts); i++) {
		if (strlen(prompts[i].word) == len && memcmp(prompts[i].word, word, len) == 0)
			return prompts[i].bit;
	}
	return 0;
}

/* Words with a space between them, as they are defined: what we do not know might
 * have been meant to keep somebody out. */
bool
ac_check_prompt(struct ac_authorization *a, struct ac_refusal *ret)
{
	const char *word = ac_params_get(&a->params, "prompt");

	while (word != NULL) {
		size_t len = strcspn(word, " ");
		unsigned bit = prompt_bit(word, len);

		if (bit == 0)
			return ac_refuse_check(ret, AC_INVALID_REQUEST, "that prompt is not known");
		a->prompt |= bit;
		word = word[len] == ' ' ? word + len + 1 : NULL;
	}
	if ((a->prompt & AC_PROMPT_NONE) != 0 && a->prompt != AC_PROMPT_NONE)
		return ac_refuse_check(ret, AC_INVALID_REQUEST,
				       "prompt is none and something else");
	return true;
}

/* An age that no clock of ours reaches is a limit like none. */
bool
ac_check_max_age(struct ac_authorization *a, struct ac_refusal *ret)
{
	const char *text = ac_params_get(&a->params, "max_age");
	uint64_t seconds = 0;

	a->max_age_s = AC_MAX_AGE_NONE;
	if (text == NULL) {
		/* OIDC-Reg §2 */
		if (a->client->default_max_age_s > 0)
			a->max_age_s = a->client->default_max_age_s;
		return true;
	}
	if (!ac_parse_u64(text, INT64_MAX / 1000, &seconds))
		return ac_refuse_check(ret, AC_INVALID_REQUEST,
				       "max_age is not a number of seconds");
	a->max_age_s = (int64_t)seconds;
	return true;
}

/* Two clients of one sector, or of none, know a person by the same name. */
static bool
same_names(const struct authcode_client *a, const struct authcode_client *b)
{
	if (a == NULL || a->subject_type != b->subject_type)
		return false;
	return a->subject_type == AUTHCODE_SUBJECT_PUBLIC || strcmp(a->sector, b->sector) == 0;
}

/* An ID token is no proof of who sends it, but says who is meant. */
bool
ac_check_id_token_hint(struct ac_authorization *a, struct ac_refusal *ret)
{
	const char *text = ac_params_get(&a->params, "id_token_hint");
	struct ac_id_token_hint hint = { 0 };
	enum authcode_err err = AUTHCODE_OK;

	if (text == NULL)
		return true;
	err = ac_id_token_hint(a->x, text, &hint);
	if (err == AUTHCODE_ERR_SYNTAX)
		return ac_refuse_check(ret, AC_INVALID_REQUEST,
				       "id_token_hint is not an ID token of this server");
	if (err != AUTHCODE_OK)
		return ac_fail_check(ret);
	if (!same_names(authcode_clients_find(a->x->clients, hint.client_id), a->client))
		return ac_refuse_check(ret, AC_INVALID_REQUEST,
				       "id_token_hint was issued to a client that knows people by "
				       "other names");
	a->hint_sub = hint.sub;
	return true;
}

/* What could be no name here is of no use to the page. */
bool
ac_check_login_hint(struct ac_authorization *a, struct ac_refusal *ret)
{
	const char *hint = ac_params_get(&a->params, "login_hint");

	(void)ret;
	if (hint != NULL && strlen(hint) <= AC_MAX_USER_NAME &&
	    ac_text_printable(hint, strlen(hint)))
		a->login_hint = hint;
	return true;
}

static bool
tag_ok(const char *tag, size_t len)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789-";

	return len > 0 && len <= MAX_TAG && strspn(tag, allowed) >= len;
}

/* Never an error: what is no tag is passed over, and so is what lies beyond those that
 * the host's place for them holds (AZ-30). */
bool
ac_check_ui_locales(struct ac_authorization *a, struct ac_refusal *ret)
{
	const char *word = ac_params_get(&a->params, "ui_locales");
	char *out = authcode_arena_alloc(a->x->arena, AC_MAX_UI_LOCALES + 1);
	size_t used = 0;

	if (out == NULL)
		return ac_fail_check(ret);
	while (word != NULL && *word != '\0') {
		size_t len = strcspn(word, " ");
		size_t space = used > 0;

		if (tag_ok(word, len) && used + space + len <= AC_MAX_UI_LOCALES) {
			if (space > 0)
				out[used++] = ' ';
			memcpy(out + used, word, len);
			used += len;
		}
		word += len + strspn(word + len, " ");
	}
	out[used] = '\0';
	a->ui_locales = out;
	return true;
}

bool
ac_check_claims(struct ac_authorization *a, struct ac_refusal *ret)
{
	const char *text = ac_params_get(&a->params, "claims");
	struct ac_claims_request claims = AC_CLAIMS_REQUEST_NONE;
	enum authcode_err err = AUTHCODE_OK;

	if (text != NULL)
		err = ac_claims_request_parse(a->x->arena, a->client, text, &claims);
	if (err == AUTHCODE_ERR_SYNTAX)
		return ac_refuse_check(ret, AC_INVALID_REQUEST,
				       "claims is not a JSON object as it has to be");
	if (err != AUTHCODE_OK)
		return ac_fail_check(ret);
	/* Without openid there is neither ID token nor userinfo (AZ-20). */
	a->claims = ac_scope_has(a->scope, "openid") ? claims : AC_CLAIMS_REQUEST_NONE;
	a->shown_scope = ac_scope_union(a->x->arena, a->scope, a->claims.scope);
	return a->shown_scope != NULL || ac_fail_check(ret);
}

/* Could a sign-in that satisfies the client's min_acr be one of them? */
static bool
can_be_met(const struct ac_authorization *a, const char *acrs)
{
	const char *lacking = ac_acr_lacking(a->x->rules, a->client->min_acr, acrs, NULL);

	return lacking != NULL && ac_acr_reaches(a->x->rules, lacking, acrs) != NULL;
}

/* acr_values is a wish, of which we carry what we know (AZ-33). What the client
 * insists on is configuration, or essential in its claims (OIDC-Core §5.5.1.1):
 * where nothing could ever prove it, nobody shall sign in for that. */
bool
ac_check_acr(struct ac_authorization *a, struct ac_refusal *ret)
{
	const struct ac_issuer_rules *rules = a->x->rules;
	const char *values = ac_params_get(&a->params, "acr_values");

	if (a->client->min_acr != NULL && ac_acr_find(rules, a->client->min_acr) == NULL)
		return ac_refuse_check(ret, AC_SERVER_ERROR,
				       "the sign-in that this application needs is not set up");
	a->wished_acrs = ac_acr_known(rules, a->x->arena, values != NULL ? values : "");
	a->claims.acrs = ac_acr_known(rules, a->x->arena, a->claims.acrs);
	if (a->wished_acrs == NULL || a->claims.acrs == NULL)
		return ac_fail_check(ret);
	if (a->claims.acr_essential && !can_be_met(a, a->claims.acrs))
		return ac_refuse_check(ret, AC_UNMET_AUTHENTICATION_REQUIREMENTS,
				       "no sign-in here proves what the request insists on");
	a->acrs = a->claims.acr_essential || *a->wished_acrs == '\0' ? a->claims.acrs
								     : a->wished_acrs;
	return true;
}
