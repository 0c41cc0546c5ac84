/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The operations of the memory store. Each one first gathers everything that
 * can fail (rows, keys), then changes what was there before, which cannot.
 */
#include "store/memory.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "store/operation.h"
#include "store/row_key.h"
#include "store/rules.h"

static void
finish(struct authcode_operation *operation, enum authcode_result result)
{
	operation->result = result;
	operation->err = AUTHCODE_OK;
}

static enum authcode_err
free_key(const struct ac_memory *memory, const struct ac_table *table, int64_t now_ms, int64_t *ret)
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

static enum authcode_err
put(struct ac_table *table, const struct ac_row_type *type, const void *row)
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

static struct authcode_subject *
live_subject(const struct ac_memory *memory, const char *user_name)
{
	for (size_t i = 0; i < memory->subjects.count; i++) {
		struct authcode_subject *subject = memory->subjects.rows[i];

		if (subject->retired_ms == 0 && strcmp(subject->user_name, user_name) == 0)
			return subject;
	}
	return NULL;
}

static bool
sub_taken(const struct ac_memory *memory, const char *sub)
{
	for (size_t i = 0; i < memory->subjects.count; i++) {
		const struct authcode_subject *subject = memory->subjects.rows[i];

		if (strcmp(subject->sub, sub) == 0)
			return true;
	}
	return false;
}

static enum authcode_err
put_subject(struct ac_memory *memory, const struct authcode_operation *operation, int64_t *ret_id)
{
	const struct authcode_op_create_session *args = &operation->u.create_session;
	struct authcode_subject subject = {
		.sub = args->new_sub,
		.user_name = args->user_name,
		.uid = args->uid,
		.full_name = args->full_name,
		.groups = args->groups,
		.first_seen_ms = operation->now_ms,
	};
	enum authcode_err err;

	if (sub_taken(memory, args->new_sub))
		return AUTHCODE_ERR_USAGE;
	err = free_key(memory, &memory->subjects, operation->now_ms, &subject.id);
	if (err != AUTHCODE_OK)
		return err;
	err = put(&memory->subjects, &ac_row_subject, &subject);
	if (err == AUTHCODE_OK)
		*ret_id = subject.id;
	return err;
}

static enum authcode_err
put_session(struct ac_memory *memory, const struct authcode_operation *operation,
	    int64_t subject_id, int64_t *ret_id)
{
	const struct authcode_op_create_session *args = &operation->u.create_session;
	struct authcode_session session = {
		.subject_id = subject_id,
		.auth_time_ms = args->auth_time_ms,
		.acr = args->acr,
		.amr = args->amr,
		.created_ms = operation->now_ms,
		.idle_expires_ms = ac_earlier(args->idle_expires_ms, args->expires_ms),
		.expires_ms = args->expires_ms,
	};
	enum authcode_err err;

	memcpy(session.hash, args->hash, sizeof(session.hash));
	err = free_key(memory, &memory->sessions, operation->now_ms, &session.id);
	if (err != AUTHCODE_OK)
		return err;
	err = put(&memory->sessions, &ac_row_session, &session);
	if (err == AUTHCODE_OK)
		*ret_id = session.id;
	return err;
}

/* A name that now means another uid is another person. */
static void
create_session(struct ac_memory *memory, struct authcode_operation *operation)
{
	struct authcode_op_create_session *args = &operation->u.create_session;
	struct authcode_subject *old = live_subject(memory, args->user_name);
	bool same = old != NULL && old->uid == args->uid;
	struct authcode_subject *refreshed = NULL;
	struct authcode_session *replaced;
	int64_t subject_id = 0, session_id = 0;
	enum authcode_err err;

	if (same) {
		struct authcode_subject changed = *old;

		changed.full_name = args->full_name;
		changed.groups = args->groups;
		subject_id = old->id;
		refreshed = ac_row_copy(&ac_row_subject, &changed);
		err = refreshed != NULL ? AUTHCODE_OK : AUTHCODE_ERR_MEMORY;
	} else {
		err = put_subject(memory, operation, &subject_id);
	}
	if (err != AUTHCODE_OK) {
		ac_operation_fail(operation, err);
		return;
	}
	err = put_session(memory, operation, subject_id, &session_id);
	if (err != AUTHCODE_OK) {
		free(refreshed);
		if (!same)
			ac_table_remove(&memory->subjects, subject_id);
		ac_operation_fail(operation, err);
		return;
	}

	if (same)
		ac_table_replace_take(&memory->subjects, refreshed);
	else if (old != NULL)
		old->retired_ms = operation->now_ms;
	replaced = ac_table_find(&memory->sessions, args->replaces);
	if (replaced != NULL && replaced->ended_ms == 0)
		replaced->ended_ms = operation->now_ms;
	args->ret_session_id = session_id;
	args->ret_subject_id = subject_id;
	finish(operation, AUTHCODE_RESULT_DONE);
}

