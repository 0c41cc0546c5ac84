/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * authcode_exchange_signs(): which answers wait for a thread that may take its time,
 * and that none leaves unsigned. flow_run() looks at each that waits: until it is
 * signed its response is the 500 page.
 */
#include <string.h>

#include "base/attr.h"
#include "tests/flow/openid_fixture.h"
#include "tests/flow/keys_fixture.h"

static void
register_for(struct openid *o, const char *id_token, const char *access, const char *userinfo)
{
	struct authcode_client client = openid_client(o);

	client.id_token_alg = id_token;
	client.access_token_format = access != NULL ? AUTHCODE_FORMAT_JWT : AUTHCODE_FORMAT_OPAQUE;
	client.access_token_alg = access;
	client.userinfo_alg = userinfo;
	openid_set_client(o, &client);
}

static void
rsa_alone_is_slow(void **state)
{
	static const struct {
		const char *id_token, *access, *scope;
		size_t slow;
	} rows[] = {
		{ "RS256", NULL, "openid", 1 },     { "PS256", NULL, "openid", 1 },
		{ "ES256", NULL, "openid", 0 },     { "EdDSA", NULL, "openid", 0 },
		{ "RS256", NULL, "profile", 0 },    { "RS256", "ES256", "profile", 0 },
		{ "RS256", "ES256", "openid", 1 },  { "ES256", "RS256", "openid", 1 },
		{ "ES256", "PS256", "profile", 1 }, { "ES256", "ES256", "openid", 0 },
		{ "RS256", "RS256", "openid", 1 },
	};
	struct openid *o = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		json_t *answer;
		const size_t before = o->flow.signed_slowly;

		print_message("# %s, %s, %s\n", rows[i].id_token,
			      rows[i].access != NULL ? rows[i].access : "opaque", rows[i].scope);
		register_for(o, rows[i].id_token, rows[i].access, NULL);
		answer = openid_tokens(o, rows[i].scope);
		assert_int_equal(o->flow.signed_slowly - before, rows[i].slow);
		assert_int_equal(json_object_get(answer, "id_token") != NULL,
				 strcmp(rows[i].scope, "openid") == 0);
		json_decref(answer);
	}
}

static void
a_refresh_waits_as_a_code_does(void **state)
{
	struct openid *o = *state;
	json_t *first, *second;

	register_for(o, "RS256", NULL, NULL);
	first = openid_tokens(o, "openid offline_access");
	o->flow.signed_slowly = 0;
	second = openid_refresh(o, openid_text(first, "refresh_token"), "");
	assert_int_equal(o->flow.signed_slowly, 1);
	json_decref(openid_verified(openid_text(second, "id_token"), AC_ALG_RS256, "JWT"));
	json_decref(second);
	json_decref(first);
}

static void
signed_userinfo_waits_and_a_plain_one_does_not(void **state)
{
	static const struct {
		const char *alg;
		size_t slow;
	} rows[] = { { "RS256", 1 }, { "PS256", 1 }, { "ES256", 0 }, { "EdDSA", 0 }, { NULL, 0 } };
	struct openid *o = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		json_t *answer;

		register_for(o, "ES256", NULL, rows[i].alg);
		answer = openid_tokens(o, "openid");
		o->flow.signed_slowly = 0;
		assert_int_equal(openid_userinfo(o, answer)->status, 200);
		assert_int_equal(o->flow.signed_slowly, rows[i].slow);
		json_decref(answer);
	}
}

/* A refusal has nothing to sign, and so nobody's thread is asked for it. */
static void
a_refusal_waits_for_nobody(void **state)
{
	struct openid *o = *state;
	const struct authcode_response *r;
	json_t *answer;
	const char *code;

	register_for(o, "RS256", "RS256", "RS256");
	code = openid_code(o, "openid", "");
	answer = openid_redeem(o, code);
	o->flow.signed_slowly = 0;
	r = openid_token(o, flow_text(&o->flow,
				      "grant_type=authorization_code&redirect_uri=" FLOW_WEB_URI
				      "&code=%s",
				      code));
	assert_int_equal(r->status, 400);
	assert_non_null(strstr(r->body, "\"invalid_grant\""));
	assert_int_equal(openid_userinfo(o, answer)->status, 401); /* the replay has ended it */
	assert_int_equal(o->flow.signed_slowly, 0);
	json_decref(answer);
}

static void
one_that_is_not_asked_to_sign_does_nothing(void **state)
{
	struct openid *o = *state;
	const struct authcode_request request = {
		.endpoint = AUTHCODE_ENDPOINT_TOKEN,
		.method = AUTHCODE_METHOD_POST,
		.body = { "a=b", 3 },
		.content_type = "application/x-www-form-urlencoded",
		.now_ms = FLOW_START_MS,
	};
	struct authcode_exchange *x = NULL;

	assert_int_equal(authcode_exchange_begin(o->flow.issuer, &request, &x), AUTHCODE_OK);
	assert_false(authcode_exchange_signs(x));
	authcode_exchange_sign(x);
	assert_int_equal(authcode_exchange_response(x)->status, 401);
	authcode_exchange_free(&x);
}

/* A host without threads of its own. */
static void
the_call_that_goes_round_by_itself_signs(void **state)
{
	static const char body[] = "grant_type=client_credentials&client_id=" FLOW_WEB
				   "&client_secret=" FLOW_SECRET "&scope=api";
	struct openid *o = *state;
	struct authcode_client client = openid_client(o);
	const struct authcode_request request = {
		.endpoint = AUTHCODE_ENDPOINT_TOKEN,
		.method = AUTHCODE_METHOD_POST,
		.body = { body, sizeof(body) - 1 },
		.content_type = "application/x-www-form-urlencoded",
		.now_ms = o->flow.now_ms,
	};
	struct authcode_exchange *x = NULL;
	json_t *answer;

	client.grants |= AUTHCODE_GRANT_CLIENT_CREDENTIALS;
	client.access_token_format = AUTHCODE_FORMAT_JWT;
	client.access_token_alg = "RS256";
	openid_set_client(o, &client);
	assert_int_equal(authcode_exchange_run(o->flow.issuer, &request, &x), AUTHCODE_OK);
	assert_false(authcode_exchange_signs(x));
	assert_int_equal(authcode_exchange_response(x)->status, 200);
	answer = json_loads(authcode_exchange_response(x)->body, 0, NULL);
	json_decref(openid_verified(openid_text(answer, "access_token"), AC_ALG_RS256, "at+jwt"));
	json_decref(answer);
	authcode_exchange_free(&x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rsa_alone_is_slow, openid_setup, openid_teardown),
		cmocka_unit_test_setup_teardown(a_refresh_waits_as_a_code_does, openid_setup,
						openid_teardown),
		cmocka_unit_test_setup_teardown(signed_userinfo_waits_and_a_plain_one_does_not,
						openid_setup, openid_teardown),
		cmocka_unit_test_setup_teardown(a_refusal_waits_for_nobody, openid_setup,
						openid_teardown),
		cmocka_unit_test_setup_teardown(one_that_is_not_asked_to_sign_does_nothing,
						openid_setup, openid_teardown),
		cmocka_unit_test_setup_teardown(the_call_that_goes_round_by_itself_signs,
						openid_setup, openid_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
