/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Group commit. The writer takes what has gathered in the queue, applies it in
 * one transaction with a savepoint for each operation, and commits once; only
 * then does any outcome leave. So one fsync is shared by all who wait, and an
 * operation that fails takes nothing else with it.
 *
 * Some errors (disk full, I/O, memory, busy) make SQLite roll back the whole
 * transaction by itself. sqlite3_get_autocommit() tells; then nothing of the
 * batch has happened, and each operation is tried again in a transaction of its
 * own, so that one that cannot be stored does not fail the others.
 */
#include "store/sqlite_writer.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/secret.h"
#include "store/operation.h"
#include "store/sqlite_audit.h"
#include "store/sqlite_open.h"
#include "store/sqlite_ops.h"

/* Beyond this a longer batch saves little and makes its first member wait. */
#define BATCH_MAX 256

/* So many wait, some second's work; who comes then fails at once and may come again, for
 * a queue that only grows answers nobody in time. */
#define QUEUE_MAX 4096
#define QUEUE_IS_FULL (-1)

/* Of so many the log is moved into the file, some 16 MB: rarer makes it large, more often
 * makes more writes wait for it. */
#define LOG_PAGES 4000

/* For how long a reader is waited for when the log is to begin anew. */
#define READERS_WAIT_MS 200

#define OPERATION_ARENA (4 * 1024 * 1024)

/* Of row keys, whose random part is no secret: drawn for many at once. */
struct spare {
	uint8_t bytes[256];
	size_t left;
};

struct ac_writer {
	struct ac_connection *connection;
	struct authcode_store_random random;
	struct spare spare; /* the writer's thread only */
	struct ac_pool *readers;
	pthread_t thread;
	pthread_mutex_t mutex; /* of what follows */
	pthread_cond_t wanted;
	struct authcode_operation *first;
	struct authcode_operation **last;
	bool stopping;
	struct authcode_audit_head published; /* of what is committed */
	struct authcode_audit_key key;        /* never changes once it is there */
	_Atomic bool keyed;
	struct ac_audit_chain chain; /* this and the next: the writer's thread only */
	int64_t data_version;
	_Atomic uint64_t operations, failures, batches, queued;
	_Atomic int problem; /* SQLite's code of the last one, or QUEUE_IS_FULL; 0: none */
};

static enum authcode_err
fill_from_spare(void *ctx, void *buf, size_t len)
{
	struct spare *spare = ctx;
	enum authcode_err err = AUTHCODE_OK;

	if (len > sizeof(spare->bytes))
		return AUTHCODE_ERR_RANDOM;
	if (len > spare->left) {
		spare->left = 0;
		err = ac_random_fill(NULL, spare->bytes, sizeof(spare->bytes));
		if (err != AUTHCODE_OK)
			return err;
		spare->left = sizeof(spare->bytes);
	}
	spare->left -= len;
	memcpy(buf, spare->bytes + spare->left, len);
	return err;
}

static bool
in_transaction(const struct ac_writer *writer)
{
	return sqlite3_get_autocommit(writer->connection->db) == 0;
}

static enum authcode_err
apply(struct ac_writer *writer, struct authcode_operation *operation)
{
	struct ac_sqlite_work work = {
		.connection = writer->connection,
		.random = &writer->random,
		.chain = &writer->chain,
	};
	enum authcode_err err = authcode_arena_new(OPERATION_ARENA, &work.arena);

	if (err == AUTHCODE_OK)
		err = ac_sqlite_apply(&work, operation);
	authcode_arena_free(&work.arena);
	return err;
}

/* The operation's outcome is set. False: the transaction cannot go on. */
static bool
apply_in_savepoint(struct ac_writer *writer, struct authcode_operation *operation)
{
	struct ac_connection *connection = writer->connection;
	const struct ac_audit_chain before = writer->chain;
	enum authcode_err err;

	ac_operation_fail(operation, AUTHCODE_ERR_STORE);
	if (ac_query_run(connection, AC_SQL_SAVEPOINT) != AUTHCODE_OK)
		return false;
	err = apply(writer, operation);
	operation->err = err;
	if (err != AUTHCODE_OK) {
		writer->chain = before;
		ac_operation_fail(operation, err);
		if (!in_transaction(writer) ||
		    ac_query_run(connection, AC_SQL_ROLLBACK_TO) != AUTHCODE_OK)
			return false;
	}
	return in_transaction(writer) && ac_query_run(connection, AC_SQL_RELEASE) == AUTHCODE_OK;
}

