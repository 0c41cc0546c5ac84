/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * use_refresh in the memory store. A rotated token is kept, with the names of
 * what was given for it, until its successor is rotated too: then nothing is left
 * that could be given again, and that it was used is known without it.
 */
#include "store/memory_ops.h"

#include "store/operation.h"
#include "store/rules.h"

static enum authcode_result
decide(const struct ac_memory *memory, const struct authcode_operation *operation,
       struct authcode_token_view *ret_view)
{
	const struct authcode_op_use_refresh *args = &operation->u.use_refresh;
	struct ac_refresh_rows rows = { 0 };
	bool found = ac_memory_view_token(memory, args->refresh_id, ret_view);

	if (found) {
		rows.token = ret_view;
		rows.successor = ac_table_find(&memory->tokens, ret_view->token.successor_id);
		rows.successor_access =
			ac_table_find(&memory->tokens, ret_view->token.successor_access_id);
	} else {
		ret_view->family.id = args->family_id;
	}
	return ac_rule_use_refresh(&rows, args, operation->now_ms);
}

/* Nothing of this can fail. */
static void
rotate(struct ac_memory *memory, int64_t id, const struct authcode_op_use_refresh *args,
       int64_t now_ms)
{
	struct authcode_token *token = ac_table_find(&memory->tokens, id);
	struct authcode_token *next = ac_table_find(&memory->tokens, args->successor.ret_id);

	next->predecessor_id = id;
	token->rotated_ms = now_ms;
	token->used_ms = now_ms;
	token->successor_id = next->id;
	token->successor_access_id = args->access.ret_id;
	ac_table_remove(&memory->tokens, token->predecessor_id);
}

static void
use(struct ac_memory *memory, struct authcode_operation *operation,
    const struct authcode_family *family)
{
	struct authcode_op_use_refresh *args = &operation->u.use_refresh;
	struct authcode_token *token;
	enum authcode_err err;

	err = ac_memory_put_tokens(memory, family, &args->access,
				   args->rotate ? &args->successor : NULL, operation->now_ms);
	if (err != AUTHCODE_OK) {
		ac_operation_fail(operation, err);
		return;
	}
	if (args->rotate) {
		rotate(memory, args->refresh_id, args, operation->now_ms);
	} else {
		token = ac_table_find(&memory->tokens, args->refresh_id);
		token->used_ms = operation->now_ms;
		token->expires_ms = ac_earlier(args->refresh_expires_ms, family->expires_ms);
	}
	ac_memory_finish(operation, AUTHCODE_RESULT_DONE);
}

void
ac_memory_use_refresh(struct ac_memory *memory, struct authcode_operation *operation)
{
	struct authcode_op_use_refresh *args = &operation->u.use_refresh;
	struct authcode_token_view view;
	enum authcode_result result = decide(memory, operation, &view);

	switch (result) {
	case AUTHCODE_RESULT_DONE:
		use(memory, operation, &view.family);
		return;
	case AUTHCODE_RESULT_REPEATED:
		args->access.ret_id = view.token.successor_access_id;
		args->successor.ret_id = view.token.successor_id;
		break;
	case AUTHCODE_RESULT_REUSED:
		ac_memory_revoke_family(ac_table_find(&memory->families, view.family.id),
					operation->now_ms);
		break;
	default:
		break;
	}
	ac_memory_finish(operation, result);
}
