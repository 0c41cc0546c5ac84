/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What we stand on fails: the store, the random source, memory. Never a 200
 * that is not whole.
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

#define TOKEN AUTHCODE_ENDPOINT_TOKEN

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__real_reallocarray(void *block, size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void *__wrap_reallocarray(void *block, size_t count, size_t size);

/* Of this thread only; 0: allocation works. */
static _Thread_local int allocations_left;

static bool
out_of_memory(void)
{
	return allocations_left > 0 && --allocations_left == 0;
}

void *
__wrap_malloc(size_t size)
{
	return out_of_memory() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return out_of_memory() ? NULL : __real_calloc(count, size);
}

void *
__wrap_realloc(void *block, size_t size)
{
	return out_of_memory() ? NULL : __real_realloc(block, size);
}

void *
__wrap_reallocarray(void *block, size_t count, size_t size)
{
	return out_of_memory() ? NULL : __real_reallocarray(block, count, size);
}

/* The n-th call of the store fails, for every n there is. */
static void
a_failing_store_never_gives_tokens(void **state)
{
	struct world *world = *state;

	for (int n = 1; n <= 2; n++) {
		const char *code = new_code(world, &(struct code){ 0 });
		struct request request = code_request(world, "web", code, WEB_CB);

		world->fault.countdown = n;
		expect_error(world, &request, 503, "server_error", "failing store");
		assert_int_equal(world->fault.countdown, 0);
		/* nothing was lost */
		assert_int_equal(status_of(world, &request), 200);
	}
}

static void
a_failing_random_source_never_gives_tokens(void **state)
{
	struct world *world = *state;

	for (int n = 1; n <= 2; n++) {
		const char *code = new_code(world, &(struct code){ 0 });
		struct request request = code_request(world, "web", code, WEB_CB);

		world->random_countdown = n;
		expect_error(world, &request, 500, "server_error", "failing random source");
		assert_int_equal(world->random_countdown, 0);
		assert_int_equal(status_of(world, &request), 200);
	}
}

struct starved {
	struct world *world;
	struct authcode_request request;
	int fail_at;
	bool failed;
	unsigned status;
	char body[512];
};

/* A thread of its own, so that what is kept per thread is allocated too. */
static void *
ask_starving(void *arg)
{
	struct starved *starved = arg;
	struct authcode_exchange *exchange = NULL;
	const struct authcode_response *response;
	enum authcode_err err;

	allocations_left = starved->fail_at;
	err = authcode_exchange_run(starved->world->issuer, &starved->request, &exchange);
	starved->failed = allocations_left == 0;
	allocations_left = 0;
	if (err != AUTHCODE_OK) {
		starved->status = err == AUTHCODE_ERR_MEMORY ? 500 : 0;
		return NULL;
	}
	response = authcode_exchange_response(exchange);
	starved->status = response->status;
	if (response->body != NULL)
		strncpy(starved->body, response->body, sizeof(starved->body) - 1);
	authcode_exchange_free(&exchange);
	return NULL;
}

/* What each endpoint is asked; every try gets a fresh code or token. */
static struct authcode_request
request_for(struct world *world, size_t row)
{
	struct tokens tokens = redeem(world, &(struct code){ .client = "app" });
	struct authcode_request request = {
		.endpoint = TOKEN,
		.method = AUTHCODE_METHOD_POST,
		.content_type = FORM,
		.now_ms = world->now_ms,
	};
	const char *body;

	switch (row) {
	case 0:
		body = text(world, CODE_GRANT WEB_CB, new_code(world, &(struct code){ 0 }));
		request.authorization = "Basic d2ViOnMrcCUzQWElMkJjJTI1ZSUyNiUzRCVDMyVCQw==";
		break;
	case 1:
		body = text(world, "grant_type=refresh_token&client_id=app&refresh_token=%s",
			    tokens.refresh);
		break;
	case 2:
		request.endpoint = AUTHCODE_ENDPOINT_REVOKE;
		body = text(world, "client_id=app&token=%s", tokens.access);
		break;
	case 3:
		request.endpoint = AUTHCODE_ENDPOINT_INTROSPECT;
		request.authorization = "Basic cnM6cnMtc2VjcmV0";
		body = text(world, "token=%s", tokens.access);
		break;
	case 4:
		request.authorization = "Basic cm9ib3Q6cm9ib3Qtc2VjcmV0";
		body = "grant_type=client_credentials";
		break;
	case 5: /* the same answer again */
		body = text(world, "grant_type=refresh_token&client_id=app&refresh_token=%s",
			    tokens.refresh);
		assert_int_equal(
			status_of(world, &(struct request){ .endpoint = TOKEN, .body = body }),
			200);
		break;
	default:
		request.endpoint = AUTHCODE_ENDPOINT_USERINFO;
		request.authorization = text(world, "Bearer %s", tokens.access);
		body = "";
		break;
	}
	request.body = (struct authcode_bytes){ body, strlen(body) };
	return request;
}

/* The n-th allocation fails, for every n up to the first run without failure:
 * never a 200, neither with half an answer nor about something not done. */
static void
failing_allocations_never_give_half_an_answer(void **state)
{
	struct world *world = *state;

	world_restart(world, 10);
	for (size_t row = 0; row < 7; row++) {
		int n = 0;
		struct starved starved;

		do {
			pthread_t thread;

			starved = (struct starved){ .world = world, .fail_at = ++n };
			starved.request = request_for(world, row);
			json_set_alloc_funcs(__wrap_malloc, free);
			assert_int_equal(pthread_create(&thread, NULL, ask_starving, &starved), 0);
			assert_int_equal(pthread_join(thread, NULL), 0);
			json_set_alloc_funcs(malloc, free);
			if ((starved.status == 200) == starved.failed || starved.status == 0)
				fail_msg("row %zu, allocation %d: %u %s", row, n, starved.status,
					 starved.body);
		} while (starved.failed && n < 300);
		assert_in_range(n, 5, 299);
	}
}

#define FLOW(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FLOW(a_failing_store_never_gives_tokens),
		FLOW(a_failing_random_source_never_gives_tokens),
		FLOW(failing_allocations_never_give_half_an_answer),
	};

	return cmocka_run_group_tests_name("token_failure", tests, NULL, NULL);
}
