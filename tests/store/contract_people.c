/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The contract on people whose everything is taken back (revoke_subject), and on those
 * who are forgotten (erase_subject).
 */
#include "contract.h"

#include <string.h>

#include <authcode/list.h>

#include "base/attr.h"
#include "fixture_device.h"
#include "fixture_people.h"

static struct authcode_operation
op_revoke_subject(const struct fixture *f, int64_t subject_id)
{
	return (struct authcode_operation){
		.kind = AUTHCODE_OP_REVOKE_SUBJECT,
		.now_ms = f->now,
		.u.revoke_subject.subject_id = subject_id,
	};
}

static void
revoke_subject(struct fixture *f, int64_t subject_id)
{
	struct authcode_operation op = op_revoke_subject(f, subject_id);

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
}

/* To its last piece; returns how many rows went. */
static uint32_t
erase(struct fixture *f, int64_t subject_id, uint32_t limit)
{
	struct authcode_operation op = op_erase(f, subject_id, limit);
	struct authcode_op_erase_subject *args = &op.u.erase_subject;
	uint32_t deleted = 0;

	for (int i = 0; i < 1000; i++) {
		assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
		deleted += args->ret_deleted;
		if (args->ret_whole)
			return deleted;
		args->step = args->ret_step;
		args->after_id = args->ret_after_id;
	}
	fail_msg("there is no end to it");
	return 0;
}

/* --- taking everything back ---------------------------------------------------------- */

static void
all_that_anybody_got_of_it_is_dead(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f), other = sign_in(f);
	int64_t subject = session_of(f, session).subject.id;
	int64_t code = code_for(f, session, "demo"), open = code_for(f, other, "wiki");
	struct authcode_operation detached = op_redeem(f, code), op;
	int64_t device = new_device(f, 1);

	detached.u.redeem_code.detached = true;
	detached.u.redeem_code.with_refresh = true;
	assert_int_equal(perform(f, &detached), AUTHCODE_RESULT_DONE);
	allow_device(f, device, session);
	f->now = T0 + SECOND;
	revoke_subject(f, subject);
	if (f->backend->durable)
		reopen_store(f);
	assert_int_equal(session_of(f, session).session.ended_ms, T0 + SECOND);
	assert_int_equal(session_of(f, other).session.ended_ms, T0 + SECOND);
	/* Also what outlives a session. */
	assert_int_equal(token_of(f, detached.u.redeem_code.access.ret_id).withdrawn_ms,
			 T0 + SECOND);
	op = op_refresh(f, detached.u.redeem_code.refresh.ret_id, true);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_EXPIRED);
	op = op_redeem(f, open);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_EXPIRED);
	op = op_redeem_device(f, device);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_EXPIRED);
	op = op_redeem(f, code);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_REUSED);
	assert_string_equal(granted_scope(f, subject, "demo"), "");
	assert_string_equal(granted_scope(f, subject, "wiki"), "");
	assert_int_equal(waiting(f), 2);
}

static void
who_it_was_signs_in_again_as_the_same(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	int64_t subject = session_of(f, session).subject.id;
	struct tokens tokens;

	revoke_subject(f, subject);
	f->now = T0 + 1;
	session = sign_in(f);
	assert_int_equal(session_of(f, session).subject.id, subject);
	tokens = redeem(f, code_for(f, session, "demo"));
	assert_int_equal(token_of(f, tokens.access).withdrawn_ms, 0);
	assert_int_equal(session_of(f, session).session.ended_ms, 0);
	assert_string_equal(granted_scope(f, subject, "demo"), "profile");
}

/* Consent is no secret that somebody may know. */
static void
consents_may_stay(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	int64_t subject = session_of(f, session).subject.id;
	struct tokens tokens = redeem(f, code_for(f, session, "demo"));
	struct authcode_operation op;

	f->now = T0 + SECOND;
	op = op_revoke_subject(f, subject);
	op.u.revoke_subject.keep_consents = true;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(session_of(f, session).session.ended_ms, T0 + SECOND);
	assert_int_equal(token_of(f, tokens.access).withdrawn_ms, T0 + SECOND);
	assert_int_equal(waiting(f), 1);
	assert_string_equal(granted_scope(f, subject, "demo"), "profile");
}

static void
nobody_else_loses_anything(void **state)
{
	struct fixture *f = *state;
	int64_t ana = sign_in(f), bob = sign_in_as(f, "bob", 1002, "sub-bob");
	struct tokens bobs = redeem(f, code_for(f, bob, "demo"));
	struct authcode_operation robot = op_client_token(f);

	assert_int_equal(perform(f, &robot), AUTHCODE_RESULT_DONE);
	f->now = T0 + SECOND;
	revoke_subject(f, session_of(f, ana).subject.id);
	assert_int_equal(token_of(f, bobs.access).withdrawn_ms, 0);
	assert_int_equal(session_of(f, bob).session.ended_ms, 0);
	assert_string_equal(granted_scope(f, session_of(f, bob).subject.id, "demo"), "profile");
	assert_int_equal(token_of(f, robot.u.issue_client_token.access.ret_id).withdrawn_ms, 0);
	assert_int_equal(waiting(f), 0);
}

