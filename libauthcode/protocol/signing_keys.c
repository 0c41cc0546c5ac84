/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See signing_keys.h. What is published is rendered when the ring is made, so
 * that a request for it costs nothing and shows one moment.
 */
#include "protocol/signing_keys.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "protocol/issuer.h"
#include "protocol/json_member.h"

struct ac_signing_ring {
	atomic_uint references;
	unsigned signing;
	char *jwks;
	size_t count;
	struct ac_signing_key keys[];
};

const struct ac_signing_key *
ac_signing_ring_signer(const struct ac_signing_ring *ring, enum ac_alg_id alg, int64_t now_ms)
{
	const struct ac_signing_key *signer = NULL;

	if (ring == NULL || (ring->signing & AC_ALG_BIT(alg)) == 0)
		return NULL;
	for (size_t i = 0; i < ring->count; i++) {
		const struct ac_signing_key *key = &ring->keys[i];

		if (key->alg != alg || key->active_ms > now_ms)
			continue;
		if (signer == NULL || key->active_ms > signer->active_ms ||
		    (key->active_ms == signer->active_ms && key->id > signer->id))
			signer = key;
	}
	return signer;
}

const struct ac_signing_key *
ac_signing_ring_find(const struct ac_signing_ring *ring, const char *kid)
{
	if (ring == NULL || kid == NULL)
		return NULL;
	for (size_t i = 0; i < ring->count; i++) {
		if (strcmp(ring->keys[i].kid, kid) == 0)
			return &ring->keys[i];
	}
	return NULL;
}

const struct ac_jwk *
ac_signing_ring_find_key(const void *ring, const char *kid, const struct ac_alg *alg)
{
	const struct ac_signing_key *key = ac_signing_ring_find(ring, kid);

	return key != NULL && key->alg == alg->id ? key->pair : NULL;
}

const struct ac_signing_key *
ac_signing_ring_at(const struct ac_signing_ring *ring, size_t i)
{
	return ring != NULL && i < ring->count ? &ring->keys[i] : NULL;
}

const char *
ac_signing_ring_jwks(const struct ac_signing_ring *ring)
{
	return ring != NULL ? ring->jwks : "{\"keys\":[]}";
}

/* --- made and unmade ------------------------------------------------------------- */

static enum authcode_err
render(struct ac_signing_ring *ring, int64_t now_ms)
{
	json_t *set = json_object();
	json_t *list = json_array();
	bool ok = set != NULL && ac_json_put_take(set, "keys", list);

	for (int signing = 1; ok && signing >= 0; signing--) {
		for (size_t i = 0; ok && i < ring->count; i++) {
			const struct ac_signing_key *key = &ring->keys[i];
			const bool signs = ac_signing_ring_signer(ring, key->alg, now_ms) == key;

			if (signs == (signing == 1))
				ok = json_array_append_new(list, ac_jwk_public(key->pair)) == 0;
		}
	}
	if (ok)
		ring->jwks = json_dumps(set, JSON_COMPACT);
	json_decref(set);
	return ring->jwks != NULL ? AUTHCODE_OK : AUTHCODE_ERR_MEMORY;
}

enum authcode_err
ac_signing_ring_new(const struct ac_signing_key *keys, size_t count, unsigned signing,
		    int64_t now_ms, struct ac_signing_ring **ret)
{
	struct ac_signing_ring *ring;
	enum authcode_err err = AUTHCODE_OK;

	if (count > AC_MAX_SIGNING_KEYS)
		return AUTHCODE_ERR_LIMIT;
	ring = calloc(1, sizeof(*ring) + count * sizeof(ring->keys[0]));
	if (ring == NULL)
		return AUTHCODE_ERR_MEMORY;
	atomic_init(&ring->references, 1);
	ring->signing = signing;
	for (size_t i = 0; i < count && err == AUTHCODE_OK; i++) {
		if (ac_signing_ring_find(ring, keys[i].kid) != NULL) {
			err = AUTHCODE_ERR_USAGE;
			break;
		}
		ring->keys[i] = keys[i];
		ring->keys[i].pair = ac_jwk_ref(keys[i].pair);
		ring->count++;
	}
	if (err == AUTHCODE_OK)
		err = render(ring, now_ms);
	if (err != AUTHCODE_OK) {
		ac_signing_ring_unref(&ring);
		return err;
	}
	*ret = ring;
	return AUTHCODE_OK;
}

struct ac_signing_ring *
ac_signing_ring_ref(struct ac_signing_ring *ring)
{
	if (ring != NULL)
		atomic_fetch_add_explicit(&ring->references, 1, memory_order_relaxed);
	return ring;
}

void
ac_signing_ring_unref(struct ac_signing_ring **ring)
{
	struct ac_signing_ring *gone = *ring;

	*ring = NULL;
	/* The last reference must see every read of the others done. */
	if (gone == NULL ||
	    atomic_fetch_sub_explicit(&gone->references, 1, memory_order_acq_rel) != 1)
		return;
	for (size_t i = 0; i < gone->count; i++)
		ac_jwk_free(&gone->keys[i].pair);
	free(gone->jwks);
	free(gone);
}

/* --- of the issuer --------------------------------------------------------------- */

struct ac_signing_ring *
ac_issuer_ring_ref(struct authcode_issuer *issuer)
{
	struct ac_signing_ring *ring;

	pthread_mutex_lock(&issuer->ring_lock);
	ring = ac_signing_ring_ref(issuer->ring);
	pthread_mutex_unlock(&issuer->ring_lock);
	return ring;
}

void
ac_issuer_ring_set_take(struct authcode_issuer *issuer, struct ac_signing_ring *ring)
{
	struct ac_signing_ring *old;

	pthread_mutex_lock(&issuer->ring_lock);
	old = issuer->ring;
	issuer->ring = ring;
	pthread_mutex_unlock(&issuer->ring_lock);
	ac_signing_ring_unref(&old);
}
