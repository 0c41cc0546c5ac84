/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Another master key between a seal and its store (JW-10): what was sealed under the old
 * one is not stored, for it would never open again, and a client's secret is sealed anew.
 */
#include "tests/flow/keys_world.h"

#include <string.h>

#include <authcode/authcode.h>

#include "base/attr.h"

#define SECRET "0123456789-0123456789-0123456789-abc"

/* A store before which the master key is rotated when something of that kind comes. */
struct race {
	struct authcode_store store;
	struct authcode_store_ops ops;
	struct authcode_issuer *rotates;
	enum authcode_operation_kind kind;
	uint8_t key;    /* the next */
	unsigned times; /* that it is still rotated */
	unsigned refused;
};

static enum authcode_err
rotate(struct authcode_issuer *issuer, uint8_t key)
{
	uint8_t master_key[AUTHCODE_MASTER_KEY_LEN];

	memset(master_key, key, sizeof(master_key));
	return authcode_issuer_rotate_master_key(issuer, master_key, T0, &reason);
}

static void
race_submit(void *self, struct authcode_operation *operation)
{
	struct race *race = self;

	if (operation->kind == race->kind && race->times > 0) {
		race->times--;
		assert_int_equal(rotate(race->rotates, race->key++), AUTHCODE_OK);
	}
	store->ops->submit(store->self, operation);
	race->refused += operation->result == AUTHCODE_RESULT_OTHER_KEY;
}

static enum authcode_err
race_list_sealed(void *self, struct authcode_arena *into, struct authcode_sealed *ret,
		 size_t capacity, size_t *ret_count)
{
	(void)self;
	return authcode_store_list_sealed(store, into, ret, capacity, ret_count);
}

static enum authcode_err
race_list_keys(void *self, struct authcode_arena *into, struct authcode_signing_key *ret,
	       size_t capacity, size_t *ret_count)
{
	(void)self;
	return authcode_store_list_signing_keys(store, into, ret, capacity, ret_count);
}

static enum authcode_err
race_chain_audit(void *self, const struct authcode_audit_key *key)
{
	(void)self;
	return authcode_store_chain_audit(store, key);
}

/* An issuer on it, with keys. */
static struct authcode_issuer *
start(struct race *race, enum authcode_operation_kind kind)
{
	struct authcode_issuer_settings s = settings();
	struct authcode_issuer *issuer;

	*race = (struct race){
		.ops = { .submit = race_submit,
			 .list_signing_keys = race_list_keys,
			 .list_sealed = race_list_sealed,
			 .chain_audit = race_chain_audit },
		.kind = kind,
		.key = 8,
	};
	race->store = (struct authcode_store){ .ops = &race->ops, .self = race };
	s.store = &race->store;
	issuer = issuer_of(&s);
	tend(issuer, T0, AUTHCODE_KEYS_TEND);
	race->rotates = issuer;
	return issuer;
}

static struct authcode_operation
put(int64_t revision)
{
	return (struct authcode_operation){
		.kind = AUTHCODE_OP_PUT_CLIENT,
		.now_ms = T0,
		.u.put_client = { .client_id = "wiki",
				  .registration = "",
				  .revision = revision,
				  .changed_by = 1000 },
	};
}

/* The row of the only client; NULL: there is none. */
static const struct authcode_stored_client *
stored(void)
{
	static struct authcode_stored_client row;
	size_t count = 0;

	assert_int_equal(authcode_store_list_clients(store, "", arena, &row, 1, &count),
			 AUTHCODE_OK);
	return count == 1 ? &row : NULL;
}

static void
opens(const struct authcode_issuer *issuer)
{
	const char *secret = NULL;

	assert_int_equal(authcode_issuer_open_client_secret(issuer, "wiki", stored()->sealed_secret,
							    arena, &secret),
			 AUTHCODE_OK);
	assert_string_equal(secret, SECRET);
}

static void
a_secret_that_was_sealed_before_a_rotation_is_sealed_anew_behind_it(void **state)
{
	struct race race;
	struct authcode_issuer *issuer = start(&race, AUTHCODE_OP_PUT_CLIENT);

	(void)state;
	for (int64_t revision = 0; revision < 3; revision++) {
		struct authcode_operation op = put(revision);

		race.times = 1;
		race.refused = 0;
		assert_int_equal(authcode_issuer_put_client(issuer, SECRET, arena, &op),
				 AUTHCODE_OK);
		assert_int_equal(op.result, AUTHCODE_RESULT_DONE);
		assert_int_equal(race.refused, 1);
		assert_string_equal(op.u.put_client.sealed_secret, stored()->sealed_secret);
		opens(issuer);
	}
	assert_int_equal(rotate(issuer, 99), AUTHCODE_OK);
	opens(issuer);
	authcode_issuer_free(&issuer);
}

