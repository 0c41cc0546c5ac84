/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The contract on a password that was changed on the way to a session (create_session with
 * ends_earlier_ms): what was before ends with it, once (RT-11, RFC 9700 §4.14.2).
 */
#include "contract.h"

#include <string.h>

#include "base/attr.h"
#include "fixture_device.h"
#include "fixture_people.h"

static struct authcode_operation
op_changed(const struct fixture *f)
{
	struct authcode_operation op = op_sign_in(f, "ana", 1001, "sub-unused");

	op.u.create_session.ends_earlier_ms = f->now;
	return op;
}

/* RT-11, RFC 9700 §4.14.2. What it had consented to is no secret that somebody knows. */
static void
a_new_password_ends_all_but_the_new_session(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f), other = sign_in(f), device = new_device(f, 1);
	int64_t subject = session_of(f, session).subject.id;
	int64_t code = code_for(f, session, "demo"), open = code_for(f, other, "wiki");
	struct authcode_operation detached = op_redeem(f, code), op;
	struct tokens tokens;

	detached.u.redeem_code.detached = true;
	detached.u.redeem_code.with_refresh = true;
	assert_int_equal(perform(f, &detached), AUTHCODE_RESULT_DONE);
	allow_device(f, device, session);
	f->now = T0 + SECOND;
	op = op_changed(f);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	if (f->backend->durable)
		reopen_store(f);
	assert_int_equal(op.u.create_session.ret_subject_id, subject);
	assert_int_equal(session_of(f, session).session.ended_ms, T0 + SECOND);
	assert_int_equal(session_of(f, other).session.ended_ms, T0 + SECOND);
	assert_int_equal(token_of(f, detached.u.redeem_code.access.ret_id).withdrawn_ms,
			 T0 + SECOND);
	detached = op_refresh(f, detached.u.redeem_code.refresh.ret_id, true);
	assert_int_equal(perform(f, &detached), AUTHCODE_RESULT_EXPIRED);
	detached = op_redeem(f, open);
	assert_int_equal(perform(f, &detached), AUTHCODE_RESULT_EXPIRED);
	detached = op_redeem_device(f, device);
	assert_int_equal(perform(f, &detached), AUTHCODE_RESULT_EXPIRED);
	assert_int_equal(waiting(f), 2);
	assert_string_equal(granted_scope(f, subject, "demo"), "profile");
	/* The new one is whole. */
	session = op.u.create_session.ret_session_id;
	assert_int_equal(session_of(f, session).session.ended_ms, 0);
	f->now = T0 + 2 * SECOND;
	tokens = redeem(f, code_for(f, session, "demo"));
	assert_int_equal(token_of(f, tokens.access).withdrawn_ms, 0);
}

/* Its id is known to whoever has the cookie, and its codes and families hang on it. */
static void
the_session_of_the_same_browser_is_not_renewed_then(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	struct authcode_operation op;

	(void)code_for(f, session, "demo");
	f->now = T0 + SECOND;
	op = op_changed(f);
	op.u.create_session.replaces = session;
	memcpy(op.u.create_session.replaces_hash, session_of(f, session).session.hash,
	       AUTHCODE_HASH_LEN);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_true(op.u.create_session.ret_session_id != session);
	assert_int_equal(session_of(f, session).session.ended_ms, T0 + SECOND);
	assert_int_equal(waiting(f), 1);
}

/* Two requests that found the same success sign in twice: the second ends nothing of the
 * first, for that knew the new password. */
static void
one_change_ends_what_was_before_it_once(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation first, second, later;

	(void)sign_in(f);
	f->now = T0 + SECOND;
	first = op_changed(f);
	f->now = T0 + 2 * SECOND;
	first.now_ms = f->now;
	second = op_sign_in(f, "ana", 1001, "sub-unused");
	second.u.create_session.ends_earlier_ms = T0 + SECOND;
	assert_int_equal(perform(f, &first), AUTHCODE_RESULT_DONE);
	assert_int_equal(perform(f, &second), AUTHCODE_RESULT_DONE);
	assert_int_equal(session_of(f, first.u.create_session.ret_session_id).session.ended_ms, 0);
	assert_int_equal(session_of(f, second.u.create_session.ret_session_id).session.ended_ms, 0);
	/* The next change is another one. */
	f->now = T0 + 3 * SECOND;
	later = op_changed(f);
	assert_int_equal(perform(f, &later), AUTHCODE_RESULT_DONE);
	assert_int_equal(session_of(f, first.u.create_session.ret_session_id).session.ended_ms,
			 T0 + 3 * SECOND);
}

/* A clock that was put back since takes nothing from it. */
static void
a_change_counts_from_its_own_time_on(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	struct tokens tokens;
	struct authcode_operation op;

	f->now = T0 + SECOND;
	tokens = redeem(f, code_for(f, session, "demo"));
	f->now = T0;
	op = op_changed(f);
	op.u.create_session.ends_earlier_ms = T0 + 2 * SECOND;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(token_of(f, tokens.access).withdrawn_ms, T0 + 2 * SECOND);
}

static void
a_new_password_of_one_is_nothing_to_others(void **state)
{
	struct fixture *f = *state;
	int64_t bob = sign_in_as(f, "bob", 1002, "sub-bob");
	struct tokens bobs = redeem(f, code_for(f, bob, "demo"));
	struct authcode_operation op;

	/* Somebody who has never been here has nothing to lose. */
	f->now = T0 + SECOND;
	op = op_sign_in(f, "ana", 1001, "sub-ana");
	op.u.create_session.ends_earlier_ms = f->now;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(rows_of(f, AUTHCODE_LIST_SESSIONS, op.u.create_session.ret_subject_id), 1);
	assert_int_equal(session_of(f, bob).session.ended_ms, 0);
	assert_int_equal(token_of(f, bobs.access).withdrawn_ms, 0);
	assert_int_equal(waiting(f), 0);
}

static const struct contract_case cases[] = {
	CONTRACT_CASE(a_new_password_ends_all_but_the_new_session),
	CONTRACT_CASE(the_session_of_the_same_browser_is_not_renewed_then),
	CONTRACT_CASE(one_change_ends_what_was_before_it_once),
	CONTRACT_CASE(a_change_counts_from_its_own_time_on),
	CONTRACT_CASE(a_new_password_of_one_is_nothing_to_others),
};

const struct contract_chapter contract_password = { cases, AC_ARRAY_SIZE(cases) };
