/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The contract on subjects and sessions: create_session, end_session,
 * find_session.
 */
#include "contract.h"

#include <string.h>

#include "base/attr.h"
#include "fixture.h"
#include "same_rows.h"

static void
a_session_is_read_back_as_it_was_written(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation op = op_sign_in(f, "ana", 1001, "sub-ana");
	struct authcode_session_view view;

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	view = session_of(f, op.u.create_session.ret_session_id);
	assert_int_equal(view.session.id, op.u.create_session.ret_session_id);
	assert_hash(view.session.hash, 0x51);
	assert_int_equal(view.session.subject_id, op.u.create_session.ret_subject_id);
	assert_int_equal(view.session.auth_time_ms, T0 - 5);
	assert_string_equal(view.session.acr, "password");
	assert_string_equal(view.session.amr, "pwd otp");
	assert_string_equal(view.session.claims, "{\"department\":\"math\"}");
	assert_int_equal(view.session.created_ms, T0);
	assert_int_equal(view.session.idle_expires_ms, T0 + 8 * HOUR);
	assert_int_equal(view.session.expires_ms, T0 + DAY);
	assert_int_equal(view.session.ended_ms, 0);
	assert_int_equal(view.subject.id, op.u.create_session.ret_subject_id);
	assert_string_equal(view.subject.sub, "sub-ana");
	assert_string_equal(view.subject.user_name, "ana");
	assert_int_equal(view.subject.uid, 1001);
	assert_string_equal(view.subject.full_name, "Ana Example");
	assert_string_equal(view.subject.groups, "staff\nwheel");
	assert_int_equal(view.subject.first_seen_ms, T0);
	assert_int_equal(view.subject.retired_ms, 0);
}

static void
an_unknown_session_is_not_found_and_nothing_is_returned(void **state)
{
	struct fixture *f = *state;
	static const int64_t unknown[] = { 0, 1, -1, INT64_MAX, INT64_MIN };
	int64_t session = sign_in(f);

	for (size_t i = 0; i < AC_ARRAY_SIZE(unknown) + 1; i++) {
		int64_t id = i < AC_ARRAY_SIZE(unknown) ? unknown[i] : session + 1;
		struct authcode_session_view view;

		memset(&view, 0x5a, sizeof(view));
		assert_int_equal(authcode_store_find_session(f->store, id, f->arena, &view),
				 AUTHCODE_ERR_NOT_FOUND);
		for (size_t byte = 0; byte < sizeof(view); byte++)
			assert_int_equal(((unsigned char *)&view)[byte], 0x5a);
	}
}

/* Empty texts and the largest uid are values like others. */
static void
empty_texts_and_extreme_numbers_survive(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation op = op_sign_in(f, "", UINT32_MAX, "s");
	struct authcode_session_view view;

	op.u.create_session.full_name = "";
	op.u.create_session.groups = "";
	op.u.create_session.acr = "";
	op.u.create_session.amr = "";
	op.u.create_session.claims = "";
	op.u.create_session.auth_time_ms = INT64_MIN;
	op.u.create_session.expires_ms = INT64_MAX;
	op.u.create_session.idle_expires_ms = INT64_MAX;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	view = session_of(f, op.u.create_session.ret_session_id);
	assert_string_equal(view.subject.user_name, "");
	assert_int_equal(view.subject.uid, UINT32_MAX);
	assert_string_equal(view.subject.full_name, "");
	assert_string_equal(view.subject.groups, "");
	assert_string_equal(view.session.acr, "");
	assert_string_equal(view.session.amr, "");
	assert_string_equal(view.session.claims, "");
	assert_int_equal(view.session.auth_time_ms, INT64_MIN);
	assert_int_equal(view.session.expires_ms, INT64_MAX);
}

/* OIDC-Core §8: sub is stable for the same person. */
static void
the_same_name_and_uid_keep_their_sub_and_refresh_the_rest(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation op;
	int64_t first = sign_in(f);
	struct authcode_session_view view;

	f->now = T0 + HOUR;
	op = op_sign_in(f, "ana", 1001, "sub-other");
	op.u.create_session.full_name = "Ana Renamed";
	op.u.create_session.groups = "staff";
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(op.u.create_session.ret_subject_id, session_of(f, first).subject.id);
	view = session_of(f, first);
	assert_string_equal(view.subject.sub, "sub-ana");
	assert_string_equal(view.subject.full_name, "Ana Renamed");
	assert_string_equal(view.subject.groups, "staff");
	assert_int_equal(view.subject.first_seen_ms, T0);
	assert_int_equal(view.session.ended_ms, 0);
}

