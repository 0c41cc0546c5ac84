/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Registered clients in the memory store: put_client, and the list of them. That a
 * client was ended is a row of its own, which says that what it got until then is dead.
 */
#include "store/memory_ops.h"

#include <stdlib.h>
#include <string.h>

#include "store/operation.h"
#include "store/rules.h"

/* The first whose id is not less. */
static struct ac_memory_client **
place_of(struct ac_memory *memory, const char *id)
{
	struct ac_memory_client **at = &memory->clients;

	while (*at != NULL && strcmp((*at)->row->id, id) < 0)
		at = &(*at)->next;
	return at;
}

static struct ac_memory_end *
find_end(const struct ac_memory *memory, const char *client_id)
{
	struct ac_memory_end *end = memory->ends;

	while (end != NULL && strcmp(end->client_id, client_id) != 0)
		end = end->next;
	return end;
}

int64_t
ac_memory_ended_ms(const struct ac_memory *memory, const char *client_id, int64_t since_ms)
{
	const struct ac_memory_end *end = find_end(memory, client_id);

	return end != NULL && end->ended_ms >= since_ms ? end->ended_ms : 0;
}

/* A clock that was set back brings nothing to life. */
static enum authcode_err
end_client(struct ac_memory *memory, const char *id, int64_t now_ms)
{
	struct ac_memory_end *end = find_end(memory, id), *made = NULL;
	size_t size = strlen(id) + 1;
	enum authcode_err err;

	if (end == NULL) {
		end = made = calloc(1, sizeof(*end) + size);
		if (end == NULL)
			return AUTHCODE_ERR_MEMORY;
		memcpy(end->client_id, id, size);
	}
	err = ac_memory_tell_client(memory, id, now_ms);
	if (err != AUTHCODE_OK) {
		free(made);
		return err;
	}
	if (made != NULL) {
		made->next = memory->ends;
		memory->ends = made;
	}
	if (end->ended_ms < now_ms)
		end->ended_ms = now_ms;
	return AUTHCODE_OK;
}

static void
forget_grants(struct ac_memory *memory, const char *client_id)
{
	struct ac_memory_grant **at = &memory->grants;

	while (*at != NULL) {
		struct ac_memory_grant *grant = *at;

		if (strcmp(grant->row->client_id, client_id) != 0) {
			at = &grant->next;
			continue;
		}
		*at = grant->next;
		free(grant->row);
		free(grant);
	}
}

static struct ac_memory_client *
client_new(const struct authcode_op_put_client *args, const struct authcode_stored_client *old,
	   int64_t now_ms)
{
	const struct authcode_stored_client row = {
		.id = args->client_id,
		.registration = args->registration,
		.sealed_secret = args->sealed_secret,
		.revision = old->revision + 1,
		.created_ms = old->revision == 0 || old->removed_ms != 0 ? now_ms : old->created_ms,
		.changed_ms = now_ms,
		.changed_by = args->changed_by,
		.removed_ms = args->remove ? now_ms : 0,
	};
	struct ac_memory_client *client = calloc(1, sizeof(*client));

	if (client == NULL)
		return NULL;
	client->row = ac_row_copy(&ac_row_stored_client, &row);
	if (client->row == NULL) {
		free(client);
		return NULL;
	}
	return client;
}

static void
client_free(struct ac_memory_client *client)
{
	free(client->row);
	free(client);
}

void
ac_memory_put_client(struct ac_memory *memory, struct authcode_operation *operation)
{
	static const struct authcode_stored_client none;
	const struct authcode_op_put_client *args = &operation->u.put_client;
	struct ac_memory_client **at = place_of(memory, args->client_id), *old = NULL, *fresh;
	const struct authcode_stored_client *row = &none;
	enum authcode_err err = AUTHCODE_OK;
	enum authcode_result result;

	if (*at != NULL && strcmp((*at)->row->id, args->client_id) == 0) {
		old = *at;
		row = old->row;
	}
	result = ac_rule_put_client(row, args);
	if (result == AUTHCODE_RESULT_DONE && args->sealed_secret[0] != '\0' &&
	    !ac_memory_seal_fits(memory, args->sealed_secret))
		result = AUTHCODE_RESULT_OTHER_KEY;
	if (result != AUTHCODE_RESULT_DONE) {
		ac_memory_finish(operation, result);
		return;
	}
	fresh = client_new(args, row, operation->now_ms);
	if (fresh == NULL)
		err = AUTHCODE_ERR_MEMORY;
	else if (ac_client_ends(row, args))
		err = end_client(memory, args->client_id, operation->now_ms);
	if (err != AUTHCODE_OK) {
		if (fresh != NULL)
			client_free(fresh);
		ac_operation_fail(operation, err);
		return;
	}
	fresh->next = old != NULL ? old->next : *at;
	*at = fresh;
	if (old != NULL)
		client_free(old);
	if (args->remove)
		forget_grants(memory, args->client_id);
	ac_memory_finish(operation, result);
}

enum authcode_err
ac_memory_list_clients(const struct ac_memory *memory, const char *after_id,
		       struct authcode_arena *arena, struct authcode_stored_client *ret,
		       size_t capacity, size_t *ret_count)
{
	size_t count = 0;

	for (const struct ac_memory_client *client = memory->clients;
	     client != NULL && count < capacity; client = client->next) {
		enum authcode_err err;

		if (strcmp(client->row->id, after_id) <= 0)
			continue;
		err = ac_row_read(&ac_row_stored_client, client->row, arena, &ret[count++]);
		if (err != AUTHCODE_OK)
			return err;
	}
	*ret_count = count;
	return AUTHCODE_OK;
}

void
ac_memory_free_clients(struct ac_memory *memory)
{
	struct ac_memory_client *client;
	struct ac_memory_end *end;

	while ((client = memory->clients) != NULL) {
		memory->clients = client->next;
		client_free(client);
	}
	while ((end = memory->ends) != NULL) {
		memory->ends = end->next;
		free(end);
	}
}
