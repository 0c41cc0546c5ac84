/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * protocol/client_assertion.h without memory: whichever allocation fails, nobody is
 * believed who would not be, nothing is left behind, and the next one is served.
 */
#include "tests/flow/assertion_world.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/arena.h"
#include "tests/unit/base/heap.h"
#include "tests/unit/jose/rfc_keys.h"

#define MANY 2000

/* jansson asks for its memory where we do. */
static void *
through_our_malloc(size_t size)
{
	return malloc(size);
}

static void
through_our_free(void *p)
{
	free(p);
}

static struct outcome
starving(struct world *world, const char *form, bool shared, int fail_at, bool *ret_failed)
{
	const struct authcode_request request = {
		.endpoint = AUTHCODE_ENDPOINT_INTROSPECT,
		.method = AUTHCODE_METHOD_POST,
		.body = { form, strlen(form) },
		.content_type = "application/x-www-form-urlencoded",
		.now_ms = world->now_ms,
	};
	struct authcode_exchange *x = NULL;
	struct outcome outcome = { .status = 500 };
	enum authcode_err err;

	heap = (struct heap){ .armed = true, .fail_at = fail_at };
	err = authcode_exchange_begin(world->issuer, &request, &x);
	while (err == AUTHCODE_OK) {
		if (authcode_exchange_client_keys(x) != NULL && shared) {
			struct authcode_key_set *set = NULL;
			enum authcode_err why =
				authcode_key_set_new(ONLY_EC, strlen(ONLY_EC), &set);

			authcode_exchange_share_client_keys(x, set, why);
			authcode_key_set_free(&set);
		} else if (authcode_exchange_client_keys(x) != NULL) {
			authcode_exchange_set_client_keys(x, ONLY_EC, strlen(ONLY_EC));
		} else if (authcode_exchange_operation(x) != NULL) {
			authcode_store_perform(world->store, authcode_exchange_operation(x));
			authcode_exchange_answer(x);
		} else {
			outcome.status = authcode_exchange_response(x)->status;
			break;
		}
	}
	*ret_failed = heap.fail_at < 0;
	heap.armed = false;
	authcode_exchange_free(&x);
	return outcome;
}

static void
no_failed_allocation_lets_anybody_in(void **state)
{
	/* The last time its keys are read by the host, for others too. */
	static const char *const clients[] = { "jwt", "key", "remote", "remote" };
	struct world *world = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(clients); i++) {
		bool failed = true, shared = i == 3;

		for (int n = 0; failed && n < MANY; n++) {
			const char *form = ac_arena_printf(world->arena,
							   "token=x&client_assertion_type=" BEARER
							   "&client_assertion=%s",
							   good_token(world, clients[i]));
			struct outcome outcome = starving(world, form, shared, n, &failed);

			if (!failed)
				assert_int_equal(outcome.status, 200);
			else /* never 401: nothing was wrong with it */
				assert_true(outcome.status == 200 || outcome.status == 500 ||
					    outcome.status == 503);
			/* A wrong one stays wrong, whatever fails. */
			form = ac_arena_printf(world->arena,
					       "token=x&client_assertion_type=" BEARER
					       "&client_assertion=%sA",
					       good_token(world, clients[i]));
			outcome = starving(world, form, shared, n, &(bool){ false });
			assert_int_not_equal(outcome.status, 200);
			world->now_ms += 60001; /* so that keys may be asked for again */
		}
		assert_false(failed);
	}
}

/* CA-09: nor is a secret that was kept left behind. */
static void
the_secret_goes_with_the_registry(void **state)
{
	void *world = NULL;

	(void)state;
	heap = (struct heap){ 0 };
	assert_int_equal(world_setup(&world), 0);
	assert_true(believed(world, good_token(world, "jwt")));
	assert_int_equal(world_teardown(&world), 0);
	assert_int_equal(heap.leaks, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(no_failed_allocation_lets_anybody_in, world_setup,
						world_teardown),
		cmocka_unit_test(the_secret_goes_with_the_registry),
	};

	json_set_alloc_funcs(through_our_malloc, through_our_free);
	return cmocka_run_group_tests_name("client_assertion_memory", tests, NULL, NULL);
}
