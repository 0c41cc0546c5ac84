/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See private_dir.h.
 */
#include "pam_authcode/private_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pam_authcode/journal.h"

static int
say(const char *name, const char *why)
{
	ac_journal(LOG_ERR, "lock directory %s: %s", name, why);
	return -1;
}

int
ac_private_dir_open(int at, const char *name)
{
	struct stat status;
	int fd;

	if (mkdirat(at, name, 0700) != 0 && errno != EEXIST)
		return say(name, strerror(errno));
	fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return say(name, strerror(errno));
	if (fstat(fd, &status) == 0 && status.st_uid == geteuid() && (status.st_mode & 077) == 0)
		return fd;
	(void)close(fd);
	return say(name, "not ours alone (owner, or mode other than 0700)");
}
