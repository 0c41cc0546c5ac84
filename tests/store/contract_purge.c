/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The contract on purge: what goes, what stays, and that nobody can tell. That
 * it changes no answer over whole histories is shown in test_history.c.
 */
#include "contract.h"

#include "base/attr.h"
#include "fixture.h"

static uint32_t
purge(struct fixture *f, uint32_t limit)
{
	struct authcode_operation op = op_purge(f, limit);

	op.u.purge.ret_deleted = 99;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	return op.u.purge.ret_deleted;
}

static void
an_empty_store_has_nothing_to_purge(void **state)
{
	assert_int_equal(purge(*state, 1000), 0);
}

static void
living_rows_stay(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f), code = issue(f, session);
	struct tokens tokens = redeem(f, issue(f, session));

	f->now = T0 + MINUTE - 1;
	assert_int_equal(purge(f, 1000), 0);
	assert_true(has_session(f, session));
	assert_true(has_code(f, code));
	assert_true(has_token(f, tokens.access));
	assert_true(has_token(f, tokens.refresh));
}

static void
an_unused_code_goes_at_its_end(void **state)
{
	struct fixture *f = *state;
	int64_t code = issue(f, sign_in(f));
	struct authcode_operation op;

	f->now = T0 + MINUTE;
	assert_int_equal(purge(f, 1000), 1);
	assert_false(has_code(f, code));
	op = op_redeem(f, code);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_NOT_FOUND);
}

/* CO-05. */
static void
a_used_code_stays_as_long_as_its_family(void **state)
{
	struct fixture *f = *state;
	int64_t code = issue(f, sign_in(f));
	struct authcode_operation op;
	struct tokens tokens = redeem(f, code);

	f->now = T0 + 90 * DAY - 1;
	assert_int_equal(purge(f, 1000), 1); /* the access token */
	assert_true(has_code(f, code));
	assert_true(has_token(f, tokens.refresh));
	op = op_redeem(f, code);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_REUSED);
	assert_int_equal(token_of(f, tokens.refresh).family.revoked_ms, f->now);
}

static void
an_access_token_goes_at_its_end(void **state)
{
	struct fixture *f = *state;
	struct tokens tokens = sign_in_and_redeem(f);

	f->now = T0 + HOUR - 1;
	assert_int_equal(purge(f, 1000), 0);
	f->now = T0 + HOUR;
	assert_int_equal(purge(f, 1000), 1);
	assert_false(has_token(f, tokens.access));
	assert_true(has_token(f, tokens.refresh));
}

/* A rotated one is evidence; one that is idle too long is kept alike. */
static void
a_refresh_token_stays_as_long_as_its_family(void **state)
{
	struct fixture *f = *state;
	struct tokens tokens = sign_in_and_redeem(f);
	struct authcode_operation op = op_refresh(f, tokens.refresh, true);

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	f->now = T0 + 90 * DAY - 1;
	assert_int_equal(purge(f, 1000), 2);
	assert_true(has_token(f, tokens.refresh));
	assert_true(has_token(f, op.u.use_refresh.successor.ret_id));
}

static void
at_the_end_of_a_family_all_of_it_goes_at_once(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f), code = issue(f, session);
	struct tokens tokens = redeem(f, code);
	struct authcode_operation op;

	f->now = T0 + 90 * DAY;
	/* access, refresh, family, code, session */
	assert_int_equal(purge(f, 1000), 5);
	assert_false(has_token(f, tokens.access));
	assert_false(has_token(f, tokens.refresh));
	assert_false(has_code(f, code));
	assert_false(has_session(f, session));
	op = op_revoke_family(f, code);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_NOT_FOUND);
	assert_int_equal(purge(f, 1000), 0);
}

/* Otherwise nobody would see that it was ended. */
static void
a_session_stays_while_a_family_names_it(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	struct tokens tokens = redeem(f, issue(f, session));
	struct authcode_operation op = op_end_session(f, session);

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	f->now = T0 + 2 * DAY;
	assert_int_equal(purge(f, 1000), 1);
	assert_int_equal(token_of(f, tokens.refresh).session.ended_ms, T0);
	op = op_refresh(f, tokens.refresh, true);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_EXPIRED);
}

