/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The contract on row keys, with a stopped clock and a generator that repeats
 * itself or fails.
 */
#include "contract.h"

#include <string.h>

#include "base/attr.h"
#include "fixture.h"
#include "same_rows.h"
#include "store/row_key.h"

/* From now on the generator says these, then the last one for ever. */
static void
script(struct fixture *f, const uint32_t *draws, size_t count)
{
	memset(&f->script, 0, sizeof(f->script));
	for (size_t i = 0; i < count; i++)
		f->script.draws[i] = draws[i];
	f->script.count = count;
}

static void
a_key_is_the_time_then_the_random_bits(void **state)
{
	static const struct {
		int64_t now;
		uint32_t draw;
		int64_t key;
	} rows[] = {
		{ 1, 0, INT64_C(1) << 21 },
		{ 1, 1, (INT64_C(1) << 21) + 1 },
		{ T0, 0x1fffff, (T0 << 21) + 0x1fffff },
		{ T0, 0xffe00005, (T0 << 21) + 5 }, /* only 21 bits count */
		{ (INT64_C(1) << 42) - 1, 0xffffffff, INT64_MAX },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		f->now = rows[i].now;
		script(f, &rows[i].draw, 1);
		/* A retired pair is never met again: each row is a new name. */
		assert_int_equal(sign_in_as(f, "ana", (uint32_t)i, (char[]){ (char)('a' + i), 0 }),
				 rows[i].key);
	}
}

static void
a_key_that_is_taken_is_replaced_by_another(void **state)
{
	struct fixture *f = *state;
	static const uint32_t draws[] = { 7, 7, 7, 7, 7, 9, 9, 9, 7, 9, 11 };
	int64_t session, first, second, third;

	script(f, draws, AC_ARRAY_SIZE(draws));
	session = sign_in(f); /* draws one key for the subject, one for the session */
	first = issue(f, session);
	second = issue(f, session);
	third = issue(f, session);
	assert_int_equal(first, (T0 << 21) + 7);
	assert_int_equal(second, (T0 << 21) + 9);
	assert_int_equal(third, (T0 << 21) + 11);
	assert_int_equal(code_of(f, second).code.id, second);
}

static void
both_tokens_of_one_operation_get_keys_of_their_own(void **state)
{
	struct fixture *f = *state;
	int64_t code = issue(f, sign_in(f));
	static const uint32_t draws[] = { 7, 7, 7, 8 };
	struct tokens tokens;

	script(f, draws, AC_ARRAY_SIZE(draws));
	tokens = redeem(f, code);
	assert_int_equal(tokens.access, (T0 << 21) + 7);
	assert_int_equal(tokens.refresh, (T0 << 21) + 8);
	assert_int_equal(token_of(f, tokens.access).token.kind, AUTHCODE_TOKEN_ACCESS);
	assert_int_equal(token_of(f, tokens.refresh).token.kind, AUTHCODE_TOKEN_REFRESH);
}

static void
the_last_try_may_succeed_and_one_more_is_not_made(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	static const uint32_t seven = 7;
	uint32_t draws[AC_ROW_KEY_TRIES + 1];
	struct authcode_operation op;

	script(f, &seven, 1);
	issue(f, session);
	for (size_t i = 0; i < AC_ARRAY_SIZE(draws); i++)
		draws[i] = 7;
	draws[AC_ROW_KEY_TRIES] = 8;
	script(f, draws, AC_ARRAY_SIZE(draws));
	op = op_issue(f, session);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
	assert_int_equal(op.err, AUTHCODE_ERR_RANDOM);
	draws[AC_ROW_KEY_TRIES - 1] = 8;
	script(f, draws, AC_ROW_KEY_TRIES);
	assert_int_equal(issue(f, session), (T0 << 21) + 8);
}

/* How the generator fails in the operations below. */
static void
collide_for_ever(struct fixture *f)
{
	static const uint32_t seven = 7;

	script(f, &seven, 1);
}

static void
break_down(struct fixture *f)
{
	f->script.broken = true;
}

static void (*const failures[])(struct fixture *) = { collide_for_ever, break_down };

static void
a_sign_in_without_keys_fails_and_changes_nothing(void **state)
{
	struct fixture *f = *state;
	static const uint32_t seven = 7;
	struct authcode_session_view before, after;
	int64_t old;

	script(f, &seven, 1);
	old = sign_in(f); /* takes key 7 of both tables */
	before = session_of(f, old);
	for (size_t i = 0; i < AC_ARRAY_SIZE(failures); i++) {
		struct authcode_operation same = op_sign_in(f, "ana", 1001, "sub-x");
		struct authcode_operation recycled = op_sign_in(f, "ana", 2002, "sub-y");

		same.u.create_session.full_name = "Changed";
		recycled.u.create_session.replaces = old;
		failures[i](f);
		assert_int_equal(perform(f, &same), AUTHCODE_RESULT_FAILED);
		assert_int_equal(same.err, AUTHCODE_ERR_RANDOM);
		assert_int_equal(perform(f, &recycled), AUTHCODE_RESULT_FAILED);
		assert_int_equal(recycled.err, AUTHCODE_ERR_RANDOM);
		assert_int_equal(recycled.u.create_session.ret_session_id, 0);
		assert_int_equal(recycled.u.create_session.ret_subject_id, 0);
		after = session_of(f, old);
		assert_same_session(&before, &after);
	}
	f->script = (struct script){ 0 };
	/* Its sub was not taken by the attempt. */
	sign_in_as(f, "ana", 2002, "sub-y");
}

