/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Entity tags (RFC 9110 §8.8.3) of what is the same until the next start.
 */
#ifndef AC_SERVER_ETAG_H
#define AC_SERVER_ETAG_H

#include <stdbool.h>
#include <stddef.h>

#include <authcode/error.h>

#include "base/attr.h"

#define AC_ETAG_LEN 34 /* half a SHA-256 in hexadecimal, in quotes */

AC_MUST_USE enum authcode_err ac_etag_make(const char *content, char ret[AC_ETAG_LEN + 1]);
AC_MUST_USE enum authcode_err ac_etag_of_bytes(const void *content, size_t len,
					       char ret[AC_ETAG_LEN + 1]);

/* Has the client what the tag stands for? if_none_match: the header, or NULL. */
AC_MUST_USE bool ac_etag_matches(const char *if_none_match, const char *etag);

#endif
