/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Resource indicators (RFC 8707): RI-01 … RI-04, and what a resource server is told,
 * IN-04.
 */
#include <string.h>

#include "base/attr.h"
#include "tests/flow/resource_world.h"

static struct flow flow;
static struct flow_browser browser;

static int
setup(void **state)
{
	(void)state;
	resource_world_start(&flow);
	browser = (struct flow_browser){ .cookie = "browser-one" };
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	flow_stop(&flow);
	return 0;
}

static const struct authcode_response *
authorize(const char *rest)
{
	return flow_get(&flow, &browser, AUTHCODE_ENDPOINT_AUTHORIZE,
			flow_text(&flow, "%s&state=s%s", QUERY, rest));
}

/* RI-01, RI-02 */
static void
a_request_for_what_the_client_may_not_have_is_refused(void **state)
{
	static const struct {
		const char *rest, *why;
	} rows[] = {
		{ "&resource=api", "resource is not an absolute URI without fragment" },
		{ "&resource=/v1", "resource is not an absolute URI without fragment" },
		{ "&resource=//api.example/v1",
		  "resource is not an absolute URI without fragment" },
		{ API_Q "%23", "resource is not an absolute URI without fragment" },
		{ API_Q "%23a", "resource is not an absolute URI without fragment" },
		{ API_Q "+" FILES, "resource is not an absolute URI without fragment" },
		{ API_Q "%22", "resource is not an absolute URI without fragment" },
		{ API_Q "/", "that resource is unknown here or not for this client" },
		{ "&resource=HTTPS://api.example/v1",
		  "that resource is unknown here or not for this client" },
		{ "&resource=https://unknown.example",
		  "that resource is unknown here or not for this client" },
		{ OTHER_Q, "that resource is unknown here or not for this client" },
		{ API_Q OTHER_Q, "that resource is unknown here or not for this client" },
		{ OTHER_Q API_Q, "that resource is unknown here or not for this client" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const struct authcode_response *response = authorize(rows[i].rest);

		flow_assert_refused(&flow, response, FLOW_POST_URI, "invalid_target", "s");
		assert_string_equal(response->refusal.description, rows[i].why);
	}
}

static void
more_resources_than_a_token_can_be_for_are_refused(void **state)
{
	const char *rest = "";

	(void)state;
	for (int i = 0; i < 16; i++)
		rest = flow_text(&flow, "%s" FILES_Q, rest);
	assert_int_equal(authorize(rest)->kind, AUTHCODE_RESPONSE_SIGN_IN);
	flow_assert_refused(&flow, authorize(flow_text(&flow, "%s" FILES_Q, rest)), FLOW_POST_URI,
			    "invalid_target", "s");
}

/* AZ-03 */
static void
an_empty_resource_was_not_sent(void **state)
{
	(void)state;
	assert_int_equal(authorize("&resource=&resource=")->kind, AUTHCODE_RESPONSE_SIGN_IN);
}

static const struct authcode_response *
signed_in(const char *rest)
{
	const struct authcode_response *response = authorize(rest);

	if (response->kind != AUTHCODE_RESPONSE_SIGN_IN)
		return response;
	response = flow_sign_in(&flow, &browser, response->interaction->transaction, "alice");
	return flow_follow(&flow, &browser, response);
}

static void
people_see_whom_the_access_is_for(void **state)
{
	const struct authcode_interaction *page = signed_in(FILES_Q API_Q FILES_Q)->interaction;

	(void)state;
	assert_non_null(page);
	assert_int_equal(page->resource_count, 2);
	assert_string_equal(page->resources[0], FILES);
	assert_string_equal(page->resources[1], "The API");
	page = signed_in(ISSUER_Q)->interaction;
	assert_int_equal(page->resource_count, 0);
}

/* A yes for one resource server is none for another. */
static void
a_consent_covers_the_resources_it_was_given_for(void **state)
{
	static const struct {
		const char *rest;
		bool asked;
	} rows[] = {
		{ "", false }, /* a part of it */
		{ API_Q, false },
		{ FILES_Q, true },
		{ API_Q FILES_Q, false }, /* both have been allowed by now */
	};

	(void)state;
	(void)flow_code(&flow, &browser, QUERY API_Q);
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const struct authcode_response *response = authorize(rows[i].rest);

		if ((response->kind == AUTHCODE_RESPONSE_CONSENT) != rows[i].asked)
			fail_msg("%s", rows[i].rest);
		if (rows[i].asked)
			flow_assert_code(
				&flow, flow_decide(&flow, &browser, response->interaction, "allow"),
				FLOW_POST_URI, "s");
	}
}

