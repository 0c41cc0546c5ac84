/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Revocation: RV-01 … RV-06.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/flow/token_fixture.h"

#define REVOKE AUTHCODE_ENDPOINT_REVOKE

static struct request
revoke_request(struct world *world, const char *client, const char *token, const char *rest)
{
	return (struct request){ .endpoint = REVOKE,
				 .client = client,
				 .body = text(world, "token=%s%s", token, rest) };
}

/* 200 with nothing in it (RFC 7009 §2.2). */
static void
assert_revoked(struct world *world, const char *client, const char *token, const char *rest)
{
	struct request request = revoke_request(world, client, token, rest);
	struct reply reply = ask(world, &request);

	assert_int_equal(reply.status, 200);
	assert_int_equal(reply.kind, AUTHCODE_RESPONSE_EMPTY);
	reply_clear(&reply);
}

/* RV-01, RV-05, RV-06: whatever the hint says. */
static void
an_access_token_dies_alone(void **state)
{
	static const char *const hints[] = { "", "&token_type_hint=access_token",
					     "&token_type_hint=refresh_token",
					     "&token_type_hint=nonsense", "&token_type_hint=" };
	struct world *world = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(hints); i++) {
		struct tokens tokens = redeem(world, &(struct code){ 0 });

		assert_revoked(world, "web", tokens.access, hints[i]);
		assert_false(active(world, tokens.access));
		assert_true(active_for(world, "web", tokens.refresh));
	}
}

static void
a_refresh_token_takes_its_family_along(void **state)
{
	static const char *const hints[] = { "", "&token_type_hint=access_token",
					     "&token_type_hint=refresh_token" };
	static const char *const clients[] = { "web", "app", "post" };
	struct world *world = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(hints) * AC_ARRAY_SIZE(clients); i++) {
		const char *client = clients[i / AC_ARRAY_SIZE(hints)];
		struct tokens tokens = redeem(world, &(struct code){ .client = client });
		struct tokens other = redeem(world, &(struct code){ .client = client });

		assert_revoked(world, client, tokens.refresh, hints[i % AC_ARRAY_SIZE(hints)]);
		assert_false(active(world, tokens.access));
		expect_error(
			world,
			&(struct request){ .endpoint = AUTHCODE_ENDPOINT_TOKEN,
					   .client = client,
					   .body = text(world,
							"grant_type=refresh_token&refresh_token=%s",
							tokens.refresh) },
			400, "invalid_grant", "RV-05");
		assert_true(active(world, other.access));
	}
}

/* A client that signs out with a token it has already replaced means it. */
static void
a_rotated_refresh_token_still_names_its_family(void **state)
{
	struct world *world = *state;
	struct tokens tokens = redeem(world, &(struct code){ .client = "app" });
	struct request request = {
		.endpoint = AUTHCODE_ENDPOINT_TOKEN,
		.client = "app",
		.body = text(world, "grant_type=refresh_token&refresh_token=%s", tokens.refresh),
	};
	struct reply reply = ask(world, &request);
	const char *access = member(world, &reply, "access_token");

	assert_int_equal(reply.status, 200);
	reply_clear(&reply);
	assert_true(active(world, access));
	assert_revoked(world, "app", tokens.refresh, "");
	assert_false(active(world, access));
}

/* RV-03 */
static void
what_is_unknown_is_as_good_as_revoked(void **state)
{
	struct world *world = *state;
	struct tokens tokens = redeem(world, &(struct code){ 0 });
	char *changed = (char *)text(world, "%s", tokens.access);

	assert_revoked(world, "web", "x", "");
	assert_revoked(world, "web", "aca_", "");
	assert_revoked(world, "web", text(world, "%.57s", tokens.access), "");
	assert_revoked(world, "web", text(world, "acr_%s", tokens.access + 4), "");
	changed[25] = changed[25] == 'A' ? 'B' : 'A';
	assert_revoked(world, "web", changed, "");
	assert_true(active(world, tokens.access));

	assert_revoked(world, "web", tokens.access, "");
	assert_revoked(world, "web", tokens.access, "");
	assert_revoked(world, "web", tokens.refresh, "");
	assert_revoked(world, "web", tokens.refresh, "");
	tokens = redeem(world, &(struct code){ 0 });
	world->now_ms += 3600 * 1000;
	assert_revoked(world, "web", tokens.access, "");
}

