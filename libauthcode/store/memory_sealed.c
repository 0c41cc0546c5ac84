/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The memory store on what is sealed under the master key: a secret that is kept, and
 * everything sealed anew. A place that is sealed is in list_sealed and in resealed.
 */
#include "store/memory_ops.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "store/operation.h"
#include "store/rules.h"

bool
ac_memory_seal_fits(const struct ac_memory *memory, const char *sealed)
{
	bool fits = true;

	for (size_t i = 0; fits && i < memory->secrets.count; i++) {
		const struct ac_memory_secret *kept = memory->secrets.rows[i];

		fits = ac_sealed_beside(sealed, kept->sealed);
	}
	return fits;
}

void
ac_memory_put_secret(struct ac_memory *memory, struct authcode_operation *operation)
{
	const struct authcode_op_put_secret *args = &operation->u.put_secret;
	const struct ac_memory_secret secret = { (int64_t)memory->secrets.count + 1, args->name,
						 args->sealed };
	enum authcode_err err;

	if (!ac_memory_seal_fits(memory, args->sealed)) {
		ac_memory_finish(operation, AUTHCODE_RESULT_OTHER_KEY);
		return;
	}
	for (size_t i = 0; i < memory->secrets.count; i++) {
		const struct ac_memory_secret *known = memory->secrets.rows[i];

		if (strcmp(known->name, args->name) == 0) {
			ac_memory_finish(operation, AUTHCODE_RESULT_CONFLICT);
			return;
		}
	}
	err = ac_memory_put(&memory->secrets, &ac_row_secret, &secret);
	if (err == AUTHCODE_OK)
		ac_memory_finish(operation, AUTHCODE_RESULT_DONE);
	else
		ac_operation_fail(operation, err);
}

static int
compare(const void *a, const void *b)
{
	const struct authcode_sealed *x = a;
	const struct authcode_sealed *y = b;

	return x->place != y->place ? (int)x->place - (int)y->place : strcmp(x->name, y->name);
}

/* The name that stands for a signing key; NULL: no memory. */
static const char *
key_name(struct authcode_arena *arena, const struct authcode_signing_key *key)
{
	return ac_arena_printf(arena, "%s %s", key->alg, key->kid);
}

enum authcode_err
ac_memory_list_sealed(const struct ac_memory *memory, struct authcode_arena *arena,
		      struct authcode_sealed *ret, size_t capacity, size_t *ret_count)
{
	size_t count = 0;

	for (size_t i = 0; i < memory->signing_keys.count; i++) {
		const struct authcode_signing_key *key = memory->signing_keys.rows[i];

		if (key->sealed[0] == '\0')
			continue;
		if (count == capacity)
			return AUTHCODE_ERR_LIMIT;
		ret[count++] =
			(struct authcode_sealed){ AUTHCODE_SEALED_SIGNING_KEY, key_name(arena, key),
						  ac_arena_strdup(arena, key->sealed) };
	}
	for (size_t i = 0; i < memory->secrets.count; i++) {
		const struct ac_memory_secret *secret = memory->secrets.rows[i];

		if (count == capacity)
			return AUTHCODE_ERR_LIMIT;
		ret[count++] = (struct authcode_sealed){ AUTHCODE_SEALED_SECRET,
							 ac_arena_strdup(arena, secret->name),
							 ac_arena_strdup(arena, secret->sealed) };
	}
	for (const struct ac_memory_client *client = memory->clients; client != NULL;
	     client = client->next) {
		if (client->row->sealed_secret[0] == '\0')
			continue;
		if (count == capacity)
			return AUTHCODE_ERR_LIMIT;
		ret[count++] = (struct authcode_sealed){
			AUTHCODE_SEALED_CLIENT,
			ac_arena_strdup(arena, client->row->id),
			ac_arena_strdup(arena, client->row->sealed_secret),
		};
	}
	for (size_t i = 0; i < count; i++) {
		if (ret[i].name == NULL || ret[i].sealed == NULL)
			return AUTHCODE_ERR_MEMORY;
	}
	if (count > 1)
		qsort(ret, count, sizeof(*ret), compare);
	*ret_count = count;
	return AUTHCODE_OK;
}

/* A row with its new text, and where it is to go. */
struct resealed {
	void *row;
	struct ac_table *table;
	struct ac_memory_client *client; /* not NULL: there */
};

