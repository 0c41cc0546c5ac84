/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Access tokens that are JWTs (RFC 9068): AT-01 … AT-09, SU-03, and what takes them:
 * IN-01, IN-03, RV-06, UI-06.
 */
#include <string.h>

#include "base/attr.h"
#include "jose/jws.h"
#include "tests/flow/jwt_world.h"

/* The claims, once the public key of the algorithm says that they are ours. */
static json_t *
verified(const char *token, enum ac_alg_id id)
{
	struct ac_jwk *key = forge_public_key(id);
	const struct ac_jws_expect expect = {
		.algs = AC_ALG_BIT(id),
		.typ = { .names = "at+jwt" },
		.find_key = forge_find,
		.keys = key,
	};
	json_t *claims = NULL;

	assert_int_equal(ac_jws_verify(token, strlen(token), &expect, &claims), AC_JWS_VERIFIED);
	ac_jwk_free(&key);
	return claims;
}

static void
assert_members(const json_t *object, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (json_object_get(object, names[i]) == NULL)
			fail_msg("no %s", names[i]);
	}
	assert_int_equal(json_object_size(object), count);
}

static json_int_t
number(const json_t *object, const char *name)
{
	assert_true(json_is_integer(json_object_get(object, name)));
	return json_integer_value(json_object_get(object, name));
}

static bool
is_jwt(const char *token)
{
	return strchr(token, '.') != NULL;
}

/* --- what one is ------------------------------------------------------------------ */

/* AT-01, AT-02, AT-03, AT-04 */
static void
a_jwt_has_the_header_and_the_claims_of_rfc_9068(void **state)
{
	static const char *const headers[] = { "alg", "typ", "kid" };
	static const char *const names[] = { "iss", "exp", "aud",   "sub",       "client_id",
					     "iat", "jti", "scope", "auth_time", "amr" };
	json_t *tokens = redeem(&flow, QUERY, "");
	const char *token = json_text(tokens, "access_token");
	json_t *header = segment(token, 0), *claims = verified(token, AC_ALG_RS256);
	json_int_t now_s = flow.now_ms / 1000;
	json_t *other;

	(void)state;
	assert_string_equal(json_text(tokens, "token_type"), "Bearer");
	assert_members(header, headers, AC_ARRAY_SIZE(headers));
	assert_string_equal(json_text(header, "typ"), "at+jwt");
	assert_string_equal(json_text(header, "alg"), "RS256");
	assert_string_equal(json_text(header, "kid"), ac_jwk_kid(rsa));
	assert_members(claims, names, AC_ARRAY_SIZE(names));
	assert_string_equal(json_text(claims, "iss"), FLOW_ISSUER);
	assert_string_equal(json_text(claims, "aud"), FLOW_ISSUER);
	assert_string_equal(json_text(claims, "client_id"), FLOW_POST);
	assert_int_equal(strlen(json_text(claims, "sub")), 22);
	assert_string_equal(json_text(claims, "scope"), json_text(tokens, "scope"));
	assert_int_equal(number(claims, "iat"), now_s);
	assert_int_equal(number(claims, "auth_time"), now_s);
	assert_int_equal(number(claims, "exp"), now_s + 600);
	assert_int_equal(number(tokens, "expires_in"), 600);
	assert_int_equal(json_array_size(json_object_get(claims, "amr")), 1);
	other = segment(access_token(QUERY), 1);
	assert_string_not_equal(json_text(claims, "jti"), json_text(other, "jti"));
	assert_string_equal(json_text(claims, "sub"), json_text(other, "sub"));
	json_decref(other);
	json_decref(header);
	json_decref(claims);
	json_decref(tokens);
}

