/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * protocol/client_auth.h: CA-01 … CA-09, TK-11. The token endpoint looks at the
 * grant only for an authenticated client, so a request without grant_type
 * answers 400 invalid_request exactly when authentication succeeded.
 */
#include "protocol/client_auth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/flow/token_fixture.h"

#define GOOD_WEB "Basic d2ViOnMrcCUzQWElMkJjJTI1ZSUyNiUzRCVDMyVCQw=="

static bool
authenticated(struct world *world, const char *authorization, const char *body)
{
	struct request request = {
		.endpoint = AUTHCODE_ENDPOINT_INTROSPECT,
		.authorization = authorization,
		.body = text(world, "token=x&%s", body),
	};
	struct reply reply = ask(world, &request);
	bool ok = reply.status == 200;

	reply_clear(&reply);
	return ok;
}

static void
basic_takes_form_encoded_id_and_secret(void **state)
{
	static const char *const rows[] = {
		GOOD_WEB,
		"basic d2ViOnMrcCUzQWElMkJjJTI1ZSUyNiUzRCVDMyVCQw==", /* RFC 9110 §11.1 */
		"BASIC d2ViOnMrcCUzQWElMkJjJTI1ZSUyNiUzRCVDMyVCQw==",
		"Basic   d2ViOnMrcCUzQWElMkJjJTI1ZSUyNiUzRCVDMyVCQw==", /* 1*SP */
		/* web:s%20p%3aa%2Bc%25e%26%3d%C3%BC, %20 and lower-case hex */
		"Basic d2ViOnMlMjBwJTNhYSUyQmMlMjVlJTI2JTNkJUMzJUJD",
		/* web:s+p:a%2Bc%25e&=ü, the second colon and others not encoded (CA-02) */
		"Basic d2ViOnMrcDphJTJCYyUyNWUmPcO8",
		/* %77eb, the id encoded more than needed */
		"Basic JTc3ZWI6cytwJTNBYSUyQmMlMjVlJTI2JTNEJUMzJUJD",
	};
	struct world *world = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		if (!authenticated(world, rows[i], ""))
			fail_msg("CA-01 %s", rows[i]);
	}
}

static void
a_hostile_basic_header_is_a_401_with_a_challenge(void **state)
{
	static const struct {
		const char *name, *value;
	} rows[] = {
		{ "CA-08 empty", "" },
		{ "CA-08 scheme alone", "Basic" },
		{ "CA-08 scheme and space", "Basic " },
		{ "CA-08 no space", "Basicd2ViOng=" },
		{ "CA-08 tab", "Basic\td2ViOng=" },
		{ "CA-08 no base64", "Basic !!!!" },
		{ "CA-08 base64url", "Basic d2ViOi0_-w==" },
		{ "CA-08 unpadded", "Basic d2ViOnMrcCUzQWElMkJjJTI1ZSUyNiUzRCVDMyVCQw" },
		{ "CA-08 padded too much", "Basic d2ViOng====" },
		{ "CA-08 stray bits", "Basic d2ViOnh=" },
		{ "CA-08 trailing space", GOOD_WEB " " },
		{ "CA-08 trailing comma", GOOD_WEB "," },
		{ "CA-08 two headers joined", GOOD_WEB ", " GOOD_WEB },
		{ "CA-08 no colon", "Basic d2Vi" },
		{ "CA-08 only a colon", "Basic Og==" },
		{ "CA-08 empty id", "Basic OnNlY3JldA==" },
		{ "CA-08 empty secret", "Basic d2ViOg==" },
		{ "CA-08 bad escape in id", "Basic d2UlWlo6eA==" },
		{ "CA-08 bad escape in secret", "Basic d2ViOnglMg==" },
		{ "CA-08 NUL in secret", "Basic d2ViOngAeQ==" },
		{ "CA-08 encoded NUL", "Basic d2ViOnglMDA=" },
		{ "CA-08 NUL after id", "Basic d2ViADp4" },
		{ "CA-08 bad UTF-8", "Basic d2ViOv/+" },
		{ "CA-01 + not encoded is a space", "Basic d2ViOnMgcDphK2MlMjVlJj3DvA==" },
		{ "CA-01 wrong secret", "Basic d2ViOnNlY3JldA==" },
		{ "CA-01 secret of another client", "Basic d2ViOndlYjItc2VjcmV0" },
		{ "CA-01 unknown client", "Basic bm9ib2R5OnNlY3JldA==" },
		{ "CA-01 case of the id counts", "Basic V0VCMjp3ZWIyLXNlY3JldA==" },
		{ "CA-06 post client by Basic",
		  "Basic cG9zdDpwb3N0LXNlY3JldC0wMTIzNDU2Nzg5YWJjZGVm" },
		{ "CA-07 public client by Basic", "Basic YXBwOng=" },
		{ "CA-07 public client, empty secret", "Basic YXBwOg==" },
		{ "disabled client", "Basic b2ZmOm9mZi1zZWNyZXQ=" },
		{ "CA-01 another scheme", "Bearer aca_x" },
		{ "CA-01 Digest", "Digest username=\"web\"" },
		{ "CA-01 Negotiate", "Negotiate d2ViOng=" },
	};
	struct world *world = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++)
		expect_error(world,
			     &(struct request){ .endpoint = AUTHCODE_ENDPOINT_TOKEN,
						.authorization = rows[i].value,
						.body = "grant_type=refresh_token" },
			     401, "invalid_client", rows[i].name);
}

