/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The operations on signing keys. That a kid never names two keys rests on rows
 * that are never deleted and, should the rule ever fail, on the column that is
 * UNIQUE (RFC 7517 §4.5).
 */
#include "store/sqlite_ops.h"

#include "store/rules.h"

/* The number in the one row that a text asks for; 0: no row, or NULL. */
static enum authcode_err
number_of(const struct ac_sqlite_work *work, enum ac_sql sql, const char *text, int64_t *ret)
{
	struct ac_query query;
	enum authcode_err err;
	int64_t number = 0;

	ac_query_begin(&query, work->connection, sql);
	ac_query_put_text(&query, text);
	if (ac_query_step(&query))
		number = ac_query_get_int(&query); /* NULL reads as 0 */
	err = ac_query_end(&query);
	if (err == AUTHCODE_OK)
		*ret = number;
	return err;
}

enum authcode_err
ac_sqlite_add_signing_key(const struct ac_sqlite_work *work, struct authcode_operation *operation)
{
	struct authcode_op_add_signing_key *args = &operation->u.add_signing_key;
	int64_t newest_id = 0, known_id = 0;
	struct ac_query query;
	enum authcode_err err;

	err = number_of(work, AC_SQL_NEWEST_SIGNING_KEY, args->alg, &newest_id);
	if (err == AUTHCODE_OK)
		err = number_of(work, AC_SQL_KNOWN_KID, args->kid, &known_id);
	if (err != AUTHCODE_OK)
		return err;
	operation->result = ac_rule_add_signing_key(args, newest_id, known_id != 0);
	err = ac_sqlite_check_seal(work, args->sealed, &operation->result);
	if (err != AUTHCODE_OK || operation->result != AUTHCODE_RESULT_DONE)
		return err;
	ac_query_begin(&query, work->connection, AC_SQL_INSERT_SIGNING_KEY);
	ac_query_put_text(&query, args->kid);
	ac_query_put_text(&query, args->alg);
	ac_query_put_text(&query, args->sealed);
	ac_query_put_int(&query, operation->now_ms);
	ac_query_put_int(&query, args->active_ms);
	err = ac_query_finish(&query);
	if (err == AUTHCODE_OK)
		args->ret_key_id = sqlite3_last_insert_rowid(work->connection->db);
	return err;
}

static enum authcode_err
read_state(const struct ac_sqlite_work *work, int64_t id, struct ac_key_state *ret)
{
	struct ac_key_state state = { .alg = "" };
	struct ac_query query;
	enum authcode_err err;

	ac_query_begin(&query, work->connection, AC_SQL_FIND_SIGNING_KEY);
	ac_query_put_int(&query, id);
	if (ac_query_step(&query)) {
		state.id = ac_query_get_int(&query);
		state.alg = ac_query_get_text(&query, work->arena);
		state.forgotten = ac_query_get_int(&query) != 0;
	}
	err = ac_query_end(&query);
	if (err == AUTHCODE_OK)
		*ret = state;
	return err;
}

enum authcode_err
ac_sqlite_forget_signing_key(const struct ac_sqlite_work *work,
			     struct authcode_operation *operation)
{
	const struct authcode_op_forget_signing_key *args = &operation->u.forget_signing_key;
	struct ac_key_state key = { 0 }, successor = { 0 };
	bool changed;
	enum authcode_err err = read_state(work, args->key_id, &key);

	if (err == AUTHCODE_OK)
		err = read_state(work, args->successor_id, &successor);
	if (err != AUTHCODE_OK)
		return err;
	operation->result = ac_rule_forget_signing_key(args, &key, &successor);
	if (operation->result != AUTHCODE_RESULT_DONE)
		return AUTHCODE_OK;
	work->connection->erased = true;
	err = ac_sqlite_set_time(work, AC_SQL_FORGET_SIGNING_KEY, operation->now_ms, key.id,
				 &changed);
	if (err != AUTHCODE_OK || successor.id == 0)
		return err;
	return ac_sqlite_set_time(work, AC_SQL_START_SIGNING_KEY, operation->now_ms, successor.id,
				  &changed);
}

enum authcode_err
ac_sqlite_stop_signing_key(const struct ac_sqlite_work *work, struct authcode_operation *operation)
{
	const struct authcode_op_stop_signing_key *args = &operation->u.stop_signing_key;
	struct ac_key_state key = { 0 };
	bool changed;
	enum authcode_err err = read_state(work, args->key_id, &key);

	if (err != AUTHCODE_OK)
		return err;
	operation->result = ac_rule_stop_signing_key(&key);
	if (operation->result != AUTHCODE_RESULT_DONE)
		return AUTHCODE_OK;
	return ac_sqlite_set_time(work, AC_SQL_STOP_SIGNING_KEY, args->stopped_ms, key.id,
				  &changed);
}
