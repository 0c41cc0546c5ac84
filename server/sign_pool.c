/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See sign_pool.h.
 */
#include "server/sign_pool.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

struct ac_sign_pool {
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t changed;
	struct ac_sign_waiter *first, *last;
	bool stopping;
	size_t count; /* of threads; constant once they run */
	pthread_t threads[];
};

/* NULL: the pool is no longer needed. */
static struct ac_sign_waiter *
take_first(struct ac_sign_pool *pool)
{
	struct ac_sign_waiter *waiter;

	(void)pthread_mutex_lock(&pool->lock);
	while (pool->first == NULL && !pool->stopping)
		(void)pthread_cond_wait(&pool->changed, &pool->lock);
	waiter = pool->first;
	if (waiter != NULL)
		pool->first = waiter->next;
	(void)pthread_mutex_unlock(&pool->lock);
	return waiter;
}

static void *
run(void *arg)
{
	struct ac_sign_pool *pool = arg;
	struct ac_sign_waiter *waiter;

	while ((waiter = take_first(pool)) != NULL) {
		struct ac_http *h = waiter->h;

		authcode_exchange_sign(waiter->exchange);
		ac_http_resume(h); /* with it goes the waiter */
	}
	return NULL;
}

enum authcode_err
ac_sign_pool_new(struct ac_sign_pool **ret)
{
	const long cores = sysconf(_SC_NPROCESSORS_ONLN);
	const size_t wanted = cores > 0 ? (size_t)cores : 1;
	struct ac_sign_pool *pool = calloc(1, sizeof(*pool) + wanted * sizeof(pool->threads[0]));

	if (pool == NULL)
		return AUTHCODE_ERR_MEMORY;
	(void)pthread_mutex_init(&pool->lock, NULL);
	(void)pthread_cond_init(&pool->changed, NULL);
	while (pool->count < wanted &&
	       pthread_create(&pool->threads[pool->count], NULL, run, pool) == 0)
		pool->count++;
	if (pool->count < wanted) {
		ac_sign_pool_free(&pool);
		return AUTHCODE_ERR_MEMORY;
	}
	*ret = pool;
	return AUTHCODE_OK;
}

void
ac_sign_pool_submit(struct ac_sign_pool *pool, struct ac_sign_waiter *waiter)
{
	waiter->next = NULL;
	(void)pthread_mutex_lock(&pool->lock);
	if (pool->first == NULL)
		pool->first = waiter;
	else
		pool->last->next = waiter;
	pool->last = waiter;
	(void)pthread_cond_signal(&pool->changed);
	(void)pthread_mutex_unlock(&pool->lock);
}

void
ac_sign_pool_free(struct ac_sign_pool **pool)
{
	struct ac_sign_pool *old = pool != NULL ? *pool : NULL;

	if (old == NULL)
		return;
	*pool = NULL;
	(void)pthread_mutex_lock(&old->lock);
	old->stopping = true;
	(void)pthread_cond_broadcast(&old->changed);
	(void)pthread_mutex_unlock(&old->lock);
	for (size_t i = 0; i < old->count; i++)
		(void)pthread_join(old->threads[i], NULL);
	(void)pthread_cond_destroy(&old->changed);
	(void)pthread_mutex_destroy(&old->lock);
	free(old);
}
