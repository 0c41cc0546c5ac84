/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See fault_store.h.
 */
#include "tests/flow/fault_store.h"

bool
fault_due(int *countdown)
{
	return *countdown > 0 && --*countdown == 0;
}

static bool
call_fails(void *self)
{
	struct fault *fault = self;

	fault->calls++;
	return fault_due(&fault->countdown);
}

static void
fault_submit(void *self, struct authcode_operation *operation)
{
	struct fault *fault = self;

	if (!call_fails(self)) {
		fault->inner->ops->submit(fault->inner->self, operation);
		return;
	}
	operation->result = AUTHCODE_RESULT_FAILED;
	operation->err = AUTHCODE_ERR_STORE;
	operation->done(operation, operation->arg);
}

static enum authcode_err
fault_find_session(void *self, int64_t id, struct authcode_arena *arena,
		   struct authcode_session_view *ret)
{
	struct fault *fault = self;

	return call_fails(self) ? AUTHCODE_ERR_STORE
				: authcode_store_find_session(fault->inner, id, arena, ret);
}

static enum authcode_err
fault_find_grant(void *self, int64_t subject_id, const char *client_id,
		 struct authcode_arena *arena, struct authcode_grant *ret)
{
	struct fault *fault = self;

	return call_fails(self)
		       ? AUTHCODE_ERR_STORE
		       : authcode_store_find_grant(fault->inner, subject_id, client_id, arena, ret);
}

static enum authcode_err
fault_find_code(void *self, int64_t id, struct authcode_arena *arena,
		struct authcode_code_view *ret)
{
	struct fault *fault = self;

	return call_fails(self) ? AUTHCODE_ERR_STORE
				: authcode_store_find_code(fault->inner, id, arena, ret);
}

static enum authcode_err
fault_find_token(void *self, int64_t id, struct authcode_arena *arena,
		 struct authcode_token_view *ret)
{
	struct fault *fault = self;
	enum authcode_err err;

	if (call_fails(self))
		return AUTHCODE_ERR_STORE;
	err = authcode_store_find_token(fault->inner, id, arena, ret);
	if (err == AUTHCODE_OK && fault->hide_people) {
		ret->family.subject_id = 0;
		ret->subject = (struct authcode_subject){ 0 };
	}
	return err;
}

static enum authcode_err
fault_list_subjects(void *self, int64_t now_ms, int64_t after_id, struct authcode_arena *arena,
		    struct authcode_subject *ret, size_t capacity, size_t *ret_count)
{
	struct fault *fault = self;

	return call_fails(self) ? AUTHCODE_ERR_STORE
				: authcode_store_list_subjects(fault->inner, now_ms, after_id,
							       arena, ret, capacity, ret_count);
}

static enum authcode_err
fault_find_device(void *self, int64_t id, struct authcode_arena *arena,
		  struct authcode_device_view *ret)
{
	struct fault *fault = self;

	return call_fails(self) ? AUTHCODE_ERR_STORE
				: authcode_store_find_device(fault->inner, id, arena, ret);
}

static enum authcode_err
fault_find_user_code(void *self, const uint8_t hash[AUTHCODE_HASH_LEN],
		     struct authcode_arena *arena, struct authcode_device_view *ret)
{
	struct fault *fault = self;

	return call_fails(self) ? AUTHCODE_ERR_STORE
				: authcode_store_find_user_code(fault->inner, hash, arena, ret);
}

static enum authcode_err
fault_find_delivery(void *self, int64_t id, struct authcode_arena *arena,
		    struct authcode_delivery_view *ret)
{
	struct fault *fault = self;

	return call_fails(self) ? AUTHCODE_ERR_STORE
				: authcode_store_find_delivery(fault->inner, id, arena, ret);
}

static enum authcode_err
fault_list_deliveries(void *self, int64_t until_ms, uint32_t per_client,
		      struct authcode_arena *arena, struct authcode_delivery_view *ret,
		      size_t capacity, size_t *ret_count)
{
	struct fault *fault = self;

	return call_fails(self) ? AUTHCODE_ERR_STORE
				: authcode_store_list_deliveries(fault->inner, until_ms, per_client,
								 arena, ret, capacity, ret_count);
}

static enum authcode_err
fault_list_signing_keys(void *self, struct authcode_arena *arena, struct authcode_signing_key *ret,
			size_t capacity, size_t *ret_count)
{
	struct fault *fault = self;

	return call_fails(self) ? AUTHCODE_ERR_STORE
				: authcode_store_list_signing_keys(fault->inner, arena, ret,
								   capacity, ret_count);
}

static enum authcode_err
fault_list_sealed(void *self, struct authcode_arena *arena, struct authcode_sealed *ret,
		  size_t capacity, size_t *ret_count)
{
	struct fault *fault = self;

	return call_fails(self)
		       ? AUTHCODE_ERR_STORE
		       : authcode_store_list_sealed(fault->inner, arena, ret, capacity, ret_count);
}

static enum authcode_err
fault_list_audit(void *self, const struct authcode_audit_query *query, struct authcode_arena *arena,
		 struct authcode_audit_page *page)
{
	struct fault *fault = self;

	return call_fails(self) ? AUTHCODE_ERR_STORE
				: authcode_store_list_audit(fault->inner, query, arena, page);
}

/* Neither reads nor writes. */
static enum authcode_err
fault_chain_audit(void *self, const struct authcode_audit_key *key)
{
	struct fault *fault = self;

	return authcode_store_chain_audit(fault->inner, key);
}

static enum authcode_err
fault_check_audit(void *self, struct authcode_audit_check *check)
{
	struct fault *fault = self;

	return call_fails(self) ? AUTHCODE_ERR_STORE
				: authcode_store_check_audit(fault->inner, check);
}

static const struct authcode_store_ops fault_ops = {
	.version = AUTHCODE_STORE_VERSION,
	.size = sizeof(struct authcode_store_ops),
	.name = "fault",
	.submit = fault_submit,
	.find_session = fault_find_session,
	.find_grant = fault_find_grant,
	.find_code = fault_find_code,
	.find_token = fault_find_token,
	.list_subjects = fault_list_subjects,
	.find_device = fault_find_device,
	.find_user_code = fault_find_user_code,
	.find_delivery = fault_find_delivery,
	.list_deliveries = fault_list_deliveries,
	.list_signing_keys = fault_list_signing_keys,
	.list_sealed = fault_list_sealed,
	.list_audit = fault_list_audit,
	.chain_audit = fault_chain_audit,
	.check_audit = fault_check_audit,
};

void
fault_init(struct fault *fault)
{
	fault->store = (struct authcode_store){ .ops = &fault_ops, .self = fault };
}
