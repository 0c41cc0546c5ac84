/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * People type passwords into the field for the name, so a name that nobody has
 * proved is logged as 32 bits of HMAC-SHA-256: enough to tell equal ones from
 * others while the daemon runs.
 */
#ifndef AC_SERVER_LOG_NAME_H
#define AC_SERVER_LOG_NAME_H

#include <stdint.h>

#include "server/mac.h"

#define AC_LOG_NAME_KEY_LEN AC_MAC_LEN
#define AC_LOG_NAME_LEN 8

/* Hexadecimal; "" when it cannot be made. */
void ac_log_name(const uint8_t key[AC_LOG_NAME_KEY_LEN], const char *name,
		 char out[AC_LOG_NAME_LEN + 1]);

#endif
