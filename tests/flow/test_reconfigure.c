/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * authcode_issuer_reconfigure(): what is under way ends by the rules it began with,
 * what begins afterwards by the new ones, and rules that are no good change nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "tests/flow/resource_world.h"

static struct flow flow;

static int
setup(void **state)
{
	(void)state;
	resource_world_start(&flow);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	flow_stop(&flow);
	return 0;
}

#define ASKED "grant_type=client_credentials&scope=read"

/* An exchange that has decided and waits for its operation. */
static struct authcode_exchange *
begin(const char *rest)
{
	const char *body = flow_text(
		&flow, "client_id=" FLOW_POST "&client_secret=" FLOW_SECRET "&" ASKED "%s", rest);
	const struct authcode_request request = {
		.endpoint = AUTHCODE_ENDPOINT_TOKEN,
		.method = AUTHCODE_METHOD_POST,
		.body = { body, strlen(body) },
		.content_type = FLOW_FORM,
		.now_ms = flow.now_ms,
	};
	struct authcode_exchange *x = NULL;

	assert_int_equal(authcode_exchange_begin(flow.issuer, &request, &x), AUTHCODE_OK);
	return x;
}

static const struct authcode_response *
end(struct authcode_exchange *x)
{
	assert_non_null(authcode_exchange_operation(x));
	authcode_store_perform(flow.store, authcode_exchange_operation(x));
	authcode_exchange_answer(x);
	return authcode_exchange_response(x);
}

static const struct authcode_response *
asked(const char *rest)
{
	return as_client(&flow, AUTHCODE_ENDPOINT_TOKEN, FLOW_POST,
			 flow_text(&flow, ASKED "%s", rest));
}

