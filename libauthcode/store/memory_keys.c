/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The memory store on signing keys. They are few and kept for ever, so a look
 * at each is what everything costs; a forgotten one has no sealed part.
 */
#include "store/memory_ops.h"

#include <string.h>

#include "base/secret.h"
#include "store/operation.h"
#include "store/rules.h"

static int64_t
newest(const struct ac_memory *memory, const char *alg)
{
	int64_t id = 0;

	for (size_t i = 0; i < memory->signing_keys.count; i++) {
		const struct authcode_signing_key *key = memory->signing_keys.rows[i];

		if (strcmp(key->alg, alg) == 0 && key->sealed[0] != '\0')
			id = key->id;
	}
	return id;
}

static bool
kid_known(const struct ac_memory *memory, const char *kid)
{
	for (size_t i = 0; i < memory->signing_keys.count; i++) {
		const struct authcode_signing_key *key = memory->signing_keys.rows[i];

		if (strcmp(key->kid, kid) == 0)
			return true;
	}
	return false;
}

void
ac_memory_add_signing_key(struct ac_memory *memory, struct authcode_operation *operation)
{
	struct authcode_op_add_signing_key *args = &operation->u.add_signing_key;
	const struct authcode_signing_key key = {
		.id = (int64_t)memory->signing_keys.count + 1,
		.kid = args->kid,
		.alg = args->alg,
		.sealed = args->sealed,
		.created_ms = operation->now_ms,
		.active_ms = args->active_ms,
	};
	enum authcode_result result = ac_rule_add_signing_key(args, newest(memory, args->alg),
							      kid_known(memory, args->kid));
	enum authcode_err err;

	if (result == AUTHCODE_RESULT_DONE && !ac_memory_seal_fits(memory, args->sealed))
		result = AUTHCODE_RESULT_OTHER_KEY;
	if (result != AUTHCODE_RESULT_DONE) {
		ac_memory_finish(operation, result);
		return;
	}
	err = ac_memory_put(&memory->signing_keys, &ac_row_signing_key, &key);
	if (err != AUTHCODE_OK) {
		ac_operation_fail(operation, err);
		return;
	}
	args->ret_key_id = key.id;
	ac_memory_finish(operation, result);
}

static struct ac_key_state
state_of(const struct ac_memory *memory, int64_t id)
{
	const struct authcode_signing_key *key = ac_table_find(&memory->signing_keys, id);

	if (key == NULL)
		return (struct ac_key_state){ 0 };
	return (struct ac_key_state){ key->id, key->alg, key->sealed[0] == '\0' };
}

void
ac_memory_forget_signing_key(struct ac_memory *memory, struct authcode_operation *operation)
{
	const struct authcode_op_forget_signing_key *args = &operation->u.forget_signing_key;
	const struct ac_key_state key = state_of(memory, args->key_id);
	const struct ac_key_state successor = state_of(memory, args->successor_id);
	enum authcode_result result = ac_rule_forget_signing_key(args, &key, &successor);
	struct authcode_signing_key changed, *forgotten, *row;

	if (result != AUTHCODE_RESULT_DONE) {
		ac_memory_finish(operation, result);
		return;
	}
	row = ac_table_find(&memory->signing_keys, args->key_id);
	changed = *row;
	changed.sealed = "";
	forgotten = ac_row_copy(&ac_row_signing_key, &changed);
	if (forgotten == NULL) {
		ac_operation_fail(operation, AUTHCODE_ERR_MEMORY);
		return;
	}
	ac_wipe((char *)row->sealed, strlen(row->sealed)); /* the row is ours */
	ac_table_replace_take(&memory->signing_keys, forgotten);
	row = ac_table_find(&memory->signing_keys, args->successor_id);
	if (row != NULL)
		row->active_ms = ac_earlier(row->active_ms, operation->now_ms);
	ac_memory_finish(operation, result);
}

void
ac_memory_stop_signing_key(struct ac_memory *memory, struct authcode_operation *operation)
{
	const struct authcode_op_stop_signing_key *args = &operation->u.stop_signing_key;
	const struct ac_key_state key = state_of(memory, args->key_id);
	struct authcode_signing_key *row = ac_table_find(&memory->signing_keys, args->key_id);
	enum authcode_result result = ac_rule_stop_signing_key(&key);

	if (result == AUTHCODE_RESULT_DONE)
		row->stopped_ms = args->stopped_ms;
	ac_memory_finish(operation, result);
}

enum authcode_err
ac_memory_list_signing_keys(const struct ac_memory *memory, struct authcode_arena *arena,
			    struct authcode_signing_key *ret, size_t capacity, size_t *ret_count)
{
	size_t count = 0;

	for (size_t i = 0; i < memory->signing_keys.count; i++) {
		const struct authcode_signing_key *key = memory->signing_keys.rows[i];
		enum authcode_err err;

		if (key->sealed[0] == '\0')
			continue;
		if (count == capacity)
			return AUTHCODE_ERR_LIMIT;
		err = ac_row_read(&ac_row_signing_key, key, arena, &ret[count++]);
		if (err != AUTHCODE_OK)
			return err;
	}
	*ret_count = count;
	return AUTHCODE_OK;
}
