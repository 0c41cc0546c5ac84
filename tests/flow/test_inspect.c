/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * <authcode/inspect.h>: what something that was given out is, in whatever has become of
 * it, and that what was not given out is nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/flow/token_fixture.h"

/* In a state, and no other. */
static void
expect(struct world *world, const char *text, const char *kind, const char *state)
{
	struct authcode_inspection *seen = NULL;

	assert_int_equal(authcode_inspect(world->issuer, text, world->now_ms, &seen), AUTHCODE_OK);
	assert_string_equal(seen->kind, kind);
	if (strcmp(seen->state, state) != 0)
		fail_msg("%s is %s (%s), not %s", kind, seen->state, seen->why, state);
	assert_true(seen->why[0] != '\0');
	assert_string_equal(seen->form, "opaque");
	authcode_inspection_free(&seen);
	assert_null(seen);
}

static void
unknown(struct world *world, const char *text)
{
	struct authcode_inspection *seen = NULL;

	assert_int_equal(authcode_inspect(world->issuer, text, world->now_ms, &seen),
			 AUTHCODE_ERR_NOT_FOUND);
	assert_null(seen);
}

static void
all_of_it_is_told(void **state)
{
	struct world *world = *state;
	struct tokens tokens = redeem(world, &(struct code){ 0 });
	struct authcode_inspection *seen = NULL;

	assert_int_equal(authcode_inspect(world->issuer, tokens.access, world->now_ms, &seen),
			 AUTHCODE_OK);
	assert_string_equal(seen->client_id, "web");
	assert_string_equal(seen->user_name, "alice");
	assert_string_equal(seen->scope, "openid profile groups");
	assert_true(seen->sub[0] != '\0');
	assert_int_equal(seen->session_id, world->session_id);
	assert_int_equal(seen->created_ms, world->now_ms);
	assert_true(seen->expires_ms > world->now_ms);
	assert_true(seen->row_id > 0 && seen->authorization > 0);
	authcode_inspection_free(&seen);
}

static void
a_code_goes_from_live_to_used_or_expired(void **state)
{
	struct world *world = *state;
	const char *code = new_code(world, &(struct code){ 0 });
	struct tokens tokens;

	expect(world, code, "authorization code", "live");
	world->now_ms += 60 * 1000;
	expect(world, code, "authorization code", "expired");
	tokens = redeem(world, &(struct code){ 0 });
	expect(world, tokens.code, "authorization code", "used");
}

static void
what_ends_a_token_is_told_before_its_time(void **state)
{
	struct world *world = *state;
	struct tokens tokens = redeem(world, &(struct code){ 0 });
	struct tokens other = redeem(world, &(struct code){ 0 });
	struct tokens third = redeem(world, &(struct code){ 0 });
	struct request again = code_request(world, "web", other.code, WEB_CB);

	expect(world, tokens.access, "access token", "live");
	expect(world, tokens.refresh, "refresh token", "live");
	expect_error(world, &again, 400, "invalid_grant", "a code used twice");
	expect(world, other.access, "access token", "revoked");
	expect(world, other.refresh, "refresh token", "revoked");
	world_change_client(world, "web", CHANGE_DISABLED);
	expect(world, third.access, "access token", "refused");
	world_change_client(world, "", CHANGE_NOTHING);
	end_session(world, world->session_id);
	expect(world, tokens.access, "access token", "revoked");
	world->now_ms += INT64_C(100) * 24 * 3600 * 1000;
	expect(world, tokens.access, "access token", "revoked");
}

static void
time_ends_the_rest(void **state)
{
	struct world *world = *state;
	struct tokens tokens = redeem(world, &(struct code){ 0 });

	world->now_ms += INT64_C(3600) * 1000 - 1;
	expect(world, tokens.access, "access token", "live");
	world->now_ms++;
	expect(world, tokens.access, "access token", "expired");
	expect(world, tokens.refresh, "refresh token", "live");
}

