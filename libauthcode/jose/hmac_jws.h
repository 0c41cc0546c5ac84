/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * HS256 (RFC 7518 §3.2), for clients whose secret is registered for it and for
 * nothing else (CA-18). Apart from jws.h, and with bytes for a key, so that no
 * public key can ever come to be the secret.
 */
#ifndef AC_JOSE_HMAC_JWS_H
#define AC_JOSE_HMAC_JWS_H

#include <stddef.h>

#include <jansson.h>

#include <authcode/error.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/secret.h"
#include "jose/compact.h"
#include "jose/digest.h"

#define AC_HS256_NAME "HS256"
#define AC_HS256_MIN_SECRET 32 /* bytes; RFC 7518 §3.2, ID-12 */

/* As ac_jws_sign(), without a kid: there is one secret. ERR_USAGE: it is too short. */
AC_MUST_USE enum authcode_err ac_hmac_jws_sign(const struct ac_secret *secret, const char *typ,
					       const struct ac_part *payload,
					       struct authcode_arena *arena, char **ret_token);

AC_MUST_USE enum authcode_err ac_hmac_jws_sign_claims(const struct ac_secret *secret,
						      const char *typ, const json_t *claims,
						      struct authcode_arena *arena,
						      char **ret_token);

/* As ac_jws_verify(). A short secret is NO_KEY. The token's kid does not matter:
 * there is one secret. */
AC_MUST_USE enum ac_jws_verdict ac_hmac_jws_verify(const struct ac_part *token,
						   const struct ac_typ_expect *typ,
						   const struct ac_secret *secret,
						   json_t **ret_claims);

#endif
