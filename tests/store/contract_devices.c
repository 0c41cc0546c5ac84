/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The contract on devices: create_device, answer_device, poll_device,
 * redeem_device, find_device, find_user_code. RFC 8628, requirements DV-02 and
 * DV-05 to DV-08.
 */
#include "contract.h"

#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "fixture_device.h"

static void
a_device_is_read_back_pending_and_nobodys(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation op = op_device(f, 0x11);
	struct authcode_device_view view;

	/* What is the store's to fill is not taken from the caller. */
	op.u.create_device.device.id = 7;
	op.u.create_device.device.state = AUTHCODE_DEVICE_ALLOWED;
	op.u.create_device.device.subject_id = 7;
	op.u.create_device.device.session_id = 7;
	op.u.create_device.device.auth_time_ms = 7;
	op.u.create_device.device.acr = "forged";
	op.u.create_device.device.polled_ms = 7;
	op.u.create_device.device.created_ms = 7;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_not_equal(op.u.create_device.ret_device_id, 7);
	view = device_of(f, op.u.create_device.ret_device_id);
	assert_hash(view.device.hash, 0xd0);
	assert_hash(view.device.user_code_hash, 0x11);
	assert_string_equal(view.device.client_id, "tv");
	assert_string_equal(view.device.scope, "profile groups");
	assert_string_equal(view.device.resource, "https://api.example/");
	assert_int_equal(view.device.interval_ms, 5 * SECOND);
	assert_int_equal(view.device.polled_ms, 0);
	assert_int_equal(view.device.state, AUTHCODE_DEVICE_PENDING);
	assert_int_equal(view.device.subject_id, 0);
	assert_int_equal(view.device.session_id, 0);
	assert_int_equal(view.device.auth_time_ms, 0);
	assert_string_equal(view.device.acr, "");
	assert_string_equal(view.device.amr, "");
	assert_string_equal(view.device.claims, "");
	assert_int_equal(view.device.created_ms, T0);
	assert_int_equal(view.device.expires_ms, T0 + 10 * MINUTE);
	assert_int_equal(view.subject.id, 0);
	assert_int_equal(view.session.id, 0);
}

/* DV-02. */
static void
a_device_is_found_by_its_user_code_alone(void **state)
{
	struct fixture *f = *state;
	int64_t one = new_device(f, 0x11), two = new_device(f, 0x12);
	struct authcode_device_view view;
	uint8_t hash[AUTHCODE_HASH_LEN];

	memset(hash, 0x12, sizeof(hash));
	assert_int_equal(authcode_store_find_user_code(f->store, hash, f->arena, &view),
			 AUTHCODE_OK);
	assert_int_equal(view.device.id, two);
	memset(hash, 0x11, sizeof(hash));
	assert_int_equal(authcode_store_find_user_code(f->store, hash, f->arena, &view),
			 AUTHCODE_OK);
	assert_int_equal(view.device.id, one);
	hash[AUTHCODE_HASH_LEN - 1] = 0x12;
	assert_int_equal(authcode_store_find_user_code(f->store, hash, f->arena, &view),
			 AUTHCODE_ERR_NOT_FOUND);
	memset(hash, 0xd0, sizeof(hash));
	assert_int_equal(authcode_store_find_user_code(f->store, hash, f->arena, &view),
			 AUTHCODE_ERR_NOT_FOUND);
	assert_int_equal(view.device.id, one);
	assert_false(has_device(f, 1));
}

static void
a_user_code_that_is_taken_makes_no_second_device(void **state)
{
	struct fixture *f = *state;
	int64_t id = new_device(f, 0x11);
	struct authcode_device_view before = device_of(f, id), after;
	struct authcode_operation op = op_device(f, 0x11);

	f->now += HOUR; /* not purged: still taken */
	op.u.create_device.ret_device_id = 99;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_CONFLICT);
	assert_int_equal(op.u.create_device.ret_device_id, 0);
	after = device_of(f, id);
	assert_same_device(&before, &after);
}

