/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The contract on the chain of audit records: it has a place for each, without a gap,
 * whatever fails, is purged or is forgotten in between. What somebody does to the file
 * behind the store's back is in test_audit_chain.c, and how else it is written in
 * test_audit_writers.c.
 */
#include "contract.h"

#include <string.h>

#include "base/attr.h"
#include "fixture.h"

#define RECORDS 64

static size_t
list_records(struct fixture *f, struct authcode_audit_record records[RECORDS])
{
	const struct authcode_audit_query query = { .examine = 1000 };
	struct authcode_audit_page page = { .records = records, .capacity = RECORDS };

	assert_int_equal(authcode_store_list_audit(f->store, &query, f->arena, &page), AUTHCODE_OK);
	return page.count;
}

static enum authcode_result
perform_wanted(struct fixture *f, struct authcode_operation *operation)
{
	operation->now_ms = ++f->now;
	operation->audit.wanted = true;
	return perform(f, operation);
}

static void
leave_records(struct fixture *f, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct authcode_operation op = op_client_token(f);

		op.audit = (struct authcode_audit){ .client_id = "robot", .rhost = "192.0.2.7" };
		assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_DONE);
	}
}

static void
leave_from(struct fixture *f, int64_t subject_id, const char *rhost)
{
	struct authcode_operation op = op_client_token(f);

	op.audit = (struct authcode_audit){ .rhost = rhost, .subject_id = subject_id };
	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_DONE);
}

/* Of a person, whose address it has. */
static void
leave_personal(struct fixture *f, int64_t subject_id)
{
	leave_from(f, subject_id, "192.0.2.9");
}

static void
assert_whole(struct fixture *f, int64_t first, int64_t last)
{
	for (uint32_t limit = 1; limit <= 100; limit += 33) {
		const struct authcode_audit_check check = check_audit(f, limit);

		assert_string_equal(authcode_audit_fault_name(check.ret_fault), "whole");
		assert_int_equal(check.ret_fault_seq, 0);
		assert_int_equal(check.ret_checked, last - first + 1);
		assert_int_equal(check.ret_first_seq, last < first ? 0 : first);
		assert_int_equal(check.ret_head.seq, last);
	}
}

static uint32_t
purge_before(struct fixture *f, int64_t before_ms, uint32_t limit)
{
	struct authcode_operation op = op_purge(f, limit);

	op.u.purge.audit_before_ms = before_ms;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	return op.u.purge.ret_deleted;
}

static void
an_empty_chain_is_whole(void **state)
{
	struct fixture *f = *state;

	assert_whole(f, 1, 0);
	assert_false(check_audit(f, 1).ret_older);
	if (f->backend->durable)
		reopen_store(f);
	assert_whole(f, 1, 0);
}

static void
records_are_numbered_in_the_order_in_which_they_were_written(void **state)
{
	struct fixture *f = *state;
	struct authcode_audit_record records[RECORDS];

	leave_records(f, 3);
	f->now -= HOUR; /* a clock that goes back changes nothing of it */
	leave_records(f, 2);
	f->now += HOUR;
	leave_records(f, 1);
	assert_int_equal(list_records(f, records), 6);
	/* The newest first, by their time. */
	assert_int_equal(records[0].seq, 6);
	assert_int_equal(records[1].seq, 3);
	assert_int_equal(records[3].seq, 1);
	assert_int_equal(records[4].seq, 5);
	assert_int_equal(records[5].seq, 4);
	assert_whole(f, 1, 6);
}

static void
what_fails_or_leaves_no_record_leaves_no_gap(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation op;

	leave_records(f, 2);
	f->script = (struct script){ .broken = true };
	op = op_client_token(f);
	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_FAILED);
	f->script = (struct script){ 0 };
	op = op_revoke_family(f, 1);
	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_NOT_FOUND);
	op = op_client_token(f);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE); /* none is wanted */
	leave_records(f, 2);
	assert_whole(f, 1, 4);
}

