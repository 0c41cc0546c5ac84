/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A refresh whose answer was lost, and two that happen at once: the same answer
 * again, for ten seconds, until it is used. RT-06, RT-08.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/flow/token_fixture.h"

#define RETRY_S 10
#define DAY_MS (INT64_C(24) * 3600 * 1000)
#define RACERS 64

static int
retry_setup(void **state)
{
	int rc = world_setup(state);

	world_restart(*state, RETRY_S);
	return rc;
}

static struct request
refresh_request(struct world *world, const char *client, const char *refresh, const char *rest)
{
	return (struct request){
		.endpoint = AUTHCODE_ENDPOINT_TOKEN,
		.client = client,
		.body = text(world, "grant_type=refresh_token&refresh_token=%s%s", refresh, rest),
	};
}

/* A whole answer. */
struct answer {
	const char *access, *refresh, *scope;
	int64_t expires_in;
};

static struct answer
refreshed_with(struct world *world, const char *client, const char *refresh, const char *rest)
{
	struct request request = refresh_request(world, client, refresh, rest);
	struct reply reply = ask(world, &request);
	struct answer answer = { 0 };

	assert_int_equal(reply.status, 200);
	assert_string_equal(member(world, &reply, "token_type"), "Bearer");
	answer.access = member(world, &reply, "access_token");
	answer.refresh = member(world, &reply, "refresh_token");
	answer.scope = member(world, &reply, "scope");
	answer.expires_in = json_integer_value(json_object_get(reply.json, "expires_in"));
	assert_non_null(answer.access);
	assert_non_null(answer.refresh);
	assert_non_null(answer.scope);
	/* OIDC-Core §12.2: an ID token comes with it each time */
	assert_int_equal(member(world, &reply, "id_token") != NULL,
			 strstr(answer.scope, "openid") != NULL);
	assert_int_equal(json_object_size(reply.json), strstr(answer.scope, "openid") ? 6 : 5);
	reply_clear(&reply);
	return answer;
}

static struct answer
refreshed(struct world *world, const char *client, const char *refresh)
{
	return refreshed_with(world, client, refresh, "");
}

static void
refused(struct world *world, const char *client, const char *refresh, const char *row)
{
	struct request request = refresh_request(world, client, refresh, "");

	expect_error(world, &request, 400, "invalid_grant", row);
}

static void
assert_same(const struct answer *a, const struct answer *b)
{
	assert_string_equal(a->access, b->access);
	assert_string_equal(a->refresh, b->refresh);
	assert_string_equal(a->scope, b->scope);
}

/* RT-08 */
static void
a_lost_answer_is_given_again_to_the_last_byte(void **state)
{
	static const char *const clients[] = { "app", "turn" };
	struct world *world = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(clients); i++) {
		struct tokens first = redeem(world, &(struct code){ .client = clients[i] });
		struct answer lost = refreshed(world, clients[i], first.refresh), again;

		assert_int_equal(lost.expires_in, 3600);
		for (int s = 0; s < RETRY_S; s += 3) {
			again = refreshed(world, clients[i], first.refresh);
			assert_same(&again, &lost);
			assert_int_equal(again.expires_in, 3600 - s); /* what is left of it */
			world->now_ms += 3000;
		}
		assert_true(active(world, again.access));
		again = refreshed(world, clients[i], again.refresh);
		assert_string_not_equal(again.access, lost.access);
	}
}

/* The answers of both tabs are one: whichever goes on, there is one branch. */
static void
two_tabs_go_on_with_one_token(void **state)
{
	struct world *world = *state;
	struct tokens tokens = redeem(world, &(struct code){ .client = "app" });
	const char *refresh = tokens.refresh;

	for (int i = 0; i < 10; i++) {
		struct answer left = refreshed(world, "app", refresh);
		struct answer right = refreshed(world, "app", refresh);

		assert_same(&left, &right);
		refresh = left.refresh;
		world->now_ms += 60 * 1000;
	}
	assert_true(active(world, refreshed(world, "app", refresh).access));
}