static void
fail_all(struct authcode_operation *batch)
{
	for (; batch != NULL; batch = batch->next)
		ac_operation_fail(batch, AUTHCODE_ERR_STORE);
}

static void
roll_back(struct ac_writer *writer)
{
	if (in_transaction(writer))
		sqlite3_exec(writer->connection->db, "ROLLBACK", NULL, NULL, NULL);
}

static int
remember_problem(struct ac_writer *writer)
{
	int rc = sqlite3_errcode(writer->connection->db) & 0xff;

	if (rc != SQLITE_OK && rc != SQLITE_ROW && rc != SQLITE_DONE)
		atomic_store_explicit(&writer->problem, rc, memory_order_relaxed);
	return rc;
}

/* Where the chain of records stands: looked up only when somebody else has written. */
static bool
follow_chain(struct ac_writer *writer)
{
	int64_t version = 0;
	struct ac_query query;
	enum authcode_err err;

	if (atomic_load_explicit(&writer->keyed, memory_order_acquire))
		writer->chain.key = &writer->key;
	ac_query_begin(&query, writer->connection, AC_SQL_DATA_VERSION);
	if (ac_query_step(&query))
		version = ac_query_get_int(&query);
	err = ac_query_end(&query);
	if (err == AUTHCODE_OK && version != writer->data_version)
		err = ac_sqlite_load_audit_head(writer->connection, &writer->chain);
	if (err == AUTHCODE_OK)
		writer->data_version = version;
	return err == AUTHCODE_OK;
}

static void
publish_head(struct ac_writer *writer)
{
	if (writer->published.seq == writer->chain.head.seq)
		return;
	pthread_mutex_lock(&writer->mutex);
	writer->published = writer->chain.head;
	pthread_mutex_unlock(&writer->mutex);
}

/* One transaction for the batch. True: every member has its outcome. False:
 * nothing of it happened and it is worth trying them alone. */
static bool
commit_batch(struct ac_writer *writer, struct authcode_operation *batch)
{
	struct ac_audit_chain before;
	bool whole, full;

	roll_back(writer); /* should an earlier one not have worked */
	if (ac_query_run(writer->connection, AC_SQL_BEGIN) != AUTHCODE_OK) {
		(void)remember_problem(writer);
		fail_all(batch);
		return true;
	}
	whole = follow_chain(writer);
	before = writer->chain;
	for (struct authcode_operation *o = batch; o != NULL && whole; o = o->next)
		whole = apply_in_savepoint(writer, o);
	if (whole && ac_query_run(writer->connection, AC_SQL_COMMIT) == AUTHCODE_OK)
		return true;
	/* Less may fit. What could not be written or synced is not worth another wait. */
	full = remember_problem(writer) == SQLITE_FULL;
	roll_back(writer);
	fail_all(batch);
	writer->chain = before;
	return whole && !(full && batch->next != NULL);
}

/* Moves the log into the file while no reader of ours holds on to an older state. One
 * that does, as a backup, is waited for a moment only: everybody who writes waits here. */
static void
move_log(struct ac_writer *writer, int how)
{
	sqlite3 *db = writer->connection->db;

	ac_pool_be_brief(writer->readers, true);
	(void)sqlite3_busy_timeout(db, READERS_WAIT_MS);
	(void)sqlite3_wal_checkpoint_v2(db, NULL, how, NULL, NULL);
	ac_sqlite_be_patient(db);
	ac_pool_be_brief(writer->readers, false);
}

/* What was deleted is still in the log: it moves into the file, where secure_delete
 * has wiped it, and the log is cut; when a reader is in the way, at the next checkpoint. */
