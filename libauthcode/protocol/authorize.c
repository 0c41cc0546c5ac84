/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The authorization endpoint (RFC 6749 §3.1 and §4.1.1, RFC 9700 §2.1 and
 * §4.11.2). The table of checks is the security argument: until the client and
 * its redirect URI are both established a refusal is a local page, from then on
 * it is a redirect to exactly that URI. Each check may rely on those above it.
 *
 * A request out of a seal runs through the same table again: between two pages
 * a client may have been disabled or have lost a redirect URI.
 */
#include <string.h>

#include "base/limits.h"
#include "protocol/authorize_check.h"
#include "protocol/front_channel.h"
#include "protocol/pkce.h"
#include "protocol/redirect_uri.h"
#include "protocol/resource.h"
#include "protocol/scope.h"
#include "protocol/verification.h"

bool
ac_refuse_check(struct ac_refusal *ret, enum ac_oauth_error error, const char *why)
{
	*ret = (struct ac_refusal){ error, why };
	return false;
}

bool
ac_fail_check(struct ac_refusal *ret)
{
	return ac_refuse_check(ret, AC_SERVER_ERROR, "the request could not be completed");
}

/* RFC 6749 §3.1: whom would a repeated value speak for? */
static bool
check_identity_once(struct ac_authorization *a, struct ac_refusal *ret)
{
	if (ac_params_count(&a->params, "client_id") > 1)
		return ac_refuse_check(ret, AC_INVALID_REQUEST, "client_id is repeated");
	if (ac_params_count(&a->params, "redirect_uri") > 1)
		return ac_refuse_check(ret, AC_INVALID_REQUEST, "redirect_uri is repeated");
	return true;
}

static bool
check_client(struct ac_authorization *a, struct ac_refusal *ret)
{
	const char *id = ac_params_get(&a->params, "client_id");
	const struct authcode_client *client = authcode_clients_find(a->x->clients, id);

	a->x->asked = client;
	if (id == NULL)
		return ac_refuse_check(ret, AC_INVALID_REQUEST, "client_id is missing");
	if (client == NULL || client->disabled)
		return ac_refuse_check(ret, AC_INVALID_CLIENT, "this client is not known here");
	a->client = client;
	return true;
}

static const char *
asked_scope(const struct ac_authorization *a)
{
	const char *scope = ac_params_get(&a->params, "scope");

	return scope != NULL ? scope : a->client->default_scopes;
}

static bool
check_redirect_uri(struct ac_authorization *a, struct ac_refusal *ret)
{
	const char *uri = ac_params_get(&a->params, "redirect_uri");

	if (uri != NULL) {
		/* RFC 9700 §4.1.3: the registered bytes, not something like them. */
		if (!ac_redirect_uri_match(a->client, uri))
			return ac_refuse_check(ret, AC_INVALID_REQUEST,
					       "redirect_uri is not registered for this client");
		a->redirect_uri = uri;
		a->redirect_uri_sent = true;
		return true;
	}
	/* RFC 6749 §3.1.2.3 lets a lone URI be left out, OIDC-Core §3.1.2.1 does not. */
	if (a->client->redirect_uri_count != 1 || ac_scope_has(asked_scope(a), "openid"))
		return ac_refuse_check(ret, AC_INVALID_REQUEST, "redirect_uri is missing");
	a->redirect_uri = a->client->redirect_uris[0];
	return true;
}

/* Before anything else is refused, since it says how a refusal travels (AZ-12); of
 * two, or of one that is not known, the default does. */
static bool
check_response_mode(struct ac_authorization *a, struct ac_refusal *ret)
{
	const char *name = ac_params_get(&a->params, "response_mode");
	const struct ac_response_mode *mode;

	/* A repeated state is not one value: none is sent back. */
	if (ac_params_count(&a->params, "state") == 1)
		a->state = ac_params_get(&a->params, "state");
	if (name == NULL)
		return true;
	mode = ac_response_mode_find(name);
	if (mode == NULL)
		return ac_refuse_check(ret, AC_INVALID_REQUEST,
				       "that response_mode is not supported");
	if (ac_params_count(&a->params, "response_mode") > 1)
		return ac_refuse_check(ret, AC_INVALID_REQUEST, "response_mode is repeated");
	if (!ac_response_mode_carries(mode, a->redirect_uri, a->state))
		return ac_refuse_check(ret, AC_INVALID_REQUEST,
				       "that response_mode cannot carry the answer there");
	a->mode = mode;
	return true;
}

static bool
check_repeats(struct ac_authorization *a, struct ac_refusal *ret)
{
	if (!ac_front_channel_once(&a->params))
		return ac_refuse_check(ret, AC_INVALID_REQUEST, "a parameter is repeated");
	return true;
}

/* What they carry would replace or outweigh the rest of the request: passing them over
 * would answer another request than the one that was made (OIDC-Core §3.1.2.6). */
