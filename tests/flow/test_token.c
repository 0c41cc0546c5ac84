/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The token endpoint as a whole: what it takes and what it gives (TK).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/credential.h"
#include "tests/flow/token_fixture.h"

#define TOKEN AUTHCODE_ENDPOINT_TOKEN

/* The request that users of the grant know, to the letter. */
static void
a_code_becomes_tokens(void **state)
{
	struct world *world = *state;
	struct request request =
		code_request(world, "web", new_code(world, &(struct code){ 0 }), WEB_CB);
	struct reply reply;
	const char *access, *refresh;

	request.content_type = FORM ";charset=UTF-8";
	reply = ask(world, &request);
	assert_int_equal(reply.status, 200); /* TK-08 */
	assert_int_equal(reply.kind, AUTHCODE_RESPONSE_JSON);
	assert_int_equal(json_object_size(reply.json), 6);
	assert_non_null(member(world, &reply, "id_token"));
	assert_string_equal(member(world, &reply, "token_type"), "Bearer"); /* TK-13 */
	assert_string_equal(member(world, &reply, "scope"), "openid profile groups");
	assert_int_equal(json_integer_value(json_object_get(reply.json, "expires_in")), 3600);
	access = member(world, &reply, "access_token");
	refresh = member(world, &reply, "refresh_token");
	/* CO-01, TK-14 */
	assert_int_equal(ac_credential_kind_of(access), AC_CREDENTIAL_ACCESS);
	assert_int_equal(ac_credential_kind_of(refresh), AC_CREDENTIAL_REFRESH);
	assert_int_equal(strlen(access), 58);
	assert_true(active(world, access));
	assert_true(active_for(world, "web", refresh));
	reply_clear(&reply);
}

static void
a_client_without_the_refresh_grant_gets_no_refresh_token(void **state)
{
	struct world *world = *state;
	struct code code = { .client = "plain", .redirect_uri = "https://web.example/cb" };
	struct request request = code_request(world, "plain", new_code(world, &code), WEB_CB);
	struct reply reply = ask(world, &request);

	assert_int_equal(reply.status, 200); /* RT-01 */
	assert_null(json_object_get(reply.json, "refresh_token"));
	assert_int_equal(json_integer_value(json_object_get(reply.json, "expires_in")), 120);
	reply_clear(&reply);
}

static void
every_kind_of_client_redeems(void **state)
{
	static const char *const clients[] = { "web", "web2", "app", "post" };
	struct world *world = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(clients); i++) {
		struct tokens tokens = redeem(world, &(struct code){ .client = clients[i] });

		assert_true(active(world, tokens.access));
	}
}

static void
only_post_is_taken(void **state)
{
	struct world *world = *state;
	struct request request =
		code_request(world, "web", new_code(world, &(struct code){ 0 }), WEB_CB);
	struct reply reply;

	request.method = AUTHCODE_METHOD_GET;
	reply = ask(world, &request);
	assert_int_equal(reply.status, 405); /* TK-01 */
	assert_string_equal(reply.allow, "POST");
	reply_clear(&reply);
	request.method = AUTHCODE_METHOD_POST;
	assert_int_equal(status_of(world, &request), 200);
}

static void
the_content_type_must_be_a_form(void **state)
{
	static const struct {
		const char *type;
		bool ok;
	} rows[] = {
		{ FORM, true },
		{ FORM "; charset=utf-8", true },
		{ FORM ";charset=UTF-8", true },
		{ "Application/X-WWW-Form-Urlencoded", true },
		{ FORM " ;charset=UTF-8", true },
		{ "", false },
		{ "application/json", false },
		{ "multipart/form-data; boundary=x", false },
		{ "text/plain", false },
		{ FORM "x", false },
		{ "application/x-www-form-urlencode", false },
		{ " " FORM, false },
		{ "text/plain;" FORM, false },
	};
	struct world *world = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct request request =
			code_request(world, "web", new_code(world, &(struct code){ 0 }), WEB_CB);

		request.content_type = rows[i].type;
		if (!rows[i].ok)
			expect_error(world, &request, 400, "invalid_request", rows[i].type);
		else if (status_of(world, &request) != 200)
			fail_msg("TK-02 %s", rows[i].type);
	}
	expect_error(
		world,
		&(struct request){ .endpoint = TOKEN, .client = "web", .no_content_type = true },
		400, "invalid_request", "TK-02 no content type");
}

static void
parameters_in_the_query_are_refused(void **state)
{
	static const char *const rows[] = {
		"client_id=web",
		"client_secret=x",
		"grant_type=authorization_code",
		"code=x",
		"refresh_token=x",
		"code_verifier=x",
		"token=x",
		"x=1&code=x",
		"code",
		"%63ode=x",
		"client_assertion=x",
		"password=x",
		"a=%zz",
		"a=%00",
		"a=%ff",
	};
	struct world *world = *state;
	const char *code = new_code(world, &(struct code){ 0 });
	struct request request = code_request(world, "web", code, WEB_CB);

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		request.query = rows[i];
		expect_error(world, &request, 400, "invalid_request", rows[i]); /* TK-03 */
	}
	request.query = "tenant=1"; /* TK-05: what we do not know does not matter */
	assert_int_equal(status_of(world, &request), 200);
}