/* AT-03, SU-03, SU-04 */
static void
acr_and_auth_time_are_those_of_the_sign_in(void **state)
{
	const struct authcode_response *response =
		flow_get(&flow, &browser, AUTHCODE_ENDPOINT_AUTHORIZE, QUERY);
	json_int_t signed_in_s = flow.now_ms / 1000;
	json_t *tokens, *fresh, *claims, *told;

	(void)state;
	response = flow_sign_in_acr(&flow, &browser, response->interaction->transaction, "urn:two");
	flow.now_ms += 60 * 1000;
	response = flow_follow(&flow, &browser, response);
	response = flow_decide(&flow, &browser, response->interaction, "allow");
	tokens = answer_json(
		as_client(&flow, AUTHCODE_ENDPOINT_TOKEN, FLOW_POST,
			  flow_text(&flow, "grant_type=authorization_code&code=%s&redirect_uri=%s",
				    flow_param(&flow, response->location, "code"), FLOW_POST_URI)),
		200);
	flow.now_ms += 3600 * 1000;
	fresh = refresh(&flow, tokens, "");
	claims = verified(json_text(fresh, "access_token"), AC_ALG_RS256);
	told = introspect(&flow, ALL, json_text(fresh, "access_token"));
	assert_string_equal(json_text(claims, "acr"), "urn:two");
	assert_int_equal(number(claims, "auth_time"), signed_in_s);
	assert_int_equal(number(claims, "iat"), flow.now_ms / 1000);
	assert_string_equal(json_text(told, "acr"), "urn:two");
	assert_int_equal(number(told, "auth_time"), signed_in_s);
	json_decref(told);
	json_decref(claims);
	json_decref(fresh);
	json_decref(tokens);
}

/* The name by which the client knows the person, as everywhere (OIDC-Core §8.1). */
static void
the_subject_is_the_one_of_the_client_s_sector(void **state)
{
	struct authcode_client clients[] = {
		flow_client(&flow, FLOW_POST),
		flow_client(&flow, ALL),
		flow_client(&flow, RS),
	};
	json_t *public = segment(access_token(QUERY), 1), *pairwise, *told;
	const char *token;

	(void)state;
	clients[0].subject_type = AUTHCODE_SUBJECT_PAIRWISE;
	flow_set_clients(&flow, clients, AC_ARRAY_SIZE(clients));
	token = access_token(QUERY);
	pairwise = segment(token, 1);
	told = introspect(&flow, ALL, token);
	assert_true(json_text(pairwise, "sub")[0] != '\0');
	assert_string_not_equal(json_text(pairwise, "sub"), json_text(public, "sub"));
	assert_string_equal(json_text(pairwise, "sub"), json_text(told, "sub"));
	json_decref(told);
	json_decref(pairwise);
	json_decref(public);
}