static bool
check_request_objects(struct ac_authorization *a, struct ac_refusal *ret)
{
	static const struct {
		const char *name;
		struct ac_refusal refusal;
	} unsupported[] = {
		{ "request", { AC_REQUEST_NOT_SUPPORTED, "request is not supported" } },
		{ "request_uri", { AC_REQUEST_URI_NOT_SUPPORTED, "request_uri is not supported" } },
		{ "registration",
		  { AC_REGISTRATION_NOT_SUPPORTED, "registration is not supported" } },
	};

	for (size_t i = 0; i < AC_ARRAY_SIZE(unsupported); i++) {
		if (ac_params_get(&a->params, unsupported[i].name) != NULL)
			return ac_refuse_check(ret, unsupported[i].refusal.error,
					       unsupported[i].refusal.why);
	}
	return true;
}

/* RFC 6749 §3.1.1: a composite value is a set of words. */
static bool
same_words(const char *a, const char *b)
{
	return strlen(a) == strlen(b) && ac_scope_subset(a, b) && ac_scope_subset(b, a);
}

static bool
check_response_type(struct ac_authorization *a, struct ac_refusal *ret)
{
	static const struct {
		const char *words;
		unsigned grant; /* the client must have it */
	} types[] = {
		{ "code", AUTHCODE_GRANT_AUTHORIZATION_CODE },
	};
	const char *type = ac_params_get(&a->params, "response_type");

	if (type == NULL)
		return ac_refuse_check(ret, AC_INVALID_REQUEST, "response_type is missing");
	for (size_t i = 0; i < AC_ARRAY_SIZE(types); i++) {
		if (!same_words(type, types[i].words))
			continue;
		if ((a->client->grants & types[i].grant) == 0)
			return ac_refuse_check(ret, AC_UNAUTHORIZED_CLIENT,
					       "this client may not use that response_type");
		return true;
	}
	return ac_refuse_check(ret, AC_UNSUPPORTED_RESPONSE_TYPE,
			       "that response_type is not supported");
}

static bool
check_pkce(struct ac_authorization *a, struct ac_refusal *ret)
{
	const char *challenge = ac_params_get(&a->params, "code_challenge");
	/* The registry sets require_pkce for every public client (RFC 9700 §2.1.1). */
	const char *why =
		ac_pkce_check_request(challenge, ac_params_get(&a->params, "code_challenge_method"),
				      a->client->require_pkce);

	if (why != NULL)
		return ac_refuse_check(ret, AC_INVALID_REQUEST, why);
	a->code_challenge = challenge != NULL ? challenge : "";
	return true;
}

static bool
check_scope(struct ac_authorization *a, struct ac_refusal *ret)
{
	const char *asked = asked_scope(a);

	if (*asked != '\0' && !ac_scope_valid(asked))
		return ac_refuse_check(ret, AC_INVALID_SCOPE, "scope is malformed");
	/* RFC 6749 §3.3: values unknown to us are ignored, the answer of the
	 * token endpoint says what was granted. */
	a->scope = ac_scope_intersect(a->x->arena, asked, a->client->scope);
	if (a->scope == NULL)
		return ac_fail_check(ret);
	if (*a->scope == '\0')
		return ac_refuse_check(ret, AC_INVALID_SCOPE,
				       "nothing of that scope can be granted");
	return true;
}

/* RFC 8707 §2 */
static bool
check_resource(struct ac_authorization *a, struct ac_refusal *ret)
{
	const char *why = NULL;
	enum authcode_err err = ac_resource_asked(a->x, a->client, &a->params, &a->resource, &why);

	if (err == AUTHCODE_ERR_SYNTAX)
		return ac_refuse_check(ret, AC_INVALID_TARGET, why);
	if (err == AUTHCODE_OK)
		a->consent = ac_resource_consented(a->x->arena, a->shown_scope, a->resource);
	if (a->consent == NULL)
		return ac_fail_check(ret);
	return true;
}

/* What is sealed: the parameters we know, with scope and claims as they were shown,
 * so that a consent never covers a value that appeared in the registry later. */
static bool
check_size(struct ac_authorization *a, struct ac_refusal *ret)
{
	static const char *const carried[] = {
		"client_id", "redirect_uri",   "response_type",         "response_mode",
		"state",     "code_challenge", "code_challenge_method", "nonce",
		"prompt",    "max_age",
	};
	const struct ac_param_pair read[] = {
		{ "scope", a->scope },           { "acr_values", a->wished_acrs },
		{ "claims", a->claims.text },    { "login_hint", a->login_hint },
		{ "ui_locales", a->ui_locales },
	};
	struct ac_buf buf;
	bool fits;

	ac_buf_init(&buf, AC_MAX_AUTHORIZE_PARAMS);
	for (size_t i = 0; i < AC_ARRAY_SIZE(carried); i++) {
		const char *value = ac_params_get(&a->params, carried[i]);

		if (value != NULL)
			ac_form_put(&buf, carried[i], value);
	}
	for (size_t i = 0; i < AC_ARRAY_SIZE(read); i++) {
		if (read[i].value != NULL && *read[i].value != '\0')
			ac_form_put(&buf, read[i].name, read[i].value);
	}
	ac_resource_put(&buf, a->resource);
	fits = ac_buf_ok(&buf);
	if (fits)
		a->request = ac_arena_strndup(a->x->arena, ac_buf_text(&buf), buf.len);
	ac_buf_clear(&buf);
	if (!fits)
		return ac_refuse_check(ret, AC_INVALID_REQUEST, "the request is too long");
	if (a->request == NULL)
		return ac_fail_check(ret);
	return true;
}

