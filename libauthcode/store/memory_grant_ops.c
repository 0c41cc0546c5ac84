/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * withdraw_grant in the memory store: one row says that what the client got until
 * now is dead, the subject's that there is such a row at all.
 */
#include "store/memory_ops.h"

#include <stdlib.h>

#include "store/operation.h"

/* The later one: a clock that was set back brings nothing to life. */
static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

void
ac_memory_withdraw_grant(struct ac_memory *memory, struct authcode_operation *operation)
{
	const struct authcode_op_withdraw_grant *args = &operation->u.withdraw_grant;
	struct authcode_subject *subject =
		args->subject_id != 0 ? ac_table_find(&memory->subjects, args->subject_id)
				      : ac_memory_live_subject(memory, args->user_name);
	const struct ac_memory_grant *old;
	struct authcode_grant row = {
		.client_id = args->client_id,
		.scope = "",
		.updated_ms = operation->now_ms,
		.withdrawn_ms = operation->now_ms,
	};
	struct ac_memory_grant *grant;

	if (subject == NULL) {
		ac_memory_finish(operation, AUTHCODE_RESULT_NOT_FOUND);
		return;
	}
	row.subject_id = subject->id;
	old = ac_memory_find_grant(memory, subject->id, args->client_id);
	if (old != NULL)
		row.withdrawn_ms = later(row.withdrawn_ms, old->row->withdrawn_ms);
	grant = calloc(1, sizeof(*grant));
	if (grant != NULL)
		grant->row = ac_row_copy(&ac_row_grant, &row);
	if (grant == NULL || grant->row == NULL) {
		free(grant);
		ac_operation_fail(operation, AUTHCODE_ERR_MEMORY);
		return;
	}
	subject->withdrawn_ms = later(operation->now_ms, subject->withdrawn_ms);
	ac_memory_put_grant_take(memory, grant);
	ac_memory_finish(operation, AUTHCODE_RESULT_DONE);
}