static void
a_chain_goes_on_when_the_store_is_opened_anew(void **state)
{
	struct fixture *f = *state;

	if (!f->backend->durable)
		return;
	for (int64_t i = 1; i <= 5; i++) {
		leave_records(f, 1);
		reopen_store(f);
		assert_whole(f, 1, i);
	}
}

static void
a_page_goes_on_behind_the_one_before(void **state)
{
	struct fixture *f = *state;
	struct authcode_audit_check check = { .limit = 3 };

	leave_records(f, 7);
	assert_int_equal(authcode_store_check_audit(f->store, &check), AUTHCODE_OK);
	assert_int_equal(check.ret_checked, 3);
	assert_int_equal(check.ret_first_seq, 1);
	assert_int_equal(check.ret_last_seq, 3);
	assert_int_equal(check.ret_head.seq, 7);
	check.after_seq = 3;
	assert_int_equal(authcode_store_check_audit(f->store, &check), AUTHCODE_OK);
	assert_int_equal(check.ret_first_seq, 4);
	assert_int_equal(check.ret_last_seq, 6);
	check.after_seq = 6;
	assert_int_equal(authcode_store_check_audit(f->store, &check), AUTHCODE_OK);
	assert_int_equal(check.ret_checked, 1);
	assert_int_equal(check.ret_last_seq, 0);
	/* Behind a record that never was there is nothing. */
	check.after_seq = 9;
	assert_int_equal(authcode_store_check_audit(f->store, &check), AUTHCODE_OK);
	assert_int_equal(check.ret_fault, AUTHCODE_AUDIT_MISSING);
	assert_int_equal(check.ret_fault_seq, 9);
	/* The page before is purged meanwhile. */
	assert_int_equal(purge_before(f, T0 + 6, 10), 5);
	check.after_seq = 3;
	assert_int_equal(authcode_store_check_audit(f->store, &check), AUTHCODE_OK);
	assert_int_equal(check.ret_fault, AUTHCODE_AUDIT_WHOLE);
	assert_int_equal(check.ret_first_seq, 6);
	assert_int_equal(check.ret_checked, 2);
}

static void
what_is_purged_leaves_a_whole_chain(void **state)
{
	struct fixture *f = *state;

	leave_records(f, 6);
	assert_int_equal(purge_before(f, T0 + 4, 2), 2);
	assert_whole(f, 3, 6);
	assert_int_equal(purge_before(f, T0 + 4, 2), 1);
	assert_whole(f, 4, 6);
	if (f->backend->durable)
		reopen_store(f);
	assert_int_equal(purge_before(f, T0 + 100, 10), 3);
	assert_whole(f, 7, 6);
	if (f->backend->durable)
		reopen_store(f);
	leave_records(f, 2);
	assert_whole(f, 7, 8);
}

/* In the order of the chain, though keys are in that of time. */
static void
a_purge_takes_no_record_out_of_the_middle(void **state)
{
	struct fixture *f = *state;

	leave_records(f, 2); /* T0 + 1, 2 */
	f->now = T0 + 50;
	leave_records(f, 1); /* T0 + 51 */
	f->now = T0 + 2;
	leave_records(f, 2); /* T0 + 3, 4 */
	f->now = T0 + 100;
	assert_int_equal(purge_before(f, T0 + 5, 10), 2);
	assert_whole(f, 3, 5);
	assert_int_equal(purge_before(f, T0 + 5, 10), 0);
	assert_int_equal(purge_before(f, T0 + 52, 10), 3);
	assert_whole(f, 6, 5);
}

/* A clock that was ahead once does not keep records for ever. */
static void
a_record_of_a_time_to_come_goes_with_what_is_old_behind_it(void **state)
{
	struct fixture *f = *state;

	f->now = T0 + 365 * DAY;
	leave_records(f, 2);
	f->now = T0;
	leave_records(f, 2); /* T0 + 1, 2 */
	f->now = T0 + 1000 * DAY - 1;
	leave_records(f, 1);
	f->now = T0 + 10;
	assert_int_equal(purge_before(f, T0 + 2, 10), 3);
	assert_whole(f, 4, 5);
	assert_int_equal(purge_before(f, T0 + 9, 10), 1);
	/* With nothing old behind it, it stays. */
	assert_int_equal(purge_before(f, T0 + 9, 10), 0);
	assert_whole(f, 5, 5);
}

