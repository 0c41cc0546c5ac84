/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * When refresh tokens rotate, how long they live per client, and what is known of
 * those that are not there any more: RT-05, RT-06, RT-07, RT-10, RT-14.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/flow/token_fixture.h"
#include "protocol/credential.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)
#define OFFLINE "openid profile offline_access"

static struct request
refresh_request(struct world *world, const char *client, const char *refresh)
{
	return (struct request){
		.endpoint = AUTHCODE_ENDPOINT_TOKEN,
		.client = client,
		.body = text(world, "grant_type=refresh_token&refresh_token=%s", refresh),
	};
}

static struct tokens
refreshed(struct world *world, const char *client, const char *refresh)
{
	struct request request = refresh_request(world, client, refresh);
	struct reply reply = ask(world, &request);
	struct tokens tokens = { 0 };

	assert_int_equal(reply.status, 200);
	tokens.access = member(world, &reply, "access_token");
	tokens.refresh = member(world, &reply, "refresh_token");
	assert_non_null(tokens.access);
	assert_non_null(tokens.refresh);
	reply_clear(&reply);
	return tokens;
}

static void
refused(struct world *world, const char *client, const char *refresh, const char *row)
{
	struct request request = refresh_request(world, client, refresh);

	expect_error(world, &request, 400, "invalid_grant", row);
}

static void
a_confidential_client_may_want_a_new_one_each_time(void **state)
{
	struct world *world = *state;
	struct tokens first = redeem(world, &(struct code){ .client = "turn" });
	struct tokens second = refreshed(world, "turn", first.refresh);

	assert_string_not_equal(first.refresh, second.refresh);
	(void)refreshed(world, "turn", second.refresh);
	refused(world, "turn", first.refresh, "RT-06");
	assert_false(active(world, second.access));
}

/* 70 % of 14 days, to the millisecond; then the next one begins anew. */
static void
late_rotation_waits_until_most_of_its_life_is_over(void **state)
{
	struct world *world = *state;
	struct tokens tokens = redeem(world, &(struct code){ .client = "late", .scope = OFFLINE });

	for (int i = 0; i < 3; i++) {
		struct tokens next;

		for (int day = 0; day < 3; day++) {
			world->now_ms += 3 * DAY_MS;
			next = refreshed(world, "late", tokens.refresh);
			assert_string_equal(next.refresh, tokens.refresh);
			assert_string_not_equal(next.access, tokens.access);
		}
		world->now_ms += DAY_MS / 10 * 8 - 1;
		next = refreshed(world, "late", tokens.refresh);
		assert_string_equal(next.refresh, tokens.refresh);
		world->now_ms += 1;
		next = refreshed(world, "late", tokens.refresh);
		assert_string_not_equal(next.refresh, tokens.refresh);
		tokens = next;
	}
}

static void
a_token_that_late_rotation_has_replaced_is_reuse(void **state)
{
	struct world *world = *state;
	struct tokens tokens = redeem(world, &(struct code){ .client = "late", .scope = OFFLINE });
	struct tokens next;

	world->now_ms += 10 * DAY_MS;
	next = refreshed(world, "late", tokens.refresh);
	refused(world, "late", tokens.refresh, "RT-06");
	assert_false(active(world, next.access));
	refused(world, "late", next.refresh, "RT-06 its successor");
}

/* RT-10, by the client's own times. */
static void
a_client_may_have_lifetimes_of_its_own(void **state)
{
	struct world *world = *state;
	struct code code = { .client = "brief", .scope = OFFLINE };
	struct tokens tokens = redeem(world, &code);
	int64_t start_ms = world->now_ms;

	for (int i = 0; i < 3; i++) {
		world->now_ms += DAY_MS - 1;
		(void)refreshed(world, "brief", tokens.refresh);
	}
	world->now_ms = start_ms + 3 * DAY_MS;
	refused(world, "brief", tokens.refresh, "RT-10 absolute");
	code.session_id = new_session(world, "bob", 1001, NULL);
	tokens = redeem(world, &code);
	world->now_ms += DAY_MS;
	refused(world, "brief", tokens.refresh, "RT-10 idle");
}

/* RT-06: nothing is kept of them, and each still ends the family. */
static void
however_old_a_replaced_token_is_it_ends_the_family(void **state)
{
	struct world *world = *state;

	for (int age = 1; age <= 6; age++) {
		struct tokens first = redeem(world, &(struct code){ .client = "app" });
		struct tokens newest = first;

		for (int i = 0; i < age; i++)
			newest = refreshed(world, "app", newest.refresh);
		assert_true(active(world, newest.access));
		refused(world, "app", first.refresh, "reuse");
		assert_false(active(world, newest.access));
		refused(world, "app", newest.refresh, "the newest");
	}
}

