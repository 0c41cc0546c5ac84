/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The contract on telling clients of a logout: whom a session remembers, what
 * its end makes of them in the same operation, what is recorded (BC-02, BC-06,
 * BC-09).
 */
#include "contract.h"

#include <string.h>

#include "base/attr.h"
#include "fixture_device.h"

#define PAGE 16

struct page {
	struct authcode_delivery_view views[PAGE];
	size_t count;
};

/* All that are to be tried some day. */
static struct page
waiting_until(struct fixture *f, int64_t until_ms)
{
	struct page page;

	assert_int_equal(authcode_store_list_deliveries(f->store, until_ms, 1000, f->arena,
							page.views, PAGE, &page.count),
			 AUTHCODE_OK);
	return page;
}

static struct page
waiting(struct fixture *f)
{
	return waiting_until(f, INT64_MAX);
}

static void
expect(struct fixture *f, struct authcode_operation op, enum authcode_result result)
{
	assert_int_equal(perform(f, &op), result);
}

static struct authcode_operation
op_issue_to(struct fixture *f, int64_t session, const char *client)
{
	struct authcode_operation op = op_issue(f, session);

	op.u.issue_code.code.client_id = client;
	op.u.issue_code.tell_logout = true;
	return op;
}

static void
issue_to(struct fixture *f, int64_t session, const char *client)
{
	expect(f, op_issue_to(f, session, client), AUTHCODE_RESULT_DONE);
}

static struct authcode_delivery
delivery_of(struct fixture *f, int64_t id)
{
	struct authcode_delivery_view view;

	assert_int_equal(authcode_store_find_delivery(f->store, id, f->arena, &view), AUTHCODE_OK);
	return view.delivery;
}

/* The one that waits after a logout of ana. */
static struct authcode_delivery
one_delivery(struct fixture *f)
{
	int64_t session = sign_in(f);
	struct page page;

	issue_to(f, session, "demo");
	expect(f, op_end_session(f, session), AUTHCODE_RESULT_DONE);
	page = waiting(f);
	assert_int_equal(page.count, 1);
	return page.views[0].delivery;
}

/* --- what ends a session ------------------------------------------------- */

static void
the_end_of_a_session_makes_a_delivery_for_each_client_that_asked(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	struct page page;

	issue_to(f, session, "wiki");
	issue_to(f, session, "chat");
	f->now += HOUR;
	expect(f, op_end_session(f, session), AUTHCODE_RESULT_DONE);
	page = waiting(f);
	assert_int_equal(page.count, 2);
	assert_string_equal(page.views[0].delivery.client_id, "chat");
	assert_string_equal(page.views[1].delivery.client_id, "wiki");
	for (size_t i = 0; i < page.count; i++) {
		const struct authcode_delivery *d = &page.views[i].delivery;

		assert_true(d->id > 0);
		assert_int_equal(d->session_id, session);
		assert_int_equal(d->subject_id, page.views[i].subject.id);
		assert_int_equal(d->created_ms, T0 + HOUR);
		assert_int_equal(d->next_ms, T0 + HOUR);
		assert_int_equal(d->tries, 0);
		assert_int_equal(d->delivered_ms, 0);
		assert_int_equal(d->status, 0);
		assert_string_equal(page.views[i].subject.sub, "sub-ana");
	}
}

static void
a_client_that_did_not_ask_is_not_told(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);

	issue(f, session);
	expect(f, op_end_session(f, session), AUTHCODE_RESULT_DONE);
	assert_int_equal(waiting(f).count, 0);
}

static void
many_codes_of_one_client_make_one_delivery(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);

	for (int i = 0; i < 3; i++)
		issue_to(f, session, "demo");
	issue(f, session); /* no longer asking does not take it back */
	expect(f, op_end_session(f, session), AUTHCODE_RESULT_DONE);
	assert_int_equal(waiting(f).count, 1);
}

