/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The contract on codes and consent: issue_code, redeem_code, find_code,
 * find_grant. RFC 6749 §4.1.2, requirements CO-03 to CO-08.
 */
#include "contract.h"

#include <string.h>

#include "base/attr.h"
#include "fixture.h"
#include "same_rows.h"

static void
a_code_is_read_back_with_what_its_session_knows(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	struct authcode_code_view view;

	f->now = T0 + MINUTE;
	view = code_of(f, issue(f, session));
	assert_hash(view.code.hash, 0xc0);
	assert_string_equal(view.code.client_id, "demo");
	assert_int_equal(view.code.subject_id, session_of(f, session).subject.id);
	assert_int_equal(view.code.session_id, session);
	assert_string_equal(view.code.redirect_uri, "https://client.example/back");
	assert_true(view.code.redirect_uri_sent);
	assert_string_equal(view.code.scope, "profile groups");
	assert_string_equal(view.code.code_challenge,
			    "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
	assert_string_equal(view.code.nonce, "n-0S6_WzA2Mj");
	assert_string_equal(view.code.claims_request, "{\"userinfo\":{\"email\":null}}");
	assert_string_equal(view.code.resource, "https://api.example/ https://mail.example/");
	assert_int_equal(view.code.auth_time_ms, T0 - 5);
	assert_string_equal(view.code.acr, "password");
	assert_string_equal(view.code.amr, "pwd otp");
	assert_int_equal(view.code.created_ms, T0 + MINUTE);
	assert_int_equal(view.code.expires_ms, T0 + 2 * MINUTE);
	assert_int_equal(view.code.used_ms, 0);
	assert_string_equal(view.subject.sub, "sub-ana");
	assert_int_equal(view.session.id, session);
}

/* What the caller left in the fields that are the store's to fill is ignored. */
static void
the_fields_that_are_the_stores_are_not_taken_from_the_caller(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	struct authcode_operation op = op_issue(f, session);
	struct authcode_code_view view;

	op.u.issue_code.code.id = 7;
	op.u.issue_code.code.subject_id = 7;
	op.u.issue_code.code.session_id = 7;
	op.u.issue_code.code.auth_time_ms = 7;
	op.u.issue_code.code.acr = "forged";
	op.u.issue_code.code.amr = "forged";
	op.u.issue_code.code.created_ms = 7;
	op.u.issue_code.code.used_ms = 7;
	op.u.issue_code.code.redirect_uri_sent = false;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_not_equal(op.u.issue_code.ret_code_id, 7);
	view = code_of(f, op.u.issue_code.ret_code_id);
	assert_int_equal(view.code.subject_id, session_of(f, session).subject.id);
	assert_int_equal(view.code.session_id, session);
	assert_int_equal(view.code.auth_time_ms, T0 - 5);
	assert_string_equal(view.code.acr, "password");
	assert_string_equal(view.code.amr, "pwd otp");
	assert_int_equal(view.code.created_ms, T0);
	assert_int_equal(view.code.used_ms, 0);
	assert_false(view.code.redirect_uri_sent);
}

static void
issuing_moves_the_idle_end_but_not_past_the_absolute_end(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);

	f->now = T0 + 6 * HOUR;
	issue(f, session);
	assert_int_equal(session_of(f, session).session.idle_expires_ms, T0 + 14 * HOUR);
	f->now = T0 + 13 * HOUR;
	issue(f, session);
	f->now = T0 + 20 * HOUR;
	issue(f, session);
	assert_int_equal(session_of(f, session).session.idle_expires_ms, T0 + DAY);
	assert_int_equal(session_of(f, session).session.auth_time_ms, T0 - 5); /* LS-05 */
}

static void
end_it(struct fixture *f, int64_t session)
{
	struct authcode_operation op = op_end_session(f, session);

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
}

static void
retire_it(struct fixture *f, int64_t session)
{
	(void)session;
	sign_in_as(f, "ana", 2002, "sub-second");
}

static void
leave_it(struct fixture *f, int64_t session)
{
	(void)f;
	(void)session;
}

