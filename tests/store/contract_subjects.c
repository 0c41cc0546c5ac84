/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The contract on subjects themselves: retire_subject, relink_subject,
 * list_subjects, and what becomes of everything that hangs on a subject.
 */
#include "contract.h"

#include <stdio.h>

#include "base/attr.h"
#include "fixture.h"
#include "same_rows.h"

static const int64_t unknown_ids[] = { 0, 1, -1, INT64_MAX, INT64_MIN };

static void
retire(struct fixture *f, int64_t subject_id)
{
	struct authcode_operation op = op_retire(f, subject_id);

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
}

static void
expect(struct fixture *f, struct authcode_operation op, enum authcode_result result)
{
	assert_int_equal(perform(f, &op), result);
}

/* --- retire -------------------------------------------------------------- */

static void
a_retired_subject_gives_no_code_and_redeems_none(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f), code = issue(f, session);
	struct authcode_code_view before, after;

	retire(f, session_of(f, session).subject.id);
	before = code_of(f, code);
	assert_int_equal(before.subject.retired_ms, T0);
	expect(f, op_issue(f, session), AUTHCODE_RESULT_EXPIRED);
	expect(f, op_redeem(f, code), AUTHCODE_RESULT_EXPIRED);
	after = code_of(f, code);
	assert_same_code(&before, &after);
}

/* Also what offline_access has cut loose from its session. */
static void
a_retired_subject_refreshes_nothing(void **state)
{
	struct fixture *f = *state;

	for (int detached = 0; detached < 2; detached++) {
		const char *name = detached != 0 ? "bob" : "ana";
		int64_t session = sign_in_as(f, name, 1001, name);
		struct authcode_operation op = op_redeem(f, issue(f, session));
		struct authcode_token_view before, after;
		int64_t refresh;

		op.u.redeem_code.detached = detached != 0;
		assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
		refresh = op.u.redeem_code.refresh.ret_id;
		retire(f, session_of(f, session).subject.id);
		before = token_of(f, refresh);
		assert_int_equal(before.subject.retired_ms, T0);
		assert_int_equal(token_of(f, op.u.redeem_code.access.ret_id).subject.retired_ms,
				 T0);
		expect(f, op_refresh(f, refresh, true), AUTHCODE_RESULT_EXPIRED);
		expect(f, op_refresh(f, refresh, false), AUTHCODE_RESULT_EXPIRED);
		after = token_of(f, refresh);
		assert_same_token(&before, &after);
	}
}

/* What was stolen is still evidence (RFC 6749 §4.1.2). */
static void
reuse_of_a_code_of_a_retired_subject_still_revokes(void **state)
{
	struct fixture *f = *state;
	struct tokens tokens = sign_in_and_redeem(f);

	retire(f, token_of(f, tokens.access).subject.id);
	expect(f, op_redeem(f, tokens.family), AUTHCODE_RESULT_REUSED);
	assert_int_equal(token_of(f, tokens.access).family.revoked_ms, T0);
}

static void
retiring_again_is_done_and_keeps_the_first_time(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);

	for (int i = 0; i < 3; i++) {
		retire(f, session_of(f, session).subject.id);
		assert_int_equal(session_of(f, session).subject.retired_ms, T0);
		f->now += HOUR;
	}
}

static void
retiring_what_is_unknown_finds_none(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);

	for (size_t i = 0; i < AC_ARRAY_SIZE(unknown_ids); i++)
		expect(f, op_retire(f, unknown_ids[i]), AUTHCODE_RESULT_NOT_FOUND);
	expect(f, op_retire(f, session), AUTHCODE_RESULT_NOT_FOUND);
	assert_int_equal(session_of(f, session).subject.retired_ms, 0);
}

