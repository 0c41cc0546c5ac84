/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The two functions of wire.h that touch a socket: one SOCK_SEQPACKET message
 * is one frame. The bytes are wiped, since an answer passes through them.
 */
#include "pam_authcode/wire.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/secret.h"

enum authcode_err
ac_wire_send(int fd, const struct ac_wire_frame *frame)
{
	uint8_t data[AC_WIRE_MAX_FRAME];
	enum authcode_err err;
	size_t len = 0;
	ssize_t n;

	err = ac_wire_encode(frame, data, sizeof(data), &len);
	if (err != AUTHCODE_OK)
		return err;
	do
		n = send(fd, data, len, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		err = errno == EAGAIN ? AUTHCODE_ERR_LIMIT : AUTHCODE_ERR_IO;
	else if ((size_t)n != len)
		err = AUTHCODE_ERR_IO;
	ac_wipe(data, len);
	return err;
}

/* No room for control data: the kernel discards descriptors that a peer sends
 * and says so with MSG_CTRUNC. A packet of no bytes reads like the end. */
enum authcode_err
ac_wire_recv(int fd, struct ac_wire_frame *ret)
{
	uint8_t data[AC_WIRE_MAX_FRAME];
	struct iovec iov = { .iov_base = data, .iov_len = sizeof(data) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	enum authcode_err err;
	ssize_t n;

	do
		n = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return AUTHCODE_ERR_LIMIT;
	if (n == 0 || (n < 0 && errno == ECONNRESET))
		return AUTHCODE_ERR_NOT_FOUND;
	if (n < 0)
		return AUTHCODE_ERR_IO;
	if ((msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
		err = AUTHCODE_ERR_SYNTAX;
	else
		err = ac_wire_decode(data, (size_t)n, ret);
	ac_wipe(data, (size_t)n);
	return err;
}
