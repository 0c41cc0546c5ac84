/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The operations of the memory store on codes, tokens and families, and the
 * table of all operations. Each one first gathers everything that can fail
 * (rows, keys), then changes what was there before, which cannot.
 */
#include "store/memory_ops.h"

#include <stdlib.h>
#include <string.h>

#include "store/audit.h"
#include "store/operation.h"
#include "store/row_key.h"
#include "store/rules.h"

void
ac_memory_finish(struct authcode_operation *operation, enum authcode_result result)
{
	operation->result = result;
	operation->err = AUTHCODE_OK;
}

enum authcode_err
ac_memory_free_key(const struct ac_memory *memory, const struct ac_table *table, int64_t now_ms,
		   int64_t *ret)
{
	for (int i = 0; i < AC_ROW_KEY_TRIES; i++) {
		int64_t id;
		enum authcode_err err = ac_row_key_new(&memory->random, now_ms, &id);

		if (err != AUTHCODE_OK)
			return err;
		if (ac_table_find(table, id) == NULL) {
			*ret = id;
			return AUTHCODE_OK;
		}
	}
	return AUTHCODE_ERR_RANDOM;
}

enum authcode_err
ac_memory_free_family_key(const struct ac_memory *memory, int64_t now_ms, int64_t *ret)
{
	for (int i = 0; i < AC_ROW_KEY_TRIES; i++) {
		int64_t id;
		enum authcode_err err = ac_row_key_new(&memory->random, now_ms, &id);

		if (err != AUTHCODE_OK)
			return err;
		if (ac_table_find(&memory->codes, id) == NULL &&
		    ac_table_find(&memory->devices, id) == NULL &&
		    ac_table_find(&memory->families, id) == NULL) {
			*ret = id;
			return AUTHCODE_OK;
		}
	}
	return AUTHCODE_ERR_RANDOM;
}

enum authcode_err
ac_memory_put(struct ac_table *table, const struct ac_row_type *type, const void *row)
{
	void *copy = ac_row_copy(type, row);
	enum authcode_err err;

	if (copy == NULL)
		return AUTHCODE_ERR_MEMORY;
	err = ac_table_put_take(table, copy);
	if (err != AUTHCODE_OK)
		free(copy);
	return err;
}

void
ac_memory_revoke_family(struct authcode_family *family, int64_t now_ms)
{
	if (family != NULL && family->revoked_ms == 0)
		family->revoked_ms = now_ms;
}

static enum authcode_err
put_token(struct ac_memory *memory, const struct authcode_family *family,
	  enum authcode_token_kind kind, struct authcode_new_token *new_token, int64_t now_ms)
{
	struct authcode_token token = {
		.kind = kind,
		.family_id = family->id,
		.scope = new_token->scope,
		.resource = new_token->resource,
		.created_ms = now_ms,
		.expires_ms = ac_earlier(new_token->expires_ms, family->expires_ms),
	};
	enum authcode_err err = ac_memory_free_key(memory, &memory->tokens, now_ms, &token.id);

	memcpy(token.hash, new_token->hash, sizeof(token.hash));
	if (err == AUTHCODE_OK)
		err = ac_memory_put(&memory->tokens, &ac_row_token, &token);
	if (err == AUTHCODE_OK)
		new_token->ret_id = token.id;
	return err;
}

enum authcode_err
ac_memory_put_tokens(struct ac_memory *memory, const struct authcode_family *family,
		     struct authcode_new_token *access, struct authcode_new_token *refresh,
		     int64_t now_ms)
{
	enum authcode_err err = put_token(memory, family, AUTHCODE_TOKEN_ACCESS, access, now_ms);

	if (err != AUTHCODE_OK || refresh == NULL)
		return err;
	err = put_token(memory, family, AUTHCODE_TOKEN_REFRESH, refresh, now_ms);
	if (err != AUTHCODE_OK)
		ac_table_remove(&memory->tokens, access->ret_id);
	return err;
}

enum authcode_err
ac_memory_start_family(struct ac_memory *memory, const struct authcode_family *family,
		       struct authcode_op_redeem *args)
{
	enum authcode_err err = ac_memory_put(&memory->families, &ac_row_family, family);

	if (err != AUTHCODE_OK)
		return err;
	err = ac_memory_put_tokens(memory, family, &args->access,
				   args->with_refresh ? &args->refresh : NULL, family->created_ms);
	if (err != AUTHCODE_OK)
		ac_table_remove(&memory->families, family->id);
	return err;
}

static void
redeem_code(struct ac_memory *memory, struct authcode_operation *operation)
{
	struct authcode_op_redeem *args = &operation->u.redeem_code;
	struct authcode_code *code = ac_table_find(&memory->codes, args->id);
	struct authcode_code_view view;
	struct authcode_family family;
	enum authcode_result result;
	enum authcode_err err;

	result = ac_rule_redeem_code(ac_memory_view_code(memory, args->id, &view) ? &view : NULL,
				     operation->now_ms);
	if (result == AUTHCODE_RESULT_REUSED)
		ac_memory_revoke_family(ac_table_find(&memory->families, args->id),
					operation->now_ms);
	if (result != AUTHCODE_RESULT_DONE) {
		ac_memory_finish(operation, result);
		return;
	}

	family = ac_family_of_code(code, args, operation->now_ms);
	err = ac_memory_start_family(memory, &family, args);
	if (err != AUTHCODE_OK) {
		ac_operation_fail(operation, err);
		return;
	}
	code->used_ms = operation->now_ms;
	ac_memory_finish(operation, AUTHCODE_RESULT_DONE);
}

