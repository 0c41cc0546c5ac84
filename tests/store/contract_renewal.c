/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The contract on sessions that change while somebody who has read them is still
 * deciding: a code is issued for, and a sign-in renews or ends, only the session
 * that was read (issue_code's session_hash, create_session's replaces_hash).
 */
#include "contract.h"

#include <string.h>

#include "base/attr.h"
#include "fixture.h"
#include "same_rows.h"

#define NEW_HASH 0x5a

/* A sign-in that has read the session as sign_in() makes it. */
static struct authcode_operation
op_replace(const struct fixture *f, int64_t session, uint8_t hash)
{
	struct authcode_operation op = op_sign_in(f, "ana", 1001, "sub-x");

	op.u.create_session.replaces = session;
	op.u.create_session.acr = "otp";
	memset(op.u.create_session.hash, hash, AUTHCODE_HASH_LEN);
	return op;
}

static void
renew(struct fixture *f, int64_t session)
{
	struct authcode_operation op;

	f->now += MINUTE;
	op = op_replace(f, session, NEW_HASH);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(op.u.create_session.ret_session_id, session);
}

/* --- codes ------------------------------------------------------------------ */

static void
a_session_renewed_since_gives_no_code_and_stays_as_it_is(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	struct authcode_operation op = op_issue(f, session);
	struct authcode_session_view before, after;

	op.u.issue_code.remember = true;
	op.u.issue_code.consented_scope = "profile";
	renew(f, session);
	before = session_of(f, session);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_EXPIRED);
	assert_int_equal(op.u.issue_code.ret_code_id, 0);
	after = session_of(f, session);
	assert_same_session(&before, &after);
	assert_null(granted_scope(f, before.subject.id, "demo"));
}

static void
whoever_read_the_renewed_session_gets_a_code_that_tells_of_it(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	struct authcode_session renewed;
	struct authcode_operation op;
	struct authcode_code code;

	renew(f, session);
	renewed = session_of(f, session).session;
	op = op_issue(f, session);
	memcpy(op.u.issue_code.session_hash, renewed.hash, AUTHCODE_HASH_LEN);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	code = code_of(f, op.u.issue_code.ret_code_id).code;
	assert_string_equal(code.acr, "otp");
	assert_int_equal(code.auth_time_ms, renewed.auth_time_ms);
}

/* The whole of the hash counts, and none is not any. */
static void
a_hash_that_is_not_quite_the_sessions_gives_no_code(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	struct authcode_operation op;

	for (size_t i = 0; i < AUTHCODE_HASH_LEN; i++) {
		op = op_issue(f, session);
		op.u.issue_code.session_hash[i] ^= 1;
		assert_int_equal(perform(f, &op), AUTHCODE_RESULT_EXPIRED);
	}
	op = op_issue(f, session);
	memset(op.u.issue_code.session_hash, 0, AUTHCODE_HASH_LEN);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_EXPIRED);
	op = op_issue(f, session);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
}

/* --- sign-ins --------------------------------------------------------------- */

static void
of_two_sign_ins_that_read_one_session_the_second_gets_its_own(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	struct tokens tokens = redeem(f, issue(f, session));
	struct authcode_operation second = op_replace(f, session, 0x5b), op;
	struct authcode_session_view renewed, after, own;

	renew(f, session);
	renewed = session_of(f, session);
	assert_int_equal(perform(f, &second), AUTHCODE_RESULT_DONE);
	after = session_of(f, session);
	assert_same_session(&renewed, &after);
	assert_int_not_equal(second.u.create_session.ret_session_id, session);
	own = session_of(f, second.u.create_session.ret_session_id);
	assert_hash(own.session.hash, 0x5b);
	assert_int_equal(own.session.ended_ms, 0);
	assert_int_equal(own.subject.id, renewed.subject.id);
	/* What the session has led to stays with it. */
	assert_int_equal(token_of(f, tokens.refresh).session.id, session);
	op = op_refresh(f, tokens.refresh, true);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
}

/* By nobody: not the same person, not another, not the next owner of the name. */
static void
a_session_that_is_not_proved_is_neither_renewed_nor_ended(void **state)
{
	static const struct {
		const char *user;
		uint32_t uid;
		const char *sub;
		uint8_t first, rest; /* of replaces_hash */
	} rows[] = {
		{ "ana", 1001, "unused", 0, 0 },       { "ana", 1001, "unused", 0x50, 0x51 },
		{ "ana", 1001, "unused", 0xff, 0xff }, { "bob", 1002, "sub-bob", 0, 0 },
		{ "bob", 1002, "unused", 0x51, 0x50 }, { "ana", 2002, "sub-next", 0, 0 },
	};
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	struct authcode_session before = session_of(f, session).session;

	f->now += MINUTE;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct authcode_operation op =
			op_sign_in(f, rows[i].user, rows[i].uid, rows[i].sub);
		struct authcode_session after;

		op.u.create_session.replaces = session;
		memset(op.u.create_session.replaces_hash, rows[i].rest, AUTHCODE_HASH_LEN);
		op.u.create_session.replaces_hash[0] = rows[i].first;
		assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
		assert_int_not_equal(op.u.create_session.ret_session_id, session);
		after = session_of(f, session).session;
		assert_memory_equal(after.hash, before.hash, AUTHCODE_HASH_LEN);
		assert_int_equal(after.ended_ms, 0);
		assert_int_equal(after.auth_time_ms, before.auth_time_ms);
		assert_string_equal(after.acr, before.acr);
	}
}

static void
another_persons_sign_in_does_not_end_what_was_renewed_since(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	struct authcode_operation other = op_sign_in(f, "bob", 1002, "sub-bob");
	struct authcode_session_view before, after;

	other.u.create_session.replaces = session;
	renew(f, session);
	before = session_of(f, session);
	assert_int_equal(perform(f, &other), AUTHCODE_RESULT_DONE);
	after = session_of(f, session);
	assert_same_session(&before, &after);
}

static const struct contract_case cases[] = {
	CONTRACT_CASE(a_session_renewed_since_gives_no_code_and_stays_as_it_is),
	CONTRACT_CASE(whoever_read_the_renewed_session_gets_a_code_that_tells_of_it),
	CONTRACT_CASE(a_hash_that_is_not_quite_the_sessions_gives_no_code),
	CONTRACT_CASE(of_two_sign_ins_that_read_one_session_the_second_gets_its_own),
	CONTRACT_CASE(a_session_that_is_not_proved_is_neither_renewed_nor_ended),
	CONTRACT_CASE(another_persons_sign_in_does_not_end_what_was_renewed_since),
};

const struct contract_chapter contract_renewal = { cases, AC_ARRAY_SIZE(cases) };
