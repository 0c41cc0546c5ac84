/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The operations of the memory store on devices (RFC 8628): one asks, a person
 * answers, it polls, and what was allowed is redeemed once.
 */
#include "store/memory_ops.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "store/operation.h"
#include "store/rules.h"

const struct authcode_device *
ac_memory_user_code(const struct ac_memory *memory, const uint8_t hash[AUTHCODE_HASH_LEN])
{
	for (size_t i = 0; i < memory->devices.count; i++) {
		const struct authcode_device *device = memory->devices.rows[i];

		if (ac_secret_equal(device->user_code_hash, hash, AUTHCODE_HASH_LEN))
			return device;
	}
	return NULL;
}

static uint64_t
count_pending(const struct ac_memory *memory, const char *client_id, int64_t now_ms)
{
	uint64_t count = 0;

	for (size_t i = 0; i < memory->devices.count; i++) {
		const struct authcode_device *device = memory->devices.rows[i];

		count += device->state == AUTHCODE_DEVICE_PENDING && device->expires_ms > now_ms &&
			 strcmp(device->client_id, client_id) == 0;
	}
	return count;
}

void
ac_memory_create_device(struct ac_memory *memory, struct authcode_operation *operation)
{
	struct authcode_op_create_device *args = &operation->u.create_device;
	struct authcode_device device = {
		.client_id = args->device.client_id,
		.scope = args->device.scope,
		.resource = args->device.resource,
		.interval_ms = args->device.interval_ms,
		.acr = "",
		.amr = "",
		.claims = "",
		.created_ms = operation->now_ms,
		.expires_ms = args->device.expires_ms,
	};
	enum authcode_err err;

	if (ac_memory_user_code(memory, args->device.user_code_hash) != NULL) {
		ac_memory_finish(operation, AUTHCODE_RESULT_CONFLICT);
		return;
	}
	if (!ac_rule_create_device(
		    args, count_pending(memory, args->device.client_id, operation->now_ms))) {
		ac_operation_fail(operation, AUTHCODE_ERR_LIMIT);
		return;
	}
	memcpy(device.hash, args->device.hash, sizeof(device.hash));
	memcpy(device.user_code_hash, args->device.user_code_hash, sizeof(device.user_code_hash));
	err = ac_memory_free_family_key(memory, operation->now_ms, &device.id);
	if (err == AUTHCODE_OK)
		err = ac_memory_put(&memory->devices, &ac_row_device, &device);
	if (err != AUTHCODE_OK) {
		ac_operation_fail(operation, err);
		return;
	}
	args->ret_device_id = device.id;
	ac_memory_finish(operation, AUTHCODE_RESULT_DONE);
}

/* The row as it will be, with what the session has proved. */
static enum authcode_err
put_approval(struct ac_memory *memory, const struct authcode_device *device,
	     const struct authcode_session *session)
{
	struct authcode_device changed = *device;
	void *copy;

	changed.state = AUTHCODE_DEVICE_ALLOWED;
	changed.subject_id = session->subject_id;
	changed.session_id = session->id;
	changed.auth_time_ms = session->auth_time_ms;
	changed.acr = session->acr;
	changed.amr = session->amr;
	changed.claims = session->claims;
	copy = ac_row_copy(&ac_row_device, &changed);
	if (copy == NULL)
		return AUTHCODE_ERR_MEMORY;
	ac_table_replace_take(&memory->devices, copy);
	return AUTHCODE_OK;
}

void
ac_memory_answer_device(struct ac_memory *memory, struct authcode_operation *operation)
{
	struct authcode_op_answer_device *args = &operation->u.answer_device;
	struct authcode_device *device = ac_table_find(&memory->devices, args->device_id);
	struct authcode_session *session = ac_table_find(&memory->sessions, args->session_id);
	struct ac_memory_listener *listener = NULL;
	struct authcode_device_view view;
	struct authcode_session_view judged;
	bool found = ac_memory_view_device(memory, args->device_id, &view);
	bool live = ac_memory_view_session(memory, args->session_id, &judged);
	enum authcode_result result = ac_rule_answer_device(
		found ? &view : NULL, live ? &judged : NULL, args, operation->now_ms);
	enum authcode_err err;

	if (result != AUTHCODE_RESULT_DONE) {
		ac_memory_finish(operation, result);
		return;
	}
	if (!args->allow) {
		device->state = AUTHCODE_DEVICE_DENIED;
		ac_memory_finish(operation, AUTHCODE_RESULT_DONE);
		return;
	}
	if (args->tell_logout)
		listener = ac_memory_listener_new(session->id, device->client_id);
	err = args->tell_logout && listener == NULL ? AUTHCODE_ERR_MEMORY
						    : put_approval(memory, device, session);
	if (err != AUTHCODE_OK) {
		free(listener);
		ac_operation_fail(operation, err);
		return;
	}
	if (listener != NULL)
		ac_memory_put_listener_take(memory, listener);
	session->idle_expires_ms = ac_earlier(args->idle_expires_ms, session->expires_ms);
	ac_memory_finish(operation, AUTHCODE_RESULT_DONE);
}

void
ac_memory_poll_device(struct ac_memory *memory, struct authcode_operation *operation)
{
	struct authcode_op_poll_device *args = &operation->u.poll_device;
	struct authcode_device *device = ac_table_find(&memory->devices, args->device_id);
	struct authcode_device_view view;
	bool found = ac_memory_view_device(memory, args->device_id, &view);
	enum authcode_result result = ac_rule_poll_device(found ? &view : NULL, operation->now_ms);

	if (result == AUTHCODE_RESULT_DONE) {
		args->ret_too_fast = ac_device_too_fast(device, operation->now_ms);
		if (args->ret_too_fast)
			device->interval_ms += AUTHCODE_DEVICE_SLOW_DOWN_MS;
		device->polled_ms = operation->now_ms;
	}
	ac_memory_finish(operation, result);
}

void
ac_memory_redeem_device(struct ac_memory *memory, struct authcode_operation *operation)
{
	struct authcode_op_redeem *args = &operation->u.redeem_device;
	struct authcode_device *device = ac_table_find(&memory->devices, args->id);
	struct authcode_device_view view;
	struct authcode_family family;
	bool found = ac_memory_view_device(memory, args->id, &view);
	enum authcode_result result =
		ac_rule_redeem_device(found ? &view : NULL, operation->now_ms);
	enum authcode_err err;

	if (result == AUTHCODE_RESULT_REUSED)
		ac_memory_revoke_family(ac_table_find(&memory->families, args->id),
					operation->now_ms);
	if (result != AUTHCODE_RESULT_DONE) {
		ac_memory_finish(operation, result);
		return;
	}
	family = ac_family_of_device(device, args, operation->now_ms);
	err = ac_memory_start_family(memory, &family, args);
	if (err != AUTHCODE_OK) {
		ac_operation_fail(operation, err);
		return;
	}
	device->state = AUTHCODE_DEVICE_USED;
	ac_memory_finish(operation, AUTHCODE_RESULT_DONE);
}
