/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Secrets of clients that the store keeps because they are needed themselves: an HMAC
 * is verified with the secret and not with its hash (RFC 7518 §3.2). The seal is bound
 * to issuer and client, so that a row that was moved opens nothing.
 */
#include "protocol/client_sealed.h"

#include <string.h>

#include "base/limits.h"
#include "protocol/sealed.h"

#define TRIES 2

/* Another master key takes the place of the one there is under the same lock. */
static pthread_mutex_t *
lock_of(const struct authcode_issuer *issuer)
{
	return (pthread_mutex_t *)&issuer->tend_lock;
}

enum authcode_err
ac_client_secret_seal(const struct authcode_issuer *issuer, const char *client_id,
		      const char *secret, struct authcode_arena *arena, const char **ret_sealed)
{
	const struct ac_sealed_at at = { AUTHCODE_SEALED_CLIENT, client_id, issuer->url };
	const struct ac_part data = { secret, strlen(secret) };
	enum authcode_err err;

	if (data.len == 0 || data.len > AC_MAX_CLIENT_SECRET)
		return AUTHCODE_ERR_LIMIT;
	pthread_mutex_lock(lock_of(issuer));
	err = ac_sealed_close(&issuer->keys, &issuer->random, &at, &data, arena, ret_sealed);
	pthread_mutex_unlock(lock_of(issuer));
	return err;
}

/* Between the seal and the store another master key may have taken the place of this one:
 * then it is in use already, or its rotation holds the lock, and there is one try more. */
enum authcode_err
authcode_issuer_put_client(const struct authcode_issuer *issuer, const char *secret,
			   struct authcode_arena *arena, struct authcode_operation *operation)
{
	struct authcode_op_put_client *args = &operation->u.put_client;
	enum authcode_err err = AUTHCODE_OK;

	if (operation->kind != AUTHCODE_OP_PUT_CLIENT || args->client_id == NULL)
		return AUTHCODE_ERR_USAGE;
	for (int i = 0; i < TRIES; i++) {
		args->sealed_secret = "";
		if (secret != NULL)
			err = ac_client_secret_seal(issuer, args->client_id, secret, arena,
						    &args->sealed_secret);
		if (err != AUTHCODE_OK)
			return err;
		authcode_store_perform(issuer->store, operation);
		if (operation->result != AUTHCODE_RESULT_OTHER_KEY)
			break;
	}
	return AUTHCODE_OK;
}

enum authcode_err
authcode_issuer_open_client_secret(const struct authcode_issuer *issuer, const char *client_id,
				   const char *sealed, struct authcode_arena *arena,
				   const char **ret_secret)
{
	const struct ac_sealed_at at = { AUTHCODE_SEALED_CLIENT, client_id, issuer->url };
	struct ac_part data;
	enum authcode_err err;

	pthread_mutex_lock(lock_of(issuer));
	err = ac_sealed_open(&issuer->keys, &at, sealed, arena, &data);
	pthread_mutex_unlock(lock_of(issuer));
	if (err != AUTHCODE_OK)
		return err;
	/* ac_unseal() has put a NUL behind it. */
	if (data.len == 0 || data.len > AC_MAX_CLIENT_SECRET || strlen(data.data) != data.len)
		return AUTHCODE_ERR_CRYPTO;
	*ret_secret = data.data;
	return AUTHCODE_OK;
}
