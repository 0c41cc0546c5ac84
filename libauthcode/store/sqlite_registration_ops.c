/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Registered clients in the SQLite store: put_client, and the list of them. That a
 * client was ended is a row of its own, which says that what it got until then is dead.
 */
#include "store/sqlite_ops.h"

#include "store/rules.h"
#include "store/sqlite_read.h"

/* *ret stays as it was when there is none. */
static enum authcode_err
find_client(const struct ac_sqlite_work *work, const char *id, struct authcode_stored_client *ret)
{
	struct ac_query query;

	ac_query_begin(&query, work->connection, AC_SQL_FIND_CLIENT);
	ac_query_put_text(&query, id);
	if (ac_query_step(&query)) {
		ret->revision = ac_query_get_int(&query);
		ret->removed_ms = ac_query_get_int(&query);
	}
	return ac_query_end(&query);
}

static enum authcode_err
put_row(const struct ac_sqlite_work *work, const struct authcode_op_put_client *args,
	int64_t now_ms)
{
	struct ac_query query;

	ac_query_begin(&query, work->connection, AC_SQL_PUT_CLIENT);
	ac_query_put_text(&query, args->client_id);
	ac_query_put_text(&query, args->registration);
	ac_query_put_text(&query, args->sealed_secret);
	ac_query_put_int(&query, now_ms);
	ac_query_put_int(&query, args->changed_by);
	ac_query_put_int(&query, args->remove ? 1 : 0);
	return ac_query_finish(&query);
}

static enum authcode_err
end_client(const struct ac_sqlite_work *work, const char *id, int64_t now_ms)
{
	struct ac_query query;
	enum authcode_err err;

	ac_query_begin(&query, work->connection, AC_SQL_END_CLIENT);
	ac_query_put_text(&query, id);
	ac_query_put_int(&query, now_ms);
	err = ac_query_finish(&query);
	return err == AUTHCODE_OK ? ac_sqlite_tell_client(work, id, now_ms) : err;
}

static enum authcode_err
forget_grants(const struct ac_sqlite_work *work, const char *id)
{
	struct ac_query query;

	ac_query_begin(&query, work->connection, AC_SQL_FORGET_CLIENT_GRANTS);
	ac_query_put_text(&query, id);
	return ac_query_finish(&query);
}

enum authcode_err
ac_sqlite_put_client(const struct ac_sqlite_work *work, struct authcode_operation *operation)
{
	const struct authcode_op_put_client *args = &operation->u.put_client;
	struct authcode_stored_client row = { 0 };
	enum authcode_err err = find_client(work, args->client_id, &row);

	if (err != AUTHCODE_OK)
		return err;
	operation->result = ac_rule_put_client(&row, args);
	if (args->sealed_secret[0] != '\0')
		err = ac_sqlite_check_seal(work, args->sealed_secret, &operation->result);
	if (err != AUTHCODE_OK || operation->result != AUTHCODE_RESULT_DONE)
		return err;
	err = put_row(work, args, operation->now_ms);
	if (err == AUTHCODE_OK && ac_client_ends(&row, args))
		err = end_client(work, args->client_id, operation->now_ms);
	if (err == AUTHCODE_OK && args->remove)
		err = forget_grants(work, args->client_id);
	return err;
}

enum authcode_err
ac_sqlite_list_clients(struct ac_connection *connection, const struct ac_client_page *page,
		       struct authcode_arena *arena, struct authcode_stored_client *ret,
		       size_t *ret_count)
{
	struct ac_query query;
	enum authcode_err err;
	size_t count = 0;

	ac_query_begin(&query, connection, AC_SQL_LIST_CLIENTS);
	ac_query_put_text(&query, page->after_id);
	ac_query_put_int(&query, (int64_t)page->capacity);
	while (count < page->capacity && ac_query_step(&query)) {
		struct authcode_stored_client *client = &ret[count++];

		client->id = ac_query_get_text(&query, arena);
		client->registration = ac_query_get_text(&query, arena);
		client->sealed_secret = ac_query_get_text(&query, arena);
		client->revision = ac_query_get_int(&query);
		client->created_ms = ac_query_get_int(&query);
		client->changed_ms = ac_query_get_int(&query);
		client->changed_by = (uint32_t)ac_query_get_int(&query);
		client->removed_ms = ac_query_get_int(&query);
	}
	err = ac_query_end(&query);
	if (err == AUTHCODE_OK)
		*ret_count = count;
	return err;
}
