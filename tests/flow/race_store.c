/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See race_store.h.
 */
#include "tests/flow/race_store.h"

#include "tests/flow/keys_world.h"

static void
race_submit(void *self, struct authcode_operation *operation)
{
	struct race *race = self;

	if (operation->kind == race->kind && race->times > 0) {
		race->times--;
		race->first(race->arg);
	}
	store->ops->submit(store->self, operation);
	race->results[operation->result]++;
}

static enum authcode_err
race_list_signing_keys(void *self, struct authcode_arena *into, struct authcode_signing_key *ret,
		       size_t capacity, size_t *ret_count)
{
	(void)self;
	return authcode_store_list_signing_keys(store, into, ret, capacity, ret_count);
}

static enum authcode_err
race_list_sealed(void *self, struct authcode_arena *into, struct authcode_sealed *ret,
		 size_t capacity, size_t *ret_count)
{
	(void)self;
	return authcode_store_list_sealed(store, into, ret, capacity, ret_count);
}

static enum authcode_err
race_chain_audit(void *self, const struct authcode_audit_key *key)
{
	(void)self;
	return authcode_store_chain_audit(store, key);
}

static const struct authcode_store_ops ops = {
	.submit = race_submit,
	.list_signing_keys = race_list_signing_keys,
	.list_sealed = race_list_sealed,
	.chain_audit = race_chain_audit,
};

void
race_init(struct race *race, enum authcode_operation_kind kind, void (*first)(void *arg), void *arg)
{
	*race = (struct race){
		.store = { .ops = &ops, .self = race },
		.kind = kind,
		.first = first,
		.arg = arg,
	};
}