/* BC-02: a session that has allowed a device has signed in to its client. */
static void
the_end_of_a_session_is_told_to_the_client_of_a_device_it_allowed(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f), device = new_device(f, 0x11);
	struct authcode_operation op = op_allow(f, device, session);
	struct page page;

	op.u.answer_device.tell_logout = true;
	expect(f, op, AUTHCODE_RESULT_DONE);
	(void)redeem_device(f, device);
	expect(f, op_end_session(f, session), AUTHCODE_RESULT_DONE);
	page = waiting(f);
	assert_int_equal(page.count, 1);
	assert_string_equal(page.views[0].delivery.client_id, "tv");
	assert_int_equal(page.views[0].delivery.session_id, session);
}

static void
the_client_of_a_device_is_not_told_unless_it_asked(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f), device = new_device(f, 0x11);

	allow_device(f, device, session);
	(void)redeem_device(f, device);
	expect(f, op_end_session(f, session), AUTHCODE_RESULT_DONE);
	assert_int_equal(waiting(f).count, 0);
}

static void
a_device_that_was_not_allowed_makes_nobody_a_listener(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f), device = new_device(f, 0x11);
	struct authcode_operation stale = op_allow(f, device, session);
	struct authcode_operation unknown = op_allow(f, device, session), denied;

	stale.u.answer_device.tell_logout = true;
	memset(stale.u.answer_device.session_hash, 0x77, AUTHCODE_HASH_LEN);
	expect(f, stale, AUTHCODE_RESULT_EXPIRED);
	unknown.u.answer_device.tell_logout = true;
	unknown.u.answer_device.device_id = 1;
	expect(f, unknown, AUTHCODE_RESULT_NOT_FOUND);
	denied = op_deny(f, device);
	denied.u.answer_device.session_id = session;
	denied.u.answer_device.tell_logout = true;
	expect(f, denied, AUTHCODE_RESULT_DONE);
	expect(f, op_end_session(f, session), AUTHCODE_RESULT_DONE);
	assert_int_equal(waiting(f).count, 0);
}

static void
a_code_that_was_not_issued_makes_nobody_a_listener(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	struct authcode_operation op = op_issue_to(f, session, "demo");

	memset(op.u.issue_code.session_hash, 0x77, AUTHCODE_HASH_LEN);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_EXPIRED);
	f->script.broken = true;
	op = op_issue_to(f, session, "demo");
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
	f->script.broken = false;
	expect(f, op_end_session(f, session), AUTHCODE_RESULT_DONE);
	assert_int_equal(waiting(f).count, 0);
}

static void
a_session_that_is_ended_twice_tells_once(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);

	issue_to(f, session, "demo");
	for (int i = 0; i < 2; i++)
		expect(f, op_end_session(f, session), AUTHCODE_RESULT_DONE);
	expect(f, op_retire(f, session_of(f, session).subject.id), AUTHCODE_RESULT_DONE);
	assert_int_equal(waiting(f).count, 1);
}

static void
an_unknown_session_tells_nobody(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);

	issue_to(f, session, "demo");
	expect(f, op_end_session(f, session + 1), AUTHCODE_RESULT_NOT_FOUND);
	expect(f, op_end_session(f, 0), AUTHCODE_RESULT_NOT_FOUND);
	expect(f, op_retire(f, 0), AUTHCODE_RESULT_NOT_FOUND);
	assert_int_equal(waiting(f).count, 0);
}

static void
only_the_session_that_ended_is_told_of(void **state)
{
	struct fixture *f = *state;
	int64_t first = sign_in(f), second = sign_in(f);
	struct page page;

	issue_to(f, first, "demo");
	issue_to(f, second, "demo");
	expect(f, op_end_session(f, second), AUTHCODE_RESULT_DONE);
	page = waiting(f);
	assert_int_equal(page.count, 1);
	assert_int_equal(page.views[0].delivery.session_id, second);
}

/* BC-09: the account is gone. */
static void
a_retired_subject_is_told_of_for_each_of_its_sessions(void **state)
{
	struct fixture *f = *state;
	int64_t first = sign_in(f), second = sign_in(f);
	int64_t other = sign_in_as(f, "bob", 1002, "sub-bob");
	struct page page;

	issue_to(f, first, "demo");
	issue_to(f, second, "demo");
	issue_to(f, second, "wiki");
	issue_to(f, other, "demo");
	expect(f, op_retire(f, session_of(f, first).subject.id), AUTHCODE_RESULT_DONE);
	page = waiting(f);
	assert_int_equal(page.count, 3);
	for (size_t i = 0; i < page.count; i++) {
		assert_int_not_equal(page.views[i].delivery.session_id, other);
		assert_string_equal(page.views[i].subject.sub, "sub-ana");
		assert_int_equal(page.views[i].subject.retired_ms, T0);
	}
	expect(f, op_retire(f, session_of(f, first).subject.id), AUTHCODE_RESULT_DONE);
	expect(f, op_end_session(f, first), AUTHCODE_RESULT_DONE);
	assert_int_equal(waiting(f).count, 3);
}