static void
a_repeated_parameter_is_refused(void **state)
{
	static const char *const rows[] = {
		"&grant_type=authorization_code",
		"&code=x",
		WEB_CB,
		"&scope=a&scope=b",
		"&unknown=1&unknown=2",
		"&client_id=web&client_id=web",
	};
	struct world *world = *state;
	const char *code = new_code(world, &(struct code){ 0 });
	struct request request;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		request = code_request(world, "web", code, text(world, WEB_CB "%s", rows[i]));
		expect_error(world, &request, 400, "invalid_request", rows[i]); /* TK-04 */
	}
	request = code_request(world, "web", code,
			       WEB_CB "&resource=https://as.example&resource=https://as.example"
				      "&audience=a&audience=b&code=&x=&x=&y=1");
	assert_int_equal(status_of(world, &request), 200); /* TK-04, TK-05 */
}

static void
malformed_bodies_are_refused(void **state)
{
	static const struct {
		const char *name, *body;
		size_t len;
	} rows[] = {
		{ "TK-15 NUL", "grant_type=authorization_code\0&code=x", 37 },
		{ "TK-15 encoded NUL", "grant_type=authorization_code&code=%00", 0 },
		{ "TK-15 bad escape", "grant_type=authorization_code&code=%4", 0 },
		{ "TK-15 bad escape in a name", "%=x", 0 },
		{ "TK-15 bad UTF-8", "grant_type=authorization_code&code=\xff", 0 },
		{ "TK-15 overlong UTF-8", "code=%c0%80", 0 },
		{ "TK-15 surrogate", "code=%ed%a0%80", 0 },
	};
	static char large[65536 + 2];
	struct world *world = *state;
	const char *code;
	char *many;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++)
		expect_error(world,
			     &(struct request){ .endpoint = TOKEN,
						.client = "web",
						.body = rows[i].body,
						.body_len = rows[i].len },
			     400, "invalid_request", rows[i].name);
	/* a good request, padded to one byte too many, then to the most allowed */
	memset(large, '&', sizeof(large) - 1);
	code = text(world, CODE_GRANT WEB_CB, new_code(world, &(struct code){ 0 }));
	memcpy(large, code, strlen(code));
	expect_error(world, &(struct request){ .endpoint = TOKEN, .client = "web", .body = large },
		     400, "invalid_request", "TK-15 65537 bytes");
	large[65536] = '\0';
	assert_int_equal(
		status_of(world,
			  &(struct request){ .endpoint = TOKEN, .client = "web", .body = large }),
		200);
	many = large;
	for (int i = 0; i < 65; i++, many += 4)
		memcpy(many, "a=1&", 5);
	expect_error(world, &(struct request){ .endpoint = TOKEN, .client = "web", .body = large },
		     400, "invalid_request", "TK-15 65 parameters");
}

static void
the_grant_type_must_be_known_and_registered(void **state)
{
	static const struct {
		const char *client, *body, *error;
	} rows[] = {
		{ "web", "", "invalid_request" },
		{ "web", "grant_type=", "invalid_request" },
		{ "web", "grant_type=implicit", "unsupported_grant_type" },
		{ "web", "grant_type=Authorization_Code", "unsupported_grant_type" },
		{ "web", "grant_type=authorization_code%20", "unsupported_grant_type" },
		{ "web", "grant_type=client_credentials", "unauthorized_client" },
		/* TK-07 */
		{ "web", "grant_type=password&username=alice&password=x",
		  "unsupported_grant_type" },
		{ "plain", "grant_type=refresh_token&refresh_token=acr_x", "unauthorized_client" },
		/* CO-09, RT-14: the parameter itself is missing */
		{ "web", "grant_type=authorization_code", "invalid_request" },
		{ "web", "grant_type=authorization_code&code=", "invalid_request" },
		{ "web", "grant_type=refresh_token", "invalid_request" },
	};
	struct world *world = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++)
		expect_error(world,
			     &(struct request){ .endpoint = TOKEN,
						.client = rows[i].client,
						.body = rows[i].body },
			     400, rows[i].error, rows[i].body); /* TK-06 */
}

#define FLOW(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FLOW(a_code_becomes_tokens),
		FLOW(a_client_without_the_refresh_grant_gets_no_refresh_token),
		FLOW(every_kind_of_client_redeems),
		FLOW(only_post_is_taken),
		FLOW(the_content_type_must_be_a_form),
		FLOW(parameters_in_the_query_are_refused),
		FLOW(a_repeated_parameter_is_refused),
		FLOW(malformed_bodies_are_refused),
		FLOW(the_grant_type_must_be_known_and_registered),
	};

	return cmocka_run_group_tests_name("token", tests, NULL, NULL);
}
