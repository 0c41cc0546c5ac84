/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The contract on audit records: no decision without its record, no record without
 * its decision, and how records are found and end.
 */
#include "contract.h"

#include <string.h>

#include "base/attr.h"
#include "fixture_device.h"
#include "fixture.h"
#include "same_rows.h"

#define RECORDS 64

struct listed {
	struct authcode_audit_record records[RECORDS];
	struct authcode_audit_page page;
};

static void
ask(struct fixture *f, const struct authcode_audit_query *query, struct listed *ret)
{
	struct authcode_audit_query full = *query;

	ret->page = (struct authcode_audit_page){
		.records = ret->records,
		.capacity = ret->page.capacity != 0 ? ret->page.capacity : RECORDS,
	};
	if (full.examine == 0)
		full.examine = 1000;
	assert_int_equal(authcode_store_list_audit(f->store, &full, f->arena, &ret->page),
			 AUTHCODE_OK);
}

static size_t
count_all(struct fixture *f)
{
	struct listed all = { 0 };

	ask(f, &(struct authcode_audit_query){ 0 }, &all);
	return all.page.count;
}

/* The newest record. */
static struct authcode_audit_record
newest(struct fixture *f)
{
	struct listed all = { 0 };

	ask(f, &(struct authcode_audit_query){ 0 }, &all);
	assert_true(all.page.count > 0);
	return all.records[0];
}

/* Performs it with a record wanted, a millisecond after whatever came before. */
static enum authcode_result
perform_wanted(struct fixture *f, struct authcode_operation *operation)
{
	operation->now_ms = ++f->now;
	operation->audit.wanted = true;
	return perform(f, operation);
}

static void
a_new_store_has_no_record(void **state)
{
	assert_int_equal(count_all(*state), 0);
}

static void
a_record_says_what_its_operation_said(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation op = op_client_token(f);
	struct authcode_audit_record record;

	op.audit = (struct authcode_audit){ .txn = INT64_C(3565158400000000007),
					    .client_id = "robot",
					    .rhost = "192.0.2.7",
					    .reason = "because",
					    .subject_id = 0,
					    .by_admin = true,
					    .admin_uid = 0 };
	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_DONE);
	if (f->backend->durable)
		reopen_store(f);
	record = newest(f);
	assert_true(record.id > 0);
	assert_string_equal(record.event, "client_token_issued");
	assert_int_equal(record.txn, INT64_C(3565158400000000007));
	assert_string_equal(record.client_id, "robot");
	assert_int_equal(record.subject_id, 0);
	assert_string_equal(record.user_name, "");
	assert_int_equal(record.object_id, op.u.issue_client_token.ret_family_id);
	assert_string_equal(record.rhost, "192.0.2.7");
	assert_string_equal(record.reason, "because");
	assert_true(record.by_admin);
	assert_int_equal(record.admin_uid, 0);
	assert_int_equal(record.created_ms, T0 + 1);
	assert_int_equal(count_all(f), 1);
}

static void
what_is_left_out_is_empty(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation op = op_client_token(f);
	struct authcode_audit_record record;

	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_DONE);
	record = newest(f);
	assert_string_equal(record.client_id, "");
	assert_string_equal(record.rhost, "");
	assert_string_equal(record.reason, "");
	assert_int_equal(record.txn, 0);
	assert_false(record.by_admin);
}

static void
assert_newest(struct fixture *f, const char *event, int64_t object_id)
{
	const struct authcode_audit_record record = newest(f);

	assert_string_equal(record.event, event);
	assert_int_equal(record.object_id, object_id);
	assert_int_equal(record.created_ms, f->now);
}