static void
a_dead_session_gives_no_code_and_stays_as_it_is(void **state)
{
	static const struct {
		const char *name;
		int64_t at;
		void (*before)(struct fixture *, int64_t);
		enum authcode_result result;
	} rows[] = {
		{ "in the last millisecond before the idle end", T0 + 8 * HOUR - 1, leave_it,
		  AUTHCODE_RESULT_DONE },
		{ "at the idle end", T0 + 8 * HOUR, leave_it, AUTHCODE_RESULT_EXPIRED },
		{ "after the absolute end", T0 + DAY, leave_it, AUTHCODE_RESULT_EXPIRED },
		{ "ended", T0 + 1, end_it, AUTHCODE_RESULT_EXPIRED },
		{ "its subject retired", T0 + 1, retire_it, AUTHCODE_RESULT_EXPIRED },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct authcode_session_view before, after;
		struct authcode_operation op;
		int64_t session;

		f->now = T0;
		session = sign_in_as(f, "ana", 1001, i == 0 ? "sub-ana" : "unused");
		f->now = rows[i].at;
		rows[i].before(f, session);
		before = session_of(f, session);
		op = op_issue(f, session);
		op.u.issue_code.remember = true;
		op.u.issue_code.consented_scope = rows[i].name;
		op.u.issue_code.code.client_id = rows[i].name;
		perform(f, &op);
		if (op.result != rows[i].result)
			fail_msg("%s: %d", rows[i].name, (int)op.result);
		if (rows[i].result == AUTHCODE_RESULT_DONE)
			continue;
		assert_int_equal(op.u.issue_code.ret_code_id, 0);
		after = session_of(f, session);
		assert_same_session(&before, &after);
		assert_null(granted_scope(f, before.subject.id, rows[i].name));
	}
}

static void
the_absolute_end_of_a_session_is_exclusive(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation op = op_sign_in(f, "ana", 1001, "sub-ana");
	int64_t session;

	op.u.create_session.idle_expires_ms = T0 + DAY;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	session = op.u.create_session.ret_session_id;
	f->now = T0 + DAY;
	op = op_issue(f, session);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_EXPIRED);
	f->now = T0 + DAY - 1;
	op = op_issue(f, session);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
}

static void
an_unknown_session_gives_no_code(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation op = op_issue(f, sign_in(f) + 1);

	op.u.issue_code.ret_code_id = 99;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_NOT_FOUND);
	assert_int_equal(op.u.issue_code.ret_code_id, 0);
}

static void
consent(struct fixture *f, int64_t session, const char *client_id, const char *scope, bool remember)
{
	struct authcode_operation op = op_issue(f, session);

	op.u.issue_code.remember = remember;
	op.u.issue_code.consented_scope = scope;
	op.u.issue_code.code.client_id = client_id;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
}

static void
consent_is_remembered_as_the_union_of_all_scopes(void **state)
{
	static const struct {
		const char *scope;
		const char *together;
	} rows[] = {
		{ "", "" },
		{ "profile", "profile" },
		{ "profile", "profile" },
		{ "groups profile email", "profile groups email" },
		{ "prof", "profile groups email prof" },
		{ " profile  email ", "profile groups email prof" },
		{ "", "profile groups email prof" },
		{ "a a", "profile groups email prof a" },
	};
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	int64_t subject = session_of(f, session).subject.id;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		consent(f, session, "demo", rows[i].scope, true);
		assert_string_equal(granted_scope(f, subject, "demo"), rows[i].together);
	}
}

static void
consent_belongs_to_one_subject_and_one_client(void **state)
{
	struct fixture *f = *state;
	int64_t ana = sign_in(f), bob = sign_in_as(f, "bob", 1002, "sub-bob");
	int64_t ana_subject = session_of(f, ana).subject.id;
	int64_t bob_subject = session_of(f, bob).subject.id;

	consent(f, ana, "demo", "profile", true);
	consent(f, bob, "other", "email", true);
	assert_string_equal(granted_scope(f, ana_subject, "demo"), "profile");
	assert_null(granted_scope(f, ana_subject, "other"));
	assert_null(granted_scope(f, bob_subject, "demo"));
	assert_string_equal(granted_scope(f, bob_subject, "other"), "email");
	assert_null(granted_scope(f, ana_subject, "Demo"));
	assert_null(granted_scope(f, ana_subject, ""));
	assert_null(granted_scope(f, 0, "demo"));
}

