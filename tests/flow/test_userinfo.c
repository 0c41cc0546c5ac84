/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * UserInfo and bearer use: UI-01 … UI-08, UI-10, UI-11.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/flow/token_fixture.h"

#define USERINFO AUTHCODE_ENDPOINT_USERINFO
#define BARE "Bearer realm=\"authcode\""

static struct request
by_header(struct world *world, const char *token)
{
	return (struct request){ .endpoint = USERINFO,
				 .method = AUTHCODE_METHOD_GET,
				 .authorization = text(world, "Bearer %s", token),
				 .no_content_type = true };
}

/* Status, and the challenge that goes with it (RFC 6750 §3). */
static void
expect_challenge(struct world *world, const struct request *request, unsigned status,
		 const char *error, const char *row)
{
	struct reply reply = ask(world, request);
	const char *expected = error != NULL ? text(world, BARE ", error=\"%s\"", error) : BARE;

	if (reply.status != status || reply.www_authenticate == NULL ||
	    strncmp(reply.www_authenticate, expected, strlen(expected)) != 0)
		fail_msg("%s: %u %s", row, reply.status,
			 reply.www_authenticate != NULL ? reply.www_authenticate : "-");
	/* UI-05: who sent no token learns no error code */
	if (error == NULL)
		assert_string_equal(reply.www_authenticate, BARE);
	assert_null(json_object_get(reply.json, "sub"));
	reply_clear(&reply);
}

/* UI-08, UI-10, UI-11 */
static void
claims_go_as_far_as_the_scope(void **state)
{
	static const struct {
		const char *scope;
		size_t count;
		bool profile, groups;
	} rows[] = {
		{ "openid", 1, false, false },       { "openid profile", 3, true, false },
		{ "openid groups", 2, false, true }, { "openid profile groups", 4, true, true },
		{ "profile", 3, true, false }, /* UI-07: any of them suffices */
		{ "groups", 2, false, true },        { "email", 1, false, false },
		{ "api openid", 1, false, false },
	};
	struct world *world = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct tokens tokens = redeem(world, &(struct code){ .scope = rows[i].scope });
		struct request request = by_header(world, tokens.access);
		struct reply reply = ask(world, &request);
		const json_t *groups = json_object_get(reply.json, "groups");

		assert_int_equal(reply.status, 200);
		assert_int_equal(json_object_size(reply.json), rows[i].count);
		assert_string_equal(member(world, &reply, "sub"), "sub-alice-1000");
		if (rows[i].profile) {
			assert_string_equal(member(world, &reply, "preferred_username"), "alice");
			assert_string_equal(member(world, &reply, "name"), "Alice Example");
		}
		assert_int_equal(groups != NULL, rows[i].groups);
		if (rows[i].groups) {
			assert_int_equal(json_array_size(groups), 2);
			assert_string_equal(json_string_value(json_array_get(groups, 0)), "staff");
			assert_string_equal(json_string_value(json_array_get(groups, 1)), "wheel");
		}
		reply_clear(&reply);
	}
}

/* UI-01, UI-02 */
static void
a_token_comes_in_the_header_or_a_form_body(void **state)
{
	struct world *world = *state;
	struct tokens tokens = redeem(world, &(struct code){ 0 });
	const char *in_body = text(world, "access_token=%s", tokens.access);
	const struct request rows[] = {
		{ .method = AUTHCODE_METHOD_GET,
		  .authorization = text(world, "Bearer %s", tokens.access),
		  .no_content_type = true },
		{ .method = AUTHCODE_METHOD_GET,
		  .authorization = text(world, "bearer   %s", tokens.access) },
		{ .authorization = text(world, "BEARER %s", tokens.access) },
		{ .authorization = text(world, "Bearer %s", tokens.access),
		  .no_content_type = true },
		{ .authorization = text(world, "Bearer %s", tokens.access),
		  .body = "access_token=" },
		{ .authorization = text(world, "Bearer %s", tokens.access), .query = "x=1" },
		{ .body = in_body },
		{ .body = in_body, .content_type = FORM ";charset=UTF-8" },
		/* a body that is no form is not looked into */
		{ .authorization = text(world, "Bearer %s", tokens.access),
		  .body = "{}",
		  .content_type = "application/json" },
	};

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct request request = rows[i];
		struct reply reply;

		request.endpoint = USERINFO;
		reply = ask(world, &request);
		if (reply.status != 200)
			fail_msg("row %zu: %u", i, reply.status);
		reply_clear(&reply);
	}
}