/* Once more takes what has come since, and keeps when the first sessions ended. */
static void
it_can_be_taken_back_again(void **state)
{
	struct fixture *f = *state;
	int64_t first = sign_in(f), second;
	int64_t subject = session_of(f, first).subject.id;
	struct tokens tokens;

	revoke_subject(f, subject);
	f->now = T0 + SECOND;
	second = sign_in(f);
	tokens = redeem(f, code_for(f, second, "demo"));
	f->now = T0 + 2 * SECOND;
	revoke_subject(f, subject);
	assert_int_equal(session_of(f, first).session.ended_ms, T0);
	assert_int_equal(session_of(f, second).session.ended_ms, T0 + 2 * SECOND);
	assert_int_equal(token_of(f, tokens.access).withdrawn_ms, T0 + 2 * SECOND);
	/* One client's own withdrawal goes on counting beside it. */
	f->now = T0 + 3 * SECOND;
	tokens = redeem(f, code_for(f, sign_in(f), "demo"));
	f->now = T0 + 4 * SECOND;
	assert_int_equal(
		perform(f, &(struct authcode_operation[]){ op_withdraw(f, subject, "demo") }[0]),
		AUTHCODE_RESULT_DONE);
	assert_int_equal(token_of(f, tokens.access).withdrawn_ms, T0 + 4 * SECOND);
	/* What marks it is no grant of anybody. */
	assert_int_equal(rows_of(f, AUTHCODE_LIST_GRANTS, subject), 1);
}

static void
a_subject_that_is_not_there_loses_nothing(void **state)
{
	static const int64_t unknown[] = { 0, 1, -1, INT64_MAX };
	struct fixture *f = *state;
	struct tokens tokens = sign_in_and_redeem(f);

	for (size_t i = 0; i < AC_ARRAY_SIZE(unknown); i++) {
		struct authcode_operation op = op_revoke_subject(f, unknown[i]);

		assert_int_equal(perform(f, &op), AUTHCODE_RESULT_NOT_FOUND);
		op = op_erase(f, unknown[i], 10);
		assert_int_equal(perform(f, &op), AUTHCODE_RESULT_NOT_FOUND);
		assert_false(op.u.erase_subject.ret_whole);
	}
	assert_int_equal(token_of(f, tokens.access).withdrawn_ms, 0);
	assert_int_equal(token_of(f, tokens.access).subject.retired_ms, 0);
}

/* --- forgetting ------------------------------------------------------------------------ */

static void
nothing_of_who_is_forgotten_is_left_but_the_sub(void **state)
{
	static const enum authcode_list_kind kinds[] = {
		AUTHCODE_LIST_SESSIONS, AUTHCODE_LIST_GRANTS, AUTHCODE_LIST_CODES,
		AUTHCODE_LIST_FAMILIES, AUTHCODE_LIST_TOKENS, AUTHCODE_LIST_DEVICES,
	};
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	int64_t subject = session_of(f, session).subject.id;
	struct tokens tokens = redeem(f, code_for(f, session, "demo"));
	int64_t device = new_device(f, 1);
	struct authcode_subject left;

	allow_device(f, device, session);
	(void)code_for(f, session, "wiki");
	f->now = T0 + SECOND;
	/* Two tokens, a family, two codes, a device, a session. */
	assert_int_equal(erase(f, subject, 100), 7);
	if (f->backend->durable)
		reopen_store(f);
	for (size_t i = 0; i < AC_ARRAY_SIZE(kinds); i++)
		assert_int_equal(rows_of(f, kinds[i], subject), 0);
	assert_false(has_token(f, tokens.access));
	assert_false(has_session(f, session));
	assert_int_equal(authcode_store_find_subject(f->store, NULL, "sub-ana", f->arena, &left),
			 AUTHCODE_OK);
	assert_int_equal(left.id, subject);
	assert_string_equal(left.user_name, "");
	assert_string_equal(left.full_name, "");
	assert_string_equal(left.groups, "");
	assert_int_equal(left.uid, 0);
	assert_int_equal(left.retired_ms, T0 + SECOND);
	/* Its clients are told, as of any end of a session. */
	assert_int_equal(waiting(f), 2);
}

static void
small_pieces_forget_as_much(void **state)
{
	struct fixture *f = *state;

	for (uint32_t limit = 1; limit <= 4; limit++) {
		int64_t ana = sign_in_as(
			f, "ana", 1001, (const char *const[]){ "", "s1", "s2", "s3", "s4" }[limit]);
		int64_t bob = sign_in_as(f, "bob", 1002, "sub-bob");
		int64_t subject = session_of(f, ana).subject.id;
		struct tokens bobs;

		for (int i = 0; i < 3; i++)
			(void)redeem(f, code_for(f, ana, "demo"));
		bobs = redeem(f, code_for(f, bob, "demo"));
		for (int i = 0; i < 3; i++)
			(void)redeem(f, code_for(f, ana, "wiki"));
		assert_int_equal(erase(f, subject, limit), 6 * 4 + 1);
		assert_int_equal(rows_of(f, AUTHCODE_LIST_TOKENS, subject), 0);
		assert_int_equal(token_of(f, bobs.access).subject.retired_ms, 0);
		assert_true(has_token(f, bobs.refresh));
		f->now += SECOND;
	}
}