static void
a_name_with_another_uid_tells_of_the_one_who_had_it(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);

	issue_to(f, session, "demo");
	sign_in_as(f, "ana", 2002, "sub-second");
	assert_int_equal(waiting(f).count, 1);
	assert_int_equal(waiting(f).views[0].delivery.session_id, session);
}

static void
whoever_is_in_the_way_of_a_renamed_account_is_told_of(void **state)
{
	struct fixture *f = *state;
	int64_t stays = sign_in(f), goes = sign_in_as(f, "bob", 1001, "sub-bob");
	struct authcode_operation op = op_relink(f, "ana", "bob", 1001);

	issue_to(f, stays, "demo");
	issue_to(f, goes, "demo");
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_CONFLICT);
	assert_int_equal(waiting(f).count, 0);
	op.u.relink_subject.replace = true;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(waiting(f).count, 1);
	assert_int_equal(waiting(f).views[0].delivery.session_id, goes);
}

static void
a_renewed_session_keeps_its_clients_and_tells_nobody(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation op = op_sign_in(f, "ana", 1001, "sub-ana");
	int64_t session = sign_in(f);

	issue_to(f, session, "demo");
	op.u.create_session.replaces = session;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(op.u.create_session.ret_session_id, session);
	assert_int_equal(waiting(f).count, 0);
	expect(f, op_end_session(f, session), AUTHCODE_RESULT_DONE);
	assert_int_equal(waiting(f).count, 1);
}

static void
a_session_that_another_person_takes_the_place_of_tells(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation op = op_sign_in(f, "bob", 1002, "sub-bob");
	int64_t session = sign_in(f);

	issue_to(f, session, "demo");
	op.u.create_session.replaces = session;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(waiting(f).count, 1);
	assert_int_equal(waiting(f).views[0].delivery.session_id, session);
}

/* --- all or nothing ------------------------------------------------------ */

/* Either a logout is known to have happened and is told, or neither. */
static void
an_end_that_cannot_be_told_has_not_happened(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	struct authcode_operation op;

	issue_to(f, session, "demo");
	f->script.broken = true;
	op = op_end_session(f, session);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
	assert_int_equal(op.err, AUTHCODE_ERR_RANDOM);
	op = op_retire(f, session_of(f, session).subject.id);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
	assert_int_equal(session_of(f, session).session.ended_ms, 0);
	assert_int_equal(session_of(f, session).subject.retired_ms, 0);
	assert_int_equal(waiting(f).count, 0);
	f->script.broken = false;
	expect(f, op_end_session(f, session), AUTHCODE_RESULT_DONE);
	assert_int_equal(waiting(f).count, 1);
}

static void
keys_that_are_taken_are_not_taken_twice(void **state)
{
	struct fixture *f = *state;
	int64_t first = sign_in(f), second = sign_in(f);

	issue_to(f, first, "a");
	issue_to(f, first, "b");
	issue_to(f, second, "c");
	f->script = (struct script){ .draws = { 7, 8, 9 }, .count = 3 };
	expect(f, op_end_session(f, first), AUTHCODE_RESULT_DONE);
	expect(f, op_end_session(f, second), AUTHCODE_RESULT_DONE);
	assert_int_equal(waiting(f).count, 3);
	assert_int_equal(waiting(f).views[1].delivery.id, waiting(f).views[0].delivery.id + 1);
	assert_int_equal(waiting(f).views[2].delivery.id, waiting(f).views[0].delivery.id + 2);
}