/* Each stopped in the middle: both have decided before either is carried out. */
static struct authcode_exchange *
begun(struct world *world, const char *client, const char *refresh, int64_t now_ms)
{
	const char *body =
		strcmp(client, "app") == 0
			? text(world, "grant_type=refresh_token&client_id=app&refresh_token=%s",
			       refresh)
			: text(world,
			       "grant_type=refresh_token&client_id=%s&client_secret=%s-secret"
			       "&refresh_token=%s",
			       client, client, refresh);
	struct authcode_request request = {
		.endpoint = AUTHCODE_ENDPOINT_TOKEN,
		.method = AUTHCODE_METHOD_POST,
		.body = { body, strlen(body) },
		.content_type = FORM,
		.now_ms = now_ms,
	};
	struct authcode_exchange *exchange = NULL;

	assert_int_equal(authcode_exchange_begin(world->issuer, &request, &exchange), AUTHCODE_OK);
	assert_non_null(authcode_exchange_operation(exchange));
	return exchange;
}

static char *
finished(struct world *world, struct authcode_exchange **exchange, unsigned status)
{
	const struct authcode_response *response;
	char *body;

	authcode_store_perform(world->fault.inner, authcode_exchange_operation(*exchange));
	authcode_exchange_answer(*exchange);
	authcode_exchange_sign(*exchange);
	response = authcode_exchange_response(*exchange);
	assert_int_equal(response->status, status);
	body = strndup(response->body, response->body_len);
	authcode_exchange_free(exchange);
	return body;
}

static void
what_was_decided_before_is_answered_alike(void **state)
{
	struct world *world = *state;
	struct tokens tokens = redeem(world, &(struct code){ .client = "app" });
	struct authcode_exchange *left = begun(world, "app", tokens.refresh, world->now_ms);
	struct authcode_exchange *right = begun(world, "app", tokens.refresh, world->now_ms);
	char *first = finished(world, &right, 200), *second = finished(world, &left, 200);

	assert_string_equal(first, second);
	free(first);
	free(second);
}

/* One tab asks a millisecond before the token is old enough to be replaced, and is
 * carried out after the one that replaces it. */
static void
late_rotation_is_no_trap_for_two_tabs(void **state)
{
	struct world *world = *state;
	struct code code = { .client = "late", .scope = "openid offline_access" };
	struct tokens tokens = redeem(world, &code);
	int64_t due_ms = world->now_ms + 14 * DAY_MS / 10 * 7;
	struct authcode_exchange *early = begun(world, "late", tokens.refresh, due_ms - 1);
	struct authcode_exchange *late = begun(world, "late", tokens.refresh, due_ms);
	char *first, *second;

	world->now_ms = due_ms;
	first = finished(world, &late, 200);
	second = finished(world, &early, 200);
	assert_string_equal(first, second);
	assert_null(strstr(first, tokens.refresh));
	free(first);
	free(second);
}

/* To the millisecond. */
static void
after_the_retry_time_it_is_reuse(void **state)
{
	struct world *world = *state;
	struct tokens first = redeem(world, &(struct code){ .client = "app" });
	struct answer lost = refreshed(world, "app", first.refresh), again;

	world->now_ms += RETRY_S * 1000 - 1;
	again = refreshed(world, "app", first.refresh);
	assert_same(&again, &lost);
	world->now_ms += 1;
	refused(world, "app", first.refresh, "RT-06");
	assert_false(active(world, lost.access));
	assert_false(active(world, first.access));
	refused(world, "app", lost.refresh, "RT-06 the successor");
}

static void
without_a_retry_time_it_is_reuse_at_once(void **state)
{
	struct world *world = *state;
	struct tokens first = redeem(world, &(struct code){ .client = "app" });
	struct answer lost;

	world_restart(world, 0);
	lost = refreshed(world, "app", first.refresh);
	refused(world, "app", first.refresh, "RT-06");
	assert_false(active(world, lost.access));
}

/* Who comes first does not matter: as soon as both have to go on, one of them is
 * late, and the family dies. */
static void
a_thief_before_the_owner_is_found_out(void **state)
{
	struct world *world = *state;
	struct tokens stolen = redeem(world, &(struct code){ .client = "app" });
	struct answer thief = refreshed(world, "app", stolen.refresh), owner;

	world->now_ms += 5000;
	owner = refreshed(world, "app", stolen.refresh);
	assert_same(&owner, &thief);
	world->now_ms += 60 * 1000;
	thief = refreshed(world, "app", thief.refresh);
	world->now_ms += 60 * 1000;
	refused(world, "app", owner.refresh, "RT-06");
	assert_false(active(world, thief.access));
	refused(world, "app", thief.refresh, "RT-06 the thief's");
}

