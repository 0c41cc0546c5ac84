/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The contract on signing keys: who is first with a rotation, that a kid names
 * one key for ever (JW-05, RFC 7517 §4.5), and what a forgotten key leaves.
 */
#include "contract.h"

#include <string.h>

#include "base/attr.h"
#include "fixture.h"

#define KEYS 64

struct listed {
	struct authcode_signing_key keys[KEYS];
	size_t count;
};

static struct listed
list(struct fixture *f)
{
	struct listed listed = { .count = 999 };

	assert_int_equal(authcode_store_list_signing_keys(f->store, f->arena, listed.keys, KEYS,
							  &listed.count),
			 AUTHCODE_OK);
	return listed;
}

static int64_t
add(struct fixture *f, const char *kid, const char *alg, int64_t newest_id)
{
	struct authcode_operation op = op_add_key(f, kid, alg, newest_id);

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_not_equal(op.u.add_signing_key.ret_key_id, 0);
	return op.u.add_signing_key.ret_key_id;
}

static void
conflict(struct fixture *f, const char *kid, const char *alg, int64_t newest_id)
{
	struct authcode_operation op = op_add_key(f, kid, alg, newest_id);
	size_t before = list(f).count;

	op.u.add_signing_key.ret_key_id = 5;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_CONFLICT);
	assert_int_equal(op.u.add_signing_key.ret_key_id, 0);
	assert_int_equal(list(f).count, before);
}

static void
forget(struct fixture *f, int64_t id, enum authcode_result result)
{
	struct authcode_operation op = op_forget_key(f, id);

	assert_int_equal(perform(f, &op), result);
}

static void
a_new_store_has_no_signing_key(void **state)
{
	assert_int_equal(list(*state).count, 0);
}

static void
what_was_added_is_listed_as_it_was(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation op = op_add_key(f, "kid-1", "RS256", 0);
	struct listed listed;

	op.u.add_signing_key.sealed = "the sealed part";
	op.u.add_signing_key.active_ms = T0 + 5;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	listed = list(f);
	assert_int_equal(listed.count, 1);
	assert_int_equal(listed.keys[0].id, op.u.add_signing_key.ret_key_id);
	assert_string_equal(listed.keys[0].kid, "kid-1");
	assert_string_equal(listed.keys[0].alg, "RS256");
	assert_string_equal(listed.keys[0].sealed, "the sealed part");
	assert_int_equal(listed.keys[0].created_ms, T0);
	assert_int_equal(listed.keys[0].active_ms, T0 + 5);
}

/* Also when the clock stands still or goes back. */
static void
ids_ascend_in_the_order_of_adding(void **state)
{
	struct fixture *f = *state;
	int64_t first = add(f, "a", "RS256", 0), second, third;
	struct listed listed;

	second = add(f, "b", "RS256", first);
	f->now -= DAY;
	third = add(f, "c", "RS256", second);
	assert_true(first < second && second < third);
	listed = list(f);
	assert_int_equal(listed.count, 3);
	assert_string_equal(listed.keys[0].kid, "a");
	assert_string_equal(listed.keys[1].kid, "b");
	assert_string_equal(listed.keys[2].kid, "c");
}

/* Two nodes that find a rotation due: the second has seen too little. */
static void
of_two_rotations_from_one_state_the_second_conflicts(void **state)
{
	struct fixture *f = *state;
	int64_t first = add(f, "a", "RS256", 0), second;

	conflict(f, "b", "RS256", 0);
	second = add(f, "b", "RS256", first);
	conflict(f, "c", "RS256", first);
	conflict(f, "c", "RS256", 0);
	conflict(f, "c", "RS256", second + 1);
	conflict(f, "c", "RS256", -1);
	add(f, "c", "RS256", second);
}

static void
algorithms_rotate_apart(void **state)
{
	struct fixture *f = *state;
	int64_t rsa = add(f, "a", "RS256", 0), ec = add(f, "b", "ES256", 0);

	conflict(f, "c", "ES256", rsa);
	conflict(f, "c", "RS256", ec);
	add(f, "c", "RS256", rsa);
	add(f, "d", "ES256", ec);
	/* Names of algorithms are case-sensitive (RFC 7515 §4.1.1). */
	add(f, "e", "rs256", 0);
}

static void
a_kid_is_never_given_twice(void **state)
{
	struct fixture *f = *state;
	int64_t first = add(f, "a", "RS256", 0), second;

	conflict(f, "a", "RS256", first);
	conflict(f, "a", "ES256", 0);
	second = add(f, "b", "RS256", first);
	forget(f, first, AUTHCODE_RESULT_DONE);
	conflict(f, "a", "RS256", second);
	conflict(f, "a", "ES256", 0);
	add(f, "A", "RS256", second); /* another kid */
}

