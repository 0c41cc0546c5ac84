/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The contract on refresh tokens: use_refresh. RFC 9700 §4.14.2, requirements
 * RT-05, RT-06, RT-10.
 */
#include "contract.h"

#include <stdio.h>

#include "base/attr.h"
#include "fixture.h"
#include "same_rows.h"

static void
rotation_marks_the_old_token_and_makes_a_successor(void **state)
{
	struct fixture *f = *state;
	struct tokens tokens = sign_in_and_redeem(f);
	struct authcode_operation op;
	struct authcode_token_view old, access, successor;

	f->now = T0 + HOUR;
	op = op_refresh(f, tokens.refresh, true);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	old = token_of(f, tokens.refresh);
	assert_int_equal(old.token.rotated_ms, T0 + HOUR);
	assert_int_equal(old.token.expires_ms, T0 + 14 * DAY);
	assert_int_equal(old.family.revoked_ms, 0);
	access = token_of(f, op.u.use_refresh.access.ret_id);
	assert_int_equal(access.token.kind, AUTHCODE_TOKEN_ACCESS);
	assert_hash(access.token.hash, 0xa2);
	assert_int_equal(access.token.family_id, tokens.family);
	assert_int_equal(access.token.created_ms, T0 + HOUR);
	assert_int_equal(access.token.expires_ms, T0 + 2 * HOUR);
	successor = token_of(f, op.u.use_refresh.successor.ret_id);
	assert_int_equal(successor.token.kind, AUTHCODE_TOKEN_REFRESH);
	assert_hash(successor.token.hash, 0xf2);
	assert_int_equal(successor.token.family_id, tokens.family);
	assert_int_equal(successor.token.expires_ms, T0 + HOUR + 14 * DAY);
	assert_int_equal(successor.token.rotated_ms, 0);
	assert_int_equal(token_of(f, tokens.access).token.revoked_ms, 0);
}

static void
without_rotation_the_token_stays_and_its_end_moves(void **state)
{
	struct fixture *f = *state;
	struct tokens tokens = sign_in_and_redeem(f);

	for (int i = 1; i <= 3; i++) {
		struct authcode_operation op;
		struct authcode_token_view view;

		f->now = T0 + i * DAY;
		op = op_refresh(f, tokens.refresh, false);
		op.u.use_refresh.successor.scope = NULL;
		op.u.use_refresh.successor.ret_id = 99;
		assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
		assert_int_equal(op.u.use_refresh.successor.ret_id, 0);
		view = token_of(f, tokens.refresh);
		assert_int_equal(view.token.rotated_ms, 0);
		assert_int_equal(view.token.expires_ms, T0 + i * DAY + 14 * DAY);
		assert_int_equal(token_of(f, op.u.use_refresh.access.ret_id).token.family_id,
				 tokens.family);
	}
}

static void
nothing_moves_past_the_end_of_the_family(void **state)
{
	struct fixture *f = *state;
	int64_t end = T0 + 10 * DAY;
	struct authcode_operation op = op_redeem(f, issue(f, sign_in(f)));
	int64_t refresh;

	op.u.redeem_code.family_expires_ms = end;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	refresh = op.u.redeem_code.refresh.ret_id;
	f->now = end - MINUTE;
	op = op_refresh(f, refresh, false);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(token_of(f, refresh).token.expires_ms, end);
	assert_int_equal(token_of(f, op.u.use_refresh.access.ret_id).token.expires_ms, end);
	op = op_refresh(f, refresh, true);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(token_of(f, op.u.use_refresh.successor.ret_id).token.expires_ms, end);
	f->now = end;
	op = op_refresh(f, op.u.use_refresh.successor.ret_id, true);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_EXPIRED);
}

/* RT-06: one of two who hold the token has stolen it. */
static void
using_a_rotated_token_revokes_the_family_and_its_successor(void **state)
{
	struct fixture *f = *state;
	struct tokens tokens = sign_in_and_redeem(f);
	struct authcode_operation op = op_refresh(f, tokens.refresh, true);
	int64_t successor;

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	successor = op.u.use_refresh.successor.ret_id;
	f->now = T0 + SECOND;
	op = op_refresh(f, tokens.refresh, true);
	op.u.use_refresh.access.ret_id = 99;
	op.u.use_refresh.successor.ret_id = 99;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_REUSED);
	assert_int_equal(op.u.use_refresh.access.ret_id, 0);
	assert_int_equal(op.u.use_refresh.successor.ret_id, 0);
	assert_int_equal(token_of(f, tokens.access).family.revoked_ms, T0 + SECOND);
	op = op_refresh(f, successor, true);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_EXPIRED);
	f->now = T0 + 2 * SECOND;
	op = op_refresh(f, tokens.refresh, false);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_REUSED);
	assert_int_equal(token_of(f, tokens.access).family.revoked_ms, T0 + SECOND);
}

/* The owner who comes back late still uncovers a thief who has rotated on. */
static void
a_rotated_token_past_its_end_is_still_reuse(void **state)
{
	struct fixture *f = *state;
	struct tokens tokens = sign_in_and_redeem(f);
	struct authcode_operation op = op_refresh(f, tokens.refresh, true);

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	f->now = T0 + 20 * DAY;
	op = op_purge(f, 1000);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	op = op_refresh(f, tokens.refresh, true);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_REUSED);
	assert_int_equal(token_of(f, tokens.refresh).family.revoked_ms, T0 + 20 * DAY);
}

static void
revoke_the_token(struct fixture *f, struct tokens tokens)
{
	struct authcode_operation op = op_revoke_token(f, tokens.refresh);

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
}