static void
a_thief_after_the_owner_is_found_out(void **state)
{
	struct world *world = *state;
	struct tokens stolen = redeem(world, &(struct code){ .client = "app" });
	struct answer owner = refreshed(world, "app", stolen.refresh);

	owner = refreshed(world, "app", owner.refresh); /* it has had its answer */
	refused(world, "app", stolen.refresh, "RT-06 although the time is not over");
	assert_false(active(world, owner.access));
	refused(world, "app", owner.refresh, "RT-06");
}

static void
only_its_own_client_is_answered_again(void **state)
{
	struct world *world = *state;
	struct tokens first = redeem(world, &(struct code){ .client = "app" });
	struct answer lost = refreshed(world, "app", first.refresh), again;
	struct request request = refresh_request(world, NULL, first.refresh, "");

	refused(world, "web", first.refresh, "RT-02");
	refused(world, "turn", first.refresh, "RT-02");
	expect_error(world, &request, 401, "invalid_client", "RT-03");
	again = refreshed(world, "app", first.refresh);
	assert_same(&again, &lost);
}

static void
what_was_revoked_is_not_given_again(void **state)
{
	struct world *world = *state;

	for (int which = 0; which < 3; which++) {
		struct tokens first = redeem(world, &(struct code){ .client = "app" });
		struct answer lost = refreshed(world, "app", first.refresh);
		const char *const tokens[] = { lost.access, lost.refresh, first.refresh };
		struct request request = { .endpoint = AUTHCODE_ENDPOINT_REVOKE,
					   .client = "app",
					   .body = text(world, "token=%s", tokens[which]) };

		assert_int_equal(status_of(world, &request), 200);
		refused(world, "app", first.refresh, "revoked");
		assert_false(active(world, lost.access));
		refused(world, "app", lost.refresh, "revoked");
	}
}

static void
an_ended_session_is_not_brought_back(void **state)
{
	struct world *world = *state;
	int64_t session = new_session(world, "bob", 1001, NULL);
	struct tokens first =
		redeem(world, &(struct code){ .client = "app", .session_id = session });
	struct answer lost = refreshed(world, "app", first.refresh);

	end_session(world, session);
	refused(world, "app", first.refresh, "its session ended");
	assert_false(active(world, lost.access));
}

/* What was given is given again or nothing: never more than is asked for now. */
static void
another_scope_is_no_retry(void **state)
{
	struct world *world = *state;
	struct tokens first = redeem(world, &(struct code){ .client = "app" });
	struct answer lost = refreshed_with(world, "app", first.refresh, "&scope=openid+profile");
	struct request request = refresh_request(world, "app", first.refresh, "&scope=openid");
	struct answer again;

	assert_string_equal(lost.scope, "openid profile");
	expect_error(world, &request, 400, "invalid_scope", "RT-04 less");
	request = refresh_request(world, "app", first.refresh, "&scope=openid+groups");
	expect_error(world, &request, 400, "invalid_scope", "RT-04 something else");
	request = refresh_request(world, "app", first.refresh, "&scope=email");
	expect_error(world, &request, 400, "invalid_scope", "RT-04 not granted");
	again = refreshed_with(world, "app", first.refresh, "&scope=profile+openid");
	assert_same(&again, &lost);
	again = refreshed(world, "app", first.refresh); /* all of it: told what it got */
	assert_same(&again, &lost);
	assert_true(active(world, lost.access));
}

static void
a_restart_in_between_changes_nothing(void **state)
{
	struct world *world = *state;
	struct tokens first = redeem(world, &(struct code){ .client = "app" });
	struct answer lost = refreshed(world, "app", first.refresh), again;

	world_restart(world, RETRY_S);
	again = refreshed(world, "app", first.refresh);
	assert_same(&again, &lost);
}

/* What cannot be made again is not made anew: there is one branch. */
static void
with_another_master_key_there_is_no_second_answer(void **state)
{
	struct world *world = *state;
	struct tokens first = redeem(world, &(struct code){ .client = "app" });
	struct answer lost = refreshed(world, "app", first.refresh);

	world_restart_with(world, RETRY_S, 77);
	refused(world, "app", first.refresh, "another key");
	(void)refreshed(world, "app", lost.refresh);
	/* Nor when the first answer was drawn, not derived. */
	first = redeem(world, &(struct code){ .client = "app" });
	world_restart(world, 0);
	(void)refreshed(world, "app", first.refresh);
	world_restart(world, RETRY_S);
	refused(world, "app", first.refresh, "drawn at random");
}

