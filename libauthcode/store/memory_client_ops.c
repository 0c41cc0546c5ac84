/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * issue_client_token in the memory store: a family without a person, whose one
 * access token speaks for the client itself (RFC 6749 §4.4).
 */
#include "store/memory_ops.h"
#include "store/operation.h"

void
ac_memory_issue_client_token(struct ac_memory *memory, struct authcode_operation *operation)
{
	struct authcode_op_issue_client_token *args = &operation->u.issue_client_token;
	struct authcode_family family = {
		.client_id = args->client_id,
		.scope = args->access.scope,
		.acr = "",
		.amr = "",
		.claims = "",
		.claims_request = "",
		.resource = args->resource,
		.created_ms = operation->now_ms,
		.expires_ms = args->family_expires_ms,
	};
	enum authcode_err err = ac_memory_free_family_key(memory, operation->now_ms, &family.id);

	if (err == AUTHCODE_OK)
		err = ac_memory_put(&memory->families, &ac_row_family, &family);
	if (err == AUTHCODE_OK) {
		err = ac_memory_put_tokens(memory, &family, &args->access, NULL, operation->now_ms);
		if (err != AUTHCODE_OK)
			ac_table_remove(&memory->families, family.id);
	}
	if (err != AUTHCODE_OK) {
		ac_operation_fail(operation, err);
		return;
	}
	args->ret_family_id = family.id;
	ac_memory_finish(operation, AUTHCODE_RESULT_DONE);
}
