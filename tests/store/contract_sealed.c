/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The contract on what is sealed under the master key: all of it is listed, and all of it
 * or nothing is sealed anew.
 */
#include "contract.h"

#include <string.h>

#include "base/attr.h"
#include "fixture.h"

#define ROWS 16

struct listed {
	struct authcode_sealed rows[ROWS];
	size_t count;
};

static struct listed
list(struct fixture *f)
{
	struct listed listed = { .count = 99 };

	assert_int_equal(
		authcode_store_list_sealed(f->store, f->arena, listed.rows, ROWS, &listed.count),
		AUTHCODE_OK);
	return listed;
}

static void
put(struct fixture *f, const char *name, const char *sealed, enum authcode_result result)
{
	struct authcode_operation op = { .kind = AUTHCODE_OP_PUT_SECRET, .now_ms = f->now };

	op.u.put_secret = (struct authcode_op_put_secret){ name, sealed };
	assert_int_equal(perform(f, &op), result);
}

static int64_t
add_key(struct fixture *f, const char *kid, const char *alg, int64_t newest_id)
{
	struct authcode_operation op = op_add_key(f, kid, alg, newest_id);

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	return op.u.add_signing_key.ret_key_id;
}

/* Two keys, one forgotten, and two secrets. */
static void
fill(struct fixture *f)
{
	struct authcode_operation op;
	int64_t first = add_key(f, "a", "RS256", 0);

	add_key(f, "b", "RS256", first);
	add_key(f, "c", "ES256", 0);
	op = op_forget_key(f, first);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	put(f, "sid", "s1", AUTHCODE_RESULT_DONE);
	put(f, "pairwise", "s2", AUTHCODE_RESULT_DONE);
}

static void
reseal(struct fixture *f, const struct listed *before, const char *const *after,
       enum authcode_result result)
{
	struct authcode_operation op = { .kind = AUTHCODE_OP_RESEAL, .now_ms = f->now };

	op.u.reseal = (struct authcode_op_reseal){ before->rows, after, before->count };
	assert_int_equal(perform(f, &op), result);
}

static const char *const fresh[ROWS] = { "n0", "n1", "n2", "n3", "n4", "n5" };

static void
an_empty_store_has_nothing_sealed(void **state)
{
	const struct listed none = { .count = 0 };

	assert_int_equal(list(*state).count, 0);
	reseal(*state, &none, NULL, AUTHCODE_RESULT_DONE);
}

static void
all_that_is_sealed_is_listed_by_place_and_name(void **state)
{
	static const struct authcode_sealed wanted[] = {
		{ AUTHCODE_SEALED_SIGNING_KEY, "ES256 c", "sealed" },
		{ AUTHCODE_SEALED_SIGNING_KEY, "RS256 b", "sealed" },
		{ AUTHCODE_SEALED_SECRET, "pairwise", "s2" },
		{ AUTHCODE_SEALED_SECRET, "sid", "s1" },
	};
	struct listed listed;

	fill(*state);
	listed = list(*state);
	assert_int_equal(listed.count, AC_ARRAY_SIZE(wanted));
	for (size_t i = 0; i < listed.count; i++) {
		assert_int_equal(listed.rows[i].place, wanted[i].place);
		assert_string_equal(listed.rows[i].name, wanted[i].name);
		assert_string_equal(listed.rows[i].sealed, wanted[i].sealed);
	}
}

static void
a_secret_is_kept_as_it_was_first_put(void **state)
{
	put(*state, "sid", "first", AUTHCODE_RESULT_DONE);
	put(*state, "sid", "second", AUTHCODE_RESULT_CONFLICT);
	assert_int_equal(list(*state).count, 1);
	assert_string_equal(list(*state).rows[0].sealed, "first");
}

static void
everything_is_sealed_anew_at_once(void **state)
{
	struct fixture *f = *state;
	struct listed before, after;

	fill(f);
	before = list(f);
	reseal(f, &before, fresh, AUTHCODE_RESULT_DONE);
	if (f->backend->durable)
		reopen_store(f);
	after = list(f);
	assert_int_equal(after.count, before.count);
	for (size_t i = 0; i < after.count; i++) {
		assert_string_equal(after.rows[i].name, before.rows[i].name);
		assert_string_equal(after.rows[i].sealed, fresh[i]);
	}
	reseal(f, &before, fresh, AUTHCODE_RESULT_CONFLICT); /* it is not so any more */
}

/* Whatever of it is not as it was seen: nothing is done. */
static void
what_has_changed_meanwhile_conflicts(void **state)
{
	struct fixture *f = *state;
	struct listed seen, spoilt;

	fill(f);
	seen = list(f);
	for (int how = 0; how < 6; how++) {
		spoilt = seen;
		switch (how) {
		case 0:
			spoilt.count--;
			break;
		case 1:
			spoilt.rows[spoilt.count++] = seen.rows[0];
			break;
		case 2:
			spoilt.rows[2].sealed = "other";
			break;
		case 3:
			spoilt.rows[3].name = "other";
			break;
		case 4:
			spoilt.rows[1].place = AUTHCODE_SEALED_SECRET;
			break;
		default:
			spoilt.rows[0] = seen.rows[1];
			spoilt.rows[1] = seen.rows[0];
			break;
		}
		reseal(f, &spoilt, fresh, AUTHCODE_RESULT_CONFLICT);
		assert_string_equal(list(f).rows[0].sealed, "sealed");
		assert_string_equal(list(f).rows[3].sealed, "s1");
	}
	put(f, "more", "s3", AUTHCODE_RESULT_DONE);
	reseal(f, &seen, fresh, AUTHCODE_RESULT_CONFLICT);
	assert_string_equal(list(f).rows[0].sealed, "sealed");
}