static void
the_sub_is_never_given_again(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation op;

	(void)erase(f, session_of(f, sign_in(f)).subject.id, 100);
	op = op_sign_in(f, "carol", 1003, "sub-ana");
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
	assert_int_equal(op.err, AUTHCODE_ERR_USAGE);
	/* The name is free, and another person's. */
	assert_string_equal(session_of(f, sign_in_as(f, "ana", 1001, "sub-2")).subject.sub,
			    "sub-2");
}

/* What was decided stays on record; where from, and whose name it was, does not. */
static void
records_of_who_is_forgotten_name_nobody(void **state)
{
	struct fixture *f = *state;
	const struct authcode_audit_query query = { .examine = 1000 };
	struct authcode_audit_record records[8];
	struct authcode_audit_page page = { .records = records,
					    .capacity = AC_ARRAY_SIZE(records) };
	const char *const names[] = { "ana", "bob" };
	int64_t ana = 0;
	size_t with_address = 0;

	for (size_t i = 0; i < AC_ARRAY_SIZE(names); i++) {
		struct authcode_operation op =
			op_sign_in(f, names[i], 1001 + (uint32_t)i, i == 0 ? "sub-ana" : "sub-bob");

		op.audit = (struct authcode_audit){ .wanted = true, .rhost = "192.0.2.7" };
		assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
		ana = i == 0 ? op.u.create_session.ret_subject_id : ana;
	}
	(void)erase(f, ana, 1);
	assert_int_equal(authcode_store_list_audit(f->store, &query, f->arena, &page), AUTHCODE_OK);
	assert_int_equal(page.count, 2);
	for (size_t i = 0; i < page.count; i++) {
		bool forgotten = records[i].subject_id == ana;

		assert_string_equal(records[i].rhost, forgotten ? "" : "192.0.2.7");
		assert_string_equal(records[i].user_name, forgotten ? "" : "bob");
		with_address += forgotten ? 0 : 1;
	}
	assert_int_equal(with_address, 1);
}

/* From the first piece on nothing of it is honoured: nothing new can come behind the
 * look. */
static void
half_forgotten_is_gone_already(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	int64_t subject = session_of(f, session).subject.id;
	struct tokens tokens = redeem(f, code_for(f, session, "demo"));
	struct authcode_operation op = op_erase(f, subject, 1);

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	if (!op.u.erase_subject.ret_whole) {
		assert_true(op.u.erase_subject.ret_deleted <= 1);
		op = op_issue(f, session);
		assert_int_equal(perform(f, &op), AUTHCODE_RESULT_EXPIRED);
		op = op_refresh(f, tokens.refresh, true);
		assert_true(perform(f, &op) != AUTHCODE_RESULT_DONE);
	}
	/* Whoever was interrupted begins anew. */
	(void)erase(f, subject, 3);
	assert_int_equal(rows_of(f, AUTHCODE_LIST_TOKENS, subject), 0);
	assert_int_equal(erase(f, subject, 3), 0);
}

static void
a_piece_that_breaks_the_rules_is_refused(void **state)
{
	struct fixture *f = *state;
	struct tokens tokens = sign_in_and_redeem(f);
	int64_t subject = token_of(f, tokens.access).subject.id;
	struct authcode_operation bad[] = { op_erase(f, subject, 0),
					    op_erase(f, subject, AUTHCODE_PURGE_MAX + 1),
					    op_erase(f, subject, 1) };

	bad[2].u.erase_subject.after_id = -1;
	for (size_t i = 0; i < AC_ARRAY_SIZE(bad); i++) {
		assert_int_equal(perform(f, &bad[i]), AUTHCODE_RESULT_FAILED);
		assert_int_equal(bad[i].err, AUTHCODE_ERR_USAGE);
	}
	assert_true(has_token(f, tokens.access));
	assert_int_equal(token_of(f, tokens.access).subject.retired_ms, 0);
}

static const struct contract_case cases[] = {
	CONTRACT_CASE(all_that_anybody_got_of_it_is_dead),
	CONTRACT_CASE(who_it_was_signs_in_again_as_the_same),
	CONTRACT_CASE(consents_may_stay),
	CONTRACT_CASE(nobody_else_loses_anything),
	CONTRACT_CASE(it_can_be_taken_back_again),
	CONTRACT_CASE(a_subject_that_is_not_there_loses_nothing),
	CONTRACT_CASE(nothing_of_who_is_forgotten_is_left_but_the_sub),
	CONTRACT_CASE(small_pieces_forget_as_much),
	CONTRACT_CASE(the_sub_is_never_given_again),
	CONTRACT_CASE(records_of_who_is_forgotten_name_nobody),
	CONTRACT_CASE(half_forgotten_is_gone_already),
	CONTRACT_CASE(a_piece_that_breaks_the_rules_is_refused),
};

const struct contract_chapter contract_people = { cases, AC_ARRAY_SIZE(cases) };