static void
consent_is_not_remembered_unless_asked(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	int64_t subject = session_of(f, session).subject.id;

	consent(f, session, "demo", "profile", false);
	assert_null(granted_scope(f, subject, "demo"));
	consent(f, session, "demo", "profile", true);
	consent(f, session, "demo", "email", false);
	assert_string_equal(granted_scope(f, subject, "demo"), "profile");
}

/* A recycled name inherits no consent. */
static void
a_new_subject_of_an_old_name_has_no_grants(void **state)
{
	struct fixture *f = *state;
	int64_t old = sign_in(f), new;

	consent(f, old, "demo", "profile", true);
	new = sign_in_as(f, "ana", 2002, "sub-second");
	assert_null(granted_scope(f, session_of(f, new).subject.id, "demo"));
}

/* AZ-33 */
static void
a_code_tells_the_acr_that_was_asked_for_and_reached(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	struct authcode_operation op = op_issue(f, session);

	op.u.issue_code.asked_acr = "knowledge";
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_string_equal(code_of(f, op.u.issue_code.ret_code_id).code.acr, "knowledge");
	assert_string_equal(session_of(f, session).session.acr, "password");
	assert_string_equal(token_of(f, redeem(f, op.u.issue_code.ret_code_id).access).family.acr,
			    "knowledge");
}

static void
redeeming_makes_the_family_and_both_tokens(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f), code = issue(f, session);
	struct authcode_token_view view;
	struct tokens tokens;

	f->now = T0 + 30 * SECOND;
	tokens = redeem(f, code);
	assert_int_equal(code_of(f, code).code.used_ms, T0 + 30 * SECOND);
	view = token_of(f, tokens.access);
	assert_int_equal(view.token.id, tokens.access);
	assert_int_equal(view.token.kind, AUTHCODE_TOKEN_ACCESS);
	assert_hash(view.token.hash, 0xa1);
	assert_int_equal(view.token.family_id, code);
	assert_string_equal(view.token.scope, "profile");
	assert_int_equal(view.token.created_ms, f->now);
	assert_int_equal(view.token.expires_ms, f->now + HOUR);
	assert_int_equal(view.token.rotated_ms, 0);
	assert_int_equal(view.token.revoked_ms, 0);
	assert_int_equal(view.family.id, code);
	assert_string_equal(view.family.client_id, "demo");
	assert_int_equal(view.family.subject_id, session_of(f, session).subject.id);
	assert_int_equal(view.family.session_id, session);
	assert_string_equal(view.family.scope, "profile groups");
	assert_int_equal(view.family.auth_time_ms, T0 - 5);
	assert_string_equal(view.family.claims_request, "{\"userinfo\":{\"email\":null}}");
	assert_string_equal(view.family.resource, "https://api.example/ https://mail.example/");
	assert_string_equal(view.token.resource, "https://api.example/");
	assert_string_equal(view.family.acr, "password");
	assert_string_equal(view.family.amr, "pwd otp");
	assert_int_equal(view.family.created_ms, f->now);
	assert_int_equal(view.family.expires_ms, f->now + 90 * DAY);
	assert_int_equal(view.family.revoked_ms, 0);
	assert_string_equal(view.subject.sub, "sub-ana");
	assert_int_equal(view.session.id, session);
	view = token_of(f, tokens.refresh);
	assert_int_equal(view.token.kind, AUTHCODE_TOKEN_REFRESH);
	assert_hash(view.token.hash, 0xf1);
	assert_int_equal(view.token.family_id, code);
	assert_int_equal(view.token.expires_ms, f->now + 14 * DAY);
}

