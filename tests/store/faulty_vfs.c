/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See faulty_vfs.h.
 */
#include "faulty_vfs.h"

#include <pthread.h>
#include <string.h>

#include <sqlite3.h>

static struct {
	pthread_mutex_t mutex;
	bool armed;
	bool failed;
	size_t calls, nth, times, log_syncs;
	int code;
} plan = { .mutex = PTHREAD_MUTEX_INITIALIZER };

struct faulty_file {
	sqlite3_file base;
	int flags;
	sqlite3_file real[]; /* as large as the system's VFS wants it */
};

static sqlite3_vfs *system_vfs;
static sqlite3_vfs vfs;

static sqlite3_file *
real(sqlite3_file *file)
{
	return ((struct faulty_file *)file)->real;
}

/* The code of the failure that is due, or OK. */
static int
fault(sqlite3_file *file, bool sync)
{
	const struct faulty_file *faulty = (const struct faulty_file *)file;
	int code = SQLITE_OK;

	if ((faulty->flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) == 0)
		return code;
	pthread_mutex_lock(&plan.mutex);
	if (plan.armed) {
		plan.calls++;
		if (plan.calls >= plan.nth && plan.calls - plan.nth < plan.times) {
			plan.failed = true;
			code = plan.code;
		} else if (sync && (faulty->flags & SQLITE_OPEN_WAL) != 0) {
			plan.log_syncs++;
		}
	}
	pthread_mutex_unlock(&plan.mutex);
	return code;
}

static int
x_close(sqlite3_file *file)
{
	return real(file)->pMethods->xClose(real(file));
}

static int
x_read(sqlite3_file *file, void *data, int len, sqlite3_int64 offset)
{
	int rc = fault(file, false);

	/* A full disk can still be read. */
	if (rc != SQLITE_OK && rc != SQLITE_FULL)
		return SQLITE_IOERR_READ;
	return real(file)->pMethods->xRead(real(file), data, len, offset);
}

static int
x_write(sqlite3_file *file, const void *data, int len, sqlite3_int64 offset)
{
	int rc = fault(file, false);

	return rc != SQLITE_OK ? rc : real(file)->pMethods->xWrite(real(file), data, len, offset);
}

static int
x_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	return real(file)->pMethods->xTruncate(real(file), size);
}

static int
x_sync(sqlite3_file *file, int flags)
{
	int rc = fault(file, true);

	return rc != SQLITE_OK ? rc : real(file)->pMethods->xSync(real(file), flags);
}

static int
x_file_size(sqlite3_file *file, sqlite3_int64 *size)
{
	return real(file)->pMethods->xFileSize(real(file), size);
}

static int
x_lock(sqlite3_file *file, int lock)
{
	return real(file)->pMethods->xLock(real(file), lock);
}

static int
x_unlock(sqlite3_file *file, int lock)
{
	return real(file)->pMethods->xUnlock(real(file), lock);
}

static int
x_check_reserved_lock(sqlite3_file *file, int *ret)
{
	return real(file)->pMethods->xCheckReservedLock(real(file), ret);
}

static int
x_file_control(sqlite3_file *file, int what, void *arg)
{
	return real(file)->pMethods->xFileControl(real(file), what, arg);
}

static int
x_sector_size(sqlite3_file *file)
{
	return real(file)->pMethods->xSectorSize(real(file));
}

static int
x_device_characteristics(sqlite3_file *file)
{
	return real(file)->pMethods->xDeviceCharacteristics(real(file));
}

static int
x_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **ret)
{
	return real(file)->pMethods->xShmMap(real(file), page, size, extend, ret);
}

static int
x_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
	return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}

static void
x_shm_barrier(sqlite3_file *file)
{
	real(file)->pMethods->xShmBarrier(real(file));
}

static int
x_shm_unmap(sqlite3_file *file, int remove)
{
	return real(file)->pMethods->xShmUnmap(real(file), remove);
}

static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = x_close,
	.xRead = x_read,
	.xWrite = x_write,
	.xTruncate = x_truncate,
	.xSync = x_sync,
	.xFileSize = x_file_size,
	.xLock = x_lock,
	.xUnlock = x_unlock,
	.xCheckReservedLock = x_check_reserved_lock,
	.xFileControl = x_file_control,
	.xSectorSize = x_sector_size,
	.xDeviceCharacteristics = x_device_characteristics,
	.xShmMap = x_shm_map,
	.xShmLock = x_shm_lock,
	.xShmBarrier = x_shm_barrier,
	.xShmUnmap = x_shm_unmap,
};

static int
x_open(sqlite3_vfs *self, const char *name, sqlite3_file *file, int flags, int *ret_flags)
{
	struct faulty_file *faulty = (struct faulty_file *)file;
	int rc;

	(void)self;
	memset(file, 0, (size_t)vfs.szOsFile);
	rc = system_vfs->xOpen(system_vfs, name, faulty->real, flags, ret_flags);
	faulty->flags = flags;
	if (faulty->real->pMethods != NULL)
		faulty->base.pMethods = &methods;
	return rc;
}

void
faulty_vfs_install(void)
{
	if (system_vfs != NULL)
		return;
	system_vfs = sqlite3_vfs_find(NULL);
	vfs = *system_vfs;
	vfs.zName = "faulty";
	vfs.szOsFile = (int)sizeof(struct faulty_file) + system_vfs->szOsFile;
	vfs.xOpen = x_open;
	sqlite3_vfs_register(&vfs, 1);
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
