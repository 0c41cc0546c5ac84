/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The one world of login_world.h that a test has, made before it and stopped behind it.
 */
#ifndef AC_TESTS_ONE_WORLD_H
#define AC_TESTS_ONE_WORLD_H

#include "login_world.h"

extern struct world w;

/* cmocka setup, with the usual settings, not started and started; and teardown. */
int one_world_init(void **state);
int one_world_start(void **state);
int one_world_stop(void **state);

#define INIT_WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, one_world_init, one_world_stop)
#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, one_world_start, one_world_stop)

/* POST /login with the seal "txn:n": the id, "" when refused as busy. */
void enter_by(unsigned n, const char *browser, const char *user, char out[AC_LOGIN_LEN + 1]);

/* Long enough for the thread to do what it must not do. */
void pause_briefly(void);

#endif
