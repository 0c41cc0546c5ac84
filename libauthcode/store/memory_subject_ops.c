/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The memory store on subjects themselves: a person who is gone, an account
 * that was renamed, and those whose account is worth a look.
 */
#include "store/memory_ops.h"

#include <stdlib.h>
#include <string.h>

#include "store/operation.h"
#include "store/rules.h"

struct authcode_subject *
ac_memory_live_subject(const struct ac_memory *memory, const char *user_name)
{
	for (size_t i = 0; i < memory->subjects.count; i++) {
		struct authcode_subject *subject = memory->subjects.rows[i];

		if (subject->retired_ms == 0 && strcmp(subject->user_name, user_name) == 0)
			return subject;
	}
	return NULL;
}

void
ac_memory_retire_subject(struct ac_memory *memory, struct authcode_operation *operation)
{
	struct authcode_subject *subject =
		ac_table_find(&memory->subjects, operation->u.retire_subject.subject_id);
	enum authcode_err err = ac_memory_tell(memory, 0, operation->u.retire_subject.subject_id,
					       operation->now_ms);

	if (err != AUTHCODE_OK) {
		ac_operation_fail(operation, err);
		return;
	}
	if (subject != NULL && subject->retired_ms == 0)
		subject->retired_ms = operation->now_ms;
	ac_memory_finish(operation,
			 subject != NULL ? AUTHCODE_RESULT_DONE : AUTHCODE_RESULT_NOT_FOUND);
}

void
ac_memory_relink_subject(struct ac_memory *memory, struct authcode_operation *operation)
{
	struct authcode_op_relink_subject *args = &operation->u.relink_subject;
	const struct authcode_subject *old = ac_memory_live_subject(memory, args->old_name);
	struct authcode_subject *other = ac_memory_live_subject(memory, args->new_name);
	struct authcode_subject changed = { 0 };
	struct authcode_subject *renamed;
	enum authcode_result result;
	enum authcode_err err;
	bool retires;

	if (old != NULL)
		changed = *old;
	result = ac_rule_relink_subject(&changed, other != NULL ? other->id : 0, args);
	if (result != AUTHCODE_RESULT_DONE) {
		ac_memory_finish(operation, result);
		return;
	}
	retires = other != NULL && other->id != changed.id;
	changed.user_name = args->new_name;
	renamed = ac_row_copy(&ac_row_subject, &changed);
	err = renamed == NULL
		      ? AUTHCODE_ERR_MEMORY
		      : ac_memory_tell(memory, 0, retires ? other->id : 0, operation->now_ms);
	if (err != AUTHCODE_OK) {
		free(renamed);
		ac_operation_fail(operation, err);
		return;
	}
	if (retires)
		other->retired_ms = operation->now_ms;
	args->ret_subject_id = changed.id;
	ac_table_replace_take(&memory->subjects, renamed);
	ac_memory_finish(operation, AUTHCODE_RESULT_DONE);
}

/* A session, code, device or family of it is before its end. */
static bool
honoured(const struct ac_memory *memory, int64_t subject_id, int64_t now_ms)
{
	for (size_t i = 0; i < memory->sessions.count; i++) {
		const struct authcode_session *session = memory->sessions.rows[i];

		if (session->subject_id == subject_id && now_ms < session->expires_ms)
			return true;
	}
	for (size_t i = 0; i < memory->codes.count; i++) {
		const struct authcode_code *code = memory->codes.rows[i];

		if (code->subject_id == subject_id && now_ms < code->expires_ms)
			return true;
	}
	for (size_t i = 0; i < memory->devices.count; i++) {
		const struct authcode_device *device = memory->devices.rows[i];

		if (device->subject_id == subject_id && now_ms < device->expires_ms)
			return true;
	}
	for (size_t i = 0; i < memory->families.count; i++) {
		const struct authcode_family *family = memory->families.rows[i];

		if (family->subject_id == subject_id && now_ms < family->expires_ms)
			return true;
	}
	return false;
}

const struct authcode_subject *
ac_memory_next_subject(const struct ac_memory *memory, int64_t after_id, int64_t now_ms)
{
	for (size_t i = 0; i < memory->subjects.count; i++) {
		const struct authcode_subject *subject = memory->subjects.rows[i];

		if (subject->id > after_id && subject->retired_ms == 0 &&
		    honoured(memory, subject->id, now_ms))
			return subject;
	}
	return NULL;
}