static void
an_approval_takes_what_the_session_has_proved(void **state)
{
	struct fixture *f = *state;
	int64_t id = new_device(f, 0x11), session;
	struct authcode_device_view view;

	f->now = T0 + MINUTE;
	session = sign_in(f);
	f->now = T0 + 2 * MINUTE;
	allow_device(f, id, session);
	view = device_of(f, id);
	assert_int_equal(view.device.state, AUTHCODE_DEVICE_ALLOWED);
	assert_int_equal(view.device.subject_id, session_of(f, session).subject.id);
	assert_int_equal(view.device.session_id, session);
	assert_int_equal(view.device.auth_time_ms, T0 + MINUTE - 5);
	assert_string_equal(view.device.acr, "password");
	assert_string_equal(view.device.amr, "pwd otp");
	assert_string_equal(view.device.claims, "{\"department\":\"math\"}");
	assert_int_equal(view.device.expires_ms, T0 + 10 * MINUTE);
	assert_string_equal(view.device.scope, "profile groups");
	assert_string_equal(view.subject.sub, "sub-ana");
	assert_int_equal(view.session.id, session);
	assert_int_equal(session_of(f, session).session.idle_expires_ms,
			 T0 + 2 * MINUTE + 8 * HOUR);
}

static void
end_it(struct fixture *f, struct authcode_operation *answer)
{
	struct authcode_operation op = op_end_session(f, answer->u.answer_device.session_id);

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
}

static void
retire_it(struct fixture *f, struct authcode_operation *answer)
{
	struct authcode_operation op =
		op_retire(f, session_of(f, answer->u.answer_device.session_id).subject.id);

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
}

static void
other_hash(struct fixture *f, struct authcode_operation *answer)
{
	(void)f;
	answer->u.answer_device.session_hash[0] ^= 1;
}

static void
no_session(struct fixture *f, struct authcode_operation *answer)
{
	(void)f;
	answer->u.answer_device.session_id = 1;
}

static void
no_device(struct fixture *f, struct authcode_operation *answer)
{
	(void)f;
	answer->u.answer_device.device_id = 1;
}

static void
denied_before(struct fixture *f, struct authcode_operation *answer)
{
	struct authcode_operation op = op_deny(f, answer->u.answer_device.device_id);

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
}

static void
allowed_before(struct fixture *f, struct authcode_operation *answer)
{
	allow_device(f, answer->u.answer_device.device_id, answer->u.answer_device.session_id);
}

static void
used_before(struct fixture *f, struct authcode_operation *answer)
{
	allowed_before(f, answer);
	redeem_device(f, answer->u.answer_device.device_id);
}

static void
at_its_end(struct fixture *f, struct authcode_operation *answer)
{
	answer->now_ms = f->now = T0 + 10 * MINUTE;
}

static void
as_it_is(struct fixture *f, struct authcode_operation *answer)
{
	answer->now_ms = f->now = T0 + 10 * MINUTE - 1;
}

static void
an_answer_that_comes_too_late_or_from_nobody_changes_nothing(void **state)
{
	static const struct {
		const char *name;
		void (*before)(struct fixture *, struct authcode_operation *);
		enum authcode_result allow, deny;
	} rows[] = {
		{ "in its last millisecond", as_it_is, AUTHCODE_RESULT_DONE, AUTHCODE_RESULT_DONE },
		{ "at its end", at_its_end, AUTHCODE_RESULT_EXPIRED, AUTHCODE_RESULT_EXPIRED },
		{ "no such device", no_device, AUTHCODE_RESULT_NOT_FOUND,
		  AUTHCODE_RESULT_NOT_FOUND },
		{ "denied before", denied_before, AUTHCODE_RESULT_CONFLICT,
		  AUTHCODE_RESULT_CONFLICT },
		{ "allowed before", allowed_before, AUTHCODE_RESULT_CONFLICT,
		  AUTHCODE_RESULT_CONFLICT },
		{ "used before", used_before, AUTHCODE_RESULT_CONFLICT, AUTHCODE_RESULT_CONFLICT },
		{ "session ended", end_it, AUTHCODE_RESULT_EXPIRED, AUTHCODE_RESULT_DONE },
		{ "session renewed", other_hash, AUTHCODE_RESULT_EXPIRED, AUTHCODE_RESULT_DONE },
		{ "no such session", no_session, AUTHCODE_RESULT_EXPIRED, AUTHCODE_RESULT_DONE },
		{ "subject retired", retire_it, AUTHCODE_RESULT_EXPIRED, AUTHCODE_RESULT_DONE },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < 2 * AC_ARRAY_SIZE(rows); i++) {
		size_t row = i / 2;
		bool allow = i % 2 == 0;
		enum authcode_result expected = allow ? rows[row].allow : rows[row].deny;
		struct authcode_device_view before, after;
		struct authcode_operation op;
		char sub[16];
		int64_t id, session;

		f->now = T0;
		snprintf(sub, sizeof(sub), "sub-%zu", i);
		id = new_device(f, (uint8_t)(i + 1));
		session = sign_in_as(f, "ana", 1001, sub);
		op = op_allow(f, id, session);
		op.u.answer_device.allow = allow;
		rows[row].before(f, &op);
		before = device_of(f, id);
		if (perform(f, &op) != expected)
			fail_msg("%s: %d", rows[row].name, (int)op.result);
		after = device_of(f, id);
		if (expected == AUTHCODE_RESULT_DONE)
			assert_int_equal(after.device.state,
					 allow ? AUTHCODE_DEVICE_ALLOWED : AUTHCODE_DEVICE_DENIED);
		else
			assert_same_device(&before, &after);
		if (!allow)
			assert_int_equal(after.device.subject_id, before.device.subject_id);
	}
}

