/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Threads that sign by RSA, which takes near a millisecond: on an HTTP thread every
 * other request of that thread would wait for it.
 */
#ifndef AC_SERVER_SIGN_POOL_H
#define AC_SERVER_SIGN_POOL_H

#include <authcode/exchange.h>

#include "base/attr.h"
#include "server/http.h"

struct ac_sign_pool;

/* In the memory of who waits: there are never more than requests, so the queue needs no
 * bound of its own. */
struct ac_sign_waiter {
	struct authcode_exchange *exchange;
	struct ac_http *h;
	struct ac_sign_waiter *next; /* the pool's */
};

/* A thread per core. */
AC_MUST_USE enum authcode_err ac_sign_pool_new(struct ac_sign_pool **ret);

/* Signs, then resumes waiter->h; in between exchange is the pool's. First come, first
 * served. From any thread. */
void ac_sign_pool_submit(struct ac_sign_pool *pool, struct ac_sign_waiter *waiter);

/* Signs what is left, and waits for it; NULL-safe, sets NULL. No other call is under way. */
void ac_sign_pool_free(struct ac_sign_pool **pool);

#endif
