/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A disk that loses its power. It remembers of one database and its log what was
 * synced, and what was done since; at a call that the test has chosen everything
 * stops, and nothing that SQLite does after it counts. What is found on the disk
 * then is what POSIX and a drive promise, and no more:
 *
 * - what fsync has reported done is there;
 * - of what was not, every sector of 512 bytes has the content that any of its
 *   writes has left, whatever became of the sectors beside it, and one sector may
 *   be torn in the midst of such a write. Bytes that no write has touched stay as
 *   they are, which SQLite takes for granted (SQLITE_IOCAP_POWERSAFE_OVERWRITE);
 * - a truncation has happened or not, for the whole of the file;
 * - the size is any that the file has had since, and what lies between the old and
 *   a greater one without having been written is zeros or rubbish;
 * - a file that was made or deleted is there or not, until its directory is synced:
 *   SQLite does that with the first sync of a log that it has made;
 * - the index of the log is shared memory and gone.
 */
#ifndef TESTS_STORE_POWER_VFS_H
#define TESTS_STORE_POWER_VFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Makes it the default, for every database opened from now on; no sync of theirs
 * reaches the kernel. */
void power_vfs_install(void);

/* The database at path, which nobody has open, and its log are all on the disk. Its nth write,
 * truncation, sync or deletion from now on is begun and not finished. */
void power_begin(const char *path, size_t nth);

/* Now, if it was not lost yet. */
void power_fail(void);

bool power_is_lost(void);

/* Calls that have counted. */
size_t power_calls(void);

/* What is on the disk, as a database at path; the same from the same seed. */
void power_image(const char *path, uint64_t seed);

/* Forgets the disk. */
void power_end(void);

#endif