static void
erase_log(struct ac_writer *writer)
{
	if (!writer->connection->erased)
		return;
	writer->connection->erased = false;
	move_log(writer, SQLITE_CHECKPOINT_TRUNCATE);
}

/* Nobody waits for it but those who have come since; for readers it does not wait, unless
 * the log is twice as long as it should be, for then there was one each time. */
static void
shorten_log(struct ac_writer *writer)
{
	const int pages = writer->connection->log_pages;

	if (pages >= LOG_PAGES)
		move_log(writer, pages >= 2 * LOG_PAGES ? SQLITE_CHECKPOINT_RESTART
							: SQLITE_CHECKPOINT_PASSIVE);
}

static int
remember_log(void *arg, sqlite3 *db, const char *name, int pages)
{
	struct ac_connection *connection = arg;

	(void)db;
	(void)name;
	connection->log_pages = pages;
	return SQLITE_OK;
}

static void
commit_alone(struct ac_writer *writer, struct authcode_operation *batch)
{
	while (batch != NULL) {
		struct authcode_operation *rest = batch->next;

		batch->next = NULL;
		(void)commit_batch(writer, batch);
		batch->next = rest;
		batch = rest;
	}
}

static void
count(_Atomic uint64_t *counter, uint64_t more)
{
	(void)atomic_fetch_add_explicit(counter, more, memory_order_relaxed);
}

/* An operation belongs to its caller again once it is done. */
static void
report(struct ac_writer *writer, struct authcode_operation *batch)
{
	count(&writer->batches, 1);
	while (batch != NULL) {
		struct authcode_operation *operation = batch;

		count(&writer->operations, 1);
		count(&writer->failures, operation->result == AUTHCODE_RESULT_FAILED);
		count(&writer->queued, (uint64_t)-1);
		batch = operation->next;
		operation->next = NULL;
		operation->done(operation, operation->arg);
	}
}

/* Waits for work. NULL: stopping, and the queue is empty. */
static struct authcode_operation *
take_batch(struct ac_writer *writer)
{
	struct authcode_operation *batch, **end;

	pthread_mutex_lock(&writer->mutex);
	while (writer->first == NULL && !writer->stopping)
		pthread_cond_wait(&writer->wanted, &writer->mutex);
	batch = writer->first;
	end = &writer->first;
	for (size_t i = 0; i < BATCH_MAX && *end != NULL; i++)
		end = &(*end)->next;
	writer->first = *end;
	if (writer->first == NULL)
		writer->last = &writer->first;
	*end = NULL;
	pthread_mutex_unlock(&writer->mutex);
	return batch;
}

static void *
run(void *arg)
{
	struct ac_writer *writer = arg;
	struct authcode_operation *batch;

	while ((batch = take_batch(writer)) != NULL) {
		if (!commit_batch(writer, batch))
			commit_alone(writer, batch);
		ac_pool_committed(writer->readers);
		publish_head(writer);
		erase_log(writer);
		report(writer, batch);
		shorten_log(writer);
	}
	return NULL;
}

enum authcode_err
ac_writer_new(struct ac_connection *connection, const struct authcode_store_random *random,
	      struct ac_pool *readers, struct ac_writer **ret)
{
	struct ac_writer *writer = calloc(1, sizeof(*writer));
	sigset_t all, before;
	int failed;

