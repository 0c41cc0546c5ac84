/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The signature algorithms of JWS that use a key pair (RFC 7518 §3.1, RFC 8037
 * §3.1). HS256 is not among them, and `none` is nowhere: a function that takes
 * a row cannot be talked into using a public key as an HMAC secret. HS256 has
 * its own file, hmac_jws.h.
 */
#ifndef AC_JOSE_ALGORITHM_H
#define AC_JOSE_ALGORITHM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

enum ac_alg_id { AC_ALG_RS256, AC_ALG_PS256, AC_ALG_ES256, AC_ALG_EDDSA, AC_ALG_COUNT };

/* Sets of algorithms are bit masks. */
#define AC_ALG_BIT(id) (1u << (id))
#define AC_ALG_ALL (AC_ALG_BIT(AC_ALG_COUNT) - 1)

/* Holds every signature: the RSA modulus is the longest. */
#define AC_MAX_SIGNATURE 1024

struct ac_alg {
	enum ac_alg_id id;
	const char *name;       /* `alg` */
	const char *kty;        /* of the JWK that may be used with it */
	const char *crv;        /* NULL: this kty has none */
	const char *key_type;   /* libcrypto's name for kty and crv */
	const char *group;      /* libcrypto's name of the curve; NULL: none to name */
	const char *digest;     /* NULL: the algorithm hashes itself */
	const char *half_hash;  /* of at_hash and c_hash, see half_hash.h */
	size_t signature_len;   /* bytes, exactly; 0: as long as the RSA modulus */
	int min_bits, max_bits; /* as EVP_PKEY_get_bits() counts them */
	bool pss;               /* RSASSA-PSS, salt as long as the digest */
	bool slow;              /* signing takes near a millisecond */
};

const struct ac_alg *ac_alg(enum ac_alg_id id);

/* NULL: no row, so not supported. Names are case-sensitive (RFC 7515 §4.1.1). */
AC_MUST_USE const struct ac_alg *ac_alg_find(const char *name);

#endif