/* RT-06: whatever else is wrong with the request, and whether the row is still there. */
static void
a_replaced_token_ends_the_family_whatever_is_asked_with_it(void **state)
{
	static const char *const rests[] = {
		"&scope=api+admin",         "&scope=%22",
		"&resource=not-a-uri",      "&resource=https://unknown.example",
		"&scope=%22&resource=%2Fx",
	};
	struct world *world = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rests); i++) {
		for (int age = 1; age <= 2; age++) {
			struct tokens first = redeem(world, &(struct code){ .client = "app" });
			struct tokens newest = first;

			for (int n = 0; n < age; n++)
				newest = refreshed(world, "app", newest.refresh);
			refused(world, "app", text(world, "%s%s", first.refresh, rests[i]),
				rests[i]);
			assert_false(active(world, newest.access));
			refused(world, "app", newest.refresh, "the newest");
		}
	}
}

/* One that holds is judged by what is asked for, and survives it. */
static void
a_bad_request_with_a_good_token_costs_nothing(void **state)
{
	static const struct {
		const char *rest, *error;
	} rows[] = {
		{ "&scope=api+admin", "invalid_scope" },
		{ "&scope=%22", "invalid_scope" },
		{ "&resource=not-a-uri", "invalid_target" },
		{ "&resource=https://unknown.example", "invalid_target" },
	};
	struct world *world = *state;
	struct tokens tokens = redeem(world, &(struct code){ .client = "app" });

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct request request = refresh_request(
			world, "app", text(world, "%s%s", tokens.refresh, rows[i].rest));

		expect_error(world, &request, 400, rows[i].error, rows[i].rest);
		assert_true(active(world, tokens.access));
	}
	(void)refreshed(world, "app", tokens.refresh);
}

/* While its answer may have been lost it is no evidence, and answered as a good one. */
static void
a_bad_request_within_the_retry_time_is_no_reuse(void **state)
{
	struct world *world = *state;
	struct tokens first = redeem(world, &(struct code){ .client = "app" }), second;
	struct request request;

	world_restart(world, 10);
	second = refreshed(world, "app", first.refresh);
	request = refresh_request(world, "app", text(world, "%s&scope=%%22", first.refresh));
	expect_error(world, &request, 400, "invalid_scope", "within");
	assert_true(active(world, second.access));
	world->now_ms += 10000;
	expect_error(world, &request, 400, "invalid_grant", "RT-06 after");
	assert_false(active(world, second.access));
}

/* A secret made of one token's bytes [0, cut) and another's. */
static const char *
mixed(struct world *world, const char *key_of, const char *secret_of, int change)
{
	struct ac_credential key, secret;
	const char *mixture;

	assert_true(ac_credential_parse(AC_CREDENTIAL_REFRESH, key_of, &key));
	assert_true(ac_credential_parse(AC_CREDENTIAL_REFRESH, secret_of, &secret));
	secret.id = key.id;
	if (change >= 0)
		secret.secret[change] ^= 1;
	mixture = ac_credential_format(AC_CREDENTIAL_REFRESH, &secret, world->arena);
	assert_non_null(mixture);
	return mixture;
}

/* Or anybody who has once seen a row key could end a stranger's session. */
static void
only_what_we_made_is_evidence(void **state)
{
	struct world *world = *state;
	struct tokens first = redeem(world, &(struct code){ .client = "app" });
	struct tokens newest = refreshed(world, "app", first.refresh);

	newest = refreshed(world, "app", newest.refresh);
	for (int i = 0; i < AC_CREDENTIAL_SECRET_LEN; i++)
		refused(world, "app", mixed(world, first.refresh, first.refresh, i), "a bit");
	refused(world, "turn", first.refresh, "RT-02 another client's");
	refused(world, "web", first.refresh, "RT-02 another client's");
	assert_true(active(world, newest.access));
	(void)refreshed(world, "app", newest.refresh);
}

/* Its key names a row that lives, its secret one that is gone. */
static void
an_old_secret_under_a_living_key_gives_nothing(void **state)
{
	struct world *world = *state;
	struct tokens first = redeem(world, &(struct code){ .client = "app" });
	struct tokens other = redeem(world, &(struct code){ .client = "app" });
	struct tokens newest = refreshed(world, "app", first.refresh);

	newest = refreshed(world, "app", newest.refresh);
	refused(world, "app", mixed(world, other.refresh, first.refresh, -1), "of another");
	assert_false(active(world, newest.access)); /* whose secret it was */
	assert_true(active(world, other.access));
	(void)refreshed(world, "app", other.refresh);
}

