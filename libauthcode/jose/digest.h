/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * SHA-256, HMAC-SHA-256 and HKDF over libcrypto, with algorithms fetched once
 * and contexts kept per thread: the request path hashes several times.
 */
#ifndef AC_JOSE_DIGEST_H
#define AC_JOSE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include <authcode/error.h>

#include "base/attr.h"

#define AC_DIGEST_LEN 32

struct ac_part {
	const void *data;
	size_t len;
};

/* Over the concatenation of parts. ERR_CRYPTO leaves out untouched. Thread-safe. */
AC_MUST_USE enum authcode_err ac_sha256(const struct ac_part *parts, size_t count,
					uint8_t out[AC_DIGEST_LEN]);
AC_MUST_USE enum authcode_err ac_hmac_sha256(const uint8_t key[AC_DIGEST_LEN],
					     const struct ac_part *parts, size_t count,
					     uint8_t out[AC_DIGEST_LEN]);

/* HMAC with a key of any length, for secrets that others chose. */
AC_MUST_USE enum authcode_err ac_hmac_sha256_any(const struct ac_part *key,
						 const struct ac_part *parts, size_t count,
						 uint8_t out[AC_DIGEST_LEN]);

/* RFC 5869 with an empty salt: one key per purpose from the master key. label
 * names the purpose; context (the issuer URL) separates issuers. */
AC_MUST_USE enum authcode_err ac_derive_key(const uint8_t master[AC_DIGEST_LEN], const char *label,
					    const char *context, uint8_t out[AC_DIGEST_LEN]);

#endif