/* OIDC-Core §8: sub is never reassigned, and no consent is inherited. */
static void
the_name_of_a_retired_subject_gets_another_one(void **state)
{
	struct fixture *f = *state;
	int64_t old = sign_in(f), new;
	struct authcode_operation op = op_issue(f, old);

	op.u.issue_code.remember = true;
	op.u.issue_code.consented_scope = "profile";
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	retire(f, session_of(f, old).subject.id);
	expect(f, op_sign_in(f, "ana", 1001, "sub-ana"), AUTHCODE_RESULT_FAILED);
	new = sign_in_as(f, "ana", 1001, "sub-new");
	assert_int_not_equal(session_of(f, new).subject.id, session_of(f, old).subject.id);
	assert_string_equal(session_of(f, new).subject.sub, "sub-new");
	assert_null(granted_scope(f, session_of(f, new).subject.id, "demo"));
	assert_string_equal(granted_scope(f, session_of(f, old).subject.id, "demo"), "profile");
}

static void
retiring_one_subject_leaves_the_others_alone(void **state)
{
	struct fixture *f = *state;
	int64_t bob = sign_in_as(f, "bob", 1002, "sub-bob");

	retire(f, session_of(f, sign_in(f)).subject.id);
	assert_int_equal(session_of(f, bob).subject.retired_ms, 0);
	expect(f, op_issue(f, bob), AUTHCODE_RESULT_DONE);
}

/* --- relink -------------------------------------------------------------- */

static void
a_renamed_account_keeps_its_subject_and_all_that_hangs_on_it(void **state)
{
	struct fixture *f = *state;
	struct tokens tokens = sign_in_and_redeem(f);
	struct authcode_subject before = token_of(f, tokens.access).subject, after;
	struct authcode_operation op = op_relink(f, "ana", "anna", 1001);

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(op.u.relink_subject.ret_subject_id, before.id);
	after = token_of(f, tokens.access).subject;
	assert_string_equal(after.user_name, "anna");
	before.user_name = "anna";
	assert_same_subject(&before, &after);
	expect(f, op_refresh(f, tokens.refresh, true), AUTHCODE_RESULT_DONE);
	/* The new name signs in as this subject, the old one as a new one. */
	op = op_sign_in(f, "anna", 1001, "sub-unused");
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(op.u.create_session.ret_subject_id, before.id);
	op = op_sign_in(f, "ana", 1001, "sub-other");
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_not_equal(op.u.create_session.ret_subject_id, before.id);
}

static void
relinking_an_unknown_or_retired_name_finds_none(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation op = op_relink(f, "ana", "anna", 1001);

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_NOT_FOUND);
	retire(f, session_of(f, sign_in(f)).subject.id);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_NOT_FOUND);
	assert_int_equal(op.u.relink_subject.ret_subject_id, 0);
	expect(f, op_relink(f, "ANA", "anna", 1001), AUTHCODE_RESULT_NOT_FOUND);
	expect(f, op_relink(f, "", "anna", 1001), AUTHCODE_RESULT_NOT_FOUND);
}

/* Another uid is another person. */
static void
relinking_to_another_uid_is_a_conflict_and_changes_nothing(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	struct authcode_session_view before = session_of(f, session), after;
	struct authcode_operation op = op_relink(f, "ana", "anna", 1002);

	for (int replace = 0; replace < 2; replace++) {
		op.u.relink_subject.replace = replace != 0;
		assert_int_equal(perform(f, &op), AUTHCODE_RESULT_CONFLICT);
		assert_int_equal(op.u.relink_subject.ret_subject_id, 0);
		after = session_of(f, session);
		assert_same_session(&before, &after);
	}
}

static void
a_name_that_is_taken_is_a_conflict_until_it_is_to_be_replaced(void **state)
{
	struct fixture *f = *state;
	int64_t ana = sign_in(f), anna = sign_in_as(f, "anna", 1001, "sub-anna");
	struct authcode_operation op = op_relink(f, "ana", "anna", 1001);

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_CONFLICT);
	assert_string_equal(session_of(f, ana).subject.user_name, "ana");
	assert_int_equal(session_of(f, anna).subject.retired_ms, 0);
	op.u.relink_subject.replace = true;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(op.u.relink_subject.ret_subject_id, session_of(f, ana).subject.id);
	assert_string_equal(session_of(f, ana).subject.user_name, "anna");
	assert_string_equal(session_of(f, ana).subject.sub, "sub-ana");
	assert_int_equal(session_of(f, anna).subject.retired_ms, T0);
	expect(f, op_issue(f, anna), AUTHCODE_RESULT_EXPIRED);
	expect(f, op_issue(f, ana), AUTHCODE_RESULT_DONE);
}

