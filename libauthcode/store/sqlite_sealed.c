/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The SQLite store on what is sealed under the master key: a secret that is kept, and
 * everything sealed anew. A place that is sealed has a row in resealers and its part in
 * AC_SQL_LIST_SEALED.
 */
#include "store/rules.h"
#include "store/sqlite_ops.h"
#include "store/sqlite_read.h"

static const enum ac_sql resealers[] = {
	[AUTHCODE_SEALED_SIGNING_KEY] = AC_SQL_RESEAL_SIGNING_KEY,
	[AUTHCODE_SEALED_SECRET] = AC_SQL_RESEAL_SECRET,
	[AUTHCODE_SEALED_CLIENT] = AC_SQL_RESEAL_CLIENT,
};

enum authcode_err
ac_sqlite_check_seal(const struct ac_sqlite_work *work, const char *sealed,
		     enum authcode_result *result)
{
	struct ac_query query;
	enum authcode_err err;
	bool fits = true;

	if (*result != AUTHCODE_RESULT_DONE)
		return AUTHCODE_OK;
	ac_query_begin(&query, work->connection, AC_SQL_KEPT_SEALS);
	while (fits && ac_query_step(&query))
		fits = ac_sealed_beside(sealed, ac_query_peek_text(&query));
	err = ac_query_end(&query);
	if (err == AUTHCODE_OK && !fits)
		*result = AUTHCODE_RESULT_OTHER_KEY;
	return err;
}

enum authcode_err
ac_sqlite_put_secret(const struct ac_sqlite_work *work, struct authcode_operation *operation)
{
	enum authcode_result result = AUTHCODE_RESULT_DONE;
	enum authcode_err err = ac_sqlite_check_seal(work, operation->u.put_secret.sealed, &result);
	struct ac_query query;

	if (err != AUTHCODE_OK)
		return err;
	operation->result = result;
	if (result != AUTHCODE_RESULT_DONE)
		return AUTHCODE_OK;
	ac_query_begin(&query, work->connection, AC_SQL_PUT_SECRET);
	ac_query_put_text(&query, operation->u.put_secret.name);
	ac_query_put_text(&query, operation->u.put_secret.sealed);
	err = ac_query_finish(&query);
	if (err == AUTHCODE_OK)
		operation->result = sqlite3_changes(work->connection->db) > 0
					    ? AUTHCODE_RESULT_DONE
					    : AUTHCODE_RESULT_CONFLICT;
	return err;
}

static enum authcode_err
reseal_all(const struct ac_sqlite_work *work, const struct authcode_op_reseal *args)
{
	enum authcode_err err = AUTHCODE_OK;

	for (size_t i = 0; err == AUTHCODE_OK && i < args->count; i++) {
		struct ac_query query;

		ac_query_begin(&query, work->connection, resealers[args->before[i].place]);
		ac_query_put_text(&query, args->after[i]);
		ac_query_put_text(&query, args->before[i].name);
		err = ac_query_finish(&query);
	}
	return err;
}

enum authcode_err
ac_sqlite_reseal(const struct ac_sqlite_work *work, struct authcode_operation *operation)
{
	const struct authcode_op_reseal *args = &operation->u.reseal;
	struct authcode_sealed *current =
		authcode_arena_alloc(work->arena, (args->count + 1) * sizeof(*current));
	size_t count = 0;
	enum authcode_err err = AUTHCODE_ERR_MEMORY;

	if (current != NULL)
		err = ac_sqlite_list_sealed(work->connection, work->arena, current, args->count,
					    &count);
	operation->result = AUTHCODE_RESULT_CONFLICT;
	if (err == AUTHCODE_ERR_LIMIT)
		return AUTHCODE_OK; /* there are more */
	if (err != AUTHCODE_OK)
		return err;
	operation->result = ac_rule_reseal(args, current, count);
	if (operation->result != AUTHCODE_RESULT_DONE)
		return AUTHCODE_OK;
	work->connection->erased = true;
	return reseal_all(work, args);
}
