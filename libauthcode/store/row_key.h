/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Row keys: 42 bits of milliseconds, then 21 random bits, so that rows are
 * appended to the B-tree whatever its size. A key names a row; it is no secret
 * and proves nothing.
 */
#ifndef AC_STORE_ROW_KEY_H
#define AC_STORE_ROW_KEY_H

#include <stdint.h>

#include <authcode/store.h>

#include "base/attr.h"

#define AC_ROW_KEY_TIME_BITS 42 /* until the year 2109 */
#define AC_ROW_KEY_RANDOM_BITS 21
#define AC_ROW_KEY_MAX_MS ((INT64_C(1) << AC_ROW_KEY_TIME_BITS) - 1)

/* How many keys an operation tries before it fails with ERR_RANDOM. A generator
 * that works needs a second try once in two million rows of one millisecond. */
#define AC_ROW_KEY_TRIES 16

/* A positive key for now_ms, which is within 1 and AC_ROW_KEY_MAX_MS;
 * ERR_USAGE when it is not, ERR_RANDOM. random->fill NULL: the kernel's. */
AC_MUST_USE enum authcode_err ac_row_key_new(const struct authcode_store_random *random,
					     int64_t now_ms, int64_t *ret);

#endif
