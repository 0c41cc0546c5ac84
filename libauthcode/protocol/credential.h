/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The one form of everything we give out: prefix ‖ base64url(8-byte row key ‖
 * 32 random bytes); refresh_token.h says what those of a refresh token are. The
 * row is found by its integer key; the proof is constant-time equality of
 * SHA-256(kind ‖ 32 bytes), and only that hash is stored. The kind in the hash and
 * a prefix of its own keep kinds from being swapped, and let secret scanners and
 * people tell them apart.
 */
#ifndef AC_PROTOCOL_CREDENTIAL_H
#define AC_PROTOCOL_CREDENTIAL_H

#include <stdbool.h>
#include <stdint.h>

#include <authcode/error.h>
#include <authcode/issuer.h>
#include <authcode/store.h>

#include "base/arena.h"
#include "base/attr.h"

#define AC_CREDENTIAL_SECRET_LEN 32
#define AC_CREDENTIAL_KEY_LEN 8

enum ac_credential_kind {
	AC_CREDENTIAL_CODE,    /* acc_ */
	AC_CREDENTIAL_ACCESS,  /* aca_ */
	AC_CREDENTIAL_REFRESH, /* acr_ */
	AC_CREDENTIAL_SESSION, /* acs_ */
	AC_CREDENTIAL_JTI,     /* acj_: names the row of a JWT; by itself it opens nothing */
	AC_CREDENTIAL_DEVICE,  /* acd_ */
	AC_CREDENTIAL_KIND_COUNT,
};

struct ac_credential {
	int64_t id; /* row key, > 0 */
	uint8_t secret[AC_CREDENTIAL_SECRET_LEN];
};

/* False when text is not of this kind or not canonical. */
AC_MUST_USE bool ac_credential_parse(enum ac_credential_kind kind, const char *text,
				     struct ac_credential *ret);

/* The kind that text's prefix names, or AC_CREDENTIAL_KIND_COUNT. */
enum ac_credential_kind ac_credential_kind_of(const char *text);

/* New text in the arena, NULL when it is full. */
char *ac_credential_format(enum ac_credential_kind kind, const struct ac_credential *credential,
			   struct authcode_arena *arena);

/* A fresh secret and its hash; id stays 0 until the store has made the row. */
AC_MUST_USE enum authcode_err ac_credential_mint(enum ac_credential_kind kind,
						 const struct authcode_random *random,
						 struct ac_credential *ret,
						 uint8_t ret_hash[AUTHCODE_HASH_LEN]);

/* A row key as it stands in a credential; 0 when it can be none. */
void ac_credential_put_key(int64_t id, uint8_t out[AC_CREDENTIAL_KEY_LEN]);
AC_MUST_USE int64_t ac_credential_get_key(const uint8_t raw[AC_CREDENTIAL_KEY_LEN]);

/* What the store keeps of it. */
AC_MUST_USE enum authcode_err ac_credential_hash(enum ac_credential_kind kind,
						 const struct ac_credential *credential,
						 uint8_t ret_hash[AUTHCODE_HASH_LEN]);

/* Does the stored hash belong to this credential? Constant time. */
AC_MUST_USE bool ac_credential_verify(enum ac_credential_kind kind,
				      const struct ac_credential *credential,
				      const uint8_t hash[AUTHCODE_HASH_LEN]);

/* The same for callers to whom "unknown" is a success of its own (RFC 7009
 * §2.2): OK, ERR_NOT_FOUND when the hash is not this credential's, ERR_CRYPTO
 * when that could not be found out. */
AC_MUST_USE enum authcode_err ac_credential_prove(enum ac_credential_kind kind,
						  const struct ac_credential *credential,
						  const uint8_t hash[AUTHCODE_HASH_LEN]);

#endif
