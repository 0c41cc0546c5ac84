/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A connection with its prepared statements, and one run of a statement. Values
 * are bound and columns are read in the order of the SQL text; the first
 * failure sticks, so only ac_query_step() and the end need a look. A connection
 * belongs to one thread at a time.
 */
#ifndef AC_STORE_SQLITE_QUERY_H
#define AC_STORE_SQLITE_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include <sqlite3.h>

#include <authcode/store.h>

#include "base/attr.h"
#include "store/sqlite_sql.h"

struct ac_connection {
	sqlite3 *db;
	sqlite3_stmt *statements[AC_SQL_COUNT]; /* prepared when first used */
	bool erased;   /* something that nobody shall find in the log either */
	bool erasing;  /* the same, in a round of purging that goes on */
	int log_pages; /* of the writer: in the log, as of its last commit */
	bool held;     /* of a reader: its transaction goes on (sqlite_pool.c) */
	uint64_t held_commits;
	int64_t held_since_ms;
};

/* Finalizes the statements and closes; NULL-safe, sets NULL. */
void ac_connection_free(struct ac_connection **connection);

/* ERR_MEMORY, else ERR_STORE. */
enum authcode_err ac_sqlite_err(int rc);

struct ac_query {
	struct ac_connection *connection;
	sqlite3_stmt *statement; /* NULL: it could not be prepared */
	int rc;
	int parameter;
	int column;
	/* Of an insert whose values depend on its key: binds them. NULL: none does. */
	void (*keyed)(struct ac_query *query, int64_t id);
	void *keyed_arg;
};

/* begin ... end: end resets the statement, which closes a read snapshot, and
 * forgets what was bound. OK, or what has failed first. */
void ac_query_begin(struct ac_query *query, struct ac_connection *connection, enum ac_sql sql);
AC_MUST_USE enum authcode_err ac_query_end(struct ac_query *query);

/* Borrowed until the end. */
void ac_query_put_int(struct ac_query *query, int64_t value);
void ac_query_put_null(struct ac_query *query);
void ac_query_put_text(struct ac_query *query, const char *text);
void ac_query_put_bytes(struct ac_query *query, const void *bytes, size_t len);
void ac_query_put_hash(struct ac_query *query, const uint8_t hash[AUTHCODE_HASH_LEN]);

/* Runs on. True: a row is there to be read. False: there is no more, or it
 * failed; ac_query_err() says which. */
bool ac_query_step(struct ac_query *query);

/* The columns of the row, from left to right. */
bool ac_query_at_null(const struct ac_query *query);
void ac_query_skip(struct ac_query *query, int count);
int64_t ac_query_get_int(struct ac_query *query);
const char *ac_query_get_text(struct ac_query *query, struct authcode_arena *arena);
/* The same without a copy, borrowed until the next step; never NULL. */
const char *ac_query_peek_text(struct ac_query *query);
/* Up to max bytes; returns how many there are. */
size_t ac_query_get_bytes(struct ac_query *query, void *ret, size_t max);
void ac_query_get_hash(struct ac_query *query, uint8_t ret[AUTHCODE_HASH_LEN]);

/* As the end would say it by now. */
AC_MUST_USE enum authcode_err ac_query_err(const struct ac_query *query);

/* Begin, no values, one step, end. */
AC_MUST_USE enum authcode_err ac_query_run(struct ac_connection *connection, enum ac_sql sql);

/* Step a statement that returns no row, then end: OK or why not. */
AC_MUST_USE enum authcode_err ac_query_finish(struct ac_query *query);

/* The same for an INSERT whose first value is the row key, which is made here
 * (bind the others after ac_query_skip_key): another one while it is taken. */
void ac_query_skip_key(struct ac_query *query);
AC_MUST_USE enum authcode_err ac_query_insert(struct ac_query *query,
					      const struct authcode_store_random *random,
					      int64_t now_ms, int64_t *ret_id);

#endif