/* aud of what introspection tells, as one text. */
static void
assert_audience(const json_t *tokens, const char *expected)
{
	json_t *told = introspect(&flow, ALL, json_text(tokens, "access_token"));
	const json_t *aud = json_object_get(told, "aud");
	char *text = json_dumps(aud, JSON_ENCODE_ANY | JSON_COMPACT);

	assert_true(json_is_true(json_object_get(told, "active")));
	assert_string_equal(text, expected);
	assert_string_equal(json_text(told, "scope"), json_text(tokens, "scope"));
	free(text);
	json_decref(told);
}

/* RI-03, RI-04 */
static void
a_token_is_for_what_was_granted_or_for_less(void **state)
{
	static const struct {
		const char *granted, *chosen, *aud, *scope;
	} rows[] = {
		{ "", "", "\"https://id.example\"", "openid profile read offline_access" },
		{ "", ISSUER_Q, "\"https://id.example\"", "openid profile offline_access" },
		{ API_Q, "", "\"" API "\"", "read" },
		{ API_Q, API_Q, "\"" API "\"", "read" },
		{ API_Q, API_Q API_Q, "\"" API "\"", "read" },
		{ FILES_Q, "", "\"" FILES "\"", "openid profile read offline_access" },
		{ API_Q FILES_Q, API_Q, "\"" API "\"", "read" },
		{ API_Q FILES_Q, FILES_Q, "\"" FILES "\"", "openid profile read offline_access" },
		{ API_Q FILES_Q, "", "[\"" API "\",\"" FILES "\"]",
		  "openid profile read offline_access" },
		{ API_Q ISSUER_Q, ISSUER_Q, "\"https://id.example\"",
		  "openid profile offline_access" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		json_t *tokens = redeem(&flow, flow_text(&flow, QUERY "%s", rows[i].granted),
					rows[i].chosen);
		json_t *fresh = refresh(&flow, tokens, rows[i].chosen);

		assert_string_equal(json_text(tokens, "scope"), rows[i].scope);
		assert_string_equal(json_text(fresh, "scope"), rows[i].scope);
		assert_audience(tokens, rows[i].aud);
		assert_audience(fresh, rows[i].aud);
		json_decref(tokens);
		json_decref(fresh);
	}
}

/* RI-03: neither at the code nor at a refresh, and neither loses anything by it. */
static void
a_token_is_never_for_more_than_was_granted(void **state)
{
	static const struct {
		const char *granted, *chosen;
	} rows[] = {
		{ "", API_Q },          { API_Q, FILES_Q },         { API_Q, API_Q FILES_Q },
		{ API_Q, ISSUER_Q },    { API_Q FILES_Q, OTHER_Q }, { API_Q, "&resource=api" },
		{ API_Q, API_Q "%23" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const char *code =
			flow_code(&flow, &browser, flow_text(&flow, QUERY "%s", rows[i].granted));
		const char *body =
			flow_text(&flow, "grant_type=authorization_code&code=%s&redirect_uri=%s",
				  code, FLOW_POST_URI);
		json_t *tokens;
		size_t writes = flow.writes;

		assert_error(as_client(&flow, AUTHCODE_ENDPOINT_TOKEN, FLOW_POST,
				       flow_text(&flow, "%s%s", body, rows[i].chosen)),
			     "invalid_target");
		assert_int_equal(flow.writes, writes);
		tokens = answer_json(as_client(&flow, AUTHCODE_ENDPOINT_TOKEN, FLOW_POST, body),
				     200);
		assert_error(
			as_client(&flow, AUTHCODE_ENDPOINT_TOKEN, FLOW_POST,
				  flow_text(&flow, "grant_type=refresh_token&refresh_token=%s%s",
					    json_text(tokens, "refresh_token"), rows[i].chosen)),
			"invalid_target");
		json_decref(refresh(&flow, tokens, ""));
		json_decref(tokens);
	}
}

static void
change_client(const char *const *resources, size_t count, const char *fallback)
{
	struct authcode_client clients[] = {
		flow_client(&flow, FLOW_POST),
		flow_client(&flow, ALL),
		flow_client(&flow, RS),
	};

	clients[0].resources = resources;
	clients[0].resource_count = count;
	clients[0].default_resource = fallback;
	flow_set_clients(&flow, clients, AC_ARRAY_SIZE(clients));
}

static void
a_resource_that_the_client_has_lost_gets_no_token(void **state)
{
	static const char *const only_files[] = { FILES };
	json_t *both = redeem(&flow, QUERY API_Q FILES_Q, "");
	json_t *api = redeem(&flow, QUERY API_Q, "");
	json_t *fresh;

	(void)state;
	change_client(only_files, 1, NULL);
	fresh = refresh(&flow, both, "");
	assert_audience(fresh, "\"" FILES "\"");
	assert_error(as_client(&flow, AUTHCODE_ENDPOINT_TOKEN, FLOW_POST,
			       flow_text(&flow, "grant_type=refresh_token&refresh_token=%s%s",
					 json_text(both, "refresh_token"), API_Q)),
		     "invalid_target");
	assert_error(as_client(&flow, AUTHCODE_ENDPOINT_TOKEN, FLOW_POST,
			       flow_text(&flow, "grant_type=refresh_token&refresh_token=%s",
					 json_text(api, "refresh_token"))),
		     "invalid_target");
	json_decref(fresh);
	json_decref(both);
	json_decref(api);
}

static void
without_a_resource_the_client_s_default_is_meant(void **state)
{
	static const char *const both[] = { API, FILES };
	json_t *tokens;

	(void)state;
	change_client(both, 2, API);
	tokens = redeem(&flow, QUERY, "");
	assert_audience(tokens, "\"" API "\"");
	json_decref(tokens);
	tokens = redeem(&flow, QUERY FILES_Q, "");
	assert_audience(tokens, "\"" FILES "\"");
	json_decref(tokens);
	tokens = redeem(&flow, QUERY ISSUER_Q, "");
	assert_audience(tokens, "\"https://id.example\"");
	json_decref(tokens);
}

static void
the_shortest_time_of_a_resource_holds(void **state)
{
	static const struct {
		const char *resources;
		int expires_in;
	} rows[] = { { "", 3600 }, { API_Q, 3600 }, { FILES_Q, 300 }, { API_Q FILES_Q, 300 } };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		json_t *tokens = redeem(&flow, flow_text(&flow, QUERY "%s", rows[i].resources), "");

		assert_int_equal(json_integer_value(json_object_get(tokens, "expires_in")),
				 rows[i].expires_in);
		json_decref(tokens);
	}
}

/* A token for somebody else opens nothing of ours. */
static void
userinfo_takes_tokens_for_this_server_alone(void **state)
{
	static const struct {
		const char *resources;
		unsigned status;
	} rows[] = {
		{ "", 200 },    { ISSUER_Q, 200 }, { API_Q ISSUER_Q, 200 },
		{ API_Q, 401 }, { FILES_Q, 401 },  { API_Q FILES_Q, 401 },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		json_t *tokens = redeem(&flow, flow_text(&flow, QUERY "%s", rows[i].resources), "");

		if (userinfo_status(&flow, json_text(tokens, "access_token")) != rows[i].status)
			fail_msg("%s", rows[i].resources);
		json_decref(tokens);
	}
}

/* IN-04 */
static void
a_resource_server_is_told_of_access_tokens_for_it_alone(void **state)
{
	static const struct {
		const char *resources;
		bool active;
	} rows[] = {
		{ API_Q, true },    { API_Q FILES_Q, true }, { "", false },
		{ FILES_Q, false }, { ISSUER_Q, false },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		json_t *tokens = redeem(&flow, flow_text(&flow, QUERY "%s", rows[i].resources), "");
		json_t *told = introspect(&flow, RS, json_text(tokens, "access_token"));

		if (json_is_true(json_object_get(told, "active")) != rows[i].active)
			fail_msg("%s", rows[i].resources);
		if (!rows[i].active)
			assert_int_equal(json_object_size(told), 1);
		json_decref(told);
		told = introspect(&flow, RS, json_text(tokens, "refresh_token"));
		assert_true(json_is_false(json_object_get(told, "active")));
		json_decref(told);
		json_decref(tokens);
	}
}

#define FLOW(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FLOW(a_request_for_what_the_client_may_not_have_is_refused),
		FLOW(more_resources_than_a_token_can_be_for_are_refused),
		FLOW(an_empty_resource_was_not_sent),
		FLOW(people_see_whom_the_access_is_for),
		FLOW(a_consent_covers_the_resources_it_was_given_for),
		FLOW(a_token_is_for_what_was_granted_or_for_less),
		FLOW(a_token_is_never_for_more_than_was_granted),
		FLOW(a_resource_that_the_client_has_lost_gets_no_token),
		FLOW(without_a_resource_the_client_s_default_is_meant),
		FLOW(the_shortest_time_of_a_resource_holds),
		FLOW(userinfo_takes_tokens_for_this_server_alone),
		FLOW(a_resource_server_is_told_of_access_tokens_for_it_alone),
	};

	return cmocka_run_group_tests_name("resource", tests, NULL, NULL);
}
