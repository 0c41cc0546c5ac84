/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Old rows are deleted beside those who write: a purge is one small operation among
 * theirs, however many rows there are to delete. AUTHCODE_PURGE_ROWS says how many.
 */
#include <pthread.h>
#include <semaphore.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/attr.h"
#include "fixture.h"

#define ROWS 40000
#define LIMIT 200 /* of one operation, as in server/main.c */
#define WRITES 300
#define WRITES_MAX 100000
/* Beside a purge a write may take so many times what it takes alone, and so much. */
#define TIMES 20
#define MORE_US 50000

static int
set_up(void **state)
{
	*state = fixture_new(&backends[backend_count - 1]);
	assert_true((*(struct fixture **)state)->backend->durable);
	return 0;
}

static unsigned
row_count(void)
{
	const char *text = getenv("AUTHCODE_PURGE_ROWS");

	return text != NULL ? (unsigned)strtoul(text, NULL, 10) : ROWS;
}

/* Half of them tokens, the rest families and codes, whose time was over a day ago. */
static void
make_old_rows(const struct fixture *f, unsigned count)
{
	static const char *const statements[] = {
		"INSERT INTO token (id, kind, hash, family_id, scope, created_ms, expires_ms, "
		"forget_ms) SELECT i, 1, randomblob(32), i, 'profile', ?2, ?2, ?2 FROM n",
		"INSERT INTO family (id, client_id, session_id, scope, auth_time_ms, acr, amr, "
		"created_ms, expires_ms, forget_ms) SELECT i, 'demo', 0, 'profile', ?2, '', 'pwd', "
		"?2, ?2, ?2 FROM n WHERE i % 2 = 0",
		"INSERT INTO code (id, hash, client_id, subject_id, session_id, redirect_uri, "
		"redirect_uri_sent, scope, code_challenge, nonce, auth_time_ms, acr, amr, "
		"created_ms, expires_ms, forget_ms) SELECT i, randomblob(32), 'demo', "
		"(SELECT max(id) FROM subject), 0, 'https://app.example/', 1, 'profile', '', '', "
		"?2, "
		"'', 'pwd', ?2, ?2, ?2 FROM n WHERE i % 2 = 0",
	};
	char sql[1024];
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	for (size_t i = 0; i < AC_ARRAY_SIZE(statements); i++) {
		sqlite3_stmt *statement = NULL;

		(void)snprintf(sql, sizeof(sql),
			       "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
			       "WHERE i < ?1) %s",
			       statements[i]);
		assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
		assert_int_equal(sqlite3_bind_int64(statement, 1, count / 2), SQLITE_OK);
		assert_int_equal(sqlite3_bind_int64(statement, 2, f->now - DAY), SQLITE_OK);
		assert_int_equal(sqlite3_step(statement), SQLITE_DONE);
		(void)sqlite3_finalize(statement);
	}
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

struct purger {
	struct fixture *f;
	sem_t done;
	_Atomic unsigned purges;
	_Atomic bool over;
	unsigned deleted, most;
	enum authcode_result result;
};

/* Both are told by the writer's thread, so what is counted depends on no scheduler. */
static void
purge_done(struct authcode_operation *operation, void *arg)
{
	struct purger *purger = arg;

	(void)operation;
	(void)atomic_fetch_add(&purger->purges, 1);
	sem_post(&purger->done);
}

static void *
purge_all(void *arg)
{
	struct purger *purger = arg;
	uint32_t deleted;

	do {
		struct authcode_operation operation = op_purge(purger->f, LIMIT);

		authcode_store_submit(purger->f->store, &operation, purge_done, purger);
		sem_wait(&purger->done);
		purger->result = operation.result;
		deleted = operation.u.purge.ret_deleted;
		purger->deleted += deleted;
		purger->most = deleted > purger->most ? deleted : purger->most;
	} while (purger->result == AUTHCODE_RESULT_DONE && deleted > 0);
	atomic_store(&purger->over, true);
	return NULL;
}

static int64_t
now_us(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

struct writes {
	const struct purger *purger;
	sem_t done;
	unsigned purges; /* when the last began */
	uint32_t took_us[WRITES_MAX];
	uint32_t behind[WRITES_MAX]; /* so many purges that were done before it */
	size_t count;
};

static void
write_done(struct authcode_operation *operation, void *arg)
{
	struct writes *writes = arg;

	(void)operation;
	writes->behind[writes->count] = atomic_load(&writes->purger->purges) - writes->purges;
	sem_post(&writes->done);
}

static void
write_one(struct writes *writes, struct fixture *f)
{
	struct authcode_operation operation = op_client_token(f);
	const int64_t began = now_us();

	assert_true(writes->count < WRITES_MAX);
	writes->purges = atomic_load(&writes->purger->purges);
	authcode_store_submit(f->store, &operation, write_done, writes);
	sem_wait(&writes->done);
	assert_int_equal(operation.result, AUTHCODE_RESULT_DONE);
	writes->took_us[writes->count++] = (uint32_t)(now_us() - began);
}

static void
begin_writes(struct writes *writes, const struct purger *purger)
{
	writes->purger = purger;
	assert_int_equal(sem_init(&writes->done, 0, 0), 0);
}

static int
compare(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static uint32_t
p99(uint32_t *values, size_t count)
{
	qsort(values, count, sizeof(*values), compare);
	return values[count * 99 / 100];
}

static void
a_purge_of_many_rows_stalls_nobody_who_writes(void **state)
{
	static struct writes alone, beside;
	struct fixture *f = *state;
	struct purger purger = { .f = f, .result = AUTHCODE_RESULT_FAILED };
	const unsigned rows = row_count();
	uint32_t usual, held_up, behind;
	pthread_t thread;
	int64_t began;

	assert_int_equal(sem_init(&purger.done, 0, 0), 0);
	begin_writes(&alone, &purger);
	begin_writes(&beside, &purger);
	(void)sign_in(f);
	make_old_rows(f, rows);
	while (alone.count < WRITES)
		write_one(&alone, f);
	began = now_us();
	assert_int_equal(pthread_create(&thread, NULL, purge_all, &purger), 0);
	while (!atomic_load(&purger.over))
		write_one(&beside, f);
	began = now_us() - began;
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(purger.result, AUTHCODE_RESULT_DONE);
	assert_int_equal(purger.deleted, rows);
	assert_int_equal(purger.most, LIMIT);
	assert_int_equal(purger.purges, rows / LIMIT + 1);
	usual = p99(alone.took_us, alone.count);
	held_up = p99(beside.took_us, beside.count);
	behind = p99(beside.behind, beside.count);
	print_message("# %u rows in %.1f s; p99 of %zu writes meanwhile %.1f ms, alone %.1f ms\n",
		      rows, (double)began / 1e6, beside.count, held_up / 1e3, usual / 1e3);
	/* They took turns: the purge under way, and the one that shared its commit. */
	assert_true(beside.count > rows / LIMIT / 4);
	assert_in_range(behind, 0, 3);
	assert_in_range(held_up, 0, (uintmax_t)TIMES * usual + MORE_US);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_purge_of_many_rows_stalls_nobody_who_writes,
						set_up, fixture_tear_down),
	};

	return cmocka_run_group_tests_name("sqlite purge", tests, NULL, NULL);
}
