/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The ID token of the code and refresh grants: ID-01 … ID-10, ID-15 … ID-17 and
 * AZ-20. Claims about the person are test_id_token_claims.c's.
 */
#include <string.h>

#include "base/attr.h"
#include "base/limits.h"
#include "jose/half_hash.h"
#include "tests/flow/openid_fixture.h"
#include "tests/flow/keys_fixture.h"

/* What differs from run to run, or is looked at by itself. */
static const char *const usual[] = { "iss", "aud",     "sub", "exp",       "iat",
				     "sid", "at_hash", "amr", "auth_time", NULL };

/* ID-01, ID-02, ID-04, ID-05: every member there is, and none more. */
static void
an_id_token_says_who_for_whom_and_when(void **state)
{
	struct openid *o = *state;
	json_t *answer = openid_tokens(o, "openid"), *info = openid_userinfo_json(o, answer);
	json_t *claims = openid_id_token(answer);
	const json_int_t now_s = FLOW_START_MS / 1000;

	assert_non_null(claims);
	assert_string_equal(openid_text(claims, "iss"), FLOW_ISSUER);
	assert_string_equal(openid_text(claims, "aud"), FLOW_WEB);
	assert_int_equal(openid_number(claims, "iat"), now_s);
	assert_int_equal(openid_number(claims, "exp"), now_s + 3600);
	assert_int_equal(openid_number(claims, "auth_time"), now_s);
	/* ID-03, UI-08 */
	assert_int_equal(strlen(openid_text(claims, "sub")), 22);
	assert_string_equal(openid_text(claims, "sub"), openid_text(info, "sub"));
	/* ID-08 */
	assert_int_equal(strlen(openid_text(claims, "sid")), 43);
	assert_string_equal(openid_rest(o, claims, usual), "{}");
	assert_null(json_object_get(claims, "amr"));
	json_decref(claims);
	json_decref(info);
	json_decref(answer);
}

/* ID-01: its life is an option, and never longer than half a day. */
static void
an_id_token_lives_as_long_as_is_configured(void **state)
{
	struct authcode_issuer_settings settings = { .lifetimes.id_token_s = 12 * 3600 };
	struct authcode_issuer *issuer = NULL;
	struct authcode_reason reason;
	struct flow flow;

	(void)state;
	flow_start_with(&flow, &settings);
	settings.issuer = FLOW_ISSUER;
	settings.store = flow.store;
	settings.master_key[0] = 1;
	settings.lifetimes.id_token_s++;
	assert_int_equal(authcode_issuer_new(&settings, &issuer, &reason), AUTHCODE_ERR_CONFIG);
	assert_string_equal(reason.text, "an ID token must not live longer than 12 hours");
	flow_stop(&flow);
}

/* AZ-20 */
static void
without_openid_there_is_no_id_token(void **state)
{
	static const char *const scopes[] = {
		"profile",
		"profile email groups",
		"api",
		"offline_access profile",
	};
	struct openid *o = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(scopes); i++) {
		json_t *answer = openid_tokens(o, scopes[i]);

		assert_null(json_object_get(answer, "id_token"));
		json_decref(answer);
	}
	/* Nor does userinfo speak to who has none of the scopes that it tells of. */
	for (size_t i = 2; i < 3; i++) {
		json_t *answer = openid_tokens(o, scopes[i]);
		const struct authcode_response *r = openid_userinfo(o, answer);

		assert_int_equal(r->status, 403);
		assert_non_null(strstr(r->www_authenticate, "scope=\"openid\""));
		json_decref(answer);
	}
}

/* ID-15, AZ-21 */
static void
a_nonce_comes_back_exactly_as_it_was_sent(void **state)
{
	static const char *const nonces[] = { "n", "a b+c%&=\"\\\xc3\xbc", "{}", "0", "null" };
	char longest[AC_MAX_NONCE + 1];
	struct openid *o = *state;

	memset(longest, 'x', AC_MAX_NONCE);
	longest[AC_MAX_NONCE] = '\0';
	for (size_t i = 0; i <= AC_ARRAY_SIZE(nonces); i++) {
		const char *nonce = i < AC_ARRAY_SIZE(nonces) ? nonces[i] : longest;
		const char *rest = flow_text(&o->flow, "&nonce=%s", flow_encode(&o->flow, nonce));
		json_t *answer = openid_redeem(o, openid_code(o, "openid", rest));
		json_t *claims = openid_id_token(answer);

		assert_string_equal(openid_text(claims, "nonce"), nonce);
		json_decref(claims);
		json_decref(answer);
	}
}