static void
a_forgotten_key_is_listed_no_more(void **state)
{
	struct fixture *f = *state;
	int64_t first = add(f, "a", "RS256", 0);
	struct listed listed;

	add(f, "b", "RS256", first);
	forget(f, first, AUTHCODE_RESULT_DONE);
	f->now += DAY;
	forget(f, first, AUTHCODE_RESULT_DONE);
	listed = list(f);
	assert_int_equal(listed.count, 1);
	assert_string_equal(listed.keys[0].kid, "b");
}

/* Whoever adds the next names the newest that is left. */
static void
a_forgotten_key_is_not_the_newest_any_more(void **state)
{
	struct fixture *f = *state;
	int64_t first = add(f, "a", "RS256", 0), second = add(f, "b", "RS256", first);

	forget(f, second, AUTHCODE_RESULT_DONE);
	conflict(f, "c", "RS256", second);
	conflict(f, "c", "RS256", 0);
	forget(f, first, AUTHCODE_RESULT_DONE);
	assert_int_equal(list(f).count, 0);
	conflict(f, "c", "RS256", first);
	assert_true(add(f, "c", "RS256", 0) > second);
	conflict(f, "b", "RS256", 3);
}

static void
forget_for(struct fixture *f, int64_t id, int64_t successor_id, enum authcode_result result)
{
	struct authcode_operation op = op_forget_key(f, id);

	op.u.forget_signing_key.successor_id = successor_id;
	assert_int_equal(perform(f, &op), result);
}

static void
a_successor_signs_from_then_on(void **state)
{
	struct fixture *f = *state;
	int64_t first = add(f, "a", "RS256", 0), second = add(f, "b", "RS256", first);
	struct listed listed;

	f->now += HOUR;
	forget_for(f, first, second, AUTHCODE_RESULT_DONE);
	listed = list(f);
	assert_int_equal(listed.count, 1);
	assert_int_equal(listed.keys[0].id, second);
	assert_int_equal(listed.keys[0].active_ms, T0 + HOUR);
	/* One that signs already has its time. */
	f->now += 3 * DAY;
	first = add(f, "c", "RS256", second);
	forget_for(f, first, second, AUTHCODE_RESULT_DONE);
	assert_int_equal(list(f).keys[0].active_ms, T0 + HOUR);
}

static void
without_a_fit_successor_nothing_is_forgotten(void **state)
{
	struct fixture *f = *state;
	int64_t gone = add(f, "a", "RS256", 0), first = add(f, "b", "RS256", gone);
	int64_t other = add(f, "c", "ES256", 0);
	const int64_t unfit[] = { gone, first, other, -1, 77, INT64_MAX, INT64_MIN };

	forget(f, gone, AUTHCODE_RESULT_DONE);
	for (size_t i = 0; i < AC_ARRAY_SIZE(unfit); i++)
		forget_for(f, first, unfit[i], AUTHCODE_RESULT_CONFLICT);
	forget_for(f, 77, first, AUTHCODE_RESULT_NOT_FOUND);
	assert_int_equal(list(f).count, 2);
	assert_int_equal(list(f).keys[1].active_ms, T0 + DAY);
}

static void
stop(struct fixture *f, int64_t id, int64_t stopped_ms, enum authcode_result result)
{
	struct authcode_operation op = op_stop_key(f, id, stopped_ms);

	assert_int_equal(perform(f, &op), result);
}

static void
a_key_stops_and_starts_as_it_is_told(void **state)
{
	static const int64_t unknown[] = { 0, -1, 3, INT64_MAX, INT64_MIN };
	struct fixture *f = *state;
	int64_t first = add(f, "a", "RS256", 0), second = add(f, "b", "RS256", first);

	assert_int_equal(list(f).keys[0].stopped_ms, 0);
	stop(f, first, T0 + 7, AUTHCODE_RESULT_DONE);
	assert_int_equal(list(f).keys[0].stopped_ms, T0 + 7);
	assert_int_equal(list(f).keys[1].stopped_ms, 0);
	stop(f, first, 0, AUTHCODE_RESULT_DONE);
	assert_int_equal(list(f).keys[0].stopped_ms, 0);
	forget(f, second, AUTHCODE_RESULT_DONE);
	stop(f, second, T0, AUTHCODE_RESULT_NOT_FOUND);
	for (size_t i = 0; i < AC_ARRAY_SIZE(unknown); i++)
		stop(f, unknown[i], T0, AUTHCODE_RESULT_NOT_FOUND);
	assert_int_equal(list(f).count, 1);
}