static void
each_step_of_a_sign_in_leaves_its_record(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation op = op_sign_in(f, "ana", 1001, "sub-ana");
	int64_t session_id, code_id, refresh_id, access_id;

	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_DONE);
	session_id = op.u.create_session.ret_session_id;
	assert_newest(f, "login_succeeded", session_id);
	assert_int_equal(newest(f).subject_id, op.u.create_session.ret_subject_id);
	assert_string_equal(newest(f).user_name, "ana");
	op = op_issue(f, session_id);
	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_DONE);
	code_id = op.u.issue_code.ret_code_id;
	assert_newest(f, "code_issued", code_id);
	op = op_redeem(f, code_id);
	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_DONE);
	refresh_id = op.u.redeem_code.refresh.ret_id;
	access_id = op.u.redeem_code.access.ret_id;
	assert_newest(f, "token_issued", code_id);
	op = op_refresh(f, refresh_id, true);
	op.u.use_refresh.family_id = code_id;
	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_DONE);
	assert_newest(f, "token_refreshed", code_id);
	op = op_revoke_token(f, access_id);
	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_DONE);
	assert_newest(f, "token_revoked", access_id);
	op = op_refresh(f, refresh_id, true);
	op.u.use_refresh.family_id = code_id;
	f->now += HOUR;
	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_REUSED);
	assert_newest(f, "refresh_reused", code_id);
	op = op_redeem(f, code_id);
	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_REUSED);
	assert_newest(f, "code_reused", code_id);
	op = op_revoke_family(f, code_id);
	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_DONE);
	assert_newest(f, "tokens_revoked", code_id);
	op = op_end_session(f, session_id);
	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_DONE);
	assert_newest(f, "session_ended", session_id);
	/* Whoever ends it need not know whose it is: an administrator has its id alone. */
	assert_int_equal(op.audit.subject_id, 0);
	assert_string_equal(newest(f).user_name, "ana");
	assert_int_equal(count_all(f), 9);
}

static void
what_ends_or_moves_a_person_leaves_its_record(void **state)
{
	struct fixture *f = *state;
	int64_t subject_id = session_of(f, sign_in_as(f, "ana", 1001, "s1")).subject.id;
	struct authcode_operation op = op_withdraw(f, subject_id, "demo");

	op.audit.subject_id = subject_id;
	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_DONE);
	assert_newest(f, "consent_withdrawn", 0);
	assert_int_equal(newest(f).subject_id, subject_id);
	op = op_relink(f, "ana", "anna", 1001);
	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_DONE);
	assert_newest(f, "subject_relinked", 0);
	/* A record names the subject: whoever renames it has renamed all of them. */
	assert_string_equal(newest(f).user_name, "anna");
	op = op_retire(f, subject_id);
	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_DONE);
	assert_newest(f, "account_gone", 0);
	assert_int_equal(newest(f).subject_id, subject_id);
	assert_int_equal(count_all(f), 3);
}

static void
what_becomes_of_a_device_leaves_its_record_but_not_its_beginning(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation op = op_device(f, 1);
	int64_t device_id, denied_id = new_device(f, 2), session_id = sign_in(f);

	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_DONE);
	device_id = op.u.create_device.ret_device_id;
	op = op_poll(f, device_id);
	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(count_all(f), 0);
	op = op_allow(f, device_id, session_id);
	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_DONE);
	assert_newest(f, "device_allowed", device_id);
	op = op_deny(f, denied_id);
	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_DONE);
	assert_newest(f, "device_denied", denied_id);
	op = op_redeem_device(f, device_id);
	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_DONE);
	assert_newest(f, "device_token_issued", device_id);
	op = op_redeem_device(f, device_id);
	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_REUSED);
	assert_newest(f, "device_reused", device_id);
	assert_int_equal(count_all(f), 4);
}

static void
keys_leave_records(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation op = op_add_key(f, "kid-1", "RS256", 0);
	int64_t first;

	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_DONE);
	first = op.u.add_signing_key.ret_key_id;
	assert_newest(f, "signing_key_created", first);
	op = op_add_key(f, "kid-2", "RS256", first);
	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_DONE);
	op = op_forget_key(f, first);
	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_DONE);
	assert_newest(f, "signing_key_forgotten", first);
	assert_int_equal(count_all(f), 3);
}