static void
redeeming_without_a_refresh_token_makes_none(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation op = op_redeem(f, issue(f, sign_in(f)));

	op.u.redeem_code.with_refresh = false;
	op.u.redeem_code.refresh.scope = NULL;
	op.u.redeem_code.refresh.ret_id = 99;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(op.u.redeem_code.refresh.ret_id, 0);
	assert_true(has_token(f, op.u.redeem_code.access.ret_id));
}

/* OIDC-Core §11: with offline_access a family lives on when its session ends. */
static void
a_detached_family_names_no_session(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	struct authcode_operation op = op_redeem(f, issue(f, session)), again;
	struct authcode_token_view view;

	op.u.redeem_code.detached = true;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	end_it(f, session);
	view = token_of(f, op.u.redeem_code.refresh.ret_id);
	assert_int_equal(view.family.session_id, 0);
	assert_int_equal(view.session.id, 0);
	assert_null(view.session.acr);
	assert_string_equal(view.family.acr, "password");
	assert_string_equal(view.subject.sub, "sub-ana");
	again = op_refresh(f, view.token.id, true);
	assert_int_equal(perform(f, &again), AUTHCODE_RESULT_DONE);
	/* The code itself remembers where it came from. */
	assert_int_equal(code_of(f, view.family.id).code.session_id, session);
}

/* An ended session still spoils a code that asks for a detached family. */
static void
an_ended_session_gives_no_detached_family(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	struct authcode_operation op = op_redeem(f, issue(f, session));

	end_it(f, session);
	op.u.redeem_code.detached = true;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_EXPIRED);
}

static void
no_token_outlives_its_family(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation op = op_redeem(f, issue(f, sign_in(f)));

	op.u.redeem_code.family_expires_ms = T0 + MINUTE;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(token_of(f, op.u.redeem_code.access.ret_id).token.expires_ms, T0 + MINUTE);
	assert_int_equal(token_of(f, op.u.redeem_code.refresh.ret_id).token.expires_ms,
			 T0 + MINUTE);
}

static void
a_code_that_cannot_be_redeemed_stays_as_it_is(void **state)
{
	static const struct {
		const char *name;
		int64_t at;
		void (*before)(struct fixture *, int64_t);
	} rows[] = {
		{ "at its end", T0 + MINUTE, leave_it },
		{ "long after its end", T0 + 30 * DAY, leave_it },
		{ "its session ended", T0 + 1, end_it },
		{ "its subject retired", T0 + 1, retire_it },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct authcode_code_view before, after;
		struct authcode_operation op;
		int64_t session, code;

		f->now = T0;
		session = sign_in_as(f, "ana", 1001, i == 0 ? "sub-ana" : "unused");
		code = issue(f, session);
		f->now = rows[i].at;
		rows[i].before(f, session);
		before = code_of(f, code);
		op = op_redeem(f, code);
		op.u.redeem_code.access.ret_id = 99;
		perform(f, &op);
		if (op.result != AUTHCODE_RESULT_EXPIRED)
			fail_msg("%s: %d", rows[i].name, (int)op.result);
		assert_int_equal(op.u.redeem_code.access.ret_id, 0);
		assert_int_equal(op.u.redeem_code.refresh.ret_id, 0);
		after = code_of(f, code);
		assert_same_code(&before, &after);
		op = op_revoke_family(f, code);
		assert_int_equal(perform(f, &op), AUTHCODE_RESULT_NOT_FOUND);
	}
}

static void
the_last_millisecond_of_a_code_is_good(void **state)
{
	struct fixture *f = *state;
	int64_t code = issue(f, sign_in(f));

	f->now = T0 + MINUTE - 1;
	redeem(f, code);
}

/* The session's time ran out between code and token: it was alive when the
 * person was asked, and nobody ended it. */
static void
a_session_that_merely_ran_out_does_not_spoil_its_code(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f), code;

	for (int hour = 7; hour < 24; hour += 7) {
		f->now = T0 + hour * HOUR;
		issue(f, session);
	}
	f->now = T0 + DAY - 1;
	code = issue(f, session);
	f->now = T0 + DAY + 1;
	redeem(f, code);
}

