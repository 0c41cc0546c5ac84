/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The refresh token grant: RT-01 … RT-06, RT-10.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/flow/token_fixture.h"

#define TOKEN AUTHCODE_ENDPOINT_TOKEN
#define DAY_MS (INT64_C(24) * 3600 * 1000)
#define OFFLINE "openid profile offline_access"

static struct request
refresh_request(struct world *world, const char *client, const char *refresh, const char *rest)
{
	return (struct request){
		.endpoint = TOKEN,
		.client = client,
		.body = text(world, "grant_type=refresh_token&refresh_token=%s%s", refresh, rest),
	};
}

/* 200, and what it gave. */
static struct tokens
refreshed(struct world *world, const char *client, const char *refresh)
{
	struct request request = refresh_request(world, client, refresh, "");
	struct reply reply = ask(world, &request);
	struct tokens tokens = { 0 };

	assert_int_equal(reply.status, 200);
	assert_int_equal(json_object_size(reply.json), 6);
	assert_non_null(member(world, &reply, "id_token"));
	assert_string_equal(member(world, &reply, "token_type"), "Bearer");
	tokens.access = member(world, &reply, "access_token");
	tokens.refresh = member(world, &reply, "refresh_token");
	assert_non_null(tokens.access);
	assert_non_null(tokens.refresh);
	reply_clear(&reply);
	return tokens;
}

static void
a_confidential_client_keeps_its_refresh_token(void **state)
{
	struct world *world = *state;
	struct tokens first = redeem(world, &(struct code){ 0 });

	for (int i = 0; i < 3; i++) {
		struct tokens next = refreshed(world, "web", first.refresh);

		assert_string_equal(next.refresh, first.refresh);
		assert_string_not_equal(next.access, first.access);
		assert_true(active(world, next.access));
	}
	assert_true(active(world, first.access));
}

static void
a_public_client_gets_a_new_one_at_every_use(void **state)
{
	struct world *world = *state;
	struct tokens tokens = redeem(world, &(struct code){ .client = "app" });

	/* RT-05; the clock stands still all the while */
	for (int i = 0; i < 20; i++) {
		struct tokens next = refreshed(world, "app", tokens.refresh);

		assert_string_not_equal(next.refresh, tokens.refresh);
		assert_true(active(world, next.access));
		tokens = next;
	}
}

/* RT-06: whoever comes second, thief or owner, everything of the family dies. */
static void
reuse_of_a_rotated_token_kills_the_family(void **state)
{
	struct world *world = *state;
	struct tokens first = redeem(world, &(struct code){ .client = "app" });
	struct tokens bystander = redeem(world, &(struct code){ .client = "app" });
	struct tokens second = refreshed(world, "app", first.refresh);
	struct tokens third = refreshed(world, "app", second.refresh);
	struct request request = refresh_request(world, "app", first.refresh, "");

	expect_error(world, &request, 400, "invalid_grant", "RT-06 first use again");
	assert_false(active(world, first.access));
	assert_false(active(world, second.access));
	assert_false(active(world, third.access));
	request = refresh_request(world, "app", third.refresh, "");
	expect_error(world, &request, 400, "invalid_grant", "RT-06 the newest is dead too");
	assert_true(active(world, bystander.access));
}

static void
reuse_is_found_long_after_rotation(void **state)
{
	struct world *world = *state;
	struct tokens first = redeem(world, &(struct code){ .client = "app", .scope = OFFLINE });
	struct tokens newest = refreshed(world, "app", first.refresh);
	struct request request = refresh_request(world, "app", first.refresh, "");

	for (int i = 0; i < 3; i++) {
		world->now_ms += 10 * DAY_MS;
		newest = refreshed(world, "app", newest.refresh);
	}
	assert_true(active(world, newest.access));
	expect_error(world, &request, 400, "invalid_grant", "RT-06 after 30 days");
	assert_false(active(world, newest.access));
}