/* Between the logout and the first try the process may die. */
static void
a_delivery_survives_the_process(void **state)
{
	struct fixture *f = *state;
	struct authcode_delivery made;

	if (!f->backend->durable)
		return;
	made = one_delivery(f);
	reopen_store(f);
	assert_int_equal(waiting(f).count, 1);
	assert_int_equal(waiting(f).views[0].delivery.id, made.id);
	expect(f, op_record(f, made.id, 500), AUTHCODE_RESULT_DONE);
	reopen_store(f);
	assert_int_equal(waiting(f).count, 1);
	assert_int_equal(delivery_of(f, made.id).tries, 1);
}

static void
who_is_to_be_told_survives_the_process(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);

	if (!f->backend->durable)
		return;
	issue_to(f, session, "demo");
	reopen_store(f);
	expect(f, op_end_session(f, session), AUTHCODE_RESULT_DONE);
	assert_int_equal(waiting(f).count, 1);
}

/* --- the queue ----------------------------------------------------------- */

static void
a_try_that_failed_is_recorded_and_waits_for_its_next(void **state)
{
	struct fixture *f = *state;
	struct authcode_delivery d = one_delivery(f);

	expect(f, op_record(f, d.id, 503), AUTHCODE_RESULT_DONE);
	d = delivery_of(f, d.id);
	assert_int_equal(d.tries, 1);
	assert_int_equal(d.status, 503);
	assert_int_equal(d.next_ms, T0 + MINUTE);
	assert_int_equal(d.delivered_ms, 0);
	assert_int_equal(waiting_until(f, T0 + MINUTE - 1).count, 0);
	assert_int_equal(waiting_until(f, T0 + MINUTE).count, 1);
}

static void
what_is_delivered_is_never_tried_again(void **state)
{
	struct fixture *f = *state;
	struct authcode_delivery d = one_delivery(f);

	f->now += SECOND;
	expect(f, op_record(f, d.id, 250), AUTHCODE_RESULT_DONE);
	assert_int_equal(waiting(f).count, 0);
	f->now += SECOND;
	expect(f, op_record(f, d.id, 500), AUTHCODE_RESULT_DONE);
	d = delivery_of(f, d.id);
	assert_int_equal(d.delivered_ms, T0 + SECOND);
	assert_int_equal(d.status, 250);
	assert_int_equal(d.tries, 1);
	assert_int_equal(d.next_ms, 0);
	assert_int_equal(waiting(f).count, 0);
}

static void
what_is_given_up_is_never_tried_again(void **state)
{
	struct fixture *f = *state;
	struct authcode_delivery d = one_delivery(f);
	struct authcode_operation op = op_record(f, d.id, 0);

	op.u.record_delivery.next_ms = 0;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(waiting(f).count, 0);
	assert_int_equal(delivery_of(f, d.id).delivered_ms, 0);
	assert_int_equal(delivery_of(f, d.id).tries, 1);
}

static void
an_unknown_delivery_is_not_found(void **state)
{
	struct fixture *f = *state;
	static const int64_t unknown[] = { 0, 1, -1, INT64_MAX, INT64_MIN };
	struct authcode_delivery_view view;

	(void)one_delivery(f);
	memset(&view, 0x5a, sizeof(view));
	for (size_t i = 0; i < AC_ARRAY_SIZE(unknown); i++) {
		expect(f, op_record(f, unknown[i], 250), AUTHCODE_RESULT_NOT_FOUND);
		assert_int_equal(
			authcode_store_find_delivery(f->store, unknown[i], f->arena, &view),
			AUTHCODE_ERR_NOT_FOUND);
		for (size_t byte = 0; byte < sizeof(view); byte++)
			assert_int_equal(((unsigned char *)&view)[byte], 0x5a);
	}
	assert_int_equal(waiting(f).count, 1);
}