static void
a_session_does_not_stay_for_a_detached_family(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f), code = issue(f, session);
	struct authcode_operation op = op_redeem(f, code);

	op.u.redeem_code.detached = true;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	f->now = T0 + DAY;
	assert_int_equal(purge(f, 1000), 2); /* the access token, the session */
	assert_false(has_session(f, session));
	assert_int_equal(code_of(f, code).session.id, 0);
	op = op_refresh(f, op.u.redeem_code.refresh.ret_id, true);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	op = op_redeem(f, code);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_REUSED);
}

static void
a_session_stays_while_a_code_names_it(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation op = op_sign_in(f, "ana", 1001, "sub-ana");
	int64_t session, code;

	op.u.create_session.expires_ms = T0 + 10 * SECOND;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	session = op.u.create_session.ret_session_id;
	code = issue(f, session);
	f->now = T0 + 20 * SECOND;
	assert_int_equal(purge(f, 1000), 0);
	redeem(f, code);
	f->now = T0 + 2 * MINUTE;
	assert_int_equal(purge(f, 1000), 0);
}

static void
a_session_that_nothing_names_goes_at_its_end(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	struct authcode_operation op = op_end_session(f, session);

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	f->now = T0 + DAY - 1;
	assert_int_equal(purge(f, 1000), 0);
	f->now = T0 + DAY;
	assert_int_equal(purge(f, 1000), 1);
	assert_false(has_session(f, session));
}

static void
subjects_and_grants_stay_for_good(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	int64_t subject = session_of(f, session).subject.id;
	struct authcode_operation op = op_issue(f, session);

	op.u.issue_code.remember = true;
	op.u.issue_code.consented_scope = "profile";
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	f->now = T0 + 10000 * DAY;
	assert_int_equal(purge(f, 1000), 2);
	assert_string_equal(granted_scope(f, subject, "demo"), "profile");
	session = sign_in_as(f, "ana", 1001, "sub-other");
	assert_string_equal(session_of(f, session).subject.sub, "sub-ana");
}

static void
a_limit_is_kept_and_says_that_there_is_more(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);

	for (int i = 0; i < 7; i++)
		redeem(f, issue(f, session));
	f->now = T0 + 90 * DAY;
	/* 14 tokens, 7 families, 7 codes, 1 session */
	for (int i = 0; i < 14; i++)
		assert_int_equal(purge(f, 2), 2);
	assert_int_equal(purge(f, 2), 1);
	assert_int_equal(purge(f, 2), 0);
}

/* Whatever a purge stopped at, every row left can still be read. */
static void
a_purge_that_stops_half_way_leaves_rows_whole(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f), codes[5];
	struct tokens tokens[5];

	for (int i = 0; i < 5; i++) {
		codes[i] = issue(f, session);
		tokens[i] = redeem(f, codes[i]);
	}
	f->now = T0 + 90 * DAY;
	for (int left = 21; left > 0; left--) {
		int seen = 0;

		assert_int_equal(purge(f, 1), 1);
		for (int i = 0; i < 5; i++) {
			seen += has_token(f, tokens[i].access) ? 1 : 0;
			seen += has_token(f, tokens[i].refresh) ? 1 : 0;
			seen += has_code(f, codes[i]) ? 1 : 0;
		}
		seen += has_session(f, session) ? 1 : 0;
		/* The families are not seen but through their tokens. */
		assert_in_range(left - 1 - seen, 0, 5);
	}
}

static const struct contract_case cases[] = {
	CONTRACT_CASE(an_empty_store_has_nothing_to_purge),
	CONTRACT_CASE(living_rows_stay),
	CONTRACT_CASE(an_unused_code_goes_at_its_end),
	CONTRACT_CASE(a_used_code_stays_as_long_as_its_family),
	CONTRACT_CASE(an_access_token_goes_at_its_end),
	CONTRACT_CASE(a_refresh_token_stays_as_long_as_its_family),
	CONTRACT_CASE(at_the_end_of_a_family_all_of_it_goes_at_once),
	CONTRACT_CASE(a_session_stays_while_a_family_names_it),
	CONTRACT_CASE(a_session_does_not_stay_for_a_detached_family),
	CONTRACT_CASE(a_session_stays_while_a_code_names_it),
	CONTRACT_CASE(a_session_that_nothing_names_goes_at_its_end),
	CONTRACT_CASE(subjects_and_grants_stay_for_good),
	CONTRACT_CASE(a_limit_is_kept_and_says_that_there_is_more),
	CONTRACT_CASE(a_purge_that_stops_half_way_leaves_rows_whole),
};

const struct contract_chapter contract_purge = { cases, AC_ARRAY_SIZE(cases) };