enum answer {
	LOCAL_PAGE = 0,
	REDIRECT,
};

static const struct check {
	const char *name;
	enum answer answer; /* where a refusal goes */
	ac_check_function *run;
} checks[] = {
	{ "client_id and redirect_uri once", LOCAL_PAGE, check_identity_once },
	{ "client", LOCAL_PAGE, check_client },
	{ "redirect_uri", LOCAL_PAGE, check_redirect_uri },
	/* From here on the redirect URI is the client's own. */
	{ "response_mode", REDIRECT, check_response_mode },
	{ "repeats", REDIRECT, check_repeats },
	{ "request objects", REDIRECT, check_request_objects },
	{ "response_type", REDIRECT, check_response_type },
	{ "pkce", REDIRECT, check_pkce },
	{ "scope", REDIRECT, check_scope },
	{ "nonce", REDIRECT, ac_check_nonce },
	{ "prompt", REDIRECT, ac_check_prompt },
	{ "max_age", REDIRECT, ac_check_max_age },
	{ "id_token_hint", REDIRECT, ac_check_id_token_hint },
	{ "login_hint", REDIRECT, ac_check_login_hint },
	{ "ui_locales", REDIRECT, ac_check_ui_locales },
	{ "claims", REDIRECT, ac_check_claims },
	{ "resource", REDIRECT, check_resource },
	{ "acr", REDIRECT, ac_check_acr },
	{ "size", REDIRECT, check_size },
};

struct ac_authorization *
ac_authorization_check(struct authcode_exchange *x, const struct ac_params *params)
{
	struct ac_authorization *a = authcode_arena_alloc(x->arena, sizeof(*a));

	if (a != NULL) {
		a->x = x;
		a->params = *params;
		a->hint_sub = "";
		a->tried_acr = "";
		a->mode = ac_response_mode_default();
		a->browser = ac_arena_strdup(x->arena,
					     x->request.browser != NULL ? x->request.browser : "");
	}
	if (a == NULL || a->browser == NULL) {
		ac_respond_failure(x, AUTHCODE_ERR_MEMORY, "authorization");
		return NULL;
	}
	for (size_t i = 0; i < AC_ARRAY_SIZE(checks); i++) {
		struct ac_refusal refusal = { AC_SERVER_ERROR, checks[i].name };

		x->check = NULL;
		if (checks[i].run(a, &refusal))
			continue;
		x->check = checks[i].name;
		if (checks[i].answer == REDIRECT)
			ac_authorization_refuse(a, refusal.error, refusal.why);
		else
			ac_respond_page(x, 400, refusal.error, refusal.why);
		return NULL;
	}
	return a;
}

struct ac_authorization *
ac_authorization_reopen(struct authcode_exchange *x, const struct ac_transaction *transaction)
{
	struct ac_authorization *a;
	struct ac_params params = { 0 };
	enum authcode_err err =
		ac_form_decode(x->arena, transaction->request, strlen(transaction->request),
			       AC_FROM_QUERY, &params);

	if (err != AUTHCODE_OK) {
		ac_respond_failure(x, err, "sealed request");
		return NULL;
	}
	a = transaction->device ? ac_verification_check(x, &params)
				: ac_authorization_check(x, &params);
	/* Who is meant was read out of a hint that is not carried itself. */
	if (a != NULL)
		a->hint_sub = transaction->sub;
	/* An old seal, or another browser's, tells of nobody's sign-in here. */
	if (a != NULL &&
	    ac_transaction_fresh(x->issuer, transaction, x->request.browser, x->now_ms)) {
		a->tried_ms = transaction->tried_ms;
		a->tried_acr = transaction->acr;
		a->chosen_id = transaction->chosen_id;
	}
	return a;
}

void
ac_authorize_decide(struct authcode_exchange *x)
{
	struct ac_authorization *a;

	/* RFC 6749 §3.1: POST means the same. Both places count, so that a
	 * parameter in each is a repeat. */
	if (!ac_front_channel_query(x))
		return;
	if (x->request.method == AUTHCODE_METHOD_POST && !ac_front_channel_form(x))
		return;
	a = ac_authorization_check(x, &x->params);
	if (a == NULL)
		return;
	/* A POST of another site comes without our cookies (SameSite=Lax): a GET of our
	 * own brings them (AZ-45), and no reload of a page posts anything again. */
	if (x->request.method == AUTHCODE_METHOD_POST)
		ac_authorization_hop(a);
	else
		ac_authorization_proceed(a, AUTHCODE_NOTICE_NONE);
}
