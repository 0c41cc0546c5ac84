/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * One operation inside the writer's open transaction.
 */
#ifndef AC_STORE_SQLITE_OPS_H
#define AC_STORE_SQLITE_OPS_H

#include "store/audit_chain.h"
#include "store/sqlite_query.h"

/* What an operation works with. */
struct ac_sqlite_work {
	struct ac_connection *connection;
	const struct authcode_store_random *random;
	struct authcode_arena *arena;
	struct ac_audit_chain *chain;
};

/* Sets operation->result and returns OK, or returns why it failed; what it has
 * written then is for the caller to roll back. */
AC_MUST_USE enum authcode_err ac_sqlite_apply(const struct ac_sqlite_work *work,
					      struct authcode_operation *operation);

/* The rest of the table in sqlite_ops.c: sessions and what is issued from them
 * (sqlite_session_ops.c), subjects (sqlite_subject_ops.c), refresh tokens
 * (sqlite_refresh_ops.c), what clients get for themselves (sqlite_client_ops.c),
 * devices (sqlite_device_ops.c), signing keys (sqlite_key_ops.c), whom a logout is
 * told (sqlite_logout_ops.c), consent (sqlite_grant_ops.c). */
enum authcode_err ac_sqlite_create_session(const struct ac_sqlite_work *work,
					   struct authcode_operation *operation);
enum authcode_err ac_sqlite_issue_code(const struct ac_sqlite_work *work,
				       struct authcode_operation *operation);
enum authcode_err ac_sqlite_retire_subject(const struct ac_sqlite_work *work,
					   struct authcode_operation *operation);
enum authcode_err ac_sqlite_relink_subject(const struct ac_sqlite_work *work,
					   struct authcode_operation *operation);
enum authcode_err ac_sqlite_add_signing_key(const struct ac_sqlite_work *work,
					    struct authcode_operation *operation);
enum authcode_err ac_sqlite_forget_signing_key(const struct ac_sqlite_work *work,
					       struct authcode_operation *operation);
enum authcode_err ac_sqlite_stop_signing_key(const struct ac_sqlite_work *work,
					     struct authcode_operation *operation);

/* sqlite_sealed.c */
/* result DONE becomes OTHER_KEY when it is not sealed under the master key of the secrets
 * that are kept. They are what tells the key of the database: an issuer has them before it
 * seals anything else. */
enum authcode_err ac_sqlite_check_seal(const struct ac_sqlite_work *work, const char *sealed,
				       enum authcode_result *result);
enum authcode_err ac_sqlite_put_secret(const struct ac_sqlite_work *work,
				       struct authcode_operation *operation);
enum authcode_err ac_sqlite_reseal(const struct ac_sqlite_work *work,
				   struct authcode_operation *operation);

enum authcode_err ac_sqlite_use_refresh(const struct ac_sqlite_work *work,
					struct authcode_operation *operation);
enum authcode_err ac_sqlite_issue_client_token(const struct ac_sqlite_work *work,
					       struct authcode_operation *operation);

/* What any client got of the subject until now is dead, and its sessions are ended; the
 * clients that want to hear of that are told. Its consents stay. */
AC_MUST_USE enum authcode_err ac_sqlite_end_earlier(const struct ac_sqlite_work *work,
						    int64_t subject_id, int64_t now_ms);

enum authcode_err ac_sqlite_withdraw_grant(const struct ac_sqlite_work *work,
					   struct authcode_operation *operation);

/* sqlite_erase_ops.c */
enum authcode_err ac_sqlite_revoke_subject(const struct ac_sqlite_work *work,
					   struct authcode_operation *operation);
enum authcode_err ac_sqlite_erase_subject(const struct ac_sqlite_work *work,
					  struct authcode_operation *operation);

/* Where a token goes. */
struct ac_sqlite_place {
	const struct authcode_family *family; /* its id and end */
	int64_t predecessor_id;               /* of a refresh token; 0: none */
	int64_t now_ms;
};

AC_MUST_USE enum authcode_err ac_sqlite_insert_token(const struct ac_sqlite_work *work,
						     const struct ac_sqlite_place *place,
						     enum authcode_token_kind kind,
						     struct authcode_new_token *token);
enum authcode_err ac_sqlite_create_device(const struct ac_sqlite_work *work,
					  struct authcode_operation *operation);
enum authcode_err ac_sqlite_answer_device(const struct ac_sqlite_work *work,
					  struct authcode_operation *operation);
enum authcode_err ac_sqlite_poll_device(const struct ac_sqlite_work *work,
					struct authcode_operation *operation);
enum authcode_err ac_sqlite_redeem_device(const struct ac_sqlite_work *work,
					  struct authcode_operation *operation);

/* Once what is redeemed is marked: the family of it, born in the session, and its
 * tokens. Subject and session stay as long as a family that outlives the session. */
AC_MUST_USE enum authcode_err ac_sqlite_start_family(const struct ac_sqlite_work *work,
						     const struct authcode_family *family,
						     const struct authcode_session *session,
						     struct authcode_op_redeem *args);

/* OK when the statement, which is bound, has changed its row: that was read just
 * before and fits. */
AC_MUST_USE enum authcode_err ac_sqlite_finish_surely(const struct ac_sqlite_work *work,
						      struct ac_query *query);
enum authcode_err ac_sqlite_record_delivery(const struct ac_sqlite_work *work,
					    struct authcode_operation *operation);

/* The session is to tell the client of its end. */
AC_MUST_USE enum authcode_err ac_sqlite_put_listener(const struct ac_sqlite_work *work,
						     const struct authcode_session *session,
						     const char *client_id);

/* Deliveries for all that the session is to tell, and for all that any session of the
 * subject is (0: none), who are then forgotten. */
AC_MUST_USE enum authcode_err ac_sqlite_tell(const struct ac_sqlite_work *work, int64_t session_id,
					     int64_t subject_id, int64_t now_ms);

/* The same for one client, by every session that is to tell it. */
AC_MUST_USE enum authcode_err ac_sqlite_tell_client(const struct ac_sqlite_work *work,
						    const char *client_id, int64_t now_ms);

/* sqlite_registration_ops.c */
enum authcode_err ac_sqlite_put_client(const struct ac_sqlite_work *work,
				       struct authcode_operation *operation);

/* sqlite_replay_ops.c */
enum authcode_err ac_sqlite_use_once(const struct ac_sqlite_work *work,
				     struct authcode_operation *operation);
enum authcode_err ac_sqlite_purge_replays(const struct ac_sqlite_work *work, int64_t now_ms,
					  uint32_t limit, uint32_t *ret_deleted);

/* An UPDATE of one row by its id. ret_changed: the row was there and fitted. */
enum authcode_err ac_sqlite_set_time(const struct ac_sqlite_work *work, enum ac_sql sql,
				     int64_t time_ms, int64_t id, bool *ret_changed);

/* *ret_id stays as it was when there is none. */
AC_MUST_USE enum authcode_err ac_sqlite_find_live_subject(const struct ac_sqlite_work *work,
							  const char *user_name, int64_t *ret_id,
							  uint32_t *ret_uid);

#endif
