/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See shim_vfs.h.
 */
#include "shim_vfs.h"

#include <string.h>

static const struct shim_hooks *hooks;
static sqlite3_vfs *system_vfs;
static sqlite3_vfs vfs;

static sqlite3_file *
real(sqlite3_file *file)
{
	return ((struct shim_file *)file)->real;
}

static int
x_close(sqlite3_file *file)
{
	return real(file)->pMethods->xClose(real(file));
}

static int
x_read(sqlite3_file *file, void *data, int len, sqlite3_int64 offset)
{
	int rc = hooks->read != NULL ? hooks->read((struct shim_file *)file) : SQLITE_OK;

	return rc != SQLITE_OK ? rc : real(file)->pMethods->xRead(real(file), data, len, offset);
}

static int
x_write(sqlite3_file *file, const void *data, int len, sqlite3_int64 offset)
{
	int rc = SQLITE_OK;

	if (hooks->write != NULL)
		rc = hooks->write((struct shim_file *)file, data, len, offset);
	return rc != SQLITE_OK ? rc : real(file)->pMethods->xWrite(real(file), data, len, offset);
}

static int
x_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	int rc = SQLITE_OK;

	if (hooks->truncate != NULL)
		rc = hooks->truncate((struct shim_file *)file, size);
	return rc != SQLITE_OK ? rc : real(file)->pMethods->xTruncate(real(file), size);
}

static int
x_sync(sqlite3_file *file, int flags)
{
	int rc = hooks->sync != NULL ? hooks->sync((struct shim_file *)file) : SQLITE_OK;

	if (rc != SQLITE_OK || hooks->never_syncs)
		return rc;
	return real(file)->pMethods->xSync(real(file), flags);
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
	struct shim_file *shim = (struct shim_file *)file;
	int rc;

	(void)self;
	memset(file, 0, (size_t)vfs.szOsFile);
	rc = system_vfs->xOpen(system_vfs, name, shim->real, flags, ret_flags);
	shim->flags = flags;
	if (shim->real->pMethods != NULL)
		shim->base.pMethods = &methods;
	if (rc == SQLITE_OK && name != NULL && hooks->opened != NULL)
		hooks->opened(shim, name);
	return rc;
}

static int
x_delete(sqlite3_vfs *self, const char *name, int sync_directory)
{
	int rc = hooks->remove != NULL ? hooks->remove(name, sync_directory != 0) : SQLITE_OK;

	(void)self;
	if (rc != SQLITE_OK)
		return rc;
	return system_vfs->xDelete(system_vfs, name, hooks->never_syncs ? 0 : sync_directory);
}

void
shim_vfs_install(const struct shim_hooks *of)
{
	if (system_vfs != NULL)
		return;
	hooks = of;
	system_vfs = sqlite3_vfs_find(NULL);
	vfs = *system_vfs;
	vfs.zName = hooks->name;
	vfs.szOsFile = (int)sizeof(struct shim_file) + system_vfs->szOsFile;
	vfs.xOpen = x_open;
	vfs.xDelete = x_delete;
	sqlite3_vfs_register(&vfs, 1);
}