/* ID-06, ID-09, ID-10: each with its own key, hash and algorithm, and the others' keys
 * do not verify it. */
static void
every_client_s_algorithm_is_used(void **state)
{
	static const char *const names[AC_ALG_COUNT] = { "RS256", "PS256", "ES256", "EdDSA" };
	struct openid *o = *state;

	for (int alg = 0; alg < AC_ALG_COUNT; alg++) {
		struct authcode_client client = openid_client(o);
		const char *token;
		char hash[AC_HALF_HASH_SIZE];
		json_t *answer, *claims;

		client.id_token_alg = names[alg];
		openid_set_client(o, &client);
		answer = openid_tokens(o, "openid");
		token = openid_text(answer, "id_token");
		claims = openid_verified(token, (enum ac_alg_id)alg, "JWT");
		assert_int_equal(ac_half_hash(alg == AC_ALG_EDDSA ? "SHA512" : "SHA256",
					      openid_text(answer, "access_token"), hash),
				 AUTHCODE_OK);
		assert_string_equal(openid_text(claims, "at_hash"), hash);
		json_decref(claims);
		json_decref(answer);
	}
}

/* ID-09: RS256 for who says nothing. */
static void
a_client_that_says_nothing_gets_rs256(void **state)
{
	struct openid *o = *state;
	struct authcode_client client = openid_client(o);
	json_t *answer, *claims;

	client.id_token_alg = NULL;
	openid_set_client(o, &client);
	answer = openid_tokens(o, "openid");
	claims = openid_verified(openid_text(answer, "id_token"), AC_ALG_RS256, "JWT");
	json_decref(claims);
	json_decref(answer);
}

/* Without a key for it nothing is used up: the code is good once there is one. */
static void
without_a_key_the_code_stays_good(void **state)
{
	struct openid *o = *state;
	const char *code = openid_code(o, "openid", "");
	const char *body = flow_text(
		&o->flow, "grant_type=authorization_code&redirect_uri=" FLOW_WEB_URI "&code=%s",
		code);
	const struct authcode_response *r;
	json_t *answer;

	test_keys_install(o->flow.issuer, AC_ALG_BIT(AC_ALG_RS256));
	r = openid_token(o, body);
	assert_int_equal(r->status, 500);
	assert_string_equal(r->refusal.error, "server_error");
	assert_null(strstr(r->body, "access_token"));
	test_keys_install(o->flow.issuer, 0);
	assert_int_equal(openid_token(o, body)->status, 500);
	test_keys_install(o->flow.issuer, AC_ALG_ALL);
	answer = openid_redeem(o, code);
	assert_non_null(json_object_get(answer, "id_token"));
	json_decref(answer);
}

/* And a code that is used twice ends its family, key or no key. */
static void
without_a_key_a_used_code_is_evidence_all_the_same(void **state)
{
	struct openid *o = *state;
	const char *code = openid_code(o, "openid", "");
	json_t *answer = openid_redeem(o, code);
	const struct authcode_response *r;

	test_keys_install(o->flow.issuer, 0);
	r = openid_token(o, flow_text(&o->flow,
				      "grant_type=authorization_code&redirect_uri=" FLOW_WEB_URI
				      "&code=%s",
				      code));
	assert_int_equal(r->status, 400);
	assert_string_equal(r->refusal.error, "invalid_grant");
	assert_int_equal(openid_userinfo(o, answer)->status, 401);
	json_decref(answer);
}

/* ID-07 */
static void
acr_and_amr_are_those_of_the_sign_in(void **state)
{
	static const struct {
		const char *acr, *amr, *told;
	} rows[] = {
		{ NULL, NULL, "{}" },
		{ "", "", "{}" },
		{ NULL, "pwd", "{\"amr\":[\"pwd\"]}" },
		{ "high", "pwd  otp ", "{\"acr\":\"high\",\"amr\":[\"pwd\",\"otp\"]}" },
		{ "unknown", " ", "{\"acr\":\"unknown\"}" },
	};
	static const char *const without[] = { "iss", "aud",     "sub",       "exp", "iat",
					       "sid", "at_hash", "auth_time", NULL };
	struct openid *o = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		json_t *answer, *claims;

		o->acr = rows[i].acr;
		o->amr = rows[i].amr;
		answer = openid_tokens(o, "openid");
		claims = openid_id_token(answer);
		assert_string_equal(openid_rest(o, claims, without), rows[i].told);
		json_decref(claims);
		json_decref(answer);
	}
}