static void
revoke_family(struct ac_memory *memory, struct authcode_operation *operation)
{
	struct authcode_family *family =
		ac_table_find(&memory->families, operation->u.revoke_family.family_id);

	ac_memory_revoke_family(family, operation->now_ms);
	ac_memory_finish(operation,
			 family != NULL ? AUTHCODE_RESULT_DONE : AUTHCODE_RESULT_NOT_FOUND);
}

static void
revoke_token(struct ac_memory *memory, struct authcode_operation *operation)
{
	struct authcode_token *token =
		ac_table_find(&memory->tokens, operation->u.revoke_token.token_id);

	if (token != NULL && token->revoked_ms == 0)
		token->revoked_ms = operation->now_ms;
	ac_memory_finish(operation,
			 token != NULL ? AUTHCODE_RESULT_DONE : AUTHCODE_RESULT_NOT_FOUND);
}

static void
end_session(struct ac_memory *memory, struct authcode_operation *operation)
{
	struct authcode_session *session =
		ac_table_find(&memory->sessions, operation->u.end_session.session_id);
	enum authcode_err err =
		ac_memory_tell(memory, operation->u.end_session.session_id, 0, operation->now_ms);

	if (err != AUTHCODE_OK) {
		ac_operation_fail(operation, err);
		return;
	}
	if (session != NULL && session->ended_ms == 0)
		session->ended_ms = operation->now_ms;
	if (session != NULL)
		operation->u.end_session.ret_subject_id = session->subject_id;
	ac_memory_finish(operation,
			 session != NULL ? AUTHCODE_RESULT_DONE : AUTHCODE_RESULT_NOT_FOUND);
}

static void
purge(struct ac_memory *memory, struct authcode_operation *operation)
{
	struct authcode_op_purge *args = &operation->u.purge;

	args->ret_deleted = ac_memory_purge(memory, operation->now_ms, args->limit);
	args->ret_shortened_id = args->shortened_id;
	ac_memory_purge_audit(memory, args, operation->now_ms);
	if (args->shorten_before_ms > 0)
		ac_memory_shorten_audit(memory, args);
	ac_memory_finish(operation, AUTHCODE_RESULT_DONE);
}

/* What is written here is kept as long as anything is. */
static void
probe(struct ac_memory *memory, struct authcode_operation *operation)
{
	(void)memory;
	ac_memory_finish(operation, AUTHCODE_RESULT_DONE);
}

static void (*const appliers[AUTHCODE_OP_COUNT])(struct ac_memory *,
						 struct authcode_operation *) = {
	[AUTHCODE_OP_CREATE_SESSION] = ac_memory_create_session,
	[AUTHCODE_OP_ISSUE_CODE] = ac_memory_issue_code,
	[AUTHCODE_OP_REDEEM_CODE] = redeem_code,
	[AUTHCODE_OP_USE_REFRESH] = ac_memory_use_refresh,
	[AUTHCODE_OP_REVOKE_FAMILY] = revoke_family,
	[AUTHCODE_OP_REVOKE_TOKEN] = revoke_token,
	[AUTHCODE_OP_END_SESSION] = end_session,
	[AUTHCODE_OP_PURGE] = purge,
	[AUTHCODE_OP_RETIRE_SUBJECT] = ac_memory_retire_subject,
	[AUTHCODE_OP_RELINK_SUBJECT] = ac_memory_relink_subject,
	[AUTHCODE_OP_ISSUE_CLIENT_TOKEN] = ac_memory_issue_client_token,
	[AUTHCODE_OP_WITHDRAW_GRANT] = ac_memory_withdraw_grant,
	[AUTHCODE_OP_CREATE_DEVICE] = ac_memory_create_device,
	[AUTHCODE_OP_ANSWER_DEVICE] = ac_memory_answer_device,
	[AUTHCODE_OP_POLL_DEVICE] = ac_memory_poll_device,
	[AUTHCODE_OP_REDEEM_DEVICE] = ac_memory_redeem_device,
	[AUTHCODE_OP_RECORD_DELIVERY] = ac_memory_record_delivery,
	[AUTHCODE_OP_ADD_SIGNING_KEY] = ac_memory_add_signing_key,
	[AUTHCODE_OP_FORGET_SIGNING_KEY] = ac_memory_forget_signing_key,
	[AUTHCODE_OP_STOP_SIGNING_KEY] = ac_memory_stop_signing_key,
	[AUTHCODE_OP_PUT_SECRET] = ac_memory_put_secret,
	[AUTHCODE_OP_RESEAL] = ac_memory_reseal,
	[AUTHCODE_OP_USE_ONCE] = ac_memory_use_once,
	[AUTHCODE_OP_PROBE] = probe,
	[AUTHCODE_OP_REVOKE_SUBJECT] = ac_memory_revoke_subject,
	[AUTHCODE_OP_ERASE_SUBJECT] = ac_memory_erase_subject,
	[AUTHCODE_OP_PUT_CLIENT] = ac_memory_put_client,
};

void
ac_memory_apply(struct ac_memory *memory, struct authcode_operation *operation)
{
	struct ac_memory_record *record = NULL;
	enum authcode_err err = AUTHCODE_OK;

	if (ac_audit_may(operation))
		err = ac_memory_audit_prepare(memory, operation, &record);
	if (err != AUTHCODE_OK) {
		ac_operation_fail(operation, err);
		return;
	}
	appliers[operation->kind](memory, operation);
	ac_memory_audit_settle_take(memory, operation, record);
}
