/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Our own key pairs: made, and carried as PKCS#8 (RFC 5208) in a secret that is
 * sealed before it is stored (JW-10). A pair is used only after it has signed
 * and verified something: a damaged RSA key that signs gives itself away.
 */
#ifndef AC_JOSE_KEY_PAIR_H
#define AC_JOSE_KEY_PAIR_H

#include <stddef.h>

#include <authcode/error.h>

#include "base/attr.h"
#include "base/secret.h"
#include "jose/jwk.h"

#define AC_MAX_PKCS8 8192 /* bytes; an RSA key of 8192 bits has 4800 */

/* From libcrypto's random generator; RSA gets the row's minimum of bits. */
AC_MUST_USE enum authcode_err ac_key_pair_new(const struct ac_alg *alg, struct ac_jwk **ret);

AC_MUST_USE enum authcode_err ac_key_pair_encode(const struct ac_jwk *jwk, struct ac_secret **ret);

/* ERR_SYNTAX: not exactly one PKCS#8 PrivateKeyInfo; ERR_CRYPTO: not a key of
 * this algorithm, or it does not verify what it signs. */
AC_MUST_USE enum authcode_err ac_key_pair_decode(const struct ac_alg *alg, const void *der,
						 size_t len, struct ac_jwk **ret);

#endif
