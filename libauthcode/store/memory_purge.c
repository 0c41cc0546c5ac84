/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Purging in the memory store: one question per table, whether a row can still
 * change an answer, asked row by row. Tokens go before families and families
 * before codes and devices, so that nothing ever depends on a row that is gone.
 */
#include "store/memory.h"

#include "store/rules.h"

static bool
family_alive(const struct ac_memory *memory, int64_t id, int64_t now_ms)
{
	const struct authcode_family *family = ac_table_find(&memory->families, id);

	return family != NULL && now_ms < family->expires_ms;
}

static bool
token_matters(const struct ac_memory *memory, const void *row, int64_t now_ms)
{
	const struct authcode_token *token = row;
	const struct authcode_family *family = ac_table_find(&memory->families, token->family_id);

	return now_ms < ac_token_forget_ms(token->kind, token->expires_ms, family->expires_ms);
}

static bool
family_matters(const struct ac_memory *memory, const void *row, int64_t now_ms)
{
	const struct authcode_family *family = row;

	(void)memory;
	return now_ms < family->expires_ms;
}

/* A used code is evidence for as long as what came from it lives. */
static bool
code_matters(const struct ac_memory *memory, const void *row, int64_t now_ms)
{
	const struct authcode_code *code = row;

	return now_ms < code->expires_ms || family_alive(memory, code->id, now_ms);
}

/* A used device is evidence as a used code is. */
static bool
device_matters(const struct ac_memory *memory, const void *row, int64_t now_ms)
{
	const struct authcode_device *device = row;

	return now_ms < ac_device_forget_ms(device->expires_ms) ||
	       family_alive(memory, device->id, now_ms);
}

/* An ended session must stay visible to whatever still names it. */
static bool
session_matters(const struct ac_memory *memory, const void *row, int64_t now_ms)
{
	const struct authcode_session *session = row;

	if (now_ms < session->expires_ms)
		return true;
	for (size_t i = 0; i < memory->codes.count; i++) {
		const struct authcode_code *code = memory->codes.rows[i];

		if (code->session_id == session->id && now_ms < code->expires_ms)
			return true;
	}
	for (size_t i = 0; i < memory->devices.count; i++) {
		const struct authcode_device *device = memory->devices.rows[i];

		if (device->session_id == session->id && now_ms < device->expires_ms)
			return true;
	}
	for (size_t i = 0; i < memory->families.count; i++) {
		const struct authcode_family *family = memory->families.rows[i];

		if (family->session_id == session->id && now_ms < family->expires_ms)
			return true;
	}
	return false;
}

static bool
delivery_matters(const struct ac_memory *memory, const void *row, int64_t now_ms)
{
	const struct authcode_delivery *delivery = row;

	(void)memory;
	return now_ms < delivery->created_ms + AUTHCODE_DELIVERY_KEPT_MS;
}

static uint32_t
purge_table(struct ac_memory *memory, struct ac_table *table, uint32_t limit, int64_t now_ms,
	    bool (*matters)(const struct ac_memory *, const void *, int64_t))
{
	uint32_t deleted = 0;

	for (size_t i = 0; i < table->count && deleted < limit;) {
		if (matters(memory, table->rows[i], now_ms)) {
			i++;
			continue;
		}
		ac_table_remove_at(table, i);
		deleted++;
	}
	return deleted;
}

/* Whom it was to tell goes with a session. */
static uint32_t
purge_sessions(struct ac_memory *memory, uint32_t limit, int64_t now_ms)
{
	uint32_t deleted = purge_table(memory, &memory->sessions, limit, now_ms, session_matters);
	const struct ac_memory_listener *listener = memory->listeners;

	while (listener != NULL) {
		int64_t id = listener->session_id;

		listener = listener->next;
		if (ac_table_find(&memory->sessions, id) == NULL) {
			ac_memory_forget_listeners(memory, id);
			listener = memory->listeners;
		}
	}
	return deleted;
}

uint32_t
ac_memory_purge(struct ac_memory *memory, int64_t now_ms, uint32_t limit)
{
	uint32_t n = purge_table(memory, &memory->tokens, limit, now_ms, token_matters);

	n += purge_table(memory, &memory->families, limit - n, now_ms, family_matters);
	n += purge_table(memory, &memory->codes, limit - n, now_ms, code_matters);
	n += purge_table(memory, &memory->devices, limit - n, now_ms, device_matters);
	n += purge_sessions(memory, limit - n, now_ms);
	n += purge_table(memory, &memory->deliveries, limit - n, now_ms, delivery_matters);
	n += ac_memory_purge_replays(memory, now_ms, limit - n);
	return n;
}