/* The grant as it will be, on the heap, not yet in the list. */
static enum authcode_err
new_grant(const struct ac_memory *memory, const struct authcode_operation *operation,
	  int64_t subject_id, struct ac_memory_grant **ret)
{
	const struct authcode_op_issue_code *args = &operation->u.issue_code;
	const struct ac_memory_grant *old =
		ac_memory_find_grant(memory, subject_id, args->code.client_id);
	struct ac_memory_grant *grant = calloc(1, sizeof(*grant));
	struct authcode_arena *arena = NULL;
	struct authcode_grant row = {
		.subject_id = subject_id,
		.client_id = args->code.client_id,
		.updated_ms = operation->now_ms,
	};
	enum authcode_err err = AUTHCODE_ERR_MEMORY;

	if (grant == NULL)
		goto out;
	if (authcode_arena_new(SIZE_MAX, &arena) != AUTHCODE_OK)
		goto out;
	row.scope = ac_store_scope_union(arena, old != NULL ? old->row->scope : "",
					 args->consented_scope);
	if (row.scope == NULL)
		goto out;
	grant->row = ac_row_copy(&ac_row_grant, &row);
	if (grant->row == NULL)
		goto out;
	*ret = grant;
	grant = NULL;
	err = AUTHCODE_OK;
out:
	free(grant);
	authcode_arena_free(&arena);
	return err;
}

static void
put_grant_take(struct ac_memory *memory, struct ac_memory_grant *grant)
{
	struct ac_memory_grant *old =
		ac_memory_find_grant(memory, grant->row->subject_id, grant->row->client_id);

	if (old != NULL) {
		free(old->row);
		old->row = grant->row;
		free(grant);
		return;
	}
	grant->next = memory->grants;
	memory->grants = grant;
}

static void
issue_code(struct ac_memory *memory, struct authcode_operation *operation)
{
	struct authcode_op_issue_code *args = &operation->u.issue_code;
	struct authcode_session *session = ac_table_find(&memory->sessions, args->session_id);
	struct authcode_session_view view;
	struct authcode_code code = args->code;
	struct ac_memory_grant *grant = NULL;
	enum authcode_result result;
	enum authcode_err err = AUTHCODE_OK;

	result = ac_rule_issue_code(ac_memory_view_session(memory, args->session_id, &view) ? &view
											    : NULL,
				    operation->now_ms);
	if (result != AUTHCODE_RESULT_DONE) {
		finish(operation, result);
		return;
	}
	if (args->remember)
		err = new_grant(memory, operation, session->subject_id, &grant);
	if (err == AUTHCODE_OK)
		err = free_key(memory, &memory->codes, operation->now_ms, &code.id);
	if (err == AUTHCODE_OK) {
		code.subject_id = session->subject_id;
		code.session_id = session->id;
		code.auth_time_ms = session->auth_time_ms;
		code.acr = session->acr;
		code.amr = session->amr;
		code.created_ms = operation->now_ms;
		code.used_ms = 0;
		err = put(&memory->codes, &ac_row_code, &code);
	}
	if (err != AUTHCODE_OK) {
		if (grant != NULL)
			free(grant->row);
		free(grant);
		ac_operation_fail(operation, err);
		return;
	}

	session->idle_expires_ms = ac_earlier(args->idle_expires_ms, session->expires_ms);
	if (grant != NULL)
		put_grant_take(memory, grant);
	args->ret_code_id = code.id;
	finish(operation, AUTHCODE_RESULT_DONE);
}

static void
revoke(struct authcode_family *family, int64_t now_ms)
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
		.created_ms = now_ms,
		.expires_ms = ac_earlier(new_token->expires_ms, family->expires_ms),
	};
	enum authcode_err err = free_key(memory, &memory->tokens, now_ms, &token.id);

	memcpy(token.hash, new_token->hash, sizeof(token.hash));
	if (err == AUTHCODE_OK)
		err = put(&memory->tokens, &ac_row_token, &token);
	if (err == AUTHCODE_OK)
		new_token->ret_id = token.id;
	return err;
}

/* Both or neither; refresh NULL: only the access token. */
static enum authcode_err
put_tokens(struct ac_memory *memory, const struct authcode_family *family,
	   struct authcode_new_token *access, struct authcode_new_token *refresh, int64_t now_ms)
{
	enum authcode_err err = put_token(memory, family, AUTHCODE_TOKEN_ACCESS, access, now_ms);

	if (err != AUTHCODE_OK || refresh == NULL)
		return err;
	err = put_token(memory, family, AUTHCODE_TOKEN_REFRESH, refresh, now_ms);
	if (err != AUTHCODE_OK)
		ac_table_remove(&memory->tokens, access->ret_id);
	return err;
}

