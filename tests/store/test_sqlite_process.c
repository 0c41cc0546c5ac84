/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What a store changes in SQLite for the whole process: nothing, unless it is told that
 * nobody else there uses it. Each test is a process of its own.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"

/* What SQLite says it has while the store is open; -1: it does not open. */
static int64_t
counted_with_a_store(const char *path, bool owns_sqlite)
{
	const struct authcode_store_sqlite_settings settings = { .path = path,
								 .create = true,
								 .owns_sqlite = owns_sqlite };
	struct authcode_store *store = NULL;
	int64_t counted = -1;

	if (authcode_store_sqlite_open(&settings, &store, NULL) == AUTHCODE_OK)
		counted = sqlite3_memory_used();
	authcode_store_close(&store);
	return counted;
}

static bool
counts_after_an_open(const char *path)
{
	return counted_with_a_store(path, false) > 0;
}

static bool
counts_nothing_for_its_owner(const char *path)
{
	return counted_with_a_store(path, true) == 0;
}

/* SQLite takes the setting before its first use only. */
static bool
opens_for_who_comes_late(const char *path)
{
	sqlite3 *db = NULL;
	bool ok =
		sqlite3_open(":memory:", &db) == SQLITE_OK && counted_with_a_store(path, true) > 0;

	sqlite3_close(db);
	return ok;
}

static void
check_in_a_process(bool (*holds)(const char *path))
{
	char directory[64], path[96];
	int status = -1;
	pid_t child;

	make_directory(directory, sizeof(directory));
	snprintf(path, sizeof(path), "%s/authcode.db", directory);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(holds(path) ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	remove_directory(directory);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
sqlite_counts_its_memory_beside_other_users(void **state)
{
	(void)state;
	check_in_a_process(counts_after_an_open);
}

static void
sqlite_does_not_count_its_memory_for_its_owner(void **state)
{
	(void)state;
	check_in_a_process(counts_nothing_for_its_owner);
}

static void
a_store_opens_for_an_owner_who_comes_late(void **state)
{
	(void)state;
	check_in_a_process(opens_for_who_comes_late);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sqlite_counts_its_memory_beside_other_users),
		cmocka_unit_test(sqlite_does_not_count_its_memory_for_its_owner),
		cmocka_unit_test(a_store_opens_for_an_owner_who_comes_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
