/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The client credentials grant: CC-01 … CC-04.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/flow/token_fixture.h"

static struct request
asking(struct world *world, const char *client, const char *rest)
{
	return (struct request){ .endpoint = AUTHCODE_ENDPOINT_TOKEN,
				 .client = client,
				 .body = text(world, "grant_type=client_credentials%s", rest) };
}

/* The access token. */
static const char *
given(struct world *world, const char *client, const char *rest)
{
	struct request request = asking(world, client, rest);
	struct reply reply = ask(world, &request);
	const char *access = member(world, &reply, "access_token");

	assert_int_equal(reply.status, 200);
	assert_non_null(access);
	reply_clear(&reply);
	return access;
}

/* CC-02: what it has, and nothing else. */
static void
a_client_gets_an_access_token_and_nothing_else(void **state)
{
	struct world *world = *state;
	struct request request = asking(world, "robot", "&scope=api+metrics");
	struct reply reply = ask(world, &request);

	assert_int_equal(reply.status, 200);
	assert_int_equal(json_object_size(reply.json), 4);
	assert_string_equal(member(world, &reply, "token_type"), "Bearer");
	assert_string_equal(member(world, &reply, "scope"), "api metrics");
	assert_int_equal(json_integer_value(json_object_get(reply.json, "expires_in")), 3600);
	assert_null(member(world, &reply, "refresh_token"));
	assert_null(member(world, &reply, "id_token"));
	assert_true(active(world, member(world, &reply, "access_token")));
	reply_clear(&reply);
}

/* CC-03 */
static void
scope_is_limited_to_what_the_client_may_have(void **state)
{
	static const struct {
		const char *client, *rest, *scope; /* NULL: invalid_scope */
	} rows[] = {
		{ "robot", "", "api" }, /* its default, without what means a person */
		{ "robot", "&scope=", "api" },
		{ "robot", "&scope=metrics", "metrics" },
		{ "robot", "&scope=metrics+api", "metrics api" },
		{ "robot", "&scope=api+offline_access", "api" }, /* RT-01: not for this grant */
		{ "robot", "&scope=profile", "profile" },
		{ "robot", "&scope=openid", NULL }, /* CC-02 */
		{ "robot", "&scope=api+openid", NULL },
		{ "robot", "&scope=offline_access", NULL },
		{ "robot", "&scope=admin", NULL },
		{ "robot", "&scope=api+admin", NULL },
		{ "robot", "&scope=API", NULL },
		{ "robot", "&scope=api++metrics", NULL },
		{ "robot", "&scope=api%09metrics", NULL },
		{ "robot", "&scope=%22api%22", NULL },
		{ "robot", "&scope=+", NULL },
		{ "worker", "", NULL }, /* nothing is left of its default */
		{ "worker", "&scope=api", "api" },
		{ "worker", "&scope=metrics", NULL }, /* another client's */
	};
	struct world *world = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct request request = asking(world, rows[i].client, rows[i].rest);
		struct reply reply;

		if (rows[i].scope == NULL) {
			expect_error(world, &request, 400, "invalid_scope", rows[i].rest);
			continue;
		}
		reply = ask(world, &request);
		if (reply.status != 200)
			fail_msg("%s: %u", rows[i].rest, reply.status);
		assert_string_equal(member(world, &reply, "scope"), rows[i].scope);
		reply_clear(&reply);
	}
}

/* CC-01: a public client cannot have it; that none is registered is test_client's. */
static void
only_a_registered_and_proved_client_gets_one(void **state)
{
	struct world *world = *state;
	struct request request = asking(world, "web", "");

	expect_error(world, &request, 400, "unauthorized_client", "not registered");
	request.client = "app";
	expect_error(world, &request, 400, "unauthorized_client", "CC-01 public");
	request.client = NULL;
	expect_error(world, &request, 401, "invalid_client", "nobody");
	request.body = text(world, "client_id=robot&%s", request.body);
	expect_error(world, &request, 401, "invalid_client", "by name alone");
	request.body = "grant_type=client_credentials&client_id=robot&client_secret=robot-secret";
	expect_error(world, &request, 401, "invalid_client", "by another method");
	request = asking(world, "robot", "");
	request.authorization = "Basic cm9ib3Q6d29ya2VyLXNlY3JldA==";
	expect_error(world, &request, 401, "invalid_client", "another's secret");
}

