/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A fence around files and TCP connections (landlock(7)): the state directory is
 * read and written, what is configured is read, and nothing is executed. Files that
 * are named one by one would be lost when they are replaced, so directories are let
 * in: a certificate that is renewed is a new file.
 *
 * The numbers are the kernel's, since headers of Debian 12 know the first of them
 * alone. What this kernel does not know is left out.
 */
#include "server/sandbox_walls.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/attr.h"

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444 /* the same on all architectures */
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

#define ASK_VERSION 1u
#define RULE_PATH_BENEATH 1

#define WRITE_FILE (UINT64_C(1) << 1)
#define READ_FILE (UINT64_C(1) << 2)
#define READ_DIR (UINT64_C(1) << 3)
#define REMOVE_DIR (UINT64_C(1) << 4)
#define REMOVE_FILE (UINT64_C(1) << 5)
#define MAKE_DIR (UINT64_C(1) << 7)
#define MAKE_REG (UINT64_C(1) << 8)
#define TRUNCATE (UINT64_C(1) << 14)

#define FILE_RIGHTS (WRITE_FILE | READ_FILE | TRUNCATE)
#define READ (READ_FILE | READ_DIR)
#define KEEP (READ | WRITE_FILE | TRUNCATE | MAKE_REG | REMOVE_FILE | MAKE_DIR | REMOVE_DIR)

#define ALL_CONNECTIONS UINT64_C(3) /* binding and connecting */
#define OTHERS_SIGNALS UINT64_C(2)  /* to processes outside */

/* How many file rights a version of the interface knows (landlock(7)). */
static const unsigned rights_of[] = { 0, 13, 14, 15, 15, 16 };

struct ruleset {
	uint64_t files;
	uint64_t connections; /* from version 4 */
	uint64_t scopes;      /* from version 6 */
};

struct path_rule {
	uint64_t allowed;
	int32_t fd;
} __attribute__((packed));

/* What libraries look at after the start. */
static const char *const system_dirs[] = {
	"/usr",  "/lib", "/lib64", "/sys/devices/system/cpu", "/dev/urandom",
#if AC_SANITIZED
	"/proc", /* the leak checker's */
#endif
};

/* A place that is not there cannot be used either. */
static bool
allow(int ruleset, uint64_t known, const char *path, uint64_t rights)
{
	struct path_rule rule = { .fd = open(path, O_PATH | O_CLOEXEC) };
	struct stat status;
	bool ok;

	if (rule.fd < 0)
		return errno == ENOENT || errno == EACCES || errno == ENOTDIR;
	rule.allowed = rights & known;
	if (fstat(rule.fd, &status) == 0 && !S_ISDIR(status.st_mode))
		rule.allowed &= FILE_RIGHTS;
	ok = syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &rule, 0) == 0;
	(void)close(rule.fd);
	return ok;
}

static bool
allow_all(int ruleset, uint64_t known, const struct ac_sandbox *sandbox)
{
	const char *credentials = secure_getenv("CREDENTIALS_DIRECTORY");
	bool ok = allow(ruleset, known, sandbox->state_dir, KEEP) &&
		  allow(ruleset, known, "/dev/null", READ_FILE | WRITE_FILE) &&
		  (credentials == NULL || allow(ruleset, known, credentials, READ));

	for (size_t i = 0; ok && i < AC_ARRAY_SIZE(system_dirs); i++)
		ok = allow(ruleset, known, system_dirs[i], READ);
	for (size_t i = 0; ok && i < sandbox->read_dir_count; i++)
		ok = allow(ruleset, known, sandbox->read_dirs[i], READ);
	for (size_t i = 0; ok && i < sandbox->socket_dir_count; i++)
		ok = allow(ruleset, known, sandbox->socket_dirs[i], REMOVE_FILE);
	return ok;
}

void
ac_sandbox_files(const struct ac_sandbox *sandbox, struct ac_sandbox_holds *ret)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, ASK_VERSION);
	size_t row = version < 0 ? 0 : (size_t)version, size = sizeof(uint64_t);
	struct ruleset attr = { 0 };
	bool ok = false;
	int fd;

	if (row >= AC_ARRAY_SIZE(rights_of))
		row = AC_ARRAY_SIZE(rights_of) - 1;
	ret->files_error = errno;
	if (row == 0)
		return;
	attr.files = (UINT64_C(1) << rights_of[row]) - 1;
	if (version >= 4) {
		attr.connections = ALL_CONNECTIONS;
		size = 2 * sizeof(uint64_t);
	}
	if (version >= 6) {
		attr.scopes = OTHERS_SIGNALS;
		size = sizeof(attr);
	}
	fd = (int)syscall(SYS_landlock_create_ruleset, &attr, size, 0);
	ok = fd >= 0 && allow_all(fd, attr.files, sandbox) &&
	     syscall(SYS_landlock_restrict_self, fd, 0) == 0;
	ret->files_error = ok ? 0 : errno;
	if (fd >= 0)
		(void)close(fd);
	ret->files = ok;
	ret->connections = ok && attr.connections != 0;
}