static void
what_is_done_to_a_client_leaves_its_record(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation op = {
		.kind = AUTHCODE_OP_PUT_CLIENT,
		.audit = { .by_admin = true, .admin_uid = 1000 },
		.u.put_client = { .client_id = "shop",
				  .registration = "name=Shop",
				  .sealed_secret = "",
				  .changed_by = 1000 },
	};

	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_DONE);
	assert_newest(f, "client_added", 0);
	assert_string_equal(newest(f).client_id, "shop");
	assert_int_equal(newest(f).admin_uid, 1000);
	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_CONFLICT);
	op.u.put_client.revision = 1;
	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_DONE);
	assert_newest(f, "client_changed", 0);
	op.u.put_client.revision = 2;
	op.u.put_client.remove = true;
	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_DONE);
	assert_newest(f, "client_removed", 0);
	assert_int_equal(count_all(f), 3);
}

static void
whole_erasures_leave_one_record_which_names_nobody(void **state)
{
	struct fixture *f = *state;
	int64_t session_id = sign_in_as(f, "ana", 1001, "s1");
	int64_t subject_id = session_of(f, session_id).subject.id;
	struct authcode_operation op = op_end_session(f, session_id);

	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_DONE);
	assert_string_equal(newest(f).user_name, "ana");
	op = op_erase(f, subject_id, 1);
	do {
		assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_DONE);
		op.u.erase_subject.step = op.u.erase_subject.ret_step;
		op.u.erase_subject.after_id = op.u.erase_subject.ret_after_id;
	} while (!op.u.erase_subject.ret_whole);
	assert_int_equal(count_all(f), 2);
	assert_newest(f, "person_erased", 0);
	{
		struct listed all = { 0 };

		ask(f, &(struct authcode_audit_query){ 0 }, &all);
		for (size_t i = 0; i < all.page.count; i++) {
			assert_int_equal(all.records[i].subject_id, subject_id);
			assert_string_equal(all.records[i].user_name, "");
		}
	}
}

static void
whoever_wants_no_record_gets_none(void **state)
{
	struct fixture *f = *state;
	struct tokens tokens = sign_in_and_redeem(f);
	struct authcode_operation op = op_revoke_family(f, tokens.family);

	op.audit = (struct authcode_audit){ .txn = 1, .client_id = "demo", .reason = "x" };
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(count_all(f), 0);
}

static void
what_is_refused_leaves_no_record(void **state)
{
	struct fixture *f = *state;
	int64_t session_id = sign_in(f), code_id = issue(f, session_id), key;
	struct authcode_operation op = op_redeem(f, code_id + 1);

	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_NOT_FOUND);
	op = op_revoke_family(f, 1);
	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_NOT_FOUND);
	op = op_end_session(f, 1);
	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_NOT_FOUND);
	op = op_add_key(f, "kid", "RS256", 0);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	key = op.u.add_signing_key.ret_key_id;
	op = op_add_key(f, "kid", "RS256", key);
	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_CONFLICT);
	f->now += DAY;
	op = op_redeem(f, code_id);
	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_EXPIRED);
	op = op_purge(f, 10);
	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(count_all(f), 0);
}

static void
a_probe_is_written_and_recorded_nowhere(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation op = { .kind = AUTHCODE_OP_PROBE };

	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(count_all(f), 0);
}

/* --- both or neither --------------------------------------------------------------- */

/* The generator draws a key for the record that is taken, for ever: in memory the
 * record's key is drawn first, in SQLite after those of the tokens. */
static void
let_the_record_collide(struct fixture *f, uint32_t taken)
{
	memset(&f->script, 0, sizeof(f->script));
	if (f->backend->durable) {
		f->script.draws[f->script.count++] = taken + 1;
		f->script.draws[f->script.count++] = taken + 2;
	}
	f->script.draws[f->script.count++] = taken;
}

static void
no_token_without_its_record(void **state)
{
	struct fixture *f = *state;
	int64_t code_id = issue(f, sign_in(f));
	struct authcode_operation op = op_end_session(f, sign_in_as(f, "bob", 1002, "sub-bob"));
	struct authcode_code_view before = code_of(f, code_id);
	size_t count;

	f->script = (struct script){ .draws = { 77 }, .count = 1 };
	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_DONE);
	count = count_all(f);
	let_the_record_collide(f, 77);
	op = op_redeem(f, code_id);
	op.audit.wanted = true; /* of the same millisecond */
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
	assert_int_equal(op.err, AUTHCODE_ERR_RANDOM);
	assert_int_equal(op.u.redeem_code.access.ret_id, 0);
	assert_int_equal(op.u.redeem_code.refresh.ret_id, 0);
	assert_int_equal(count_all(f), count);
	{
		struct authcode_code_view after = code_of(f, code_id);

		assert_same_code(&before, &after);
	}
	/* Nothing of it stands in the way when it is tried again. */
	f->script = (struct script){ 0 };
	op = op_redeem(f, code_id);
	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(count_all(f), count + 1);
}