static void
an_unknown_refresh_token_is_an_invalid_grant(void **state)
{
	struct world *world = *state;
	struct tokens tokens = redeem(world, &(struct code){ 0 });
	char *changed = (char *)text(world, "%s", tokens.refresh);
	const char *rows[] = {
		"x",
		"acr_",
		"acr_AAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		text(world, "%.57s", tokens.refresh),
		text(world, "%sA", tokens.refresh),
		text(world, "acr_%s", tokens.access + 4), /* an access token relabelled */
		changed,
	};

	changed[30] = changed[30] == 'A' ? 'B' : 'A';
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct request request = refresh_request(world, "web", rows[i], "");

		expect_error(world, &request, 400, "invalid_grant", rows[i]); /* RT-14 */
	}
}

/* Refused before the store is asked to change anything. */
static void
another_kind_of_token_never_reaches_the_store(void **state)
{
	struct world *world = *state;
	struct tokens tokens = redeem(world, &(struct code){ .client = "app" });
	const char *body = text(world, "grant_type=refresh_token&client_id=app&refresh_token=%s",
				tokens.access);
	struct authcode_request request = {
		.endpoint = TOKEN,
		.method = AUTHCODE_METHOD_POST,
		.body = { body, strlen(body) },
		.content_type = FORM,
		.now_ms = world->now_ms,
	};
	struct authcode_exchange *exchange = NULL;

	assert_int_equal(authcode_exchange_begin(world->issuer, &request, &exchange), AUTHCODE_OK);
	assert_null(authcode_exchange_operation(exchange));
	assert_int_equal(authcode_exchange_response(exchange)->status, 400);
	authcode_exchange_free(&exchange);
}

/* RT-02: not 401, and the token lives on. RT-03. */
static void
it_is_bound_to_its_authenticated_client(void **state)
{
	struct world *world = *state;
	struct tokens tokens = redeem(world, &(struct code){ 0 });
	struct tokens public = redeem(world, &(struct code){ .client = "app" });
	struct request request = refresh_request(world, "web2", tokens.refresh, "");

	expect_error(world, &request, 400, "invalid_grant", "RT-02 confidential");
	request.client = "app";
	expect_error(world, &request, 400, "invalid_grant", "RT-02 public");
	request.client = NULL;
	expect_error(world, &request, 401, "invalid_client", "RT-03 nobody");
	request.body = text(world, "client_id=web&%s", request.body);
	expect_error(world, &request, 401, "invalid_client", "RT-03 by name alone");
	request = refresh_request(world, "web", public.refresh, "");
	expect_error(world, &request, 400, "invalid_grant", "RT-02 of a public client");
	(void)refreshed(world, "web", tokens.refresh);
	(void)refreshed(world, "app", public.refresh);
}

static void
scope_may_only_narrow(void **state)
{
	static const struct {
		const char *scope, *granted, *error;
	} rows[] = {
		{ "&scope=openid", "openid", NULL },
		{ "&scope=groups%20openid", "groups openid", NULL }, /* AZ-05 */
		{ "&scope=", "openid profile groups", NULL },        /* TK-05 */
		{ "&scope=openid+profile+groups", "openid profile groups", NULL },
		{ "&scope=email", NULL, "invalid_scope" }, /* the client's, but not granted */
		{ "&scope=openid+email", NULL, "invalid_scope" },
		{ "&scope=admin", NULL, "invalid_scope" },
		{ "&scope=OPENID", NULL, "invalid_scope" },
		{ "&scope=openid++profile", NULL, "invalid_scope" },
		{ "&scope=openid%09profile", NULL, "invalid_scope" },
		{ "&scope=+", NULL, "invalid_scope" },
		{ "&scope=%22", NULL, "invalid_scope" },
	};
	struct world *world = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows) * 2; i++) {
		const char *client = i % 2 == 0 ? "web" : "app";
		struct tokens tokens = redeem(world, &(struct code){ .client = client });
		struct request request =
			refresh_request(world, client, tokens.refresh, rows[i / 2].scope);
		struct reply reply;
		const char *refresh;

		if (rows[i / 2].error != NULL) {
			expect_error(world, &request, 400, rows[i / 2].error, rows[i / 2].scope);
			/* RT-04: refused, so neither used nor rotated */
			(void)refreshed(world, client, tokens.refresh);
			continue;
		}
		reply = ask(world, &request);
		assert_int_equal(reply.status, 200);
		assert_string_equal(member(world, &reply, "scope"), rows[i / 2].granted);
		refresh = member(world, &reply, "refresh_token");
		reply_clear(&reply);
		/* RT-04: the next one is as wide as the grant again */
		request = refresh_request(world, client, refresh, "");
		reply = ask(world, &request);
		assert_string_equal(member(world, &reply, "scope"), "openid profile groups");
		reply_clear(&reply);
	}
}

