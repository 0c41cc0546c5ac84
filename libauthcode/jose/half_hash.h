/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * at_hash and c_hash (OpenID Connect Core §3.1.3.6, §3.3.2.11; ID-06): the left
 * half of the hash that the ID token's algorithm uses, over a token or code.
 */
#ifndef AC_JOSE_HALF_HASH_H
#define AC_JOSE_HALF_HASH_H

#include <authcode/error.h>

#include "base/attr.h"

#define AC_HALF_HASH_SIZE 44        /* base64url of half a SHA-512, and a NUL */
#define AC_HS256_HALF_HASH "SHA256" /* where the others have struct ac_alg.half_hash */

AC_MUST_USE enum authcode_err ac_half_hash(const char *hash, const char *text,
					   char ret_text[AC_HALF_HASH_SIZE]);

#endif
