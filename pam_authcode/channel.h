/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The helper's end of the wire. The first thing that goes wrong (end of file, a
 * deadline, a frame that is not the one this state allows) shuts the connection
 * in both directions, so that the peer knows at once and nothing can follow;
 * the module at work then unwinds with an error instead of being cut off, since
 * what it records about a failure (pam_faillock's tally) must be recorded.
 */
#ifndef AC_PAM_CHANNEL_H
#define AC_PAM_CHANNEL_H

#include "pam_authcode/wire.h"

struct ac_channel {
	int fd;
	bool broken; /* for good */
};

/* False, and broken, unless the frame has gone out. */
AC_MUST_USE bool ac_channel_send(struct ac_channel *channel, const struct ac_wire_frame *frame);

/* Whether something (or the end) has come within the time. */
bool ac_channel_wait(const struct ac_channel *channel, unsigned int timeout_ms);

/* False, and broken, unless the next frame comes within the time and has one of
 * these types, as bits. The caller wipes *ret when it may hold an answer. */
AC_MUST_USE bool ac_channel_expect_any(struct ac_channel *channel, unsigned int types,
				       unsigned int timeout_s, struct ac_wire_frame *ret);

/* The same with one type. */
AC_MUST_USE bool ac_channel_expect(struct ac_channel *channel, enum ac_wire_type type,
				   unsigned int timeout_s, struct ac_wire_frame *ret);

#endif