static void
a_store_that_fails_leaves_the_retry_as_it_was(void **state)
{
	struct world *world = *state;
	struct tokens first = redeem(world, &(struct code){ .client = "app" });
	struct request request = refresh_request(world, "app", first.refresh, "");
	struct answer lost, again;

	for (int n = 1; n <= 2; n++) {
		world->fault.countdown = n;
		expect_error(world, &request, 503, "server_error", "the first time");
		assert_int_equal(world->fault.countdown, 0);
	}
	lost = refreshed(world, "app", first.refresh);
	for (int n = 1; n <= 5; n++) {
		world->fault.countdown = n;
		expect_error(world, &request, 503, "server_error", "the second time");
		assert_int_equal(world->fault.countdown, 0);
	}
	again = refreshed(world, "app", first.refresh);
	assert_same(&again, &lost);
}

struct racer {
	struct world *world;
	pthread_barrier_t *start;
	const char *body;
	unsigned status;
	char *answer;
};

static void *
race(void *arg)
{
	struct racer *racer = arg;
	struct authcode_request request = {
		.endpoint = AUTHCODE_ENDPOINT_TOKEN,
		.method = AUTHCODE_METHOD_POST,
		.body = { racer->body, strlen(racer->body) },
		.content_type = FORM,
		.now_ms = racer->world->now_ms,
	};
	struct authcode_exchange *exchange = NULL;
	const struct authcode_response *response;

	pthread_barrier_wait(racer->start);
	if (authcode_exchange_run(racer->world->issuer, &request, &exchange) == AUTHCODE_OK) {
		response = authcode_exchange_response(exchange);
		racer->status = response->status;
		racer->answer = strndup(response->body, response->body_len);
	}
	authcode_exchange_free(&exchange);
	return NULL;
}

static void
sixty_four_at_once_get_one_answer(void **state)
{
	struct world *world = *state;
	static struct racer racers[RACERS];
	pthread_t threads[RACERS];

	for (int round = 0; round < 5; round++) {
		struct tokens tokens = redeem(world, &(struct code){ .client = "app" });
		pthread_barrier_t start;

		assert_int_equal(pthread_barrier_init(&start, NULL, RACERS), 0);
		for (size_t i = 0; i < RACERS; i++) {
			racers[i] = (struct racer){
				.world = world,
				.start = &start,
				.body = text(world,
					     "grant_type=refresh_token&client_id=app"
					     "&refresh_token=%s",
					     tokens.refresh),
			};
			assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
		}
		for (size_t i = 0; i < RACERS; i++)
			assert_int_equal(pthread_join(threads[i], NULL), 0);
		pthread_barrier_destroy(&start);
		for (size_t i = 0; i < RACERS; i++) {
			assert_int_equal(racers[i].status, 200);
			assert_string_equal(racers[i].answer, racers[0].answer);
		}
		for (size_t i = 0; i < RACERS; i++)
			free(racers[i].answer);
		assert_true(active(world, tokens.access));
	}
}

#define FLOW(f) cmocka_unit_test_setup_teardown(f, retry_setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FLOW(a_lost_answer_is_given_again_to_the_last_byte),
		FLOW(two_tabs_go_on_with_one_token),
		FLOW(what_was_decided_before_is_answered_alike),
		FLOW(late_rotation_is_no_trap_for_two_tabs),
		FLOW(after_the_retry_time_it_is_reuse),
		FLOW(without_a_retry_time_it_is_reuse_at_once),
		FLOW(a_thief_before_the_owner_is_found_out),
		FLOW(a_thief_after_the_owner_is_found_out),
		FLOW(only_its_own_client_is_answered_again),
		FLOW(what_was_revoked_is_not_given_again),
		FLOW(an_ended_session_is_not_brought_back),
		FLOW(another_scope_is_no_retry),
		FLOW(a_restart_in_between_changes_nothing),
		FLOW(with_another_master_key_there_is_no_second_answer),
		FLOW(a_store_that_fails_leaves_the_retry_as_it_was),
		FLOW(sixty_four_at_once_get_one_answer),
	};

	return cmocka_run_group_tests_name("refresh retry", tests, NULL, NULL);
}