/* A retired subject of the new name is no obstacle. */
static void
a_name_whose_subject_is_retired_is_free(void **state)
{
	struct fixture *f = *state;
	int64_t ana = sign_in(f);

	retire(f, session_of(f, sign_in_as(f, "anna", 1003, "sub-anna")).subject.id);
	expect(f, op_relink(f, "ana", "anna", 1001), AUTHCODE_RESULT_DONE);
	assert_string_equal(session_of(f, ana).subject.user_name, "anna");
}

static void
relinking_a_name_to_itself_changes_nothing(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	struct authcode_session_view before = session_of(f, session), after;

	for (int replace = 0; replace < 2; replace++) {
		struct authcode_operation op = op_relink(f, "ana", "ana", 1001);

		op.u.relink_subject.replace = replace != 0;
		assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
		after = session_of(f, session);
		assert_same_session(&before, &after);
	}
}

/* --- list ---------------------------------------------------------------- */

#define PAGE 8

/* The names of the page behind after_id, separated by spaces. */
static const char *
listed(struct fixture *f, int64_t after_id, size_t capacity)
{
	struct authcode_subject subjects[PAGE];
	static char names[256];
	size_t count = SIZE_MAX, len = 0;

	assert_int_equal(authcode_store_list_subjects(f->store, f->now, after_id, f->arena,
						      subjects, capacity, &count),
			 AUTHCODE_OK);
	assert_in_range(count, 0, capacity);
	names[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			assert_true(subjects[i].id > subjects[i - 1].id);
		len += (size_t)snprintf(names + len, sizeof(names) - len, "%s ",
					subjects[i].user_name);
	}
	return names;
}

static void
assert_listed(struct fixture *f, const char *names)
{
	assert_string_equal(listed(f, 0, PAGE), names);
}

static void
nobody_is_listed_before_anybody_has_signed_in(void **state)
{
	assert_listed(*state, "");
}

static void
a_listed_subject_is_whole(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	struct authcode_subject subject, same = session_of(f, session).subject;
	size_t count = 0;

	assert_int_equal(
		authcode_store_list_subjects(f->store, T0, 0, f->arena, &subject, 1, &count),
		AUTHCODE_OK);
	assert_int_equal(count, 1);
	assert_same_subject(&subject, &same);
}

static void
subjects_are_listed_page_by_page_in_order_of_their_id(void **state)
{
	static const char *const names[] = { "ana", "bob", "carol", "dora", "emil" };
	struct fixture *f = *state;
	int64_t ids[AC_ARRAY_SIZE(names)];

	for (size_t i = 0; i < AC_ARRAY_SIZE(names); i++) {
		ids[i] = session_of(f, sign_in_as(f, names[i], 1, names[i])).subject.id;
		f->now += 1;
	}
	assert_listed(f, "ana bob carol dora emil ");
	assert_string_equal(listed(f, 0, 2), "ana bob ");
	assert_string_equal(listed(f, ids[1], 2), "carol dora ");
	assert_string_equal(listed(f, ids[3], 2), "emil ");
	assert_string_equal(listed(f, ids[4], 2), "");
	assert_string_equal(listed(f, ids[0] - 1, 1), "ana ");
	assert_string_equal(listed(f, INT64_MIN, PAGE), "ana bob carol dora emil ");
	assert_string_equal(listed(f, INT64_MAX, PAGE), "");
	assert_string_equal(listed(f, 0, 0), "");
}

static void
a_retired_subject_is_not_listed(void **state)
{
	struct fixture *f = *state;
	int64_t ana = sign_in(f);

	sign_in_as(f, "bob", 1002, "sub-bob");
	retire(f, session_of(f, ana).subject.id);
	assert_listed(f, "bob ");
	sign_in_as(f, "bob", 2002, "sub-bob-2");
	assert_listed(f, "bob ");
}

