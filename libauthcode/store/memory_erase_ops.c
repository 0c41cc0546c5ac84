/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The memory store on a person whose everything is taken back, or who is forgotten. A
 * piece is always the last one here: nothing waits behind it for long.
 */
#include "store/memory_ops.h"

#include <stdlib.h>
#include <string.h>

#include "store/operation.h"

static void
empty_grants(struct ac_memory *memory, int64_t subject_id, int64_t now_ms)
{
	for (struct ac_memory_grant *g = memory->grants; g != NULL; g = g->next) {
		if (g->row->subject_id != subject_id)
			continue;
		g->row->scope = "";
		g->row->updated_ms = now_ms;
		if (g->row->withdrawn_ms < now_ms)
			g->row->withdrawn_ms = now_ms;
	}
}

enum authcode_err
ac_memory_end_earlier(struct ac_memory *memory, int64_t subject_id, int64_t now_ms)
{
	struct authcode_operation all = {
		.kind = AUTHCODE_OP_WITHDRAW_GRANT,
		.now_ms = now_ms,
		.u.withdraw_grant = { .subject_id = subject_id, .client_id = "" },
	};
	enum authcode_err err = ac_memory_tell(memory, 0, subject_id, now_ms);

	if (err != AUTHCODE_OK)
		return err;
	ac_memory_withdraw_grant(memory, &all);
	if (all.result != AUTHCODE_RESULT_DONE)
		return all.err;
	for (size_t i = 0; i < memory->sessions.count; i++) {
		struct authcode_session *session = memory->sessions.rows[i];

		if (session->subject_id == subject_id && session->ended_ms == 0)
			session->ended_ms = now_ms;
	}
	return AUTHCODE_OK;
}

void
ac_memory_revoke_subject(struct ac_memory *memory, struct authcode_operation *operation)
{
	const int64_t id = operation->u.revoke_subject.subject_id;
	enum authcode_err err;

	if (ac_table_find(&memory->subjects, id) == NULL) {
		ac_memory_finish(operation, AUTHCODE_RESULT_NOT_FOUND);
		return;
	}
	err = ac_memory_end_earlier(memory, id, operation->now_ms);
	if (err != AUTHCODE_OK) {
		ac_operation_fail(operation, err);
		return;
	}
	if (!operation->u.revoke_subject.keep_consents)
		empty_grants(memory, id, operation->now_ms);
	ac_memory_finish(operation, AUTHCODE_RESULT_DONE);
}

/* --- forgetting ------------------------------------------------------------------- */

static int64_t
whose_family(const struct ac_memory *memory, const void *row)
{
	(void)memory;
	return ((const struct authcode_family *)row)->subject_id;
}

static int64_t
whose_token(const struct ac_memory *memory, const void *row)
{
	const struct authcode_token *token = row;

	return whose_family(memory, ac_table_find(&memory->families, token->family_id));
}

static int64_t
whose_code(const struct ac_memory *memory, const void *row)
{
	(void)memory;
	return ((const struct authcode_code *)row)->subject_id;
}

static int64_t
whose_device(const struct ac_memory *memory, const void *row)
{
	(void)memory;
	return ((const struct authcode_device *)row)->subject_id;
}

static int64_t
whose_session(const struct ac_memory *memory, const void *row)
{
	(void)memory;
	return ((const struct authcode_session *)row)->subject_id;
}

static uint32_t
erase_rows(struct ac_memory *memory, struct ac_table *table,
	   int64_t (*whose)(const struct ac_memory *, const void *), int64_t subject_id)
{
	uint32_t deleted = 0;

	for (size_t i = table->count; i-- > 0;) {
		if (whose(memory, table->rows[i]) == subject_id) {
			ac_table_remove_at(table, i);
			deleted++;
		}
	}
	return deleted;
}

static void
erase_grants(struct ac_memory *memory, int64_t subject_id)
{
	struct ac_memory_grant **at = &memory->grants;

	while (*at != NULL) {
		struct ac_memory_grant *grant = *at;

		if (grant->row->subject_id != subject_id) {
			at = &grant->next;
			continue;
		}
		*at = grant->next;
		free(grant->row);
		free(grant);
	}
}

void
ac_memory_erase_subject(struct ac_memory *memory, struct authcode_operation *operation)
{
	struct authcode_op_erase_subject *args = &operation->u.erase_subject;
	const struct authcode_subject *old = ac_table_find(&memory->subjects, args->subject_id);
	struct authcode_subject *forgotten;
	struct authcode_subject row;
	enum authcode_err err;

	if (old == NULL) {
		ac_memory_finish(operation, AUTHCODE_RESULT_NOT_FOUND);
		return;
	}
	row = *old;
	row.user_name = row.full_name = row.groups = "";
	row.uid = 0;
	row.retired_ms = old->retired_ms != 0 ? old->retired_ms : operation->now_ms;
	forgotten = ac_row_copy(&ac_row_subject, &row);
	err = forgotten == NULL ? AUTHCODE_ERR_MEMORY
				: ac_memory_tell(memory, 0, args->subject_id, operation->now_ms);
	if (err != AUTHCODE_OK) {
		free(forgotten);
		ac_operation_fail(operation, err);
		return;
	}
	/* In the order in which they depend on each other. */
	args->ret_deleted = erase_rows(memory, &memory->tokens, whose_token, row.id) +
			    erase_rows(memory, &memory->families, whose_family, row.id) +
			    erase_rows(memory, &memory->codes, whose_code, row.id) +
			    erase_rows(memory, &memory->devices, whose_device, row.id) +
			    erase_rows(memory, &memory->sessions, whose_session, row.id);
	ac_memory_empty_audit(memory, row.id);
	erase_grants(memory, row.id);
	ac_table_replace_take(&memory->subjects, forgotten);
	args->ret_whole = true;
	ac_memory_finish(operation, AUTHCODE_RESULT_DONE);
}