static void
nothing_is_revoked_or_ended_without_its_record(void **state)
{
	struct fixture *f = *state;
	struct tokens tokens = sign_in_and_redeem(f);
	int64_t session_id = token_of(f, tokens.access).session.id;
	struct authcode_operation ops[] = {
		op_revoke_token(f, tokens.access),
		op_revoke_family(f, tokens.family),
		op_end_session(f, session_id),
	};
	struct authcode_token_view before = token_of(f, tokens.access), after;

	f->script = (struct script){ .broken = true };
	for (size_t i = 0; i < AC_ARRAY_SIZE(ops); i++) {
		assert_int_equal(perform_wanted(f, &ops[i]), AUTHCODE_RESULT_FAILED);
		assert_int_equal(ops[i].err, AUTHCODE_ERR_RANDOM);
	}
	after = token_of(f, tokens.access);
	assert_same_token(&before, &after);
	assert_int_equal(count_all(f), 0);
}

/* --- finding them -------------------------------------------------------------------- */

static void
leave_record(struct fixture *f, const char *client_id, int64_t txn, int64_t subject_id)
{
	struct authcode_operation op = op_client_token(f);

	op.audit = (struct authcode_audit){ .client_id = client_id,
					    .txn = txn,
					    .subject_id = subject_id };
	assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_DONE);
}

static void
records_are_found_by_what_they_say_the_newest_first(void **state)
{
	struct fixture *f = *state;
	int64_t ana = session_of(f, sign_in_as(f, "ana", 1001, "s1")).subject.id;
	int64_t bob = session_of(f, sign_in_as(f, "bob", 1002, "s2")).subject.id;
	static const struct {
		struct authcode_audit_query query;
		size_t count;
		int64_t first_txn;
	} table[] = {
		{ { .client_id = "a" }, 2, 3 },
		{ { .client_id = "b" }, 2, 4 },
		{ { .client_id = "c" }, 0, 0 },
		{ { .client_id = "" }, 0, 0 },
		{ { .user_name = "ana" }, 2, 4 },
		{ { .user_name = "bob" }, 1, 2 },
		{ { .user_name = "eve" }, 0, 0 },
		{ { .user_name = "" }, 1, 3 },
		{ { .user_name = "ana", .client_id = "b" }, 1, 4 },
		{ { .user_name = "bob", .client_id = "a" }, 0, 0 },
		{ { .txn = 2 }, 1, 2 },
		{ { .txn = 9 }, 0, 0 },
		{ { .since_ms = T0 + 3 }, 2, 4 },
		{ { .until_ms = T0 + 3 }, 2, 2 },
		{ { .since_ms = T0 + 2, .until_ms = T0 + 3 }, 1, 2 },
		{ { .since_ms = T0 + 5 }, 0, 0 },
		{ { .until_ms = T0 + 1 }, 0, 0 },
		{ { .until_ms = INT64_MAX, .since_ms = 1 }, 4, 4 },
	};

	leave_record(f, "a", 1, ana);
	leave_record(f, "b", 2, bob);
	leave_record(f, "a", 3, 0);
	leave_record(f, "b", 4, ana);
	for (size_t i = 0; i < AC_ARRAY_SIZE(table); i++) {
		struct listed found = { 0 };

		ask(f, &table[i].query, &found);
		if (found.page.count != table[i].count)
			fail_msg("row %zu: %zu records", i, found.page.count);
		if (found.page.count > 0 && found.records[0].txn != table[i].first_txn)
			fail_msg("row %zu: txn %lld", i, (long long)found.records[0].txn);
		assert_int_equal(found.page.next_id, 0);
	}
}

