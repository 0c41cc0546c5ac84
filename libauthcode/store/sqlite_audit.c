/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Audit records of the SQLite store: inserted in the savepoint of their
 * operation, so that neither is there without the other.
 */
#include "store/sqlite_audit.h"

#include <string.h>

#include "store/audit.h"
#include "store/row_key.h"
#include "store/sqlite_read.h"

/* --- the chain -------------------------------------------------------------------- */

/* One that is none is what nobody has written, and no reason to serve nobody. */
void
ac_sqlite_get_audit_mac(struct ac_query *query, uint8_t ret[AUTHCODE_AUDIT_MAC_LEN])
{
	if (ac_query_get_bytes(query, ret, AUTHCODE_AUDIT_MAC_LEN) != AUTHCODE_AUDIT_MAC_LEN)
		memset(ret, 0, AUTHCODE_AUDIT_MAC_LEN);
}

static void
get_head(struct ac_query *query, struct authcode_audit_head *ret)
{
	ret->seq = ac_query_get_int(query);
	ac_sqlite_get_audit_mac(query, ret->mac);
}

enum authcode_err
ac_sqlite_find_audit_anchor(struct ac_connection *connection, struct ac_audit_anchor *ret,
			    bool *ret_found)
{
	struct ac_query query;

	ac_query_begin(&query, connection, AC_SQL_AUDIT_ANCHOR);
	*ret_found = ac_query_step(&query);
	if (*ret_found) {
		get_head(&query, &ret->last);
		ret->before_id = ac_query_get_int(&query);
		ac_sqlite_get_audit_mac(&query, ret->proof);
	}
	return ac_query_end(&query);
}

static enum authcode_err
put_anchor(const struct ac_sqlite_work *work, const struct ac_audit_anchor *anchor)
{
	struct ac_query query;

	ac_query_begin(&query, work->connection, AC_SQL_PUT_AUDIT_ANCHOR);
	ac_query_put_int(&query, anchor->last.seq);
	ac_query_put_hash(&query, anchor->last.mac);
	ac_query_put_int(&query, anchor->before_id);
	ac_query_put_hash(&query, anchor->proof);
	return ac_query_finish(&query);
}

/* Before the first record of a chain: what is there already is older than it. */
static enum authcode_err
lay_anchor(const struct ac_sqlite_work *work)
{
	struct ac_audit_anchor anchor = { 0 };
	struct ac_query query;
	enum authcode_err err;

	ac_query_begin(&query, work->connection, AC_SQL_LAST_AUDIT_KEY);
	if (ac_query_step(&query))
		anchor.before_id = ac_query_get_int(&query);
	err = ac_query_end(&query);
	if (err == AUTHCODE_OK)
		err = ac_audit_prove(work->chain->key, &anchor);
	if (err == AUTHCODE_OK)
		err = put_anchor(work, &anchor);
	work->chain->anchored = err == AUTHCODE_OK;
	return err;
}

/* What is in the file by now. Of records at its end that were taken away the chain goes
 * on behind the last one this store knows of: so the gap stays, and is found. */
enum authcode_err
ac_sqlite_load_audit_head(struct ac_connection *connection, struct ac_audit_chain *chain)
{
	struct authcode_audit_head head = { 0 };
	struct ac_audit_anchor anchor;
	struct ac_query query;
	enum authcode_err err;

	ac_query_begin(&query, connection, AC_SQL_AUDIT_HEAD);
	if (ac_query_step(&query))
		get_head(&query, &head);
	err = ac_query_end(&query);
	if (err == AUTHCODE_OK)
		err = ac_sqlite_find_audit_anchor(connection, &anchor, &chain->anchored);
	/* A chain whose anchor is gone gets no other: that is how it is found out. */
	chain->anchored = chain->anchored || head.seq != 0 || chain->head.seq != 0;
	if (err == AUTHCODE_OK && head.seq > chain->head.seq)
		chain->head = head;
	return err;
}

/* --- writing ------------------------------------------------------------------------ */