/* RT-10: 14 days without use. */
static void
it_dies_when_it_lies_idle(void **state)
{
	static const char *const clients[] = { "web", "app" };
	struct world *world = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(clients); i++) {
		struct code code = { .client = clients[i], .scope = OFFLINE };
		struct tokens tokens;
		struct request request;

		code.session_id = new_session(world, "bob", 1001, NULL);
		tokens = redeem(world, &code);
		world->now_ms += 14 * DAY_MS - 1;
		tokens = refreshed(world, clients[i], tokens.refresh);
		world->now_ms += 14 * DAY_MS - 1;
		tokens = refreshed(world, clients[i], tokens.refresh);
		world->now_ms += 14 * DAY_MS;
		request = refresh_request(world, clients[i], tokens.refresh, "");
		expect_error(world, &request, 400, "invalid_grant", "RT-10 idle");
	}
}

/* RT-10: 90 days, however busy. */
static void
it_dies_at_its_absolute_end(void **state)
{
	static const char *const clients[] = { "web", "app" };
	struct world *world = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(clients); i++) {
		struct code code = { .client = clients[i], .scope = OFFLINE };
		struct tokens tokens;
		struct request request;
		struct reply reply;
		int64_t end_ms;

		code.session_id = new_session(world, "bob", 1001, NULL);
		tokens = redeem(world, &code);
		end_ms = world->now_ms + 90 * DAY_MS;
		while (world->now_ms + 13 * DAY_MS < end_ms) {
			world->now_ms += 13 * DAY_MS;
			tokens = refreshed(world, clients[i], tokens.refresh);
		}
		world->now_ms = end_ms - 5000;
		request = refresh_request(world, clients[i], tokens.refresh, "");
		reply = ask(world, &request);
		assert_int_equal(reply.status, 200);
		/* the access token does not outlive the family either */
		assert_int_equal(json_integer_value(json_object_get(reply.json, "expires_in")), 5);
		tokens.access = member(world, &reply, "access_token");
		tokens.refresh = member(world, &reply, "refresh_token");
		reply_clear(&reply);
		world->now_ms = end_ms;
		assert_false(active(world, tokens.access));
		request = refresh_request(world, clients[i], tokens.refresh, "");
		expect_error(world, &request, 400, "invalid_grant", "RT-10 absolute");
	}
}

/* RT-01 */
static void
it_dies_with_the_session_unless_offline(void **state)
{
	struct world *world = *state;
	int64_t session = new_session(world, "bob", 1001, NULL);
	struct tokens bound = redeem(world, &(struct code){ .session_id = session });
	struct tokens offline =
		redeem(world, &(struct code){ .session_id = session, .scope = OFFLINE });
	struct tokens other = redeem(world, &(struct code){ 0 });
	struct request request = refresh_request(world, "web", bound.refresh, "");

	end_session(world, session);
	expect_error(world, &request, 400, "invalid_grant", "RT-01 ended session");
	(void)refreshed(world, "web", offline.refresh);
	(void)refreshed(world, "web", other.refresh);

	world->now_ms += DAY_MS;
	request = refresh_request(world, "web", other.refresh, "");
	expect_error(world, &request, 400, "invalid_grant", "RT-01 the session's time is over");
	(void)refreshed(world, "web", offline.refresh);
}