static void
what_cannot_be_sealed_is_refused(void **state)
{
	static const char *const holes[] = { "n0", "", "n2", "n3" };
	static const char *const gaps[] = { "n0", "n1", NULL, "n3" };
	struct fixture *f = *state;
	struct listed seen;
	struct authcode_operation op = { .kind = AUTHCODE_OP_PUT_SECRET, .now_ms = f->now };
	static const struct authcode_op_put_secret bad[] = {
		{ "", "s" }, { "n", "" }, { NULL, "s" }, { "n", NULL }
	};

	fill(f);
	seen = list(f);
	reseal(f, &seen, holes, AUTHCODE_RESULT_FAILED);
	reseal(f, &seen, gaps, AUTHCODE_RESULT_FAILED);
	reseal(f, &seen, NULL, AUTHCODE_RESULT_FAILED);
	for (size_t i = 0; i < AC_ARRAY_SIZE(bad); i++) {
		op.u.put_secret = bad[i];
		assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
	}
	assert_int_equal(list(f).count, seen.count);
	assert_string_equal(list(f).rows[0].sealed, "sealed");
}

static void
a_list_of_what_is_sealed_that_does_not_fit_is_refused(void **state)
{
	struct fixture *f = *state;
	struct authcode_sealed rows[3];
	size_t count = 77;

	fill(f);
	assert_int_equal(authcode_store_list_sealed(f->store, f->arena, rows, 3, &count),
			 AUTHCODE_ERR_LIMIT);
	assert_int_equal(count, 77);
}

/* Each of the operations that store something sealed, and no row more when refused. */
static void
stores(struct fixture *f, const char *sealed, bool good)
{
	const enum authcode_result wanted = good ? AUTHCODE_RESULT_DONE : AUTHCODE_RESULT_OTHER_KEY;
	const size_t before = list(f).count;
	struct authcode_operation key = op_add_key(f, sealed, "RS256", 0);
	struct authcode_operation client = op_put_client(f, sealed, 0);

	key.u.add_signing_key.alg = sealed;
	key.u.add_signing_key.sealed = sealed;
	client.u.put_client.sealed_secret = sealed;
	put(f, sealed, sealed, wanted);
	assert_int_equal(perform(f, &key), wanted);
	assert_int_equal(perform(f, &client), wanted);
	assert_int_equal(list(f).count, before + (good ? 3 : 0));
}

static void
what_is_sealed_under_another_master_key_is_not_stored(void **state)
{
	static const char *const others[] = {
		"k2.a", "k.a", "k11.a", "K1.a", "k1", "k1a.", ".k1."
	};
	struct fixture *f = *state;
	struct authcode_operation op;

	put(f, "sid", "k1.s", AUTHCODE_RESULT_DONE);
	for (size_t i = 0; i < AC_ARRAY_SIZE(others); i++)
		stores(f, others[i], false);
	stores(f, "k1.a", true);
	put(f, "sid", "k2.s", AUTHCODE_RESULT_OTHER_KEY);
	op = op_put_client(f, "k1.a", 1);
	op.u.put_client.sealed_secret = "k2.b";
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_OTHER_KEY);
	op.u.put_client.revision = 0;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_CONFLICT);
	op = op_put_client(f, "k1.a", 1); /* with nothing that is sealed */
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
}

static void
what_was_sealed_before_the_rest_was_sealed_anew_is_not_stored(void **state)
{
	static const char *const under_the_next[] = { "k2.0", "k2.1" };
	struct fixture *f = *state;
	struct listed before;

	put(f, "sid", "k1.s", AUTHCODE_RESULT_DONE);
	put(f, "pairwise", "k1.p", AUTHCODE_RESULT_DONE);
	before = list(f);
	reseal(f, &before, under_the_next, AUTHCODE_RESULT_DONE);
	if (f->backend->durable)
		reopen_store(f);
	stores(f, "k1.a", false);
	stores(f, "k2.a", true);
}

/* Texts had no name of their key once: they tell nothing, and are sealed anew some day. */
static void
beside_what_names_no_master_key_everything_is_stored(void **state)
{
	put(*state, "sid", "old", AUTHCODE_RESULT_DONE);
	stores(*state, "older", true);
	stores(*state, "k1.a", true);
	stores(*state, "k2.a", false);
	stores(*state, "olden", false);
}

static const struct contract_case cases[] = {
	CONTRACT_CASE(an_empty_store_has_nothing_sealed),
	CONTRACT_CASE(all_that_is_sealed_is_listed_by_place_and_name),
	CONTRACT_CASE(a_secret_is_kept_as_it_was_first_put),
	CONTRACT_CASE(everything_is_sealed_anew_at_once),
	CONTRACT_CASE(what_has_changed_meanwhile_conflicts),
	CONTRACT_CASE(what_cannot_be_sealed_is_refused),
	CONTRACT_CASE(what_is_sealed_under_another_master_key_is_not_stored),
	CONTRACT_CASE(what_was_sealed_before_the_rest_was_sealed_anew_is_not_stored),
	CONTRACT_CASE(beside_what_names_no_master_key_everything_is_stored),
	CONTRACT_CASE(a_list_of_what_is_sealed_that_does_not_fit_is_refused),
};

const struct contract_chapter contract_sealed = { cases, AC_ARRAY_SIZE(cases) };
