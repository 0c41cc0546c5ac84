/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * HMAC-SHA-256 for what the server itself keys: names in logs, the table of
 * guesses, the cookie of a known browser. The label says for what, so that no
 * value of one purpose is ever one of another.
 */
#ifndef AC_SERVER_MAC_H
#define AC_SERVER_MAC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

#define AC_MAC_LEN 32       /* of keys and of results */
#define AC_MAC_MAX_DATA 512 /* label and data together */

/* Of label, NUL and data. False: too long, or libcrypto failed. */
AC_MUST_USE bool ac_mac(const uint8_t key[AC_MAC_LEN], const char *label, const void *data,
			size_t len, uint8_t out[AC_MAC_LEN]);

#endif
