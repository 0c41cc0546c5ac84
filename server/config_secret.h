/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A client secret in a file of its own.
 */
#ifndef AC_SERVER_CONFIG_SECRET_H
#define AC_SERVER_CONFIG_SECRET_H

#include <sys/types.h>

#include "base/limits.h"
#include "server/config_options.h"

/* One line; the file readable by its owner alone, or by a group when root owns
 * it. place is the option that names the file. The caller wipes what it is given. */
AC_MUST_USE enum authcode_err ac_config_secret_read(const char *path, const struct ac_place *place,
						    char ret_secret[AC_MAX_CLIENT_SECRET + 1],
						    uid_t *ret_owner,
						    struct authcode_reason *reason);

/* Is it beyond guessing? what begins the sentence that says why not. */
bool ac_config_secret_check(const char *data, size_t len, const char *what,
			    const struct ac_place *place, struct authcode_reason *reason);

/* Bytes read, at most size; -1 with errno. */
AC_MUST_USE ssize_t ac_config_read_up_to(int fd, char *data, size_t size);

#endif
