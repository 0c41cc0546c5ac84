/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The operations of the memory store that follow a sign-in: a session for a
 * subject, a code for a session and what the person consents to with it.
 */
#include "store/memory_ops.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "store/operation.h"
#include "store/rules.h"

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
	err = ac_memory_free_key(memory, &memory->subjects, operation->now_ms, &subject.id);
	if (err != AUTHCODE_OK)
		return err;
	err = ac_memory_put(&memory->subjects, &ac_row_subject, &subject);
	if (err == AUTHCODE_OK)
		*ret_id = subject.id;
	return err;
}

static enum ac_replaced
judge_replaced(const struct ac_memory *memory, const struct authcode_operation *operation,
	       int64_t subject_id)
{
	const struct authcode_op_create_session *args = &operation->u.create_session;
	struct authcode_session_view view;
	bool found = ac_memory_view_session(memory, args->replaces, &view);

	return ac_rule_replace_session(found ? &view : NULL, subject_id, args->replaces_hash,
				       operation->now_ms);
}

/* renewed: NULL for a session of its own. */
static enum authcode_err
put_session(struct ac_memory *memory, const struct authcode_operation *operation,
	    int64_t subject_id, const struct authcode_session *renewed, int64_t *ret_id)
{
	const struct authcode_op_create_session *args = &operation->u.create_session;
	struct authcode_session session = {
		.subject_id = subject_id,
		.auth_time_ms = args->auth_time_ms,
		.acr = args->acr,
		.amr = args->amr,
		.claims = args->claims,
		.created_ms = operation->now_ms,
		.idle_expires_ms = ac_earlier(args->idle_expires_ms, args->expires_ms),
		.expires_ms = args->expires_ms,
	};
	struct authcode_session *copy;
	enum authcode_err err;

	memcpy(session.hash, args->hash, sizeof(session.hash));
	if (renewed != NULL) {
		session.id = renewed->id;
		session.created_ms = renewed->created_ms;
		copy = ac_row_copy(&ac_row_session, &session);
		if (copy == NULL)
			return AUTHCODE_ERR_MEMORY;
		*ret_id = session.id;
		ac_table_replace_take(&memory->sessions, copy);
		return AUTHCODE_OK;
	}
	err = ac_memory_free_key(memory, &memory->sessions, operation->now_ms, &session.id);
	if (err != AUTHCODE_OK)
		return err;
	err = ac_memory_put(&memory->sessions, &ac_row_session, &session);
	if (err == AUTHCODE_OK)
		*ret_id = session.id;
	return err;
}

/* The one that there is, as it will be. With ends_earlier_ms what it had is ended at once: a
 * failure after that has refused the sign-in and ended it all the same. */
static enum authcode_err
renew_subject(struct ac_memory *memory, const struct authcode_operation *operation, int64_t id,
	      struct authcode_subject **ret_refreshed)
{
	const struct authcode_op_create_session *args = &operation->u.create_session;
	const struct ac_memory_grant *all = ac_memory_find_grant(memory, id, "");
	const int64_t last_ms = all != NULL ? all->row->withdrawn_ms : 0;
	struct authcode_subject changed;
	enum authcode_err err = AUTHCODE_OK;

	if (args->ends_earlier_ms > last_ms)
		err = ac_memory_end_earlier(memory, id,
					    args->ends_earlier_ms > operation->now_ms
						    ? args->ends_earlier_ms
						    : operation->now_ms);
	if (err != AUTHCODE_OK)
		return err;
	changed = *(const struct authcode_subject *)ac_table_find(&memory->subjects, id);
	changed.full_name = args->full_name;
	changed.groups = args->groups;
	*ret_refreshed = ac_row_copy(&ac_row_subject, &changed);
	return *ret_refreshed != NULL ? AUTHCODE_OK : AUTHCODE_ERR_MEMORY;
}