/* DV-06: each poll that comes too fast makes the interval 5 s longer. */
static void
polls_are_counted_and_too_fast_ones_slow_the_device_down(void **state)
{
	static const struct {
		int64_t after, interval_then;
		bool too_fast;
	} polls[] = {
		{ 0, 5 * SECOND, false }, /* the first may come at once */
		{ 5 * SECOND, 5 * SECOND, false },
		{ 5 * SECOND - 1, 10 * SECOND, true },
		{ 9 * SECOND, 15 * SECOND, true },
		{ 0, 20 * SECOND, true },
		{ 20 * SECOND, 20 * SECOND, false },
		{ 19 * SECOND, 25 * SECOND, true },
	};
	struct fixture *f = *state;
	int64_t id = new_device(f, 0x11);

	for (size_t i = 0; i < AC_ARRAY_SIZE(polls); i++) {
		struct authcode_operation op;

		f->now += polls[i].after;
		op = op_poll(f, id);
		assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
		assert_int_equal(op.u.poll_device.ret_too_fast, polls[i].too_fast);
		assert_int_equal(device_of(f, id).device.interval_ms, polls[i].interval_then);
		assert_int_equal(device_of(f, id).device.polled_ms, f->now);
		assert_int_equal(device_of(f, id).device.state, AUTHCODE_DEVICE_PENDING);
	}
}

static void
a_poll_of_what_is_not_pending_changes_nothing(void **state)
{
	struct fixture *f = *state;
	int64_t allowed = new_device(f, 0x11), denied = new_device(f, 0x12),
		old = new_device(f, 0x13);
	struct authcode_operation op = op_deny(f, denied);
	struct authcode_device_view before = device_of(f, old), after;

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	allow_device(f, allowed, sign_in(f));
	op = op_poll(f, allowed);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_CONFLICT);
	op = op_poll(f, denied);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_CONFLICT);
	op = op_poll(f, 1);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_NOT_FOUND);
	f->now = T0 + 10 * MINUTE;
	op = op_poll(f, old);
	op.u.poll_device.ret_too_fast = true;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_EXPIRED);
	assert_false(op.u.poll_device.ret_too_fast);
	assert_int_equal(device_of(f, allowed).device.polled_ms, 0);
	after = device_of(f, old);
	assert_same_device(&before, &after);
}

