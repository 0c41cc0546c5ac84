/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * When a signing key comes and goes (OIDC-Core §10.1.1), as functions of the
 * rows and the time: published before it signs, for as long as an old key set
 * may be cached; kept until the last token it has signed is over (JW-04).
 */
#ifndef AC_PROTOCOL_KEY_SCHEDULE_H
#define AC_PROTOCOL_KEY_SCHEDULE_H

#include <stddef.h>
#include <stdint.h>

#include <authcode/keys.h>
#include <authcode/store.h>

#include "base/attr.h"

struct ac_key_times {
	int64_t sign_ms;
	int64_t publish_ms;
	int64_t cache_ms; /* of a key set, with others */
	int64_t token_ms; /* the longest life of a token that is signed */
};

struct ac_key_rows {
	const struct authcode_signing_key *rows;
	size_t count;
};

/* From when on a new key of alg is to sign; 0: none is due. */
AC_MUST_USE int64_t ac_key_due_ms(const struct ac_key_times *times, const struct ac_key_rows *keys,
				  const char *alg, enum authcode_key_rotation rotation,
				  int64_t now_ms);

/* When the last token that the key has signed is over, in every cache; 0: nothing
 * says yet when it signs no more: neither is there one that signs after it, nor has its
 * algorithm stopped. */
AC_MUST_USE int64_t ac_key_retire_ms(const struct ac_key_times *times,
				     const struct ac_key_rows *keys,
				     const struct authcode_signing_key *key);

/* Of those that are still to sign, the first that will; NULL: none. */
AC_MUST_USE const struct authcode_signing_key *ac_key_next(const struct ac_key_rows *keys,
							   const char *alg, int64_t now_ms);

/* When the next of these times comes at which tending changes something: a key begins
 * to sign, is forgotten, or needs a successor. signing: the algorithms (bit mask) that
 * sign. INT64_MAX: never. */
AC_MUST_USE int64_t ac_key_next_change_ms(const struct ac_key_times *times,
					  const struct ac_key_rows *keys, unsigned signing,
					  int64_t now_ms);

/* The newest key of alg in the order in which they were made; 0: none. */
AC_MUST_USE int64_t ac_key_newest_id(const struct ac_key_rows *keys, const char *alg);

#endif
