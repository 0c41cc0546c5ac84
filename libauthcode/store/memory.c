/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The memory store, the readable reference of <authcode/store.h>: opening,
 * reading, closing. An operation is applied in memory_ops.c while the mutex is
 * held and is done before submit returns. Nothing survives close.
 */
#include "store/memory.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/secret.h"
#include "store/operation.h"

bool
ac_memory_view_session(const struct ac_memory *memory, int64_t id,
		       struct authcode_session_view *view)
{
	const struct authcode_session *session = ac_table_find(&memory->sessions, id);

	*view = (struct authcode_session_view){ 0 };
	if (session == NULL)
		return false;
	view->session = *session;
	view->subject =
		*(struct authcode_subject *)ac_table_find(&memory->subjects, session->subject_id);
	return true;
}

/* Whose a row is, and the session that it hangs on; what is not there stays zero. */
static void
view_person(const struct ac_memory *memory, int64_t subject_id, int64_t session_id,
	    struct authcode_subject *subject, struct authcode_session *session)
{
	const struct authcode_subject *whose = ac_table_find(&memory->subjects, subject_id);
	const struct authcode_session *hangs_on = ac_table_find(&memory->sessions, session_id);

	if (whose != NULL)
		*subject = *whose;
	if (hangs_on != NULL)
		*session = *hangs_on;
}

/* When the client was ended, or the subject (zero: none) has taken back what it had
 * allowed it, at since_ms or later. */
static int64_t
withdrawn_ms(const struct ac_memory *memory, const struct authcode_subject *subject,
	     const char *client_id, int64_t since_ms)
{
	const char *const clients[] = { client_id, "" }; /* it alone, and every one */
	int64_t last_ms = ac_memory_ended_ms(memory, client_id, since_ms);

	if (last_ms != 0 || subject->withdrawn_ms < since_ms)
		return last_ms;
	for (size_t i = 0; i < AC_ARRAY_SIZE(clients); i++) {
		const struct ac_memory_grant *grant =
			ac_memory_find_grant(memory, subject->id, clients[i]);

		if (grant != NULL && grant->row->withdrawn_ms > last_ms)
			last_ms = grant->row->withdrawn_ms;
	}
	return last_ms >= since_ms ? last_ms : 0;
}

bool
ac_memory_view_code(const struct ac_memory *memory, int64_t id, struct authcode_code_view *view)
{
	const struct authcode_code *code = ac_table_find(&memory->codes, id);

	*view = (struct authcode_code_view){ 0 };
	if (code == NULL)
		return false;
	view->code = *code;
	view_person(memory, code->subject_id, code->session_id, &view->subject, &view->session);
	view->withdrawn_ms =
		withdrawn_ms(memory, &view->subject, code->client_id, code->created_ms);
	return true;
}

void
ac_memory_view_family(const struct ac_memory *memory, const struct authcode_family *family,
		      struct authcode_token_view *view)
{
	*view = (struct authcode_token_view){ .family = *family };
	view_person(memory, family->subject_id, family->session_id, &view->subject, &view->session);
	view->withdrawn_ms =
		withdrawn_ms(memory, &view->subject, family->client_id, family->created_ms);
}

bool
ac_memory_view_token(const struct ac_memory *memory, int64_t id, struct authcode_token_view *view)
{
	const struct authcode_token *token = ac_table_find(&memory->tokens, id);

	*view = (struct authcode_token_view){ 0 };
	if (token == NULL)
		return false;
	ac_memory_view_family(memory, ac_table_find(&memory->families, token->family_id), view);
	view->token = *token;
	return true;
}

bool
ac_memory_view_device(const struct ac_memory *memory, int64_t id, struct authcode_device_view *view)
{
	const struct authcode_device *device = ac_table_find(&memory->devices, id);

	*view = (struct authcode_device_view){ 0 };
	if (device == NULL)
		return false;
	view->device = *device;
	view_person(memory, device->subject_id, device->session_id, &view->subject, &view->session);
	view->withdrawn_ms =
		withdrawn_ms(memory, &view->subject, device->client_id, device->created_ms);
	return true;
}

