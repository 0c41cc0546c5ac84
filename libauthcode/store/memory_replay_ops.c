/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The memory store on what a client may use once (RFC 7523 §3, jti): a list,
 * searched whole.
 */
#include "store/memory_ops.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "store/operation.h"
#include "store/rules.h"

static struct ac_memory_replay *
find_replay(const struct ac_memory *memory, const struct authcode_op_use_once *args,
	    struct ac_used_once *ret_used)
{
	struct ac_memory_replay *found = NULL;

	*ret_used = (struct ac_used_once){ 0 };
	for (struct ac_memory_replay *row = memory->replays; row != NULL; row = row->next) {
		if (strcmp(row->client_id, args->client_id) != 0)
			continue;
		ret_used->count++;
		if (ac_secret_equal(row->hash, args->hash, sizeof(row->hash)))
			found = row;
	}
	if (found != NULL)
		ret_used->forget_ms = found->forget_ms;
	return found;
}

static enum authcode_err
put_replay(struct ac_memory *memory, const struct authcode_op_use_once *args)
{
	size_t len = strlen(args->client_id);
	struct ac_memory_replay *row = malloc(sizeof(*row) + len + 1);

	if (row == NULL)
		return AUTHCODE_ERR_MEMORY;
	row->forget_ms = args->expires_ms;
	memcpy(row->hash, args->hash, sizeof(row->hash));
	memcpy(row->client_id, args->client_id, len + 1);
	row->next = memory->replays;
	memory->replays = row;
	return AUTHCODE_OK;
}

void
ac_memory_use_once(struct ac_memory *memory, struct authcode_operation *operation)
{
	const struct authcode_op_use_once *args = &operation->u.use_once;
	struct ac_used_once used;
	struct ac_memory_replay *row = find_replay(memory, args, &used);
	enum authcode_result result = ac_rule_use_once(&used, args, operation->now_ms);
	enum authcode_err err = AUTHCODE_ERR_LIMIT;

	if (result == AUTHCODE_RESULT_DONE && row != NULL) {
		row->forget_ms = args->expires_ms;
	} else if (result == AUTHCODE_RESULT_DONE) {
		err = put_replay(memory, args);
		if (err != AUTHCODE_OK)
			result = AUTHCODE_RESULT_FAILED;
	}
	if (result == AUTHCODE_RESULT_FAILED)
		ac_operation_fail(operation, err);
	else
		ac_memory_finish(operation, result);
}

uint32_t
ac_memory_purge_replays(struct ac_memory *memory, int64_t now_ms, uint32_t limit)
{
	struct ac_memory_replay **link = &memory->replays;
	uint32_t deleted = 0;

	while (*link != NULL && deleted < limit) {
		struct ac_memory_replay *row = *link;

		if (now_ms < row->forget_ms) {
			link = &row->next;
			continue;
		}
		*link = row->next;
		free(row);
		deleted++;
	}
	return deleted;
}