/* OIDC-Core §8: sub is never reassigned. */
static void
another_uid_under_the_same_name_is_another_subject_and_retires_the_old(void **state)
{
	struct fixture *f = *state;
	int64_t old = sign_in(f);
	int64_t new;

	f->now = T0 + HOUR;
	new = sign_in_as(f, "ana", 2002, "sub-second");
	assert_int_equal(session_of(f, old).subject.retired_ms, T0 + HOUR);
	assert_string_equal(session_of(f, old).subject.sub, "sub-ana");
	assert_int_equal(session_of(f, old).subject.uid, 1001);
	assert_int_equal(session_of(f, new).subject.retired_ms, 0);
	assert_string_equal(session_of(f, new).subject.sub, "sub-second");
	assert_int_not_equal(session_of(f, new).subject.id, session_of(f, old).subject.id);
}

static void
a_retired_pair_that_comes_back_gets_neither_old_subject(void **state)
{
	struct fixture *f = *state;
	int64_t first = sign_in(f);
	int64_t second = sign_in_as(f, "ana", 2002, "sub-second");
	int64_t third = sign_in_as(f, "ana", 1001, "sub-third");

	assert_string_equal(session_of(f, third).subject.sub, "sub-third");
	assert_int_not_equal(session_of(f, first).subject.retired_ms, 0);
	assert_int_not_equal(session_of(f, second).subject.retired_ms, 0);
	assert_int_equal(session_of(f, third).subject.retired_ms, 0);
}

static void
another_name_with_the_same_uid_is_a_subject_of_its_own(void **state)
{
	struct fixture *f = *state;
	int64_t root = sign_in_as(f, "root", 0, "sub-root");
	int64_t toor = sign_in_as(f, "toor", 0, "sub-toor");

	assert_string_equal(session_of(f, root).subject.sub, "sub-root");
	assert_string_equal(session_of(f, toor).subject.sub, "sub-toor");
	assert_int_equal(session_of(f, root).subject.retired_ms, 0);
}

static void
names_differ_by_case_and_by_every_byte(void **state)
{
	struct fixture *f = *state;
	int64_t lower = sign_in_as(f, "ana", 1, "sub-1");

	sign_in_as(f, "Ana", 2, "sub-2");
	sign_in_as(f, "ana ", 3, "sub-3");
	sign_in_as(f, "an%", 4, "sub-4");
	assert_int_equal(session_of(f, lower).subject.retired_ms, 0);
}

static void
a_sub_that_is_taken_fails_and_changes_nothing(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	struct authcode_session_view before = session_of(f, session), after;
	struct authcode_operation other = op_sign_in(f, "bob", 1002, "sub-ana");
	struct authcode_operation same_name = op_sign_in(f, "ana", 2002, "sub-ana");

	same_name.u.create_session.replaces = session;
	assert_int_equal(perform(f, &other), AUTHCODE_RESULT_FAILED);
	assert_int_equal(other.err, AUTHCODE_ERR_USAGE);
	assert_int_equal(perform(f, &same_name), AUTHCODE_RESULT_FAILED);
	assert_int_equal(same_name.err, AUTHCODE_ERR_USAGE);
	assert_int_equal(same_name.u.create_session.ret_session_id, 0);
	assert_int_equal(same_name.u.create_session.ret_subject_id, 0);
	after = session_of(f, session);
	assert_same_session(&before, &after);
}

static void
a_retired_sub_stays_taken(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation op = op_sign_in(f, "bob", 1002, "sub-ana");

	sign_in(f);
	sign_in_as(f, "ana", 2002, "sub-second");
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
	assert_int_equal(op.err, AUTHCODE_ERR_USAGE);
}

/* LS-03: somebody else's sign-in ends the session that it replaces. */
static void
the_session_of_another_that_is_replaced_ends(void **state)
{
	struct fixture *f = *state;
	int64_t old = sign_in(f), other = sign_in(f);
	struct authcode_operation op;

	f->now = T0 + HOUR;
	op = op_sign_in(f, "bob", 1002, "sub-bob");
	op.u.create_session.replaces = old;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(session_of(f, old).session.ended_ms, T0 + HOUR);
	assert_int_equal(session_of(f, other).session.ended_ms, 0);
	assert_int_not_equal(op.u.create_session.ret_session_id, old);
	assert_int_equal(session_of(f, op.u.create_session.ret_session_id).session.ended_ms, 0);
}

