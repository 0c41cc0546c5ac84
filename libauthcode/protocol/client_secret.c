/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * How a client secret is stored and compared: one plain SHA-256, which any tool
 * makes, so that a configuration can hold the hash alone. No password hashing:
 * secrets are generated with 256 bits (RFC 6749 §10.1), and the token endpoint
 * must not be a place where strangers spend our processor.
 */
#include <authcode/client.h>

#include "base/attr.h"
#include "base/limits.h"
#include "jose/digest.h"

_Static_assert(AUTHCODE_SECRET_HASH_LEN == AC_DIGEST_LEN, "a secret hash is one SHA-256");

enum authcode_err
authcode_client_secret_hash(const char *secret, size_t len,
			    uint8_t ret_hash[AUTHCODE_SECRET_HASH_LEN])
{
	const struct ac_part parts[] = { { secret, len } };

	if (len == 0)
		return AUTHCODE_ERR_SYNTAX;
	if (len > AC_MAX_CLIENT_SECRET)
		return AUTHCODE_ERR_LIMIT;
	return ac_sha256(parts, AC_ARRAY_SIZE(parts), ret_hash);
}
