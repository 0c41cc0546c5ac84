/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The keys an issuer signs with, as the host sees them: tended from time to
 * time, published, listed. Private parts are in the store, sealed under the
 * master key, and nowhere else.
 */
#ifndef AUTHCODE_KEYS_H
#define AUTHCODE_KEYS_H

#include <authcode/issuer.h>

#ifdef __cplusplus
extern "C" {
#endif

enum authcode_key_rotation {
	AUTHCODE_KEYS_TEND = 0,       /* a new key where one is due */
	AUTHCODE_KEYS_ROTATE,         /* one for each algorithm, to sign when every cache has it */
	AUTHCODE_KEYS_ROTATE_AT_ONCE, /* one for each algorithm that signs from now on */
};

/* Reads the keys from the store, makes those that are missing or due, forgets those
 * whose last token is over, and puts the result in use. To be called before the first
 * exchange, since until then nothing can be signed, and then every hour or so; what
 * fails leaves the keys in use as they were. Blocks: making an RSA key takes a while. Thread-safe.
 * ERR_CRYPTO: a key in the store does not open with this master key; ERR_LIMIT: as
 * many keys are published as can be, so none is made; ERR_STORE, ERR_MEMORY,
 * ERR_RANDOM, ERR_USAGE (now_ms). reason may be NULL. */
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_issuer_tend_keys(struct authcode_issuer *issuer, int64_t now_ms,
			  enum authcode_key_rotation rotation, struct authcode_reason *reason);

/* When tending next changes something, as the last tending has found; INT64_MAX: never.
 * A host that tends then has a key in its place at the moment it begins to sign, and is
 * free to tend later. Thread-safe. */
AUTHCODE_API int64_t authcode_issuer_keys_change_ms(struct authcode_issuer *issuer);

/* Withdraws a key that somebody else may have. Before this returns it is published no
 * more, its private part is gone from the store, what it has signed is refused (ID token
 * hints, JWT access tokens), and where it signed another does: the next, else a new one.
 * Its kid is never given again. Others believe what it has signed for as long as they
 * keep the key set (jwks_cache_s). What follows a failure may be half of it: ask again.
 * Blocks as tending does. Thread-safe. ERR_NOT_FOUND: no key of this kid is in use;
 * others as authcode_issuer_tend_keys(). */
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_issuer_withdraw_key(struct authcode_issuer *issuer, const char *kid, int64_t now_ms,
			     struct authcode_reason *reason);

/* Everything in the store that is sealed under the master key is sealed under this one
 * from now on, in one operation: when it is reported done the old key opens nothing any
 * more. To be kept by the host beside the old one before, and in its place afterwards. Of
 * what clients have learned nothing changes; whoever is signing in, or has been told a
 * user code, begins anew. Thread-safe. ERR_CRYPTO: something that is sealed does not open;
 * ERR_STORE: as authcode_master_key_opens() tells it may have worked nevertheless;
 * ERR_USAGE: the keys have not been tended; ERR_MEMORY, ERR_RANDOM, ERR_LIMIT. */
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_issuer_rotate_master_key(struct authcode_issuer *issuer,
				  const uint8_t master_key[AUTHCODE_MASTER_KEY_LEN], int64_t now_ms,
				  struct authcode_reason *reason);

/* Is it the master key of what this store has for the issuer URL? OK; ERR_CRYPTO: it opens
 * nothing of it; ERR_NOT_FOUND: nothing is sealed yet; ERR_STORE, ERR_MEMORY, ERR_LIMIT. */
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_master_key_opens(struct authcode_store *store, const char *issuer,
			  const uint8_t master_key[AUTHCODE_MASTER_KEY_LEN]);

/* The public parts of all keys in use: a JWK Set (RFC 7517 §5) to be served to anybody
 * at AUTHCODE_JWKS_PATH behind the issuer URL, for whoever asks to keep it no longer
 * than jwks_cache_s. Changes only when the keys are tended. New, to be freed with
 * free(); NULL: no memory. Thread-safe. */
#define AUTHCODE_JWKS_PATH "/jwks"
AUTHCODE_API AUTHCODE_MUST_USE char *authcode_issuer_jwks(struct authcode_issuer *issuer);

enum authcode_key_state {
	AUTHCODE_KEY_NEXT,    /* published, does not sign yet */
	AUTHCODE_KEY_CURRENT, /* signs */
	AUTHCODE_KEY_RETIRED, /* published while something it has signed may be shown */
};

#define AUTHCODE_MAX_KEYS 64

struct authcode_key_info {
	char kid[64 + 1];
	const char *alg; /* for ever */
	enum authcode_key_state state;
	int64_t created_ms;
	int64_t active_ms; /* signs from then on */
	int64_t retire_ms; /* is forgotten then; 0: not known yet */
};

/* The keys in use, by algorithm and time, up to capacity of them. Returns their
 * number. Thread-safe. */
AUTHCODE_API size_t authcode_issuer_list_keys(struct authcode_issuer *issuer, int64_t now_ms,
					      struct authcode_key_info *ret, size_t capacity);

#ifdef __cplusplus
}
#endif
#endif
