/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See channel.h.
 */
#include "pam_authcode/channel.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>

#include "base/secret.h"

static bool
broken(struct ac_channel *channel)
{
	channel->broken = true;
	(void)shutdown(channel->fd, SHUT_RDWR);
	return false;
}

static int64_t
monotonic_ms(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool
wait_readable(int fd, int64_t until_ms)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	int64_t left;
	int n;

	do {
		left = until_ms - monotonic_ms();
		if (left <= 0)
			return false;
		n = poll(&poller, 1, (int)left);
	} while (n < 0 && errno == EINTR);
	return n == 1;
}

bool
ac_channel_wait(const struct ac_channel *channel, unsigned int timeout_ms)
{
	return !channel->broken && wait_readable(channel->fd, monotonic_ms() + timeout_ms);
}

bool
ac_channel_send(struct ac_channel *channel, const struct ac_wire_frame *frame)
{
	if (channel->broken)
		return false;
	return ac_wire_send(channel->fd, frame) == AUTHCODE_OK || broken(channel);
}

bool
ac_channel_expect_any(struct ac_channel *channel, unsigned int types, unsigned int timeout_s,
		      struct ac_wire_frame *ret)
{
	int64_t until_ms = monotonic_ms() + (int64_t)timeout_s * 1000;
	enum authcode_err err;

	if (channel->broken)
		return false;
	do {
		if (!wait_readable(channel->fd, until_ms))
			return broken(channel);
		err = ac_wire_recv(channel->fd, ret);
	} while (err == AUTHCODE_ERR_LIMIT);
	if (err != AUTHCODE_OK)
		return broken(channel);
	if ((types & 1u << ret->type) == 0) {
		ac_wipe(ret, sizeof(*ret));
		return broken(channel);
	}
	return true;
}

bool
ac_channel_expect(struct ac_channel *channel, enum ac_wire_type type, unsigned int timeout_s,
		  struct ac_wire_frame *ret)
{
	return ac_channel_expect_any(channel, 1u << type, timeout_s, ret);
}