/* RV-05: by whatever token it still has. */
static void
revoking_a_token_that_was_replaced_long_ago_ends_the_family(void **state)
{
	struct world *world = *state;
	struct tokens first = redeem(world, &(struct code){ .client = "app" });
	struct tokens newest = refreshed(world, "app", first.refresh);
	struct request request = { .endpoint = AUTHCODE_ENDPOINT_REVOKE,
				   .client = "web",
				   .body = text(world, "token=%s", first.refresh) };

	newest = refreshed(world, "app", newest.refresh);
	assert_int_equal(status_of(world, &request), 200); /* RV-03: unknown to this client */
	assert_true(active(world, newest.access));
	request.client = "app";
	world->fault.countdown = 2;
	expect_error(world, &request, 503, "server_error", "RV-07");
	assert_true(active(world, newest.access));
	assert_int_equal(status_of(world, &request), 200);
	assert_false(active(world, newest.access));
}

static void
a_reuse_that_cannot_be_written_down_is_no_answer(void **state)
{
	struct world *world = *state;
	struct tokens first = redeem(world, &(struct code){ .client = "app" });
	struct tokens newest = refreshed(world, "app", first.refresh);
	struct request request = refresh_request(world, "app", first.refresh);

	newest = refreshed(world, "app", newest.refresh);
	world->fault.countdown = 2;
	expect_error(world, &request, 503, "server_error", "the store fails");
	assert_int_equal(world->fault.countdown, 0);
	assert_true(active(world, newest.access));
}

/* RT-14 */
static void
no_two_tokens_have_much_in_common(void **state)
{
	struct world *world = *state;
	struct tokens tokens = redeem(world, &(struct code){ .client = "app" });
	struct ac_credential a, b;

	for (int i = 0; i < 20; i++) {
		struct tokens next = refreshed(world, "app", tokens.refresh);

		assert_true(ac_credential_parse(AC_CREDENTIAL_REFRESH, tokens.refresh, &a));
		assert_true(ac_credential_parse(AC_CREDENTIAL_REFRESH, next.refresh, &b));
		assert_memory_equal(a.secret, b.secret, 8); /* the family */
		assert_memory_not_equal(a.secret + 8, b.secret + 8, 8);
		assert_memory_not_equal(a.secret + 16, b.secret + 16, 8);
		assert_memory_not_equal(a.secret + 24, b.secret + 24, 8);
		tokens = next;
	}
}

static void
what_is_derived_follows_from_one_token_alone(void **state)
{
	struct world *world = *state;
	struct tokens one = redeem(world, &(struct code){ .client = "app" });
	struct tokens two = redeem(world, &(struct code){ .client = "app" });
	struct tokens a, b;

	world_restart(world, 10);
	a = refreshed(world, "app", one.refresh);
	b = refreshed(world, "app", two.refresh);

	assert_string_not_equal(a.access + 20, b.access + 20);
	assert_string_not_equal(a.refresh + 30, b.refresh + 30);
	assert_string_not_equal(a.access + 20, a.refresh + 20);
}

#define FLOW(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FLOW(a_confidential_client_may_want_a_new_one_each_time),
		FLOW(late_rotation_waits_until_most_of_its_life_is_over),
		FLOW(a_token_that_late_rotation_has_replaced_is_reuse),
		FLOW(a_client_may_have_lifetimes_of_its_own),
		FLOW(however_old_a_replaced_token_is_it_ends_the_family),
		FLOW(a_replaced_token_ends_the_family_whatever_is_asked_with_it),
		FLOW(a_bad_request_with_a_good_token_costs_nothing),
		FLOW(a_bad_request_within_the_retry_time_is_no_reuse),
		FLOW(only_what_we_made_is_evidence),
		FLOW(an_old_secret_under_a_living_key_gives_nothing),
		FLOW(revoking_a_token_that_was_replaced_long_ago_ends_the_family),
		FLOW(a_reuse_that_cannot_be_written_down_is_no_answer),
		FLOW(no_two_tokens_have_much_in_common),
		FLOW(what_is_derived_follows_from_one_token_alone),
	};

	return cmocka_run_group_tests_name("refresh rotation", tests, NULL, NULL);
}
