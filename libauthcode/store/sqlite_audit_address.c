/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The SQLite store takes addresses of persons out of records that stay: all of them when
 * the person is forgotten, up to their network when the record has become old. What is
 * left keeps the chain whole (audit_chain.h).
 */
#include "store/sqlite_audit.h"

#include "store/audit.h"

struct full {
	struct authcode_audit_record record; /* id, seq, subject_id and rhost of it */
	struct ac_audit_link link;           /* and its address */
};

static void
get_full(struct ac_query *query, struct authcode_arena *arena, struct full *ret)
{
	*ret = (struct full){ .record.id = ac_query_get_int(query) };
	ret->record.seq = ac_query_get_int(query);
	ret->record.subject_id = ac_query_get_int(query);
	ret->record.rhost = ac_query_get_text(query, arena);
	ret->link.address_len =
		ac_query_get_bytes(query, ret->link.address, sizeof(ret->link.address));
}

/* What somebody has changed is treated as it is: it stays found out. */
static enum authcode_err
leave(const struct ac_sqlite_work *work, struct full *full, const char *left)
{
	enum authcode_err err = AUTHCODE_OK;
	struct ac_query query;

	if (full->record.seq != 0)
		err = work->chain->key != NULL
			      ? ac_audit_leave(work->chain->key, &full->record, left, &full->link)
			      : AUTHCODE_ERR_CRYPTO;
	if (err != AUTHCODE_OK)
		return err;
	ac_query_begin(&query, work->connection, AC_SQL_LEAVE_ADDRESS);
	ac_query_put_text(&query, left);
	if (full->link.address_len == AC_AUDIT_EMPTIED_LEN)
		ac_query_put_bytes(&query, full->link.address, full->link.address_len);
	else
		ac_query_put_null(&query);
	ac_query_put_int(&query, full->record.id);
	return ac_query_finish(&query);
}

/* Steps a query that is bound; id 0: there is no such record. */
static enum authcode_err
read_full(struct ac_query *query, struct authcode_arena *arena, struct full *ret)
{
	*ret = (struct full){ .record.id = 0 };
	if (ac_query_step(query))
		get_full(query, arena, ret);
	return ac_query_end(query);
}

/* The first record of the stretch that has an address. */
static enum authcode_err
find_of_subject(const struct ac_sqlite_work *work, const int64_t stretch[2], int64_t subject_id,
		struct full *ret)
{
	struct ac_query query;

	ac_query_begin(&query, work->connection, AC_SQL_ADDRESS_OF_SUBJECT);
	ac_query_put_int(&query, stretch[0]);
	ac_query_put_int(&query, stretch[1]);
	ac_query_put_int(&query, subject_id);
	return read_full(&query, work->arena, ret);
}

enum authcode_err
ac_sqlite_empty_audit(const struct ac_sqlite_work *work, int64_t after_id, int64_t last_id,
		      int64_t subject_id)
{
	int64_t stretch[2] = { after_id, last_id };
	struct full full;
	enum authcode_err err;

	for (;;) {
		err = find_of_subject(work, stretch, subject_id, &full);
		if (err != AUTHCODE_OK || full.record.id == 0)
			return err;
		err = leave(work, &full, "");
		if (err != AUTHCODE_OK)
			return err;
		stretch[0] = full.record.id;
	}
}

/* The next record that is old enough, whatever it has. */
static enum authcode_err
find_next(const struct ac_sqlite_work *work, const struct authcode_op_purge *args, struct full *ret)
{
	struct ac_query query;

	ac_query_begin(&query, work->connection, AC_SQL_NEXT_ADDRESS);
	ac_query_put_int(&query, args->ret_shortened_id);
	ac_query_put_int(&query, ac_audit_key(args->shorten_before_ms));
	return read_full(&query, work->arena, ret);
}

enum authcode_err
ac_sqlite_shorten_audit(const struct ac_sqlite_work *work, struct authcode_op_purge *args)
{
	char network[AC_AUDIT_NETWORK];
	enum authcode_err err = AUTHCODE_OK;
	struct full full;
	bool is_long;

	while (err == AUTHCODE_OK && args->ret_deleted < args->limit) {
		err = find_next(work, args, &full);
		if (err != AUTHCODE_OK || full.record.id == 0)
			return err;
		is_long = ac_audit_is_long(&full.record, &full.link);
		if (is_long) {
			ac_audit_network(full.record.rhost, network);
			err = leave(work, &full, network);
		}
		/* Whoever begins anew may have been killed before the log was cut. */
		if (is_long || args->shortened_id == 0)
			work->connection->erasing = true;
		args->ret_shortened_id = full.record.id;
		args->ret_deleted++;
	}
	return err;
}
