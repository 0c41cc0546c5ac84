/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/client_rows.h: what was read while the master key was rotated (JW-10) is read
 * again, so that no client is lost to the registry for it.
 */
#include "server/client_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <authcode/keys.h>

#define T0 INT64_C(1700000000000)
#define SECRET "0123456789-0123456789-0123456789-abc"

/* In front of another one: rotates the master key behind a list of clients. */
struct between {
	struct authcode_store store, *inner;
	struct authcode_store_ops ops;
	struct authcode_issuer *issuer;
	unsigned lists;
	unsigned rotations; /* that are still to come */
};

static enum authcode_err
list_clients(void *self, const char *after_id, struct authcode_arena *arena,
	     struct authcode_stored_client *ret, size_t capacity, size_t *ret_count)
{
	struct between *b = self;
	uint8_t key[AUTHCODE_MASTER_KEY_LEN] = { (uint8_t)(100 + b->lists++) };
	enum authcode_err err =
		authcode_store_list_clients(b->inner, after_id, arena, ret, capacity, ret_count);

	if (b->rotations > 0) {
		b->rotations--;
		assert_int_equal(authcode_issuer_rotate_master_key(b->issuer, key, T0, NULL),
				 AUTHCODE_OK);
	}
	return err;
}

static int
set_up(void **state)
{
	static struct between b;
	struct authcode_issuer_settings settings = { .issuer = "https://id.example",
						     .master_key = { 1 } };
	struct authcode_operation op = {
		.kind = AUTHCODE_OP_PUT_CLIENT,
		.now_ms = T0,
		.u.put_client = { .client_id = "wiki", .registration = "", .changed_by = 1000 },
	};
	struct authcode_arena *arena = NULL;

	b = (struct between){ .ops = { .list_clients = list_clients } };
	b.store = (struct authcode_store){ .ops = &b.ops, .self = &b };
	assert_int_equal(authcode_store_memory_open(NULL, &b.inner), AUTHCODE_OK);
	settings.store = b.inner;
	assert_int_equal(authcode_issuer_new(&settings, &b.issuer, NULL), AUTHCODE_OK);
	assert_int_equal(authcode_issuer_tend_keys(b.issuer, T0, AUTHCODE_KEYS_TEND, NULL),
			 AUTHCODE_OK);
	assert_int_equal(authcode_arena_new(0, &arena), AUTHCODE_OK);
	assert_int_equal(authcode_issuer_put_client(b.issuer, SECRET, arena, &op), AUTHCODE_OK);
	assert_int_equal(op.result, AUTHCODE_RESULT_DONE);
	authcode_arena_free(&arena);
	*state = &b;
	return 0;
}

static int
tear_down(void **state)
{
	struct between *b = *state;

	authcode_issuer_free(&b->issuer);
	authcode_store_close(&b->inner);
	return 0;
}

/* Read with so many rotations in between: is the secret known, and how often was it read? */
static void
reads(struct between *b, const struct authcode_issuer *issuer, bool opens, unsigned lists)
{
	struct ac_client_rows rows = { 0 };

	b->lists = 0;
	assert_int_equal(ac_client_rows_read(&rows, &b->store, issuer), AUTHCODE_OK);
	assert_int_equal(rows.count, 1);
	assert_string_equal(rows.rows[0].id, "wiki");
	assert_int_equal(b->lists, lists);
	if (opens) {
		assert_null(rows.stored[0].broken);
		assert_string_equal(rows.stored[0].secret, SECRET);
	} else {
		assert_null(rows.stored[0].secret);
		assert_non_null(strstr(rows.stored[0].broken, "another master key"));
	}
	ac_client_rows_clear(&rows);
}

static void
what_opens_is_read_once(void **state)
{
	struct between *b = *state;

	reads(b, b->issuer, true, 1);
}

static void
what_was_read_before_a_rotation_is_read_again_behind_it(void **state)
{
	struct between *b = *state;

	b->rotations = 1;
	reads(b, b->issuer, true, 2);
	reads(b, b->issuer, true, 1);
}

static void
what_does_not_open_the_second_time_either_is_broken(void **state)
{
	struct between *b = *state;
	const struct authcode_issuer_settings settings = { .issuer = "https://id.example",
							   .store = b->inner,
							   .master_key = { 9 } };
	struct authcode_issuer *other = NULL;

	assert_int_equal(authcode_issuer_new(&settings, &other, NULL), AUTHCODE_OK);
	reads(b, other, false, 2);
	authcode_issuer_free(&other);
	b->rotations = 2;
	reads(b, b->issuer, false, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_opens_is_read_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_was_read_before_a_rotation_is_read_again_behind_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_does_not_open_the_second_time_either_is_broken,
						set_up, tear_down),
	};

	return cmocka_run_group_tests_name("client_rows", tests, NULL, NULL);
}
