/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See openid_fixture.h.
 */
#include "tests/flow/openid_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jose/jws.h"
#include "tests/flow/keys_fixture.h"

static void
note(void *ctx, const char *text)
{
	struct openid *o = ctx;

	snprintf(o->debug, sizeof(o->debug), "%s", text);
}

struct authcode_client
openid_client(struct openid *o)
{
	struct authcode_client client = flow_client(&o->flow, FLOW_WEB);

	client.auth = AUTHCODE_AUTH_SECRET_POST;
	client.trusted = true;
	client.scope = OPENID_ALL " api";
	client.id_token_alg = "ES256";
	return client;
}

void
openid_set_client(struct openid *o, const struct authcode_client *client)
{
	flow_set_clients(&o->flow, client, 1);
}

int
openid_setup(void **state)
{
	static const struct authcode_acr acrs[] = { { "low", 1 }, { "high", 2 }, { "odd", 0 } };
	struct openid *o = calloc(1, sizeof(*o));
	struct authcode_client client;

	assert_non_null(o);
	flow_start_with(&o->flow, &(struct authcode_issuer_settings){
					  .check_accounts = true,
					  .acrs = acrs,
					  .acr_count = AC_ARRAY_SIZE(acrs),
					  .log = { note, o },
				  });
	test_keys_install(o->flow.issuer, AC_ALG_ALL);
	o->browser = (struct flow_browser){ .cookie = "browser-one" };
	client = openid_client(o);
	openid_set_client(o, &client);
	*state = o;
	return 0;
}

int
openid_teardown(void **state)
{
	struct openid *o = *state;

	flow_stop(&o->flow);
	free(o);
	return 0;
}

const char *
openid_code(struct openid *o, const char *scope, const char *rest)
{
	struct authcode_sign_in in = {
		.user = { .name = "alice",
			  .uid = 1000,
			  .full_name = "Alice Gecos",
			  .groups = o->flow.account.groups,
			  .group_count = o->flow.account.group_count },
		.claims = o->sign_in_claims,
		.acr = o->acr,
		.amr = o->amr,
		.browser = o->browser.cookie,
		.now_ms = o->flow.now_ms,
	};
	const struct authcode_response *r;
	struct authcode_exchange *x = NULL;
	const char *code;

	o->browser.session = NULL;
	r = flow_get(&o->flow, &o->browser, AUTHCODE_ENDPOINT_AUTHORIZE,
		     flow_text(&o->flow,
			       "client_id=" FLOW_WEB "&redirect_uri=" FLOW_WEB_URI
			       "&response_type=code&scope=%s%s",
			       flow_encode(&o->flow, scope), rest));
	assert_non_null(r->interaction);
	in.transaction = r->interaction->transaction;
	assert_int_equal(authcode_exchange_begin_sign_in(o->flow.issuer, &in, &x), AUTHCODE_OK);
	authcode_store_perform(o->flow.store, authcode_exchange_operation(x));
	authcode_exchange_answer(x);
	r = authcode_exchange_response(x);
	o->browser.session = flow_text(&o->flow, "%s", r->set_session);
	r = flow_follow(&o->flow, &o->browser, r);
	authcode_exchange_free(&x);
	code = flow_param(&o->flow, r->location, "code");
	assert_non_null(code);
	return code;
}

const struct authcode_response *
openid_token(struct openid *o, const char *body)
{
	const char *whole = flow_text(
		&o->flow, "client_id=" FLOW_WEB "&client_secret=" FLOW_SECRET "&%s", body);

	return flow_run(&o->flow, (struct authcode_request){
					  .endpoint = AUTHCODE_ENDPOINT_TOKEN,
					  .method = AUTHCODE_METHOD_POST,
					  .body = { whole, strlen(whole) },
					  .content_type = FLOW_FORM,
				  });
}

static json_t *
json_of(const struct authcode_response *r)
{
	json_t *json;

	assert_int_equal(r->status, 200);
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_JSON);
	json = json_loadb(r->body, r->body_len, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(json);
	return json;
}

json_t *
openid_redeem(struct openid *o, const char *code)
{
	return json_of(openid_token(
		o, flow_text(&o->flow,
			     "grant_type=authorization_code&redirect_uri=" FLOW_WEB_URI "&code=%s",
			     code)));
}

json_t *
openid_refresh(struct openid *o, const char *refresh_token, const char *rest)
{
	return json_of(
		openid_token(o, flow_text(&o->flow, "grant_type=refresh_token&refresh_token=%s%s",
					  refresh_token, rest)));
}

json_t *
openid_tokens(struct openid *o, const char *scope)
{
	return openid_redeem(o, openid_code(o, scope, ""));
}

static const struct ac_jwk *
find_key(const void *keys, const char *kid, const struct ac_alg *alg)
{
	const struct ac_jwk *key = test_key(alg->id);

	(void)keys;
	/* ID-10 */
	assert_non_null(kid);
	assert_string_equal(kid, ac_jwk_kid(key));
	return key;
}

json_t *
openid_verified(const char *token, enum ac_alg_id alg, const char *typ)
{
	const struct ac_jws_expect expect = {
		.algs = AC_ALG_BIT(alg),
		.typ = { .names = typ, .optional = typ == NULL },
		.find_key = find_key,
	};
	json_t *claims = NULL;
	enum ac_jws_verdict verdict = ac_jws_verify(token, strlen(token), &expect, &claims);

	if (verdict != AC_JWS_VERIFIED)
		fail_msg("%s", ac_jws_words(verdict));
	return claims;
}

json_t *
openid_id_token(const json_t *answer)
{
	const char *token = openid_text(answer, "id_token");

	return token != NULL ? openid_verified(token, AC_ALG_ES256, "JWT") : NULL;
}

const struct authcode_response *
openid_userinfo(struct openid *o, const json_t *answer)
{
	return flow_run(&o->flow,
			(struct authcode_request){
				.endpoint = AUTHCODE_ENDPOINT_USERINFO,
				.method = AUTHCODE_METHOD_GET,
				.authorization = flow_text(&o->flow, "Bearer %s",
							   openid_text(answer, "access_token")),
			});
}

json_t *
openid_userinfo_json(struct openid *o, const json_t *answer)
{
	return json_of(openid_userinfo(o, answer));
}

const char *
openid_text(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

json_int_t
openid_number(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	assert_true(json_is_integer(value));
	return json_integer_value(value);
}

const char *
openid_rest(struct openid *o, const json_t *object, const char *const *without)
{
	json_t *copy = json_deep_copy(object);
	const char *kept;
	char *text;

	assert_non_null(copy);
	for (; *without != NULL; without++)
		json_object_del(copy, *without);
	text = json_dumps(copy, JSON_COMPACT | JSON_SORT_KEYS);
	assert_non_null(text);
	kept = flow_text(&o->flow, "%s", text);
	free(text);
	json_decref(copy);
	return kept;
}
