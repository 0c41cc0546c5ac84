/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See faulty_vfs.h.
 */
#include "faulty_vfs.h"

#include <pthread.h>

#include "shim_vfs.h"

static struct {
	pthread_mutex_t mutex;
	bool armed;
	bool failed;
	size_t calls, nth, times, log_syncs;
	int code;
} plan = { .mutex = PTHREAD_MUTEX_INITIALIZER };

enum call { READ, WRITE, SYNC };

/* A disk that is full can be read, and what was written can be synced. */
static bool
counts(enum call call)
{
	switch (plan.code) {
	case SQLITE_FULL:
	case SQLITE_IOERR_WRITE:
		return call == WRITE;
	case SQLITE_IOERR_FSYNC:
		return call == SYNC;
	default:
		return true;
	}
}

/* The code of the failure that is due, or OK. */
static int
fault(const struct shim_file *file, enum call call)
{
	int code = SQLITE_OK;

	if ((file->flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) == 0)
		return code;
	pthread_mutex_lock(&plan.mutex);
	if (plan.armed && !counts(call)) {
		plan.log_syncs += call == SYNC && (file->flags & SQLITE_OPEN_WAL) != 0;
	} else if (plan.armed) {
		plan.calls++;
		if (plan.calls >= plan.nth && plan.calls - plan.nth < plan.times) {
			plan.failed = true;
			code = plan.code;
		} else if (call == SYNC && (file->flags & SQLITE_OPEN_WAL) != 0) {
			plan.log_syncs++;
		}
	}
	pthread_mutex_unlock(&plan.mutex);
	return code;
}

static int
fault_in_read(struct shim_file *file)
{
	return fault(file, READ) == SQLITE_OK ? SQLITE_OK : SQLITE_IOERR_READ;
}

static int
fault_in_write(struct shim_file *file, const void *data, int len, sqlite3_int64 offset)
{
	(void)data;
	(void)len;
	(void)offset;
	return fault(file, WRITE);
}

static int
fault_in_sync(struct shim_file *file)
{
	return fault(file, SYNC);
}

static const struct shim_hooks hooks = {
	.name = "faulty",
	.never_syncs = true,
	.opened = NULL,
	.read = fault_in_read,
	.write = fault_in_write,
	.truncate = NULL,
	.sync = fault_in_sync,
	.remove = NULL,
};

void
faulty_vfs_install(void)
{
	shim_vfs_install(&hooks);
}

void
faulty_vfs_arm(size_t nth, size_t times, int code)
{
	pthread_mutex_lock(&plan.mutex);
	plan.armed = true;
	plan.failed = false;
	plan.calls = 0;
	plan.log_syncs = 0;
	plan.nth = nth;
	plan.times = times;
	plan.code = code;
	pthread_mutex_unlock(&plan.mutex);
}

bool
faulty_vfs_disarm(void)
{
	bool failed;

	pthread_mutex_lock(&plan.mutex);
	plan.armed = false;
	failed = plan.failed;
	pthread_mutex_unlock(&plan.mutex);
	return failed;
}

size_t
faulty_vfs_log_syncs(void)
{
	size_t count;

	pthread_mutex_lock(&plan.mutex);
	count = plan.log_syncs;
	pthread_mutex_unlock(&plan.mutex);
	return count;
}