/* A name that comes back with another uid is another person. */
static void
it_dies_with_the_person(void **state)
{
	struct world *world = *state;
	struct code code = { .session_id = new_session(world, "bob", 1001, NULL),
			     .scope = OFFLINE };
	struct tokens tokens = redeem(world, &code);
	struct request request = refresh_request(world, "web", tokens.refresh, "");

	(void)new_session(world, "bob", 2001, NULL);
	expect_error(world, &request, 400, "invalid_grant", "recycled name");
	assert_false(active(world, tokens.access));
}

static void
a_failing_store_or_random_source_gives_nothing(void **state)
{
	static const char *const clients[] = { "web", "app" };
	struct world *world = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(clients); i++) {
		struct tokens tokens = redeem(world, &(struct code){ .client = clients[i] });
		struct request request = refresh_request(world, clients[i], tokens.refresh, "");

		for (int n = 1; n <= 2; n++) {
			world->fault.countdown = n;
			expect_error(world, &request, 503, "server_error", "failing store");
			assert_int_equal(world->fault.countdown, 0);
		}
		for (int n = 1; n <= (int)i + 1; n++) {
			world->random_countdown = n;
			expect_error(world, &request, 500, "server_error", "failing random");
			assert_int_equal(world->random_countdown, 0);
		}
		/* nothing was rotated by what failed */
		(void)refreshed(world, clients[i], tokens.refresh);
	}
}

struct racer {
	struct world *world;
	pthread_barrier_t *start;
	const char *body;
	unsigned status;
};

static void *
race(void *arg)
{
	struct racer *racer = arg;
	struct authcode_request request = {
		.endpoint = TOKEN,
		.method = AUTHCODE_METHOD_POST,
		.body = { racer->body, strlen(racer->body) },
		.content_type = FORM,
		.now_ms = racer->world->now_ms,
	};
	struct authcode_exchange *exchange = NULL;

	pthread_barrier_wait(racer->start);
	if (authcode_exchange_run(racer->world->issuer, &request, &exchange) == AUTHCODE_OK)
		racer->status = authcode_exchange_response(exchange)->status;
	authcode_exchange_free(&exchange);
	return NULL;
}

static void
two_threads_use_one_public_refresh_token(void **state)
{
	struct world *world = *state;

	for (int round = 0; round < 30; round++) {
		struct tokens tokens = redeem(world, &(struct code){ .client = "app" });
		struct racer racers[2] = { 0 };
		pthread_barrier_t start;
		pthread_t threads[2];

		assert_int_equal(pthread_barrier_init(&start, NULL, 2), 0);
		for (size_t i = 0; i < 2; i++) {
			racers[i].world = world;
			racers[i].start = &start;
			racers[i].body = text(
				world, "grant_type=refresh_token&client_id=app&refresh_token=%s",
				tokens.refresh);
			assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
		}
		for (size_t i = 0; i < 2; i++)
			assert_int_equal(pthread_join(threads[i], NULL), 0);
		pthread_barrier_destroy(&start);
		assert_int_equal(racers[0].status + racers[1].status, 600);
		assert_false(active(world, tokens.access)); /* RT-06 */
	}
}

#define FLOW(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FLOW(a_confidential_client_keeps_its_refresh_token),
		FLOW(a_public_client_gets_a_new_one_at_every_use),
		FLOW(reuse_of_a_rotated_token_kills_the_family),
		FLOW(reuse_is_found_long_after_rotation),
		FLOW(an_unknown_refresh_token_is_an_invalid_grant),
		FLOW(another_kind_of_token_never_reaches_the_store),
		FLOW(it_is_bound_to_its_authenticated_client),
		FLOW(scope_may_only_narrow),
		FLOW(it_dies_when_it_lies_idle),
		FLOW(it_dies_at_its_absolute_end),
		FLOW(it_dies_with_the_session_unless_offline),
		FLOW(it_dies_with_the_person),
		FLOW(a_failing_store_or_random_source_gives_nothing),
		FLOW(two_threads_use_one_public_refresh_token),
	};

	return cmocka_run_group_tests_name("refresh", tests, NULL, NULL);
}
