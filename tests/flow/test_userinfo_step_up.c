/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Step-up authentication (RFC 9470) at a protected resource of ours: SU-01, SU-04.
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

static void
insist_on(const char *min_acr)
{
	struct authcode_client clients[] = {
		flow_client(&flow, FLOW_POST),
		flow_client(&flow, ALL),
		flow_client(&flow, RS),
	};

	clients[0].min_acr = min_acr;
	flow_set_clients(&flow, clients, AC_ARRAY_SIZE(clients));
}

/* New: of somebody whose sign-in has proved acr. */
static json_t *
tokens_of(const char *acr)
{
	const struct authcode_response *response;

	browser.session = NULL;
	response = flow_get(&flow, &browser, AUTHCODE_ENDPOINT_AUTHORIZE, QUERY);
	response = flow_sign_in_acr(&flow, &browser, response->interaction->transaction, acr);
	response = flow_follow(&flow, &browser, response);
	if (response->kind == AUTHCODE_RESPONSE_CONSENT)
		response = flow_decide(&flow, &browser, response->interaction, "allow");
	return answer_json(
		as_client(&flow, AUTHCODE_ENDPOINT_TOKEN, FLOW_POST,
			  flow_text(&flow, "grant_type=authorization_code&code=%s&redirect_uri=%s",
				    flow_param(&flow, response->location, "code"), FLOW_POST_URI)),
		200);
}

static const struct authcode_response *
userinfo(const json_t *tokens)
{
	return flow_run(&flow,
			(struct authcode_request){
				.endpoint = AUTHCODE_ENDPOINT_USERINFO,
				.method = AUTHCODE_METHOD_GET,
				.authorization = flow_text(&flow, "Bearer %s",
							   json_text(tokens, "access_token")),
			});
}

static void
assert_step_up(const json_t *tokens, const char *acr_values)
{
	const struct authcode_response *response = userinfo(tokens);
	json_t *object = answer_json(response, 401);

	assert_string_equal(json_text(object, "error"), "insufficient_user_authentication");
	assert_int_equal(json_object_size(object), 2);
	assert_string_equal(
		response->www_authenticate,
		flow_text(
			&flow,
			"Bearer realm=\"authcode\", error=\"insufficient_user_authentication\", "
			"error_description=\"the sign-in behind the token does not prove enough\", "
			"acr_values=\"%s\"",
			acr_values));
	json_decref(object);
}

/* SU-01: what the client insists on has been raised since. */
static void
a_token_of_a_sign_in_that_proves_too_little_is_challenged(void **state)
{
	static const struct {
		const char *proved, *wanted;
		bool enough;
	} rows[] = {
		{ "pwd", NULL, true },           { "pwd", "pwd", true },
		{ "otp", "pwd", true },          { "otp", "otp", true },
		{ "card", "card", true },        { "pwd", "otp", false },
		{ "pwd", "card", false },        { "otp", "card", false },
		{ "card", "pwd", false },        { "", "pwd", false },
		{ "unknown", "pwd", false },     { "otp", "unknown", false },
		{ "unknown", "unknown", false },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		json_t *tokens;

		insist_on(NULL);
		tokens = tokens_of(rows[i].proved);
		assert_int_equal(userinfo(tokens)->status, 200);
		insist_on(rows[i].wanted);
		if (!rows[i].enough)
			assert_step_up(tokens, rows[i].wanted);
		else if (userinfo(tokens)->status != 200)
			fail_msg("row %zu", i);
		json_decref(tokens);
	}
}

/* SU-04 */
static void
only_a_new_sign_in_proves_more(void **state)
{
	json_t *tokens = tokens_of("pwd"), *fresh;

	(void)state;
	insist_on("otp");
	fresh = refresh(&flow, tokens, "");
	assert_step_up(fresh, "otp");
	json_decref(fresh);
	json_decref(tokens);
	tokens = tokens_of("otp");
	assert_int_equal(userinfo(tokens)->status, 200);
	json_decref(tokens);
}

#define FLOW(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FLOW(a_token_of_a_sign_in_that_proves_too_little_is_challenged),
		FLOW(only_a_new_sign_in_proves_more),
	};

	return cmocka_run_group_tests_name("userinfo_step_up", tests, NULL, NULL);
}