bool
ac_memory_view_delivery(const struct ac_memory *memory, int64_t id,
			struct authcode_delivery_view *view)
{
	const struct authcode_delivery *delivery = ac_table_find(&memory->deliveries, id);

	*view = (struct authcode_delivery_view){ 0 };
	if (delivery == NULL)
		return false;
	view->delivery = *delivery;
	view->subject =
		*(struct authcode_subject *)ac_table_find(&memory->subjects, delivery->subject_id);
	return true;
}

struct ac_memory_grant *
ac_memory_find_grant(const struct ac_memory *memory, int64_t subject_id, const char *client_id)
{
	struct ac_memory_grant *grant = memory->grants;

	while (grant != NULL && (grant->row->subject_id != subject_id ||
				 strcmp(grant->row->client_id, client_id) != 0))
		grant = grant->next;
	return grant;
}

/* Gives a row of a view texts of its own; a row that is absent stays zero. */
static enum authcode_err
keep(const struct ac_row_type *type, int64_t id, struct authcode_arena *arena, void *row)
{
	return id == 0 ? AUTHCODE_OK : ac_row_read(type, row, arena, row);
}

/* The same for whose row it is, and the session that it hangs on. */
static enum authcode_err
keep_person(struct authcode_arena *arena, struct authcode_subject *subject,
	    struct authcode_session *session)
{
	enum authcode_err err = keep(&ac_row_subject, subject->id, arena, subject);

	return err == AUTHCODE_OK ? keep(&ac_row_session, session->id, arena, session) : err;
}

static enum authcode_err
find_session(void *self, int64_t id, struct authcode_arena *arena,
	     struct authcode_session_view *ret)
{
	struct ac_memory *memory = self;
	struct authcode_session_view view;
	enum authcode_err err = AUTHCODE_ERR_NOT_FOUND;

	pthread_mutex_lock(&memory->mutex);
	if (ac_memory_view_session(memory, id, &view))
		err = keep_person(arena, &view.subject, &view.session);
	pthread_mutex_unlock(&memory->mutex);
	if (err == AUTHCODE_OK)
		*ret = view;
	return err;
}

static enum authcode_err
find_grant(void *self, int64_t subject_id, const char *client_id, struct authcode_arena *arena,
	   struct authcode_grant *ret)
{
	struct ac_memory *memory = self;
	const struct ac_memory_grant *grant;
	enum authcode_err err = AUTHCODE_ERR_NOT_FOUND;

	pthread_mutex_lock(&memory->mutex);
	grant = ac_memory_find_grant(memory, subject_id, client_id);
	if (grant != NULL)
		err = ac_row_read(&ac_row_grant, grant->row, arena, ret);
	pthread_mutex_unlock(&memory->mutex);
	return err;
}

static enum authcode_err
find_code(void *self, int64_t id, struct authcode_arena *arena, struct authcode_code_view *ret)
{
	struct ac_memory *memory = self;
	struct authcode_code_view view;
	enum authcode_err err = AUTHCODE_ERR_NOT_FOUND;

	pthread_mutex_lock(&memory->mutex);
	if (ac_memory_view_code(memory, id, &view)) {
		err = keep(&ac_row_code, view.code.id, arena, &view.code);
		if (err == AUTHCODE_OK)
			err = keep_person(arena, &view.subject, &view.session);
	}
	pthread_mutex_unlock(&memory->mutex);
	if (err == AUTHCODE_OK)
		*ret = view;
	return err;
}

