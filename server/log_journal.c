/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See log_journal.h. The descriptor is never connected, so that it outlives a
 * journal that is started anew.
 */
#include "server/log_journal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define SEND_BUFFER (1024 * 1024)
#define SEND_MS 200 /* a journal that takes nothing may not hold requests up for long */

bool
ac_journal_is_stderr(void)
{
	const char *stream = secure_getenv("JOURNAL_STREAM");
	unsigned long long device = 0;
	unsigned long long inode = 0;
	struct stat st;

	return stream != NULL && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	       fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

static bool
fill_address(const char *path, struct sockaddr_un *ret)
{
	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(ret->sun_path)) {
		errno = ENAMETOOLONG;
		return false;
	}
	memcpy(ret->sun_path, path, strlen(path));
	return true;
}

/* A probe is connected, which sends nothing. */
static bool
is_there(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool there =
		fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0;
	int why = errno;

	if (fd >= 0)
		(void)close(fd);
	errno = why;
	return there;
}

int
ac_journal_open(const char *path)
{
	const struct timeval wait = { .tv_usec = SEND_MS * 1000 };
	const int size = SEND_BUFFER;
	struct sockaddr_un address;
	int fd;

	if (!fill_address(path, &address) || !is_there(&address))
		return -1;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	return fd;
}

bool
ac_journal_send(int fd, const char *path, const char *data, size_t len)
{
	struct sockaddr_un address;
	ssize_t n;

	if (!fill_address(path, &address))
		return false;
	do {
		n = sendto(fd, data, len, MSG_NOSIGNAL, (const struct sockaddr *)&address,
			   sizeof(address));
	} while (n < 0 && errno == EINTR);
	return n == (ssize_t)len;
}
