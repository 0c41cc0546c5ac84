/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Resource indicators of a device (RFC 8707 with RFC 8628): RI-01 … RI-03, asked for
 * before anybody has signed in, shown to the person, and chosen from by a poll.
 */
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "tests/flow/device_flow.h"
#include "tests/flow/jwt_world.h"

#define SCOPE "scope=openid+read+offline_access"

static int
setup(void **state)
{
	struct authcode_client clients[2];

	(void)jwt_setup(state);
	set_format(AUTHCODE_FORMAT_OPAQUE, NULL, 0);
	clients[0] = flow_client(&flow, FLOW_POST);
	clients[0].grants |= AUTHCODE_GRANT_DEVICE_CODE;
	clients[1] = flow_client(&flow, ALL);
	flow_set_clients(&flow, clients, AC_ARRAY_SIZE(clients));
	return 0;
}

static const struct authcode_response *
ask(const char *rest)
{
	return as_client(&flow, AUTHCODE_ENDPOINT_DEVICE_AUTHORIZATION, FLOW_POST,
			 flow_text(&flow, SCOPE "%s", rest));
}

static struct device
device_for(const char *rest)
{
	const struct authcode_response *r = ask(rest);

	assert_int_equal(r->status, 200);
	return (struct device){ .code = device_value(&flow, r, "device_code"),
				.user_code = device_value(&flow, r, "user_code") };
}

static const struct authcode_response *
poll(const struct device *device, const char *rest)
{
	return as_client(&flow, AUTHCODE_ENDPOINT_TOKEN, FLOW_POST,
			 flow_text(&flow, "grant_type=" DEVICE_GRANT "&device_code=%s%s",
				   device->code, rest));
}

static void
assert_audience(const char *token, const char *expected)
{
	json_t *told = introspect(&flow, ALL, token);
	char *text = json_dumps(json_object_get(told, "aud"), JSON_ENCODE_ANY | JSON_COMPACT);

	assert_true(json_is_true(json_object_get(told, "active")));
	assert_string_equal(text, expected);
	free(text);
	json_decref(told);
}

/* RI-01, RI-02 */
static void
a_device_gets_no_code_for_what_its_client_may_not_have(void **state)
{
	static const char *const rows[] = {
		OTHER_Q,           API_Q OTHER_Q, "&resource=api",
		API_Q "%23part",   API_Q "/",     "&resource=https://unknown.example",
		"&resource=//api", OTHER_Q API_Q, API_Q "+" FILES,
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++)
		assert_error(ask(rows[i]), "invalid_target");
	assert_int_equal(flow.writes, 0);
}

static void
the_page_of_a_device_says_whom_the_access_is_for(void **state)
{
	struct device device = device_for(FILES_Q API_Q);
	const struct authcode_interaction *page =
		device_page(&flow, &browser, &device)->interaction;

	(void)state;
	assert_int_equal(page->resource_count, 2);
	assert_string_equal(page->resources[0], FILES);
	assert_string_equal(page->resources[1], "The API");
	device = device_for("");
	assert_int_equal(device_page(&flow, &browser, &device)->interaction->resource_count, 0);
}

/* RI-03 */
static void
a_poll_chooses_of_what_was_granted(void **state)
{
	static const struct {
		const char *granted, *chosen, *aud, *scope;
	} rows[] = {
		{ "", "", "\"https://id.example\"", "openid read offline_access" },
		{ API_Q, "", "\"" API "\"", "read" },
		{ API_Q FILES_Q, API_Q, "\"" API "\"", "read" },
		{ API_Q FILES_Q, FILES_Q, "\"" FILES "\"", "openid read offline_access" },
		{ API_Q FILES_Q, "", "[\"" API "\",\"" FILES "\"]", "openid read offline_access" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct device device = device_for(rows[i].granted);
		json_t *tokens, *fresh;

		device_allow(&flow, &browser, &device);
		tokens = answer_json(poll(&device, rows[i].chosen), 200);
		assert_string_equal(json_text(tokens, "scope"), rows[i].scope);
		assert_audience(json_text(tokens, "access_token"), rows[i].aud);
		/* What was not chosen is not lost. */
		fresh = refresh(&flow, tokens, rows[i].granted);
		json_decref(fresh);
		json_decref(tokens);
	}
}

/* RI-03: and it may ask again. */
static void
a_poll_for_more_is_refused_and_uses_nothing_up(void **state)
{
	static const char *const rows[] = { FILES_Q, API_Q FILES_Q, ROLES_Q,
					    OTHER_Q, ISSUER_Q,      "&resource=api" };
	struct device device = device_for(API_Q);
	size_t writes;

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++)
		assert_error(poll(&device, rows[i]), "invalid_target");
	device_allow(&flow, &browser, &device);
	writes = flow.writes;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++)
		assert_error(poll(&device, rows[i]), "invalid_target");
	assert_int_equal(flow.writes, writes);
	json_decref(answer_json(poll(&device, ""), 200));
}

static void
a_resource_that_the_client_has_lost_gets_a_device_nothing(void **state)
{
	static const char *const only_files[] = { FILES };
	struct device device = device_for(API_Q);
	struct authcode_client client = flow_client(&flow, FLOW_POST);

	(void)state;
	device_allow(&flow, &browser, &device);
	client.resources = only_files;
	client.resource_count = 1;
	flow_set_clients(&flow, &client, 1);
	assert_error(poll(&device, ""), "invalid_target");
}

/* RFC 9068 §2.2: of the person who has allowed it, at the time of the sign-in. */
static void
the_jwt_of_a_device_speaks_of_its_person(void **state)
{
	struct device device = device_for(ROLES_Q);
	json_t *tokens, *header, *claims, *told;
	int64_t signed_in_s = flow.now_ms / 1000;

	(void)state;
	device_allow(&flow, &browser, &device);
	flow.now_ms += 7000;
	tokens = answer_json(poll(&device, ""), 200);
	header = segment(json_text(tokens, "access_token"), 0);
	claims = segment(json_text(tokens, "access_token"), 1);
	assert_string_equal(json_text(header, "typ"), "at+jwt");
	assert_string_equal(json_text(header, "alg"), "ES256");
	assert_string_equal(json_text(claims, "aud"), ROLES);
	assert_string_equal(json_text(claims, "client_id"), FLOW_POST);
	assert_int_equal(json_integer_value(json_object_get(claims, "auth_time")), signed_in_s);
	told = introspect(&flow, ALL, json_text(tokens, "access_token"));
	assert_string_equal(json_text(told, "username"), "alice");
	assert_string_equal(json_text(claims, "sub"), json_text(told, "sub"));
	json_decref(told);
	json_decref(claims);
	json_decref(header);
	json_decref(tokens);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, jwt_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_device_gets_no_code_for_what_its_client_may_not_have),
		TEST(the_page_of_a_device_says_whom_the_access_is_for),
		TEST(a_poll_chooses_of_what_was_granted),
		TEST(a_poll_for_more_is_refused_and_uses_nothing_up),
		TEST(a_resource_that_the_client_has_lost_gets_a_device_nothing),
		TEST(the_jwt_of_a_device_speaks_of_its_person),
	};

	return cmocka_run_group_tests_name("device resource", tests, NULL, NULL);
}
