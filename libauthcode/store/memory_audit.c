/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Audit records of the memory store. The room for a record is made before its
 * operation is applied, so that nothing can fail once that has happened.
 */
#include "store/memory.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/secret.h"
#include "store/audit.h"
#include "store/memory_ops.h"

/* Whom it is about the operation may not know yet: the salt is there for whoever it is. */
enum authcode_err
ac_memory_audit_prepare(struct ac_memory *memory, const struct authcode_operation *operation,
			struct ac_memory_record **ret)
{
	const struct authcode_audit *audit = &operation->audit;
	struct ac_memory_record draft = {
		.record = { .client_id = ac_audit_client(operation),
			    .rhost = audit->rhost != NULL ? audit->rhost : "",
			    .reason = audit->reason != NULL ? audit->reason : "" },
	};
	enum authcode_err err;

	err = ac_memory_free_key(memory, &memory->audit, operation->now_ms, &draft.record.id);
	if (err == AUTHCODE_OK)
		err = ac_table_reserve(&memory->audit);
	if (err == AUTHCODE_OK && memory->chain.key != NULL)
		err = ac_audit_draw_salt(&draft.link);
	if (err != AUTHCODE_OK)
		return err;
	*ret = ac_row_copy(&ac_row_audit, &draft);
	return *ret != NULL ? AUTHCODE_OK : AUTHCODE_ERR_MEMORY;
}

/* Before the first record of a chain: what is there already is older than it. */
static enum authcode_err
lay_anchor(struct ac_memory *memory)
{
	const struct ac_memory_record *newest =
		memory->audit.count > 0 ? memory->audit.rows[memory->audit.count - 1] : NULL;

	if (memory->chain.anchored)
		return AUTHCODE_OK;
	memory->anchor.before_id = newest != NULL ? newest->record.id : 0;
	memory->chain.anchored = true;
	return ac_audit_prove(memory->chain.key, &memory->anchor);
}

/* The decision has been made: a MAC that cannot be made leaves one that does not hold. */
static void
link_record(struct ac_memory *memory, struct ac_memory_record *row)
{
	struct ac_audit_chain *chain = &memory->chain;

	if (chain->key == NULL)
		return;
	if (!ac_audit_needs_salt(&row->record))
		row->link.address_len = 0;
	row->record.seq = chain->head.seq + 1;
	if (lay_anchor(memory) != AUTHCODE_OK ||
	    ac_audit_link(chain->key, chain->head.mac, &row->record, &row->link) != AUTHCODE_OK)
		memset(row->link.mac, 0, sizeof(row->link.mac));
	chain->head.seq = row->record.seq;
	memcpy(chain->head.mac, row->link.mac, sizeof(chain->head.mac));
}

void
ac_memory_audit_settle_take(struct ac_memory *memory, const struct authcode_operation *operation,
			    struct ac_memory_record *row)
{
	struct authcode_audit_record made;

	if (row == NULL)
		return;
	if (!ac_audit_of(operation, &made)) {
		free(row);
		return;
	}
	made.id = row->record.id;
	made.client_id = row->record.client_id;
	made.rhost = row->record.rhost;
	made.reason = row->record.reason;
	row->record = made;
	link_record(memory, row);
	/* The key is free and the room is there. */
	if (ac_table_put_take(&memory->audit, row) != AUTHCODE_OK)
		free(row);
}

static enum authcode_err
read_record(const struct ac_memory *memory, const struct ac_memory_record *row,
	    struct authcode_arena *arena, struct authcode_audit_record *ret)
{
	struct ac_memory_record copy;
	enum authcode_err err = ac_row_read(&ac_row_audit, row, arena, &copy);
	const struct authcode_subject *subject =
		ac_table_find(&memory->subjects, row->record.subject_id);

	if (err == AUTHCODE_OK)
		*ret = copy.record;
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
		const struct ac_memory_record *row = memory->audit.rows[i - 1];

		if (row->record.id >= first)
			continue;
		if (row->record.id < last)
			break;
		more = count == page->capacity || examined == query->examine;
		if (more)
			break;
		examined++;
		seen_id = row->record.id;
		if (matches(memory, query, &row->record))
			err = read_record(memory, row, arena, &page->records[count++]);
	}
	if (err != AUTHCODE_OK)
		return err;
	page->count = count;
	page->next_id = more ? seen_id : 0;
	return AUTHCODE_OK;
}

/* --- the chain ----------------------------------------------------------------------- */

/* The first record of a greater number; NULL: none. */
static struct ac_memory_record *
next_record(const struct ac_memory *memory, int64_t after_seq)
{
	struct ac_memory_record *next = NULL;

	for (size_t i = 0; i < memory->audit.count; i++) {
		struct ac_memory_record *row = memory->audit.rows[i];

		if (row->record.seq > after_seq &&
		    (next == NULL || row->record.seq < next->record.seq))
			next = row;
	}
	return next;
}

enum authcode_err
ac_memory_chain_audit(struct ac_memory *memory, const struct authcode_audit_key *key)
{
	if (memory->chain.key != NULL)
		return ac_secret_equal(memory->audit_key.key, key->key, sizeof(key->key))
			       ? AUTHCODE_OK
			       : AUTHCODE_ERR_USAGE;
	memory->audit_key = *key;
	memory->chain.key = &memory->audit_key;
	return AUTHCODE_OK;
}

