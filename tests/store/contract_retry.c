/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The contract on refresh tokens that are presented again: the retry time of
 * use_refresh, and what is left of tokens that were replaced. RFC 9700 §4.14.2,
 * requirements RT-06, RT-08.
 */
#include "contract.h"

#include "base/attr.h"
#include "fixture.h"
#include "same_rows.h"

#define RETRY (10 * SECOND)

static struct authcode_operation
op_retry(const struct fixture *f, int64_t refresh_id)
{
	struct authcode_operation op = op_refresh(f, refresh_id, true);

	op.u.use_refresh.retry_ms = RETRY;
	return op;
}

/* Rotates at T0 and returns what was given; *ret_tokens is what there was. */
static struct authcode_op_use_refresh
rotate(struct fixture *f, struct tokens *ret_tokens)
{
	struct authcode_operation op;

	f->now = T0;
	*ret_tokens = sign_in_and_redeem(f);
	op = op_retry(f, ret_tokens->refresh);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	return op.u.use_refresh;
}

static void
a_rotated_token_names_what_was_given_for_it(void **state)
{
	struct fixture *f = *state;
	struct tokens tokens;
	struct authcode_op_use_refresh given = rotate(f, &tokens);
	struct authcode_token old = token_of(f, tokens.refresh).token;
	struct authcode_token next = token_of(f, given.successor.ret_id).token;

	assert_int_equal(old.successor_id, given.successor.ret_id);
	assert_int_equal(old.successor_access_id, given.access.ret_id);
	assert_int_equal(old.used_ms, T0);
	assert_int_equal(old.predecessor_id, 0);
	assert_int_equal(next.predecessor_id, tokens.refresh);
	assert_int_equal(next.used_ms, 0);
	assert_int_equal(next.successor_id, 0);
	assert_int_equal(next.successor_access_id, 0);
}

static void
a_use_without_rotation_is_remembered_too(void **state)
{
	struct fixture *f = *state;
	struct tokens tokens = sign_in_and_redeem(f);
	struct authcode_operation op = op_refresh(f, tokens.refresh, false);

	assert_int_equal(token_of(f, tokens.refresh).token.used_ms, 0);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(token_of(f, tokens.refresh).token.used_ms, T0);
	assert_int_equal(token_of(f, tokens.refresh).token.successor_id, 0);
}

/* RT-08: a lost answer, and a second tab. However often, and after a restart. */
static void
within_the_retry_time_what_was_given_is_named_again(void **state)
{
	struct fixture *f = *state;
	struct tokens tokens;
	struct authcode_op_use_refresh given = rotate(f, &tokens);
	struct authcode_token_view before = token_of(f, tokens.refresh), after;

	for (int i = 0; i < 4; i++) {
		struct authcode_operation op;

		f->now = T0 + i * 3 * SECOND;
		op = op_retry(f, tokens.refresh);
		op.u.use_refresh.rotate = i != 2; /* whatever the caller would have done now */
		assert_int_equal(perform(f, &op), AUTHCODE_RESULT_REPEATED);
		assert_int_equal(op.u.use_refresh.access.ret_id, given.access.ret_id);
		assert_int_equal(op.u.use_refresh.successor.ret_id, given.successor.ret_id);
		if (f->backend->durable)
			reopen_store(f);
	}
	after = token_of(f, tokens.refresh);
	assert_same_token(&before, &after);
	assert_int_equal(after.family.revoked_ms, 0);
}

static void
use_successor(struct fixture *f, const struct authcode_op_use_refresh *given)
{
	struct authcode_operation op = op_retry(f, given->successor.ret_id);

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
}

static void
use_successor_without_rotation(struct fixture *f, const struct authcode_op_use_refresh *given)
{
	struct authcode_operation op = op_refresh(f, given->successor.ret_id, false);

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
}

static void
revoke_access(struct fixture *f, const struct authcode_op_use_refresh *given)
{
	struct authcode_operation op = op_revoke_token(f, given->access.ret_id);

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
}

static void
revoke_successor(struct fixture *f, const struct authcode_op_use_refresh *given)
{
	struct authcode_operation op = op_revoke_token(f, given->successor.ret_id);

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
}

static void
revoke_old(struct fixture *f, const struct authcode_op_use_refresh *given)
{
	struct authcode_operation op = op_revoke_token(f, given->refresh_id);

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
}

static void
revoke_all(struct fixture *f, const struct authcode_op_use_refresh *given)
{
	struct authcode_operation op =
		op_revoke_family(f, token_of(f, given->access.ret_id).family.id);

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
}