/* A name may have been several people's, and a record is one person's alone. */
static void
records_of_a_person_are_found_whoever_has_the_name(void **state)
{
	struct fixture *f = *state;
	int64_t ana = session_of(f, sign_in_as(f, "ana", 1001, "s1")).subject.id;
	int64_t other = session_of(f, sign_in_as(f, "ana", 1002, "s2")).subject.id;
	const struct {
		struct authcode_audit_query query;
		size_t count;
		int64_t first_txn;
	} table[] = {
		{ { .subject_id = ana }, 1, 1 },
		{ { .subject_id = other }, 2, 3 },
		{ { .subject_id = other, .client_id = "a" }, 1, 2 },
		{ { .subject_id = ana, .client_id = "b" }, 0, 0 },
		{ { .subject_id = ana + other }, 0, 0 },
		{ { .user_name = "ana" }, 3, 3 },
	};

	leave_record(f, "a", 1, ana);
	leave_record(f, "a", 2, other);
	leave_record(f, "b", 3, other);
	for (size_t i = 0; i < AC_ARRAY_SIZE(table); i++) {
		struct listed found = { 0 };

		ask(f, &table[i].query, &found);
		assert_int_equal(found.page.count, table[i].count);
		assert_int_equal(found.page.count > 0 ? found.records[0].txn : 0,
				 table[i].first_txn);
	}
}

static void
pages_follow_each_other_without_gap_and_repetition(void **state)
{
	struct fixture *f = *state;
	int64_t before_id = 0, expected = 7;
	unsigned pages = 0;

	for (int64_t txn = 1; txn <= 7; txn++)
		leave_record(f, "a", txn, 0);
	do {
		struct listed found = { .page.capacity = 3 };

		ask(f, &(struct authcode_audit_query){ .before_id = before_id }, &found);
		for (size_t i = 0; i < found.page.count; i++)
			assert_int_equal(found.records[i].txn, expected--);
		before_id = found.page.next_id;
		pages++;
	} while (before_id != 0);
	assert_int_equal(expected, 0);
	assert_int_equal(pages, 3);
}

/* Whatever is asked for, a page costs so much and no more. */
static void
a_page_looks_at_so_many_and_says_where_it_stopped(void **state)
{
	struct fixture *f = *state;
	struct authcode_audit_query query = { .client_id = "rare", .examine = 4 };
	struct listed found = { 0 };

	leave_record(f, "rare", 1, 0);
	for (int64_t txn = 2; txn <= 6; txn++)
		leave_record(f, "often", txn, 0);
	ask(f, &query, &found);
	assert_int_equal(found.page.count, 0);
	assert_true(found.page.next_id > 0);
	query.before_id = found.page.next_id;
	ask(f, &query, &found);
	assert_int_equal(found.page.count, 1);
	assert_int_equal(found.records[0].txn, 1);
	assert_int_equal(found.page.next_id, 0);
}

/* --- their end ------------------------------------------------------------------------ */

static uint32_t
purge_before(struct fixture *f, int64_t before_ms, uint32_t limit)
{
	struct authcode_operation op = op_purge(f, limit);

	op.u.purge.audit_before_ms = before_ms;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	return op.u.purge.ret_deleted;
}

static void
old_records_go_and_no_others(void **state)
{
	struct fixture *f = *state;

	for (int64_t txn = 1; txn <= 5; txn++)
		leave_record(f, "a", txn, 0);
	assert_int_equal(purge_before(f, 0, 10), 0);
	assert_int_equal(purge_before(f, T0 + 1, 10), 0);
	assert_int_equal(purge_before(f, T0 + 3, 10), 2);
	assert_int_equal(count_all(f), 3);
	assert_int_equal(purge_before(f, T0 + 6, 2), 2);
	assert_int_equal(newest(f).txn, 5);
	assert_int_equal(purge_before(f, T0 + 6, 2), 1);
	assert_int_equal(count_all(f), 0);
}

/* --- misuse ------------------------------------------------------------------------------ */

