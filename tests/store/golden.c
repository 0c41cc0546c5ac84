/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See golden.h.
 */
#include "golden.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <sqlite3.h>

#include "fixture.h"

static char *
read_whole(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;
	ssize_t len;

	if (file == NULL)
		fail_msg("%s is not there", path);
	len = getdelim(&text, &size, '\0', file);
	fclose(file);
	assert_true(len > 0);
	return text;
}

void
restore_golden(const char *name, const char *path)
{
	const char *top = getenv("top_srcdir");
	char from[512];
	char *text, *why = NULL;
	sqlite3 *db = NULL;

	snprintf(from, sizeof(from), "%s/tests/store/golden/%s", top != NULL ? top : ".", name);
	text = read_whole(from);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, text, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", from, why);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	assert_int_equal(chmod(path, 0600), 0);
	free(text);
}