static enum authcode_err
find_token(void *self, int64_t id, struct authcode_arena *arena, struct authcode_token_view *ret)
{
	struct ac_memory *memory = self;
	struct authcode_token_view view;
	enum authcode_err err = AUTHCODE_ERR_NOT_FOUND;

	pthread_mutex_lock(&memory->mutex);
	if (ac_memory_view_token(memory, id, &view)) {
		err = keep(&ac_row_token, view.token.id, arena, &view.token);
		if (err == AUTHCODE_OK)
			err = keep(&ac_row_family, view.family.id, arena, &view.family);
		if (err == AUTHCODE_OK)
			err = keep_person(arena, &view.subject, &view.session);
	}
	pthread_mutex_unlock(&memory->mutex);
	if (err == AUTHCODE_OK)
		*ret = view;
	return err;
}

/* id: of the device, or 0 for that of the user code. */
static enum authcode_err
read_device(struct ac_memory *memory, int64_t id, const uint8_t *user_code_hash,
	    struct authcode_arena *arena, struct authcode_device_view *ret)
{
	const struct authcode_device *device;
	struct authcode_device_view view;
	enum authcode_err err = AUTHCODE_ERR_NOT_FOUND;

	pthread_mutex_lock(&memory->mutex);
	if (user_code_hash != NULL) {
		device = ac_memory_user_code(memory, user_code_hash);
		id = device != NULL ? device->id : 0;
	}
	if (ac_memory_view_device(memory, id, &view)) {
		err = keep(&ac_row_device, view.device.id, arena, &view.device);
		if (err == AUTHCODE_OK)
			err = keep_person(arena, &view.subject, &view.session);
	}
	pthread_mutex_unlock(&memory->mutex);
	if (err == AUTHCODE_OK)
		*ret = view;
	return err;
}

static enum authcode_err
find_device(void *self, int64_t id, struct authcode_arena *arena, struct authcode_device_view *ret)
{
	return read_device(self, id, NULL, arena, ret);
}

static enum authcode_err
find_user_code(void *self, const uint8_t hash[AUTHCODE_HASH_LEN], struct authcode_arena *arena,
	       struct authcode_device_view *ret)
{
	return read_device(self, 0, hash, arena, ret);
}

static enum authcode_err
list_subjects(void *self, int64_t now_ms, int64_t after_id, struct authcode_arena *arena,
	      struct authcode_subject *ret, size_t capacity, size_t *ret_count)
{
	struct ac_memory *memory = self;
	const struct authcode_subject *subject;
	enum authcode_err err = AUTHCODE_OK;
	size_t count = 0;

	pthread_mutex_lock(&memory->mutex);
	while (err == AUTHCODE_OK && count < capacity &&
	       (subject = ac_memory_next_subject(memory, after_id, now_ms)) != NULL) {
		after_id = subject->id;
		err = ac_row_read(&ac_row_subject, subject, arena, &ret[count++]);
	}
	pthread_mutex_unlock(&memory->mutex);
	if (err == AUTHCODE_OK)
		*ret_count = count;
	return err;
}

/* The view's texts become the arena's. */
static enum authcode_err
keep_delivery(struct authcode_arena *arena, struct authcode_delivery_view *view)
{
	enum authcode_err err = keep(&ac_row_delivery, view->delivery.id, arena, &view->delivery);

	return err == AUTHCODE_OK ? keep(&ac_row_subject, view->subject.id, arena, &view->subject)
				  : err;
}

static enum authcode_err
find_delivery(void *self, int64_t id, struct authcode_arena *arena,
	      struct authcode_delivery_view *ret)
{
	struct ac_memory *memory = self;
	struct authcode_delivery_view view;
	enum authcode_err err = AUTHCODE_ERR_NOT_FOUND;

	pthread_mutex_lock(&memory->mutex);
	if (ac_memory_view_delivery(memory, id, &view))
		err = keep_delivery(arena, &view);
	pthread_mutex_unlock(&memory->mutex);
	if (err == AUTHCODE_OK)
		*ret = view;
	return err;
}

static size_t
of_client(const struct authcode_delivery_view *views, size_t count, const char *client_id)
{
	size_t of = 0;

	for (size_t i = 0; i < count; i++)
		of += strcmp(views[i].delivery.client_id, client_id) == 0 ? 1 : 0;
	return of;
}