	if (writer == NULL)
		return AUTHCODE_ERR_MEMORY;
	/* Before anybody asks: what is taken from the end later is missed. */
	if (ac_sqlite_load_audit_head(connection, &writer->chain) != AUTHCODE_OK) {
		free(writer);
		return AUTHCODE_ERR_STORE;
	}
	writer->published = writer->chain.head;
	writer->connection = connection;
	writer->random = *random;
	if (random->fill == NULL)
		writer->random = (struct authcode_store_random){ fill_from_spare, &writer->spare };
	writer->readers = readers;
	(void)sqlite3_wal_hook(connection->db, remember_log, connection);
	writer->last = &writer->first;
	pthread_mutex_init(&writer->mutex, NULL);
	pthread_cond_init(&writer->wanted, NULL);
	/* The host's signals are the host's threads' business. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&writer->thread, NULL, run, writer);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed != 0) {
		pthread_cond_destroy(&writer->wanted);
		pthread_mutex_destroy(&writer->mutex);
		free(writer);
		return AUTHCODE_ERR_MEMORY;
	}
	*ret = writer;
	return AUTHCODE_OK;
}

static void
refuse(struct ac_writer *writer, struct authcode_operation *operation)
{
	count(&writer->queued, (uint64_t)-1);
	count(&writer->operations, 1);
	count(&writer->failures, 1);
	atomic_store_explicit(&writer->problem, QUEUE_IS_FULL, memory_order_relaxed);
	ac_operation_fail(operation, AUTHCODE_ERR_STORE);
	operation->done(operation, operation->arg);
}

void
ac_writer_submit(struct ac_writer *writer, struct authcode_operation *operation)
{
	if (atomic_fetch_add_explicit(&writer->queued, 1, memory_order_relaxed) >= QUEUE_MAX) {
		refuse(writer, operation);
		return;
	}
	pthread_mutex_lock(&writer->mutex);
	*writer->last = operation;
	writer->last = &operation->next;
	pthread_cond_signal(&writer->wanted);
	pthread_mutex_unlock(&writer->mutex);
}

enum authcode_err
ac_writer_chain(struct ac_writer *writer, const struct authcode_audit_key *key)
{
	enum authcode_err err = AUTHCODE_OK;

	pthread_mutex_lock(&writer->mutex);
	if (!atomic_load_explicit(&writer->keyed, memory_order_relaxed)) {
		writer->key = *key;
		atomic_store_explicit(&writer->keyed, true, memory_order_release);
	} else if (!ac_secret_equal(writer->key.key, key->key, sizeof(key->key))) {
		err = AUTHCODE_ERR_USAGE;
	}
	pthread_mutex_unlock(&writer->mutex);
	return err;
}

const struct authcode_audit_key *
ac_writer_audit(struct ac_writer *writer, struct authcode_audit_head *ret_head)
{
	if (!atomic_load_explicit(&writer->keyed, memory_order_acquire))
		return NULL;
	pthread_mutex_lock(&writer->mutex);
	*ret_head = writer->published;
	pthread_mutex_unlock(&writer->mutex);
	return &writer->key;
}

void
ac_writer_stop(struct ac_writer *writer)
{
	bool stopped;

	if (writer == NULL)
		return;
	pthread_mutex_lock(&writer->mutex);
	stopped = writer->stopping;
	writer->stopping = true;
	pthread_cond_signal(&writer->wanted);
	pthread_mutex_unlock(&writer->mutex);
	if (!stopped)
		pthread_join(writer->thread, NULL);
}

void
ac_writer_stats(const struct ac_writer *writer, struct authcode_store_stats *ret)
{
	int problem = atomic_load_explicit(&writer->problem, memory_order_relaxed);

	ret->operations = atomic_load_explicit(&writer->operations, memory_order_relaxed);
	ret->failures = atomic_load_explicit(&writer->failures, memory_order_relaxed);
	ret->batches = atomic_load_explicit(&writer->batches, memory_order_relaxed);
	ret->queued = atomic_load_explicit(&writer->queued, memory_order_relaxed);
	ret->problem = NULL;
	if (problem == QUEUE_IS_FULL)
		ret->problem = "too many writes wait";
	else if (problem != SQLITE_OK)
		ret->problem = sqlite3_errstr(problem);
}

void
ac_writer_free(struct ac_writer **writer)
{
	if (writer == NULL || *writer == NULL)
		return;
	ac_writer_stop(*writer);
	ac_connection_free(&(*writer)->connection);
	ac_wipe(&(*writer)->key, sizeof((*writer)->key));
	pthread_cond_destroy(&(*writer)->wanted);
	pthread_mutex_destroy(&(*writer)->mutex);
	free(*writer);
	*writer = NULL;
}
