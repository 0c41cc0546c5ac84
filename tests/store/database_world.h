/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What the tests of <authcode/database.h> share: a store that is open with a little of
 * everything in it, and the path of a copy beside it.
 */
#ifndef TESTS_STORE_DATABASE_WORLD_H
#define TESTS_STORE_DATABASE_WORLD_H

#include "fixture.h"

struct world {
	struct fixture *f;
	char copy[96];
	struct tokens tokens;
	int64_t open_code, session;
};

/* cmocka setup and teardown; the state is the world. */
int database_set_up(void **state);
int database_tear_down(void **state);

#define DATABASE_TEST(function)                                                                    \
	cmocka_unit_test_setup_teardown(function, database_set_up, database_tear_down)

/* An empty file of ours. */
void make_file(const char *path);

/* world->copy, as authcode_database_copy() makes it. */
void copy(struct world *world);

#endif
