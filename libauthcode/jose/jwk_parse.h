/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A public JWK of a stranger (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2): it is
 * taken only when kty, crv, alg, use and key_ops agree that it verifies
 * signatures with an algorithm of ours, its numbers are spelled exactly, and
 * libcrypto finds the key sound. A JWK with a private member is refused: whoever
 * sent it has lost the key (JW-01). x5c, x5u and the like are not looked at
 * (JW-08).
 */
#ifndef AC_JOSE_JWK_PARSE_H
#define AC_JOSE_JWK_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "base/attr.h"
#include "jose/jwk.h"

enum ac_jwk_verdict {
	AC_JWK_MALFORMED = 0, /* no JSON, a member missing or wrongly spelled */
	AC_JWK_PRIVATE,       /* has a private or symmetric member */
	AC_JWK_UNSUPPORTED,   /* a kty, crv or alg without a row */
	AC_JWK_OTHER_USE,     /* use or key_ops say: not for verifying */
	AC_JWK_KID,           /* a kid that ac_kid_valid() refuses */
	AC_JWK_MISMATCH,      /* alg belongs to another kty or crv */
	AC_JWK_WEAK,          /* an RSA modulus or exponent outside what we take */
	AC_JWK_UNSOUND,       /* not on the curve, or no RSA modulus */
	AC_JWK_NO_KEY,        /* a set without any key we can use */
	AC_JWK_TOO_MANY,      /* a set of more than AC_MAX_JWKS_KEYS */
	AC_JWK_FAILED,        /* no memory */
	AC_JWK_GOOD,
	AC_JWK_VERDICT_COUNT
};

/* One lower-case phrase for a log line or a message about a configuration. */
const char *ac_jwk_words(enum ac_jwk_verdict verdict);

/* RFC 7517 §5: such a key of a set is passed over, the others still count. */
AC_MUST_USE bool ac_jwk_passed_over(enum ac_jwk_verdict verdict);

/* *ret is new when the verdict is GOOD, else untouched. */
AC_MUST_USE enum ac_jwk_verdict ac_jwk_parse(const char *text, size_t len, struct ac_jwk **ret);
AC_MUST_USE enum ac_jwk_verdict ac_jwk_from_json(const json_t *object, struct ac_jwk **ret);

#endif