/* What follows the last record that goes stays. */
static void
a_purge_ends_at_the_first_young_record(void **state)
{
	struct fixture *f = *state;

	leave_records(f, 3); /* T0 + 1 to 3 */
	f->now = T0 + 20;
	leave_records(f, 1); /* T0 + 21 */
	f->now = T0 + 3;
	leave_records(f, 1); /* T0 + 4 */
	f->now = T0 + 40;
	assert_int_equal(purge_before(f, T0 + 10, 100), 3);
	assert_whole(f, 4, 5);
}

static void
forget(struct fixture *f, int64_t subject_id, uint32_t limit)
{
	struct authcode_operation op = op_erase(f, subject_id, limit);

	do {
		assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_DONE);
		op.u.erase_subject.step = op.u.erase_subject.ret_step;
		op.u.erase_subject.after_id = op.u.erase_subject.ret_after_id;
	} while (!op.u.erase_subject.ret_whole);
}

static void
who_is_forgotten_leaves_a_whole_chain(void **state)
{
	struct fixture *f = *state;
	int64_t ana = session_of(f, sign_in_as(f, "ana", 1001, "s1")).subject.id;
	int64_t bob = session_of(f, sign_in_as(f, "bob", 1002, "s2")).subject.id;
	struct authcode_audit_record records[RECORDS];

	leave_records(f, 1);
	leave_personal(f, ana);
	leave_personal(f, bob);
	leave_personal(f, ana);
	assert_whole(f, 1, 4);
	assert_int_equal(check_audit(f, 100).ret_emptied, 0);
	forget(f, ana, 2);
	assert_whole(f, 1, 5); /* one more: that she was */
	assert_int_equal(check_audit(f, 2).ret_emptied, 2);
	assert_int_equal(list_records(f, records), 5);
	for (size_t i = 0; i < 5; i++)
		assert_string_equal(records[i].rhost, records[i].seq == 1   ? "192.0.2.7"
						      : records[i].seq == 3 ? "192.0.2.9"
									    : "");
	forget(f, ana, 100); /* again */
	if (f->backend->durable)
		reopen_store(f);
	assert_whole(f, 1, 6);
	assert_int_equal(check_audit(f, 100).ret_emptied, 2);
	assert_int_equal(purge_before(f, f->now + 1, 3), 3);
	assert_whole(f, 4, 6);
	assert_int_equal(check_audit(f, 100).ret_emptied, 1);
}

/* How many were looked at. */
static uint32_t
shorten_before(struct fixture *f, int64_t before_ms, uint32_t limit, int64_t *shortened_id)
{
	struct authcode_operation op = op_purge(f, limit);

	op.u.purge.shorten_before_ms = before_ms;
	op.u.purge.shortened_id = *shortened_id;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_true(op.u.purge.shortened_id == *shortened_id); /* as it was given */
	assert_true(op.u.purge.ret_shortened_id >= *shortened_id);
	*shortened_id = op.u.purge.ret_shortened_id;
	return op.u.purge.ret_deleted;
}

static void
assert_addresses(struct fixture *f, const char *const *rhosts, size_t count)
{
	struct authcode_audit_record records[RECORDS];

	assert_int_equal(list_records(f, records), count);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(records[count - 1 - i].rhost, rhosts[i]);
}