/* ID-17: one of those that were asked for, where the sign-in satisfies it. */
static void
an_acr_that_was_asked_for_and_is_satisfied_is_the_one_told(void **state)
{
	static const struct {
		const char *acr, *asked, *told;
	} rows[] = {
		{ "high", "null", "high" },
		{ "high", "{\"essential\":true}", "high" },
		{ "high", "{\"essential\":true,\"value\":\"high\"}", "high" },
		{ "high", "{\"essential\":true,\"value\":\"low\"}", "low" },
		{ "high", "{\"values\":[\"odd\",\"low\",\"high\"]}", "low" },
		{ "odd", "{\"values\":[\"high\",\"odd\"]}", "odd" },
		/* It never says more than was proved. */
		{ "low", "{\"value\":\"high\"}", "low" },
		{ "low", "{\"values\":[\"high\",\"odd\",\"none\"]}", "low" },
		{ "odd", "{\"value\":\"low\"}", "odd" },
		{ "unknown", "{\"value\":\"low\"}", "unknown" },
		{ "high", "{\"value\":1}", "high" },
	};
	struct openid *o = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		json_t *answer, *claims;

		o->acr = rows[i].acr;
		o->flow.claims_request =
			flow_text(&o->flow, "{\"id_token\":{\"acr\":%s}}", rows[i].asked);
		print_message("# %s %s\n", rows[i].acr, rows[i].asked);
		answer = openid_tokens(o, "openid");
		claims = openid_id_token(answer);
		assert_string_equal(openid_text(claims, "acr"), rows[i].told);
		json_decref(claims);
		json_decref(answer);
	}
}

/* RT-09, OIDC-Core §12.2 */
static void
a_refresh_tells_of_the_same_sign_in(void **state)
{
	struct openid *o = *state;
	json_t *answer, *first, *again, *second;
	char hash[AC_HALF_HASH_SIZE];

	o->acr = "high";
	o->amr = "pwd otp";
	answer = openid_redeem(o, openid_code(o, "openid profile", "&nonce=n"));
	first = openid_id_token(answer);
	o->flow.now_ms += 1800 * 1000 + 999;
	again = openid_refresh(o, openid_text(answer, "refresh_token"), "");
	second = openid_id_token(again);
	/* Everything but the times and the nonce, which has been answered. */
	assert_int_equal(openid_number(second, "iat"), openid_number(first, "iat") + 1800);
	assert_int_equal(openid_number(second, "exp"), openid_number(first, "exp") + 1800);
	assert_null(json_object_get(second, "nonce"));
	assert_int_equal(ac_half_hash("SHA256", openid_text(again, "access_token"), hash),
			 AUTHCODE_OK);
	assert_string_equal(openid_text(second, "at_hash"), hash);
	{
		static const char *const without[] = { "iat", "exp", "nonce", "at_hash", NULL };

		assert_string_equal(openid_rest(o, second, without),
				    openid_rest(o, first, without));
	}
	json_decref(second);
	json_decref(first);
	json_decref(again);
	json_decref(answer);
}

/* AZ-20: a narrower scope is one without openid, and the next may have it again. */
static void
a_refresh_narrowed_past_openid_has_none(void **state)
{
	struct openid *o = *state;
	json_t *answer = openid_tokens(o, "openid profile"), *again;
	const char *refresh = openid_text(answer, "refresh_token");

	again = openid_refresh(o, refresh, "&scope=profile");
	assert_null(json_object_get(again, "id_token"));
	json_decref(again);
	again = openid_refresh(o, refresh, "&scope=openid");
	assert_non_null(json_object_get(again, "id_token"));
	json_decref(again);
	json_decref(answer);
}

/* ID-08: one for each session; tokens that outlive it tell of none after the first. */
static void
sid_is_the_session_s(void **state)
{
	struct openid *o = *state;
	json_t *answers[2], *claims[2], *offline, *again;

	for (size_t i = 0; i < 2; i++) {
		answers[i] = openid_tokens(o, "openid");
		claims[i] = openid_id_token(answers[i]);
	}
	/* Another sign-in without the cookie is another session of the same person. */
	assert_string_equal(openid_text(claims[0], "sub"), openid_text(claims[1], "sub"));
	assert_string_not_equal(openid_text(claims[0], "sid"), openid_text(claims[1], "sid"));
	for (size_t i = 0; i < 2; i++) {
		json_decref(claims[i]);
		json_decref(answers[i]);
	}
	offline = openid_tokens(o, "openid offline_access");
	claims[0] = openid_id_token(offline);
	assert_non_null(json_object_get(claims[0], "sid"));
	again = openid_refresh(o, openid_text(offline, "refresh_token"), "");
	claims[1] = openid_id_token(again);
	assert_null(json_object_get(claims[1], "sid"));
	json_decref(claims[0]);
	json_decref(claims[1]);
	json_decref(again);
	json_decref(offline);
}

