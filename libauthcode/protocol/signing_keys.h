/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The keys that sign our tokens, as one immutable ring: every key that is
 * published, of every algorithm. A request takes a reference and keeps it to
 * its end, while tend_keys.c may already have put another ring in its place.
 */
#ifndef AC_PROTOCOL_SIGNING_KEYS_H
#define AC_PROTOCOL_SIGNING_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include <authcode/issuer.h>

#include "base/attr.h"
#include "base/limits.h"
#include "jose/jwk.h"

struct ac_signing_key {
	char kid[AC_MAX_KID + 1]; /* its thumbprint (RFC 7638): never that of another key */
	enum ac_alg_id alg;
	struct ac_jwk *pair;
	int64_t id; /* of its row */
	int64_t created_ms;
	int64_t active_ms; /* from when on it signs */
	int64_t retire_ms; /* when the last it has signed is over; 0: it has no successor */
};

struct ac_signing_ring;

/* Takes a reference to the pair of each key. signing: the algorithms (bit mask) that
 * sign; a key of another is published only. now_ms decides the order in the JWKS, no
 * more: those that sign now come first, for clients that look no further. ERR_LIMIT:
 * more than AC_MAX_SIGNING_KEYS; ERR_USAGE: a kid twice. */
AC_MUST_USE enum authcode_err ac_signing_ring_new(const struct ac_signing_key *keys, size_t count,
						  unsigned signing, int64_t now_ms,
						  struct ac_signing_ring **ret);

struct ac_signing_ring *ac_signing_ring_ref(struct ac_signing_ring *ring);
/* NULL-safe, sets NULL. */
void ac_signing_ring_unref(struct ac_signing_ring **ring);

/* All of the following borrow from the ring, and take NULL for one without keys. */

/* The key of that algorithm that became active last; NULL: none. */
AC_MUST_USE const struct ac_signing_key *ac_signing_ring_signer(const struct ac_signing_ring *ring,
								enum ac_alg_id alg, int64_t now_ms);

/* Any key that is published, to verify a token of ours; NULL: none (kid NULL: none). */
AC_MUST_USE const struct ac_signing_key *ac_signing_ring_find(const struct ac_signing_ring *ring,
							      const char *kid);

/* The same as the find_key of a struct ac_jws_expect: ring is a struct
 * ac_signing_ring *, and the key must be one for alg (JW-07). */
AC_MUST_USE const struct ac_jwk *ac_signing_ring_find_key(const void *ring, const char *kid,
							  const struct ac_alg *alg);

/* NULL: past the last. */
AC_MUST_USE const struct ac_signing_key *ac_signing_ring_at(const struct ac_signing_ring *ring,
							    size_t i);

/* The JWK Set (RFC 7517 §5), made once: public members alone (JW-01, JW-02). */
const char *ac_signing_ring_jwks(const struct ac_signing_ring *ring);

/* The ring of this moment, with a reference for the caller. NULL: the keys have not
 * been tended yet. */
struct ac_signing_ring *ac_issuer_ring_ref(struct authcode_issuer *issuer);

/* Puts a ring in the place of the one before; takes the reference. */
void ac_issuer_ring_set_take(struct authcode_issuer *issuer, struct ac_signing_ring *ring);

#endif
