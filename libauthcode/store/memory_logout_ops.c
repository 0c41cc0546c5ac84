/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The memory store on clients that want to hear of a logout: who they are of a
 * session, the deliveries that its end makes, and what became of them (OpenID
 * Connect Back-Channel Logout 1.0 §2.5).
 */
#include "store/memory_ops.h"

#include <stdlib.h>
#include <string.h>

#include "store/operation.h"
#include "store/row_key.h"

struct ac_memory_listener *
ac_memory_listener_new(int64_t session_id, const char *client_id)
{
	size_t size = strlen(client_id) + 1;
	struct ac_memory_listener *listener = malloc(sizeof(*listener) + size);

	if (listener == NULL)
		return NULL;
	listener->next = NULL;
	listener->session_id = session_id;
	memcpy(listener->client_id, client_id, size);
	return listener;
}

/* In order of session and client, in which deliveries get their keys. */
static int
compare(const struct ac_memory_listener *a, const struct ac_memory_listener *b)
{
	if (a->session_id != b->session_id)
		return a->session_id < b->session_id ? -1 : 1;
	return strcmp(a->client_id, b->client_id);
}

void
ac_memory_put_listener_take(struct ac_memory *memory, struct ac_memory_listener *listener)
{
	struct ac_memory_listener **at = &memory->listeners;

	while (*at != NULL && compare(*at, listener) < 0)
		at = &(*at)->next;
	if (*at != NULL && compare(*at, listener) == 0) {
		free(listener);
		return;
	}
	listener->next = *at;
	*at = listener;
}

void
ac_memory_forget_listeners(struct ac_memory *memory, int64_t session_id)
{
	struct ac_memory_listener **at = &memory->listeners;

	while (*at != NULL) {
		struct ac_memory_listener *listener = *at;

		if (listener->session_id != session_id) {
			at = &listener->next;
			continue;
		}
		*at = listener->next;
		free(listener);
	}
}

static int64_t
subject_of(const struct ac_memory *memory, const struct ac_memory_listener *listener)
{
	const struct authcode_session *session =
		ac_table_find(&memory->sessions, listener->session_id);

	return session->subject_id;
}

/* Whose end is told. */
struct ended {
	int64_t session_id, subject_id;
	const char *client_id; /* or NULL */
};

static bool
is_meant(const struct ac_memory *memory, const struct ac_memory_listener *listener,
	 const struct ended *ended)
{
	if (ended->client_id != NULL)
		return strcmp(listener->client_id, ended->client_id) == 0;
	return listener->session_id == ended->session_id ||
	       subject_of(memory, listener) == ended->subject_id;
}

/* The first of count keys in a row that no delivery has yet. */
static enum authcode_err
free_keys(const struct ac_memory *memory, int64_t now_ms, int64_t count, int64_t *ret)
{
	for (int i = 0; i < AC_ROW_KEY_TRIES; i++) {
		int64_t first, n = 0;
		enum authcode_err err = ac_row_key_new(&memory->random, now_ms, &first);

		if (err != AUTHCODE_OK)
			return err;
		while (n < count && ac_table_find(&memory->deliveries, first + n) == NULL)
			n++;
		if (n == count) {
			*ret = first;
			return AUTHCODE_OK;
		}
	}
	return AUTHCODE_ERR_RANDOM;
}

static enum authcode_err
put_delivery(struct ac_memory *memory, const struct ac_memory_listener *listener, int64_t now_ms,
	     int64_t id)
{
	const struct authcode_delivery delivery = {
		.id = id,
		.client_id = listener->client_id,
		.subject_id = subject_of(memory, listener),
		.session_id = listener->session_id,
		.created_ms = now_ms,
		.next_ms = now_ms,
	};

	return ac_memory_put(&memory->deliveries, &ac_row_delivery, &delivery);
}

static enum authcode_err
tell(struct ac_memory *memory, const struct ended *ended, int64_t now_ms)
{
	struct ac_memory_listener **at = &memory->listeners;
	int64_t first = 0, put = 0, count = 0;
	enum authcode_err err;

	for (const struct ac_memory_listener *l = memory->listeners; l != NULL; l = l->next)
		count += is_meant(memory, l, ended) ? 1 : 0;
	if (count == 0)
		return AUTHCODE_OK;
	err = free_keys(memory, now_ms, count, &first);
	for (const struct ac_memory_listener *l = memory->listeners;
	     l != NULL && err == AUTHCODE_OK; l = l->next) {
		if (!is_meant(memory, l, ended))
			continue;
		err = put_delivery(memory, l, now_ms, first + put);
		put += err == AUTHCODE_OK ? 1 : 0;
	}
	while (err != AUTHCODE_OK && put > 0)
		ac_table_remove(&memory->deliveries, first + --put);
	while (err == AUTHCODE_OK && *at != NULL) {
		struct ac_memory_listener *listener = *at;

		if (!is_meant(memory, listener, ended)) {
			at = &listener->next;
			continue;
		}
		*at = listener->next;
		free(listener);
	}
	return err;
}

enum authcode_err
ac_memory_tell(struct ac_memory *memory, int64_t session_id, int64_t subject_id, int64_t now_ms)
{
	return tell(memory, &(struct ended){ session_id, subject_id, NULL }, now_ms);
}

enum authcode_err
ac_memory_tell_client(struct ac_memory *memory, const char *client_id, int64_t now_ms)
{
	return tell(memory, &(struct ended){ .client_id = client_id }, now_ms);
}

void
ac_memory_record_delivery(struct ac_memory *memory, struct authcode_operation *operation)
{
	const struct authcode_op_record_delivery *args = &operation->u.record_delivery;
	struct authcode_delivery *delivery = ac_table_find(&memory->deliveries, args->delivery_id);

	if (delivery == NULL) {
		ac_memory_finish(operation, AUTHCODE_RESULT_NOT_FOUND);
		return;
	}
	if (delivery->delivered_ms == 0) {
		delivery->tries++;
		delivery->status = args->status;
		delivery->next_ms = args->delivered ? 0 : args->next_ms;
		delivery->delivered_ms = args->delivered ? operation->now_ms : 0;
	}
	ac_memory_finish(operation, AUTHCODE_RESULT_DONE);
}

static bool
is_after(const struct authcode_delivery *delivery, int64_t ms, int64_t id)
{
	return delivery->next_ms > ms || (delivery->next_ms == ms && delivery->id > id);
}

const struct authcode_delivery *
ac_memory_next_delivery(const struct ac_memory *memory, int64_t after_ms, int64_t after_id,
			int64_t until_ms)
{
	const struct authcode_delivery *next = NULL;

	for (size_t i = 0; i < memory->deliveries.count; i++) {
		const struct authcode_delivery *delivery = memory->deliveries.rows[i];

		if (delivery->next_ms != 0 && delivery->next_ms <= until_ms &&
		    is_after(delivery, after_ms, after_id) &&
		    (next == NULL || !is_after(delivery, next->next_ms, next->id)))
			next = delivery;
	}
	return next;
}
