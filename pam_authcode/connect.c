/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See connect.h.
 */
#include "pam_authcode/connect.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum authcode_err
ac_helper_connect(const char *path, int *ret_fd)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = strlen(path);
	enum authcode_err err;
	int fd;

	if (len == 0 || len >= sizeof(address.sun_path))
		return AUTHCODE_ERR_USAGE;
	memcpy(address.sun_path, path, len);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return AUTHCODE_ERR_IO;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0) {
		*ret_fd = fd;
		return AUTHCODE_OK;
	}
	/* A full backlog of a Unix socket is EAGAIN, and waiting is not ours. */
	err = errno == EAGAIN ? AUTHCODE_ERR_LIMIT : AUTHCODE_ERR_IO;
	(void)close(fd);
	return err;
}
