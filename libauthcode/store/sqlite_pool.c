/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See sqlite_pool.h. The connection used last is given out first, so that under
 * light load few are opened and their caches are warm.
 */
#include "store/sqlite_pool.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "store/sqlite_open.h"

/* Reads take microseconds: more connections than this only cost memory. */
#define READERS_MAX 16

struct ac_pool {
	char *path;
	pthread_mutex_t mutex; /* of what follows */
	pthread_cond_t returned;
	size_t opened;
	size_t idle_count;
	struct ac_connection *idle[READERS_MAX];
};

enum authcode_err
ac_pool_new(const char *path, struct ac_pool **ret)
{
	struct ac_pool *pool = calloc(1, sizeof(*pool));

	if (pool != NULL)
		pool->path = strdup(path);
	if (pool == NULL || pool->path == NULL) {
		free(pool);
		return AUTHCODE_ERR_MEMORY;
	}
	pthread_mutex_init(&pool->mutex, NULL);
	pthread_cond_init(&pool->returned, NULL);
	*ret = pool;
	return AUTHCODE_OK;
}

void
ac_pool_free(struct ac_pool **pool)
{
	if (pool == NULL || *pool == NULL)
		return;
	for (size_t i = 0; i < (*pool)->idle_count; i++)
		ac_connection_free(&(*pool)->idle[i]);
	pthread_cond_destroy(&(*pool)->returned);
	pthread_mutex_destroy(&(*pool)->mutex);
	free((*pool)->path);
	free(*pool);
	*pool = NULL;
}

static enum authcode_err
open_reader(const struct ac_pool *pool, struct ac_connection **ret)
{
	struct ac_connection *connection = NULL;
	enum authcode_err err = ac_connection_new(pool->path, AC_ROLE_READER, &connection, NULL);

	if (err == AUTHCODE_OK)
		*ret = connection;
	return err == AUTHCODE_OK || err == AUTHCODE_ERR_MEMORY ? err : AUTHCODE_ERR_STORE;
}

enum authcode_err
ac_pool_take(struct ac_pool *pool, struct ac_connection **ret)
{
	enum authcode_err err = AUTHCODE_OK;

	pthread_mutex_lock(&pool->mutex);
	while (pool->idle_count == 0 && pool->opened == READERS_MAX)
		pthread_cond_wait(&pool->returned, &pool->mutex);
	if (pool->idle_count > 0) {
		*ret = pool->idle[--pool->idle_count];
		pthread_mutex_unlock(&pool->mutex);
		return AUTHCODE_OK;
	}
	pool->opened++;
	pthread_mutex_unlock(&pool->mutex);

	err = open_reader(pool, ret);
	if (err != AUTHCODE_OK) {
		pthread_mutex_lock(&pool->mutex);
		pool->opened--;
		pthread_cond_signal(&pool->returned);
		pthread_mutex_unlock(&pool->mutex);
	}
	return err;
}

void
ac_pool_give_back(struct ac_pool *pool, struct ac_connection *connection)
{
	pthread_mutex_lock(&pool->mutex);
	pool->idle[pool->idle_count++] = connection;
	pthread_cond_signal(&pool->returned);
	pthread_mutex_unlock(&pool->mutex);
}