static void
an_unknown_code_is_not_found(void **state)
{
	struct fixture *f = *state;
	int64_t code = issue(f, sign_in(f));
	struct authcode_operation op = op_redeem(f, code + 1);
	struct authcode_code_view view;

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_NOT_FOUND);
	op = op_redeem(f, 0);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_NOT_FOUND);
	assert_int_equal(authcode_store_find_code(f->store, 0, f->arena, &view),
			 AUTHCODE_ERR_NOT_FOUND);
	assert_int_equal(code_of(f, code).code.used_ms, 0);
}

/* CO-03, CO-04: RFC 6749 §4.1.2. */
static void
a_code_used_twice_revokes_all_that_came_from_it(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f), code = issue(f, session), other = issue(f, session);
	struct tokens tokens = redeem(f, code), untouched = redeem(f, other);
	struct authcode_operation op;

	f->now = T0 + SECOND;
	op = op_redeem(f, code);
	op.u.redeem_code.access.ret_id = 99;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_REUSED);
	assert_int_equal(op.u.redeem_code.access.ret_id, 0);
	assert_int_equal(op.u.redeem_code.refresh.ret_id, 0);
	assert_int_equal(token_of(f, tokens.access).family.revoked_ms, T0 + SECOND);
	assert_int_equal(token_of(f, tokens.refresh).family.revoked_ms, T0 + SECOND);
	assert_int_equal(token_of(f, untouched.access).family.revoked_ms, 0);
	assert_int_equal(code_of(f, code).code.used_ms, T0);
	f->now = T0 + 2 * SECOND;
	op = op_redeem(f, code);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_REUSED);
	assert_int_equal(token_of(f, tokens.access).family.revoked_ms, T0 + SECOND);
}

/* CO-05: remembered beyond its own end. */
static void
a_used_code_is_reused_however_it_has_died_since(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f), code = issue(f, session);
	struct tokens tokens = redeem(f, code);
	struct authcode_operation op;

	f->now = T0 + 30 * DAY;
	end_it(f, session);
	retire_it(f, session);
	op = op_redeem(f, code);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_REUSED);
	assert_int_equal(token_of(f, tokens.access).family.revoked_ms, T0 + 30 * DAY);
}

static const struct contract_case cases[] = {
	CONTRACT_CASE(a_code_is_read_back_with_what_its_session_knows),
	CONTRACT_CASE(the_fields_that_are_the_stores_are_not_taken_from_the_caller),
	CONTRACT_CASE(issuing_moves_the_idle_end_but_not_past_the_absolute_end),
	CONTRACT_CASE(a_dead_session_gives_no_code_and_stays_as_it_is),
	CONTRACT_CASE(the_absolute_end_of_a_session_is_exclusive),
	CONTRACT_CASE(an_unknown_session_gives_no_code),
	CONTRACT_CASE(consent_is_remembered_as_the_union_of_all_scopes),
	CONTRACT_CASE(consent_belongs_to_one_subject_and_one_client),
	CONTRACT_CASE(consent_is_not_remembered_unless_asked),
	CONTRACT_CASE(a_new_subject_of_an_old_name_has_no_grants),
	CONTRACT_CASE(a_code_tells_the_acr_that_was_asked_for_and_reached),
	CONTRACT_CASE(redeeming_makes_the_family_and_both_tokens),
	CONTRACT_CASE(redeeming_without_a_refresh_token_makes_none),
	CONTRACT_CASE(a_detached_family_names_no_session),
	CONTRACT_CASE(an_ended_session_gives_no_detached_family),
	CONTRACT_CASE(no_token_outlives_its_family),
	CONTRACT_CASE(a_code_that_cannot_be_redeemed_stays_as_it_is),
	CONTRACT_CASE(the_last_millisecond_of_a_code_is_good),
	CONTRACT_CASE(a_session_that_merely_ran_out_does_not_spoil_its_code),
	CONTRACT_CASE(an_unknown_code_is_not_found),
	CONTRACT_CASE(a_code_used_twice_revokes_all_that_came_from_it),
	CONTRACT_CASE(a_used_code_is_reused_however_it_has_died_since),
};

const struct contract_chapter contract_codes = { cases, AC_ARRAY_SIZE(cases) };