static void
end_session(struct fixture *f, const struct authcode_op_use_refresh *given)
{
	struct authcode_operation op =
		op_end_session(f, token_of(f, given->access.ret_id).family.session_id);

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
}

static void
retire(struct fixture *f, const struct authcode_op_use_refresh *given)
{
	struct authcode_operation op =
		op_retire(f, token_of(f, given->access.ret_id).family.subject_id);

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
}

static void
purge(struct fixture *f, const struct authcode_op_use_refresh *given)
{
	struct authcode_operation op = op_purge(f, 1000);

	(void)given;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
}

/* RT-06, RT-08: never two live branches. */
static void
anything_else_is_reuse_and_ends_the_family(void **state)
{
	static const struct {
		const char *name;
		int64_t after, retry_ms;
		void (*before)(struct fixture *, const struct authcode_op_use_refresh *);
		enum authcode_result result;
	} rows[] = {
		{ "its last millisecond", RETRY - 1, RETRY, purge, AUTHCODE_RESULT_REPEATED },
		{ "its end", RETRY, RETRY, NULL, AUTHCODE_RESULT_REUSED },
		{ "a clock a little behind", 1 - RETRY, RETRY, NULL, AUTHCODE_RESULT_REPEATED },
		{ "a clock set back", -RETRY, RETRY, NULL, AUTHCODE_RESULT_REUSED },
		{ "switched off", 0, 0, NULL, AUTHCODE_RESULT_REUSED },
		{ "one millisecond of it", 1, 1, NULL, AUTHCODE_RESULT_REUSED },
		{ "longest", AUTHCODE_RETRY_MAX_MS - 1, AUTHCODE_RETRY_MAX_MS, NULL,
		  AUTHCODE_RESULT_REPEATED },
		{ "successor rotated", 1, RETRY, use_successor, AUTHCODE_RESULT_REUSED },
		{ "successor used", 1, RETRY, use_successor_without_rotation,
		  AUTHCODE_RESULT_REUSED },
		{ "access revoked", 1, RETRY, revoke_access, AUTHCODE_RESULT_REUSED },
		{ "successor revoked", 1, RETRY, revoke_successor, AUTHCODE_RESULT_REUSED },
		{ "itself revoked", 1, RETRY, revoke_old, AUTHCODE_RESULT_REUSED },
		{ "family revoked", 1, RETRY, revoke_all, AUTHCODE_RESULT_REUSED },
		{ "session ended", 1, RETRY, end_session, AUTHCODE_RESULT_REUSED },
		{ "subject retired", 1, RETRY, retire, AUTHCODE_RESULT_REUSED },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct tokens tokens;
		struct authcode_op_use_refresh given = rotate(f, &tokens);
		struct authcode_operation op;
		bool reused = rows[i].result == AUTHCODE_RESULT_REUSED;

		f->now = T0 + rows[i].after;
		if (rows[i].before != NULL)
			rows[i].before(f, &given);
		op = op_retry(f, tokens.refresh);
		op.u.use_refresh.family_id = tokens.family;
		op.u.use_refresh.retry_ms = rows[i].retry_ms;
		if (perform(f, &op) != rows[i].result)
			fail_msg("%s: %d", rows[i].name, (int)op.result);
		assert_int_equal(op.u.use_refresh.access.ret_id, reused ? 0 : given.access.ret_id);
		assert_int_equal(op.u.use_refresh.successor.ret_id,
				 reused ? 0 : given.successor.ret_id);
		assert_int_equal(token_of(f, tokens.access).family.revoked_ms != 0, reused);
	}
}

/* A repeated answer with a dead access token would be none. */
static void
the_retry_time_ends_with_the_access_token(void **state)
{
	struct fixture *f = *state;
	struct tokens tokens = sign_in_and_redeem(f);
	struct authcode_operation op = op_retry(f, tokens.refresh);

	op.u.use_refresh.access.expires_ms = T0 + SECOND;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	f->now = T0 + SECOND - 1;
	op = op_retry(f, tokens.refresh);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_REPEATED);
	f->now = T0 + SECOND;
	op = op_retry(f, tokens.refresh);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_REUSED);
}