static void
an_oversized_authorization_is_a_401(void **state)
{
	static char value[9000] = "Basic ";
	struct world *world = *state;

	memset(value + 6, 'A', sizeof(value) - 7);
	expect_error(
		world,
		&(struct request){ .endpoint = AUTHCODE_ENDPOINT_TOKEN, .authorization = value },
		401, "invalid_client", "CA-08 8994 characters");
}

static void
post_takes_id_and_secret_from_the_body_only(void **state)
{
	static const struct {
		const char *name, *body;
	} bad[] = {
		{ "CA-03 wrong secret", "client_id=post&client_secret=wrong" },
		{ "CA-03 secret of another", "client_id=post&client_secret=web2-secret" },
		{ "CA-03 one character less",
		  "client_id=post&client_secret=post-secret-0123456789abcde" },
		{ "CA-03 one character more",
		  "client_id=post&client_secret=post-secret-0123456789abcdeff" },
		{ "CA-03 no id", "client_secret=" POST_SECRET },
		{ "CA-03 unknown client", "client_id=nobody&client_secret=" POST_SECRET },
		{ "CA-06 Basic client by post", "client_id=web2&client_secret=web2-secret" },
		{ "CA-07 confidential falls back to none", "client_id=post" },
		{ "CA-07 empty secret is none", "client_id=post&client_secret=" },
		{ "CA-07 public client with a secret", "client_id=app&client_secret=x" },
		{ "CA-07 no client at all", "x=y" },
		{ "CA-07 unknown public client", "client_id=nobody" },
		{ "CA-07 disabled client by none", "client_id=off" },
		{ "CA-07 Basic client by none", "client_id=web" },
	};
	struct world *world = *state;

	assert_true(authenticated(world, NULL, "client_id=post&client_secret=" POST_SECRET));
	for (size_t i = 0; i < AC_ARRAY_SIZE(bad); i++)
		expect_error(world,
			     &(struct request){ .endpoint = AUTHCODE_ENDPOINT_TOKEN,
						.body = bad[i].body },
			     401, "invalid_client", bad[i].name);
}

static void
a_public_client_names_itself_in_the_body(void **state)
{
	struct world *world = *state;

	expect_error(
		world,
		&(struct request){ .endpoint = AUTHCODE_ENDPOINT_TOKEN, .body = "client_id=app" },
		400, "invalid_request", "CA-07 authenticated, grant_type missing");
}

static void
more_than_one_method_is_refused(void **state)
{
	static const struct {
		const char *name, *authorization, *body;
	} rows[] = {
		{ "CA-04 the same secret twice",
		  "Basic d2ViMjp3ZWIyLXNlY3JldA==", "client_id=web2&client_secret=web2-secret" },
		{ "CA-04 without id in the body",
		  "Basic d2ViMjp3ZWIyLXNlY3JldA==", "client_secret=web2-secret" },
		{ "CA-04 malformed Basic too", "Basic !!!!",
		  "client_id=post&client_secret=" POST_SECRET },
		{ "CA-04 another scheme too", "Bearer x",
		  "client_id=post&client_secret=" POST_SECRET },
		{ "CA-05 another id beside Basic",
		  "Basic d2ViMjp3ZWIyLXNlY3JldA==", "client_id=web" },
		{ "CA-05 another id, wrong secret", "Basic d2ViOnNlY3JldA==", "client_id=web2" },
	};
	struct world *world = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++)
		expect_error(world,
			     &(struct request){ .endpoint = AUTHCODE_ENDPOINT_TOKEN,
						.authorization = rows[i].authorization,
						.body = rows[i].body },
			     400, "invalid_request", rows[i].name);
}

/* Some clients send both fields empty beside Basic; empty means not sent. */
static void
empty_body_credentials_count_as_absent(void **state)
{
	struct world *world = *state;

	assert_true(authenticated(world, GOOD_WEB, "client_id=&client_secret="));
	assert_true(authenticated(world, GOOD_WEB, "client_id=web&client_secret="));
	assert_true(authenticated(world, GOOD_WEB, "client_id=web"));
}

static void
an_expired_secret_fails_from_its_second_on(void **state)
{
	struct world *world = *state;
	const char *old = "Basic b2xkOm9sZC1zZWNyZXQ=";
	int64_t expires_ms = (world->now_ms / 1000 + 10) * 1000;

	world->now_ms = expires_ms - 1;
	assert_true(authenticated(world, old, ""));
	world->now_ms = expires_ms;
	expect_error(world,
		     &(struct request){ .endpoint = AUTHCODE_ENDPOINT_TOKEN, .authorization = old },
		     401, "invalid_client", "CA-09 expired");
}

