/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See algorithm.h. RSA from 2048 bits (RFC 7518 §3.3, JW-03) to 8192, beyond
 * which one verification costs a stranger nothing and us milliseconds.
 * EdDSA is Ed25519 alone: Ed448 is not what clients mean by it.
 */
#include "jose/algorithm.h"

#include <string.h>

static const struct ac_alg algorithms[AC_ALG_COUNT] = {
	[AC_ALG_RS256] = { .id = AC_ALG_RS256,
			   .name = "RS256",
			   .kty = "RSA",
			   .key_type = "RSA",
			   .digest = "SHA256",
			   .half_hash = "SHA256",
			   .min_bits = 2048,
			   .max_bits = 8192,
			   .slow = true },
	[AC_ALG_PS256] = { .id = AC_ALG_PS256,
			   .name = "PS256",
			   .kty = "RSA",
			   .key_type = "RSA",
			   .digest = "SHA256",
			   .half_hash = "SHA256",
			   .min_bits = 2048,
			   .max_bits = 8192,
			   .pss = true,
			   .slow = true },
	[AC_ALG_ES256] = { .id = AC_ALG_ES256,
			   .name = "ES256",
			   .kty = "EC",
			   .crv = "P-256",
			   .key_type = "EC",
			   .group = "prime256v1",
			   .digest = "SHA256",
			   .half_hash = "SHA256",
			   .signature_len = 64,
			   .min_bits = 256,
			   .max_bits = 256 },
	[AC_ALG_EDDSA] = { .id = AC_ALG_EDDSA,
			   .name = "EdDSA",
			   .kty = "OKP",
			   .crv = "Ed25519",
			   .key_type = "ED25519",
			   .half_hash = "SHA512", /* what Ed25519 hashes with, RFC 8032 §5.1 */
			   .signature_len = 64,
			   .min_bits = 253,
			   .max_bits = 256 },
};

const struct ac_alg *
ac_alg(enum ac_alg_id id)
{
	return (unsigned)id < AC_ALG_COUNT ? &algorithms[id] : NULL;
}

const struct ac_alg *
ac_alg_find(const char *name)
{
	for (size_t i = 0; i < AC_ALG_COUNT; i++) {
		if (strcmp(algorithms[i].name, name) == 0)
			return &algorithms[i];
	}
	return NULL;
}
