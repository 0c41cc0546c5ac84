/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See power_vfs.h.
 */
#include "power_vfs.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "power_file.h"
#include "shim_vfs.h"

#define FILES_MAX 64
#define NAMES_MAX 8 /* its log, and copies of before an upgrade */

/* A name in the directory: whose it is on the disk, and who has had it since; NULL: nobody. */
struct name {
	char path[128];
	struct power_file *synced;
	struct power_file *since[FILES_MAX];
	size_t count;
};

static struct {
	pthread_mutex_t mutex;
	bool begun, lost;
	size_t calls, nth;
	char path[128];
	struct power_file files[FILES_MAX];
	size_t file_count;
	struct name names[NAMES_MAX];
	size_t name_count;
} disk = { .mutex = PTHREAD_MUTEX_INITIALIZER };

/* --- the directory ---------------------------------------------------------- */

static struct power_file *
new_file(void)
{
	if (disk.file_count == FILES_MAX)
		abort();
	return &disk.files[disk.file_count++];
}

/* NULL: not one of the database's. */
static struct name *
find_name(const char *path)
{
	struct name *name = &disk.names[disk.name_count];

	if (!disk.begun || strncmp(path, disk.path, strlen(disk.path)) != 0)
		return NULL;
	for (size_t i = 0; i < disk.name_count; i++)
		if (strcmp(disk.names[i].path, path) == 0)
			return &disk.names[i];
	if (disk.name_count == NAMES_MAX)
		abort();
	disk.name_count++;
	snprintf(name->path, sizeof(name->path), "%s", path);
	return name;
}

static struct power_file *
holder(const struct name *name)
{
	return name->count == 0 ? name->synced : name->since[name->count - 1];
}

static void
give_name(struct name *name, struct power_file *content)
{
	if (name->count == FILES_MAX)
		abort();
	name->since[name->count++] = content;
}

static void
sync_directory(void)
{
	for (size_t i = 0; i < disk.name_count; i++) {
		disk.names[i].synced = holder(&disk.names[i]);
		disk.names[i].count = 0;
	}
}

/* --- what SQLite does ------------------------------------------------------- */

/* Is this the call in which it ends? What such a call has begun may be on the disk. */
static int
count_call(void)
{
	disk.lost = ++disk.calls >= disk.nth;
	return disk.lost ? SQLITE_IOERR : SQLITE_OK;
}

static void
opened(struct shim_file *file, const char *path)
{
	struct name *name;

	pthread_mutex_lock(&disk.mutex);
	name = find_name(path);
	if (name != NULL) {
		if (holder(name) == NULL)
			give_name(name, new_file());
		file->own = holder(name);
	}
	pthread_mutex_unlock(&disk.mutex);
}

static int
change(struct shim_file *file, size_t offset, const void *data, size_t len)
{
	int rc = SQLITE_OK;

	pthread_mutex_lock(&disk.mutex);
	if (disk.begun && file->own != NULL) {
		if (!disk.lost) {
			power_file_change(file->own, offset, data, len);
			rc = count_call();
		} else {
			rc = SQLITE_IOERR;
		}
	}
	pthread_mutex_unlock(&disk.mutex);
	return rc;
}

static int
write_some(struct shim_file *file, const void *data, int len, sqlite3_int64 offset)
{
	return change(file, (size_t)offset, data, (size_t)len) == SQLITE_OK ? SQLITE_OK
									    : SQLITE_IOERR_WRITE;
}

static int
truncate_to(struct shim_file *file, sqlite3_int64 size)
{
	return change(file, (size_t)size, NULL, 0) == SQLITE_OK ? SQLITE_OK : SQLITE_IOERR_TRUNCATE;
}

