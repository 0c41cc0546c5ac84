/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The functions through which issuer and host reach whatever backend is behind
 * a store. An operation that breaks the contract is answered here and never
 * reaches one.
 */
#include <authcode/store.h>

#include <pthread.h>
#include <stdlib.h>

#include "store/operation.h"

enum authcode_err
ac_store_new(const struct authcode_store_ops *ops, void *self, struct authcode_store **ret)
{
	struct authcode_store *store = calloc(1, sizeof(*store));

	if (store == NULL)
		return AUTHCODE_ERR_MEMORY;
	store->ops = ops;
	store->self = self;
	*ret = store;
	return AUTHCODE_OK;
}

void
authcode_store_submit(struct authcode_store *store, struct authcode_operation *operation,
		      void (*done)(struct authcode_operation *, void *), void *arg)
{
	enum authcode_err err = ac_operation_check(operation);

	operation->done = done;
	operation->arg = arg;
	operation->next = NULL;
	ac_operation_fail(operation, err);
	if (err != AUTHCODE_OK) {
		done(operation, arg);
		return;
	}
	store->ops->submit(store->self, operation);
}

struct waiter {
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	bool done;
};

/* The waiter's frame may be gone once the mutex is free: nothing after it. */
static void
wake(struct authcode_operation *operation, void *arg)
{
	struct waiter *waiter = arg;

	(void)operation;
	pthread_mutex_lock(&waiter->mutex);
	waiter->done = true;
	pthread_cond_signal(&waiter->cond);
	pthread_mutex_unlock(&waiter->mutex);
}

void
authcode_store_perform(struct authcode_store *store, struct authcode_operation *operation)
{
	struct waiter waiter = {
		.mutex = PTHREAD_MUTEX_INITIALIZER,
		.cond = PTHREAD_COND_INITIALIZER,
	};

	authcode_store_submit(store, operation, wake, &waiter);
	pthread_mutex_lock(&waiter.mutex);
	while (!waiter.done)
		pthread_cond_wait(&waiter.cond, &waiter.mutex);
	pthread_mutex_unlock(&waiter.mutex);
	pthread_cond_destroy(&waiter.cond);
	pthread_mutex_destroy(&waiter.mutex);
}

enum authcode_err
authcode_store_find_session(struct authcode_store *store, int64_t id, struct authcode_arena *arena,
			    struct authcode_session_view *ret)
{
	return store->ops->find_session(store->self, id, arena, ret);
}

enum authcode_err
authcode_store_find_grant(struct authcode_store *store, int64_t subject_id, const char *client_id,
			  struct authcode_arena *arena, struct authcode_grant *ret)
{
	return store->ops->find_grant(store->self, subject_id, client_id, arena, ret);
}

enum authcode_err
authcode_store_find_code(struct authcode_store *store, int64_t id, struct authcode_arena *arena,
			 struct authcode_code_view *ret)
{
	return store->ops->find_code(store->self, id, arena, ret);
}

enum authcode_err
authcode_store_find_token(struct authcode_store *store, int64_t id, struct authcode_arena *arena,
			  struct authcode_token_view *ret)
{
	return store->ops->find_token(store->self, id, arena, ret);
}

enum authcode_err
authcode_store_list_subjects(struct authcode_store *store, int64_t now_ms, int64_t after_id,
			     struct authcode_arena *arena, struct authcode_subject *ret,
			     size_t capacity, size_t *ret_count)
{
	return store->ops->list_subjects(store->self, now_ms, after_id, arena, ret, capacity,
					 ret_count);
}

enum authcode_err
authcode_store_find_device(struct authcode_store *store, int64_t id, struct authcode_arena *arena,
			   struct authcode_device_view *ret)
{
	return store->ops->find_device(store->self, id, arena, ret);
}

enum authcode_err
authcode_store_find_user_code(struct authcode_store *store, const uint8_t hash[AUTHCODE_HASH_LEN],
			      struct authcode_arena *arena, struct authcode_device_view *ret)
{
	return store->ops->find_user_code(store->self, hash, arena, ret);
}

enum authcode_err
authcode_store_find_delivery(struct authcode_store *store, int64_t id, struct authcode_arena *arena,
			     struct authcode_delivery_view *ret)
{
	return store->ops->find_delivery(store->self, id, arena, ret);
}

enum authcode_err
authcode_store_list_deliveries(struct authcode_store *store, int64_t until_ms, uint32_t per_client,
			       struct authcode_arena *arena, struct authcode_delivery_view *ret,
			       size_t capacity, size_t *ret_count)
{
	return store->ops->list_deliveries(store->self, until_ms, per_client, arena, ret, capacity,
					   ret_count);
}

enum authcode_err
authcode_store_list_sealed(struct authcode_store *store, struct authcode_arena *arena,
			   struct authcode_sealed *ret, size_t capacity, size_t *ret_count)
{
	return store->ops->list_sealed(store->self, arena, ret, capacity, ret_count);
}

enum authcode_err
authcode_store_list_signing_keys(struct authcode_store *store, struct authcode_arena *arena,
				 struct authcode_signing_key *ret, size_t capacity,
				 size_t *ret_count)
{
	return store->ops->list_signing_keys(store->self, arena, ret, capacity, ret_count);
}

enum authcode_err
authcode_store_list_audit(struct authcode_store *store, const struct authcode_audit_query *query,
			  struct authcode_arena *arena, struct authcode_audit_page *page)
{
	if (query->examine == 0)
		return AUTHCODE_ERR_USAGE;
	return store->ops->list_audit(store->self, query, arena, page);
}

enum authcode_err
authcode_store_chain_audit(struct authcode_store *store, const struct authcode_audit_key *key)
{
	if (key == NULL || key->mac == NULL)
		return AUTHCODE_ERR_USAGE;
	return store->ops->chain_audit(store->self, key);
}

enum authcode_err
authcode_store_check_audit(struct authcode_store *store, struct authcode_audit_check *check)
{
	if (check->limit == 0 || check->after_seq < 0 || check->after_seq == INT64_MAX)
		return AUTHCODE_ERR_USAGE;
	return store->ops->check_audit(store->self, check);
}

void
authcode_store_stats(struct authcode_store *store, struct authcode_store_stats *ret)
{
	store->ops->stats(store->self, ret);
}

enum authcode_err
authcode_store_list_clients(struct authcode_store *store, const char *after_id,
			    struct authcode_arena *arena, struct authcode_stored_client *ret,
			    size_t capacity, size_t *ret_count)
{
	return store->ops->list_clients(store->self, after_id, arena, ret, capacity, ret_count);
}

void
authcode_store_close(struct authcode_store **store)
{
	if (store == NULL || *store == NULL)
		return;
	(*store)->ops->close((*store)->self);
	free(*store);
	*store = NULL;
}