struct draft {
	const struct ac_audit_chain *chain;
	struct authcode_audit_record record;
	struct ac_audit_link link;
	enum authcode_err err;
};

/* The MAC is over the key too. */
static void
link_record(struct ac_query *query, int64_t id)
{
	struct draft *draft = query->keyed_arg;

	draft->record.id = id;
	draft->err = ac_audit_link(draft->chain->key, draft->chain->head.mac, &draft->record,
				   &draft->link);
	if (draft->err != AUTHCODE_OK) {
		query->rc = SQLITE_ABORT;
		return;
	}
	query->parameter = 11;
	ac_query_put_hash(query, draft->link.mac);
}

static enum authcode_err
prepare_link(const struct ac_sqlite_work *work, struct draft *draft)
{
	enum authcode_err err = AUTHCODE_OK;

	draft->chain = work->chain;
	draft->link = (struct ac_audit_link){ 0 };
	draft->err = AUTHCODE_OK;
	if (work->chain->key == NULL)
		return err;
	/* A number that somebody has put into the file: nothing follows it. */
	if (work->chain->head.seq == INT64_MAX)
		return AUTHCODE_ERR_STORE;
	if (!work->chain->anchored)
		err = lay_anchor(work);
	draft->record.seq = work->chain->head.seq + 1;
	if (err == AUTHCODE_OK && ac_audit_needs_salt(&draft->record))
		err = ac_audit_draw_salt(&draft->link);
	return err;
}

static void
put_link(struct ac_query *query, struct draft *draft)
{
	if (draft->chain->key == NULL) {
		ac_query_put_null(query);
		ac_query_put_null(query);
		ac_query_put_null(query);
		return;
	}
	ac_query_put_int(query, draft->record.seq);
	ac_query_put_bytes(query, draft->link.address, draft->link.address_len);
	query->keyed = link_record;
	query->keyed_arg = draft;
}

enum authcode_err
ac_sqlite_put_audit(const struct ac_sqlite_work *work, const struct authcode_operation *operation)
{
	struct draft draft;
	struct authcode_audit_record *record = &draft.record;
	struct ac_query query;
	enum authcode_err err;
	int64_t id;

	if (!ac_audit_of(operation, record))
		return AUTHCODE_OK;
	err = prepare_link(work, &draft);
	if (err != AUTHCODE_OK)
		return err;
	ac_query_begin(&query, work->connection, AC_SQL_INSERT_AUDIT);
	ac_query_skip_key(&query);
	ac_query_put_text(&query, record->event);
	ac_query_put_int(&query, record->txn);
	ac_query_put_text(&query, record->client_id);
	ac_query_put_int(&query, record->subject_id);
	ac_query_put_int(&query, record->object_id);
	ac_query_put_text(&query, record->rhost);
	ac_query_put_text(&query, record->reason);
	ac_query_put_int(&query, record->by_admin ? (int64_t)record->admin_uid : -1);
	put_link(&query, &draft);
	err = ac_query_insert(&query, work->random, operation->now_ms, &id);
	if (err == AUTHCODE_OK && work->chain->key != NULL) {
		work->chain->head.seq = record->seq;
		memcpy(work->chain->head.mac, draft.link.mac, sizeof(draft.link.mac));
	}
	return draft.err != AUTHCODE_OK ? draft.err : err;
}

/* --- reading ------------------------------------------------------------------------ */

/* Up to admin_uid. */
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
		if (!matches)
			continue;
		page->records[count] = get_record(&query, next_id, arena);
		page->records[count].user_name = ac_query_get_text(&query, arena);
		page->records[count++].seq = ac_query_get_int(&query);
	}
	if (query.rc == SQLITE_DONE)
		next_id = 0;
	err = ac_query_end(&query);
	if (err != AUTHCODE_OK)
		return err;
	page->count = count;
	page->next_id = next_id;
	return AUTHCODE_OK;
}

/* --- the end of records ---------------------------------------------------------------- */