/* UI-05 */
static void
without_a_token_the_challenge_is_bare(void **state)
{
	struct world *world = *state;
	struct tokens tokens = redeem(world, &(struct code){ 0 });
	const char *in_body = text(world, "access_token=%s", tokens.access);
	const struct {
		const char *name;
		struct request request;
	} rows[] = {
		{ "nothing", { .method = AUTHCODE_METHOD_GET } },
		{ "empty POST", { .body = "" } },
		{ "Basic", { .authorization = "Basic d2ViOng=" } },
		{ "another scheme that starts alike",
		  { .authorization = text(world, "BearerX %s", tokens.access) } },
		{ "no scheme", { .authorization = tokens.access } },
		{ "body of a GET", { .method = AUTHCODE_METHOD_GET, .body = in_body } },
		{ "body that is no form", { .body = in_body, .content_type = "text/plain" } },
		{ "body without type", { .body = in_body, .no_content_type = true } },
		{ "empty parameter", { .body = "access_token=" } },
	};

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct request request = rows[i].request;

		request.endpoint = USERINFO;
		expect_challenge(world, &request, 401, NULL, rows[i].name);
	}
}

/* UI-03, UI-04 */
static void
a_token_in_the_url_or_in_two_places_is_refused(void **state)
{
	struct world *world = *state;
	struct tokens tokens = redeem(world, &(struct code){ 0 });
	const char *header = text(world, "Bearer %s", tokens.access);
	const char *in_body = text(world, "access_token=%s", tokens.access);
	const struct {
		const char *name;
		struct request request;
	} rows[] = {
		{ "UI-03 query", { .method = AUTHCODE_METHOD_GET, .query = in_body } },
		{ "UI-03 query beside header", { .authorization = header, .query = in_body } },
		{ "UI-03 empty in the query",
		  { .authorization = header, .query = "access_token=" } },
		{ "UI-03 encoded name", { .authorization = header, .query = "%61ccess_token=x" } },
		{ "UI-04 header and body", { .authorization = header, .body = in_body } },
		{ "UI-04 header and another body",
		  { .authorization = header, .body = "access_token=x" } },
		{ "UI-04 twice in the body", { .body = text(world, "%s&%s", in_body, in_body) } },
		{ "UI-04 scheme alone", { .authorization = "Bearer" } },
		{ "UI-04 scheme and space", { .authorization = "Bearer " } },
		{ "UI-04 two tokens",
		  { .authorization = text(world, "Bearer %s %s", tokens.access, tokens.access) } },
		{ "UI-04 comma", { .authorization = text(world, "%s,%s", header, header) } },
		{ "UI-04 quotes",
		  { .authorization = text(world, "Bearer \"%s\"", tokens.access) } },
		{ "UI-04 not ASCII", { .authorization = "Bearer \xc3\xbc" } },
		{ "UI-04 padding first", { .authorization = "Bearer =a" } },
		{ "UI-04 bad escape in the body", { .authorization = header, .body = "a=%zz" } },
		{ "UI-04 NUL in the body", { .authorization = header, .body = "a=%00" } },
		{ "UI-04 bad escape in the query", { .authorization = header, .query = "a=%zz" } },
	};

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct request request = rows[i].request;

		request.endpoint = USERINFO;
		expect_challenge(world, &request, 400, "invalid_request", rows[i].name);
	}
}

