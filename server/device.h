/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The cookie of a browser that a name has signed in with before. It opens
 * nothing: who has it is counted apart from strangers, so that nobody can use
 * up the guesses of a name its owner needs.
 *
 *   base64url( id, time of the sign-in, HMAC-SHA-256( id, time, name as typed ) )
 *
 * The key is derived from the master key, so a cookie is good after a restart.
 */
#ifndef AC_SERVER_DEVICE_H
#define AC_SERVER_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "server/mac.h"

#define AC_DEVICE_ID_LEN 16
#define AC_DEVICE_LEN 75            /* of the cookie's value */
#define AC_DEVICE_DAYS INT64_C(365) /* how long it is good for */

AC_MUST_USE bool ac_device_key(const uint8_t master_key[AC_MAC_LEN], uint8_t out[AC_MAC_LEN]);

/* Times are Unix milliseconds. */
AC_MUST_USE bool ac_device_make(const uint8_t key[AC_MAC_LEN], const char *user, int64_t now_ms,
				char out[AC_DEVICE_LEN + 1]);

/* Is it one of ours, for this name, and not too old? value may be NULL. */
AC_MUST_USE bool ac_device_check(const uint8_t key[AC_MAC_LEN], const char *user, const char *value,
				 int64_t now_ms, uint8_t ret_id[AC_DEVICE_ID_LEN]);

#endif
