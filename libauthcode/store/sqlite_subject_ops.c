/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The operations on subjects themselves: a person who is gone, an account that
 * was renamed. Of each name at most one subject is live, which an index of the
 * file enforces, so the one in the way goes before the other takes its name.
 */
#include "store/sqlite_ops.h"

#include "store/rules.h"

enum authcode_err
ac_sqlite_find_live_subject(const struct ac_sqlite_work *work, const char *user_name,
			    int64_t *ret_id, uint32_t *ret_uid)
{
	struct ac_query query;

	ac_query_begin(&query, work->connection, AC_SQL_FIND_LIVE_SUBJECT);
	ac_query_put_text(&query, user_name);
	if (ac_query_step(&query)) {
		*ret_id = ac_query_get_int(&query);
		*ret_uid = (uint32_t)ac_query_get_int(&query);
	}
	return ac_query_end(&query);
}

enum authcode_err
ac_sqlite_retire_subject(const struct ac_sqlite_work *work, struct authcode_operation *operation)
{
	bool changed = false;
	enum authcode_err err =
		ac_sqlite_set_time(work, AC_SQL_RETIRE_SUBJECT, operation->now_ms,
				   operation->u.retire_subject.subject_id, &changed);

	operation->result = changed ? AUTHCODE_RESULT_DONE : AUTHCODE_RESULT_NOT_FOUND;
	if (err == AUTHCODE_OK)
		err = ac_sqlite_tell(work, 0, operation->u.retire_subject.subject_id,
				     operation->now_ms);
	return err;
}

static enum authcode_err
rename_subject(const struct ac_sqlite_work *work, int64_t id, const char *new_name)
{
	struct ac_query query;

	ac_query_begin(&query, work->connection, AC_SQL_RELINK_SUBJECT);
	ac_query_put_text(&query, new_name);
	ac_query_put_int(&query, id);
	return ac_query_finish(&query);
}

enum authcode_err
ac_sqlite_relink_subject(const struct ac_sqlite_work *work, struct authcode_operation *operation)
{
	struct authcode_op_relink_subject *args = &operation->u.relink_subject;
	struct authcode_subject old = { 0 };
	int64_t in_the_way = 0;
	uint32_t ignored;
	bool changed;
	enum authcode_err err;

	err = ac_sqlite_find_live_subject(work, args->old_name, &old.id, &old.uid);
	if (err == AUTHCODE_OK)
		err = ac_sqlite_find_live_subject(work, args->new_name, &in_the_way, &ignored);
	if (err != AUTHCODE_OK)
		return err;
	operation->result = ac_rule_relink_subject(&old, in_the_way, args);
	if (operation->result != AUTHCODE_RESULT_DONE)
		return AUTHCODE_OK;
	if (in_the_way != 0 && in_the_way != old.id) {
		err = ac_sqlite_set_time(work, AC_SQL_RETIRE_SUBJECT, operation->now_ms, in_the_way,
					 &changed);
		if (err == AUTHCODE_OK)
			err = ac_sqlite_tell(work, 0, in_the_way, operation->now_ms);
	}
	if (err == AUTHCODE_OK)
		err = rename_subject(work, old.id, args->new_name);
	if (err == AUTHCODE_OK)
		args->ret_subject_id = old.id;
	return err;
}
