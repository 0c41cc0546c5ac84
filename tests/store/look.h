/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * All that is in a database, to be held against what was in it before.
 */
#ifndef TESTS_STORE_LOOK_H
#define TESTS_STORE_LOOK_H

#include <stdint.h>

#define LOOK_TABLES 32

/* As a new process finds it: of each table, in the order of their names, how many rows it
 * has; and one number made of every cell. */
struct look {
	int64_t rows[LOOK_TABLES];
	uint64_t cells;
};

struct look look(const char *path);

#endif
