/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Audit records of the SQLite store: inserted in the savepoint of their
 * operation, so that neither is there without the other.
 */
#include "store/sqlite_audit.h"

#include "store/audit.h"
#include "store/row_key.h"
#include "store/sqlite_read.h"

enum authcode_err
ac_sqlite_put_audit(const struct ac_sqlite_work *work, const struct authcode_operation *operation)
{
	struct authcode_audit_record record;
	struct ac_query query;
	int64_t id;

	if (!ac_audit_of(operation, &record))
		return AUTHCODE_OK;
	ac_query_begin(&query, work->connection, AC_SQL_INSERT_AUDIT);
	ac_query_skip_key(&query);
	ac_query_put_text(&query, record.event);
	ac_query_put_int(&query, record.txn);
	ac_query_put_text(&query, record.client_id);
	ac_query_put_int(&query, record.subject_id);
	ac_query_put_int(&query, record.object_id);
	ac_query_put_text(&query, record.rhost);
	ac_query_put_text(&query, record.reason);
	ac_query_put_int(&query, record.by_admin ? (int64_t)record.admin_uid : -1);
	return ac_query_insert(&query, work->random, operation->now_ms, &id);
}

static struct authcode_audit_record
get_record(struct ac_query *query, int64_t id, struct authcode_arena *arena)
{
	struct authcode_audit_record record = { .id = id };
	int64_t admin_uid;

	record.event = ac_query_get_text(query, arena);
	record.txn = ac_query_get_int(query);
	record.client_id = ac_query_get_text(query, arena);
	record.subject_id = ac_query_get_int(query);
	record.object_id = ac_query_get_int(query);
	record.rhost = ac_query_get_text(query, arena);
	record.reason = ac_query_get_text(query, arena);
	admin_uid = ac_query_get_int(query);
	record.by_admin = admin_uid >= 0;
	record.admin_uid = record.by_admin ? (uint32_t)admin_uid : 0;
	record.user_name = ac_query_get_text(query, arena);
	record.created_ms = record.id >> AC_ROW_KEY_RANDOM_BITS;
	return record;
}

static void
put_text_or_null(struct ac_query *query, const char *text)
{
	if (text != NULL)
		ac_query_put_text(query, text);
	else
		ac_query_put_null(query);
}

static void
begin(struct ac_query *query, struct ac_connection *connection,
      const struct authcode_audit_query *asked)
{
	int64_t first, last;

	ac_audit_range(asked, &first, &last);
	ac_query_begin(query, connection, AC_SQL_LIST_AUDIT);
	ac_query_put_int(query, first);
	ac_query_put_int(query, last);
	ac_query_put_int(query, (int64_t)asked->examine + 1); /* one more: is there one? */
	ac_query_put_int(query, asked->txn);
	put_text_or_null(query, asked->client_id);
	put_text_or_null(query, asked->user_name);
	ac_query_put_int(query, asked->subject_id);
}

enum authcode_err
ac_sqlite_list_audit(struct ac_connection *connection, const struct authcode_audit_query *asked,
		     struct authcode_arena *arena, struct authcode_audit_page *page)
{
	int64_t next_id = 0;
	struct ac_query query;
	uint32_t examined = 0;
	enum authcode_err err;
	size_t count = 0;

	begin(&query, connection, asked);
	while (ac_query_step(&query)) {
		bool matches;

		if (count == page->capacity || examined == asked->examine)
			break;
		examined++;
		matches = ac_query_get_int(&query) != 0;
		next_id = ac_query_get_int(&query);
		if (matches)
			page->records[count++] = get_record(&query, next_id, arena);
	}
	if (query.rc == SQLITE_DONE)
		next_id = 0;
	err = ac_query_err(&query);
	ac_query_end(&query);
	if (err != AUTHCODE_OK)
		return err;
	page->count = count;
	page->next_id = next_id;
	return AUTHCODE_OK;
}

enum authcode_err
ac_sqlite_purge_audit(const struct ac_sqlite_work *work, int64_t before_ms, uint32_t limit,
		      uint32_t *ret_deleted)
{
	struct ac_query query;
	enum authcode_err err;

	ac_query_begin(&query, work->connection, AC_SQL_PURGE_AUDIT);
	ac_query_put_int(&query, ac_audit_key(before_ms));
	ac_query_put_int(&query, limit);
	err = ac_query_finish(&query);
	if (err == AUTHCODE_OK)
		*ret_deleted = (uint32_t)sqlite3_changes(work->connection->db);
	return err;
}

enum authcode_err
ac_sqlite_probe(const struct ac_sqlite_work *work, struct authcode_operation *operation)
{
	struct ac_query query;

	ac_query_begin(&query, work->connection, AC_SQL_PUT_PROBE);
	ac_query_put_int(&query, operation->now_ms);
	operation->result = AUTHCODE_RESULT_DONE;
	return ac_query_finish(&query);
}
