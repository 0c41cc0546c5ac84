/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The contract on revocation: revoke_family, revoke_token, and what a read
 * shows of a session that was ended. Requirements RV-05, RV-06.
 */
#include "contract.h"

#include "base/attr.h"
#include "fixture.h"

static void
a_revoked_family_shows_in_every_token_of_it(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	struct tokens tokens = redeem(f, issue(f, session));
	struct tokens other = redeem(f, issue(f, session));
	struct authcode_operation op;

	f->now = T0 + HOUR;
	op = op_revoke_family(f, tokens.family);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(token_of(f, tokens.access).family.revoked_ms, T0 + HOUR);
	assert_int_equal(token_of(f, tokens.refresh).family.revoked_ms, T0 + HOUR);
	assert_int_equal(token_of(f, tokens.access).token.revoked_ms, 0);
	assert_int_equal(token_of(f, other.access).family.revoked_ms, 0);
}

static void
revoking_again_is_done_and_keeps_the_first_time(void **state)
{
	struct fixture *f = *state;
	struct tokens tokens = sign_in_and_redeem(f);

	for (int i = 0; i < 3; i++) {
		struct authcode_operation family = op_revoke_family(f, tokens.family);
		struct authcode_operation token = op_revoke_token(f, tokens.access);

		assert_int_equal(perform(f, &family), AUTHCODE_RESULT_DONE);
		assert_int_equal(perform(f, &token), AUTHCODE_RESULT_DONE);
		assert_int_equal(token_of(f, tokens.access).family.revoked_ms, T0);
		assert_int_equal(token_of(f, tokens.access).token.revoked_ms, T0);
		f->now += HOUR;
	}
}

static void
a_revoked_token_leaves_the_rest_of_its_family_alone(void **state)
{
	struct fixture *f = *state;
	struct tokens tokens = sign_in_and_redeem(f);
	struct authcode_operation op = op_revoke_token(f, tokens.access);

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(token_of(f, tokens.access).token.revoked_ms, T0);
	assert_int_equal(token_of(f, tokens.access).family.revoked_ms, 0);
	assert_int_equal(token_of(f, tokens.refresh).token.revoked_ms, 0);
	op = op_refresh(f, tokens.refresh, true);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
}

static void
revoking_what_is_unknown_finds_none(void **state)
{
	struct fixture *f = *state;
	int64_t code = issue(f, sign_in(f));
	static const int64_t unknown[] = { 0, 1, -1, INT64_MAX, INT64_MIN };

	for (size_t i = 0; i < AC_ARRAY_SIZE(unknown) + 1; i++) {
		/* The last row: a code that was not redeemed has no family yet. */
		int64_t id = i < AC_ARRAY_SIZE(unknown) ? unknown[i] : code;
		struct authcode_operation family = op_revoke_family(f, id);
		struct authcode_operation token = op_revoke_token(f, id);

		assert_int_equal(perform(f, &family), AUTHCODE_RESULT_NOT_FOUND);
		assert_int_equal(perform(f, &token), AUTHCODE_RESULT_NOT_FOUND);
	}
	redeem(f, code);
}

/* Keys are per table: a token's key names no family. */
static void
a_key_of_one_table_names_nothing_in_another(void **state)
{
	struct fixture *f = *state;
	struct tokens tokens = sign_in_and_redeem(f);
	struct authcode_operation family = op_revoke_family(f, tokens.access);
	struct authcode_operation token = op_revoke_token(f, tokens.family);
	struct authcode_operation session = op_end_session(f, tokens.family);

	assert_int_equal(perform(f, &family), AUTHCODE_RESULT_NOT_FOUND);
	assert_int_equal(perform(f, &token), AUTHCODE_RESULT_NOT_FOUND);
	assert_int_equal(perform(f, &session), AUTHCODE_RESULT_NOT_FOUND);
	assert_int_equal(token_of(f, tokens.access).family.revoked_ms, 0);
}

static void
an_ended_session_shows_in_every_code_and_token_of_it(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f), code = issue(f, session);
	struct tokens tokens = redeem(f, issue(f, session));
	struct authcode_operation op;

	f->now = T0 + SECOND;
	op = op_end_session(f, session);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(code_of(f, code).session.ended_ms, T0 + SECOND);
	assert_int_equal(token_of(f, tokens.access).session.ended_ms, T0 + SECOND);
	assert_int_equal(token_of(f, tokens.refresh).session.ended_ms, T0 + SECOND);
	assert_int_equal(token_of(f, tokens.access).family.revoked_ms, 0);
}

static void
a_retired_subject_shows_in_every_row_of_it(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f), code = issue(f, session);
	struct tokens tokens = redeem(f, issue(f, session));

	f->now = T0 + SECOND;
	sign_in_as(f, "ana", 2002, "sub-second");
	assert_int_equal(session_of(f, session).subject.retired_ms, T0 + SECOND);
	assert_int_equal(code_of(f, code).subject.retired_ms, T0 + SECOND);
	assert_int_equal(token_of(f, tokens.access).subject.retired_ms, T0 + SECOND);
}

static const struct contract_case cases[] = {
	CONTRACT_CASE(a_revoked_family_shows_in_every_token_of_it),
	CONTRACT_CASE(revoking_again_is_done_and_keeps_the_first_time),
	CONTRACT_CASE(a_revoked_token_leaves_the_rest_of_its_family_alone),
	CONTRACT_CASE(revoking_what_is_unknown_finds_none),
	CONTRACT_CASE(a_key_of_one_table_names_nothing_in_another),
	CONTRACT_CASE(an_ended_session_shows_in_every_code_and_token_of_it),
	CONTRACT_CASE(a_retired_subject_shows_in_every_row_of_it),
};

const struct contract_chapter contract_revocation = { cases, AC_ARRAY_SIZE(cases) };
