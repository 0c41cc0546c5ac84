/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * JWS with key pairs (RFC 7515, RFC 8725): signing with a key of ours, and
 * verifying with keys the caller chose for algorithms the caller expects. What
 * the token says about keys and algorithms is compared, never believed.
 */
#ifndef AC_JOSE_JWS_H
#define AC_JOSE_JWS_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include <authcode/error.h>

#include "base/arena.h"
#include "base/attr.h"
#include "jose/algorithm.h"
#include "jose/compact.h"
#include "jose/digest.h"
#include "jose/jwk.h"

/* New text in the arena: alg and kid are the key's, typ is NULL for none. The
 * key must be one of our own (ERR_USAGE). ERR_LIMIT: the token would be longer
 * than AC_MAX_JWS, which nobody of our kind would take. */
AC_MUST_USE enum authcode_err ac_jws_sign(const struct ac_jwk *key, const char *typ,
					  const struct ac_part *payload,
					  struct authcode_arena *arena, char **ret_token);
AC_MUST_USE enum authcode_err ac_jws_sign_claims(const struct ac_jwk *key, const char *typ,
						 const json_t *claims, struct authcode_arena *arena,
						 char **ret_token);

struct ac_jws_expect {
	unsigned algs; /* bit mask, by registration; 0 accepts nothing */
	struct ac_typ_expect typ;
	/* Borrowed until ac_jws_verify() returns, or NULL. kid is NULL when the
	 * token has none. A key that does not fit alg is not used. */
	const struct ac_jwk *(*find_key)(const void *keys, const char *kid,
					 const struct ac_alg *alg);
	const void *keys;
};

/* *ret_claims is a new reference when VERIFIED, else untouched: of a token that
 * did not verify nothing is shown. Thread-safe. */
AC_MUST_USE enum ac_jws_verdict ac_jws_verify(const char *token, size_t len,
					      const struct ac_jws_expect *expect,
					      json_t **ret_claims);

#endif
