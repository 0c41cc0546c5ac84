/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What the parts of the memory store's operations share.
 */
#ifndef AC_STORE_MEMORY_OPS_H
#define AC_STORE_MEMORY_OPS_H

#include "store/memory.h"

/* The outcome, when it is no failure. */
void ac_memory_finish(struct authcode_operation *operation, enum authcode_result result);

/* A key that the table does not have yet; ERR_RANDOM. */
AC_MUST_USE enum authcode_err ac_memory_free_key(const struct ac_memory *memory,
						 const struct ac_table *table, int64_t now_ms,
						 int64_t *ret);

/* One that neither a family has, nor a code or device, which will be one; ERR_RANDOM. */
AC_MUST_USE enum authcode_err ac_memory_free_family_key(const struct ac_memory *memory,
							int64_t now_ms, int64_t *ret);

/* Puts a copy of row. */
AC_MUST_USE enum authcode_err ac_memory_put(struct ac_table *table, const struct ac_row_type *type,
					    const void *row);

/* Tokens of the family, both or neither; refresh NULL: only the access token. */
AC_MUST_USE enum authcode_err ac_memory_put_tokens(struct ac_memory *memory,
						   const struct authcode_family *family,
						   struct authcode_new_token *access,
						   struct authcode_new_token *refresh,
						   int64_t now_ms);

/* Once what is redeemed was found good: its family and tokens, or none of them. */
AC_MUST_USE enum authcode_err ac_memory_start_family(struct ac_memory *memory,
						     const struct authcode_family *family,
						     struct authcode_op_redeem *args);

/* For good; family NULL: nothing. */
void ac_memory_revoke_family(struct authcode_family *family, int64_t now_ms);

/* NULL: none. */
struct authcode_subject *ac_memory_live_subject(const struct ac_memory *memory,
						const char *user_name);

/* The access token and, unless refresh is NULL, the refresh token of the family:
 * both or neither. */
AC_MUST_USE enum authcode_err ac_memory_put_tokens(struct ac_memory *memory,
						   const struct authcode_family *family,
						   struct authcode_new_token *access,
						   struct authcode_new_token *refresh,
						   int64_t now_ms);

/* NULL: there is none to revoke. */
void ac_memory_revoke_family(struct authcode_family *family, int64_t now_ms);

/* memory_session_ops.c */
void ac_memory_create_session(struct ac_memory *memory, struct authcode_operation *operation);
void ac_memory_issue_code(struct ac_memory *memory, struct authcode_operation *operation);

/* memory_refresh_ops.c */
void ac_memory_use_refresh(struct ac_memory *memory, struct authcode_operation *operation);

/* memory_client_ops.c */
void ac_memory_issue_client_token(struct ac_memory *memory, struct authcode_operation *operation);

/* Puts the grant in the place of the one of the same subject and client. */
void ac_memory_put_grant_take(struct ac_memory *memory, struct ac_memory_grant *grant);

/* memory_grant_ops.c */
/* As ac_sqlite_end_earlier(), of a subject that is there. ERR_MEMORY: nothing is ended
 * that was not, but clients may be told of it. */
AC_MUST_USE enum authcode_err ac_memory_end_earlier(struct ac_memory *memory, int64_t subject_id,
						    int64_t now_ms);

void ac_memory_withdraw_grant(struct ac_memory *memory, struct authcode_operation *operation);

/* memory_erase_ops.c */
void ac_memory_revoke_subject(struct ac_memory *memory, struct authcode_operation *operation);
void ac_memory_erase_subject(struct ac_memory *memory, struct authcode_operation *operation);

/* memory_subject_ops.c */
void ac_memory_retire_subject(struct ac_memory *memory, struct authcode_operation *operation);
void ac_memory_relink_subject(struct ac_memory *memory, struct authcode_operation *operation);

/* memory_device_ops.c */
void ac_memory_create_device(struct ac_memory *memory, struct authcode_operation *operation);
void ac_memory_answer_device(struct ac_memory *memory, struct authcode_operation *operation);
void ac_memory_poll_device(struct ac_memory *memory, struct authcode_operation *operation);
void ac_memory_redeem_device(struct ac_memory *memory, struct authcode_operation *operation);
/* memory_logout_ops.c */
void ac_memory_record_delivery(struct ac_memory *memory, struct authcode_operation *operation);

/* Deliveries for the client, by every session that is to tell it. Else as the next. */
AC_MUST_USE enum authcode_err ac_memory_tell_client(struct ac_memory *memory, const char *client_id,
						    int64_t now_ms);

/* Deliveries for all that the session is to tell, and for all that any session of the
 * subject is (0: none), who are then forgotten. All or nothing; ERR_MEMORY, ERR_RANDOM.
 * Never fails when both are 0. */
AC_MUST_USE enum authcode_err ac_memory_tell(struct ac_memory *memory, int64_t session_id,
					     int64_t subject_id, int64_t now_ms);

/* Not yet in the list; NULL: no memory. free() */
struct ac_memory_listener *ac_memory_listener_new(int64_t session_id, const char *client_id);
/* Frees it when the session has it already. */
void ac_memory_put_listener_take(struct ac_memory *memory, struct ac_memory_listener *listener);

/* memory_keys.c */
void ac_memory_add_signing_key(struct ac_memory *memory, struct authcode_operation *operation);
void ac_memory_forget_signing_key(struct ac_memory *memory, struct authcode_operation *operation);
void ac_memory_stop_signing_key(struct ac_memory *memory, struct authcode_operation *operation);

/* memory_sealed.c */
/* Is it sealed under the master key of the secrets that are kept? They are what tells the
 * key of the database: an issuer has them before it seals anything else. */
bool ac_memory_seal_fits(const struct ac_memory *memory, const char *sealed);
void ac_memory_put_secret(struct ac_memory *memory, struct authcode_operation *operation);
void ac_memory_reseal(struct ac_memory *memory, struct authcode_operation *operation);
/* memory_audit.c: room for the record of an operation that may leave one; ERR_MEMORY,
 * ERR_RANDOM. */
AC_MUST_USE enum authcode_err ac_memory_audit_prepare(struct ac_memory *memory,
						      const struct authcode_operation *operation,
						      struct ac_memory_record **ret);
/* Once it is applied: puts the record, or frees it. Cannot fail; record may be NULL. */
void ac_memory_audit_settle_take(struct ac_memory *memory,
				 const struct authcode_operation *operation,
				 struct ac_memory_record *row);

/* memory_registration_ops.c */
void ac_memory_put_client(struct ac_memory *memory, struct authcode_operation *operation);

/* memory_replay_ops.c */
void ac_memory_use_once(struct ac_memory *memory, struct authcode_operation *operation);

#endif
