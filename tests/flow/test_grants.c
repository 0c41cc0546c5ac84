/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Every grant, asked for by every kind of client, by every way of proving who it
 * is: TK-06, TK-07, TK-16, CA-06, CA-07, CC-01. Only the client that is proved by
 * its own method hears of its grants, and only those it has go on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/flow/token_fixture.h"

enum way { BASIC, POST, NAME_ALONE, WRONG_BASIC, WRONG_POST, NOTHING, WAYS };

static const char *const way_names[WAYS] = { "basic",       "post",       "name alone",
					     "wrong basic", "wrong post", "nothing" };

static const struct {
	const char *id, *secret, *basic, *wrong_basic;
	enum way way; /* how it is registered */
	bool code, refresh, client;
} clients[] = {
	{ "robot", "robot-secret", "Basic cm9ib3Q6cm9ib3Qtc2VjcmV0",
	  "Basic cm9ib3Q6cm9ib3Qtc2VjcmV1", BASIC, false, false, true },
	{ "worker", "worker-secret", "Basic d29ya2VyOndvcmtlci1zZWNyZXQ=",
	  "Basic d29ya2VyOndvcmtlci1zZWNyZXU=", POST, false, false, true },
	{ "web2", "web2-secret", "Basic d2ViMjp3ZWIyLXNlY3JldA==", "Basic d2ViMjp3ZWIyLXNlY3JldQ==",
	  BASIC, true, true, false },
	{ "post", POST_SECRET, "Basic cG9zdDpwb3N0LXNlY3JldC0wMTIzNDU2Nzg5YWJjZGVm",
	  "Basic cG9zdDpwb3N0LXNlY3JldC0wMTIzNDU2Nzg5YWJjZGVn", POST, true, true, false },
	{ "plain", "plain-secret", "Basic cGxhaW46cGxhaW4tc2VjcmV0",
	  "Basic cGxhaW46cGxhaW4tc2VjcmV1", BASIC, true, false, false },
	{ "app", "anything", "Basic YXBwOmFueXRoaW5n", "Basic YXBwOmFueXRoaW5n", NAME_ALONE, true,
	  true, false },
	{ "off", "off-secret", "Basic b2ZmOm9mZi1zZWNyZXQ=", "Basic b2ZmOm9mZi1zZWNyZXU=", NOTHING,
	  true, true, false }, /* disabled: no way leads there */
};

static const char *
credentials(struct world *world, size_t c, enum way way, const char **ret_authorization)
{
	const char *id = clients[c].id;

	*ret_authorization = way == BASIC         ? clients[c].basic
			     : way == WRONG_BASIC ? clients[c].wrong_basic
						  : NULL;
	switch (way) {
	case POST:
		return text(world, "&client_id=%s&client_secret=%s", id, clients[c].secret);
	case WRONG_POST:
		return text(world, "&client_id=%s&client_secret=%s-", id, clients[c].secret);
	case NAME_ALONE:
		return text(world, "&client_id=%s", id);
	default:
		return "";
	}
}

/* What follows from the tables alone. */
static const char *
expected(size_t c, enum way way, const char *grant, unsigned *ret_status)
{
	bool known = true, has = false;

	*ret_status = 401;
	if (way != clients[c].way || way == NOTHING)
		return "invalid_client";
	*ret_status = 400;
	if (strcmp(grant, "authorization_code") == 0)
		has = clients[c].code;
	else if (strcmp(grant, "refresh_token") == 0)
		has = clients[c].refresh;
	else if (strcmp(grant, "client_credentials") == 0)
		has = clients[c].client;
	else
		known = false;
	if (!known)
		return "unsupported_grant_type";
	if (!has)
		return "unauthorized_client";
	/* It goes on: to the parameter that is missing, or to a token. */
	if (!clients[c].client)
		return "invalid_request";
	*ret_status = 200;
	return NULL;
}

static void
every_grant_by_every_client_in_every_way(void **state)
{
	static const char *const grants[] = {
		"authorization_code",
		"refresh_token",
		"client_credentials",
		"password",
		"implicit",
		"CLIENT_CREDENTIALS",
		"urn:ietf:params:oauth:grant-type:jwt-bearer",
	};
	struct world *world = *state;
	size_t given = 0;

	for (size_t i = 0; i < AC_ARRAY_SIZE(grants) * AC_ARRAY_SIZE(clients) * WAYS; i++) {
		const char *grant = grants[i % AC_ARRAY_SIZE(grants)];
		size_t c = i / AC_ARRAY_SIZE(grants) % AC_ARRAY_SIZE(clients);
		enum way way = (enum way)(i / AC_ARRAY_SIZE(grants) / AC_ARRAY_SIZE(clients));
		struct request request = { .endpoint = AUTHCODE_ENDPOINT_TOKEN };
		const char *row, *proof, *error;
		unsigned status;

		proof = credentials(world, c, way, &request.authorization);
		request.body = text(world, "grant_type=%s&scope=api%s", grant, proof);
		row = text(world, "%s, %s, %s", grant, clients[c].id, way_names[way]);
		error = expected(c, way, grant, &status);
		if (error != NULL) {
			expect_error(world, &request, status, error, row);
			continue;
		}
		if (status_of(world, &request) != 200)
			fail_msg("%s", row);
		given++;
	}
	assert_int_equal(given, 2);
}

/* CA-09: a secret whose time is over proves nothing, for any grant. */
static void
an_expired_secret_proves_nothing(void **state)
{
	static const char *const grants[] = { "authorization_code", "refresh_token",
					      "client_credentials" };
	struct world *world = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(grants); i++) {
		struct request request = { .endpoint = AUTHCODE_ENDPOINT_TOKEN,
					   .client = "old",
					   .body = text(world, "grant_type=%s", grants[i]) };

		assert_int_equal(status_of(world, &request), 400);
		world->now_ms += 10 * 1000;
		expect_error(world, &request, 401, "invalid_client", grants[i]);
		world->now_ms -= 10 * 1000;
	}
}

#define FLOW(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FLOW(every_grant_by_every_client_in_every_way),
		FLOW(an_expired_secret_proves_nothing),
	};

	return cmocka_run_group_tests_name("grants", tests, NULL, NULL);
}