static void
old_addresses_are_shortened_and_the_chain_stands(void **state)
{
	static const char *const before[] = { "192.0.2.9", "192.0.2.7", "2001:db8:1:2::3",
					      "unix:",     "192.0.2.9", "192.0.2.9" };
	static const char *const half[] = { "192.0.2.0", "192.0.2.7", "2001:db8:1:2::3",
					    "unix:",     "192.0.2.9", "192.0.2.9" };
	static const char *const after[] = { "192.0.2.0", "192.0.2.7", "2001:db8:1::",
					     "",          "192.0.2.9", "192.0.2.9" };
	static const char *const forgotten[] = { "", "192.0.2.7", "", "", "", "192.0.2.9", "" };
	struct fixture *f = *state;
	int64_t ana = session_of(f, sign_in_as(f, "ana", 1001, "s1")).subject.id;
	int64_t bob = session_of(f, sign_in_as(f, "bob", 1002, "s2")).subject.id;
	int64_t young_ms, done = 0, again = 0;

	leave_from(f, ana, before[0]);
	leave_records(f, 1); /* of nobody: a client's own */
	leave_from(f, ana, before[2]);
	leave_from(f, ana, before[3]);
	young_ms = f->now + 1;
	leave_personal(f, ana);
	leave_personal(f, bob);
	assert_int_equal(shorten_before(f, 0, 100, &done), 0);
	assert_int_equal(done, 0);
	assert_addresses(f, before, 6);
	/* A few at a time, each looked at once. */
	assert_int_equal(shorten_before(f, young_ms, 2, &done), 2);
	assert_addresses(f, half, 6);
	assert_whole(f, 1, 6);
	assert_int_equal(shorten_before(f, young_ms, 100, &done), 2);
	assert_int_equal(shorten_before(f, young_ms, 100, &done), 0);
	assert_addresses(f, after, 6);
	assert_whole(f, 1, 6);
	assert_int_equal(check_audit(f, 100).ret_shortened, 2);
	assert_int_equal(check_audit(f, 100).ret_emptied, 1);
	if (f->backend->durable)
		reopen_store(f);
	/* Who does not know how far it had come looks again, and changes nothing. */
	assert_int_equal(shorten_before(f, young_ms, 100, &again), 4);
	assert_true(again == done);
	assert_addresses(f, after, 6);
	assert_whole(f, 1, 6);
	forget(f, ana, 2);
	assert_addresses(f, forgotten, 7);
	assert_whole(f, 1, 7);
	assert_int_equal(check_audit(f, 100).ret_shortened, 0);
	assert_int_equal(check_audit(f, 100).ret_emptied, 4);
	assert_int_equal(purge_before(f, young_ms, 100), 4);
	assert_whole(f, 5, 7);
}

static void
addresses_of_before_the_chain_are_shortened_too(void **state)
{
	static const char *const after[] = { "192.0.2.0", "192.0.2.7" };
	struct fixture *f = *state;
	int64_t done = 0;

	f->unchained = true;
	reopen_store(f);
	leave_from(f, session_of(f, sign_in_as(f, "ana", 1001, "s1")).subject.id, "192.0.2.9");
	leave_records(f, 1);
	assert_int_equal(shorten_before(f, f->now + 1, 100, &done), 2);
	assert_addresses(f, after, 2);
}

static void
a_time_that_is_none_shortens_nothing(void **state)
{
	static const struct {
		int64_t before_ms, shortened_id;
	} rows[] = { { -1, 0 }, { INT64_MIN, 0 }, { INT64_MAX, 0 }, { T0, -1 }, { T0, INT64_MIN } };
	struct fixture *f = *state;

	leave_personal(f, session_of(f, sign_in_as(f, "ana", 1001, "s1")).subject.id);
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct authcode_operation op = op_purge(f, 100);

		op.u.purge.shorten_before_ms = rows[i].before_ms;
		op.u.purge.shortened_id = rows[i].shortened_id;
		assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
		assert_int_equal(op.err, AUTHCODE_ERR_USAGE);
	}
	assert_int_equal(check_audit(f, 100).ret_shortened, 0);
	assert_whole(f, 1, 1);
}