/* The subject finds a key, the session none: neither is there. */
static void
a_subject_does_not_stay_behind_when_its_session_fails(void **state)
{
	struct fixture *f = *state;
	static const uint32_t draws[] = { 7, 7, 8, 7 };
	struct authcode_operation op;

	script(f, draws, AC_ARRAY_SIZE(draws));
	sign_in(f);                                 /* 7 and 7 */
	op = op_sign_in(f, "bob", 1002, "sub-bob"); /* 8, then 7 for ever */
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
	assert_int_equal(op.err, AUTHCODE_ERR_RANDOM);
	f->script = (struct script){ 0 };
	sign_in_as(f, "carol", 1003, "sub-bob");
}

static void
a_code_without_key_is_not_issued_and_nothing_is_granted(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	struct authcode_session_view before, after;
	static const uint32_t seven = 7;

	script(f, &seven, 1);
	issue(f, session);
	before = session_of(f, session);
	for (size_t i = 0; i < AC_ARRAY_SIZE(failures); i++) {
		struct authcode_operation op = op_issue(f, session);

		op.u.issue_code.idle_expires_ms = T0 + 9 * HOUR;
		op.u.issue_code.remember = true;
		op.u.issue_code.consented_scope = "profile";
		failures[i](f);
		assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
		assert_int_equal(op.err, AUTHCODE_ERR_RANDOM);
		assert_int_equal(op.u.issue_code.ret_code_id, 0);
		after = session_of(f, session);
		assert_same_session(&before, &after);
		assert_null(granted_scope(f, before.subject.id, "demo"));
	}
}

static void
a_code_is_not_used_when_its_tokens_get_no_key(void **state)
{
	static const uint32_t seven = 7;
	/* The access token gets 6, the refresh token nothing but 7. */
	static const uint32_t second_fails[] = { 6, 7 };
	struct fixture *f = *state;
	int64_t session = sign_in(f), code = issue(f, session);
	struct authcode_operation op = op_redeem(f, issue(f, session));
	struct authcode_code_view before = code_of(f, code), after;

	script(f, &seven, 1);
	op.u.redeem_code.with_refresh = false;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE); /* takes 7 */
	for (size_t i = 0; i < 3; i++) {
		if (i < AC_ARRAY_SIZE(failures))
			failures[i](f);
		else
			script(f, second_fails, AC_ARRAY_SIZE(second_fails));
		op = op_redeem(f, code);
		assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
		assert_int_equal(op.err, AUTHCODE_ERR_RANDOM);
		assert_int_equal(op.u.redeem_code.access.ret_id, 0);
		assert_int_equal(op.u.redeem_code.refresh.ret_id, 0);
		after = code_of(f, code);
		assert_same_code(&before, &after);
		assert_false(has_token(f, (T0 << 21) + 6));
	}
	f->script = (struct script){ 0 };
	redeem(f, code);
}

static void
a_refresh_token_is_not_rotated_when_its_successor_gets_no_key(void **state)
{
	static const uint32_t second_fails[] = { 6, 7 };
	static const uint32_t taken[] = { 7, 5 };
	struct fixture *f = *state;
	int64_t code = issue(f, sign_in(f));
	struct tokens tokens;
	struct authcode_token_view before, after;

	script(f, taken, AC_ARRAY_SIZE(taken));
	tokens = redeem(f, code);
	before = token_of(f, tokens.refresh);
	for (size_t i = 0; i < 3; i++) {
		struct authcode_operation op = op_refresh(f, tokens.refresh, true);

		if (i < AC_ARRAY_SIZE(failures))
			failures[i](f);
		else
			script(f, second_fails, AC_ARRAY_SIZE(second_fails));
		assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
		assert_int_equal(op.err, AUTHCODE_ERR_RANDOM);
		assert_int_equal(op.u.use_refresh.access.ret_id, 0);
		assert_int_equal(op.u.use_refresh.successor.ret_id, 0);
		after = token_of(f, tokens.refresh);
		assert_same_token(&before, &after);
		assert_false(has_token(f, (T0 << 21) + 6));
	}
}

static const struct contract_case cases[] = {
	CONTRACT_CASE(a_key_is_the_time_then_the_random_bits),
	CONTRACT_CASE(a_key_that_is_taken_is_replaced_by_another),
	CONTRACT_CASE(both_tokens_of_one_operation_get_keys_of_their_own),
	CONTRACT_CASE(the_last_try_may_succeed_and_one_more_is_not_made),
	CONTRACT_CASE(a_sign_in_without_keys_fails_and_changes_nothing),
	CONTRACT_CASE(a_subject_does_not_stay_behind_when_its_session_fails),
	CONTRACT_CASE(a_code_without_key_is_not_issued_and_nothing_is_granted),
	CONTRACT_CASE(a_code_is_not_used_when_its_tokens_get_no_key),
	CONTRACT_CASE(a_refresh_token_is_not_rotated_when_its_successor_gets_no_key),
};

const struct contract_chapter contract_keys = { cases, AC_ARRAY_SIZE(cases) };