static void
a_redemption_makes_a_family_of_the_devices_id(void **state)
{
	struct fixture *f = *state;
	int64_t id = new_device(f, 0x11), session = sign_in(f);
	struct authcode_token_view view;
	struct tokens tokens;

	allow_device(f, id, session);
	f->now = T0 + MINUTE;
	tokens = redeem_device(f, id);
	assert_int_equal(device_of(f, id).device.state, AUTHCODE_DEVICE_USED);
	view = token_of(f, tokens.access);
	assert_hash(view.token.hash, 0xa3);
	assert_int_equal(view.token.family_id, id);
	assert_int_equal(view.family.id, id);
	assert_string_equal(view.family.client_id, "tv");
	assert_string_equal(view.family.scope, "profile groups");
	assert_string_equal(view.family.resource, "https://api.example/");
	assert_string_equal(view.family.claims_request, "");
	assert_string_equal(view.family.acr, "password");
	assert_string_equal(view.family.amr, "pwd otp");
	assert_string_equal(view.family.claims, "{\"department\":\"math\"}");
	assert_int_equal(view.family.auth_time_ms, T0 - 5);
	assert_int_equal(view.family.session_id, session);
	assert_int_equal(view.family.created_ms, T0 + MINUTE);
	assert_int_equal(view.family.expires_ms, T0 + MINUTE + 90 * DAY);
	assert_string_equal(view.subject.sub, "sub-ana");
	assert_int_equal(token_of(f, tokens.refresh).token.kind, AUTHCODE_TOKEN_REFRESH);
}

static void
without_refresh_and_detached_a_redemption_leaves_those_out(void **state)
{
	struct fixture *f = *state;
	int64_t id = new_device(f, 0x11);
	struct authcode_operation op;

	allow_device(f, id, sign_in(f));
	op = op_redeem_device(f, id);
	op.u.redeem_device.with_refresh = false;
	op.u.redeem_device.detached = true;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(op.u.redeem_device.refresh.ret_id, 0);
	assert_int_equal(token_of(f, op.u.redeem_device.access.ret_id).family.session_id, 0);
}

/* DV-07: one success only; the second one shows that two have the device code. */
static void
a_second_redemption_revokes_what_the_first_one_gave(void **state)
{
	struct fixture *f = *state;
	int64_t id = new_device(f, 0x11);
	struct authcode_operation op;
	struct tokens tokens;

	allow_device(f, id, sign_in(f));
	tokens = redeem_device(f, id);
	f->now = T0 + HOUR; /* long past its own time */
	op = op_redeem_device(f, id);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_REUSED);
	assert_int_equal(op.u.redeem_device.access.ret_id, 0);
	assert_int_equal(op.u.redeem_device.refresh.ret_id, 0);
	assert_int_equal(token_of(f, tokens.refresh).family.revoked_ms, T0 + HOUR);
}

static void
what_nobody_has_allowed_gives_no_tokens(void **state)
{
	static const struct {
		const char *name;
		void (*before)(struct fixture *, struct authcode_operation *);
		enum authcode_result result;
	} rows[] = {
		{ "pending", no_session, AUTHCODE_RESULT_CONFLICT },
		{ "denied", denied_before, AUTHCODE_RESULT_CONFLICT },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		int64_t id = new_device(f, (uint8_t)(i + 1));
		struct authcode_operation answer = op_deny(f, id), op = op_redeem_device(f, id);
		struct authcode_device_view before, after;

		rows[i].before(f, &answer);
		before = device_of(f, id);
		if (perform(f, &op) != rows[i].result)
			fail_msg("%s: %d", rows[i].name, (int)op.result);
		assert_int_equal(op.u.redeem_device.access.ret_id, 0);
		after = device_of(f, id);
		assert_same_device(&before, &after);
	}
}

/* DV-08, and what has died since it was allowed. */
static void
what_was_allowed_dies_with_its_time_its_session_and_its_person(void **state)
{
	struct fixture *f = *state;
	static const char *const rows[] = { "expired", "ended", "retired" };

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		int64_t id, session;
		struct authcode_operation op;

		f->now = T0;
		id = new_device(f, (uint8_t)(i + 1));
		session = sign_in_as(f, "ana", 1001, rows[i]);
		allow_device(f, id, session);
		f->now = i == 0 ? T0 + 10 * MINUTE : T0 + 1;
		op = i == 1 ? op_end_session(f, session)
			    : op_retire(f, session_of(f, session).subject.id);
		if (i != 0)
			assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
		op = op_redeem_device(f, id);
		if (perform(f, &op) != AUTHCODE_RESULT_EXPIRED)
			fail_msg("%s: %d", rows[i], (int)op.result);
		assert_int_equal(device_of(f, id).device.state, AUTHCODE_DEVICE_ALLOWED);
	}
}

