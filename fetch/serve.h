/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The loop of authcode-fetch: requests from the socket, transfers at libcurl,
 * answers to whoever asked.
 */
#ifndef AC_FETCH_SERVE_H
#define AC_FETCH_SERVE_H

#include <sys/types.h>

#include "fetch/transfer.h"

struct ac_serve_settings {
	struct ac_transfer_settings transfer;
	int listen_fd; /* non-blocking */
	int signal_fd; /* readable: time to end */
	uid_t peer;    /* who may ask */
};

/* Until a signal comes. Returns the exit status. */
int ac_serve(const struct ac_serve_settings *settings);

#endif
