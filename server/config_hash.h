/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The SHA-256 of the files that a configuration was read from, the main one and
 * those of clients.d in order of name, one after the other as they are on the disk:
 * `cat authcode.conf clients.d/?*.conf | sha256sum` in the C locale gives the same. It
 * tells by which files a daemon runs and not what is in them.
 */
#ifndef AC_SERVER_CONFIG_HASH_H
#define AC_SERVER_CONFIG_HASH_H

#include <stddef.h>

#include <authcode/error.h>

#include "base/attr.h"

#define AC_CONFIG_HASH_LEN 64 /* hexadecimal digits */

struct ac_config_hash;

/* NULL when there can be none. */
AC_MUST_USE struct ac_config_hash *ac_config_hash_new(void);
void ac_config_hash_free(struct ac_config_hash **hash); /* NULL-safe, sets NULL */

/* The next file. */
AC_MUST_USE enum authcode_err ac_config_hash_add(struct ac_config_hash *hash, const char *data,
						 size_t len);

/* After the last one, once. */
AC_MUST_USE enum authcode_err ac_config_hash(struct ac_config_hash *hash,
					     char ret[AC_CONFIG_HASH_LEN + 1]);

#endif