/* UI-06 */
static void
a_token_that_is_not_good_is_a_401(void **state)
{
	struct world *world = *state;
	int64_t session = new_session(world, "bob", 1001, NULL);
	struct tokens tokens = redeem(world, &(struct code){ 0 });
	struct tokens ended = redeem(world, &(struct code){ .session_id = session });
	struct tokens revoked = redeem(world, &(struct code){ 0 });
	struct request revoke = { .endpoint = AUTHCODE_ENDPOINT_REVOKE,
				  .client = "web",
				  .body = text(world, "token=%s", revoked.refresh) };
	struct reply reply = ask(world, &revoke);
	const char *rows[] = {
		"x",
		"aca_",
		"aca_AAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		tokens.refresh,
		tokens.code,
		ended.access,
		revoked.access,
		text(world, "aca_%s", tokens.refresh + 4),
		text(world, "%s==", tokens.access),
	};
	struct request request = by_header(world, tokens.access);

	reply_clear(&reply);
	end_session(world, session);
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct request bad = by_header(world, rows[i]);

		expect_challenge(world, &bad, 401, "invalid_token", rows[i]);
	}
	reply = ask(world, &request);
	assert_int_equal(reply.status, 200);
	reply_clear(&reply);
	world->now_ms += 3600 * 1000;
	expect_challenge(world, &request, 401, "invalid_token", "expired");
	world->now_ms -= 3600 * 1000;
	(void)new_session(world, "alice", 4000, NULL);
	expect_challenge(world, &request, 401, "invalid_token", "recycled name");
}

/* UI-07 */
static void
a_token_without_a_scope_about_people_is_a_403(void **state)
{
	static const char *const scopes[] = { "api", "offline_access", "api offline_access" };
	struct world *world = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(scopes); i++) {
		struct tokens tokens = redeem(world, &(struct code){ .scope = scopes[i] });
		struct request request = by_header(world, tokens.access);
		struct reply reply;

		expect_challenge(world, &request, 403, "insufficient_scope", scopes[i]);
		reply = ask(world, &request);
		assert_non_null(strstr(reply.www_authenticate, ", scope=\"openid\""));
		reply_clear(&reply);
	}
}

/* UI-07: openid alone makes no person */
static void
a_token_without_a_user_is_a_403(void **state)
{
	struct world *world = *state;
	struct tokens tokens = redeem(world, &(struct code){ 0 });
	struct request request = by_header(world, tokens.access);

	world->fault.hide_people = true;
	expect_challenge(world, &request, 403, "insufficient_scope", "no user");
}

static void
other_methods_are_refused(void **state)
{
	struct world *world = *state;
	struct authcode_request raw = {
		.endpoint = USERINFO,
		.method = AUTHCODE_METHOD_OTHER,
		.now_ms = world->now_ms,
	};
	struct authcode_exchange *exchange = NULL;
	const struct authcode_response *response;

	assert_int_equal(authcode_exchange_run(world->issuer, &raw, &exchange), AUTHCODE_OK);
	response = authcode_exchange_response(exchange);
	assert_int_equal(response->status, 405);
	assert_string_equal(response->allow, "GET, POST");
	authcode_exchange_free(&exchange);
}

static void
a_failing_store_is_a_503(void **state)
{
	struct world *world = *state;
	struct tokens tokens = redeem(world, &(struct code){ 0 });
	struct request request = by_header(world, tokens.access);

	world->fault.countdown = 1;
	expect_error(world, &request, 503, "server_error", "failing store");
}

#define FLOW(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FLOW(claims_go_as_far_as_the_scope),
		FLOW(a_token_comes_in_the_header_or_a_form_body),
		FLOW(without_a_token_the_challenge_is_bare),
		FLOW(a_token_in_the_url_or_in_two_places_is_refused),
		FLOW(a_token_that_is_not_good_is_a_401),
		FLOW(a_token_without_a_scope_about_people_is_a_403),
		FLOW(a_token_without_a_user_is_a_403),
		FLOW(other_methods_are_refused),
		FLOW(a_failing_store_is_a_503),
	};

	return cmocka_run_group_tests_name("userinfo", tests, NULL, NULL);
}