static void
a_key_that_is_rotated_all_the_time_gets_one_try_more_and_nothing_is_stored(void **state)
{
	struct race race;
	struct authcode_issuer *issuer = start(&race, AUTHCODE_OP_PUT_CLIENT);
	struct authcode_operation op = put(0);

	(void)state;
	race.times = 3;
	assert_int_equal(authcode_issuer_put_client(issuer, SECRET, arena, &op), AUTHCODE_OK);
	assert_int_equal(op.result, AUTHCODE_RESULT_OTHER_KEY);
	assert_int_equal(race.refused, 2);
	assert_int_equal(race.times, 1);
	assert_null(stored());
	authcode_issuer_free(&issuer);
}

/* Another process has rotated: to seal again would not help, for the key is not ours. */
static void
a_key_that_another_has_rotated_stores_no_secret(void **state)
{
	struct race race;
	struct authcode_issuer *issuer = start(&race, AUTHCODE_OP_PUT_CLIENT), *other;
	const struct authcode_issuer_settings s = settings();
	struct authcode_operation op = put(0);

	(void)state;
	other = issuer_of(&s);
	tend(other, T0, AUTHCODE_KEYS_TEND);
	assert_int_equal(rotate(other, 8), AUTHCODE_OK);
	assert_int_equal(authcode_issuer_put_client(issuer, SECRET, arena, &op), AUTHCODE_OK);
	assert_int_equal(op.result, AUTHCODE_RESULT_OTHER_KEY);
	assert_int_equal(race.refused, 2);
	assert_null(stored());
	authcode_issuer_free(&issuer);
	authcode_issuer_free(&other);
}

static void
a_client_without_a_sealed_secret_does_not_mind(void **state)
{
	struct race race;
	struct authcode_issuer *issuer = start(&race, AUTHCODE_OP_PUT_CLIENT);
	struct authcode_operation op = put(0);

	(void)state;
	race.times = 1;
	assert_int_equal(authcode_issuer_put_client(issuer, NULL, arena, &op), AUTHCODE_OK);
	assert_int_equal(op.result, AUTHCODE_RESULT_DONE);
	assert_int_equal(race.refused, 0);
	assert_string_equal(stored()->sealed_secret, "");
	authcode_issuer_free(&issuer);
}

static void
what_is_no_client_or_has_no_secret_that_can_be_sealed_is_not_performed(void **state)
{
	struct race race;
	struct authcode_issuer *issuer = start(&race, AUTHCODE_OP_PUT_CLIENT);
	struct authcode_operation op = put(0), other = put(0), nobody = put(0);

	(void)state;
	other.kind = AUTHCODE_OP_PUT_SECRET;
	nobody.u.put_client.client_id = NULL;
	assert_int_equal(authcode_issuer_put_client(issuer, SECRET, arena, &other),
			 AUTHCODE_ERR_USAGE);
	assert_int_equal(authcode_issuer_put_client(issuer, SECRET, arena, &nobody),
			 AUTHCODE_ERR_USAGE);
	assert_int_equal(authcode_issuer_put_client(issuer, "", arena, &op), AUTHCODE_ERR_LIMIT);
	assert_int_equal(op.result, AUTHCODE_RESULT_FAILED);
	assert_null(stored());
	authcode_issuer_free(&issuer);
}

static void
a_signing_key_under_a_key_that_another_has_rotated_is_not_stored(void **state)
{
	struct race race;
	struct authcode_issuer *issuer = start(&race, AUTHCODE_OP_ADD_SIGNING_KEY), *other;
	const struct authcode_issuer_settings s = settings();
	struct authcode_signing_key rows[AUTHCODE_MAX_KEYS];
	size_t before = 0, after = 0;

	(void)state;
	other = issuer_of(&s);
	tend(other, T0, AUTHCODE_KEYS_TEND);
	assert_int_equal(
		authcode_store_list_signing_keys(store, arena, rows, AUTHCODE_MAX_KEYS, &before),
		AUTHCODE_OK);
	race.rotates = other;
	race.times = 1;
	assert_int_equal(
		authcode_issuer_tend_keys(issuer, T0 + HOUR, AUTHCODE_KEYS_ROTATE, &reason),
		AUTHCODE_ERR_CRYPTO);
	assert_string_equal(reason.text, "the database was sealed under another master key by "
					 "somebody else: restart the server with that key");
	assert_int_equal(race.refused, 1);
	assert_int_equal(
		authcode_store_list_signing_keys(store, arena, rows, AUTHCODE_MAX_KEYS, &after),
		AUTHCODE_OK);
	assert_int_equal(after, before);
	tend(other, T0 + HOUR, AUTHCODE_KEYS_ROTATE);
	authcode_issuer_free(&issuer);
	authcode_issuer_free(&other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KEYS_TEST(a_secret_that_was_sealed_before_a_rotation_is_sealed_anew_behind_it),
		KEYS_TEST(
			a_key_that_is_rotated_all_the_time_gets_one_try_more_and_nothing_is_stored),
		KEYS_TEST(a_key_that_another_has_rotated_stores_no_secret),
		KEYS_TEST(a_client_without_a_sealed_secret_does_not_mind),
		KEYS_TEST(what_is_no_client_or_has_no_secret_that_can_be_sealed_is_not_performed),
		KEYS_TEST(a_signing_key_under_a_key_that_another_has_rotated_is_not_stored),
	};

	return cmocka_run_group_tests_name("resealed", tests, NULL, NULL);
}
