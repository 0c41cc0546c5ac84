/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Replies that are held back for a fixed time, so that whoever tries many things
 * waits for each: one thread, a ring of requests, first in first out.
 */
#ifndef AC_SERVER_DELAY_H
#define AC_SERVER_DELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <authcode/error.h>

#include "base/attr.h"
#include "server/http.h"

struct ac_delay;

/* Holds up to max requests at once, each for ms. New: ac_delay_free(). */
AC_MUST_USE enum authcode_err ac_delay_new(int64_t ms, size_t max, struct ac_delay **ret);

/* For those that come from now on. */
void ac_delay_set(struct ac_delay *delay, int64_t ms);

/* True: h is resumed when its time is over, or at the drain. False: there is no room,
 * or no time to wait; nobody will resume it. */
AC_MUST_USE bool ac_delay_hold(struct ac_delay *delay, struct ac_http *h);

/* Resumes everybody; from then on nobody is held. */
void ac_delay_drain(struct ac_delay *delay);

/* After the HTTP side has stopped. NULL-safe, sets NULL. */
void ac_delay_free(struct ac_delay **delay);

#endif
