/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See listen.h.
 */
#include "fetch/listen.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/passed.h"

#define BACKLOG 16

int
ac_fetch_listen_inherited(void)
{
	struct ac_passed passed;
	int type = 0;
	socklen_t len = sizeof(type);

	if (!ac_passed_take(&passed) || passed.count != 1 ||
	    getsockopt(passed.sockets[0].fd, SOL_SOCKET, SO_TYPE, &type, &len) != 0 ||
	    type != SOCK_SEQPACKET)
		return -1;
	return passed.sockets[0].fd;
}

/* A socket behind which nobody is: ours to replace. */
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

int
ac_fetch_listen_open(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	mode_t saved;
	int fd, result;

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	saved = umask(0117);
	result = bind(fd, (const struct sockaddr *)&address, sizeof(address));
	if (result != 0 && errno == EADDRINUSE && is_stale(&address) && unlink(path) == 0)
		result = bind(fd, (const struct sockaddr *)&address, sizeof(address));
	(void)umask(saved);
	if (result == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

bool
ac_fetch_listen_peer_ok(int fd, uid_t uid)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && len == sizeof(peer) &&
	       peer.uid == uid;
}
