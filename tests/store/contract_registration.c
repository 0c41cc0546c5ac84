/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The contract on registered clients: who is first with a change, what is listed, and
 * what the end of a client does to all that it has got.
 */
#include "contract.h"

#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "fixture_device.h"

#define PAGE 32

struct listed {
	struct authcode_stored_client clients[PAGE];
	size_t count;
};

static struct listed
list_after(struct fixture *f, const char *after_id)
{
	struct listed listed = { .count = 999 };

	assert_int_equal(authcode_store_list_clients(f->store, after_id, f->arena, listed.clients,
						     PAGE, &listed.count),
			 AUTHCODE_OK);
	return listed;
}

static struct listed
list(struct fixture *f)
{
	return list_after(f, "");
}

static void
put(struct fixture *f, const char *id, int64_t revision, enum authcode_result result)
{
	struct authcode_operation op = op_put_client(f, id, revision);

	assert_int_equal(perform(f, &op), result);
}

static void
end(struct fixture *f, const char *id, int64_t revision)
{
	struct authcode_operation op = op_put_client(f, id, revision);

	op.u.put_client.end = true;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
}

static void
remove_client(struct fixture *f, const char *id, int64_t revision, enum authcode_result result)
{
	struct authcode_operation op = op_put_client(f, id, revision);

	op.u.put_client.remove = true;
	assert_int_equal(perform(f, &op), result);
}

/* --- rows ------------------------------------------------------------------- */

static void
a_new_store_has_no_client(void **state)
{
	assert_int_equal(list(*state).count, 0);
}

static void
what_was_put_is_listed_as_it_was(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation op = op_put_client(f, "wiki", 0);
	struct listed listed;

	op.u.put_client.registration = "name=Wiki";
	op.u.put_client.sealed_secret = "sealed";
	op.u.put_client.changed_by = UINT32_MAX;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	if (f->backend->durable)
		reopen_store(f);
	listed = list(f);
	assert_int_equal(listed.count, 1);
	assert_string_equal(listed.clients[0].id, "wiki");
	assert_string_equal(listed.clients[0].registration, "name=Wiki");
	assert_string_equal(listed.clients[0].sealed_secret, "sealed");
	assert_int_equal(listed.clients[0].revision, 1);
	assert_int_equal(listed.clients[0].created_ms, T0);
	assert_int_equal(listed.clients[0].changed_ms, T0);
	assert_int_equal(listed.clients[0].changed_by, UINT32_MAX);
	assert_int_equal(listed.clients[0].removed_ms, 0);
}

static void
a_change_keeps_when_it_was_added(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation op;
	struct listed listed;

	put(f, "wiki", 0, AUTHCODE_RESULT_DONE);
	f->now = T0 + SECOND;
	op = op_put_client(f, "wiki", 1);
	op.u.put_client.registration = "name=Other";
	op.u.put_client.changed_by = 7;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	listed = list(f);
	assert_int_equal(listed.count, 1);
	assert_string_equal(listed.clients[0].registration, "name=Other");
	assert_int_equal(listed.clients[0].revision, 2);
	assert_int_equal(listed.clients[0].created_ms, T0);
	assert_int_equal(listed.clients[0].changed_ms, T0 + SECOND);
	assert_int_equal(listed.clients[0].changed_by, 7);
}

static void
of_two_changes_of_one_state_the_second_conflicts(void **state)
{
	static const int64_t wrong[] = { 0, 1, 3, INT64_MAX };
	struct fixture *f = *state;

	put(f, "wiki", 1, AUTHCODE_RESULT_CONFLICT);
	assert_int_equal(list(f).count, 0);
	put(f, "wiki", 0, AUTHCODE_RESULT_DONE);
	put(f, "wiki", 1, AUTHCODE_RESULT_DONE);
	for (size_t i = 0; i < AC_ARRAY_SIZE(wrong); i++) {
		put(f, "wiki", wrong[i], AUTHCODE_RESULT_CONFLICT);
		remove_client(f, "wiki", wrong[i], AUTHCODE_RESULT_CONFLICT);
	}
	assert_int_equal(list(f).clients[0].revision, 2);
	assert_int_equal(list(f).clients[0].removed_ms, 0);
}

