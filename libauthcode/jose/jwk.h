/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A key of JOSE (RFC 7517): libcrypto's key, the algorithms it may be used
 * with and its `kid`. It never changes once made, so threads share it; whoever
 * keeps one holds a reference. Keys come from jwk_parse.h (foreign, public) and
 * key_pair.h (our own).
 */
#ifndef AC_JOSE_JWK_H
#define AC_JOSE_JWK_H

#include <stdbool.h>

#include <jansson.h>
#include <openssl/types.h>

#include <authcode/error.h>

#include "base/attr.h"
#include "jose/algorithm.h"

#define AC_THUMBPRINT_SIZE 44 /* base64url of SHA-256 and a NUL */

struct ac_jwk;

/* A public key of somebody else. algs: bit mask of what it may be used with;
 * kid NULL: it has none, else it follows ac_kid_valid(). pkey is taken on
 * success only. */
AC_MUST_USE enum authcode_err ac_jwk_new_public_take(EVP_PKEY *pkey, unsigned algs, const char *kid,
						     struct ac_jwk **ret);

/* A key pair of our own, for one algorithm. Its kid is its thumbprint, so that
 * a kid can never name two keys (JW-05). pkey is taken on success only. */
AC_MUST_USE enum authcode_err ac_jwk_new_own_take(EVP_PKEY *pkey, const struct ac_alg *alg,
						  struct ac_jwk **ret);

/* Another reference to the same key, to be freed as well. */
AC_MUST_USE struct ac_jwk *ac_jwk_ref(struct ac_jwk *jwk);
void ac_jwk_free(struct ac_jwk **jwk);

/* All borrowed for as long as the reference is held. */
EVP_PKEY *ac_jwk_pkey(const struct ac_jwk *jwk);
const char *ac_jwk_kid(const struct ac_jwk *jwk);          /* NULL: none */
const struct ac_alg *ac_jwk_alg(const struct ac_jwk *jwk); /* NULL: more than one fits */
AC_MUST_USE bool ac_jwk_is_own(const struct ac_jwk *jwk);  /* it can sign */
AC_MUST_USE bool ac_jwk_fits(const struct ac_jwk *jwk, const struct ac_alg *alg);

/* At most AC_MAX_KID of [A-Za-z0-9_.~:-], at least one: nothing that a path, a
 * query, a log line or a header of ours would have to escape. */
AC_MUST_USE bool ac_kid_valid(const char *kid);

/* What is published (JW-01, JW-02): kty with crv, x and y or n and e, then
 * use=sig, alg and kid where it has them. New; NULL: libcrypto or memory failed. */
AC_MUST_USE json_t *ac_jwk_public(const struct ac_jwk *jwk);

/* RFC 7638 §3 with SHA-256. */
AC_MUST_USE enum authcode_err ac_jwk_thumbprint(const struct ac_jwk *jwk,
						char ret_text[AC_THUMBPRINT_SIZE]);

#endif
