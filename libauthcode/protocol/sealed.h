/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What the store keeps sealed under the master key, one row for each place: which derived
 * key, and the label that ties a text to its place, its name and the issuer. A text says
 * which master key it is sealed under, so that a wrong one is known from a damaged row.
 *
 *   text = id of the master key ‖ "." ‖ ac_seal(data), for place, name and issuer
 */
#ifndef AC_PROTOCOL_SEALED_H
#define AC_PROTOCOL_SEALED_H

#include "base/arena.h"
#include "base/attr.h"
#include "protocol/issuer.h"

/* Where the text is kept, and whose it is. */
struct ac_sealed_at {
	enum authcode_sealed_place place;
	const char *name;
	const char *issuer; /* URL */
};

/* New text in the arena. */
AC_MUST_USE enum authcode_err ac_sealed_close(const struct ac_issuer_keys *keys,
					      const struct authcode_random *random,
					      const struct ac_sealed_at *at,
					      const struct ac_part *data,
					      struct authcode_arena *arena, const char **ret);

/* ERR_CRYPTO: not sealed under this master key, or not there. In the arena, which is to be
 * one that wipes. */
AC_MUST_USE enum authcode_err ac_sealed_open(const struct ac_issuer_keys *keys,
					     const struct ac_sealed_at *at, const char *text,
					     struct authcode_arena *arena, struct ac_part *ret);

#endif
