/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A client secret in a file of its own: read, hashed, wiped.
 */
#ifndef AC_SERVER_CONFIG_SECRET_H
#define AC_SERVER_CONFIG_SECRET_H

#include "server/config_options.h"

/* One line; the file readable by its owner alone, or by a group when root owns
 * it. place is the option that names the file. */
AC_MUST_USE enum authcode_err ac_config_secret_hash(const char *path, const struct ac_place *place,
						    uint8_t ret_hash[AUTHCODE_SECRET_HASH_LEN],
						    struct authcode_reason *reason);

#endif