static void
a_removed_client_stays_listed_and_can_be_added_again(void **state)
{
	struct fixture *f = *state;

	put(f, "wiki", 0, AUTHCODE_RESULT_DONE);
	f->now = T0 + SECOND;
	remove_client(f, "wiki", 1, AUTHCODE_RESULT_DONE);
	assert_int_equal(list(f).clients[0].removed_ms, T0 + SECOND);
	assert_int_equal(list(f).clients[0].revision, 2);
	remove_client(f, "wiki", 2, AUTHCODE_RESULT_NOT_FOUND);
	remove_client(f, "wikis", 0, AUTHCODE_RESULT_NOT_FOUND);
	put(f, "wiki", 0, AUTHCODE_RESULT_CONFLICT);
	f->now = T0 + 2 * SECOND;
	put(f, "wiki", 2, AUTHCODE_RESULT_DONE);
	assert_int_equal(list(f).count, 1);
	assert_int_equal(list(f).clients[0].removed_ms, 0);
	assert_int_equal(list(f).clients[0].revision, 3);
	assert_int_equal(list(f).clients[0].created_ms, T0 + 2 * SECOND);
}

/* By bytes, which is how ids are compared everywhere. */
static void
pages_follow_each_other_in_the_order_of_ids(void **state)
{
	static const char *const ids[] = { "b", "a", "B", "aa", "~", "1" };
	static const char *const sorted[] = { "1", "B", "a", "aa", "b", "~" };
	struct fixture *f = *state;
	struct authcode_stored_client page[2];
	const char *after = "";
	size_t count = 0, seen = 0;

	for (size_t i = 0; i < AC_ARRAY_SIZE(ids); i++)
		put(f, ids[i], 0, AUTHCODE_RESULT_DONE);
	do {
		assert_int_equal(
			authcode_store_list_clients(f->store, after, f->arena, page, 2, &count),
			AUTHCODE_OK);
		for (size_t i = 0; i < count; i++)
			assert_string_equal(page[i].id, sorted[seen++]);
		after = count > 0 ? page[count - 1].id : after;
	} while (count > 0);
	assert_int_equal(seen, AC_ARRAY_SIZE(ids));
	assert_int_equal(list_after(f, "aa").count, 2);
	assert_int_equal(list_after(f, "~").count, 0);
}

static void
a_list_without_memory_says_so(void **state)
{
	struct fixture *f = *state;
	struct authcode_stored_client clients[PAGE];
	struct authcode_arena *small = NULL;
	size_t count = 77;

	put(f, "wiki", 0, AUTHCODE_RESULT_DONE);
	assert_int_equal(authcode_arena_new(4, &small), AUTHCODE_OK);
	assert_int_equal(authcode_store_list_clients(f->store, "", small, clients, PAGE, &count),
			 AUTHCODE_ERR_MEMORY);
	authcode_arena_free(&small);
	assert_int_equal(count, 77);
}

static void
what_breaks_the_contract_is_refused(void **state)
{
	struct fixture *f = *state;
	const struct authcode_operation good = op_put_client(f, "wiki", 0);
	struct authcode_operation bad[6];

	for (size_t i = 0; i < AC_ARRAY_SIZE(bad); i++)
		bad[i] = good;
	bad[0].u.put_client.client_id = NULL;
	bad[1].u.put_client.client_id = "";
	bad[2].u.put_client.registration = NULL;
	bad[3].u.put_client.sealed_secret = NULL;
	bad[4].u.put_client.revision = -1;
	bad[5].now_ms = 0;
	for (size_t i = 0; i < AC_ARRAY_SIZE(bad); i++) {
		assert_int_equal(perform(f, &bad[i]), AUTHCODE_RESULT_FAILED);
		assert_int_equal(bad[i].err, AUTHCODE_ERR_USAGE);
	}
	assert_int_equal(list(f).count, 0);
}

/* --- the end of a client ------------------------------------------------------ */

static int64_t
code_for(struct fixture *f, int64_t session, const char *client)
{
	struct authcode_operation op = op_issue(f, session);

	op.u.issue_code.code.client_id = client;
	op.u.issue_code.remember = true;
	op.u.issue_code.consented_scope = "profile";
	op.u.issue_code.tell_logout = true;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	return op.u.issue_code.ret_code_id;
}

static struct authcode_delivery_view
only_delivery(struct fixture *f)
{
	struct authcode_delivery_view views[4];
	size_t count = 0;

	assert_int_equal(authcode_store_list_deliveries(f->store, INT64_MAX, 1000, f->arena, views,
							4, &count),
			 AUTHCODE_OK);
	assert_int_equal(count, 1);
	return views[0];
}

