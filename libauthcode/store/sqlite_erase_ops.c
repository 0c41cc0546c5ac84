/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The SQLite store on a person whose everything is taken back, or who is forgotten.
 * Rows that are found by their own key alone know whose they are, but nobody knows all
 * of a person's: so a table is gone through, a piece at a time, in the order in which
 * its rows depend on each other.
 */
#include "store/sqlite_audit.h"
#include "store/sqlite_ops.h"

enum authcode_err
ac_sqlite_end_earlier(const struct ac_sqlite_work *work, int64_t subject_id, int64_t now_ms)
{
	struct authcode_operation all = {
		.now_ms = now_ms,
		.u.withdraw_grant = { .subject_id = subject_id, .client_id = "" },
	};
	bool changed;
	enum authcode_err err = ac_sqlite_withdraw_grant(work, &all);

	if (err == AUTHCODE_OK && all.result != AUTHCODE_RESULT_DONE)
		err = AUTHCODE_ERR_NOT_FOUND;
	if (err == AUTHCODE_OK)
		err = ac_sqlite_set_time(work, AC_SQL_END_SESSIONS, now_ms, subject_id, &changed);
	return err == AUTHCODE_OK ? ac_sqlite_tell(work, 0, subject_id, now_ms) : err;
}

enum authcode_err
ac_sqlite_revoke_subject(const struct ac_sqlite_work *work, struct authcode_operation *operation)
{
	const int64_t id = operation->u.revoke_subject.subject_id;
	bool changed;
	enum authcode_err err = AUTHCODE_ERR_NOT_FOUND;

	if (id != 0)
		err = ac_sqlite_end_earlier(work, id, operation->now_ms);
	operation->result = err == AUTHCODE_OK ? AUTHCODE_RESULT_DONE : AUTHCODE_RESULT_NOT_FOUND;
	if (err == AUTHCODE_OK && !operation->u.revoke_subject.keep_consents)
		err = ac_sqlite_set_time(work, AC_SQL_EMPTY_GRANTS, operation->now_ms, id,
					 &changed);
	return err == AUTHCODE_ERR_NOT_FOUND ? AUTHCODE_OK : err;
}

/* --- forgetting ------------------------------------------------------------------- */

static const struct {
	enum ac_sql reach, erase;
} steps[] = {
	{ AC_SQL_REACH_TOKENS, AC_SQL_ERASE_TOKENS },
	{ AC_SQL_REACH_FAMILIES, AC_SQL_ERASE_FAMILIES },
	{ AC_SQL_REACH_CODES, AC_SQL_ERASE_CODES },
	{ AC_SQL_REACH_DEVICES, AC_SQL_ERASE_DEVICES },
	{ AC_SQL_REACH_SESSIONS, AC_SQL_ERASE_SESSIONS },
	{ AC_SQL_REACH_AUDIT, AC_SQL_LEAVE_ADDRESS }, /* nothing is deleted */
};

/* A stretch of one table. */
struct piece {
	int64_t after_id;
	int64_t last_id;
	uint32_t count;
};

static enum authcode_err
reach(const struct ac_sqlite_work *work, enum ac_sql sql, uint32_t limit, struct piece *piece)
{
	struct ac_query query;

	ac_query_begin(&query, work->connection, sql);
	ac_query_put_int(&query, piece->after_id);
	ac_query_put_int(&query, limit);
	if (ac_query_step(&query)) {
		piece->last_id = ac_query_get_int(&query); /* NULL reads as 0 */
		piece->count = (uint32_t)ac_query_get_int(&query);
	}
	return ac_query_end(&query);
}

static enum authcode_err
erase(const struct ac_sqlite_work *work, enum ac_sql sql, const struct piece *piece,
      struct authcode_op_erase_subject *args)
{
	struct ac_query query;
	enum authcode_err err;

	if (sql == AC_SQL_LEAVE_ADDRESS)
		return ac_sqlite_empty_audit(work, piece->after_id, piece->last_id,
					     args->subject_id);
	ac_query_begin(&query, work->connection, sql);
	ac_query_put_int(&query, piece->after_id);
	ac_query_put_int(&query, piece->last_id);
	ac_query_put_int(&query, args->subject_id);
	err = ac_query_finish(&query);
	if (err == AUTHCODE_OK)
		args->ret_deleted += (uint32_t)sqlite3_changes(work->connection->db);
	return err;
}

/* Tables from args->step on, until limit rows have been looked at. */
static enum authcode_err
erase_piece(const struct ac_sqlite_work *work, struct authcode_op_erase_subject *args)
{
	struct piece piece = { .after_id = args->after_id };
	uint32_t left = args->limit;
	size_t step = args->step;

	while (step < AC_ARRAY_SIZE(steps)) {
		enum authcode_err err = reach(work, steps[step].reach, left, &piece);

		if (err == AUTHCODE_OK && piece.count > 0)
			err = erase(work, steps[step].erase, &piece, args);
		if (err != AUTHCODE_OK)
			return err;
		if (piece.count == left) {
			piece.after_id = piece.last_id;
			break;
		}
		left -= piece.count;
		piece = (struct piece){ 0 };
		step++;
	}
	args->ret_step = (uint32_t)step;
	args->ret_after_id = piece.after_id;
	args->ret_whole = step == AC_ARRAY_SIZE(steps);
	return AUTHCODE_OK;
}

static enum authcode_err
forget(const struct ac_sqlite_work *work, int64_t id)
{
	static const enum ac_sql statements[] = { AC_SQL_ERASE_GRANTS, AC_SQL_EMPTY_SUBJECT };

	for (size_t i = 0; i < AC_ARRAY_SIZE(statements); i++) {
		struct ac_query query;
		enum authcode_err err;

		ac_query_begin(&query, work->connection, statements[i]);
		ac_query_put_int(&query, id);
		err = ac_query_finish(&query);
		if (err != AUTHCODE_OK)
			return err;
	}
	return AUTHCODE_OK;
}

enum authcode_err
ac_sqlite_erase_subject(const struct ac_sqlite_work *work, struct authcode_operation *operation)
{
	struct authcode_op_erase_subject *args = &operation->u.erase_subject;
	struct authcode_operation retirement = {
		.now_ms = operation->now_ms,
		.u.retire_subject.subject_id = args->subject_id,
	};
	enum authcode_err err = ac_sqlite_retire_subject(work, &retirement);

	operation->result = retirement.result;
	if (err != AUTHCODE_OK || operation->result != AUTHCODE_RESULT_DONE)
		return err;
	err = erase_piece(work, args);
	if (err == AUTHCODE_OK && args->ret_whole)
		err = forget(work, args->subject_id);
	if (err == AUTHCODE_OK && args->ret_whole)
		work->connection->erased = true;
	return err;
}