static enum authcode_err
list_deliveries(void *self, int64_t until_ms, uint32_t per_client, struct authcode_arena *arena,
		struct authcode_delivery_view *ret, size_t capacity, size_t *ret_count)
{
	struct ac_memory *memory = self;
	const struct authcode_delivery *next;
	enum authcode_err err = AUTHCODE_OK;
	int64_t after_ms = 0, after_id = 0;
	size_t count = 0;

	pthread_mutex_lock(&memory->mutex);
	while (err == AUTHCODE_OK && count < capacity &&
	       (next = ac_memory_next_delivery(memory, after_ms, after_id, until_ms)) != NULL) {
		after_ms = next->next_ms;
		after_id = next->id;
		if (of_client(ret, count, next->client_id) >= per_client)
			continue;
		(void)ac_memory_view_delivery(memory, next->id, &ret[count]);
		err = keep_delivery(arena, &ret[count++]);
	}
	pthread_mutex_unlock(&memory->mutex);
	if (err == AUTHCODE_OK)
		*ret_count = count;
	return err;
}

static enum authcode_err
list_signing_keys(void *self, struct authcode_arena *arena, struct authcode_signing_key *ret,
		  size_t capacity, size_t *ret_count)
{
	struct ac_memory *memory = self;
	enum authcode_err err;

	pthread_mutex_lock(&memory->mutex);
	err = ac_memory_list_signing_keys(memory, arena, ret, capacity, ret_count);
	pthread_mutex_unlock(&memory->mutex);
	return err;
}

static enum authcode_err
list_sealed(void *self, struct authcode_arena *arena, struct authcode_sealed *ret, size_t capacity,
	    size_t *ret_count)
{
	struct ac_memory *memory = self;
	enum authcode_err err;

	pthread_mutex_lock(&memory->mutex);
	err = ac_memory_list_sealed(memory, arena, ret, capacity, ret_count);
	pthread_mutex_unlock(&memory->mutex);
	return err;
}

static enum authcode_err
list(void *self, struct authcode_list *what, struct authcode_arena *arena,
     struct authcode_listed *ret)
{
	struct ac_memory *memory = self;
	enum authcode_err err;

	pthread_mutex_lock(&memory->mutex);
	err = ac_memory_list(memory, what, arena, ret);
	pthread_mutex_unlock(&memory->mutex);
	return err;
}

static enum authcode_err
find_subject(void *self, const char *user_name, const char *sub, struct authcode_arena *arena,
	     struct authcode_subject *ret)
{
	struct ac_memory *memory = self;
	enum authcode_err err = AUTHCODE_ERR_NOT_FOUND;

	pthread_mutex_lock(&memory->mutex);
	for (size_t i = 0; i < memory->subjects.count; i++) {
		const struct authcode_subject *row = memory->subjects.rows[i];

		if (user_name != NULL
			    ? row->retired_ms == 0 && strcmp(row->user_name, user_name) == 0
			    : strcmp(row->sub, sub) == 0) {
			err = ac_row_read(&ac_row_subject, row, arena, ret);
			break;
		}
	}
	pthread_mutex_unlock(&memory->mutex);
	return err;
}

static enum authcode_err
list_clients(void *self, const char *after_id, struct authcode_arena *arena,
	     struct authcode_stored_client *ret, size_t capacity, size_t *ret_count)
{
	struct ac_memory *memory = self;
	enum authcode_err err;

	pthread_mutex_lock(&memory->mutex);
	err = ac_memory_list_clients(memory, after_id, arena, ret, capacity, ret_count);
	pthread_mutex_unlock(&memory->mutex);
	return err;
}

static enum authcode_err
list_audit(void *self, const struct authcode_audit_query *query, struct authcode_arena *arena,
	   struct authcode_audit_page *page)
{
	struct ac_memory *memory = self;
	enum authcode_err err;

	pthread_mutex_lock(&memory->mutex);
	err = ac_memory_list_audit(memory, query, arena, page);
	pthread_mutex_unlock(&memory->mutex);
	return err;
}

