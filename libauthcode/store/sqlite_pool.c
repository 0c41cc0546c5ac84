/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See sqlite_pool.h. The connection used last is given out first, so that under
 * light load few are opened and their caches are warm.
 *
 * A snapshot is used again only while the writer has not committed since, so that
 * what has been reported done is seen by the very next read. Commits of another
 * process are not counted; they are seen when the snapshot has had its time.
 */
#include "store/sqlite_pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/sqlite_open.h"

/* Reads take microseconds: more connections than this only cost memory. */
#define READERS_MAX 16

/* For how long a snapshot may be used. */
#define SNAPSHOT_MS 50

struct ac_pool {
	char *path;
	_Atomic uint64_t commits;
	pthread_mutex_t mutex; /* of what follows */
	pthread_cond_t returned;
	bool brief;
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
	atomic_init(&pool->commits, 0);
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

/* Not the time of anything that is stored: how long a transaction has been open. */
static int64_t
monotonic_ms(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

void
ac_pool_end_snapshot(struct ac_connection *connection)
{
	if (!connection->held)
		return;
	connection->held = false;
	if (sqlite3_get_autocommit(connection->db) == 0 &&
	    ac_query_run(connection, AC_SQL_COMMIT) != AUTHCODE_OK)
		(void)sqlite3_exec(connection->db, "ROLLBACK", NULL, NULL, NULL);
}

/* What was committed before is seen: the counter is read first. A transaction that
 * cannot begin is none: each statement then has its own. */
static void
hold_snapshot(const struct ac_pool *pool, struct ac_connection *connection, bool brief)
{
	const uint64_t commits = atomic_load(&pool->commits);
	const int64_t now_ms = monotonic_ms();

	if (connection->held && connection->held_commits == commits &&
	    now_ms - connection->held_since_ms < SNAPSHOT_MS &&
	    sqlite3_get_autocommit(connection->db) == 0)
		return;
	ac_pool_end_snapshot(connection);
	if (brief)
		return;
	connection->held = ac_query_run(connection, AC_SQL_BEGIN_READ) == AUTHCODE_OK;
	connection->held_commits = commits;
	connection->held_since_ms = now_ms;
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
	bool brief;

	pthread_mutex_lock(&pool->mutex);
	while (pool->idle_count == 0 && pool->opened == READERS_MAX)
		pthread_cond_wait(&pool->returned, &pool->mutex);
	brief = pool->brief;
	if (pool->idle_count > 0) {
		*ret = pool->idle[--pool->idle_count];
		pthread_mutex_unlock(&pool->mutex);
		hold_snapshot(pool, *ret, brief);
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
		return err;
	}
	hold_snapshot(pool, *ret, brief);
	return AUTHCODE_OK;
}

void
ac_pool_give_back(struct ac_pool *pool, struct ac_connection *connection)
{
	pthread_mutex_lock(&pool->mutex);
	if (pool->brief)
		ac_pool_end_snapshot(connection);
	pool->idle[pool->idle_count++] = connection;
	pthread_cond_signal(&pool->returned);
	pthread_mutex_unlock(&pool->mutex);
}

void
ac_pool_committed(struct ac_pool *pool)
{
	(void)atomic_fetch_add(&pool->commits, 1);
}

void
ac_pool_be_brief(struct ac_pool *pool, bool brief)
{
	pthread_mutex_lock(&pool->mutex);
	pool->brief = brief;
	for (size_t i = 0; brief && i < pool->idle_count; i++)
		ac_pool_end_snapshot(pool->idle[i]);
	pthread_mutex_unlock(&pool->mutex);
}