static void
what_it_got_until_its_end_is_dead(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f), late = code_for(f, session, "demo");
	struct tokens tokens = redeem(f, code_for(f, session, "demo"));
	struct authcode_operation robot = op_client_token(f), op;

	robot.u.issue_client_token.client_id = "demo";
	assert_int_equal(perform(f, &robot), AUTHCODE_RESULT_DONE);
	f->now = T0 + SECOND;
	end(f, "demo", 0);
	if (f->backend->durable)
		reopen_store(f);
	assert_int_equal(token_of(f, tokens.access).withdrawn_ms, T0 + SECOND);
	assert_int_equal(token_of(f, tokens.refresh).withdrawn_ms, T0 + SECOND);
	assert_int_equal(token_of(f, robot.u.issue_client_token.access.ret_id).withdrawn_ms,
			 T0 + SECOND);
	assert_int_equal(code_of(f, late).withdrawn_ms, T0 + SECOND);
	op = op_refresh(f, tokens.refresh, true);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_EXPIRED);
	op = op_redeem(f, late);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_EXPIRED);
	assert_int_equal(code_of(f, late).code.used_ms, 0);
	assert_int_equal(session_of(f, session).session.ended_ms, 0);
}

static void
what_it_gets_afterwards_lives(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	struct tokens tokens;

	end(f, "demo", 0);
	/* Of the same millisecond nobody can say which was first. */
	assert_int_equal(code_of(f, code_for(f, session, "demo")).withdrawn_ms, T0);
	f->now = T0 + 1;
	tokens = redeem(f, code_for(f, session, "demo"));
	assert_int_equal(token_of(f, tokens.access).withdrawn_ms, 0);
	/* A clock that was set back brings nothing to life. */
	f->now = T0 - DAY;
	end(f, "demo", 1);
	f->now = T0 + 1;
	assert_int_equal(token_of(f, tokens.access).withdrawn_ms, 0);
	f->now = T0 + 2;
	end(f, "demo", 2);
	assert_int_equal(token_of(f, tokens.access).withdrawn_ms, T0 + 2);
}

static void
an_ordinary_change_ends_nothing(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	struct tokens tokens = redeem(f, code_for(f, session, "demo"));
	struct authcode_delivery_view none[1];
	size_t count = 9;

	put(f, "demo", 0, AUTHCODE_RESULT_DONE);
	put(f, "demo", 1, AUTHCODE_RESULT_DONE);
	put(f, "demo", 1, AUTHCODE_RESULT_CONFLICT);
	remove_client(f, "demo", 1, AUTHCODE_RESULT_CONFLICT);
	assert_int_equal(token_of(f, tokens.access).withdrawn_ms, 0);
	assert_string_equal(granted_scope(f, session_of(f, session).subject.id, "demo"), "profile");
	assert_int_equal(authcode_store_list_deliveries(f->store, INT64_MAX, 1000, f->arena, none,
							1, &count),
			 AUTHCODE_OK);
	assert_int_equal(count, 0);
}

static void
other_clients_keep_theirs(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	int64_t subject = session_of(f, session).subject.id;
	struct tokens longer = redeem(f, code_for(f, session, "demo2"));
	struct tokens shorter = redeem(f, code_for(f, session, "dem"));
	struct tokens upper = redeem(f, code_for(f, session, "DEMO"));

	put(f, "demo", 0, AUTHCODE_RESULT_DONE);
	remove_client(f, "demo", 1, AUTHCODE_RESULT_DONE);
	assert_int_equal(token_of(f, longer.access).withdrawn_ms, 0);
	assert_int_equal(token_of(f, shorter.access).withdrawn_ms, 0);
	assert_int_equal(token_of(f, upper.access).withdrawn_ms, 0);
	assert_string_equal(granted_scope(f, subject, "demo2"), "profile");
}

static void
a_device_of_it_gets_nothing(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f), pending = new_device(f, 1), allowed = new_device(f, 2);
	struct authcode_operation op;

	allow_device(f, allowed, session);
	f->now = T0 + SECOND;
	end(f, "tv", 0);
	assert_int_equal(device_of(f, pending).withdrawn_ms, T0 + SECOND);
	assert_int_equal(device_of(f, allowed).withdrawn_ms, T0 + SECOND);
	op = op_redeem_device(f, allowed);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_EXPIRED);
	op = op_allow(f, pending, session);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_EXPIRED);
}

