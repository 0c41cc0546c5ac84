/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What a client gets for itself, for resources and as a JWT: RI-01, RI-02, RI-04,
 * RI-05, AT-02, AT-03, AT-08, CC-02, CC-04.
 */
#include <string.h>

#include "base/attr.h"
#include "tests/flow/jwt_world.h"

static int
opaque_setup(void **state)
{
	int rc = jwt_setup(state);

	set_format(AUTHCODE_FORMAT_OPAQUE, NULL, 0);
	return rc;
}

static const struct authcode_response *
asked(const char *rest)
{
	return as_client(&flow, AUTHCODE_ENDPOINT_TOKEN, FLOW_POST,
			 flow_text(&flow, "grant_type=client_credentials%s", rest));
}

/* New. */
static json_t *
given(const char *rest)
{
	json_t *tokens = answer_json(asked(rest), 200);

	assert_int_equal(json_object_size(tokens), 4); /* CC-02 */
	return tokens;
}

/* With default scope. */
static void
default_resource(const char *uri)
{
	struct authcode_client clients[] = {
		flow_client(&flow, FLOW_POST),
		flow_client(&flow, ALL),
		flow_client(&flow, RS),
	};

	clients[0].default_resource = uri;
	clients[0].default_scopes = clients[0].scope;
	flow_set_clients(&flow, clients, AC_ARRAY_SIZE(clients));
}

/* RI-04: scope, audience and time are those of the resources. */
static void
a_token_of_a_client_is_for_what_it_names(void **state)
{
	static const struct {
		const char *fallback, *rest, *aud, *scope;
		int expires_in;
	} rows[] = {
		{ NULL, "&scope=read+profile", "\"https://id.example\"", "read profile", 3600 },
		{ NULL, "&scope=read+profile" ISSUER_Q, "\"https://id.example\"", "profile", 3600 },
		{ NULL, "&scope=read+profile" API_Q, "\"" API "\"", "read", 3600 },
		{ NULL, API_Q, "\"" API "\"", "read write", 3600 },
		{ NULL, API_Q API_Q, "\"" API "\"", "read write", 3600 },
		{ NULL, "&resource=", "\"https://id.example\"", "profile groups read write", 3600 },
		{ NULL, FILES_Q, "\"" FILES "\"", "profile groups read write", 300 },
		{ NULL, "&scope=write" API_Q FILES_Q, "[\"" API "\",\"" FILES "\"]", "write", 300 },
		{ API, "", "\"" API "\"", "read write", 3600 },
		{ API, FILES_Q, "\"" FILES "\"", "profile groups read write", 300 },
		{ API, ISSUER_Q, "\"https://id.example\"", "profile groups", 3600 },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		json_t *tokens, *told;
		char *aud;

		default_resource(rows[i].fallback);
		tokens = given(rows[i].rest);
		told = introspect(&flow, ALL, json_text(tokens, "access_token"));
		aud = json_dumps(json_object_get(told, "aud"), JSON_ENCODE_ANY | JSON_COMPACT);
		assert_non_null(aud);
		assert_string_equal(aud, rows[i].aud);
		assert_string_equal(json_text(tokens, "scope"), rows[i].scope);
		assert_string_equal(json_text(told, "scope"), rows[i].scope);
		assert_string_equal(json_text(told, "sub"), FLOW_POST); /* CC-04 */
		assert_int_equal(json_integer_value(json_object_get(tokens, "expires_in")),
				 rows[i].expires_in);
		free(aud);
		json_decref(told);
		json_decref(tokens);
	}
}

