/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The part of <authcode/store.h> that is about the issuer's own keys: their rows and
 * the operations on them. What is sealed is sealed by the caller; the store never
 * looks inside.
 */
#ifndef AUTHCODE_STORE_KEYS_H
#define AUTHCODE_STORE_KEYS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A key pair that signs tokens. */
struct authcode_signing_key {
	int64_t id;
	const char *kid; /* never names another key (RFC 7517 §4.5) */
	const char *alg;
	const char *sealed; /* the private part, by the caller's choice of sealing */
	int64_t created_ms;
	int64_t active_ms;  /* from when on it signs */
	int64_t stopped_ms; /* since when its algorithm signs nothing any more; 0: it does */
};

/* Adds a key. Its id is one more than the greatest there was. newest_id is the greatest
 * of the keys of alg that are not forgotten, as far as the caller has seen, 0: none.
 * DONE; CONFLICT: there is a newer one by now, or the kid was ever given to a key,
 * forgotten ones included. kid, alg and sealed are not empty. */
struct authcode_op_add_signing_key {
	const char *kid;
	const char *alg;
	const char *sealed;
	int64_t active_ms;
	int64_t newest_id;
	int64_t ret_key_id;
};

/* Deletes the private part of a key, from the disk too as far as the backend can see to
 * it, and lists the key no more; its kid is kept for ever. successor_id: a key that signs
 * from now on, if it did not before; 0: none. DONE also when it was forgotten before;
 * NOT_FOUND; CONFLICT: the successor is the key itself, of another algorithm, forgotten
 * or unknown: then nothing is done. */
struct authcode_op_forget_signing_key {
	int64_t key_id;
	int64_t successor_id;
};

/* Notes since when the algorithm of a key signs nothing; 0: that it does again. DONE;
 * NOT_FOUND: unknown or forgotten. */
struct authcode_op_stop_signing_key {
	int64_t key_id;
	int64_t stopped_ms;
};

/* --- what is sealed ----------------------------------------------------------- */

/* Everything in the store that is sealed under the master key, so that it can be sealed
 * anew under another. A backend has a row for each place. */
enum authcode_sealed_place {
	AUTHCODE_SEALED_SIGNING_KEY = 1, /* name: algorithm and kid, with a space between */
	AUTHCODE_SEALED_SECRET,          /* name: that of put_secret */
	AUTHCODE_SEALED_CLIENT,          /* name: the id of a registered client */
};

struct authcode_sealed {
	enum authcode_sealed_place place;
	const char *name; /* with the place, whose it is */
	const char *sealed;
};

/* Keeps a secret of the issuer, sealed, for ever. DONE; CONFLICT: there is one of this
 * name, which stays. name and sealed are not empty. */
struct authcode_op_put_secret {
	const char *name;
	const char *sealed;
};

/* Puts other texts in the place of everything that is sealed, all of it at once. before:
 * what list_sealed gave; after: the texts to come, in the same order, none empty. DONE;
 * CONFLICT: before is not all there is by now, and nothing is done. */
struct authcode_op_reseal {
	const struct authcode_sealed *before;
	const char *const *after;
	size_t count;
};

#ifdef __cplusplus
}
#endif
#endif