/* ID-16, UI-08: one name at every place where this client is told of a person. */
static void
a_pairwise_sub_is_told_everywhere_alike(void **state)
{
	struct openid *o = *state;
	struct authcode_client client = openid_client(o);
	json_t *plain = openid_tokens(o, "openid"), *answer, *info, *seen, *claims, *of_plain;
	const struct authcode_response *r;
	const char *body;

	client.subject_type = AUTHCODE_SUBJECT_PAIRWISE;
	openid_set_client(o, &client);
	answer = openid_tokens(o, "openid");
	claims = openid_id_token(answer);
	of_plain = openid_id_token(plain);
	info = openid_userinfo_json(o, answer);
	body = flow_text(&o->flow, "client_id=" FLOW_WEB "&client_secret=" FLOW_SECRET "&token=%s",
			 openid_text(answer, "access_token"));
	r = flow_run(&o->flow, (struct authcode_request){
				       .endpoint = AUTHCODE_ENDPOINT_INTROSPECT,
				       .method = AUTHCODE_METHOD_POST,
				       .body = { body, strlen(body) },
				       .content_type = FLOW_FORM,
			       });
	seen = json_loadb(r->body, r->body_len, 0, NULL);
	assert_int_equal(strlen(openid_text(claims, "sub")), 43);
	assert_string_not_equal(openid_text(claims, "sub"), openid_text(of_plain, "sub"));
	assert_string_equal(openid_text(info, "sub"), openid_text(claims, "sub"));
	assert_string_equal(openid_text(seen, "sub"), openid_text(claims, "sub"));
	assert_null(json_object_get(seen, "username"));
	json_decref(seen);
	json_decref(info);
	json_decref(of_plain);
	json_decref(claims);
	json_decref(answer);
	json_decref(plain);
}

/* RU-03: with openid the redirect URI is named, however few there are. */
static void
openid_without_redirect_uri_is_refused(void **state)
{
	struct openid *o = *state;
	const struct authcode_response *r;

	r = flow_get(&o->flow, &o->browser, AUTHCODE_ENDPOINT_AUTHORIZE,
		     "client_id=" FLOW_WEB "&response_type=code&scope=profile%20openid");
	flow_assert_page(r, 400, "invalid_request");
	r = flow_get(&o->flow, &o->browser, AUTHCODE_ENDPOINT_AUTHORIZE,
		     "client_id=" FLOW_WEB "&response_type=code&scope=profile");
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_SIGN_IN);
}

#define ID_TOKEN_TEST(function)                                                                    \
	cmocka_unit_test_setup_teardown(function, openid_setup, openid_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ID_TOKEN_TEST(an_id_token_says_who_for_whom_and_when),
		cmocka_unit_test(an_id_token_lives_as_long_as_is_configured),
		ID_TOKEN_TEST(without_openid_there_is_no_id_token),
		ID_TOKEN_TEST(a_nonce_comes_back_exactly_as_it_was_sent),
		ID_TOKEN_TEST(every_client_s_algorithm_is_used),
		ID_TOKEN_TEST(a_client_that_says_nothing_gets_rs256),
		ID_TOKEN_TEST(without_a_key_the_code_stays_good),
		ID_TOKEN_TEST(without_a_key_a_used_code_is_evidence_all_the_same),
		ID_TOKEN_TEST(acr_and_amr_are_those_of_the_sign_in),
		ID_TOKEN_TEST(an_acr_that_was_asked_for_and_is_satisfied_is_the_one_told),
		ID_TOKEN_TEST(a_refresh_tells_of_the_same_sign_in),
		ID_TOKEN_TEST(a_refresh_narrowed_past_openid_has_none),
		ID_TOKEN_TEST(sid_is_the_session_s),
		ID_TOKEN_TEST(a_pairwise_sub_is_told_everywhere_alike),
		ID_TOKEN_TEST(openid_without_redirect_uri_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
