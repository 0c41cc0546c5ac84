/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See signer.h. The ring is held only while it signs: a key that is put out of
 * it meanwhile stays whole until then. A client's secret signs under the one name
 * that the client is registered for, so that no key of ours ever stands in for it.
 */
#include "protocol/signer.h"

#include <string.h>

#include "jose/algorithm.h"
#include "jose/hmac_jws.h"
#include "jose/jws.h"
#include "protocol/client_keys.h"
#include "protocol/signing_keys.h"

static const struct ac_signing_key *
find(const struct ac_signer *signer, const struct ac_signing_ring *ring)
{
	const struct ac_alg *alg = ac_alg_find(signer->alg);

	return alg != NULL ? ac_signing_ring_signer(ring, alg->id, signer->now_ms) : NULL;
}

static enum authcode_err
sign_by_ring(const struct ac_signer *signer, const char *typ, const json_t *claims,
	     struct authcode_arena *arena, char **ret_token)
{
	struct ac_signing_ring *ring = ac_issuer_ring_ref(signer->issuer);
	const struct ac_signing_key *key = find(signer, ring);
	enum authcode_err err = AUTHCODE_ERR_CRYPTO;

	if (key != NULL)
		err = ac_jws_sign_claims(key->pair, typ, claims, arena, ret_token);
	ac_signing_ring_unref(&ring);
	return err;
}

/* NULL: it is not the client's secret that signs. */
static const struct ac_secret *
secret_of(const struct ac_signer *signer)
{
	if (strcmp(signer->alg, AC_HS256_NAME) != 0)
		return NULL;
	return ac_client_keys_of(signer->clients, signer->client)->secret;
}

enum authcode_err
ac_signer_check(const struct ac_signer *signer)
{
	struct ac_signing_ring *ring;
	bool found;

	if (secret_of(signer) != NULL)
		return AUTHCODE_OK;
	ring = ac_issuer_ring_ref(signer->issuer);
	found = find(signer, ring) != NULL;
	ac_signing_ring_unref(&ring);
	return found ? AUTHCODE_OK : AUTHCODE_ERR_CRYPTO;
}

enum authcode_err
ac_signer_sign(const struct ac_signer *signer, const char *typ, const json_t *claims,
	       struct authcode_arena *arena, const char **ret_token)
{
	const struct ac_secret *secret = secret_of(signer);
	char *token = NULL;
	enum authcode_err err =
		secret != NULL ? ac_hmac_jws_sign_claims(secret, typ, claims, arena, &token)
			       : sign_by_ring(signer, typ, claims, arena, &token);

	if (err == AUTHCODE_OK)
		*ret_token = token;
	return err;
}