static void
a_subject_is_listed_until_its_last_session_is_past_its_end(void **state)
{
	struct fixture *f = *state;

	sign_in(f);
	f->now = T0 + DAY - 1;
	assert_listed(f, "ana ");
	f->now = T0 + DAY;
	assert_listed(f, "");
	sign_in(f);
	assert_listed(f, "ana ");
}

/* A code of the session's last second is good for a minute more. */
static void
a_subject_is_listed_while_a_code_outlives_its_session(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation op = op_sign_in(f, "ana", 1001, "sub-ana");

	op.u.create_session.idle_expires_ms = T0 + DAY;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	f->now = T0 + DAY - 1;
	issue(f, op.u.create_session.ret_session_id);
	f->now = T0 + DAY + MINUTE - 2;
	assert_listed(f, "ana ");
	f->now = T0 + DAY + MINUTE - 1;
	assert_listed(f, "");
}

static void
a_subject_is_listed_while_a_family_outlives_its_session(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation op = op_redeem(f, issue(f, sign_in(f)));

	op.u.redeem_code.detached = true;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	f->now = T0 + 90 * DAY - 1;
	assert_listed(f, "ana ");
	expect(f, op_purge(f, 1000), AUTHCODE_RESULT_DONE);
	assert_listed(f, "ana ");
	f->now = T0 + 90 * DAY;
	assert_listed(f, "");
}

static void
a_list_that_does_not_fit_its_arena_is_none(void **state)
{
	struct fixture *f = *state;
	struct authcode_arena *small = NULL;
	struct authcode_subject subjects[PAGE];
	size_t count = 77;

	sign_in(f);
	assert_int_equal(authcode_arena_new(1, &small), AUTHCODE_OK);
	assert_int_equal(
		authcode_store_list_subjects(f->store, T0, 0, small, subjects, PAGE, &count),
		AUTHCODE_ERR_MEMORY);
	assert_int_equal(count, 77);
	authcode_arena_free(&small);
}

static const struct contract_case cases[] = {
	CONTRACT_CASE(a_retired_subject_gives_no_code_and_redeems_none),
	CONTRACT_CASE(a_retired_subject_refreshes_nothing),
	CONTRACT_CASE(reuse_of_a_code_of_a_retired_subject_still_revokes),
	CONTRACT_CASE(retiring_again_is_done_and_keeps_the_first_time),
	CONTRACT_CASE(retiring_what_is_unknown_finds_none),
	CONTRACT_CASE(the_name_of_a_retired_subject_gets_another_one),
	CONTRACT_CASE(retiring_one_subject_leaves_the_others_alone),
	CONTRACT_CASE(a_renamed_account_keeps_its_subject_and_all_that_hangs_on_it),
	CONTRACT_CASE(relinking_an_unknown_or_retired_name_finds_none),
	CONTRACT_CASE(relinking_to_another_uid_is_a_conflict_and_changes_nothing),
	CONTRACT_CASE(a_name_that_is_taken_is_a_conflict_until_it_is_to_be_replaced),
	CONTRACT_CASE(a_name_whose_subject_is_retired_is_free),
	CONTRACT_CASE(relinking_a_name_to_itself_changes_nothing),
	CONTRACT_CASE(nobody_is_listed_before_anybody_has_signed_in),
	CONTRACT_CASE(a_listed_subject_is_whole),
	CONTRACT_CASE(subjects_are_listed_page_by_page_in_order_of_their_id),
	CONTRACT_CASE(a_retired_subject_is_not_listed),
	CONTRACT_CASE(a_subject_is_listed_until_its_last_session_is_past_its_end),
	CONTRACT_CASE(a_subject_is_listed_while_a_code_outlives_its_session),
	CONTRACT_CASE(a_subject_is_listed_while_a_family_outlives_its_session),
	CONTRACT_CASE(a_list_that_does_not_fit_its_arena_is_none),
};

const struct contract_chapter contract_subjects = { cases, AC_ARRAY_SIZE(cases) };