/* RI-05 */
static void
a_client_gets_nothing_for_what_it_may_not_have(void **state)
{
	static const struct {
		const char *rest, *error;
	} rows[] = {
		{ OTHER_Q, "invalid_target" },
		{ API_Q OTHER_Q, "invalid_target" },
		{ OTHER_Q API_Q, "invalid_target" },
		{ "&resource=https://unknown.example", "invalid_target" },
		{ "&resource=HTTPS://api.example/v1", "invalid_target" },
		{ API_Q "/", "invalid_target" },
		{ API_Q "%23", "invalid_target" },
		{ API_Q "%23a", "invalid_target" },
		{ "&resource=api", "invalid_target" },
		{ "&resource=/v1", "invalid_target" },
		{ API_Q "+" FILES, "invalid_target" },
		{ OTHER_Q "&scope=admin", "invalid_target" },
		{ API_Q "&scope=admin", "invalid_scope" },
		{ API_Q "&scope=read+openid", "invalid_scope" },
		/* What is left for that resource is nothing. */
		{ API_Q "&scope=profile", "invalid_scope" },
		{ ISSUER_Q "&scope=read", "invalid_scope" },
		{ ISSUER_Q "&scope=offline_access", "invalid_scope" },
	};

	(void)state;
	for (int jwt = 0; jwt < 2; jwt++) {
		set_format(jwt == 1 ? AUTHCODE_FORMAT_JWT : AUTHCODE_FORMAT_OPAQUE, NULL, 0);
		for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
			size_t writes = flow.writes;

			assert_error(asked(rows[i].rest), rows[i].error);
			assert_int_equal(flow.writes, writes);
		}
	}
}

/* RI-02, as many as a request of a person may name. */
static void
more_resources_than_a_token_can_be_for_are_refused(void **state)
{
	const char *rest = "";

	(void)state;
	for (int i = 0; i < 16; i++)
		rest = flow_text(&flow, "%s" FILES_Q, rest);
	json_decref(given(rest));
	assert_error(asked(flow_text(&flow, "%s" FILES_Q, rest)), "invalid_target");
}

static void
a_resource_server_is_told_of_it_for_that_resource_alone(void **state)
{
	static const struct {
		const char *rest;
		bool told;
	} rows[] = { { API_Q, true }, { API_Q FILES_Q, true }, { FILES_Q, false }, { "", false } };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		json_t *tokens = given(flow_text(&flow, "&scope=read%s", rows[i].rest));
		json_t *told = introspect(&flow, RS, json_text(tokens, "access_token"));

		if (json_is_true(json_object_get(told, "active")) != rows[i].told)
			fail_msg("%s", rows[i].rest);
		json_decref(told);
		json_decref(tokens);
	}
}

/* AT-02, AT-03, CC-04: there is nobody in it. */
static void
a_jwt_of_a_client_says_that_it_is_the_client_s(void **state)
{
	static const char *const names[] = { "iss",       "exp", "aud", "sub",
					     "client_id", "iat", "jti", "scope" };
	static const char *const same[] = { "iss",       "exp", "aud", "sub",
					    "client_id", "iat", "jti", "scope" };
	json_t *tokens = given("&scope=read" API_Q);
	const char *token = json_text(tokens, "access_token");
	json_t *header = segment(token, 0), *claims = segment(token, 1);
	json_t *told = introspect(&flow, ALL, token);

	(void)state;
	assert_string_equal(json_text(header, "typ"), "at+jwt");
	assert_string_equal(json_text(header, "alg"), "RS256");
	for (size_t i = 0; i < AC_ARRAY_SIZE(names); i++)
		assert_non_null(json_object_get(claims, names[i]));
	assert_int_equal(json_object_size(claims), AC_ARRAY_SIZE(names));
	assert_string_equal(json_text(claims, "iss"), FLOW_ISSUER);
	assert_string_equal(json_text(claims, "sub"), FLOW_POST);
	assert_string_equal(json_text(claims, "client_id"), FLOW_POST);
	assert_string_equal(json_text(claims, "aud"), API);
	assert_string_equal(json_text(claims, "scope"), "read");
	assert_int_equal(json_integer_value(json_object_get(claims, "iat")), flow.now_ms / 1000);
	assert_int_equal(json_integer_value(json_object_get(claims, "exp")),
			 flow.now_ms / 1000 + 600);
	assert_true(json_is_true(json_object_get(told, "active")));
	assert_null(json_object_get(told, "username"));
	for (size_t i = 0; i < AC_ARRAY_SIZE(same); i++) {
		if (!json_equal(json_object_get(told, same[i]), json_object_get(claims, same[i])))
			fail_msg("%s", same[i]);
	}
	json_decref(told);
	json_decref(header);
	json_decref(claims);
	json_decref(tokens);
}