/* The sessions themselves go on, and have nothing more to tell it. */
static void
its_sessions_tell_it_of_its_end(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	struct authcode_delivery_view told;
	struct authcode_operation op;

	(void)code_for(f, session, "demo");
	f->now = T0 + SECOND;
	end(f, "demo", 0);
	told = only_delivery(f);
	assert_string_equal(told.delivery.client_id, "demo");
	assert_int_equal(told.delivery.session_id, session);
	assert_int_equal(told.delivery.next_ms, T0 + SECOND);
	assert_string_equal(told.subject.sub, "sub-ana");
	assert_int_equal(session_of(f, session).session.ended_ms, 0);
	op = op_end_session(f, session);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(only_delivery(f).delivery.id, told.delivery.id);
}

static void
every_session_tells_it_once_and_tells_the_others_later(void **state)
{
	struct fixture *f = *state;
	int64_t ana = sign_in(f), bob = sign_in_as(f, "bob", 1002, "sub-bob");
	struct authcode_delivery_view views[8];
	size_t count = 0;
	struct authcode_operation op;

	(void)code_for(f, ana, "demo");
	(void)code_for(f, ana, "demo");
	(void)code_for(f, ana, "other");
	(void)code_for(f, bob, "demo");
	put(f, "demo", 0, AUTHCODE_RESULT_DONE);
	remove_client(f, "demo", 1, AUTHCODE_RESULT_DONE);
	assert_int_equal(authcode_store_list_deliveries(f->store, INT64_MAX, 1000, f->arena, views,
							8, &count),
			 AUTHCODE_OK);
	assert_int_equal(count, 2);
	assert_string_equal(views[0].delivery.client_id, "demo");
	assert_string_equal(views[1].delivery.client_id, "demo");
	op = op_end_session(f, ana);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(authcode_store_list_deliveries(f->store, INT64_MAX, 1000, f->arena, views,
							8, &count),
			 AUTHCODE_OK);
	assert_int_equal(count, 3);
}

/* Who takes the id is another client, which nobody has consented to. */
static void
with_a_removal_consents_are_forgotten_and_nothing_comes_back(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	int64_t subject = session_of(f, session).subject.id;
	struct tokens tokens = redeem(f, code_for(f, session, "demo"));

	(void)code_for(f, session, "other");
	put(f, "demo", 0, AUTHCODE_RESULT_DONE);
	remove_client(f, "demo", 1, AUTHCODE_RESULT_DONE);
	assert_null(granted_scope(f, subject, "demo"));
	assert_string_equal(granted_scope(f, subject, "other"), "profile");
	f->now = T0 + SECOND;
	put(f, "demo", 2, AUTHCODE_RESULT_DONE);
	assert_int_equal(token_of(f, tokens.access).withdrawn_ms, T0 + SECOND);
	assert_null(granted_scope(f, subject, "demo"));
}

/* Deliveries need keys; without them nothing of the change is there. */
static void
an_end_that_cannot_be_told_changes_nothing(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	struct tokens tokens = redeem(f, code_for(f, session, "demo"));
	struct authcode_operation op = op_put_client(f, "demo", 0);

	op.u.put_client.end = true;
	f->script.broken = true;
	f->script.count = 1;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
	assert_int_equal(op.err, AUTHCODE_ERR_RANDOM);
	f->script.broken = false;
	assert_int_equal(list(f).count, 0);
	assert_int_equal(token_of(f, tokens.access).withdrawn_ms, 0);
}

static const struct contract_case cases[] = {
	CONTRACT_CASE(a_new_store_has_no_client),
	CONTRACT_CASE(what_was_put_is_listed_as_it_was),
	CONTRACT_CASE(a_change_keeps_when_it_was_added),
	CONTRACT_CASE(of_two_changes_of_one_state_the_second_conflicts),
	CONTRACT_CASE(a_removed_client_stays_listed_and_can_be_added_again),
	CONTRACT_CASE(pages_follow_each_other_in_the_order_of_ids),
	CONTRACT_CASE(a_list_without_memory_says_so),
	CONTRACT_CASE(what_breaks_the_contract_is_refused),
	CONTRACT_CASE(what_it_got_until_its_end_is_dead),
	CONTRACT_CASE(what_it_gets_afterwards_lives),
	CONTRACT_CASE(an_ordinary_change_ends_nothing),
	CONTRACT_CASE(other_clients_keep_theirs),
	CONTRACT_CASE(a_device_of_it_gets_nothing),
	CONTRACT_CASE(its_sessions_tell_it_of_its_end),
	CONTRACT_CASE(every_session_tells_it_once_and_tells_the_others_later),
	CONTRACT_CASE(with_a_removal_consents_are_forgotten_and_nothing_comes_back),
	CONTRACT_CASE(an_end_that_cannot_be_told_changes_nothing),
};

const struct contract_chapter contract_registration = { cases, AC_ARRAY_SIZE(cases) };
