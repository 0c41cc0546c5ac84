/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The one page with a script (Form Post Response Mode §2): what its
 * Content-Security-Policy says, so that this script runs and no other, and the
 * form goes to its client and nowhere else.
 */
#ifndef AC_SERVER_PAGE_SCRIPT_H
#define AC_SERVER_PAGE_SCRIPT_H

#include <authcode/error.h>

#include "base/attr.h"

#define AC_SCRIPT_HASH_LEN 51 /* "sha256-" and base64 of a digest */

/* CSP3 §2.3.1, hash-source, of the only script in a page's source. ERR_SYNTAX: there
 * is not one. */
AC_MUST_USE enum authcode_err ac_script_hash(const char *source, char ret[AC_SCRIPT_HASH_LEN + 1]);

/* The header value; NULL: no memory. free() it. */
char *ac_script_policy(const char *hash, const char *origin);

#endif
