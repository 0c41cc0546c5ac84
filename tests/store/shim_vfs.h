/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A VFS in front of the system's, with places to look at what SQLite does to its
 * files and to do something else. SQLite has one default VFS per process, so a
 * program has one shim, and the shim is where its tests keep state of their own.
 */
#ifndef TESTS_STORE_SHIM_VFS_H
#define TESTS_STORE_SHIM_VFS_H

#include <stdbool.h>

#include <sqlite3.h>

struct shim_file {
	sqlite3_file base;
	int flags;           /* of its xOpen */
	void *own;           /* whatever opened puts there */
	sqlite3_file real[]; /* as large as the system's VFS wants it */
};

/* Each may be NULL. An answer that is not SQLITE_OK is the call's, and the system's
 * VFS does not see it. Called from any thread. */
struct shim_hooks {
	const char *name;
	bool never_syncs; /* a sync that a hook lets through is not the kernel's business */
	void (*opened)(struct shim_file *file, const char *name);
	int (*read)(struct shim_file *file);
	int (*write)(struct shim_file *file, const void *data, int len, sqlite3_int64 offset);
	int (*truncate)(struct shim_file *file, sqlite3_int64 size);
	int (*sync)(struct shim_file *file);
	int (*remove)(const char *name, bool sync_directory);
};

/* Makes it the default, for every database opened from now on; a second call does
 * nothing. */
void shim_vfs_install(const struct shim_hooks *hooks);

#endif