/* RV-04 */
static void
a_token_of_another_client_is_left_alone(void **state)
{
	static const char *const others[] = { "web2", "app", "post", "rs" };
	struct world *world = *state;
	struct tokens tokens = redeem(world, &(struct code){ 0 });

	for (size_t i = 0; i < AC_ARRAY_SIZE(others); i++) {
		struct request request = revoke_request(world, others[i], tokens.access, "");

		expect_error(world, &request, 400, "invalid_request", others[i]);
		request = revoke_request(world, others[i], tokens.refresh, "");
		expect_error(world, &request, 400, "invalid_request", others[i]);
	}
	assert_true(active(world, tokens.access));
	assert_true(active_for(world, "web", tokens.refresh));
}

static void
malformed_requests_are_refused(void **state)
{
	struct world *world = *state;
	struct tokens tokens = redeem(world, &(struct code){ 0 });
	struct request request = { .endpoint = REVOKE, .client = "web", .body = "" };
	struct reply reply;

	expect_error(world, &request, 400, "invalid_request", "RV-01 no token");
	request.body = "token=";
	expect_error(world, &request, 400, "invalid_request", "RV-01 empty token");
	request.body = text(world, "token=%s&token=%s", tokens.access, tokens.access);
	expect_error(world, &request, 400, "invalid_request", "TK-04 twice");
	request = revoke_request(world, "web", tokens.access, "");
	request.query = text(world, "token=%s", tokens.access);
	expect_error(world, &request, 400, "invalid_request", "TK-03 in the query");
	request.query = NULL;
	request.content_type = "application/json";
	expect_error(world, &request, 400, "invalid_request", "TK-02");
	request.content_type = NULL;
	request.authorization = "Basic d2ViOnNlY3JldA==";
	expect_error(world, &request, 401, "invalid_client", "RV-02 wrong secret");
	request.client = NULL;
	request.authorization = NULL;
	expect_error(world, &request, 401, "invalid_client", "RV-02 nobody");
	request = revoke_request(world, "web", tokens.access, "");
	request.method = AUTHCODE_METHOD_GET;
	reply = ask(world, &request);
	assert_int_equal(reply.status, 405);
	assert_string_equal(reply.allow, "POST");
	reply_clear(&reply);
	assert_true(active(world, tokens.access));
}

static void
a_failing_store_is_not_reported_as_success(void **state)
{
	struct world *world = *state;
	struct tokens tokens = redeem(world, &(struct code){ 0 });
	const char *const both[] = { tokens.access, tokens.refresh };

	for (size_t i = 0; i < 4; i++) {
		struct request request = revoke_request(world, "web", both[i / 2], "");

		world->fault.countdown = i % 2 == 0 ? 1 : 2;
		expect_error(world, &request, 503, "server_error", "RV-07");
		assert_int_equal(world->fault.countdown, 0);
	}
	assert_true(active(world, tokens.access));
}

#define FLOW(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FLOW(an_access_token_dies_alone),
		FLOW(a_refresh_token_takes_its_family_along),
		FLOW(a_rotated_refresh_token_still_names_its_family),
		FLOW(what_is_unknown_is_as_good_as_revoked),
		FLOW(a_token_of_another_client_is_left_alone),
		FLOW(malformed_requests_are_refused),
		FLOW(a_failing_store_is_not_reported_as_success),
	};

	return cmocka_run_group_tests_name("revoke", tests, NULL, NULL);
}
