/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The operation on what a client may use once (RFC 7523 §3, jti). How many a
 * client has is counted beside, so that asking costs no scan.
 */
#include "store/sqlite_ops.h"

#include "store/rules.h"

static enum authcode_err
find_replay(const struct ac_sqlite_work *work, const struct authcode_op_use_once *args,
	    struct ac_used_once *ret)
{
	struct ac_query query;

	ac_query_begin(&query, work->connection, AC_SQL_FIND_REPLAY);
	ac_query_put_text(&query, args->client_id);
	ac_query_put_hash(&query, args->hash);
	if (ac_query_step(&query)) {
		ret->forget_ms = ac_query_get_int(&query);
		ret->count = (uint32_t)ac_query_get_int(&query);
	}
	return ac_query_end(&query);
}

static enum authcode_err
run_for_client(const struct ac_sqlite_work *work, enum ac_sql sql, const char *client_id)
{
	struct ac_query query;

	ac_query_begin(&query, work->connection, sql);
	ac_query_put_text(&query, client_id);
	return ac_query_finish(&query);
}

enum authcode_err
ac_sqlite_use_once(const struct ac_sqlite_work *work, struct authcode_operation *operation)
{
	const struct authcode_op_use_once *args = &operation->u.use_once;
	struct ac_used_once used = { 0 };
	struct ac_query query;
	enum authcode_err err = find_replay(work, args, &used);

	if (err != AUTHCODE_OK)
		return err;
	operation->result = ac_rule_use_once(&used, args, operation->now_ms);
	if (operation->result == AUTHCODE_RESULT_FAILED)
		return AUTHCODE_ERR_LIMIT;
	if (operation->result != AUTHCODE_RESULT_DONE)
		return AUTHCODE_OK;
	ac_query_begin(&query, work->connection, AC_SQL_PUT_REPLAY);
	ac_query_put_text(&query, args->client_id);
	ac_query_put_hash(&query, args->hash);
	ac_query_put_int(&query, args->expires_ms);
	err = ac_query_finish(&query);
	/* One that is taken anew after its end was counted before. */
	if (err == AUTHCODE_OK && used.forget_ms == 0)
		err = run_for_client(work, AC_SQL_COUNT_REPLAY, args->client_id);
	return err;
}

enum authcode_err
ac_sqlite_purge_replays(const struct ac_sqlite_work *work, int64_t now_ms, uint32_t limit,
			uint32_t *ret_deleted)
{
	enum authcode_err err = AUTHCODE_OK, ended;
	struct ac_query query;
	uint32_t deleted = 0;

	ac_query_begin(&query, work->connection, AC_SQL_PURGE_REPLAYS);
	ac_query_put_int(&query, now_ms);
	ac_query_put_int(&query, limit);
	while (err == AUTHCODE_OK && ac_query_step(&query)) {
		const char *client_id = ac_query_get_text(&query, work->arena);

		err = client_id != NULL ? run_for_client(work, AC_SQL_UNCOUNT_REPLAY, client_id)
					: AUTHCODE_ERR_MEMORY;
		deleted++;
	}
	ended = ac_query_end(&query);
	*ret_deleted = deleted;
	return err == AUTHCODE_OK ? ended : err;
}
