/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/state.h: only an empty directory is a first start.
 */
#include "server/state.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
	char dir[64];
	struct authcode_reason reason;
};

static int
set_up(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	(void)snprintf(place->dir, sizeof(place->dir), "/tmp/authcode-state.XXXXXX");
	*state = place;
	return mkdtemp(place->dir) == NULL ? -1 : 0;
}

static const char *
in(const struct place *place, const char *name)
{
	static char path[2][128];
	static int turn;

	turn = !turn;
	(void)snprintf(path[turn], sizeof(path[turn]), "%s/%s", place->dir, name);
	return path[turn];
}

static int
tear_down(void **state)
{
	static const char *const names[] = { "lock",        "master.key",      "master.key.new",
					     "authcode.db", "authcode.db-wal", "authcode.db-shm",
					     "other" };
	struct place *place = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(names); i++)
		(void)unlink(in(place, names[i]));
	(void)rmdir(place->dir);
	free(place);
	return 0;
}

static void
put(const struct place *place, const char *name, size_t len, mode_t mode)
{
	static const char data[64] = "0123456789012345678901234567890123456789";
	int fd = open(in(place, name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(close(fd), 0);
}

static void
refuse(struct place *place, const char *name)
{
	struct ac_state state;

	if (ac_state_open(place->dir, NULL, &state, &place->reason))
		fail_msg("%s: accepted", name);
	if (strncmp(place->reason.text, place->dir, strlen(place->dir)) != 0)
		fail_msg("%s: %s", name, place->reason.text);
}

static void
a_first_start_makes_a_key_that_lasts(void **context)
{
	struct place *place = *context;
	struct ac_state first, second;
	struct stat st;

	assert_true(ac_state_open(place->dir, NULL, &first, &place->reason));
	assert_true(first.fresh);
	put(place, "authcode.db", 10, 0600);
	assert_true(ac_state_settle(&first, &place->reason));
	assert_false(first.fresh);
	assert_int_equal(stat(in(place, "master.key"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_not_equal(stat(in(place, "master.key.new"), &st), 0);
	assert_false(ac_state_open(place->dir, NULL, &second, &place->reason)); /* the lock */
	assert_int_equal(close(first.lock_fd), 0);
	first.lock_fd = -1;
	assert_true(ac_state_open(place->dir, NULL, &second, &place->reason));
	assert_false(second.fresh);
	assert_memory_equal(first.master_key, second.master_key, sizeof(first.master_key));
	ac_state_close(&first);
	ac_state_close(&second);
	assert_int_equal(second.master_key[0] | second.master_key[31], 0);
}

static void
two_first_starts_have_two_keys(void **context)
{
	struct place *place = *context;
	struct ac_state a, b;

	assert_true(ac_state_open(place->dir, NULL, &a, &place->reason));
	assert_int_equal(close(a.lock_fd), 0);
	a.lock_fd = -1;
	assert_true(ac_state_open(place->dir, NULL, &b, &place->reason));
	assert_memory_not_equal(a.master_key, b.master_key, sizeof(a.master_key));
	ac_state_close(&a);
	ac_state_close(&b);
}

static void
a_first_start_cut_short_after_the_database_keeps_its_key(void **context)
{
	struct place *place = *context;
	struct ac_state state;

	put(place, "master.key.new", 32, 0600);
	put(place, "authcode.db", 10, 0600);
	assert_true(ac_state_open(place->dir, NULL, &state, &place->reason));
	assert_true(state.fresh);
	assert_memory_equal(state.master_key, "01234567890123456789012345678901", 32);
	assert_true(ac_state_settle(&state, &place->reason));
	ac_state_close(&state);
}

static void
half_a_state_is_refused(void **context)
{
	struct place *place = *context;

	put(place, "master.key", 32, 0600);
	refuse(place, "key alone");
	put(place, "authcode.db", 10, 0600);
	assert_int_equal(unlink(in(place, "master.key")), 0);
	refuse(place, "database alone");
	put(place, "master.key.new", 31, 0600);
	refuse(place, "half a new key beside a database");
	assert_int_equal(unlink(in(place, "master.key.new")), 0);
	put(place, "master.key", 31, 0600);
	refuse(place, "short key");
	put(place, "master.key", 33, 0600);
	refuse(place, "long key");
	put(place, "master.key", 0, 0600);
	refuse(place, "empty key");
}

static void
what_others_may_use_is_refused(void **context)
{
	static const char *const names[] = { "master.key", "authcode.db", "authcode.db-wal",
					     "authcode.db-shm", "master.key.new" };
	static const mode_t modes[] = { 0640, 0604, 0620, 0602, 0601, 0666 };
	struct place *place = *context;
	struct ac_state state;

	put(place, "master.key", 32, 0600);
	put(place, "authcode.db", 10, 0600);
	for (size_t i = 0; i < AC_ARRAY_SIZE(names); i++) {
		for (size_t k = 0; k < AC_ARRAY_SIZE(modes); k++) {
			put(place, names[i], 32, modes[k]);
			refuse(place, names[i]);
		}
		assert_int_equal(chmod(in(place, names[i]), 0600), 0);
	}
	assert_int_equal(chmod(place->dir, 0710), 0);
	refuse(place, "directory");
	assert_int_equal(chmod(place->dir, 0700), 0);
	assert_true(ac_state_open(place->dir, NULL, &state, &place->reason));
	ac_state_close(&state);
}

static void
links_are_refused(void **context)
{
	struct place *place = *context;

	put(place, "other", 32, 0600);
	put(place, "authcode.db", 10, 0600);
	assert_int_equal(symlink("other", in(place, "master.key")), 0);
	refuse(place, "key");
	assert_int_equal(unlink(in(place, "master.key")), 0);
	assert_int_equal(unlink(in(place, "authcode.db")), 0);
	assert_int_equal(symlink("other", in(place, "authcode.db")), 0);
	put(place, "master.key", 32, 0600);
	refuse(place, "database");
	assert_int_equal(unlink(in(place, "authcode.db")), 0);
	assert_int_equal(symlink("nowhere", in(place, "authcode.db")), 0);
	refuse(place, "dangling database");
}

int
main(void)
{
#define STATE_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		STATE_TEST(a_first_start_makes_a_key_that_lasts),
		STATE_TEST(two_first_starts_have_two_keys),
		STATE_TEST(a_first_start_cut_short_after_the_database_keeps_its_key),
		STATE_TEST(half_a_state_is_refused),
		STATE_TEST(what_others_may_use_is_refused),
		STATE_TEST(links_are_refused),
	};

	return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
