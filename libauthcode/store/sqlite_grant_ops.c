/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * withdraw_grant in the SQLite store: one row says that what the client got until
 * now is dead, the subject's that there is such a row at all.
 */
#include "store/sqlite_ops.h"

enum authcode_err
ac_sqlite_withdraw_grant(const struct ac_sqlite_work *work, struct authcode_operation *operation)
{
	const struct authcode_op_withdraw_grant *args = &operation->u.withdraw_grant;
	struct ac_query query;
	int64_t subject_id = args->subject_id;
	enum authcode_err err = AUTHCODE_OK;
	bool changed = false;
	uint32_t ignored;

	if (subject_id == 0)
		err = ac_sqlite_find_live_subject(work, args->user_name, &subject_id, &ignored);
	if (err == AUTHCODE_OK)
		err = ac_sqlite_set_time(work, AC_SQL_WITHDRAW_SUBJECT, operation->now_ms,
					 subject_id, &changed);
	if (err != AUTHCODE_OK)
		return err;
	operation->result = changed ? AUTHCODE_RESULT_DONE : AUTHCODE_RESULT_NOT_FOUND;
	if (!changed)
		return AUTHCODE_OK;
	ac_query_begin(&query, work->connection, AC_SQL_WITHDRAW_GRANT);
	ac_query_put_int(&query, subject_id);
	ac_query_put_text(&query, args->client_id);
	ac_query_put_int(&query, operation->now_ms);
	return ac_query_finish(&query);
}
