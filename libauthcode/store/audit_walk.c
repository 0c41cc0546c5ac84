/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A look at the chain, record by record (audit_chain.h). It stops at the first fault, and
 * says where another look may go on.
 */
#include <string.h>

#include "base/secret.h"
#include "store/audit_chain.h"

static const char *const names[] = {
	[AUTHCODE_AUDIT_WHOLE] = "whole",           [AUTHCODE_AUDIT_MISSING] = "missing",
	[AUTHCODE_AUDIT_CHANGED] = "changed",       [AUTHCODE_AUDIT_UNCHAINED] = "unchained",
	[AUTHCODE_AUDIT_UNANCHORED] = "unanchored",
};

const char *
authcode_audit_fault_name(enum authcode_audit_fault fault)
{
	return (size_t)fault < AC_ARRAY_SIZE(names) ? names[fault] : "";
}

static void
find_fault(const struct ac_audit_walk *walk, enum authcode_audit_fault fault, int64_t seq)
{
	walk->check->ret_fault = fault;
	walk->check->ret_fault_seq = seq;
	walk->check->ret_fault_last = seq;
}

/* A fault before that record, or of it: what it is stored with is where to go on. Behind
 * the last number there is nothing, and no look may be asked to go on there. */
static void
resume_at(const struct ac_audit_walk *walk, int64_t seq)
{
	walk->check->ret_resumes = seq < INT64_MAX;
	walk->check->ret_resume_seq = seq < INT64_MAX ? seq : 0;
}

static bool
is_not(const struct authcode_audit_head *head, int64_t seq, const uint8_t mac[])
{
	return head->seq == seq && seq != 0 && !ac_secret_equal(head->mac, mac, sizeof(head->mac));
}

/* Somebody knows of that record, and of another one. */
static bool
is_another(const struct ac_audit_walk *walk, int64_t seq, const uint8_t mac[])
{
	return is_not(&walk->check->ret_head, seq, mac) || is_not(&walk->check->known, seq, mac);
}

/* Behind the anchor, or behind the record that was the last of the page before: unless
 * it was purged since, it is there, or is the first of those that are missed. */
static bool
find_place(struct ac_audit_walk *walk, const struct ac_audit_start *start)
{
	const struct authcode_audit_check *check = walk->check;
	const int64_t after_seq = check->after_seq;

	if (start->anchor != NULL)
		walk->last = start->anchor->last;
	if (!check->begun && is_another(walk, walk->last.seq, walk->last.mac)) {
		find_fault(walk, AUTHCODE_AUDIT_CHANGED, walk->last.seq);
		resume_at(walk, after_seq);
		return false;
	}
	walk->unplaced = start->anchor == NULL && after_seq == 0;
	if (after_seq <= walk->last.seq)
		return true;
	if (start->resumed != NULL)
		walk->last = *start->resumed;
	else
		walk->last.seq = after_seq - 1;
	return true;
}

enum authcode_err
ac_audit_walk_begin(struct ac_audit_walk *walk, const struct ac_audit_start *start, bool *ret_more)
{
	/* What an anchor says that is not proved nobody vouches for. */
	const struct ac_audit_start unproved = { .resumed = start->resumed };
	bool proved = false;
	enum authcode_err err = AUTHCODE_OK;

	*ret_more = false;
	if (start->anchor != NULL)
		err = ac_audit_proved(walk->key, start->anchor, &proved);
	if (err != AUTHCODE_OK)
		return err;
	if (start->anchor == NULL && !start->chained) {
		ac_audit_walk_end(walk);
	} else if (!walk->check->begun && !proved) {
		find_fault(walk, AUTHCODE_AUDIT_UNANCHORED, 0);
		resume_at(walk, walk->check->after_seq);
	} else if (!walk->check->begun && start->unchained) {
		find_fault(walk, AUTHCODE_AUDIT_UNCHAINED, 0);
		resume_at(walk, walk->check->after_seq);
	} else {
		*ret_more = find_place(walk, proved ? start : &unproved);
	}
	return err;
}

enum authcode_err
ac_audit_walk_on(struct ac_audit_walk *walk, const struct authcode_audit_record *record,
		 const struct ac_audit_link *link, bool *ret_more)
{
	struct authcode_audit_check *check = walk->check;
	bool holds = false;
	enum authcode_err err = AUTHCODE_OK;

	*ret_more = false;
	if (!walk->unplaced && record->seq != walk->last.seq + 1) {
		find_fault(walk, AUTHCODE_AUDIT_MISSING, walk->last.seq + 1);
		check->ret_fault_last = record->seq - 1;
		resume_at(walk, record->seq);
		return err;
	}
	if (walk->unplaced)
		holds = true;
	else
		err = ac_audit_holds(walk->key, walk->last.mac, record, link, &holds);
	if (err != AUTHCODE_OK)
		return err;
	if (!holds || is_another(walk, record->seq, link->mac)) {
		find_fault(walk, AUTHCODE_AUDIT_CHANGED, record->seq);
		resume_at(walk, record->seq);
		return err;
	}
	walk->unplaced = false;
	check->ret_first_seq = check->ret_checked == 0 ? record->seq : check->ret_first_seq;
	check->ret_checked++;
	if (link->address_len == AC_AUDIT_EMPTIED_LEN) {
		check->ret_emptied += record->rhost[0] == '\0';
		check->ret_shortened += record->rhost[0] != '\0';
	}
	walk->last.seq = record->seq;
	memcpy(walk->last.mac, link->mac, sizeof(walk->last.mac));
	*ret_more = check->ret_checked < check->limit;
	if (!*ret_more && record->seq < INT64_MAX)
		check->ret_last_seq = record->seq;
	return err;
}

/* What this store has written, what somebody knows of, and what was the last of a page, is
 * there unless it was purged. */
void
ac_audit_walk_end(struct ac_audit_walk *walk)
{
	const struct authcode_audit_check *check = walk->check;
	int64_t newest = check->after_seq;

	if (newest < check->ret_head.seq)
		newest = check->ret_head.seq;
	if (newest < check->known.seq)
		newest = check->known.seq;
	if (walk->last.seq < newest) {
		find_fault(walk, AUTHCODE_AUDIT_MISSING, walk->last.seq + 1);
		walk->check->ret_fault_last = newest;
	}
}
