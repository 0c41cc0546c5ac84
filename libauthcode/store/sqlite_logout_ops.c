/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The SQLite store on clients that want to hear of a logout: who they are of a
 * session, the deliveries that its end makes, and what became of them (OpenID
 * Connect Back-Channel Logout 1.0 §2.5).
 */
#include "store/sqlite_ops.h"

enum authcode_err
ac_sqlite_put_listener(const struct ac_sqlite_work *work, const struct authcode_session *session,
		       const char *client_id)
{
	struct ac_query query;

	ac_query_begin(&query, work->connection, AC_SQL_PUT_LISTENER);
	ac_query_put_int(&query, session->id);
	ac_query_put_text(&query, client_id);
	ac_query_put_int(&query, session->subject_id);
	return ac_query_finish(&query);
}

static enum authcode_err
has_listener(const struct ac_sqlite_work *work, int64_t session_id, int64_t subject_id, bool *ret)
{
	struct ac_query query;
	enum authcode_err err;
	bool found;

	ac_query_begin(&query, work->connection, AC_SQL_HAS_LISTENER);
	ac_query_put_int(&query, session_id);
	ac_query_put_int(&query, subject_id);
	found = ac_query_step(&query);
	err = ac_query_end(&query);
	if (err == AUTHCODE_OK)
		*ret = found;
	return err;
}

/* Mostly there is nobody to tell: then nothing is drawn and nothing is written. */
enum authcode_err
ac_sqlite_tell(const struct ac_sqlite_work *work, int64_t session_id, int64_t subject_id,
	       int64_t now_ms)
{
	struct ac_query query;
	int64_t first;
	bool any = false;
	enum authcode_err err = has_listener(work, session_id, subject_id, &any);

	if (err != AUTHCODE_OK || !any)
		return err;
	ac_query_begin(&query, work->connection, AC_SQL_TELL);
	ac_query_skip_key(&query);
	ac_query_put_int(&query, now_ms);
	ac_query_put_int(&query, now_ms + AUTHCODE_DELIVERY_KEPT_MS); /* forget_ms */
	ac_query_put_int(&query, session_id);
	ac_query_put_int(&query, subject_id);
	err = ac_query_insert(&query, work->random, now_ms, &first);
	if (err != AUTHCODE_OK)
		return err;
	ac_query_begin(&query, work->connection, AC_SQL_FORGET_LISTENERS);
	ac_query_put_int(&query, session_id);
	ac_query_put_int(&query, subject_id);
	return ac_query_finish(&query);
}

static enum authcode_err
has_client_listener(const struct ac_sqlite_work *work, const char *client_id, bool *ret)
{
	struct ac_query query;
	enum authcode_err err;
	bool found;

	ac_query_begin(&query, work->connection, AC_SQL_HAS_CLIENT_LISTENER);
	ac_query_put_text(&query, client_id);
	found = ac_query_step(&query);
	err = ac_query_end(&query);
	if (err == AUTHCODE_OK)
		*ret = found;
	return err;
}

enum authcode_err
ac_sqlite_tell_client(const struct ac_sqlite_work *work, const char *client_id, int64_t now_ms)
{
	struct ac_query query;
	int64_t first;
	bool any = false;
	enum authcode_err err = has_client_listener(work, client_id, &any);

	if (err != AUTHCODE_OK || !any)
		return err;
	ac_query_begin(&query, work->connection, AC_SQL_TELL_CLIENT);
	ac_query_skip_key(&query);
	ac_query_put_int(&query, now_ms);
	ac_query_put_int(&query, now_ms + AUTHCODE_DELIVERY_KEPT_MS); /* forget_ms */
	ac_query_put_text(&query, client_id);
	err = ac_query_insert(&query, work->random, now_ms, &first);
	if (err != AUTHCODE_OK)
		return err;
	ac_query_begin(&query, work->connection, AC_SQL_FORGET_CLIENT_LISTENERS);
	ac_query_put_text(&query, client_id);
	return ac_query_finish(&query);
}

enum authcode_err
ac_sqlite_record_delivery(const struct ac_sqlite_work *work, struct authcode_operation *operation)
{
	const struct authcode_op_record_delivery *args = &operation->u.record_delivery;
	struct ac_query query;
	enum authcode_err err;

	ac_query_begin(&query, work->connection, AC_SQL_RECORD_DELIVERY);
	ac_query_put_int(&query, args->status);
	ac_query_put_int(&query, args->delivered ? 0 : args->next_ms);
	ac_query_put_int(&query, args->delivered ? operation->now_ms : 0);
	ac_query_put_int(&query, args->delivery_id);
	err = ac_query_finish(&query);
	if (err == AUTHCODE_OK)
		operation->result = sqlite3_changes(work->connection->db) > 0
					    ? AUTHCODE_RESULT_DONE
					    : AUTHCODE_RESULT_NOT_FOUND;
	return err;
}