/* CA-09: after a change of secret, so that an application can be told the new one. */
static void
the_secret_before_is_good_until_its_own_end(void **state)
{
	struct world *world = *state;
	const char *previous = "Basic b2xkOm9sZGVyLXNlY3JldA==";
	const char *of_another = "Basic cGxhaW46b2xkZXItc2VjcmV0";
	int64_t expires_ms = (world->now_ms / 1000 + 20) * 1000;

	assert_true(authenticated(world, previous, ""));
	assert_true(authenticated(world, "Basic b2xkOm9sZC1zZWNyZXQ=", ""));
	assert_false(authenticated(world, of_another, ""));
	/* The newer one may end before. */
	world->now_ms = expires_ms - 1;
	assert_true(authenticated(world, previous, ""));
	assert_false(authenticated(world, "Basic b2xkOm9sZC1zZWNyZXQ=", ""));
	world->now_ms = expires_ms;
	expect_error(
		world,
		&(struct request){ .endpoint = AUTHCODE_ENDPOINT_TOKEN, .authorization = previous },
		401, "invalid_client", "CA-09 previous expired");
}

/* CA-09, CA-24: revocation and introspection ask the same way. */
static void
every_endpoint_authenticates_alike(void **state)
{
	static const enum authcode_endpoint endpoints[] = {
		AUTHCODE_ENDPOINT_TOKEN,
		AUTHCODE_ENDPOINT_REVOKE,
		AUTHCODE_ENDPOINT_INTROSPECT,
	};
	struct world *world = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(endpoints); i++) {
		struct request wrong = { .endpoint = endpoints[i],
					 .authorization = "Basic d2ViOnNlY3JldA==",
					 .body = "token=x" };
		struct request none = { .endpoint = endpoints[i], .body = "token=x" };
		struct request both = { .endpoint = endpoints[i],
					.authorization = GOOD_WEB,
					.body = "client_secret=x" };

		expect_error(world, &wrong, 401, "invalid_client", "TK-16 wrong secret");
		expect_error(world, &none, 401, "invalid_client", "RV-02, IN-01 nobody");
		expect_error(world, &both, 400, "invalid_request", "CA-04 two methods");
	}
}

static void
a_secret_hash_is_what_any_tool_makes_of_the_secret(void **state)
{
	uint8_t hash[AUTHCODE_SECRET_HASH_LEN] = { 7 };
	static char longest[513];

	(void)state;
	memset(longest, 'x', sizeof(longest));
	assert_int_equal(authcode_client_secret_hash(longest, 513, hash), AUTHCODE_ERR_LIMIT);
	assert_int_equal(authcode_client_secret_hash(longest, 0, hash), AUTHCODE_ERR_SYNTAX);
	assert_int_equal(hash[0], 7);
	assert_int_equal(authcode_client_secret_hash(longest, 512, hash), AUTHCODE_OK);
	/* FIPS 180-2, B.1 */
	assert_int_equal(authcode_client_secret_hash("abc", 3, hash), AUTHCODE_OK);
	assert_memory_equal(hash,
			    "\xba\x78\x16\xbf\x8f\x01\xcf\xea\x41\x41\x40\xde\x5d\xae\x22\x23"
			    "\xb0\x03\x61\xa3\x96\x17\x7a\x9c\xb4\x10\xff\x61\xf2\x00\x15\xad",
			    sizeof(hash));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(basic_takes_form_encoded_id_and_secret, world_setup,
						world_teardown),
		cmocka_unit_test_setup_teardown(a_hostile_basic_header_is_a_401_with_a_challenge,
						world_setup, world_teardown),
		cmocka_unit_test_setup_teardown(an_oversized_authorization_is_a_401, world_setup,
						world_teardown),
		cmocka_unit_test_setup_teardown(post_takes_id_and_secret_from_the_body_only,
						world_setup, world_teardown),
		cmocka_unit_test_setup_teardown(a_public_client_names_itself_in_the_body,
						world_setup, world_teardown),
		cmocka_unit_test_setup_teardown(more_than_one_method_is_refused, world_setup,
						world_teardown),
		cmocka_unit_test_setup_teardown(empty_body_credentials_count_as_absent, world_setup,
						world_teardown),
		cmocka_unit_test_setup_teardown(an_expired_secret_fails_from_its_second_on,
						world_setup, world_teardown),
		cmocka_unit_test_setup_teardown(the_secret_before_is_good_until_its_own_end,
						world_setup, world_teardown),
		cmocka_unit_test_setup_teardown(every_endpoint_authenticates_alike, world_setup,
						world_teardown),
		cmocka_unit_test(a_secret_hash_is_what_any_tool_makes_of_the_secret),
	};

	return cmocka_run_group_tests_name("client_auth", tests, NULL, NULL);
}