static enum authcode_err
chain_audit(void *self, const struct authcode_audit_key *key)
{
	struct ac_memory *memory = self;
	enum authcode_err err;

	pthread_mutex_lock(&memory->mutex);
	err = ac_memory_chain_audit(memory, key);
	pthread_mutex_unlock(&memory->mutex);
	return err;
}

static enum authcode_err
check_audit(void *self, struct authcode_audit_check *check)
{
	struct ac_memory *memory = self;
	enum authcode_err err;

	pthread_mutex_lock(&memory->mutex);
	err = ac_memory_check_audit(memory, check);
	pthread_mutex_unlock(&memory->mutex);
	return err;
}

/* Each operation is a batch of its own. */
static void
stats(void *self, struct authcode_store_stats *ret)
{
	struct ac_memory *memory = self;

	pthread_mutex_lock(&memory->mutex);
	*ret = (struct authcode_store_stats){ .operations = memory->operations,
					      .failures = memory->failures,
					      .batches = memory->operations };
	pthread_mutex_unlock(&memory->mutex);
}

static void
submit(void *self, struct authcode_operation *operation)
{
	struct ac_memory *memory = self;

	pthread_mutex_lock(&memory->mutex);
	ac_memory_apply(memory, operation);
	memory->operations++;
	memory->failures += operation->result == AUTHCODE_RESULT_FAILED;
	pthread_mutex_unlock(&memory->mutex);
	operation->done(operation, operation->arg);
}

static void
close_store(void *self)
{
	struct ac_memory *memory = self;
	struct ac_memory_grant *grant;

	while ((grant = memory->grants) != NULL) {
		memory->grants = grant->next;
		free(grant->row);
		free(grant);
	}
	ac_memory_free_clients(memory);
	ac_table_clear(&memory->devices);
	while (memory->listeners != NULL)
		ac_memory_forget_listeners(memory, memory->listeners->session_id);
	ac_table_clear(&memory->deliveries);
	ac_table_clear(&memory->signing_keys);
	ac_table_clear(&memory->secrets);
	ac_table_clear(&memory->audit);
	(void)ac_memory_purge_replays(memory, INT64_MAX, UINT32_MAX);
	ac_table_clear(&memory->tokens);
	ac_table_clear(&memory->families);
	ac_table_clear(&memory->codes);
	ac_table_clear(&memory->sessions);
	ac_table_clear(&memory->subjects);
	pthread_mutex_destroy(&memory->mutex);
	ac_wipe(&memory->audit_key, sizeof(memory->audit_key));
	free(memory);
}

static const struct authcode_store_ops memory_ops = {
	.version = AUTHCODE_STORE_VERSION,
	.size = sizeof(struct authcode_store_ops),
	.name = "memory",
	.submit = submit,
	.find_session = find_session,
	.find_grant = find_grant,
	.find_code = find_code,
	.find_token = find_token,
	.close = close_store,
	.list_subjects = list_subjects,
	.find_device = find_device,
	.find_user_code = find_user_code,
	.find_delivery = find_delivery,
	.list_deliveries = list_deliveries,
	.list_signing_keys = list_signing_keys,
	.list_sealed = list_sealed,
	.list = list,
	.find_subject = find_subject,
	.list_clients = list_clients,
	.list_audit = list_audit,
	.stats = stats,
	.chain_audit = chain_audit,
	.check_audit = check_audit,
};

enum authcode_err
authcode_store_memory_open(const struct authcode_store_random *random,
			   struct authcode_store **ret_store)
{
	struct ac_memory *memory = calloc(1, sizeof(*memory));
	enum authcode_err err;

	if (memory == NULL)
		return AUTHCODE_ERR_MEMORY;
	if (random != NULL)
		memory->random = *random;
	pthread_mutex_init(&memory->mutex, NULL);
	err = ac_store_new(&memory_ops, memory, ret_store);
	if (err != AUTHCODE_OK)
		close_store(memory);
	return err;
}