static void
in_its_last_millisecond_it_is_redeemed(void **state)
{
	struct fixture *f = *state;
	int64_t id = new_device(f, 0x11);

	allow_device(f, id, sign_in(f));
	f->now = T0 + 10 * MINUTE - 1;
	redeem_device(f, id);
}

static uint32_t
purge(struct fixture *f)
{
	struct authcode_operation op = op_purge(f, 1000);

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	return op.u.purge.ret_deleted;
}

/* Whoever polls on is told for a while that it has expired. */
static void
an_unused_device_goes_a_quarter_of_an_hour_after_its_end(void **state)
{
	struct fixture *f = *state;
	int64_t id = new_device(f, 0x11);

	f->now = T0 + 25 * MINUTE - 1;
	assert_int_equal(purge(f), 0);
	assert_true(has_device(f, id));
	f->now = T0 + 25 * MINUTE;
	assert_int_equal(purge(f), 1);
	assert_false(has_device(f, id));
	new_device(f, 0x11); /* the user code is free again */
}

static void
a_used_device_stays_as_long_as_its_family(void **state)
{
	struct fixture *f = *state;
	int64_t id = new_device(f, 0x11);
	struct authcode_operation op;

	allow_device(f, id, sign_in(f));
	redeem_device(f, id);
	f->now = T0 + 90 * DAY - 1;
	assert_int_equal(purge(f), 1); /* the access token */
	op = op_redeem_device(f, id);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_REUSED);
	f->now = T0 + 90 * DAY;
	assert_int_equal(purge(f), 4); /* refresh, family, device, session */
	assert_false(has_device(f, id));
}

static void
a_session_and_its_person_stay_for_an_allowed_device(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation op = op_sign_in(f, "ana", 1001, "sub-ana");
	int64_t id = new_device(f, 0x11), session;
	struct authcode_subject listed[2];
	size_t count = 0;

	op.u.create_session.expires_ms = T0 + MINUTE;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	session = op.u.create_session.ret_session_id;
	allow_device(f, id, session);
	f->now = T0 + 9 * MINUTE;
	assert_int_equal(purge(f), 0);
	assert_int_equal(
		authcode_store_list_subjects(f->store, f->now, 0, f->arena, listed, 2, &count),
		AUTHCODE_OK);
	assert_int_equal(count, 1);
	assert_true(has_session(f, session));
	f->now = T0 + 10 * MINUTE;
	assert_int_equal(purge(f), 1);
	assert_false(has_session(f, session));
	assert_int_equal(
		authcode_store_list_subjects(f->store, f->now, 0, f->arena, listed, 2, &count),
		AUTHCODE_OK);
	assert_int_equal(count, 0);
}

static void
a_device_that_breaks_the_contract_is_not_made(void **state)
{
	static char long_text[256 * 1024 + 2];
	struct fixture *f = *state;
	struct authcode_operation good = op_device(f, 0x11);
	const char **texts[3];

	memset(long_text, 'x', sizeof(long_text) - 1);
	for (size_t i = 0; i < 2 * AC_ARRAY_SIZE(texts); i++) {
		struct authcode_operation op = good;

		texts[0] = &op.u.create_device.device.client_id;
		texts[1] = &op.u.create_device.device.scope;
		texts[2] = &op.u.create_device.device.resource;
		*texts[i / 2] = i % 2 == 0 ? NULL : long_text;
		assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
		assert_int_equal(op.err, i % 2 == 0 ? AUTHCODE_ERR_USAGE : AUTHCODE_ERR_LIMIT);
	}
	assert_int_equal(perform(f, &good), AUTHCODE_RESULT_DONE);
}

static void
a_device_redemption_that_breaks_the_contract_does_not_use_it(void **state)
{
	struct fixture *f = *state;
	int64_t id = new_device(f, 0x11);
	struct authcode_operation good, op;

	allow_device(f, id, sign_in(f));
	good = op_redeem_device(f, id);
	op = good;
	op.u.redeem_device.access.scope = NULL;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
	op = good;
	op.u.redeem_device.refresh.resource = NULL;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
	assert_int_equal(op.err, AUTHCODE_ERR_USAGE);
	assert_int_equal(device_of(f, id).device.state, AUTHCODE_DEVICE_ALLOWED);
	assert_int_equal(perform(f, &good), AUTHCODE_RESULT_DONE);
}

