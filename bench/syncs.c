/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Loaded into a server before everything else (LD_PRELOAD), it counts what the
 * server has made durable: calls of fsync() and fdatasync(), and the bytes that
 * SQLite wrote. The counts are two numbers in the file AUTHCODE_BENCH_SYNCS, mapped,
 * so that nobody need ask the server for them.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/attr.h"

#define EXPORT __attribute__((visibility("default")))

struct counts {
	_Atomic uint64_t syncs;
	_Atomic uint64_t bytes;
};

static struct counts *counts;
static int (*next_fsync)(int);
static int (*next_fdatasync)(int);
static ssize_t (*next_pwrite)(int, const void *, size_t, off64_t);

__attribute__((constructor)) static void
find(void)
{
	const char *path = getenv("AUTHCODE_BENCH_SYNCS");
	int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *mapped = MAP_FAILED;

	*(void **)&next_fsync = dlsym(RTLD_NEXT, "fsync");
	*(void **)&next_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
	*(void **)&next_pwrite = dlsym(RTLD_NEXT, "pwrite64");
	if (fd < 0)
		return;
	mapped = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	(void)close(fd);
	if (mapped != MAP_FAILED)
		counts = mapped;
}

static void
add(_Atomic uint64_t *count, uint64_t much)
{
	(void)atomic_fetch_add_explicit(count, much, memory_order_relaxed);
}

EXPORT int
fsync(int fd)
{
	if (counts != NULL)
		add(&counts->syncs, 1);
	return next_fsync(fd);
}

EXPORT int
fdatasync(int fd)
{
	if (counts != NULL)
		add(&counts->syncs, 1);
	return next_fdatasync(fd);
}

/* What SQLite writes with. */
EXPORT ssize_t
pwrite64(int fd, const void *data, size_t len, off64_t offset)
{
	ssize_t written = next_pwrite(fd, data, len, offset);

	if (counts != NULL && written > 0)
		add(&counts->bytes, (uint64_t)written);
	return written;
}
