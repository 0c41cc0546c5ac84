/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Secrets of clients that the store keeps because they are needed themselves: an HMAC
 * is verified with the secret and not with its hash (RFC 7518 §3.2). The seal is bound
 * to issuer and client, so that a row that was moved opens nothing.
 */
#include "protocol/issuer.h"

#include <string.h>

#include "base/arena.h"
#include "base/limits.h"
#include "jose/seal.h"

static char *
label_of(const struct authcode_issuer *issuer, const char *client_id, struct authcode_arena *arena)
{
	return ac_arena_printf(arena, "client-secret %s %s", client_id, issuer->url);
}

enum authcode_err
authcode_issuer_seal_client_secret(const struct authcode_issuer *issuer, const char *client_id,
				   const char *secret, struct authcode_arena *arena,
				   const char **ret_sealed)
{
	uint8_t nonce[AC_SEAL_NONCE_LEN];
	const char *label;
	char *sealed = NULL;
	size_t len = strlen(secret);
	enum authcode_err err;

	if (len == 0 || len > AC_MAX_CLIENT_SECRET)
		return AUTHCODE_ERR_LIMIT;
	label = label_of(issuer, client_id, arena);
	if (label == NULL)
		return AUTHCODE_ERR_MEMORY;
	err = issuer->random.fill(issuer->random.ctx, nonce, sizeof(nonce));
	if (err == AUTHCODE_OK)
		err = ac_seal(issuer->keys.client_secret, nonce, label, secret, len, arena,
			      &sealed);
	if (err == AUTHCODE_OK)
		*ret_sealed = sealed;
	return err;
}

enum authcode_err
authcode_issuer_open_client_secret(const struct authcode_issuer *issuer, const char *client_id,
				   const char *sealed, struct authcode_arena *arena,
				   const char **ret_secret)
{
	const char *label = label_of(issuer, client_id, arena);
	uint8_t nonce[AC_SEAL_NONCE_LEN];
	void *data = NULL;
	size_t len = 0;
	enum authcode_err err;

	if (label == NULL)
		return AUTHCODE_ERR_MEMORY;
	err = ac_unseal(issuer->keys.client_secret, label, sealed, arena, nonce, &data, &len);
	if (err == AUTHCODE_ERR_SYNTAX)
		return AUTHCODE_ERR_CRYPTO;
	if (err == AUTHCODE_OK && (len == 0 || len > AC_MAX_CLIENT_SECRET || strlen(data) != len))
		return AUTHCODE_ERR_CRYPTO;
	if (err == AUTHCODE_OK)
		*ret_secret = data;
	return err;
}