/* However often it is refreshed: rows do not grow with the uses. */
static void
a_family_never_has_more_than_two_refresh_tokens(void **state)
{
	struct fixture *f = *state;
	struct tokens tokens = sign_in_and_redeem(f);
	int64_t ids[20] = { tokens.refresh };

	for (size_t i = 1; i < AC_ARRAY_SIZE(ids); i++) {
		struct authcode_operation op = op_retry(f, ids[i - 1]);

		f->now += SECOND;
		op.now_ms = f->now;
		assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
		ids[i] = op.u.use_refresh.successor.ret_id;
		for (size_t k = 0; k <= i; k++)
			assert_int_equal(has_token(f, ids[k]), k + 2 > i);
		assert_true(has_token(f, op.u.use_refresh.access.ret_id));
	}
}

static void
a_token_that_is_not_there_any_more_is_reuse_when_its_family_is_known(void **state)
{
	struct fixture *f = *state;
	struct tokens other = sign_in_and_redeem(f), tokens;
	struct authcode_op_use_refresh given = rotate(f, &tokens);
	struct authcode_operation op;

	use_successor(f, &given);
	assert_false(has_token(f, tokens.refresh));
	op = op_retry(f, tokens.refresh);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_NOT_FOUND);
	assert_int_equal(token_of(f, tokens.access).family.revoked_ms, 0);
	op = op_retry(f, tokens.refresh);
	op.u.use_refresh.family_id = tokens.family;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_REUSED);
	assert_int_equal(op.u.use_refresh.access.ret_id, 0);
	assert_int_equal(token_of(f, tokens.access).family.revoked_ms, f->now);
	assert_int_equal(token_of(f, other.access).family.revoked_ms, 0);
}

static void
a_family_that_is_not_there_either_is_reuse_and_harmless(void **state)
{
	struct fixture *f = *state;
	struct tokens tokens = sign_in_and_redeem(f);
	static const int64_t unknown[] = { 1, -1, INT64_MAX, INT64_MIN };

	for (size_t i = 0; i < AC_ARRAY_SIZE(unknown); i++) {
		struct authcode_operation op = op_retry(f, 1);

		op.u.use_refresh.family_id = unknown[i];
		assert_int_equal(perform(f, &op), AUTHCODE_RESULT_REUSED);
	}
	assert_int_equal(token_of(f, tokens.access).family.revoked_ms, 0);
}

/* The row says whose the token is, not the caller. */
static void
a_token_that_is_there_ends_no_family_but_its_own(void **state)
{
	struct fixture *f = *state;
	struct tokens other = sign_in_and_redeem(f), tokens;
	struct authcode_operation op;

	(void)rotate(f, &tokens);
	f->now = T0 + RETRY;
	op = op_retry(f, tokens.refresh);
	op.u.use_refresh.family_id = other.family;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_REUSED);
	assert_int_equal(token_of(f, tokens.access).family.revoked_ms, f->now);
	assert_int_equal(token_of(f, other.access).family.revoked_ms, 0);
	op = op_retry(f, other.access);
	op.u.use_refresh.family_id = other.family;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_NOT_FOUND);
	assert_int_equal(token_of(f, other.access).family.revoked_ms, 0);
}

static void
a_retry_time_out_of_bounds_is_refused(void **state)
{
	struct fixture *f = *state;
	struct tokens tokens = sign_in_and_redeem(f);
	static const int64_t bad[] = { -1, AUTHCODE_RETRY_MAX_MS + 1, INT64_MAX, INT64_MIN };

	for (size_t i = 0; i < AC_ARRAY_SIZE(bad); i++) {
		struct authcode_operation op = op_retry(f, tokens.refresh);

		op.u.use_refresh.retry_ms = bad[i];
		assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
		assert_int_equal(op.err, AUTHCODE_ERR_USAGE);
	}
	assert_int_equal(token_of(f, tokens.refresh).token.used_ms, 0);
}

static const struct contract_case cases[] = {
	CONTRACT_CASE(a_rotated_token_names_what_was_given_for_it),
	CONTRACT_CASE(a_use_without_rotation_is_remembered_too),
	CONTRACT_CASE(within_the_retry_time_what_was_given_is_named_again),
	CONTRACT_CASE(anything_else_is_reuse_and_ends_the_family),
	CONTRACT_CASE(the_retry_time_ends_with_the_access_token),
	CONTRACT_CASE(a_family_never_has_more_than_two_refresh_tokens),
	CONTRACT_CASE(a_token_that_is_not_there_any_more_is_reuse_when_its_family_is_known),
	CONTRACT_CASE(a_family_that_is_not_there_either_is_reuse_and_harmless),
	CONTRACT_CASE(a_token_that_is_there_ends_no_family_but_its_own),
	CONTRACT_CASE(a_retry_time_out_of_bounds_is_refused),
};

const struct contract_chapter contract_retry = { cases, AC_ARRAY_SIZE(cases) };