static void
a_record_that_cannot_be_written_is_refused_before_anything_is_done(void **state)
{
	static char huge[300 * 1024];
	struct fixture *f = *state;
	const struct {
		struct authcode_audit audit;
		enum authcode_err err;
	} table[] = {
		{ { .txn = -1 }, AUTHCODE_ERR_USAGE },
		{ { .subject_id = -1 }, AUTHCODE_ERR_USAGE },
		{ { .client_id = huge }, AUTHCODE_ERR_LIMIT },
		{ { .rhost = huge }, AUTHCODE_ERR_LIMIT },
		{ { .reason = huge }, AUTHCODE_ERR_LIMIT },
	};
	struct authcode_operation op;

	memset(huge, 'x', sizeof(huge) - 1);
	for (size_t i = 0; i < AC_ARRAY_SIZE(table); i++) {
		op = op_client_token(f);
		op.audit = table[i].audit;
		assert_int_equal(perform_wanted(f, &op), AUTHCODE_RESULT_FAILED);
		assert_int_equal(op.err, table[i].err);
		assert_int_equal(op.u.issue_client_token.ret_family_id, 0);
	}
	op = op_purge(f, 10);
	op.u.purge.audit_before_ms = -1;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
	assert_int_equal(op.err, AUTHCODE_ERR_USAGE);
	assert_int_equal(count_all(f), 0);
}

static void
a_query_that_looks_at_nothing_is_refused(void **state)
{
	struct fixture *f = *state;
	struct listed found = { .page = { .capacity = 1 } };

	assert_int_equal(authcode_store_list_audit(f->store, &(struct authcode_audit_query){ 0 },
						   f->arena, &found.page),
			 AUTHCODE_ERR_USAGE);
}

static void
the_store_counts_what_it_does(void **state)
{
	struct fixture *f = *state;
	struct authcode_store_stats before = { 0 }, after = { 0 };
	struct authcode_operation op = op_client_token(f);

	authcode_store_stats(f->store, &before);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	f->script = (struct script){ .broken = true };
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
	authcode_store_stats(f->store, &after);
	/* The last one is reported before its thread has counted it, or after. */
	assert_true(after.operations - before.operations >= 1);
	assert_true(after.operations - before.operations <= 2);
	assert_true(after.failures - before.failures <= 1);
	assert_true(after.batches > before.batches);
}

static const struct contract_case cases[] = {
	CONTRACT_CASE(a_new_store_has_no_record),
	CONTRACT_CASE(a_record_says_what_its_operation_said),
	CONTRACT_CASE(what_is_left_out_is_empty),
	CONTRACT_CASE(each_step_of_a_sign_in_leaves_its_record),
	CONTRACT_CASE(what_ends_or_moves_a_person_leaves_its_record),
	CONTRACT_CASE(what_becomes_of_a_device_leaves_its_record_but_not_its_beginning),
	CONTRACT_CASE(keys_leave_records),
	CONTRACT_CASE(what_is_done_to_a_client_leaves_its_record),
	CONTRACT_CASE(whole_erasures_leave_one_record_which_names_nobody),
	CONTRACT_CASE(whoever_wants_no_record_gets_none),
	CONTRACT_CASE(what_is_refused_leaves_no_record),
	CONTRACT_CASE(a_probe_is_written_and_recorded_nowhere),
	CONTRACT_CASE(no_token_without_its_record),
	CONTRACT_CASE(nothing_is_revoked_or_ended_without_its_record),
	CONTRACT_CASE(records_are_found_by_what_they_say_the_newest_first),
	CONTRACT_CASE(records_of_a_person_are_found_whoever_has_the_name),
	CONTRACT_CASE(pages_follow_each_other_without_gap_and_repetition),
	CONTRACT_CASE(a_page_looks_at_so_many_and_says_where_it_stopped),
	CONTRACT_CASE(old_records_go_and_no_others),
	CONTRACT_CASE(a_record_that_cannot_be_written_is_refused_before_anything_is_done),
	CONTRACT_CASE(a_query_that_looks_at_nothing_is_refused),
	CONTRACT_CASE(the_store_counts_what_it_does),
};

const struct contract_chapter contract_audit = { cases, AC_ARRAY_SIZE(cases) };
