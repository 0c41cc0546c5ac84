/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Audit records of the memory store. The room for a record is made before its
 * operation is applied, so that nothing can fail once that has happened.
 */
#include "store/memory.h"

#include <stdlib.h>

#include "base/arena.h"
#include "store/audit.h"
#include "store/memory_ops.h"

enum authcode_err
ac_memory_audit_prepare(struct ac_memory *memory, const struct authcode_operation *operation,
			struct authcode_audit_record **ret)
{
	const struct authcode_audit *audit = &operation->audit;
	struct authcode_audit_record draft = {
		.client_id = ac_audit_client(operation),
		.rhost = audit->rhost != NULL ? audit->rhost : "",
		.reason = audit->reason != NULL ? audit->reason : "",
	};
	enum authcode_err err;

	err = ac_memory_free_key(memory, &memory->audit, operation->now_ms, &draft.id);
	if (err == AUTHCODE_OK)
		err = ac_table_reserve(&memory->audit);
	if (err != AUTHCODE_OK)
		return err;
	*ret = ac_row_copy(&ac_row_audit, &draft);
	return *ret != NULL ? AUTHCODE_OK : AUTHCODE_ERR_MEMORY;
}

void
ac_memory_audit_settle_take(struct ac_memory *memory, const struct authcode_operation *operation,
			    struct authcode_audit_record *record)
{
	struct authcode_audit_record made;

	if (record == NULL)
		return;
	if (!ac_audit_of(operation, &made)) {
		free(record);
		return;
	}
	made.id = record->id;
	made.client_id = record->client_id;
	made.rhost = record->rhost;
	made.reason = record->reason;
	*record = made;
	/* The key is free and the room is there. */
	if (ac_table_put_take(&memory->audit, record) != AUTHCODE_OK)
		free(record);
}

static enum authcode_err
read_record(const struct ac_memory *memory, const struct authcode_audit_record *row,
	    struct authcode_arena *arena, struct authcode_audit_record *ret)
{
	enum authcode_err err = ac_row_read(&ac_row_audit, row, arena, ret);
	const struct authcode_subject *subject = ac_table_find(&memory->subjects, row->subject_id);

	ret->user_name = err == AUTHCODE_OK
				 ? ac_arena_strdup(arena, subject != NULL ? subject->user_name : "")
				 : NULL;
	return err == AUTHCODE_OK && ret->user_name == NULL ? AUTHCODE_ERR_MEMORY : err;
}

static bool
matches(const struct ac_memory *memory, const struct authcode_audit_query *query,
	const struct authcode_audit_record *row)
{
	const struct authcode_subject *subject = ac_table_find(&memory->subjects, row->subject_id);
	struct authcode_audit_record seen = *row;

	seen.user_name = subject != NULL ? subject->user_name : "";
	return ac_audit_matches(query, &seen);
}

enum authcode_err
ac_memory_list_audit(const struct ac_memory *memory, const struct authcode_audit_query *query,
		     struct authcode_arena *arena, struct authcode_audit_page *page)
{
	int64_t first, last, seen_id = 0;
	enum authcode_err err = AUTHCODE_OK;
	uint32_t examined = 0;
	size_t count = 0;
	bool more = false;

	ac_audit_range(query, &first, &last);
	for (size_t i = memory->audit.count; i > 0 && err == AUTHCODE_OK; i--) {
		const struct authcode_audit_record *row = memory->audit.rows[i - 1];

		if (row->id >= first)
			continue;
		if (row->id < last)
			break;
		more = count == page->capacity || examined == query->examine;
		if (more)
			break;
		examined++;
		seen_id = row->id;
		if (matches(memory, query, row))
			err = read_record(memory, row, arena, &page->records[count++]);
	}
	if (err != AUTHCODE_OK)
		return err;
	page->count = count;
	page->next_id = more ? seen_id : 0;
	return AUTHCODE_OK;
}

uint32_t
ac_memory_purge_audit(struct ac_memory *memory, int64_t before_ms, uint32_t limit)
{
	uint32_t deleted = 0;

	while (deleted < limit && memory->audit.count > 0 &&
	       ((const struct authcode_audit_record *)memory->audit.rows[0])->id <
		       ac_audit_key(before_ms)) {
		ac_table_remove_at(&memory->audit, 0);
		deleted++;
	}
	return deleted;
}