/* However many a client has, and though its own are the earliest. */
static void
of_each_client_no_more_are_listed_than_asked_for(void **state)
{
	struct fixture *f = *state;
	struct authcode_delivery_view views[PAGE];
	size_t count = 99;

	for (int i = 0; i < 5; i++) {
		int64_t session = sign_in(f);

		issue_to(f, session, "a");
		if (i == 4)
			issue_to(f, session, "b");
		expect(f, op_end_session(f, session), AUTHCODE_RESULT_DONE);
		f->now += SECOND;
	}
	assert_int_equal(authcode_store_list_deliveries(f->store, INT64_MAX, 2, f->arena, views,
							PAGE, &count),
			 AUTHCODE_OK);
	assert_int_equal(count, 3);
	assert_string_equal(views[0].delivery.client_id, "a");
	assert_int_equal(views[0].delivery.next_ms, T0);
	assert_string_equal(views[1].delivery.client_id, "a");
	assert_int_equal(views[1].delivery.next_ms, T0 + SECOND);
	assert_string_equal(views[2].delivery.client_id, "b");
	assert_int_equal(
		authcode_store_list_deliveries(f->store, T0, 2, f->arena, views, PAGE, &count),
		AUTHCODE_OK);
	assert_int_equal(count, 1);
	assert_int_equal(authcode_store_list_deliveries(f->store, INT64_MAX, 0, f->arena, views,
							PAGE, &count),
			 AUTHCODE_OK);
	assert_int_equal(count, 0);
}

static void
the_earliest_comes_first_and_no_more_than_fit(void **state)
{
	struct fixture *f = *state;
	static const char *const clients[] = { "a", "b", "c" };
	int64_t session = sign_in(f);
	struct authcode_delivery_view views[2];
	struct authcode_operation op;
	struct page page;
	size_t count = 99;

	for (size_t i = 0; i < AC_ARRAY_SIZE(clients); i++)
		issue_to(f, session, clients[i]);
	expect(f, op_end_session(f, session), AUTHCODE_RESULT_DONE);
	page = waiting(f);
	op = op_record(f, page.views[0].delivery.id, 500);
	op.u.record_delivery.next_ms = T0 + 2 * HOUR;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	op = op_record(f, page.views[1].delivery.id, 500);
	op.u.record_delivery.next_ms = T0 + HOUR;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(authcode_store_list_deliveries(f->store, INT64_MAX, 1000, f->arena, views,
							2, &count),
			 AUTHCODE_OK);
	assert_int_equal(count, 2);
	assert_string_equal(views[0].delivery.client_id, "c");
	assert_string_equal(views[1].delivery.client_id, "b");
	assert_string_equal(waiting(f).views[2].delivery.client_id, "a");
}

static void
a_list_that_memory_is_too_short_for_is_none(void **state)
{
	struct fixture *f = *state;
	struct authcode_arena *small = NULL;
	struct authcode_delivery_view views[PAGE];
	size_t count = 99;

	(void)one_delivery(f);
	assert_int_equal(authcode_arena_new(1, &small), AUTHCODE_OK);
	assert_int_equal(authcode_store_list_deliveries(f->store, INT64_MAX, 1000, small, views,
							PAGE, &count),
			 AUTHCODE_ERR_MEMORY);
	assert_int_equal(count, 99);
	authcode_arena_free(&small);
}

static void
a_try_at_no_time_at_all_is_refused(void **state)
{
	struct fixture *f = *state;
	struct authcode_delivery d = one_delivery(f);
	static const int64_t times[] = { -1, INT64_C(1) << 42, INT64_MAX, INT64_MIN };

	for (size_t i = 0; i < AC_ARRAY_SIZE(times); i++) {
		struct authcode_operation op = op_record(f, d.id, 500);

		op.u.record_delivery.next_ms = times[i];
		assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
		assert_int_equal(op.err, AUTHCODE_ERR_USAGE);
	}
	assert_int_equal(delivery_of(f, d.id).tries, 0);
}

/* --- purge --------------------------------------------------------------- */

static void
a_delivery_is_remembered_for_its_time_and_no_longer(void **state)
{
	struct fixture *f = *state;
	struct authcode_delivery d = one_delivery(f);
	struct authcode_delivery_view view;

	expect(f, op_record(f, d.id, 250), AUTHCODE_RESULT_DONE);
	f->now = T0 + AUTHCODE_DELIVERY_KEPT_MS - 1;
	expect(f, op_purge(f, 1000), AUTHCODE_RESULT_DONE);
	(void)delivery_of(f, d.id);
	f->now++;
	expect(f, op_purge(f, 1000), AUTHCODE_RESULT_DONE);
	assert_int_equal(authcode_store_find_delivery(f->store, d.id, f->arena, &view),
			 AUTHCODE_ERR_NOT_FOUND);
	expect(f, op_record(f, d.id, 250), AUTHCODE_RESULT_NOT_FOUND);
}

