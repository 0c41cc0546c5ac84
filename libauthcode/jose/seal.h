/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Sealing: AES-256-GCM under a key of its own for every message,
 * HMAC-SHA-256(key, 24 random bytes). So random nonces never run out however
 * many anonymous requests ask for a seal, and the GCM nonce can be constant.
 *
 *   sealed = 24 random bytes ‖ ciphertext ‖ 16-byte tag, base64url
 */
#ifndef AC_JOSE_SEAL_H
#define AC_JOSE_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include <authcode/error.h>

#include "base/arena.h"
#include "base/attr.h"
#include "jose/digest.h"

#define AC_SEAL_NONCE_LEN 24
#define AC_SEAL_TAG_LEN 16

/* New text in the arena. label is authenticated with the message: a value
 * sealed for one purpose does not open for another. */
AC_MUST_USE enum authcode_err ac_seal(const uint8_t key[AC_DIGEST_LEN],
				      const uint8_t nonce[AC_SEAL_NONCE_LEN], const char *label,
				      const void *data, size_t len, struct authcode_arena *arena,
				      char **ret_sealed);

/* ERR_SYNTAX: not base64url, or too short; ERR_CRYPTO: not sealed by this key
 * for this label. The plaintext is in the arena, with a NUL appended. */
AC_MUST_USE enum authcode_err ac_unseal(const uint8_t key[AC_DIGEST_LEN], const char *label,
					const char *sealed, struct authcode_arena *arena,
					uint8_t ret_nonce[AC_SEAL_NONCE_LEN], void **ret_data,
					size_t *ret_len);

#endif
