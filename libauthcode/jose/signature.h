/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The bytes of a JWS signature (RFC 7518 §3.3–3.5, RFC 8037 §3.1): libcrypto's
 * one-shot calls, and for ECDSA the change between its DER and the fixed r ‖ s
 * of RFC 7518 §3.4. Policy (which key, which algorithm) is the caller's.
 */
#ifndef AC_JOSE_SIGNATURE_H
#define AC_JOSE_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include <authcode/error.h>

#include "base/attr.h"
#include "jose/algorithm.h"
#include "jose/digest.h"

struct ac_signature {
	uint8_t bytes[AC_MAX_SIGNATURE];
	size_t len;
};

/* How many bytes a signature by this key has; 0: the key does not fit alg. */
AC_MUST_USE size_t ac_signature_len(const EVP_PKEY *pkey, const struct ac_alg *alg);

/* ERR_USAGE: the key is not of the algorithm's type. */
AC_MUST_USE enum authcode_err ac_signature_make(EVP_PKEY *pkey, const struct ac_alg *alg,
						const struct ac_part *input,
						struct ac_signature *ret);

/* True for a good signature of exactly the right length and nothing else. */
AC_MUST_USE bool ac_signature_verify(EVP_PKEY *pkey, const struct ac_alg *alg,
				     const struct ac_part *input,
				     const struct ac_signature *signature);

#endif
