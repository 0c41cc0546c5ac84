/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See sqlite_query.h.
 */
#include "store/sqlite_query.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "store/row_key.h"

void
ac_connection_free(struct ac_connection **connection)
{
	if (connection == NULL || *connection == NULL)
		return;
	for (size_t i = 0; i < AC_SQL_COUNT; i++)
		sqlite3_finalize((*connection)->statements[i]);
	sqlite3_close((*connection)->db);
	free(*connection);
	*connection = NULL;
}

enum authcode_err
ac_sqlite_err(int rc)
{
	return (rc & 0xff) == SQLITE_NOMEM ? AUTHCODE_ERR_MEMORY : AUTHCODE_ERR_STORE;
}

void
ac_query_begin(struct ac_query *query, struct ac_connection *connection, enum ac_sql sql)
{
	sqlite3_stmt **statement = &connection->statements[sql];

	*query = (struct ac_query){ .connection = connection, .rc = SQLITE_OK };
	if (*statement == NULL)
		query->rc = sqlite3_prepare_v3(connection->db, ac_sql_text[sql], -1,
					       SQLITE_PREPARE_PERSISTENT, statement, NULL);
	query->statement = *statement;
}

static bool
good(const struct ac_query *query)
{
	return query->rc == SQLITE_OK || query->rc == SQLITE_ROW || query->rc == SQLITE_DONE;
}

enum authcode_err
ac_query_err(const struct ac_query *query)
{
	return good(query) ? AUTHCODE_OK : ac_sqlite_err(query->rc);
}

enum authcode_err
ac_query_end(struct ac_query *query)
{
	if (query->statement != NULL) {
		sqlite3_reset(query->statement);
		sqlite3_clear_bindings(query->statement);
		query->statement = NULL;
	}
	return ac_query_err(query);
}

void
ac_query_put_int(struct ac_query *query, int64_t value)
{
	if (good(query))
		query->rc = sqlite3_bind_int64(query->statement, ++query->parameter, value);
}

void
ac_query_put_null(struct ac_query *query)
{
	if (good(query))
		query->rc = sqlite3_bind_null(query->statement, ++query->parameter);
}

void
ac_query_put_text(struct ac_query *query, const char *text)
{
	if (good(query))
		query->rc = sqlite3_bind_text(query->statement, ++query->parameter, text, -1,
					      SQLITE_STATIC);
}

void
ac_query_put_bytes(struct ac_query *query, const void *bytes, size_t len)
{
	if (good(query))
		query->rc = sqlite3_bind_blob(query->statement, ++query->parameter, bytes, (int)len,
					      SQLITE_STATIC);
}

void
ac_query_put_hash(struct ac_query *query, const uint8_t hash[AUTHCODE_HASH_LEN])
{
	if (good(query))
		query->rc = sqlite3_bind_blob(query->statement, ++query->parameter, hash,
					      AUTHCODE_HASH_LEN, SQLITE_STATIC);
}

bool
ac_query_step(struct ac_query *query)
{
	if (!good(query))
		return false;
	query->column = 0;
	query->rc = sqlite3_step(query->statement);
	return query->rc == SQLITE_ROW;
}

bool
ac_query_at_null(const struct ac_query *query)
{
	return sqlite3_column_type(query->statement, query->column) == SQLITE_NULL;
}

void
ac_query_skip(struct ac_query *query, int count)
{
	query->column += count;
}

int64_t
ac_query_get_int(struct ac_query *query)
{
	return sqlite3_column_int64(query->statement, query->column++);
}

/* NULL, and the query has failed, when there is no memory. Asked for as bytes, since SQLite
 * copies a text to end it with a NUL: an empty BLOB is NULL, as SQL NULL is, and fails the
 * query. */
const char *
ac_query_get_text(struct ac_query *query, struct authcode_arena *arena)
{
	const char *text = sqlite3_column_blob(query->statement, query->column);
	int len = sqlite3_column_bytes(query->statement, query->column);
	char *copy = NULL;

	if (text == NULL && sqlite3_column_type(query->statement, query->column) == SQLITE_TEXT)
		text = "";
	query->column++;
	if (text != NULL)
		copy = ac_arena_strndup(arena, text, (size_t)len);
	if (copy == NULL)
		query->rc = SQLITE_NOMEM;
	return copy;
}

const char *
ac_query_peek_text(struct ac_query *query)
{
	const unsigned char *text = sqlite3_column_text(query->statement, query->column++);

	if (text == NULL)
		query->rc = SQLITE_NOMEM;
	return text != NULL ? (const char *)text : "";
}

size_t
ac_query_get_bytes(struct ac_query *query, void *ret, size_t max)
{
	const void *bytes = sqlite3_column_blob(query->statement, query->column);
	size_t len = (size_t)sqlite3_column_bytes(query->statement, query->column);

	query->column++;
	if (bytes != NULL && len > 0)
		memcpy(ret, bytes, len < max ? len : max);
	return bytes != NULL ? len : 0;
}

void
ac_query_get_hash(struct ac_query *query, uint8_t ret[AUTHCODE_HASH_LEN])
{
	const void *hash = sqlite3_column_blob(query->statement, query->column);
	int len = sqlite3_column_bytes(query->statement, query->column);

	query->column++;
	if (hash != NULL && len == AUTHCODE_HASH_LEN)
		memcpy(ret, hash, AUTHCODE_HASH_LEN);
	else
		query->rc = SQLITE_CORRUPT;
}

enum authcode_err
ac_query_finish(struct ac_query *query)
{
	(void)ac_query_step(query);
	return ac_query_end(query);
}

enum authcode_err
ac_query_run(struct ac_connection *connection, enum ac_sql sql)
{
	struct ac_query query;

	ac_query_begin(&query, connection, sql);
	return ac_query_finish(&query);
}

void
ac_query_skip_key(struct ac_query *query)
{
	query->parameter = 1;
}

/* The statement has found its key taken elsewhere, and inserted nothing. */
static bool
passed_over(const struct ac_query *query)
{
	return query->rc == SQLITE_DONE && sqlite3_changes(query->connection->db) == 0;
}

enum authcode_err
ac_query_insert(struct ac_query *query, const struct authcode_store_random *random, int64_t now_ms,
		int64_t *ret_id)
{
	enum authcode_err err = AUTHCODE_ERR_RANDOM, ended;
	int64_t id = 0;
	int try = 0;

	for (; try < AC_ROW_KEY_TRIES && good(query); try++) {
		err = ac_row_key_new(random, now_ms, &id);
		if (err != AUTHCODE_OK)
			break;
		query->parameter = 0;
		ac_query_put_int(query, id);
		if (query->keyed != NULL)
			query->keyed(query, id);
		(void)ac_query_step(query);
		err = ac_query_err(query);
		if (query->rc != SQLITE_CONSTRAINT_PRIMARYKEY && !passed_over(query))
			break;
		sqlite3_reset(query->statement);
		query->rc = SQLITE_OK;
		err = AUTHCODE_ERR_RANDOM;
	}
	ended = ac_query_end(query);
	if (try == 0 && ended != AUTHCODE_OK)
		err = ended;
	if (err == AUTHCODE_OK)
		*ret_id = id;
	return err;
}
