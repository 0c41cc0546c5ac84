/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See signer.h. The ring is held only while it signs: a key that is put out of
 * it meanwhile stays whole until then.
 */
#include "protocol/signer.h"

#include "jose/algorithm.h"
#include "jose/jws.h"
#include "protocol/signing_keys.h"

static const struct ac_signing_key *
find(const struct ac_signing_ring *ring, const char *name, int64_t now_ms)
{
	const struct ac_alg *alg = ac_alg_find(name);

	return alg != NULL ? ac_signing_ring_signer(ring, alg->id, now_ms) : NULL;
}

enum authcode_err
ac_signer_check(struct authcode_exchange *x, const char *alg)
{
	struct ac_signing_ring *ring = ac_issuer_ring_ref(x->issuer);
	enum authcode_err err =
		find(ring, alg, x->now_ms) != NULL ? AUTHCODE_OK : AUTHCODE_ERR_CRYPTO;

	ac_signing_ring_unref(&ring);
	return err;
}

enum authcode_err
ac_signer_sign(struct authcode_exchange *x, const char *alg, const char *typ, const json_t *claims,
	       const char **ret_token)
{
	struct ac_signing_ring *ring = ac_issuer_ring_ref(x->issuer);
	const struct ac_signing_key *key = find(ring, alg, x->now_ms);
	enum authcode_err err = AUTHCODE_ERR_CRYPTO;
	char *token = NULL;

	if (key != NULL)
		err = ac_jws_sign_claims(key->pair, typ, claims, x->arena, &token);
	ac_signing_ring_unref(&ring);
	if (err == AUTHCODE_OK)
		*ret_token = token;
	return err;
}
