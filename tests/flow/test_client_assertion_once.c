/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * protocol/client_assertion.h: CA-17, F2-11. An assertion is good once, whoever
 * comes at the same time and whatever becomes of the store.
 */
#include "tests/flow/assertion_world.h"

#include <pthread.h>
#include <string.h>

#include "base/arena.h"

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)
#define ES "{\"alg\":\"ES256\",\"kid\":\"ec\"}"
#define FOR(client) "\"iss\":\"" client "\",\"sub\":\"" client "\""
#define AUD "\"aud\":\"" ISSUER "\""

/* CA-17 */
static void
an_assertion_is_good_once_until_its_end(void **state)
{
	struct world *world = *state;
	const char *const payload = "{" FOR("key") "," AUD ",\"exp\":@600,\"jti\":\"same\"}";
	const char *first = signed_by(world, AC_ALG_ES256, ES, payload);
	const char *other;

	assert_true(believed(world, first));
	assert_false(believed(world, first));
	/* The same jti in another assertion is a replay too, in another client's none. */
	assert_false(believed(world, signed_by(world, AC_ALG_RS256,
					       "{\"alg\":\"RS256\",\"kid\":\"rsa\"}", payload)));
	other = signed_by(world, AC_ALG_ES256, ES,
			  "{" FOR("es") "," AUD ",\"exp\":@600,\"jti\":\"same\"}");
	assert_true(believed(world, other));
	world->now_ms = NOW_MS + 599999;
	assert_false(believed(world, first));
	world->now_ms = NOW_MS + 600000;
	assert_false(believed(world, first)); /* over */
	assert_true(believed(world, signed_by(world, AC_ALG_ES256, ES, payload)));
}

/* What was refused has used nothing up. */
static void
a_refused_assertion_does_not_use_up_its_jti(void **state)
{
	struct world *world = *state;

	assert_false(believed(world, signed_by(world, AC_ALG_ES256, ES,
					       "{" FOR("key") ",\"aud\":\"https://other.example\","
							      "\"exp\":@60,\"jti\":\"mine\"}")));
	assert_true(believed(world,
			     signed_by(world, AC_ALG_ES256, ES,
				       "{" FOR("key") "," AUD ",\"exp\":@60,\"jti\":\"mine\"}")));
}

#define RACERS 64

struct racer {
	struct world *world;
	pthread_barrier_t *start;
	const char *form;
	pthread_t thread;
	unsigned status;
};

static void *
run_racer(void *arg)
{
	struct racer *racer = arg;
	const struct authcode_request request = {
		.endpoint = AUTHCODE_ENDPOINT_INTROSPECT,
		.method = AUTHCODE_METHOD_POST,
		.body = { racer->form, strlen(racer->form) },
		.content_type = "application/x-www-form-urlencoded",
		.now_ms = NOW_MS,
	};
	struct authcode_exchange *x = NULL;

	pthread_barrier_wait(racer->start);
	if (authcode_exchange_run(racer->world->issuer, &request, &x) == AUTHCODE_OK)
		racer->status = authcode_exchange_response(x)->status;
	authcode_exchange_free(&x);
	return NULL;
}

/* CA-17 */
static void
of_many_who_send_one_assertion_at_once_one_is_believed(void **state)
{
	static struct racer racers[RACERS];
	struct world *world = *state;
	const char *form = ac_arena_printf(
		world->arena, "token=x&client_assertion_type=" BEARER "&client_assertion=%s",
		good_token(world, "key"));
	pthread_barrier_t start;
	size_t good = 0, bad = 0;

	assert_int_equal(pthread_barrier_init(&start, NULL, RACERS), 0);
	for (size_t i = 0; i < RACERS; i++) {
		racers[i] = (struct racer){ .world = world, .start = &start, .form = form };
		assert_int_equal(pthread_create(&racers[i].thread, NULL, run_racer, &racers[i]), 0);
	}
	for (size_t i = 0; i < RACERS; i++) {
		pthread_join(racers[i].thread, NULL);
		good += racers[i].status == 200;
		bad += racers[i].status == 401;
	}
	pthread_barrier_destroy(&start);
	assert_int_equal(good, 1);
	assert_int_equal(bad, RACERS - 1);
}

/* F2-11: fail closed, and say that it is not for ever. */
static void
a_client_whose_memory_is_full_is_told_to_wait(void **state)
{
	struct world *world = *state;
	struct authcode_exchange *x = NULL;
	const char *form = ac_arena_printf(
		world->arena, "token=x&client_assertion_type=" BEARER "&client_assertion=%s",
		good_token(world, "key"));
	const struct authcode_request request = {
		.endpoint = AUTHCODE_ENDPOINT_INTROSPECT,
		.method = AUTHCODE_METHOD_POST,
		.body = { form, strlen(form) },
		.content_type = "application/x-www-form-urlencoded",
		.now_ms = NOW_MS,
	};

	assert_int_equal(authcode_exchange_begin(world->issuer, &request, &x), AUTHCODE_OK);
	assert_int_equal(authcode_exchange_operation(x)->kind, AUTHCODE_OP_USE_ONCE);
	assert_int_equal(authcode_exchange_operation(x)->u.use_once.max, 100000);
	authcode_exchange_operation(x)->result = AUTHCODE_RESULT_FAILED;
	authcode_exchange_operation(x)->err = AUTHCODE_ERR_LIMIT;
	authcode_exchange_answer(x);
	assert_null(authcode_exchange_operation(x));
	assert_int_equal(authcode_exchange_response(x)->status, 503);
	assert_non_null(strstr(authcode_exchange_response(x)->body, "temporarily_unavailable"));
	authcode_exchange_free(&x);
}

/* Nor does a store that has failed let anybody in. */
static void
a_store_that_fails_believes_nobody(void **state)
{
	static const struct {
		enum authcode_result result;
		unsigned status;
	} rows[] = {
		{ AUTHCODE_RESULT_FAILED, 503 },    { AUTHCODE_RESULT_EXPIRED, 401 },
		{ AUTHCODE_RESULT_NOT_FOUND, 401 }, { AUTHCODE_RESULT_CONFLICT, 401 },
		{ AUTHCODE_RESULT_REUSED, 401 },    { (enum authcode_result)99, 401 },
	};
	struct world *world = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct authcode_exchange *x = NULL;
		const char *form = ac_arena_printf(world->arena,
						   "token=x&client_assertion_type=" BEARER
						   "&client_assertion=%s",
						   good_token(world, "key"));
		const struct authcode_request request = {
			.endpoint = AUTHCODE_ENDPOINT_INTROSPECT,
			.method = AUTHCODE_METHOD_POST,
			.body = { form, strlen(form) },
			.content_type = "application/x-www-form-urlencoded",
			.now_ms = NOW_MS,
		};

		assert_int_equal(authcode_exchange_begin(world->issuer, &request, &x), AUTHCODE_OK);
		authcode_exchange_operation(x)->result = rows[i].result;
		authcode_exchange_operation(x)->err = AUTHCODE_ERR_STORE;
		authcode_exchange_answer(x);
		assert_int_equal(authcode_exchange_response(x)->status, rows[i].status);
		authcode_exchange_free(&x);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_assertion_is_good_once_until_its_end),
		TEST(a_refused_assertion_does_not_use_up_its_jti),
		TEST(of_many_who_send_one_assertion_at_once_one_is_believed),
		TEST(a_client_whose_memory_is_full_is_told_to_wait),
		TEST(a_store_that_fails_believes_nobody),
	};

	return cmocka_run_group_tests_name("client_assertion_once", tests, NULL, NULL);
}
