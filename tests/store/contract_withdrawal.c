/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The contract on consent that is taken back: withdraw_grant. RT-11.
 */
#include "contract.h"

#include <string.h>

#include "base/attr.h"
#include "fixture.h"
#include "fixture_device.h"

static void
withdraw(struct fixture *f, int64_t subject_id, const char *client_id)
{
	struct authcode_operation op = op_withdraw(f, subject_id, client_id);

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
}

/* A code of the session for a client, with consent remembered. */
static int64_t
consented_code(struct fixture *f, int64_t session, const char *client_id)
{
	struct authcode_operation op = op_issue(f, session);

	op.u.issue_code.code.client_id = client_id;
	op.u.issue_code.remember = true;
	op.u.issue_code.consented_scope = "profile";
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	return op.u.issue_code.ret_code_id;
}

static void
what_the_client_got_until_then_is_dead(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	int64_t subject = session_of(f, session).subject.id;
	int64_t code = consented_code(f, session, "demo"),
		late = consented_code(f, session, "demo");
	struct tokens tokens = redeem(f, code);
	struct authcode_operation op;

	assert_int_equal(token_of(f, tokens.access).withdrawn_ms, 0);
	assert_int_equal(code_of(f, late).withdrawn_ms, 0);
	f->now = T0 + SECOND;
	withdraw(f, subject, "demo");
	if (f->backend->durable)
		reopen_store(f);
	assert_string_equal(granted_scope(f, subject, "demo"), "");
	assert_int_equal(token_of(f, tokens.access).withdrawn_ms, T0 + SECOND);
	assert_int_equal(token_of(f, tokens.refresh).withdrawn_ms, T0 + SECOND);
	assert_int_equal(code_of(f, late).withdrawn_ms, T0 + SECOND);
	for (int rotate = 0; rotate <= 1; rotate++) {
		op = op_refresh(f, tokens.refresh, rotate != 0);
		assert_int_equal(perform(f, &op), AUTHCODE_RESULT_EXPIRED);
	}
	op = op_redeem(f, late);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_EXPIRED);
	assert_int_equal(code_of(f, late).code.used_ms, 0);
	/* A code that was used is evidence still. */
	op = op_redeem(f, code);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_REUSED);
}

static void
what_it_gets_afterwards_lives(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	int64_t subject = session_of(f, session).subject.id;
	struct tokens tokens;
	struct authcode_operation op;

	(void)consented_code(f, session, "demo");
	withdraw(f, subject, "demo");
	f->now = T0 + 1;
	tokens = redeem(f, consented_code(f, session, "demo"));
	assert_string_equal(granted_scope(f, subject, "demo"), "profile");
	assert_int_equal(token_of(f, tokens.access).withdrawn_ms, 0);
	op = op_refresh(f, tokens.refresh, true);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	/* And the grant remembers, so that the next look is right too. */
	assert_int_equal(token_of(f, tokens.access).subject.withdrawn_ms, T0);
}

/* Of the same millisecond nobody can say which was first. */
static void
at_the_same_moment_it_is_dead(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	struct tokens tokens = redeem(f, consented_code(f, session, "demo"));

	withdraw(f, session_of(f, session).subject.id, "demo");
	assert_int_equal(token_of(f, tokens.access).withdrawn_ms, T0);
}

static void
other_clients_and_other_people_keep_theirs(void **state)
{
	struct fixture *f = *state;
	int64_t ana = sign_in(f), bob = sign_in_as(f, "bob", 1002, "sub-bob");
	struct tokens other = redeem(f, consented_code(f, ana, "demo2"));
	struct tokens prefix = redeem(f, consented_code(f, ana, "dem"));
	struct tokens bobs = redeem(f, consented_code(f, bob, "demo"));
	struct authcode_operation robot = op_client_token(f);

	assert_int_equal(perform(f, &robot), AUTHCODE_RESULT_DONE);
	f->now = T0 + SECOND;
	withdraw(f, session_of(f, ana).subject.id, "demo");
	withdraw(f, session_of(f, ana).subject.id, "robot");
	assert_int_equal(token_of(f, other.access).withdrawn_ms, 0);
	assert_int_equal(token_of(f, prefix.access).withdrawn_ms, 0);
	assert_int_equal(token_of(f, bobs.access).withdrawn_ms, 0);
	assert_int_equal(token_of(f, robot.u.issue_client_token.access.ret_id).withdrawn_ms, 0);
	assert_string_equal(granted_scope(f, session_of(f, bob).subject.id, "demo"), "profile");
	assert_int_equal(session_of(f, ana).session.ended_ms, 0);
}

