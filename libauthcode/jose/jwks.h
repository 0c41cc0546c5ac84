/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A JWK Set of a stranger (RFC 7517 §5): keys of a kind we do not use are
 * passed over (JW-09), but a malformed, unsound or private one refuses the
 * whole set, since nobody can mean it.
 */
#ifndef AC_JOSE_JWKS_H
#define AC_JOSE_JWKS_H

#include <stddef.h>

#include "base/attr.h"
#include "jose/jwk.h"
#include "jose/jwk_parse.h"

struct ac_jwks;

/* *ret is new when the verdict is GOOD (then it has a key), else untouched. */
AC_MUST_USE enum ac_jwk_verdict ac_jwks_parse(const char *text, size_t len, struct ac_jwks **ret);
/* Another reference to the same set, to be freed as well. */
AC_MUST_USE struct ac_jwks *ac_jwks_ref(struct ac_jwks *set);
void ac_jwks_free(struct ac_jwks **set);

size_t ac_jwks_count(const struct ac_jwks *set);

/* The key a JWS means, borrowed: the first with this kid that fits alg (the
 * same kid may stand on keys of several kinds, JW-09). Without a kid, the only
 * one that fits alg; when several do, nothing says which. NULL: none. keys is a
 * struct ac_jwks *, so that this can be the find_key of a struct ac_jws_expect. */
AC_MUST_USE const struct ac_jwk *ac_jwks_find(const void *keys, const char *kid,
					      const struct ac_alg *alg);

#endif