/* A name that now means another uid is another person. */
void
ac_memory_create_session(struct ac_memory *memory, struct authcode_operation *operation)
{
	struct authcode_op_create_session *args = &operation->u.create_session;
	struct authcode_subject *old = ac_memory_live_subject(memory, args->user_name);
	bool same = old != NULL && old->uid == args->uid;
	struct authcode_subject *refreshed = NULL;
	struct authcode_session *replaced = ac_table_find(&memory->sessions, args->replaces);
	enum ac_replaced fate;
	int64_t subject_id = 0, session_id = 0;
	enum authcode_err err;

	if (same) {
		subject_id = old->id;
		err = renew_subject(memory, operation, subject_id, &refreshed);
	} else {
		err = put_subject(memory, operation, &subject_id);
	}
	if (err != AUTHCODE_OK) {
		ac_operation_fail(operation, err);
		return;
	}
	fate = judge_replaced(memory, operation, subject_id);
	err = put_session(memory, operation, subject_id,
			  fate == AC_REPLACED_RENEWED ? replaced : NULL, &session_id);
	/* What is renewed ends nothing and retires nobody, so that this cannot fail then. */
	if (err == AUTHCODE_OK) {
		err = ac_memory_tell(memory, fate == AC_REPLACED_ENDED ? replaced->id : 0,
				     !same && old != NULL ? old->id : 0, operation->now_ms);
		if (err != AUTHCODE_OK)
			ac_table_remove(&memory->sessions, session_id);
	}
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
	if (fate == AC_REPLACED_ENDED && replaced->ended_ms == 0)
		replaced->ended_ms = operation->now_ms;
	args->ret_session_id = session_id;
	args->ret_subject_id = subject_id;
	ac_memory_finish(operation, AUTHCODE_RESULT_DONE);
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
		.withdrawn_ms = old != NULL ? old->row->withdrawn_ms : 0,
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

void
ac_memory_put_grant_take(struct ac_memory *memory, struct ac_memory_grant *grant)
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

void
ac_memory_issue_code(struct ac_memory *memory, struct authcode_operation *operation)
{
	struct authcode_op_issue_code *args = &operation->u.issue_code;
	struct authcode_session *session = ac_table_find(&memory->sessions, args->session_id);
	struct authcode_session_view view;
	struct authcode_code code = args->code;
	struct ac_memory_listener *listener = NULL;
	struct ac_memory_grant *grant = NULL;
	enum authcode_result result;
	enum authcode_err err = AUTHCODE_OK;

	result = ac_rule_issue_code(ac_memory_view_session(memory, args->session_id, &view) ? &view
											    : NULL,
				    args->session_hash, operation->now_ms);
	if (result != AUTHCODE_RESULT_DONE) {
		ac_memory_finish(operation, result);
		return;
	}
	if (args->remember)
		err = new_grant(memory, operation, session->subject_id, &grant);
	if (err == AUTHCODE_OK && args->tell_logout) {
		listener = ac_memory_listener_new(session->id, code.client_id);
		err = listener != NULL ? AUTHCODE_OK : AUTHCODE_ERR_MEMORY;
	}
	if (err == AUTHCODE_OK)
		err = ac_memory_free_family_key(memory, operation->now_ms, &code.id);
	if (err == AUTHCODE_OK) {
		code.subject_id = session->subject_id;
		code.session_id = session->id;
		code.auth_time_ms = session->auth_time_ms;
		code.acr = args->asked_acr != NULL ? args->asked_acr : session->acr;
		code.amr = session->amr;
		code.claims = session->claims;
		code.created_ms = operation->now_ms;
		code.used_ms = 0;
		err = ac_memory_put(&memory->codes, &ac_row_code, &code);
	}
	if (err != AUTHCODE_OK) {
		if (grant != NULL)
			free(grant->row);
		free(grant);
		free(listener);
		ac_operation_fail(operation, err);
		return;
	}

	if (listener != NULL)
		ac_memory_put_listener_take(memory, listener);
	session->idle_expires_ms = ac_earlier(args->idle_expires_ms, session->expires_ms);
	if (grant != NULL)
		ac_memory_put_grant_take(memory, grant);
	args->ret_code_id = code.id;
	ac_memory_finish(operation, AUTHCODE_RESULT_DONE);
}