/* LS-03: a new secret at every sign-in. What the session has led to lives on. */
static void
the_session_of_the_same_subject_is_renewed(void **state)
{
	struct fixture *f = *state;
	int64_t id = sign_in(f);
	struct authcode_session before = session_of(f, id).session, after;
	struct authcode_operation op;
	struct tokens tokens = redeem(f, issue(f, id));

	f->now = T0 + HOUR;
	op = op_sign_in(f, "ana", 1001, "sub-x");
	op.u.create_session.replaces = id;
	op.u.create_session.acr = "otp";
	op.u.create_session.amr = "pwd otp";
	op.u.create_session.claims = "{\"a\":1}";
	memset(op.u.create_session.hash, 0x5a, AUTHCODE_HASH_LEN);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(op.u.create_session.ret_session_id, id);
	after = session_of(f, id).session;
	assert_memory_not_equal(after.hash, before.hash, AUTHCODE_HASH_LEN);
	assert_memory_equal(after.hash, op.u.create_session.hash, AUTHCODE_HASH_LEN);
	assert_int_equal(after.auth_time_ms, op.u.create_session.auth_time_ms);
	assert_string_equal(after.acr, "otp");
	assert_string_equal(after.amr, "pwd otp");
	assert_string_equal(after.claims, "{\"a\":1}");
	assert_int_equal(after.idle_expires_ms, op.u.create_session.idle_expires_ms);
	assert_int_equal(after.expires_ms, op.u.create_session.expires_ms);
	assert_int_equal(after.ended_ms, 0);
	assert_int_equal(after.created_ms, before.created_ms);
	/* The family has what it was issued with. */
	assert_int_equal(token_of(f, tokens.refresh).session.id, id);
	assert_string_equal(token_of(f, tokens.refresh).family.acr, before.acr);
	op = op_refresh(f, tokens.refresh, true);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
}

/* What has ended, of itself or otherwise, does not come back. */
static void
a_session_that_is_over_is_not_renewed(void **state)
{
	struct fixture *f = *state;
	int64_t ended = sign_in(f), idle = sign_in(f);
	struct authcode_operation op = op_end_session(f, ended);
	const int64_t over[] = { ended, idle };

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	f->now = session_of(f, idle).session.idle_expires_ms;
	for (size_t i = 0; i < AC_ARRAY_SIZE(over); i++) {
		op = op_sign_in(f, "ana", 1001, "sub-x");
		op.u.create_session.replaces = over[i];
		assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
		assert_int_not_equal(op.u.create_session.ret_session_id, over[i]);
		assert_int_not_equal(session_of(f, over[i]).session.ended_ms, 0);
	}
}

static void
replacing_an_ended_or_unknown_session_is_harmless(void **state)
{
	struct fixture *f = *state;
	int64_t old = sign_in(f);
	struct authcode_operation end = op_end_session(f, old);
	struct authcode_operation op;

	assert_int_equal(perform(f, &end), AUTHCODE_RESULT_DONE);
	f->now = T0 + HOUR;
	op = op_sign_in(f, "ana", 1001, "sub-ana");
	op.u.create_session.replaces = old;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(session_of(f, old).session.ended_ms, T0);
	op.u.create_session.replaces = 12345;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
}

static void
the_idle_end_is_never_past_the_absolute_end(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation op = op_sign_in(f, "ana", 1001, "sub-ana");

	op.u.create_session.idle_expires_ms = T0 + 2 * DAY;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(session_of(f, op.u.create_session.ret_session_id).session.idle_expires_ms,
			 T0 + DAY);
}

static void
ending_a_session_twice_keeps_the_first_time(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	struct authcode_operation op = op_end_session(f, session);

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	f->now = T0 + HOUR;
	op = op_end_session(f, session);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(session_of(f, session).session.ended_ms, T0);
}

static void
ending_an_unknown_session_finds_none(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	struct authcode_operation op = op_end_session(f, session + 1);

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_NOT_FOUND);
	op = op_end_session(f, 0);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_NOT_FOUND);
	assert_int_equal(session_of(f, session).session.ended_ms, 0);
}

static const struct contract_case cases[] = {
	CONTRACT_CASE(a_session_is_read_back_as_it_was_written),
	CONTRACT_CASE(an_unknown_session_is_not_found_and_nothing_is_returned),
	CONTRACT_CASE(empty_texts_and_extreme_numbers_survive),
	CONTRACT_CASE(the_same_name_and_uid_keep_their_sub_and_refresh_the_rest),
	CONTRACT_CASE(another_uid_under_the_same_name_is_another_subject_and_retires_the_old),
	CONTRACT_CASE(a_retired_pair_that_comes_back_gets_neither_old_subject),
	CONTRACT_CASE(another_name_with_the_same_uid_is_a_subject_of_its_own),
	CONTRACT_CASE(names_differ_by_case_and_by_every_byte),
	CONTRACT_CASE(a_sub_that_is_taken_fails_and_changes_nothing),
	CONTRACT_CASE(a_retired_sub_stays_taken),
	CONTRACT_CASE(the_session_of_another_that_is_replaced_ends),
	CONTRACT_CASE(the_session_of_the_same_subject_is_renewed),
	CONTRACT_CASE(a_session_that_is_over_is_not_renewed),
	CONTRACT_CASE(replacing_an_ended_or_unknown_session_is_harmless),
	CONTRACT_CASE(the_idle_end_is_never_past_the_absolute_end),
	CONTRACT_CASE(ending_a_session_twice_keeps_the_first_time),
	CONTRACT_CASE(ending_an_unknown_session_finds_none),
};

const struct contract_chapter contract_sessions = { cases, AC_ARRAY_SIZE(cases) };