static void
without_a_key_there_is_no_chain(void **state)
{
	struct fixture *f = *state;
	struct authcode_audit_check check = { .limit = 10, .ret_checked = 77 };
	struct authcode_audit_record records[RECORDS];
	struct authcode_audit_key key;

	f->unchained = true;
	reopen_store(f);
	leave_records(f, 2);
	assert_int_equal(list_records(f, records), 2);
	assert_int_equal(records[0].seq, 0);
	assert_int_equal(authcode_store_check_audit(f->store, &check), AUTHCODE_ERR_USAGE);
	assert_int_equal(check.ret_checked, 77);
	/* What is there when it begins is older, and no fault. */
	key = audit_key_of(f);
	assert_int_equal(authcode_store_chain_audit(f->store, &key), AUTHCODE_OK);
	assert_whole(f, 1, 0);
	leave_records(f, 2);
	assert_whole(f, 1, 2);
	assert_true(check_audit(f, 10).ret_older);
	/* They go first, and then the others. */
	assert_int_equal(purge_before(f, T0 + 4, 10), 3);
	assert_whole(f, 2, 2);
	assert_false(check_audit(f, 10).ret_older);
}

static void
a_store_has_one_key(void **state)
{
	struct fixture *f = *state;
	struct authcode_audit_key key = audit_key_of(f), other = key;

	other.key[31] ^= 1;
	leave_records(f, 1);
	assert_int_equal(authcode_store_chain_audit(f->store, &other), AUTHCODE_ERR_USAGE);
	leave_records(f, 1);
	assert_int_equal(authcode_store_chain_audit(f->store, &key), AUTHCODE_OK);
	leave_records(f, 1);
	assert_whole(f, 1, 3);
	key.mac = NULL;
	assert_int_equal(authcode_store_chain_audit(f->store, &key), AUTHCODE_ERR_USAGE);
	assert_int_equal(authcode_store_chain_audit(f->store, NULL), AUTHCODE_ERR_USAGE);
}

static void
a_check_that_asks_for_nothing_is_refused(void **state)
{
	struct fixture *f = *state;
	struct authcode_audit_check none = { .limit = 0 }, before = { .after_seq = -1, .limit = 1 },
				    behind = { .after_seq = INT64_MAX, .limit = 1 };

	assert_int_equal(authcode_store_check_audit(f->store, &none), AUTHCODE_ERR_USAGE);
	assert_int_equal(authcode_store_check_audit(f->store, &before), AUTHCODE_ERR_USAGE);
	assert_int_equal(authcode_store_check_audit(f->store, &behind), AUTHCODE_ERR_USAGE);
}

static const struct contract_case cases[] = {
	CONTRACT_CASE(an_empty_chain_is_whole),
	CONTRACT_CASE(records_are_numbered_in_the_order_in_which_they_were_written),
	CONTRACT_CASE(what_fails_or_leaves_no_record_leaves_no_gap),
	CONTRACT_CASE(a_chain_goes_on_when_the_store_is_opened_anew),
	CONTRACT_CASE(a_page_goes_on_behind_the_one_before),
	CONTRACT_CASE(what_is_purged_leaves_a_whole_chain),
	CONTRACT_CASE(a_purge_takes_no_record_out_of_the_middle),
	CONTRACT_CASE(a_record_of_a_time_to_come_goes_with_what_is_old_behind_it),
	CONTRACT_CASE(a_purge_ends_at_the_first_young_record),
	CONTRACT_CASE(who_is_forgotten_leaves_a_whole_chain),
	CONTRACT_CASE(old_addresses_are_shortened_and_the_chain_stands),
	CONTRACT_CASE(addresses_of_before_the_chain_are_shortened_too),
	CONTRACT_CASE(a_time_that_is_none_shortens_nothing),
	CONTRACT_CASE(without_a_key_there_is_no_chain),
	CONTRACT_CASE(a_store_has_one_key),
	CONTRACT_CASE(a_check_that_asks_for_nothing_is_refused),
};

const struct contract_chapter contract_audit_chain = { cases, AC_ARRAY_SIZE(cases) };
