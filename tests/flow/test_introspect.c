/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Introspection: IN-01 … IN-05.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/flow/token_fixture.h"

#define INTROSPECT AUTHCODE_ENDPOINT_INTROSPECT

static struct request
introspect_request(struct world *world, const char *client, const char *token, const char *rest)
{
	return (struct request){ .endpoint = INTROSPECT,
				 .client = client,
				 .body = text(world, "token=%s%s", token, rest) };
}

static json_int_t
number(const struct reply *reply, const char *name)
{
	return json_integer_value(json_object_get(reply->json, name));
}

/* IN-03 */
static void
an_active_access_token_is_described(void **state)
{
	struct world *world = *state;
	int64_t now_s = world->now_ms / 1000;
	struct tokens tokens = redeem(world, &(struct code){ 0 });
	struct request request = introspect_request(world, "web", tokens.access, "");
	struct reply reply = ask(world, &request);
	const json_t *amr;

	assert_int_equal(reply.status, 200);
	assert_true(json_is_true(json_object_get(reply.json, "active")));
	assert_string_equal(member(world, &reply, "scope"), "openid profile groups");
	assert_string_equal(member(world, &reply, "client_id"), "web");
	assert_string_equal(member(world, &reply, "username"), "alice");
	assert_string_equal(member(world, &reply, "token_type"), "Bearer");
	assert_string_equal(member(world, &reply, "sub"), "sub-alice-1000");
	assert_string_equal(member(world, &reply, "iss"), "https://as.example");
	assert_string_equal(member(world, &reply, "acr"), "urn:example:acr");
	assert_int_equal(number(&reply, "iat"), now_s);
	assert_int_equal(number(&reply, "nbf"), now_s);
	assert_string_equal(member(world, &reply, "aud"), "https://as.example");
	assert_true(strspn(member(world, &reply, "jti"), "0123456789") >= 18);
	assert_int_equal(number(&reply, "exp"), now_s + 3600);
	assert_int_equal(number(&reply, "auth_time"), now_s);
	amr = json_object_get(reply.json, "amr");
	assert_int_equal(json_array_size(amr), 1);
	assert_string_equal(json_string_value(json_array_get(amr, 0)), "pwd");
	assert_int_equal(json_object_size(reply.json), 15);
	reply_clear(&reply);
}

static void
a_refresh_token_is_described_to_its_client_and_is_no_bearer_token(void **state)
{
	struct world *world = *state;
	struct tokens tokens = redeem(world, &(struct code){ .scope = "openid offline_access" });
	struct request request = introspect_request(world, "web", tokens.refresh, "");
	struct reply reply = ask(world, &request);

	assert_true(json_is_true(json_object_get(reply.json, "active")));
	assert_null(json_object_get(reply.json, "token_type"));
	assert_int_equal(number(&reply, "exp") - number(&reply, "iat"), 14 * 24 * 3600);
	reply_clear(&reply);
}

static void
a_token_without_a_user_names_nobody(void **state)
{
	struct world *world = *state;
	struct tokens tokens = redeem(world, &(struct code){ 0 });
	struct request request = introspect_request(world, "web", tokens.access, "");
	struct reply reply;

	world->fault.hide_people = true;
	reply = ask(world, &request);
	assert_true(json_is_true(json_object_get(reply.json, "active")));
	assert_null(json_object_get(reply.json, "username"));
	/* CC-04: it speaks for its client, by an id that is nobody's sub */
	assert_string_equal(member(world, &reply, "sub"), "web");
	reply_clear(&reply);
}

/* IN-02, IN-04: who may know what. */
static void
callers_learn_what_their_policy_says(void **state)
{
	static const struct {
		const char *caller, *owner;
		bool access, refresh;
	} rows[] = {
		{ "web", "web", true, true },      { "web", "web2", false, false },
		{ "web2", "web", false, false },   { "post", "post", true, true },
		{ "rs", "web", true, false },      { "rs", "web2", true, false },
		{ "rs", "app", true, false },      { "rs", "rs", true, true },
		{ "rslist", "web", true, false },  { "rslist", "web2", false, false },
		{ "rslist", "app", false, false }, { "app", "app", false, false },
		{ "app", "web", false, false },
	};
	struct world *world = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct tokens tokens = redeem(world, &(struct code){ .client = rows[i].owner });

		if (active_for(world, rows[i].caller, tokens.access) != rows[i].access)
			fail_msg("%s about an access token of %s", rows[i].caller, rows[i].owner);
		if (active_for(world, rows[i].caller, tokens.refresh) != rows[i].refresh)
			fail_msg("%s about a refresh token of %s", rows[i].caller, rows[i].owner);
	}
}

static void
a_hint_changes_nothing(void **state)
{
	struct world *world = *state;
	struct tokens tokens = redeem(world, &(struct code){ 0 });

	assert_true(active_for(world, "web",
			       text(world, "%s&token_type_hint=refresh_token", tokens.access)));
	assert_true(active_for(world, "web",
			       text(world, "%s&token_type_hint=access_token", tokens.refresh)));
	assert_true(active_for(world, "web", text(world, "%s&token_type_hint=x", tokens.access)));
}

static void
a_token_is_active_until_its_very_end(void **state)
{
	struct world *world = *state;
	struct tokens tokens = redeem(world, &(struct code){ 0 });

	world->now_ms += 3600 * 1000 - 1;
	assert_true(active(world, tokens.access));
	world->now_ms += 1;
	assert_false(active(world, tokens.access));
}