/* AT-04: one or several, in the order in which they were granted. */
static void
the_audience_is_the_resource(void **state)
{
	static const struct {
		const char *resources, *aud;
	} rows[] = {
		{ "", "\"" FLOW_ISSUER "\"" },
		{ ISSUER_Q, "\"" FLOW_ISSUER "\"" },
		{ API_Q, "\"" API "\"" },
		{ FILES_Q API_Q, "[\"" FILES "\",\"" API "\"]" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		json_t *claims =
			verified(access_token(flow_text(&flow, QUERY "%s", rows[i].resources)),
				 AC_ALG_RS256);
		char *aud =
			json_dumps(json_object_get(claims, "aud"), JSON_ENCODE_ANY | JSON_COMPACT);

		assert_string_equal(aud, rows[i].aud);
		free(aud);
		json_decref(claims);
	}
}

/* AT-09, AT-05 */
static void
client_and_resource_say_what_a_token_looks_like(void **state)
{
	static const struct {
		enum authcode_token_format format;
		const char *alg, *resources;
		const char *is; /* its alg; NULL: opaque */
	} rows[] = {
		{ AUTHCODE_FORMAT_DEFAULT, NULL, "", NULL },
		{ AUTHCODE_FORMAT_OPAQUE, NULL, "", NULL },
		{ AUTHCODE_FORMAT_OPAQUE, NULL, API_Q, NULL },
		{ AUTHCODE_FORMAT_OPAQUE, NULL, ROLES_Q, "ES256" },
		{ AUTHCODE_FORMAT_OPAQUE, NULL, ROLES_Q API_Q, NULL },
		{ AUTHCODE_FORMAT_JWT, NULL, "", "RS256" },
		{ AUTHCODE_FORMAT_JWT, NULL, API_Q, "RS256" },
		{ AUTHCODE_FORMAT_JWT, "ES256", "", "ES256" },
		{ AUTHCODE_FORMAT_JWT, "ES256", API_Q, "ES256" },
		{ AUTHCODE_FORMAT_JWT, NULL, ROLES_Q, "ES256" },
		{ AUTHCODE_FORMAT_JWT, "ES256", ROLES_Q API_Q, "ES256" },
		{ AUTHCODE_FORMAT_JWT, NULL, ROLES_Q API_Q, "RS256" },
		{ AUTHCODE_FORMAT_JWT, NULL, API_Q ROLES_Q, "RS256" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const char *token;

		set_format(rows[i].format, rows[i].alg, 0);
		token = access_token(flow_text(&flow, QUERY "%s", rows[i].resources));
		if (is_jwt(token) != (rows[i].is != NULL))
			fail_msg("row %zu: %s", i, token);
		if (rows[i].is != NULL) {
			json_t *header = segment(token, 0);

			assert_string_equal(json_text(header, "alg"), rows[i].is);
			json_decref(header);
			json_decref(verified(token, ac_alg_find(rows[i].is)->id));
		}
	}
}

static void
a_jwt_lives_shorter_unless_somebody_says_how_long(void **state)
{
	static const struct {
		uint32_t client_s;
		const char *resources;
		int expires_in;
	} rows[] = { { 0, "", 600 }, { 0, FILES_Q, 300 }, { 900, "", 900 }, { 900, FILES_Q, 300 } };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		json_t *tokens, *claims;

		set_format(AUTHCODE_FORMAT_JWT, NULL, rows[i].client_s);
		tokens = redeem(&flow, flow_text(&flow, QUERY "%s", rows[i].resources), "");
		claims = segment(json_text(tokens, "access_token"), 1);
		assert_int_equal(number(tokens, "expires_in"), rows[i].expires_in);
		assert_int_equal(number(claims, "exp") - number(claims, "iat"), rows[i].expires_in);
		json_decref(claims);
		json_decref(tokens);
	}
}

/* AT-08 */
static void
only_a_resource_that_asks_for_groups_is_told_them(void **state)
{
	static const struct {
		const char *scope, *resources;
		bool told;
	} rows[] = {
		{ "openid+groups", "", false },      { "openid+groups", ISSUER_Q, false },
		{ "openid+groups", FILES_Q, false }, /* takes every scope, asks for none */
		{ "openid+read", ROLES_Q, false },   /* not granted */
		{ "openid+groups", ROLES_Q, true },  { "openid+groups", ROLES_Q FILES_Q, false },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const char *token = access_token(flow_text(
			&flow, "client_id=post&redirect_uri=%s&response_type=code&scope=%s%s",
			FLOW_POST_URI, rows[i].scope, rows[i].resources));
		json_t *claims = segment(token, 1);
		const json_t *groups = json_object_get(claims, "groups");

		if ((groups != NULL) != rows[i].told)
			fail_msg("row %zu", i);
		if (rows[i].told)
			assert_int_equal(json_array_size(groups), 2);
		json_decref(claims);
	}
}

/* --- what takes one ---------------------------------------------------------------- */

/* IN-03, AT-06 */
static void
introspection_says_what_the_jwt_says(void **state)
{
	static const char *const names[] = { "active",    "scope", "client_id", "token_type",
					     "username",  "sub",   "iss",       "exp",
					     "iat",       "nbf",   "aud",       "jti",
					     "auth_time", "amr" };
	static const char *const same[] = { "scope", "client_id", "sub", "iss",       "exp",
					    "iat",   "aud",       "jti", "auth_time", "amr" };
	const char *token = access_token(QUERY FILES_Q API_Q);
	json_t *claims = segment(token, 1), *told = introspect(&flow, ALL, token);

	(void)state;
	assert_members(told, names, AC_ARRAY_SIZE(names));
	assert_true(json_is_true(json_object_get(told, "active")));
	for (size_t i = 0; i < AC_ARRAY_SIZE(same); i++) {
		if (!json_equal(json_object_get(told, same[i]), json_object_get(claims, same[i])))
			fail_msg("%s", same[i]);
	}
	json_decref(told);
	json_decref(claims);
}

/* IN-04 */
static void
a_resource_server_is_told_of_jwts_for_it_alone(void **state)
{
	json_t *told = introspect(&flow, RS, access_token(QUERY API_Q));

	(void)state;
	assert_true(json_is_true(json_object_get(told, "active")));
	json_decref(told);
	told = introspect(&flow, RS, access_token(QUERY FILES_Q));
	assert_true(json_is_false(json_object_get(told, "active")));
	json_decref(told);
}

/* AT-06 */
static void
userinfo_takes_a_jwt_for_this_server(void **state)
{
	(void)state;
	assert_int_equal(userinfo_status(&flow, access_token(QUERY)), 200);
	assert_int_equal(userinfo_status(&flow, access_token(QUERY API_Q ISSUER_Q)), 200);
	assert_int_equal(userinfo_status(&flow, access_token(QUERY API_Q)), 401);
}

static void
a_jwt_ends_at_its_exp(void **state)
{
	const char *token = access_token(QUERY);

	(void)state;
	flow.now_ms += 600 * 1000 - 1;
	assert_true(active(token));
	flow.now_ms += 1;
	assert_false(active(token));
	assert_int_equal(userinfo_status(&flow, token), 401);
}

/* RV-06, AT-06 */
static void
a_revoked_jwt_is_dead_at_once(void **state)
{
	json_t *tokens = redeem(&flow, QUERY, ""), *fresh;
	const char *token = json_text(tokens, "access_token");

	(void)state;
	assert_int_equal(as_client(&flow, AUTHCODE_ENDPOINT_REVOKE, FLOW_POST,
				   flow_text(&flow, "token=%s", token))
				 ->status,
			 200);
	assert_false(active(token));
	assert_int_equal(userinfo_status(&flow, token), 401);
	fresh = refresh(&flow, tokens, "");
	assert_true(active(json_text(fresh, "access_token")));
	/* The refresh token takes them all along. */
	assert_int_equal(as_client(&flow, AUTHCODE_ENDPOINT_REVOKE, FLOW_POST,
				   flow_text(&flow, "token=%s", json_text(tokens, "refresh_token")))
				 ->status,
			 200);
	assert_false(active(json_text(fresh, "access_token")));
	json_decref(fresh);
	json_decref(tokens);
}

static void
a_jwt_of_another_client_is_not_revoked(void **state)
{
	const char *token = access_token(QUERY);

	(void)state;
	assert_error(as_client(&flow, AUTHCODE_ENDPOINT_REVOKE, ALL,
			       flow_text(&flow, "token=%s", token)),
		     "invalid_request");
	assert_true(active(token));
}

/* Whoever reads a log of jti values holds nothing. */
static void
a_jti_opens_nothing(void **state)
{
	json_t *claims = segment(access_token(QUERY), 1);
	const char *jti = json_text(claims, "jti");
	const char *const forms[] = {
		jti,
		flow_text(&flow, "aca_%s", jti + 4),
		flow_text(&flow, "acr_%s", jti + 4),
		flow_text(&flow, "acc_%s", jti + 4),
	};

	(void)state;
	assert_int_equal(strncmp(jti, "acj_", 4), 0);
	for (size_t i = 0; i < AC_ARRAY_SIZE(forms); i++) {
		assert_false(active(forms[i]));
		assert_int_equal(userinfo_status(&flow, forms[i]), 401);
	}
	json_decref(claims);
}

#define FLOW(f) cmocka_unit_test_setup_teardown(f, jwt_setup, jwt_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FLOW(a_jwt_has_the_header_and_the_claims_of_rfc_9068),
		FLOW(acr_and_auth_time_are_those_of_the_sign_in),
		FLOW(the_subject_is_the_one_of_the_client_s_sector),
		FLOW(the_audience_is_the_resource),
		FLOW(client_and_resource_say_what_a_token_looks_like),
		FLOW(a_jwt_lives_shorter_unless_somebody_says_how_long),
		FLOW(only_a_resource_that_asks_for_groups_is_told_them),
		FLOW(introspection_says_what_the_jwt_says),
		FLOW(a_resource_server_is_told_of_jwts_for_it_alone),
		FLOW(userinfo_takes_a_jwt_for_this_server),
		FLOW(a_jwt_ends_at_its_exp),
		FLOW(a_revoked_jwt_is_dead_at_once),
		FLOW(a_jwt_of_another_client_is_not_revoked),
		FLOW(a_jti_opens_nothing),
	};

	return cmocka_run_group_tests_name("access_jwt", tests, NULL, NULL);
}