static void
revoke_the_family(struct fixture *f, struct tokens tokens)
{
	struct authcode_operation op = op_revoke_family(f, tokens.family);

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
}

static void
end_the_session(struct fixture *f, struct tokens tokens)
{
	struct authcode_operation op =
		op_end_session(f, token_of(f, tokens.refresh).family.session_id);

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
}

static void
retire_the_subject(struct fixture *f, struct tokens tokens)
{
	char sub[32];

	snprintf(sub, sizeof(sub), "sub-%lld", (long long)tokens.family);
	sign_in_as(f, "ana", 2002, sub);
}

static void
wait_only(struct fixture *f, struct tokens tokens)
{
	(void)f;
	(void)tokens;
}

static void
a_dead_refresh_token_is_refused_and_nothing_is_written(void **state)
{
	static const struct {
		const char *name;
		int64_t at;
		void (*before)(struct fixture *, struct tokens);
		enum authcode_result result;
	} rows[] = {
		{ "in its last millisecond", T0 + 14 * DAY - 1, wait_only, AUTHCODE_RESULT_DONE },
		{ "at its end", T0 + 14 * DAY, wait_only, AUTHCODE_RESULT_EXPIRED },
		{ "past its family's end", T0 + 91 * DAY, wait_only, AUTHCODE_RESULT_EXPIRED },
		{ "revoked", T0 + 1, revoke_the_token, AUTHCODE_RESULT_EXPIRED },
		{ "its family revoked", T0 + 1, revoke_the_family, AUTHCODE_RESULT_EXPIRED },
		{ "its session ended", T0 + 1, end_the_session, AUTHCODE_RESULT_EXPIRED },
		{ "its subject retired", T0 + 1, retire_the_subject, AUTHCODE_RESULT_EXPIRED },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		for (int rotate = 0; rotate <= 1; rotate++) {
			struct authcode_token_view before, after;
			struct authcode_operation op;
			struct tokens tokens;
			char sub[16] = { 's', (char)('a' + i), (char)('a' + rotate), '\0' };

			f->now = T0;
			tokens = redeem(f, issue(f, sign_in_as(f, "ana", 1001, sub)));
			f->now = rows[i].at;
			rows[i].before(f, tokens);
			before = token_of(f, tokens.refresh);
			op = op_refresh(f, tokens.refresh, rotate != 0);
			perform(f, &op);
			if (op.result != rows[i].result)
				fail_msg("%s: %d", rows[i].name, (int)op.result);
			if (rows[i].result == AUTHCODE_RESULT_DONE)
				continue;
			after = token_of(f, tokens.refresh);
			assert_same_token(&before, &after);
			assert_int_equal(op.u.use_refresh.access.ret_id, 0);
			assert_int_equal(op.u.use_refresh.successor.ret_id, 0);
		}
	}
}

/* RT-01: what may outlive the session is bounded by the family's end, not by
 * the session's. */
static void
a_session_that_merely_ran_out_does_not_end_its_family(void **state)
{
	struct fixture *f = *state;
	struct tokens tokens = sign_in_and_redeem(f);
	struct authcode_operation op;

	f->now = T0 + 2 * DAY;
	op = op_refresh(f, tokens.refresh, true);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
}

static void
an_access_token_is_no_refresh_token(void **state)
{
	struct fixture *f = *state;
	struct tokens tokens = sign_in_and_redeem(f);
	struct authcode_operation op = op_refresh(f, tokens.access, true);
	struct authcode_token_view view;

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_NOT_FOUND);
	view = token_of(f, tokens.access);
	assert_int_equal(view.token.rotated_ms, 0);
	assert_int_equal(view.family.revoked_ms, 0);
	assert_int_equal(view.token.expires_ms, T0 + HOUR);
}

static void
an_unknown_refresh_token_is_not_found(void **state)
{
	struct fixture *f = *state;
	struct tokens tokens = sign_in_and_redeem(f);
	static const int64_t unknown[] = { 0, 1, -1, INT64_MAX, INT64_MIN };
	struct authcode_token_view view;

	for (size_t i = 0; i < AC_ARRAY_SIZE(unknown); i++) {
		struct authcode_operation op = op_refresh(f, unknown[i], true);

		assert_int_equal(perform(f, &op), AUTHCODE_RESULT_NOT_FOUND);
		assert_int_equal(authcode_store_find_token(f->store, unknown[i], f->arena, &view),
				 AUTHCODE_ERR_NOT_FOUND);
	}
	assert_int_equal(token_of(f, tokens.refresh).token.rotated_ms, 0);
}

static const struct contract_case cases[] = {
	CONTRACT_CASE(rotation_marks_the_old_token_and_makes_a_successor),
	CONTRACT_CASE(without_rotation_the_token_stays_and_its_end_moves),
	CONTRACT_CASE(nothing_moves_past_the_end_of_the_family),
	CONTRACT_CASE(using_a_rotated_token_revokes_the_family_and_its_successor),
	CONTRACT_CASE(a_rotated_token_past_its_end_is_still_reuse),
	CONTRACT_CASE(a_dead_refresh_token_is_refused_and_nothing_is_written),
	CONTRACT_CASE(a_session_that_merely_ran_out_does_not_end_its_family),
	CONTRACT_CASE(an_access_token_is_no_refresh_token),
	CONTRACT_CASE(an_unknown_refresh_token_is_not_found),
};

const struct contract_chapter contract_refresh = { cases, AC_ARRAY_SIZE(cases) };
