/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * protocol/client_sealed.c: a secret that is kept by itself opens for its client, its
 * issuer and its master key, and for nothing else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <authcode/authcode.h>

#include "base/attr.h"
#include "protocol/client_sealed.h"

#define SECRET "0123456789-0123456789-0123456789-abc"

struct world {
	struct authcode_store *store;
	struct authcode_arena *arena;
	struct authcode_issuer *issuer, *other_url, *other_key;
};

static struct authcode_issuer *
issuer_of(struct authcode_store *store, const char *url, uint8_t key)
{
	const struct authcode_issuer_settings settings = { .issuer = url,
							   .store = store,
							   .master_key = { key } };
	struct authcode_issuer *issuer = NULL;

	assert_int_equal(authcode_issuer_new(&settings, &issuer, NULL), AUTHCODE_OK);
	return issuer;
}

static int
set_up(void **state)
{
	static struct world world;

	assert_int_equal(authcode_store_memory_open(NULL, &world.store), AUTHCODE_OK);
	assert_int_equal(authcode_arena_new(1 << 20, &world.arena), AUTHCODE_OK);
	world.issuer = issuer_of(world.store, "https://id.example", 1);
	world.other_url = issuer_of(world.store, "https://id.example/a", 1);
	world.other_key = issuer_of(world.store, "https://id.example", 2);
	*state = &world;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *world = *state;

	authcode_issuer_free(&world->issuer);
	authcode_issuer_free(&world->other_url);
	authcode_issuer_free(&world->other_key);
	authcode_arena_free(&world->arena);
	authcode_store_close(&world->store);
	return 0;
}

static const char *
seal(struct world *world, const char *id, const char *secret)
{
	const char *sealed = NULL;

	assert_int_equal(ac_client_secret_seal(world->issuer, id, secret, world->arena, &sealed),
			 AUTHCODE_OK);
	assert_null(strstr(sealed, secret));
	return sealed;
}

static void
what_was_sealed_opens(void **state)
{
	struct world *world = *state;
	const char *first = seal(world, "wiki", SECRET), *again = seal(world, "wiki", SECRET);
	const char *secret = NULL;

	assert_string_not_equal(first, again);
	assert_int_equal(authcode_issuer_open_client_secret(world->issuer, "wiki", first,
							    world->arena, &secret),
			 AUTHCODE_OK);
	assert_string_equal(secret, SECRET);
}

static void
nothing_else_opens_it(void **state)
{
	struct world *world = *state;
	const char *sealed = seal(world, "wiki", SECRET);
	const struct {
		const char *name;
		const struct authcode_issuer *issuer;
		const char *id, *sealed;
	} rows[] = {
		{ "another client", world->issuer, "wik", sealed },
		{ "a longer name", world->issuer, "wiki ", sealed },
		{ "another issuer", world->other_url, "wiki", sealed },
		{ "another master key", world->other_key, "wiki", sealed },
		{ "cut off", world->issuer, "wiki", sealed + 1 },
		{ "no base64url", world->issuer, "wiki", "!" },
		{ "nothing", world->issuer, "wiki", "" },
	};

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const char *secret = NULL;

		if (authcode_issuer_open_client_secret(rows[i].issuer, rows[i].id, rows[i].sealed,
						       world->arena,
						       &secret) != AUTHCODE_ERR_CRYPTO ||
		    secret != NULL)
			fail_msg("%s", rows[i].name);
	}
}

static void
what_is_no_secret_is_not_sealed(void **state)
{
	struct world *world = *state;
	const char *sealed = NULL;
	static char longest[514];

	memset(longest, 'x', 513);
	assert_int_equal(ac_client_secret_seal(world->issuer, "wiki", "", world->arena, &sealed),
			 AUTHCODE_ERR_LIMIT);
	assert_int_equal(
		ac_client_secret_seal(world->issuer, "wiki", longest, world->arena, &sealed),
		AUTHCODE_ERR_LIMIT);
	assert_null(sealed);
}

static void
without_memory_nothing_is_returned(void **state)
{
	struct world *world = *state;
	const char *sealed = seal(world, "wiki", SECRET), *none = NULL;
	struct authcode_arena *small = NULL;

	assert_int_equal(authcode_arena_new(8, &small), AUTHCODE_OK);
	assert_int_equal(ac_client_secret_seal(world->issuer, "wiki", SECRET, small, &none),
			 AUTHCODE_ERR_MEMORY);
	assert_int_equal(
		authcode_issuer_open_client_secret(world->issuer, "wiki", sealed, small, &none),
		AUTHCODE_ERR_MEMORY);
	assert_null(none);
	authcode_arena_free(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_sealed_opens),
		cmocka_unit_test(nothing_else_opens_it),
		cmocka_unit_test(what_is_no_secret_is_not_sealed),
		cmocka_unit_test(without_memory_nothing_is_returned),
	};

	return cmocka_run_group_tests_name("client_sealed", tests, set_up, tear_down);
}