/* Whoever withdraws later withdraws more, and a clock that goes back gives nothing. */
static void
the_latest_withdrawal_counts(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	int64_t subject = session_of(f, session).subject.id;
	struct tokens tokens;

	f->now = T0 + 3 * SECOND;
	withdraw(f, subject, "demo");
	f->now = T0 + 4 * SECOND;
	tokens = redeem(f, consented_code(f, session, "demo"));
	f->now = T0 + 2 * SECOND;
	withdraw(f, subject, "demo");
	assert_int_equal(token_of(f, tokens.access).withdrawn_ms, 0);
	assert_int_equal(token_of(f, tokens.access).subject.withdrawn_ms, T0 + 3 * SECOND);
	f->now = T0 + 5 * SECOND;
	withdraw(f, subject, "demo");
	assert_int_equal(token_of(f, tokens.access).withdrawn_ms, T0 + 5 * SECOND);
}

/* A code that a device shows is as old as its question, not as the answer to it. */
static void
a_device_that_was_allowed_before_it_gets_nothing(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	int64_t subject = session_of(f, session).subject.id;
	int64_t early = new_device(f, 1), late;
	struct authcode_operation op;

	allow_device(f, early, session);
	assert_int_equal(device_of(f, early).withdrawn_ms, 0);
	f->now = T0 + SECOND;
	withdraw(f, subject, "demo");
	assert_int_equal(device_of(f, early).withdrawn_ms, 0);
	withdraw(f, subject, "tv");
	if (f->backend->durable)
		reopen_store(f);
	assert_int_equal(device_of(f, early).withdrawn_ms, T0 + SECOND);
	op = op_redeem_device(f, early);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_EXPIRED);
	f->now = T0 + 2 * SECOND;
	late = new_device(f, 2);
	allow_device(f, late, session);
	assert_int_equal(device_of(f, late).withdrawn_ms, 0);
	redeem_device(f, late);
}

static void
a_lost_answer_is_not_given_again_after_it(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	struct tokens tokens = redeem(f, consented_code(f, session, "demo"));
	struct authcode_operation op = op_refresh(f, tokens.refresh, true);

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	f->now = T0 + 1;
	withdraw(f, session_of(f, session).subject.id, "demo");
	op = op_refresh(f, tokens.refresh, true);
	op.u.use_refresh.retry_ms = MINUTE;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_REUSED);
}

static void
a_name_stands_for_its_live_subject(void **state)
{
	struct fixture *f = *state;
	struct tokens old = sign_in_and_redeem(f);
	struct tokens tokens = redeem(f, issue(f, sign_in_as(f, "ana", 2002, "sub-other")));
	struct authcode_operation op = op_withdraw(f, 0, "demo");

	op.u.withdraw_grant.user_name = "ana";
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(token_of(f, tokens.access).withdrawn_ms, T0);
	assert_int_equal(token_of(f, old.access).withdrawn_ms, 0); /* it is retired anyway */
	op.u.withdraw_grant.user_name = "an";
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_NOT_FOUND);
	op.u.withdraw_grant.user_name = NULL;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
	assert_int_equal(op.err, AUTHCODE_ERR_USAGE);
}

static void
an_unknown_subject_has_nothing_to_withdraw(void **state)
{
	struct fixture *f = *state;
	struct tokens tokens = sign_in_and_redeem(f);
	static const int64_t unknown[] = { 0, 1, -1, INT64_MAX, INT64_MIN };
	struct authcode_operation op;

	for (size_t i = 0; i < AC_ARRAY_SIZE(unknown); i++) {
		op = op_withdraw(f, unknown[i], "demo");
		op.u.withdraw_grant.user_name = "nobody";
		assert_int_equal(perform(f, &op), AUTHCODE_RESULT_NOT_FOUND);
		assert_null(granted_scope(f, unknown[i], "demo"));
	}
	op = op_withdraw(f, token_of(f, tokens.access).subject.id, NULL);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
	assert_int_equal(op.err, AUTHCODE_ERR_USAGE);
	assert_int_equal(token_of(f, tokens.access).withdrawn_ms, 0);
}

static const struct contract_case cases[] = {
	CONTRACT_CASE(what_the_client_got_until_then_is_dead),
	CONTRACT_CASE(what_it_gets_afterwards_lives),
	CONTRACT_CASE(at_the_same_moment_it_is_dead),
	CONTRACT_CASE(other_clients_and_other_people_keep_theirs),
	CONTRACT_CASE(the_latest_withdrawal_counts),
	CONTRACT_CASE(a_device_that_was_allowed_before_it_gets_nothing),
	CONTRACT_CASE(a_lost_answer_is_not_given_again_after_it),
	CONTRACT_CASE(a_name_stands_for_its_live_subject),
	CONTRACT_CASE(an_unknown_subject_has_nothing_to_withdraw),
};

const struct contract_chapter contract_withdrawal = { cases, AC_ARRAY_SIZE(cases) };
