/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See socket_file.h.
 */
#include "pam_authcode/socket_file.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "pam_authcode/journal.h"

/* Enough for the connections that come while a child is being started. */
#define BACKLOG 64

static bool
say(const char *path, const char *what)
{
	ac_journal(LOG_ERR, "%s: %s: %s", path, what, strerror(errno));
	return false;
}

/* True when the file is a socket behind which nobody is: ours to replace. */
static bool
is_stale(const struct sockaddr_un *address)
{
	struct stat status;
	bool refused;
	int fd;

	if (lstat(address->sun_path, &status) != 0 || !S_ISSOCK(status.st_mode))
		return false;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	refused = connect(fd, (const struct sockaddr *)address, sizeof(*address)) != 0 &&
		  errno == ECONNREFUSED;
	(void)close(fd);
	return refused;
}

/* The umask gives the file its mode in the same step that makes it. */
static bool
bind_private(int fd, const struct sockaddr_un *address)
{
	mode_t saved = umask(0117);
	int result = bind(fd, (const struct sockaddr *)address, sizeof(*address));

	if (result != 0 && errno == EADDRINUSE && is_stale(address) &&
	    unlink(address->sun_path) == 0)
		result = bind(fd, (const struct sockaddr *)address, sizeof(*address));
	(void)umask(saved);
	return result == 0;
}

static bool
give_to_group(const char *path, const char *name)
{
	const struct group *entry;

	if (name == NULL)
		return true;
	errno = ENOENT;
	entry = getgrnam(name);
	return entry != NULL &&
	       fchownat(AT_FDCWD, path, (uid_t)-1, entry->gr_gid, AT_SYMLINK_NOFOLLOW) == 0;
}

bool
ac_socket_file_open(const char *path, const char *group, struct ac_socket_file *ret)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct ac_socket_file file = { .path = path };
	struct stat status;

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return say(path, "cannot listen");
	}
	memcpy(address.sun_path, path, strlen(path));
	file.fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (file.fd < 0)
		return say(path, "cannot make a socket");
	if (!bind_private(file.fd, &address)) {
		(void)say(path, "cannot bind");
		(void)close(file.fd);
		return false;
	}
	if (lstat(path, &status) == 0) {
		file.device = status.st_dev;
		file.inode = status.st_ino;
	}
	/* Nobody can connect before listen(), so the group comes in time. */
	if (!give_to_group(path, group) || listen(file.fd, BACKLOG) != 0) {
		(void)say(path, "cannot give it to its group or listen");
		ac_socket_file_close(&file);
		return false;
	}
	*ret = file;
	return true;
}

void
ac_socket_file_close(struct ac_socket_file *file)
{
	struct stat status;

	if (lstat(file->path, &status) == 0 && status.st_dev == file->device &&
	    status.st_ino == file->inode)
		(void)unlink(file->path);
	(void)close(file->fd);
	file->fd = -1;
}
