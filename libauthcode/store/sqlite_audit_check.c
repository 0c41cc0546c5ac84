/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The SQLite store's look at the chain of audit records (audit_chain.h): a page is of one
 * moment, whoever writes meanwhile.
 */
#include "store/sqlite_audit.h"

static bool
ask(struct ac_query *query)
{
	return ac_query_step(query) && ac_query_get_int(query) != 0;
}

static enum authcode_err
find_unchained(struct ac_connection *connection, const struct ac_audit_anchor *anchor,
	       bool *ret_found)
{
	struct ac_query query;

	ac_query_begin(&query, connection, AC_SQL_UNCHAINED_AUDIT);
	ac_query_put_int(&query, anchor->before_id);
	ac_query_put_int(&query, anchor->last.seq);
	*ret_found = ask(&query);
	return ac_query_end(&query);
}

static enum authcode_err
find_kinds(struct ac_connection *connection, bool *ret_older, bool *ret_chained)
{
	struct ac_query query;

	ac_query_begin(&query, connection, AC_SQL_OLDER_AUDIT);
	*ret_older = ask(&query);
	*ret_chained = query.rc == SQLITE_ROW && ac_query_get_int(&query) != 0;
	return ac_query_end(&query);
}

static enum authcode_err
find_resumed(struct ac_connection *connection, int64_t seq, struct authcode_audit_head *ret,
	     bool *ret_found)
{
	struct ac_query query;

	ac_query_begin(&query, connection, AC_SQL_AUDIT_MAC);
	ac_query_put_int(&query, seq);
	*ret_found = ac_query_step(&query);
	if (*ret_found) {
		ret->seq = ac_query_get_int(&query);
		ac_sqlite_get_audit_mac(&query, ret->mac);
	}
	return ac_query_end(&query);
}

static enum authcode_err
begin(struct ac_connection *connection, struct ac_audit_walk *walk, bool *ret_more)
{
	struct authcode_audit_check *check = walk->check;
	struct authcode_audit_head resumed;
	struct ac_audit_anchor anchor;
	struct ac_audit_start start = { 0 };
	bool anchored = false, found = false;
	enum authcode_err err;

	err = find_kinds(connection, &check->ret_older, &start.chained);
	if (err == AUTHCODE_OK)
		err = ac_sqlite_find_audit_anchor(connection, &anchor, &anchored);
	if (err == AUTHCODE_OK && anchored && check->after_seq == 0)
		err = find_unchained(connection, &anchor, &start.unchained);
	if (err == AUTHCODE_OK && check->after_seq > 0)
		err = find_resumed(connection, check->after_seq, &resumed, &found);
	start.anchor = anchored ? &anchor : NULL;
	start.resumed = found ? &resumed : NULL;
	return err == AUTHCODE_OK ? ac_audit_walk_begin(walk, &start, ret_more) : err;
}

/* Texts are borrowed until the next step. */
static void
get_row(struct ac_query *query, struct authcode_audit_record *record, struct ac_audit_link *link)
{
	int64_t admin_uid;

	*link = (struct ac_audit_link){ 0 };
	*record = (struct authcode_audit_record){ .id = ac_query_get_int(query) };
	record->event = ac_query_peek_text(query);
	record->txn = ac_query_get_int(query);
	record->client_id = ac_query_peek_text(query);
	record->subject_id = ac_query_get_int(query);
	record->object_id = ac_query_get_int(query);
	record->rhost = ac_query_peek_text(query);
	record->reason = ac_query_peek_text(query);
	admin_uid = ac_query_get_int(query);
	record->by_admin = admin_uid >= 0;
	record->admin_uid = record->by_admin ? (uint32_t)admin_uid : 0;
	record->seq = ac_query_get_int(query);
	link->address_len = ac_query_get_bytes(query, link->address, sizeof(link->address));
	ac_sqlite_get_audit_mac(query, link->mac);
}

enum authcode_err
ac_sqlite_check_audit(struct ac_connection *connection, const struct authcode_audit_key *key,
		      struct authcode_audit_check *check)
{
	struct ac_audit_walk walk = { .key = key, .check = check };
	struct authcode_audit_record record;
	struct ac_audit_link link;
	struct ac_query query;
	bool more = false;
	enum authcode_err err = begin(connection, &walk, &more), ended;

	if (err != AUTHCODE_OK || !more)
		return err;
	ac_query_begin(&query, connection, AC_SQL_WALK_AUDIT);
	ac_query_put_int(&query, walk.last.seq);
	ac_query_put_int(&query, check->limit);
	while (err == AUTHCODE_OK && more && ac_query_step(&query)) {
		get_row(&query, &record, &link);
		err = ac_query_err(&query);
		if (err == AUTHCODE_OK)
			err = ac_audit_walk_on(&walk, &record, &link, &more);
	}
	ended = ac_query_end(&query);
	if (err == AUTHCODE_OK)
		err = ended;
	if (err == AUTHCODE_OK && more)
		ac_audit_walk_end(&walk);
	return err;
}
