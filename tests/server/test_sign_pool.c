/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/sign_pool.h: each exchange is signed once, by a thread of the pool, and then
 * its request is resumed; a pool that ends has signed what it was given.
 */
#include "server/sign_pool.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/attr.h"

enum { JOBS = 200, SUBMITTERS = 4 };

/* Both are the pool's to carry, and nothing else. */
struct authcode_exchange {
	pthread_t by;
	atomic_uint signatures;
	bool slow;
};

struct ac_http {
	const struct authcode_exchange *exchange;
	atomic_uint resumes;
	atomic_uint early; /* resumed before it was signed */
};

static struct authcode_exchange exchanges[JOBS];
static struct ac_http requests[JOBS];
static struct ac_sign_waiter waiters[JOBS];
static atomic_uint resumed;

void
authcode_exchange_sign(struct authcode_exchange *exchange)
{
	if (exchange->slow)
		(void)usleep(100000);
	exchange->by = pthread_self();
	atomic_fetch_add(&exchange->signatures, 1);
}

void
ac_http_resume(struct ac_http *h)
{
	if (atomic_load(&h->exchange->signatures) != 1)
		atomic_fetch_add(&h->early, 1);
	atomic_fetch_add(&h->resumes, 1);
	atomic_fetch_add(&resumed, 1);
}

static int
forget(void **state)
{
	(void)state;
	atomic_store(&resumed, 0);
	for (size_t i = 0; i < JOBS; i++) {
		exchanges[i] = (struct authcode_exchange){ 0 };
		requests[i] = (struct ac_http){ .exchange = &exchanges[i] };
		waiters[i] = (struct ac_sign_waiter){ &exchanges[i], &requests[i], NULL };
	}
	return 0;
}

struct part {
	struct ac_sign_pool *pool;
	size_t from;
};

static void *
submit_part(void *arg)
{
	const struct part *part = arg;

	for (size_t i = part->from; i < JOBS; i += SUBMITTERS)
		ac_sign_pool_submit(part->pool, &waiters[i]);
	return NULL;
}

static void
assert_each_signed_once(void)
{
	for (size_t i = 0; i < JOBS; i++) {
		assert_int_equal(atomic_load(&exchanges[i].signatures), 1);
		assert_int_equal(atomic_load(&requests[i].resumes), 1);
		assert_int_equal(atomic_load(&requests[i].early), 0);
	}
}

static void
each_is_signed_once_and_then_resumed(void **state)
{
	struct ac_sign_pool *pool = NULL;
	struct part parts[SUBMITTERS];
	pthread_t threads[SUBMITTERS];

	(void)state;
	assert_int_equal(ac_sign_pool_new(&pool), AUTHCODE_OK);
	for (size_t i = 0; i < SUBMITTERS; i++) {
		parts[i] = (struct part){ pool, i };
		assert_int_equal(pthread_create(&threads[i], NULL, submit_part, &parts[i]), 0);
	}
	for (size_t i = 0; i < SUBMITTERS; i++)
		(void)pthread_join(threads[i], NULL);
	for (int i = 0; i < 500 && atomic_load(&resumed) < JOBS; i++)
		(void)usleep(10000);
	assert_each_signed_once();
	for (size_t i = 0; i < JOBS; i++)
		assert_false(pthread_equal(exchanges[i].by, threads[i % SUBMITTERS]));
	ac_sign_pool_free(&pool);
}

/* Whoever gives it to the pool goes on at once. */
static void
nobody_waits_for_a_signature(void **state)
{
	struct ac_sign_pool *pool = NULL;

	(void)state;
	assert_int_equal(ac_sign_pool_new(&pool), AUTHCODE_OK);
	exchanges[0].slow = true;
	ac_sign_pool_submit(pool, &waiters[0]);
	assert_int_equal(atomic_load(&requests[0].resumes), 0);
	ac_sign_pool_free(&pool);
	assert_int_equal(atomic_load(&requests[0].resumes), 1);
}

static void
a_pool_that_ends_leaves_nobody_unsigned(void **state)
{
	struct ac_sign_pool *pool = NULL;

	(void)state;
	assert_int_equal(ac_sign_pool_new(&pool), AUTHCODE_OK);
	exchanges[0].slow = exchanges[1].slow = true;
	for (size_t i = 0; i < JOBS; i++)
		ac_sign_pool_submit(pool, &waiters[i]);
	ac_sign_pool_free(&pool);
	assert_null(pool);
	assert_each_signed_once();
	ac_sign_pool_free(&pool);
	ac_sign_pool_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_is_signed_once_and_then_resumed, forget),
		cmocka_unit_test_setup(nobody_waits_for_a_signature, forget),
		cmocka_unit_test_setup(a_pool_that_ends_leaves_nobody_unsigned, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
