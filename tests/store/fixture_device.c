/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See fixture_device.h.
 */
#include "fixture_device.h"

#include <string.h>

struct authcode_operation
op_device(const struct fixture *f, uint8_t which)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_CREATE_DEVICE,
		.now_ms = f->now,
		.u.create_device.device = {
			.client_id = "tv",
			.scope = "profile groups",
			.resource = "https://api.example/",
			.interval_ms = 5 * SECOND,
			.expires_ms = f->now + 10 * MINUTE,
		},
	};

	memset(operation.u.create_device.device.hash, 0xd0, AUTHCODE_HASH_LEN);
	memset(operation.u.create_device.device.user_code_hash, which, AUTHCODE_HASH_LEN);
	return operation;
}

struct authcode_operation
op_allow(const struct fixture *f, int64_t device_id, int64_t session_id)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_ANSWER_DEVICE,
		.now_ms = f->now,
		.u.answer_device = {
			.device_id = device_id,
			.allow = true,
			.session_id = session_id,
			.idle_expires_ms = f->now + 8 * HOUR,
		},
	};

	memset(operation.u.answer_device.session_hash, 0x51, AUTHCODE_HASH_LEN);
	return operation;
}

struct authcode_operation
op_deny(const struct fixture *f, int64_t device_id)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_ANSWER_DEVICE,
		.now_ms = f->now,
		.u.answer_device = { .device_id = device_id },
	};

	return operation;
}

struct authcode_operation
op_poll(const struct fixture *f, int64_t device_id)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_POLL_DEVICE,
		.now_ms = f->now,
		.u.poll_device = { .device_id = device_id },
	};

	return operation;
}

struct authcode_operation
op_redeem_device(const struct fixture *f, int64_t device_id)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_REDEEM_DEVICE,
		.now_ms = f->now,
		.u.redeem_device = {
			.id = device_id,
			.family_expires_ms = f->now + 90 * DAY,
			.access = new_token(f, 0xa3, HOUR),
			.with_refresh = true,
			.refresh = new_token(f, 0xf3, 14 * DAY),
		},
	};

	return operation;
}

int64_t
new_device(struct fixture *f, uint8_t which)
{
	struct authcode_operation operation = op_device(f, which);

	assert_int_equal(perform(f, &operation), AUTHCODE_RESULT_DONE);
	return operation.u.create_device.ret_device_id;
}

void
allow_device(struct fixture *f, int64_t device_id, int64_t session_id)
{
	struct authcode_operation operation = op_allow(f, device_id, session_id);

	assert_int_equal(perform(f, &operation), AUTHCODE_RESULT_DONE);
}

struct tokens
redeem_device(struct fixture *f, int64_t device_id)
{
	struct authcode_operation operation = op_redeem_device(f, device_id);

	assert_int_equal(perform(f, &operation), AUTHCODE_RESULT_DONE);
	return (struct tokens){
		.family = device_id,
		.access = operation.u.redeem_device.access.ret_id,
		.refresh = operation.u.redeem_device.refresh.ret_id,
	};
}

struct authcode_device_view
device_of(struct fixture *f, int64_t id)
{
	struct authcode_device_view view;

	assert_int_equal(authcode_store_find_device(f->store, id, f->arena, &view), AUTHCODE_OK);
	return view;
}

bool
has_device(struct fixture *f, int64_t id)
{
	struct authcode_device_view view;
	enum authcode_err err = authcode_store_find_device(f->store, id, f->arena, &view);

	if (err != AUTHCODE_OK)
		assert_int_equal(err, AUTHCODE_ERR_NOT_FOUND);
	return err == AUTHCODE_OK;
}

void
assert_same_device(const struct authcode_device_view *a, const struct authcode_device_view *b)
{
	const struct authcode_device *x = &a->device, *y = &b->device;

	assert_int_equal(x->id, y->id);
	assert_memory_equal(x->hash, y->hash, AUTHCODE_HASH_LEN);
	assert_memory_equal(x->user_code_hash, y->user_code_hash, AUTHCODE_HASH_LEN);
	assert_string_equal(x->client_id, y->client_id);
	assert_string_equal(x->scope, y->scope);
	assert_string_equal(x->resource, y->resource);
	assert_int_equal(x->interval_ms, y->interval_ms);
	assert_int_equal(x->polled_ms, y->polled_ms);
	assert_int_equal(x->state, y->state);
	assert_int_equal(x->subject_id, y->subject_id);
	assert_int_equal(x->session_id, y->session_id);
	assert_int_equal(x->auth_time_ms, y->auth_time_ms);
	assert_string_equal(x->acr, y->acr);
	assert_string_equal(x->amr, y->amr);
	assert_string_equal(x->claims, y->claims);
	assert_int_equal(x->created_ms, y->created_ms);
	assert_int_equal(x->expires_ms, y->expires_ms);
	assert_int_equal(a->subject.id, b->subject.id);
	assert_int_equal(a->subject.retired_ms, b->subject.retired_ms);
	assert_int_equal(a->session.id, b->session.id);
	assert_int_equal(a->session.ended_ms, b->session.ended_ms);
	assert_int_equal(a->withdrawn_ms, b->withdrawn_ms);
}
