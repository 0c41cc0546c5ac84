/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See memory_table.h.
 */
#include "store/memory_table.h"

#include <stdlib.h>
#include <string.h>

#include "store/memory.h"

#define TEXT(type, member) offsetof(struct authcode_##type, member)

const struct ac_row_type ac_row_subject = {
	.size = sizeof(struct authcode_subject),
	.text_count = 4,
	.texts = { TEXT(subject, sub), TEXT(subject, user_name), TEXT(subject, full_name),
		   TEXT(subject, groups) },
};

const struct ac_row_type ac_row_session = {
	.size = sizeof(struct authcode_session),
	.text_count = 3,
	.texts = { TEXT(session, acr), TEXT(session, amr), TEXT(session, claims) },
};

const struct ac_row_type ac_row_grant = {
	.size = sizeof(struct authcode_grant),
	.text_count = 2,
	.texts = { TEXT(grant, client_id), TEXT(grant, scope) },
};

const struct ac_row_type ac_row_code = {
	.size = sizeof(struct authcode_code),
	.text_count = 10,
	.texts = { TEXT(code, client_id), TEXT(code, redirect_uri), TEXT(code, scope),
		   TEXT(code, code_challenge), TEXT(code, nonce), TEXT(code, acr), TEXT(code, amr),
		   TEXT(code, claims), TEXT(code, claims_request), TEXT(code, resource) },
};

const struct ac_row_type ac_row_family = {
	.size = sizeof(struct authcode_family),
	.text_count = 7,
	.texts = { TEXT(family, client_id), TEXT(family, scope), TEXT(family, acr),
		   TEXT(family, amr), TEXT(family, claims), TEXT(family, claims_request),
		   TEXT(family, resource) },
};

const struct ac_row_type ac_row_token = {
	.size = sizeof(struct authcode_token),
	.text_count = 2,
	.texts = { TEXT(token, scope), TEXT(token, resource) },
};

const struct ac_row_type ac_row_device = {
	.size = sizeof(struct authcode_device),
	.text_count = 6,
	.texts = { TEXT(device, client_id), TEXT(device, scope), TEXT(device, resource),
		   TEXT(device, acr), TEXT(device, amr), TEXT(device, claims) },
};

const struct ac_row_type ac_row_delivery = {
	.size = sizeof(struct authcode_delivery),
	.text_count = 1,
	.texts = { TEXT(delivery, client_id) },
};

const struct ac_row_type ac_row_signing_key = {
	.size = sizeof(struct authcode_signing_key),
	.text_count = 3,
	.texts = { TEXT(signing_key, kid), TEXT(signing_key, alg), TEXT(signing_key, sealed) },
};

const struct ac_row_type ac_row_secret = {
	.size = sizeof(struct ac_memory_secret),
	.text_count = 2,
	.texts = { offsetof(struct ac_memory_secret, name),
		   offsetof(struct ac_memory_secret, sealed) },
};

const struct ac_row_type ac_row_audit = {
	.size = sizeof(struct ac_memory_record),
	.text_count = 3,
	.texts = { TEXT(audit_record, client_id), TEXT(audit_record, rhost),
		   TEXT(audit_record, reason) },
};

const struct ac_row_type ac_row_stored_client = {
	.size = sizeof(struct authcode_stored_client),
	.text_count = 3,
	.texts = { TEXT(stored_client, id), TEXT(stored_client, registration),
		   TEXT(stored_client, sealed_secret) },
};

static const char *
text_get(const void *row, size_t offset)
{
	const char *text;

	memcpy(&text, (const char *)row + offset, sizeof(text));
	return text;
}

static void
text_set(void *row, size_t offset, const char *text)
{
	memcpy((char *)row + offset, &text, sizeof(text));
}

static size_t
texts_size(const struct ac_row_type *type, const void *row)
{
	size_t size = 0;

	for (size_t i = 0; i < type->text_count; i++)
		size += strlen(text_get(row, type->texts[i])) + 1;
	return size;
}

/* Copies row to copy and its texts to where, which has room for them. */
static void
pack(const struct ac_row_type *type, const void *row, void *copy, char *where)
{
	if (copy != row)
		memcpy(copy, row, type->size);
	for (size_t i = 0; i < type->text_count; i++) {
		const char *text = text_get(row, type->texts[i]);
		size_t size = strlen(text) + 1;

		memcpy(where, text, size);
		text_set(copy, type->texts[i], where);
		where += size;
	}
}

void *
ac_row_copy(const struct ac_row_type *type, const void *row)
{
	char *copy = malloc(type->size + texts_size(type, row));

	if (copy != NULL)
		pack(type, row, copy, copy + type->size);
	return copy;
}

enum authcode_err
ac_row_read(const struct ac_row_type *type, const void *row, struct authcode_arena *arena,
	    void *ret)
{
	char *texts = authcode_arena_alloc(arena, texts_size(type, row));

	if (texts == NULL)
		return AUTHCODE_ERR_MEMORY;
	pack(type, row, ret, texts);
	return AUTHCODE_OK;
}

static int64_t
key_of(const void *row)
{
	int64_t id;

	memcpy(&id, row, sizeof(id));
	return id;
}

/* The index of the first row whose key is not below id. */
static size_t
lower_bound(const struct ac_table *table, int64_t id)
{
	size_t low = 0, high = table->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (key_of(table->rows[middle]) < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void
ac_table_clear(struct ac_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		free(table->rows[i]);
	free(table->rows);
	*table = (struct ac_table){ 0 };
}

void *
ac_table_find(const struct ac_table *table, int64_t id)
{
	size_t i = lower_bound(table, id);

	return i < table->count && key_of(table->rows[i]) == id ? table->rows[i] : NULL;
}

enum authcode_err
ac_table_reserve(struct ac_table *table)
{
	size_t capacity = table->capacity == 0 ? 16 : table->capacity * 2;
	void **rows;

	if (table->count < table->capacity)
		return AUTHCODE_OK;
	rows = reallocarray(table->rows, capacity, sizeof(void *));
	if (rows == NULL)
		return AUTHCODE_ERR_MEMORY;
	table->rows = rows;
	table->capacity = capacity;
	return AUTHCODE_OK;
}

enum authcode_err
ac_table_put_take(struct ac_table *table, void *row)
{
	size_t i = lower_bound(table, key_of(row));
	enum authcode_err err;

	if (i < table->count && key_of(table->rows[i]) == key_of(row))
		return AUTHCODE_ERR_USAGE;
	err = ac_table_reserve(table);
	if (err != AUTHCODE_OK)
		return err;
	memmove(table->rows + i + 1, table->rows + i, (table->count - i) * sizeof(void *));
	table->rows[i] = row;
	table->count++;
	return AUTHCODE_OK;
}

void
ac_table_replace_take(struct ac_table *table, void *row)
{
	size_t i = lower_bound(table, key_of(row));

	free(table->rows[i]);
	table->rows[i] = row;
}

void
ac_table_remove_at(struct ac_table *table, size_t index)
{
	free(table->rows[index]);
	table->count--;
	memmove(table->rows + index, table->rows + index + 1,
		(table->count - index) * sizeof(void *));
}

void
ac_table_remove(struct ac_table *table, int64_t id)
{
	size_t i = lower_bound(table, id);

	if (i < table->count && key_of(table->rows[i]) == id)
		ac_table_remove_at(table, i);
}