static void
what_is_unknown_or_dead_is_inactive(void **state)
{
	struct world *world = *state;
	struct tokens tokens = redeem(world, &(struct code){ .client = "app" });
	char *changed = (char *)text(world, "%s", tokens.access);

	assert_false(active(world, "x"));
	assert_false(active(world, "aca_"));
	assert_false(active(world, "aca_AAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
	assert_false(active(world, text(world, "%%20%s", tokens.access)));
	assert_false(active(world, tokens.code));
	changed[57] = changed[57] == 'A' ? 'Q' : 'A';
	assert_false(active(world, changed));
	/* the name comes back with another uid: nothing of the old person is honoured */
	(void)new_session(world, "alice", 4000, NULL);
	assert_false(active(world, tokens.access));
}

/* What the registry no longer knows, or has switched off, holds no tokens. */
static void
tokens_of_a_removed_or_disabled_client_are_inactive(void **state)
{
	struct world *world = *state;
	struct tokens web = redeem(world, &(struct code){ 0 });
	struct tokens web2 = redeem(world, &(struct code){ .client = "web2" });
	static const char *const uris[] = { "https://web2.example/cb" };
	struct authcode_client clients[] = {
		{ .id = "rs",
		  .redirect_uris = uris,
		  .redirect_uri_count = 1,
		  .scope = SCOPE,
		  .grants = AUTHCODE_GRANT_AUTHORIZATION_CODE,
		  .may_introspect = AUTHCODE_INTROSPECT_ALL },
		{ .id = "web2",
		  .redirect_uris = uris,
		  .redirect_uri_count = 1,
		  .scope = SCOPE,
		  .secret_hash = { 1 },
		  .grants = AUTHCODE_GRANT_AUTHORIZATION_CODE,
		  .disabled = true },
	};
	struct authcode_clients *registry = NULL;

	assert_int_equal(authcode_client_secret_hash("rs-secret", 9, clients[0].secret_hash),
			 AUTHCODE_OK);
	assert_true(active(world, web.access));
	assert_true(active(world, web2.access));
	assert_int_equal(authcode_clients_new(clients, AC_ARRAY_SIZE(clients), &registry, NULL),
			 AUTHCODE_OK);
	authcode_issuer_set_clients(world->issuer, registry);
	authcode_clients_unref(&registry);
	assert_false(active(world, web.access));
	assert_false(active(world, web2.access));
}

static void
malformed_requests_are_refused(void **state)
{
	struct world *world = *state;
	struct tokens tokens = redeem(world, &(struct code){ 0 });
	struct request request = introspect_request(world, "web", tokens.access, "");
	struct reply reply;

	request.method = AUTHCODE_METHOD_GET;
	reply = ask(world, &request);
	assert_int_equal(reply.status, 405); /* IN-05 */
	assert_string_equal(reply.allow, "POST");
	reply_clear(&reply);
	request.method = AUTHCODE_METHOD_POST;
	request.content_type = "application/json";
	expect_error(world, &request, 400, "invalid_request", "IN-01 no form");
	request = (struct request){ .endpoint = INTROSPECT, .client = "web", .body = "token=" };
	expect_error(world, &request, 400, "invalid_request", "IN-01 no token");
	request.body = "token=a&token=b";
	expect_error(world, &request, 400, "invalid_request", "TK-04");
	request.body = "token=a";
	request.query = "token=a";
	expect_error(world, &request, 400, "invalid_request", "TK-03");
	request.query = NULL;
	request.client = NULL;
	expect_error(world, &request, 401, "invalid_client", "IN-01 nobody");
	request.authorization = text(world, "Bearer %s", tokens.access);
	expect_error(world, &request, 401, "invalid_client", "IN-01 a bearer token");
	request.authorization = "Basic d2ViOnNlY3JldA==";
	expect_error(world, &request, 401, "invalid_client", "IN-01 wrong secret");
	request.authorization = NULL;
	request.body = text(world, "client_id=web&token=%s", tokens.access);
	expect_error(world, &request, 401, "invalid_client", "CA-07, CA-24 a name alone");
}

static void
a_failing_store_is_not_reported_as_inactive(void **state)
{
	struct world *world = *state;
	struct tokens tokens = redeem(world, &(struct code){ 0 });
	struct request request = introspect_request(world, "web", tokens.access, "");

	world->fault.countdown = 1;
	expect_error(world, &request, 503, "server_error", "failing store");
	assert_true(active(world, tokens.access));
}

#define FLOW(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FLOW(an_active_access_token_is_described),
		FLOW(a_refresh_token_is_described_to_its_client_and_is_no_bearer_token),
		FLOW(a_token_without_a_user_names_nobody),
		FLOW(callers_learn_what_their_policy_says),
		FLOW(a_hint_changes_nothing),
		FLOW(a_token_is_active_until_its_very_end),
		FLOW(what_is_unknown_or_dead_is_inactive),
		FLOW(tokens_of_a_removed_or_disabled_client_are_inactive),
		FLOW(malformed_requests_are_refused),
		FLOW(a_failing_store_is_not_reported_as_inactive),
	};

	return cmocka_run_group_tests_name("introspect", tests, NULL, NULL);
}