static void
redeem_code(struct ac_memory *memory, struct authcode_operation *operation)
{
	struct authcode_op_redeem_code *args = &operation->u.redeem_code;
	struct authcode_code *code = ac_table_find(&memory->codes, args->code_id);
	struct authcode_code_view view;
	struct authcode_family family = { .expires_ms = args->family_expires_ms };
	enum authcode_result result;
	enum authcode_err err;

	result = ac_rule_redeem_code(ac_memory_view_code(memory, args->code_id, &view) ? &view
										       : NULL,
				     operation->now_ms);
	if (result == AUTHCODE_RESULT_REUSED)
		revoke(ac_table_find(&memory->families, args->code_id), operation->now_ms);
	if (result != AUTHCODE_RESULT_DONE) {
		finish(operation, result);
		return;
	}

	family.id = code->id;
	family.client_id = code->client_id;
	family.subject_id = code->subject_id;
	family.session_id = args->detached ? 0 : code->session_id;
	family.scope = code->scope;
	family.auth_time_ms = code->auth_time_ms;
	family.acr = code->acr;
	family.amr = code->amr;
	family.created_ms = operation->now_ms;
	err = put(&memory->families, &ac_row_family, &family);
	if (err == AUTHCODE_OK) {
		err = put_tokens(memory, &family, &args->access,
				 args->with_refresh ? &args->refresh : NULL, operation->now_ms);
		if (err != AUTHCODE_OK)
			ac_table_remove(&memory->families, family.id);
	}
	if (err != AUTHCODE_OK) {
		ac_operation_fail(operation, err);
		return;
	}
	code->used_ms = operation->now_ms;
	finish(operation, AUTHCODE_RESULT_DONE);
}

static void
use_refresh(struct ac_memory *memory, struct authcode_operation *operation)
{
	struct authcode_op_use_refresh *args = &operation->u.use_refresh;
	struct authcode_token *token = ac_table_find(&memory->tokens, args->refresh_id);
	struct authcode_token_view view;
	enum authcode_result result;
	enum authcode_err err;

	result = ac_rule_use_refresh(ac_memory_view_token(memory, args->refresh_id, &view) ? &view
											   : NULL,
				     operation->now_ms);
	if (result == AUTHCODE_RESULT_REUSED)
		revoke(ac_table_find(&memory->families, token->family_id), operation->now_ms);
	if (result != AUTHCODE_RESULT_DONE) {
		finish(operation, result);
		return;
	}
	err = put_tokens(memory, &view.family, &args->access,
			 args->rotate ? &args->successor : NULL, operation->now_ms);
	if (err != AUTHCODE_OK) {
		ac_operation_fail(operation, err);
		return;
	}
	if (args->rotate)
		token->rotated_ms = operation->now_ms;
	else
		token->expires_ms = ac_earlier(args->refresh_expires_ms, view.family.expires_ms);
	finish(operation, AUTHCODE_RESULT_DONE);
}

static void
revoke_family(struct ac_memory *memory, struct authcode_operation *operation)
{
	struct authcode_family *family =
		ac_table_find(&memory->families, operation->u.revoke_family.family_id);

	revoke(family, operation->now_ms);
	finish(operation, family != NULL ? AUTHCODE_RESULT_DONE : AUTHCODE_RESULT_NOT_FOUND);
}

static void
revoke_token(struct ac_memory *memory, struct authcode_operation *operation)
{
	struct authcode_token *token =
		ac_table_find(&memory->tokens, operation->u.revoke_token.token_id);

	if (token != NULL && token->revoked_ms == 0)
		token->revoked_ms = operation->now_ms;
	finish(operation, token != NULL ? AUTHCODE_RESULT_DONE : AUTHCODE_RESULT_NOT_FOUND);
}

static void
end_session(struct ac_memory *memory, struct authcode_operation *operation)
{
	struct authcode_session *session =
		ac_table_find(&memory->sessions, operation->u.end_session.session_id);

	if (session != NULL && session->ended_ms == 0)
		session->ended_ms = operation->now_ms;
	finish(operation, session != NULL ? AUTHCODE_RESULT_DONE : AUTHCODE_RESULT_NOT_FOUND);
}

static void
purge(struct ac_memory *memory, struct authcode_operation *operation)
{
	operation->u.purge.ret_deleted =
		ac_memory_purge(memory, operation->now_ms, operation->u.purge.limit);
	finish(operation, AUTHCODE_RESULT_DONE);
}

static void (*const appliers[AUTHCODE_OP_COUNT])(struct ac_memory *,
						 struct authcode_operation *) = {
	[AUTHCODE_OP_CREATE_SESSION] = create_session, [AUTHCODE_OP_ISSUE_CODE] = issue_code,
	[AUTHCODE_OP_REDEEM_CODE] = redeem_code,       [AUTHCODE_OP_USE_REFRESH] = use_refresh,
	[AUTHCODE_OP_REVOKE_FAMILY] = revoke_family,   [AUTHCODE_OP_REVOKE_TOKEN] = revoke_token,
	[AUTHCODE_OP_END_SESSION] = end_session,       [AUTHCODE_OP_PURGE] = purge,
};

void
ac_memory_apply(struct ac_memory *memory, struct authcode_operation *operation)
{
	appliers[operation->kind](memory, operation);
}
