/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * One file on a disk that may lose its power: what was synced, what was done to it
 * since, and what may be found of that afterwards (power_vfs.h says what may).
 */
#ifndef TESTS_STORE_POWER_FILE_H
#define TESTS_STORE_POWER_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "dice.h"

/* A write, or a truncation to offset (no data). */
struct change {
	size_t offset, len;
	unsigned char *data;
	bool cut; /* a truncation of which the image knows */
};

/* Begins as zeros. */
struct power_file {
	unsigned char *synced;
	size_t size;
	struct change *changes;
	size_t count, room;
};

void power_file_load(struct power_file *file, const char *path);
/* data NULL: a truncation. */
void power_file_change(struct power_file *file, size_t offset, const void *data, size_t len);
void power_file_sync(struct power_file *file);
void power_file_clear(struct power_file *file);

/* How lucky a loss of power is: mood 0 keeps nothing that was not synced, 4 all. */
struct fate {
	struct dice dice;
	size_t mood;
	bool rubbish;
};

/* Of count changes, how many have come to be. */
size_t fate_kept(struct fate *fate, size_t count);

/* What is found of it, into a new file. */
void power_file_image(struct power_file *file, const char *path, struct fate *fate);

#endif
