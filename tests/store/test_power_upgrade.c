/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The power goes at every call of an upgrade of the schema in turn. What is found opens,
 * and once it is open it is what an upgrade that nobody has disturbed makes of it.
 */
#include <stdio.h>
#include <string.h>

#include "golden.h"
#include "look.h"
#include "power_vfs.h"
#include "fixture.h"

#define IMAGES 2 /* of each loss */

static struct look
open_and_look(const char *path)
{
	struct authcode_store_sqlite_settings settings = { .path = path };
	struct authcode_store *store = NULL;
	struct authcode_reason reason = { .text = "" };
	struct look found;

	if (authcode_store_sqlite_open(&settings, &store, &reason) != AUTHCODE_OK)
		fail_msg("%s", reason.text);
	found = look(path);
	authcode_store_close(&store);
	return found;
}

static struct look
undisturbed(void)
{
	char directory[64], path[96];
	struct look whole;

	make_directory(directory, sizeof(directory));
	snprintf(path, sizeof(path), "%s/authcode.db", directory);
	restore_golden("001.sql", path);
	whole = open_and_look(path);
	remove_directory(directory);
	return whole;
}

/* False: it was upgraded before the nth call. */
static bool
lose_power(size_t nth, const struct look *whole)
{
	struct authcode_store_sqlite_settings settings = { .path = NULL };
	struct authcode_store *store = NULL;
	char directory[64], path[96], found[96];
	bool lost;

	make_directory(directory, sizeof(directory));
	snprintf(path, sizeof(path), "%s/authcode.db", directory);
	restore_golden("001.sql", path);
	power_begin(path, nth);
	settings.path = path;
	if (authcode_store_sqlite_open(&settings, &store, NULL) != AUTHCODE_OK)
		assert_true(power_is_lost());
	authcode_store_close(&store);
	lost = power_is_lost();
	power_fail();
	for (uint64_t i = 0; i < IMAGES; i++) {
		snprintf(found, sizeof(found), "%s/found-%u.db", directory, (unsigned)i);
		power_image(found, nth * IMAGES + i);
	}
	power_end();
	for (uint64_t i = 0; i < IMAGES; i++) {
		struct look is;

		snprintf(found, sizeof(found), "%s/found-%u.db", directory, (unsigned)i);
		is = open_and_look(found);
		assert_memory_equal(is.rows, whole->rows, sizeof(is.rows));
		assert_true(is.cells == whole->cells);
	}
	remove_directory(directory);
	return lost;
}

static void
a_loss_of_power_in_an_upgrade_loses_no_row(void **state)
{
	const struct look whole = undisturbed();
	size_t nth = 1;

	(void)state;
	while (lose_power(nth, &whole))
		nth++;
	print_message("# %zu calls\n", nth - 1);
	assert_in_range(nth, 40, 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_loss_of_power_in_an_upgrade_loses_no_row),
	};

	power_vfs_install();
	return cmocka_run_group_tests_name("power loss in an upgrade", tests, NULL, NULL);
}
