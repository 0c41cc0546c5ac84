/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * userinfo for a client that is registered for signed answers (UI-12).
 */
#include <string.h>

#include "base/attr.h"
#include "tests/flow/openid_fixture.h"
#include "tests/flow/keys_fixture.h"

static const char *const none[] = { NULL };

static void
register_for(struct openid *o, const char *alg)
{
	struct authcode_client client = openid_client(o);

	client.userinfo_alg = alg;
	openid_set_client(o, &client);
}

/* UI-12: iss and aud beside the claims, no nonce, and no time that would make an ID
 * token of it. */
static void
the_answer_is_a_jwt_with_iss_and_aud(void **state)
{
	static const char *const names[AC_ALG_COUNT] = { "RS256", "PS256", "ES256", "EdDSA" };
	struct openid *o = *state;

	o->flow.account.claims = "{\"email\":\"a@example.org\"}";
	for (int alg = 0; alg < AC_ALG_COUNT; alg++) {
		const struct authcode_response *r;
		json_t *answer, *claims, *id_token;

		register_for(o, names[alg]);
		answer = openid_redeem(o, openid_code(o, "openid email", "&nonce=n"));
		r = openid_userinfo(o, answer);
		assert_int_equal(r->status, 200);
		assert_int_equal(r->kind, AUTHCODE_RESPONSE_JWT);
		assert_int_equal(r->body_len, strlen(r->body));
		claims = openid_verified(r->body, (enum ac_alg_id)alg, NULL);
		id_token = openid_id_token(answer);
		assert_string_equal(openid_rest(o, claims, none),
				    flow_text(&o->flow,
					      "{\"aud\":\"web\",\"email\":\"a@example.org\","
					      "\"iss\":\"" FLOW_ISSUER "\",\"sub\":\"%s\"}",
					      openid_text(id_token, "sub")));
		json_decref(id_token);
		json_decref(claims);
		json_decref(answer);
	}
}

/* A claims text cannot speak for the issuer here either. */
static void
iss_and_aud_are_never_the_account_s(void **state)
{
	struct openid *o = *state;
	const struct authcode_response *r;
	json_t *answer, *claims;

	register_for(o, "ES256");
	o->flow.account.claims = "{\"iss\":\"https://evil.example\",\"aud\":\"b\",\"exp\":1,"
				 "\"nonce\":\"n\",\"sub\":\"x\"}";
	answer = openid_tokens(o, "openid profile");
	r = openid_userinfo(o, answer);
	claims = openid_verified(r->body, AC_ALG_ES256, NULL);
	assert_string_equal(openid_text(claims, "iss"), FLOW_ISSUER);
	assert_string_equal(openid_text(claims, "aud"), FLOW_WEB);
	assert_int_equal(strlen(openid_text(claims, "sub")), 22);
	assert_null(json_object_get(claims, "exp"));
	assert_null(json_object_get(claims, "nonce"));
	json_decref(claims);
	json_decref(answer);
}

/* Never the plain answer in place of the signed one. */
static void
without_a_key_nothing_is_told(void **state)
{
	struct openid *o = *state;
	const struct authcode_response *r;
	json_t *answer;

	register_for(o, "PS256");
	answer = openid_tokens(o, "openid profile");
	test_keys_install(o->flow.issuer, AC_ALG_ALL & ~AC_ALG_BIT(AC_ALG_PS256));
	r = openid_userinfo(o, answer);
	assert_int_equal(r->status, 500);
	assert_string_equal(r->refusal.error, "server_error");
	assert_null(strstr(r->body, "alice"));
	json_decref(answer);
}

/* UI-05, UI-06: refusals are what they are for everybody. */
static void
refusals_are_not_signed(void **state)
{
	struct openid *o = *state;
	const struct authcode_response *r;
	json_t *answer;

	register_for(o, "ES256");
	answer = openid_tokens(o, "openid");
	o->flow.account.state = AUTHCODE_ACCOUNT_REFUSED;
	r = openid_userinfo(o, answer);
	assert_int_equal(r->status, 401);
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_JSON);
	o->flow.account.state = AUTHCODE_ACCOUNT_GOOD;
	o->flow.now_ms += 3600 * 1000;
	r = openid_userinfo(o, answer);
	assert_int_equal(r->status, 401);
	assert_non_null(strstr(r->www_authenticate, "error=\"invalid_token\""));
	json_decref(answer);
}

#define SIGNED_TEST(function)                                                                      \
	cmocka_unit_test_setup_teardown(function, openid_setup, openid_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SIGNED_TEST(the_answer_is_a_jwt_with_iss_and_aud),
		SIGNED_TEST(iss_and_aud_are_never_the_account_s),
		SIGNED_TEST(without_a_key_nothing_is_told),
		SIGNED_TEST(refusals_are_not_signed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