static int64_t
number(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

/* The resource server is taken away and the lifetime changed while an exchange waits
 * for the store. */
static void
an_exchange_ends_by_the_rules_it_began_with(void **state)
{
	static const struct authcode_resource left[] = { { .uri = FILES,
							   .access_token_ttl_s = 120 } };
	static const char *const allowed[] = { FILES };
	const struct authcode_issuer_settings settings = {
		.resources = left,
		.resource_count = AC_ARRAY_SIZE(left),
		.lifetimes = { .access_token_s = 700 },
	};
	struct authcode_client client = flow_client(&flow, FLOW_POST);
	struct authcode_exchange *x = begin(API_Q);
	struct authcode_clients *clients = NULL;
	json_t *tokens;

	(void)state;
	client.resources = allowed;
	client.resource_count = 1;
	assert_int_equal(authcode_clients_new(&client, 1, &clients, NULL), AUTHCODE_OK);
	assert_int_equal(authcode_issuer_reconfigure(flow.issuer, &settings, clients, NULL),
			 AUTHCODE_OK);
	authcode_clients_unref(&clients);

	tokens = answer_json(end(x), 200);
	assert_int_equal(number(tokens, "expires_in"), 3600);
	assert_string_equal(json_text(tokens, "scope"), "read");
	json_decref(tokens);
	authcode_exchange_free(&x);

	assert_error(asked(API_Q), "invalid_target");
	tokens = answer_json(asked(""), 200);
	assert_int_equal(number(tokens, "expires_in"), 700);
	json_decref(tokens);
	tokens = answer_json(asked(FILES_Q), 200);
	assert_int_equal(number(tokens, "expires_in"), 120);
	json_decref(tokens);
}

static void
a_client_that_is_taken_away_gets_what_it_had_begun_and_no_more(void **state)
{
	const struct authcode_issuer_settings settings = { 0 };
	struct authcode_exchange *x = begin("");
	json_t *tokens;

	(void)state;
	assert_int_equal(authcode_issuer_reconfigure(flow.issuer, &settings, NULL, NULL),
			 AUTHCODE_OK);
	tokens = answer_json(end(x), 200);
	json_decref(tokens);
	authcode_exchange_free(&x);
	tokens = answer_json(asked(""), 401);
	assert_string_equal(json_text(tokens, "error"), "invalid_client");
	json_decref(tokens);
}

static void
rules_that_are_no_good_change_nothing(void **state)
{
	static const struct authcode_resource relative = { .uri = "api" };
	static const struct authcode_acr spaced = { "a b", 1 };
	static const struct authcode_acr twice[] = { { "a", 1 }, { "a", 2 } };
	const struct {
		const char *name, *why;
		struct authcode_issuer_settings settings;
	} rows[] = {
		{ "code",
		  "a code must not live longer than 60 seconds",
		  { .lifetimes = { .code_s = 61 } } },
		{ "device",
		  "a device code must not live longer than 900 seconds",
		  { .lifetimes = { .device_code_s = 901 } } },
		{ "id token",
		  "an ID token must not live longer than 12 hours",
		  { .lifetimes = { .id_token_s = 12 * 3600 + 1 } } },
		{ "retry",
		  "a refresh must not be answered again for longer than 600 seconds",
		  { .refresh_retry_s = 601 } },
		{ "keys",
		  "a signing key must sign for longer than it is published before",
		  { .lifetimes = { .signing_key_s = 3600 } } },
		{ "resource",
		  "a resource is not an absolute URI without fragment",
		  { .resources = &relative, .resource_count = 1 } },
		{ "resources", "resources has a length but no rows", { .resource_count = 1 } },
		{ "acr",
		  "an acr is not 1 to 128 printable characters without space",
		  { .acrs = &spaced, .acr_count = 1 } },
		{ "acrs", "an acr is listed twice", { .acrs = twice, .acr_count = 2 } },
	};
	char *before = authcode_issuer_metadata(flow.issuer), *after;

	(void)state;
	assert_non_null(before);
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct authcode_reason reason = { 0 };
		json_t *tokens;

		assert_int_equal(
			authcode_issuer_reconfigure(flow.issuer, &rows[i].settings, NULL, &reason),
			AUTHCODE_ERR_CONFIG);
		if (strcmp(reason.text, rows[i].why) != 0)
			fail_msg("%s: %s", rows[i].name, reason.text);
		tokens = answer_json(asked(API_Q), 200);
		json_decref(tokens);
	}
	after = authcode_issuer_metadata(flow.issuer);
	assert_string_equal(before, after);
	free(before);
	free(after);
	assert_int_equal(authcode_issuer_reconfigure(flow.issuer, NULL, NULL, NULL),
			 AUTHCODE_ERR_USAGE);
	assert_int_equal(authcode_issuer_reconfigure(NULL, &rows[0].settings, NULL, NULL),
			 AUTHCODE_ERR_USAGE);
}

static void
the_metadata_tells_of_the_new_rules(void **state)
{
	static const struct authcode_acr acrs[] = { { "phr", 5 } };
	const struct authcode_issuer_settings settings = { .acrs = acrs, .acr_count = 1 };
	char *text = authcode_issuer_metadata(flow.issuer);

	(void)state;
	assert_non_null(strstr(text, "\"acr_values_supported\":[\"pwd\",\"otp\",\"card\"]"));
	free(text);
	assert_int_equal(authcode_issuer_reconfigure(flow.issuer, &settings, flow.clients, NULL),
			 AUTHCODE_OK);
	text = authcode_issuer_metadata(flow.issuer);
	assert_non_null(strstr(text, "\"acr_values_supported\":[\"phr\"]"));
	assert_non_null(strstr(text, "\"issuer\":\"" FLOW_ISSUER "\""));
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_exchange_ends_by_the_rules_it_began_with, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			a_client_that_is_taken_away_gets_what_it_had_begun_and_no_more, setup,
			teardown),
		cmocka_unit_test_setup_teardown(rules_that_are_no_good_change_nothing, setup,
						teardown),
		cmocka_unit_test_setup_teardown(the_metadata_tells_of_the_new_rules, setup,
						teardown),
	};

	return cmocka_run_group_tests_name("reconfigure", tests, NULL, NULL);
}
