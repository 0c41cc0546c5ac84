/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * SQL on a database file past the store, and past a VFS that a test has put under it: as
 * another process would.
 */
#ifndef TESTS_STORE_RAW_SQL_H
#define TESTS_STORE_RAW_SQL_H

#include <stdint.h>

/* Makes the file if there is none, for its owner alone; returns how many rows it has changed. */
int64_t execute(const char *path, const char *sql);

/* The first column of the first row. */
int64_t number(const char *path, const char *sql);

#endif