static int
sync_file(struct shim_file *file)
{
	const int log = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;
	int rc = SQLITE_OK;

	pthread_mutex_lock(&disk.mutex);
	if (disk.begun && file->own != NULL) {
		rc = disk.lost ? SQLITE_IOERR : count_call();
		if (rc == SQLITE_OK)
			power_file_sync(file->own);
		/* As unixSync() of SQLite's os_unix.c, for whoever may have made it. */
		if (rc == SQLITE_OK && (file->flags & log) != 0 &&
		    (file->flags & SQLITE_OPEN_CREATE) != 0) {
			file->flags &= ~SQLITE_OPEN_CREATE;
			sync_directory();
		}
	}
	pthread_mutex_unlock(&disk.mutex);
	return rc == SQLITE_OK ? SQLITE_OK : SQLITE_IOERR_FSYNC;
}

static int
remove_file(const char *path, bool synced)
{
	struct name *name;
	int rc = SQLITE_OK;

	pthread_mutex_lock(&disk.mutex);
	name = find_name(path);
	if (name != NULL && disk.lost) {
		rc = SQLITE_IOERR;
	} else if (name != NULL && holder(name) != NULL) {
		give_name(name, NULL);
		rc = count_call();
		if (rc == SQLITE_OK && synced)
			sync_directory();
	}
	pthread_mutex_unlock(&disk.mutex);
	return rc == SQLITE_OK ? SQLITE_OK : SQLITE_IOERR_DELETE;
}

static const struct shim_hooks hooks = {
	.name = "power",
	.never_syncs = true,
	.opened = opened,
	.read = NULL,
	.write = write_some,
	.truncate = truncate_to,
	.sync = sync_file,
	.remove = remove_file,
};

void
power_image(const char *path, uint64_t seed)
{
	struct fate fate = { .dice = { .seed = seed }, .mood = 0, .rubbish = false };
	char target[256];

	fate.mood = dice_below(&fate.dice, 5);
	fate.rubbish = dice_below(&fate.dice, 2) == 0;
	pthread_mutex_lock(&disk.mutex);
	for (size_t i = 0; i < disk.name_count; i++) {
		const struct name *name = &disk.names[i];
		size_t since = fate_kept(&fate, name->count);
		struct power_file *file = since == 0 ? name->synced : name->since[since - 1];

		snprintf(target, sizeof(target), "%s%s", path, name->path + strlen(disk.path));
		if (file != NULL)
			power_file_image(file, target, &fate);
	}
	pthread_mutex_unlock(&disk.mutex);
}

/* --- a life of the disk ----------------------------------------------------- */

void
power_vfs_install(void)
{
	shim_vfs_install(&hooks);
}

static void
adopt(const char *path)
{
	struct name *name = find_name(path);

	name->synced = new_file();
	power_file_load(name->synced, path);
}

void
power_begin(const char *path, size_t nth)
{
	char log[sizeof(disk.path) + 8];

	pthread_mutex_lock(&disk.mutex);
	if (disk.begun)
		abort();
	disk.begun = true;
	disk.lost = false;
	disk.calls = 0;
	disk.nth = nth;
	snprintf(disk.path, sizeof(disk.path), "%s", path);
	adopt(path);
	snprintf(log, sizeof(log), "%s-wal", path);
	if (access(log, F_OK) == 0)
		adopt(log);
	pthread_mutex_unlock(&disk.mutex);
}

void
power_fail(void)
{
	pthread_mutex_lock(&disk.mutex);
	disk.lost = true;
	pthread_mutex_unlock(&disk.mutex);
}

bool
power_is_lost(void)
{
	bool lost;

	pthread_mutex_lock(&disk.mutex);
	lost = disk.lost;
	pthread_mutex_unlock(&disk.mutex);
	return lost;
}

size_t
power_calls(void)
{
	size_t calls;

	pthread_mutex_lock(&disk.mutex);
	calls = disk.calls;
	pthread_mutex_unlock(&disk.mutex);
	return calls;
}

void
power_end(void)
{
	pthread_mutex_lock(&disk.mutex);
	for (size_t i = 0; i < disk.file_count; i++)
		power_file_clear(&disk.files[i]);
	memset(disk.names, 0, sizeof(disk.names));
	disk.file_count = 0;
	disk.name_count = 0;
	disk.begun = false;
	pthread_mutex_unlock(&disk.mutex);
}
