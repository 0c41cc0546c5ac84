/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A VFS in front of the system's whose reads, writes and syncs fail when told.
 * SQLite has one default VFS per process, so this is the one place of the tests
 * with state of its own.
 */
#ifndef TESTS_STORE_FAULTY_VFS_H
#define TESTS_STORE_FAULTY_VFS_H

#include <stdbool.h>
#include <stddef.h>

/* Makes it the default, for every database opened from now on. No sync reaches the
 * kernel, which outlives the tests. */
void faulty_vfs_install(void);

/* The call after nth - 1 good ones fails with code, and the times - 1 that
 * follow it. Only calls in the databases' and logs' files count: with SQLITE_FULL and
 * SQLITE_IOERR_WRITE writes, with SQLITE_IOERR_FSYNC syncs, else all of these and reads. */
void faulty_vfs_arm(size_t nth, size_t times, int code);

/* Stops failing. Did any call fail? */
bool faulty_vfs_disarm(void);

/* Syncs of a log since it was armed: one is one commit. */
size_t faulty_vfs_log_syncs(void);

#endif