static enum authcode_err
purge_older(const struct ac_sqlite_work *work, int64_t before_ms, uint32_t limit,
	    uint32_t *ret_deleted)
{
	struct ac_query query;
	enum authcode_err err;

	ac_query_begin(&query, work->connection, AC_SQL_PURGE_OLDER_AUDIT);
	ac_query_put_int(&query, ac_audit_key(before_ms));
	ac_query_put_int(&query, limit);
	err = ac_query_finish(&query);
	if (err == AUTHCODE_OK)
		*ret_deleted = (uint32_t)sqlite3_changes(work->connection->db);
	return err;
}

/* last: of the records that go, and follow each other from the anchor on; seq 0: none
 * does. *ret_last: of all that go. */
static enum authcode_err
find_old(const struct ac_sqlite_work *work, const struct authcode_op_purge *args, int64_t now_ms,
	 struct authcode_audit_head *last, int64_t *ret_last)
{
	uint64_t next = (uint64_t)last->seq; /* whatever number somebody has put there */
	struct authcode_audit_head head;
	struct ac_query query;

	*last = (struct authcode_audit_head){ 0 };
	*ret_last = 0;
	ac_query_begin(&query, work->connection, AC_SQL_AGES_OF_AUDIT);
	ac_query_put_int(&query, args->limit - args->ret_deleted);
	while (ac_query_step(&query)) {
		enum ac_audit_age age =
			ac_audit_age(ac_query_get_int(&query), args->audit_before_ms, now_ms);

		if (age == AC_AUDIT_YOUNG)
			break;
		get_head(&query, &head);
		if ((uint64_t)head.seq == next + 1)
			next++;
		if (age != AC_AUDIT_OLD)
			continue;
		*ret_last = head.seq;
		if ((uint64_t)head.seq == next)
			*last = head;
	}
	return ac_query_end(&query);
}

/* The anchor moves on only where it was what it must be, and over nothing that is
 * missing: else a purge would hide what somebody has done. */
static enum authcode_err
purge_chained(const struct ac_sqlite_work *work, const struct authcode_op_purge *args,
	      int64_t now_ms, uint32_t *ret_deleted)
{
	struct ac_audit_anchor anchor = { 0 };
	struct authcode_audit_head last;
	bool good = false;
	int64_t last_seq = 0;
	struct ac_query query;
	enum authcode_err err;

	err = ac_sqlite_find_audit_anchor(work->connection, &anchor, &good);
	if (err == AUTHCODE_OK && good && work->chain->key != NULL)
		err = ac_audit_proved(work->chain->key, &anchor, &good);
	last = anchor.last;
	if (err == AUTHCODE_OK)
		err = find_old(work, args, now_ms, &last, &last_seq);
	if (err != AUTHCODE_OK || last_seq == 0)
		return err;
	ac_query_begin(&query, work->connection, AC_SQL_PURGE_AUDIT);
	ac_query_put_int(&query, last_seq);
	err = ac_query_finish(&query);
	if (err == AUTHCODE_OK)
		*ret_deleted = (uint32_t)sqlite3_changes(work->connection->db);
	if (err != AUTHCODE_OK || !good || work->chain->key == NULL || last.seq == 0)
		return err;
	anchor.last = last;
	err = ac_audit_prove(work->chain->key, &anchor);
	return err == AUTHCODE_OK ? put_anchor(work, &anchor) : err;
}

enum authcode_err
ac_sqlite_purge_audit(const struct ac_sqlite_work *work, struct authcode_op_purge *args,
		      int64_t now_ms)
{
	const uint32_t before = args->ret_deleted;
	uint32_t deleted = 0;
	enum authcode_err err;

	err = purge_older(work, args->audit_before_ms, args->limit - args->ret_deleted, &deleted);
	args->ret_deleted += deleted;
	deleted = 0;
	if (err == AUTHCODE_OK && args->ret_deleted < args->limit)
		err = purge_chained(work, args, now_ms, &deleted);
	args->ret_deleted += deleted;
	if (args->ret_deleted > before)
		work->connection->erasing = true;
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