/* Of a token that was replaced twice there is no row any more, but what it says itself. */
static void
a_refresh_token_that_was_replaced_is_used(void **state)
{
	struct world *world = *state;
	struct code public = { .client = "app" };
	const char *first = NULL, *second = NULL;
	struct request request = { .endpoint = AUTHCODE_ENDPOINT_TOKEN, .client = "app" };

	for (int i = 0; i < 2; i++) {
		const char *from = second;
		struct reply reply;

		if (from == NULL) {
			struct tokens tokens = redeem(world, &public);

			first = from = tokens.refresh;
		}
		assert_non_null(from);
		request.body = text(world, "grant_type=refresh_token&refresh_token=%s", from);
		reply = ask(world, &request);
		assert_int_equal(reply.status, 200);
		second = member(world, &reply, "refresh_token");
		reply_clear(&reply);
		assert_non_null(second);
		expect(world, from, "refresh token", "used");
	}
	expect(world, first, "refresh token", "used");
	expect(world, second, "refresh token", "live");
}

static void
a_session_cookie_is_its_session(void **state)
{
	struct world *world = *state;
	const char *cookie = NULL;
	int64_t session = new_session(world, "bob", 1002, &cookie);

	expect(world, cookie, "session cookie", "live");
	end_session(world, session);
	expect(world, cookie, "session cookie", "revoked");
}

/* By one letter, by its kind, or altogether. */
static void
what_was_not_given_out_is_unknown(void **state)
{
	struct world *world = *state;
	struct tokens tokens = redeem(world, &(struct code){ 0 });
	static const char *const rows[] = { "",       "x",   "aca_",  "acr_AAAA", "aca_ AAAA",
					    "bearer", "a.b", "a.b.c", ".." };
	char forged[128];

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++)
		unknown(world, rows[i]);
	assert_true(strlen(tokens.access) < sizeof(forged));
	strncpy(forged, tokens.access, sizeof(forged) - 1);
	forged[sizeof(forged) - 1] = '\0';
	forged[20] = forged[20] == 'A' ? 'B' : 'A';
	unknown(world, forged);
	strncpy(forged, tokens.access, sizeof(forged) - 1);
	forged[2] = 'r'; /* an access token called a refresh token */
	unknown(world, forged);
	forged[2] = 's';
	unknown(world, forged);
	assert_true(active(world, tokens.access));
}

static void
misuse_is_told_and_failures_are_no_answers(void **state)
{
	struct world *world = *state;
	struct tokens tokens = redeem(world, &(struct code){ 0 });
	struct authcode_inspection *seen = NULL;

	assert_int_equal(authcode_inspect(NULL, "x", 1, &seen), AUTHCODE_ERR_USAGE);
	assert_int_equal(authcode_inspect(world->issuer, NULL, 1, &seen), AUTHCODE_ERR_USAGE);
	assert_int_equal(authcode_inspect(world->issuer, "x", 0, &seen), AUTHCODE_ERR_USAGE);
	assert_int_equal(authcode_inspect(world->issuer, "x", 1, NULL), AUTHCODE_ERR_USAGE);
	world->fault.countdown = 1;
	assert_int_equal(authcode_inspect(world->issuer, tokens.access, world->now_ms, &seen),
			 AUTHCODE_ERR_STORE);
	assert_null(seen);
	authcode_inspection_free(&seen);
	authcode_inspection_free(NULL);
}

#define INSPECT_TEST(function)                                                                     \
	cmocka_unit_test_setup_teardown(function, world_setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		INSPECT_TEST(all_of_it_is_told),
		INSPECT_TEST(a_code_goes_from_live_to_used_or_expired),
		INSPECT_TEST(what_ends_a_token_is_told_before_its_time),
		INSPECT_TEST(time_ends_the_rest),
		INSPECT_TEST(a_refresh_token_that_was_replaced_is_used),
		INSPECT_TEST(a_session_cookie_is_its_session),
		INSPECT_TEST(what_was_not_given_out_is_unknown),
		INSPECT_TEST(misuse_is_told_and_failures_are_no_answers),
	};

	return cmocka_run_group_tests_name("inspect", tests, NULL, NULL);
}