static void
a_forgotten_private_part_is_nowhere_on_the_disk(void **state)
{
	static const char part[] = "a part that nobody is to find";
	struct fixture *f = *state;
	struct authcode_operation op = op_add_key(f, "a", "RS256", 0);

	if (!f->backend->durable)
		return;
	op.u.add_signing_key.sealed = part;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_true(on_disk(f, part));
	forget(f, op.u.add_signing_key.ret_key_id, AUTHCODE_RESULT_DONE);
	assert_false(on_disk(f, part));
}

static void
forgetting_what_is_unknown_finds_none(void **state)
{
	static const int64_t unknown[] = { 0, -1, 2, INT64_MAX, INT64_MIN };
	struct fixture *f = *state;

	add(f, "a", "RS256", 0);
	for (size_t i = 0; i < AC_ARRAY_SIZE(unknown); i++)
		forget(f, unknown[i], AUTHCODE_RESULT_NOT_FOUND);
	assert_int_equal(list(f).count, 1);
}

static void
no_purge_deletes_a_signing_key(void **state)
{
	struct fixture *f = *state;
	int64_t first = add(f, "a", "RS256", 0);
	struct authcode_operation op;
	int64_t second = add(f, "b", "RS256", first);

	forget(f, first, AUTHCODE_RESULT_DONE);
	f->now += 10000 * DAY;
	op = op_purge(f, AUTHCODE_PURGE_MAX);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(list(f).count, 1);
	conflict(f, "a", "RS256", second);
}

static void
a_list_that_does_not_fit_is_refused_whole(void **state)
{
	struct fixture *f = *state;
	struct authcode_signing_key keys[2];
	struct authcode_arena *small = NULL;
	size_t count = 77;

	add(f, "a", "RS256", 0);
	add(f, "b", "ES256", 0);
	assert_int_equal(authcode_store_list_signing_keys(f->store, f->arena, keys, 1, &count),
			 AUTHCODE_ERR_LIMIT);
	assert_int_equal(authcode_store_list_signing_keys(f->store, f->arena, keys, 0, &count),
			 AUTHCODE_ERR_LIMIT);
	assert_int_equal(authcode_arena_new(4, &small), AUTHCODE_OK);
	assert_int_equal(authcode_store_list_signing_keys(f->store, small, keys, 2, &count),
			 AUTHCODE_ERR_MEMORY);
	authcode_arena_free(&small);
	assert_int_equal(count, 77);
	assert_int_equal(authcode_store_list_signing_keys(f->store, f->arena, keys, 2, &count),
			 AUTHCODE_OK);
	assert_int_equal(count, 2);
}

static void
signing_keys_survive_where_the_store_is_durable(void **state)
{
	struct fixture *f = *state;
	int64_t first = add(f, "a", "RS256", 0), second;

	if (!f->backend->durable)
		return;
	second = add(f, "b", "RS256", first);
	forget(f, first, AUTHCODE_RESULT_DONE);
	reopen_store(f);
	assert_int_equal(list(f).count, 1);
	assert_string_equal(list(f).keys[0].kid, "b");
	assert_int_equal(list(f).keys[0].id, second);
	conflict(f, "a", "RS256", second);
}

static const struct contract_case cases[] = {
	CONTRACT_CASE(a_new_store_has_no_signing_key),
	CONTRACT_CASE(what_was_added_is_listed_as_it_was),
	CONTRACT_CASE(ids_ascend_in_the_order_of_adding),
	CONTRACT_CASE(of_two_rotations_from_one_state_the_second_conflicts),
	CONTRACT_CASE(algorithms_rotate_apart),
	CONTRACT_CASE(a_kid_is_never_given_twice),
	CONTRACT_CASE(a_forgotten_key_is_listed_no_more),
	CONTRACT_CASE(a_forgotten_key_is_not_the_newest_any_more),
	CONTRACT_CASE(a_successor_signs_from_then_on),
	CONTRACT_CASE(without_a_fit_successor_nothing_is_forgotten),
	CONTRACT_CASE(a_key_stops_and_starts_as_it_is_told),
	CONTRACT_CASE(a_forgotten_private_part_is_nowhere_on_the_disk),
	CONTRACT_CASE(forgetting_what_is_unknown_finds_none),
	CONTRACT_CASE(no_purge_deletes_a_signing_key),
	CONTRACT_CASE(a_list_that_does_not_fit_is_refused_whole),
	CONTRACT_CASE(signing_keys_survive_where_the_store_is_durable),
};

const struct contract_chapter contract_signing_keys = { cases, AC_ARRAY_SIZE(cases) };