/* As long as something of the session can be used, its end is worth telling. */
static void
whom_to_tell_is_remembered_as_long_as_the_session(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	struct authcode_operation op = op_issue_to(f, session, "demo");

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	redeem(f, op.u.issue_code.ret_code_id); /* a family of 90 days */
	f->now = T0 + 60 * DAY;
	expect(f, op_purge(f, 1000), AUTHCODE_RESULT_DONE);
	expect(f, op_end_session(f, session), AUTHCODE_RESULT_DONE);
	assert_int_equal(waiting(f).count, 1);
}

static void
a_purged_session_forgets_whom_to_tell(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f), subject = session_of(f, session).subject.id;
	struct authcode_operation purge;

	issue_to(f, session, "demo");
	issue_to(f, session, "wiki");
	f->now = T0 + 2 * DAY;
	purge = op_purge(f, 1000);
	assert_int_equal(perform(f, &purge), AUTHCODE_RESULT_DONE);
	assert_int_equal(purge.u.purge.ret_deleted, 3); /* two codes and the session */
	assert_false(has_session(f, session));
	expect(f, op_retire(f, subject), AUTHCODE_RESULT_DONE);
	assert_int_equal(waiting(f).count, 0);
}

static const struct contract_case cases[] = {
	CONTRACT_CASE(the_end_of_a_session_makes_a_delivery_for_each_client_that_asked),
	CONTRACT_CASE(a_client_that_did_not_ask_is_not_told),
	CONTRACT_CASE(many_codes_of_one_client_make_one_delivery),
	CONTRACT_CASE(the_end_of_a_session_is_told_to_the_client_of_a_device_it_allowed),
	CONTRACT_CASE(the_client_of_a_device_is_not_told_unless_it_asked),
	CONTRACT_CASE(a_device_that_was_not_allowed_makes_nobody_a_listener),
	CONTRACT_CASE(a_code_that_was_not_issued_makes_nobody_a_listener),
	CONTRACT_CASE(a_session_that_is_ended_twice_tells_once),
	CONTRACT_CASE(an_unknown_session_tells_nobody),
	CONTRACT_CASE(only_the_session_that_ended_is_told_of),
	CONTRACT_CASE(a_retired_subject_is_told_of_for_each_of_its_sessions),
	CONTRACT_CASE(a_name_with_another_uid_tells_of_the_one_who_had_it),
	CONTRACT_CASE(whoever_is_in_the_way_of_a_renamed_account_is_told_of),
	CONTRACT_CASE(a_renewed_session_keeps_its_clients_and_tells_nobody),
	CONTRACT_CASE(a_session_that_another_person_takes_the_place_of_tells),
	CONTRACT_CASE(an_end_that_cannot_be_told_has_not_happened),
	CONTRACT_CASE(keys_that_are_taken_are_not_taken_twice),
	CONTRACT_CASE(a_delivery_survives_the_process),
	CONTRACT_CASE(who_is_to_be_told_survives_the_process),
	CONTRACT_CASE(a_try_that_failed_is_recorded_and_waits_for_its_next),
	CONTRACT_CASE(what_is_delivered_is_never_tried_again),
	CONTRACT_CASE(what_is_given_up_is_never_tried_again),
	CONTRACT_CASE(an_unknown_delivery_is_not_found),
	CONTRACT_CASE(of_each_client_no_more_are_listed_than_asked_for),
	CONTRACT_CASE(the_earliest_comes_first_and_no_more_than_fit),
	CONTRACT_CASE(a_list_that_memory_is_too_short_for_is_none),
	CONTRACT_CASE(a_try_at_no_time_at_all_is_refused),
	CONTRACT_CASE(a_delivery_is_remembered_for_its_time_and_no_longer),
	CONTRACT_CASE(whom_to_tell_is_remembered_as_long_as_the_session),
	CONTRACT_CASE(a_purged_session_forgets_whom_to_tell),
};

const struct contract_chapter contract_logout = { cases, AC_ARRAY_SIZE(cases) };