/* CC-04: the sub is the client's id, and there is nobody behind it. */
static void
the_token_speaks_for_the_client(void **state)
{
	struct world *world = *state;
	struct request request = { .endpoint = AUTHCODE_ENDPOINT_INTROSPECT,
				   .client = "rs",
				   .body = text(world, "token=%s", given(world, "robot", "")) };
	struct reply reply = ask(world, &request);

	assert_int_equal(reply.status, 200);
	assert_true(json_is_true(json_object_get(reply.json, "active")));
	assert_string_equal(member(world, &reply, "sub"), "robot");
	assert_string_equal(member(world, &reply, "client_id"), "robot");
	assert_string_equal(member(world, &reply, "scope"), "api");
	assert_null(json_object_get(reply.json, "username"));
	assert_null(json_object_get(reply.json, "auth_time"));
	assert_null(json_object_get(reply.json, "acr"));
	assert_null(json_object_get(reply.json, "amr"));
	reply_clear(&reply);
}

static void
it_reaches_nobodys_data(void **state)
{
	struct world *world = *state;

	assert_int_equal(userinfo_status(world, given(world, "robot", "&scope=profile")), 403);
	assert_int_equal(userinfo_status(world, given(world, "robot", "")), 403);
}

static void
it_ends_in_time_and_when_it_is_revoked(void **state)
{
	struct world *world = *state;
	const char *first = given(world, "robot", ""), *second = given(world, "robot", "");
	const char *brief = given(world, "worker", "&scope=api");
	struct request request = { .endpoint = AUTHCODE_ENDPOINT_REVOKE,
				   .client = "worker",
				   .body = text(world, "token=%s", first) };

	expect_error(world, &request, 400, "invalid_request", "RV-04 another's");
	request.client = "robot";
	assert_int_equal(status_of(world, &request), 200);
	assert_false(active(world, first));
	assert_true(active(world, second));
	world->now_ms += 120 * 1000 - 1;
	assert_true(active(world, brief));
	world->now_ms += 1;
	assert_false(active(world, brief));
	world->now_ms += 3600 * 1000;
	assert_false(active(world, second));
}

static void
it_is_no_refresh_token_and_no_code(void **state)
{
	struct world *world = *state;
	const char *access = given(world, "robot", "");
	struct request request = {
		.endpoint = AUTHCODE_ENDPOINT_TOKEN,
		.client = "web",
		.body = text(world, "grant_type=refresh_token&refresh_token=%s", access),
	};

	expect_error(world, &request, 400, "invalid_grant", "as a refresh token");
	request = code_request(world, "web", access, WEB_CB);
	expect_error(world, &request, 400, "invalid_grant", "as a code");
	assert_true(active(world, access));
}

static void
a_failing_store_or_random_source_gives_nothing(void **state)
{
	struct world *world = *state;
	struct request request = asking(world, "robot", "");

	world->fault.countdown = 1;
	expect_error(world, &request, 503, "server_error", "failing store");
	assert_int_equal(world->fault.countdown, 0);
	world->random_countdown = 1;
	expect_error(world, &request, 500, "server_error", "failing random");
	assert_int_equal(world->random_countdown, 0);
}

#define FLOW(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FLOW(a_client_gets_an_access_token_and_nothing_else),
		FLOW(scope_is_limited_to_what_the_client_may_have),
		FLOW(only_a_registered_and_proved_client_gets_one),
		FLOW(the_token_speaks_for_the_client),
		FLOW(it_reaches_nobodys_data),
		FLOW(it_ends_in_time_and_when_it_is_revoked),
		FLOW(it_is_no_refresh_token_and_no_code),
		FLOW(a_failing_store_or_random_source_gives_nothing),
	};

	return cmocka_run_group_tests_name("client credentials", tests, NULL, NULL);
}