static void
devices_survive_a_restart(void **state)
{
	struct fixture *f = *state;
	int64_t id = new_device(f, 0x11);
	struct authcode_device_view before, after;

	if (!f->backend->durable)
		return;
	allow_device(f, id, sign_in(f));
	before = device_of(f, id);
	reopen_store(f);
	after = device_of(f, id);
	assert_same_device(&before, &after);
}

static struct authcode_operation
op_bounded(const struct fixture *f, uint8_t which, const char *client_id, uint32_t max_pending)
{
	struct authcode_operation op = op_device(f, which);

	op.u.create_device.device.client_id = client_id;
	op.u.create_device.max_pending = max_pending;
	return op;
}

static void
refused_for_want_of_room(struct fixture *f, uint8_t which)
{
	struct authcode_operation op = op_bounded(f, which, "tv", 3);

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
	assert_int_equal(op.err, AUTHCODE_ERR_LIMIT);
	assert_int_equal(op.u.create_device.ret_device_id, 0);
}

/* Whoever has answered, or let its time pass, makes room; nobody else's devices count. */
static void
so_many_devices_of_a_client_wait_and_no_more(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f), ids[3];
	struct authcode_operation op;

	for (uint8_t i = 0; i < 3; i++) {
		op = op_bounded(f, i, "tv", 3);
		assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
		ids[i] = op.u.create_device.ret_device_id;
	}
	refused_for_want_of_room(f, 0x20);
	op = op_bounded(f, 0x20, "radio", 1);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	op = op_bounded(f, 0x21, "radio", 1);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
	allow_device(f, ids[0], session);
	op = op_bounded(f, 0x22, "tv", 3);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	refused_for_want_of_room(f, 0x23);
	op = op_deny(f, ids[1]);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	op = op_bounded(f, 0x23, "tv", 3);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	refused_for_want_of_room(f, 0x24);
	if (f->backend->durable)
		reopen_store(f);
	f->now = T0 + 10 * MINUTE - 1;
	refused_for_want_of_room(f, 0x24);
	f->now = T0 + 10 * MINUTE;
	op = op_bounded(f, 0x24, "tv", 3);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	/* No bound is none. */
	for (uint8_t i = 0; i < 4; i++) {
		op = op_bounded(f, (uint8_t)(0x40 + i), "tv", 0);
		assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	}
}

static const struct contract_case cases[] = {
	CONTRACT_CASE(a_device_is_read_back_pending_and_nobodys),
	CONTRACT_CASE(a_device_is_found_by_its_user_code_alone),
	CONTRACT_CASE(a_user_code_that_is_taken_makes_no_second_device),
	CONTRACT_CASE(an_approval_takes_what_the_session_has_proved),
	CONTRACT_CASE(an_answer_that_comes_too_late_or_from_nobody_changes_nothing),
	CONTRACT_CASE(polls_are_counted_and_too_fast_ones_slow_the_device_down),
	CONTRACT_CASE(a_poll_of_what_is_not_pending_changes_nothing),
	CONTRACT_CASE(a_redemption_makes_a_family_of_the_devices_id),
	CONTRACT_CASE(without_refresh_and_detached_a_redemption_leaves_those_out),
	CONTRACT_CASE(a_second_redemption_revokes_what_the_first_one_gave),
	CONTRACT_CASE(what_nobody_has_allowed_gives_no_tokens),
	CONTRACT_CASE(what_was_allowed_dies_with_its_time_its_session_and_its_person),
	CONTRACT_CASE(in_its_last_millisecond_it_is_redeemed),
	CONTRACT_CASE(an_unused_device_goes_a_quarter_of_an_hour_after_its_end),
	CONTRACT_CASE(a_used_device_stays_as_long_as_its_family),
	CONTRACT_CASE(a_session_and_its_person_stay_for_an_allowed_device),
	CONTRACT_CASE(a_device_that_breaks_the_contract_is_not_made),
	CONTRACT_CASE(a_device_redemption_that_breaks_the_contract_does_not_use_it),
	CONTRACT_CASE(devices_survive_a_restart),
	CONTRACT_CASE(so_many_devices_of_a_client_wait_and_no_more),
};

const struct contract_chapter contract_devices = { cases, AC_ARRAY_SIZE(cases) };