static enum authcode_err
begin_walk(const struct ac_memory *memory, struct ac_audit_walk *walk, bool *ret_more)
{
	struct authcode_audit_check *check = walk->check;
	const struct ac_memory_record *resumed =
		check->after_seq > 0 ? next_record(memory, check->after_seq - 1) : NULL;
	struct authcode_audit_head head = { 0 };
	struct ac_audit_start start = {
		.anchor = memory->chain.anchored ? &memory->anchor : NULL,
		.chained = next_record(memory, 0) != NULL,
	};

	for (size_t i = 0; i < memory->audit.count; i++) {
		const struct ac_memory_record *row = memory->audit.rows[i];

		check->ret_older = check->ret_older || row->record.seq == 0;
		start.unchained =
			start.unchained || (row->record.seq == 0 && start.anchor != NULL &&
					    row->record.id > memory->anchor.before_id);
	}
	if (resumed != NULL && resumed->record.seq == check->after_seq) {
		head.seq = resumed->record.seq;
		memcpy(head.mac, resumed->link.mac, sizeof(head.mac));
		start.resumed = &head;
	}
	return ac_audit_walk_begin(walk, &start, ret_more);
}

enum authcode_err
ac_memory_check_audit(const struct ac_memory *memory, struct authcode_audit_check *check)
{
	struct authcode_audit_check found = { .after_seq = check->after_seq,
					      .begun = check->begun,
					      .limit = check->limit,
					      .known = check->known,
					      .ret_head = memory->chain.head };
	struct ac_audit_walk walk = { .key = memory->chain.key, .check = &found };
	const struct ac_memory_record *row;
	enum authcode_err err = AUTHCODE_ERR_USAGE;
	bool more = false;

	if (walk.key != NULL)
		err = begin_walk(memory, &walk, &more);
	while (err == AUTHCODE_OK && more && (row = next_record(memory, walk.last.seq)) != NULL)
		err = ac_audit_walk_on(&walk, &row->record, &row->link, &more);
	if (err == AUTHCODE_OK && more)
		ac_audit_walk_end(&walk);
	if (err == AUTHCODE_OK)
		*check = found;
	return err;
}

/* What is left is no longer than what was there, whose place it takes. */
static void
leave(const struct ac_memory *memory, struct ac_memory_record *row, const char *left)
{
	const size_t len = strlen(left);

	/* The address goes in any case; that there is no mark is found out. */
	if (len > strlen(row->record.rhost) ||
	    (row->record.seq != 0 &&
	     ac_audit_leave(memory->chain.key, &row->record, left, &row->link) != AUTHCODE_OK)) {
		row->link = (struct ac_audit_link){ 0 };
		row->record.rhost = "";
		return;
	}
	memcpy((char *)(uintptr_t)row->record.rhost, left, len + 1);
}

void
ac_memory_empty_audit(struct ac_memory *memory, int64_t subject_id)
{
	for (size_t i = 0; i < memory->audit.count; i++) {
		struct ac_memory_record *row = memory->audit.rows[i];

		if (row->record.subject_id == subject_id && row->record.rhost[0] != '\0')
			leave(memory, row, "");
	}
}

void
ac_memory_shorten_audit(struct ac_memory *memory, struct authcode_op_purge *args)
{
	for (size_t i = 0; i < memory->audit.count && args->ret_deleted < args->limit; i++) {
		struct ac_memory_record *row = memory->audit.rows[i];
		char network[AC_AUDIT_NETWORK];

		if (row->record.id <= args->ret_shortened_id)
			continue;
		if (row->record.id >= ac_audit_key(args->shorten_before_ms))
			return;
		if (ac_audit_is_long(&row->record, &row->link)) {
			ac_audit_network(row->record.rhost, network);
			leave(memory, row, network);
		}
		args->ret_shortened_id = row->record.id;
		args->ret_deleted++;
	}
}

/* --- their end ------------------------------------------------------------------------- */

/* Of no chain: the oldest first. */
static void
purge_older(struct ac_memory *memory, struct authcode_op_purge *args)
{
	for (size_t i = 0; i < memory->audit.count && args->ret_deleted < args->limit;) {
		const struct ac_memory_record *row = memory->audit.rows[i];

		if (row->record.id >= ac_audit_key(args->audit_before_ms))
			return;
		if (row->record.seq != 0) {
			i++;
			continue;
		}
		ac_table_remove_at(&memory->audit, i);
		args->ret_deleted++;
	}
}

/* The last record that goes; NULL: none does. */
static const struct ac_memory_record *
find_old(const struct ac_memory *memory, const struct authcode_op_purge *args, int64_t now_ms)
{
	const struct ac_memory_record *row, *last = NULL;
	int64_t after_seq = memory->anchor.last.seq;

	for (uint32_t n = args->ret_deleted; n < args->limit; n++) {
		enum ac_audit_age age;

		row = next_record(memory, after_seq);
		if (row == NULL)
			break;
		age = ac_audit_age(row->record.id, args->audit_before_ms, now_ms);
		if (age == AC_AUDIT_YOUNG)
			break;
		if (age == AC_AUDIT_OLD)
			last = row;
		after_seq = row->record.seq;
	}
	return last;
}

void
ac_memory_purge_audit(struct ac_memory *memory, struct authcode_op_purge *args, int64_t now_ms)
{
	const struct ac_memory_record *last;

	if (args->audit_before_ms == 0)
		return;
	purge_older(memory, args);
	last = find_old(memory, args, now_ms);
	if (last == NULL)
		return;
	memory->anchor.last.seq = last->record.seq;
	memcpy(memory->anchor.last.mac, last->link.mac, sizeof(last->link.mac));
	if (ac_audit_prove(memory->chain.key, &memory->anchor) != AUTHCODE_OK)
		memset(memory->anchor.proof, 0, sizeof(memory->anchor.proof)); /* found out */
	for (size_t i = memory->audit.count; i > 0; i--) {
		const struct ac_memory_record *row = memory->audit.rows[i - 1];

		if (row->record.seq == 0 || row->record.seq > memory->anchor.last.seq)
			continue;
		ac_table_remove_at(&memory->audit, i - 1);
		args->ret_deleted++;
	}
}