static enum authcode_err
reseal_client(struct ac_memory *memory, const char *id, const char *after, struct resealed *ret)
{
	for (struct ac_memory_client *client = memory->clients; client != NULL;
	     client = client->next) {
		struct authcode_stored_client row = *client->row;

		if (strcmp(row.id, id) != 0)
			continue;
		row.sealed_secret = after;
		ret->client = client;
		ret->row = ac_row_copy(&ac_row_stored_client, &row);
	}
	return ret->row != NULL ? AUTHCODE_OK : AUTHCODE_ERR_MEMORY;
}

static void
put_resealed_take(struct resealed *resealed)
{
	if (resealed->client == NULL) {
		ac_table_replace_take(resealed->table, resealed->row);
		return;
	}
	free(resealed->client->row);
	resealed->client->row = resealed->row;
}

static enum authcode_err
reseal_row(struct ac_memory *memory, const struct authcode_sealed *before, const char *after,
	   struct resealed *ret)
{
	if (before->place == AUTHCODE_SEALED_CLIENT)
		return reseal_client(memory, before->name, after, ret);
	if (before->place == AUTHCODE_SEALED_SECRET) {
		ret->table = &memory->secrets;
		for (size_t i = 0; i < memory->secrets.count; i++) {
			struct ac_memory_secret kept =
				*(const struct ac_memory_secret *)memory->secrets.rows[i];

			if (strcmp(kept.name, before->name) != 0)
				continue;
			kept.sealed = after;
			ret->row = ac_row_copy(&ac_row_secret, &kept);
		}
		return ret->row != NULL ? AUTHCODE_OK : AUTHCODE_ERR_MEMORY;
	}
	ret->table = &memory->signing_keys;
	for (size_t i = 0; i < memory->signing_keys.count; i++) {
		struct authcode_signing_key key =
			*(const struct authcode_signing_key *)memory->signing_keys.rows[i];
		const size_t len = strlen(key.alg);

		if (strncmp(before->name, key.alg, len) != 0 || before->name[len] != ' ' ||
		    strcmp(before->name + len + 1, key.kid) != 0)
			continue;
		key.sealed = after;
		ret->row = ac_row_copy(&ac_row_signing_key, &key);
	}
	return ret->row != NULL ? AUTHCODE_OK : AUTHCODE_ERR_MEMORY;
}

static enum authcode_err
reseal_all(struct ac_memory *memory, const struct authcode_op_reseal *args)
{
	struct resealed *rows = calloc(args->count + 1, sizeof(*rows));
	enum authcode_err err = rows != NULL ? AUTHCODE_OK : AUTHCODE_ERR_MEMORY;

	for (size_t i = 0; err == AUTHCODE_OK && i < args->count; i++)
		err = reseal_row(memory, &args->before[i], args->after[i], &rows[i]);
	for (size_t i = 0; rows != NULL && i < args->count; i++) {
		if (err == AUTHCODE_OK)
			put_resealed_take(&rows[i]);
		else
			free(rows[i].row);
	}
	free(rows);
	return err;
}

void
ac_memory_reseal(struct ac_memory *memory, struct authcode_operation *operation)
{
	const struct authcode_op_reseal *args = &operation->u.reseal;
	struct authcode_sealed *current = calloc(args->count + 1, sizeof(*current));
	enum authcode_result result = AUTHCODE_RESULT_CONFLICT;
	struct authcode_arena *arena = NULL;
	enum authcode_err err = AUTHCODE_ERR_MEMORY;
	size_t count = 0;

	if (current != NULL)
		err = authcode_arena_new(0, &arena);
	if (err == AUTHCODE_OK)
		err = ac_memory_list_sealed(memory, arena, current, args->count, &count);
	if (err == AUTHCODE_OK)
		result = ac_rule_reseal(args, current, count);
	else if (err == AUTHCODE_ERR_LIMIT)
		err = AUTHCODE_OK; /* there are more */
	if (err == AUTHCODE_OK && result == AUTHCODE_RESULT_DONE)
		err = reseal_all(memory, args);
	if (err == AUTHCODE_OK)
		ac_memory_finish(operation, result);
	else
		ac_operation_fail(operation, err);
	authcode_arena_free(&arena);
	free(current);
}
