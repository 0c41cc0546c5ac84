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
#include "tests/flow/race_store.h"

#define SECRET "0123456789-0123456789-0123456789-abc"

/* Of the master key, before something of a kind is stored. */
struct rotation {
	struct race race;
	struct authcode_issuer *issuer;
	uint8_t key; /* the next */
};

static enum authcode_err
rotate(struct authcode_issuer *issuer, uint8_t key)
{
	uint8_t master_key[AUTHCODE_MASTER_KEY_LEN];

	memset(master_key, key, sizeof(master_key));
	return authcode_issuer_rotate_master_key(issuer, master_key, T0, &reason);
}

static void
rotate_first(void *arg)
{
	struct rotation *rotation = arg;

	assert_int_equal(rotate(rotation->issuer, rotation->key++), AUTHCODE_OK);
}

/* An issuer before whose store it rotates, with keys. */
static struct authcode_issuer *
start(struct rotation *rotation, enum authcode_operation_kind kind)
{
	struct authcode_issuer_settings s = settings();

	race_init(&rotation->race, kind, rotate_first, rotation);
	s.store = &rotation->race.store;
	rotation->issuer = issuer_of(&s);
	rotation->key = 8;
	tend(rotation->issuer, T0, AUTHCODE_KEYS_TEND);
	return rotation->issuer;
}

/* How often something was not stored, for it was sealed under another key. */
static unsigned
refused(const struct rotation *rotation)
{
	return rotation->race.results[AUTHCODE_RESULT_OTHER_KEY];
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
	struct rotation rotation;
	struct authcode_issuer *issuer = start(&rotation, AUTHCODE_OP_PUT_CLIENT);

	(void)state;
	for (int64_t revision = 0; revision < 3; revision++) {
		struct authcode_operation op = put(revision);

		rotation.race.times = 1;
		rotation.race.results[AUTHCODE_RESULT_OTHER_KEY] = 0;
		assert_int_equal(authcode_issuer_put_client(issuer, SECRET, arena, &op),
				 AUTHCODE_OK);
		assert_int_equal(op.result, AUTHCODE_RESULT_DONE);
		assert_int_equal(refused(&rotation), 1);
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
	struct rotation rotation;
	struct authcode_issuer *issuer = start(&rotation, AUTHCODE_OP_PUT_CLIENT);
	struct authcode_operation op = put(0);

	(void)state;
	rotation.race.times = 3;
	assert_int_equal(authcode_issuer_put_client(issuer, SECRET, arena, &op), AUTHCODE_OK);
	assert_int_equal(op.result, AUTHCODE_RESULT_OTHER_KEY);
	assert_int_equal(refused(&rotation), 2);
	assert_int_equal(rotation.race.times, 1);
	assert_null(stored());
	authcode_issuer_free(&issuer);
}

/* Another process has rotated: to seal again would not help, for the key is not ours. */
static void
a_key_that_another_has_rotated_stores_no_secret(void **state)
{
	struct rotation rotation;
	struct authcode_issuer *issuer = start(&rotation, AUTHCODE_OP_PUT_CLIENT), *other;
	const struct authcode_issuer_settings s = settings();
	struct authcode_operation op = put(0);

	(void)state;
	other = issuer_of(&s);
	tend(other, T0, AUTHCODE_KEYS_TEND);
	assert_int_equal(rotate(other, 8), AUTHCODE_OK);
	assert_int_equal(authcode_issuer_put_client(issuer, SECRET, arena, &op), AUTHCODE_OK);
	assert_int_equal(op.result, AUTHCODE_RESULT_OTHER_KEY);
	assert_int_equal(refused(&rotation), 2);
	assert_null(stored());
	authcode_issuer_free(&issuer);
	authcode_issuer_free(&other);
}

static void
a_client_without_a_sealed_secret_does_not_mind(void **state)
{
	struct rotation rotation;
	struct authcode_issuer *issuer = start(&rotation, AUTHCODE_OP_PUT_CLIENT);
	struct authcode_operation op = put(0);

	(void)state;
	rotation.race.times = 1;
	assert_int_equal(authcode_issuer_put_client(issuer, NULL, arena, &op), AUTHCODE_OK);
	assert_int_equal(op.result, AUTHCODE_RESULT_DONE);
	assert_int_equal(refused(&rotation), 0);
	assert_string_equal(stored()->sealed_secret, "");
	authcode_issuer_free(&issuer);
}

static void
what_is_no_client_or_has_no_secret_that_can_be_sealed_is_not_performed(void **state)
{
	struct rotation rotation;
	struct authcode_issuer *issuer = start(&rotation, AUTHCODE_OP_PUT_CLIENT);
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
	struct rotation rotation;
	struct authcode_issuer *issuer = start(&rotation, AUTHCODE_OP_ADD_SIGNING_KEY), *other;
	const struct authcode_issuer_settings s = settings();
	struct authcode_signing_key rows[AUTHCODE_MAX_KEYS];
	size_t before = 0, after = 0;

	(void)state;
	other = issuer_of(&s);
	tend(other, T0, AUTHCODE_KEYS_TEND);
	assert_int_equal(
		authcode_store_list_signing_keys(store, arena, rows, AUTHCODE_MAX_KEYS, &before),
		AUTHCODE_OK);
	rotation.issuer = other;
	rotation.race.times = 1;
	assert_int_equal(
		authcode_issuer_tend_keys(issuer, T0 + HOUR, AUTHCODE_KEYS_ROTATE, &reason),
		AUTHCODE_ERR_CRYPTO);
	assert_string_equal(reason.text, "the database was sealed under another master key by "
					 "somebody else: restart the server with that key");
	assert_int_equal(refused(&rotation), 1);
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