/* AT-08: it has none, whatever scope it may have. */
static void
no_groups_are_told_of_a_client(void **state)
{
	json_t *tokens = given("&scope=groups+read" ROLES_Q);
	json_t *header = segment(json_text(tokens, "access_token"), 0);
	json_t *claims = segment(json_text(tokens, "access_token"), 1);

	(void)state;
	assert_string_equal(json_text(header, "alg"), "ES256");
	assert_string_equal(json_text(claims, "scope"), "groups read");
	assert_null(json_object_get(claims, "groups"));
	json_decref(claims);
	json_decref(header);
	json_decref(tokens);
}

static void
a_jwt_of_a_client_reaches_nobody_and_ends_when_it_is_revoked(void **state)
{
	json_t *tokens = given("&scope=profile");
	const char *token = json_text(tokens, "access_token");
	json_t *elsewhere = given("&scope=read" API_Q);

	(void)state;
	assert_int_equal(userinfo_status(&flow, token), 403);
	assert_int_equal(userinfo_status(&flow, json_text(elsewhere, "access_token")), 401);
	assert_true(active(token));
	assert_int_equal(as_client(&flow, AUTHCODE_ENDPOINT_REVOKE, FLOW_POST,
				   flow_text(&flow, "token=%s", token))
				 ->status,
			 200);
	assert_false(active(token));
	assert_int_equal(userinfo_status(&flow, token), 401);
	assert_true(active(json_text(elsewhere, "access_token")));
	flow.now_ms += 600 * 1000;
	assert_false(active(json_text(elsewhere, "access_token")));
	json_decref(elsewhere);
	json_decref(tokens);
}

/* Not an opaque one instead: the resource would not know what to do with it. */
static void
without_a_key_there_is_no_token(void **state)
{
	size_t writes = flow.writes;
	json_t *answer;

	(void)state;
	use_keys(rsa, NULL);
	answer = answer_json(asked("&scope=read" ROLES_Q), 500);
	assert_string_equal(json_text(answer, "error"), "server_error");
	assert_int_equal(flow.writes, writes);
	json_decref(answer);
	json_decref(given("&scope=read" API_Q));
}

static void
a_failing_store_gives_nothing(void **state)
{
	json_t *answer;

	(void)state;
	flow.writes_fail = true;
	answer = answer_json(asked("&scope=read" API_Q), 503);
	assert_string_equal(json_text(answer, "error"), "server_error");
	assert_null(json_object_get(answer, "access_token"));
	json_decref(answer);
}

#define OPAQUE(f) cmocka_unit_test_setup_teardown(f, opaque_setup, jwt_teardown)
#define JWT(f) cmocka_unit_test_setup_teardown(f, jwt_setup, jwt_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		OPAQUE(a_token_of_a_client_is_for_what_it_names),
		OPAQUE(a_client_gets_nothing_for_what_it_may_not_have),
		OPAQUE(more_resources_than_a_token_can_be_for_are_refused),
		OPAQUE(a_resource_server_is_told_of_it_for_that_resource_alone),
		JWT(a_jwt_of_a_client_says_that_it_is_the_client_s),
		JWT(no_groups_are_told_of_a_client),
		JWT(a_jwt_of_a_client_reaches_nobody_and_ends_when_it_is_revoked),
		JWT(without_a_key_there_is_no_token),
		JWT(a_failing_store_gives_nothing),
	};

	return cmocka_run_group_tests_name("resource_of_client", tests, NULL, NULL);
}
