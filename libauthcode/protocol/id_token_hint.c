/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See id_token_hint.h. Whatever else we sign with the same keys (access tokens,
 * logout tokens, userinfo) has another typ or none, and is no hint (RFC 8725
 * §3.11, ID-19); nor is what lacks a claim that every ID token of ours has. Whether a
 * key of ours or the secret of a client has signed it is a matter of that client's
 * registration: who holds a secret can make hints for its own client, and for no other.
 */
#include "protocol/id_token_hint.h"

#include <string.h>

#include "jose/hmac_jws.h"
#include "jose/json_text.h"
#include "jose/jws.h"
#include "jose/jwt.h"
#include "protocol/client_keys.h"
#include "protocol/id_token.h"
#include "protocol/signing_keys.h"

/* A nearby clock of another node may be ahead of ours. */
static bool
claims_ok(const struct authcode_exchange *x, const json_t *claims)
{
	const struct ac_jwt_expect expect = {
		.iss = x->issuer->url,
		.flags = AC_JWT_NEED_SUB | AC_JWT_NEED_IAT | AC_JWT_MAY_EXPIRE,
		.now_s = x->now_ms / 1000,
		.ahead_s = AC_JWT_AHEAD_S,
	};

	return ac_jwt_check(claims, &expect) == AC_JWT_GOOD &&
	       json_is_integer(json_object_get(claims, "exp")) &&
	       json_is_integer(json_object_get(claims, "auth_time"));
}

static enum authcode_err
read_claims(struct authcode_exchange *x, const json_t *claims, struct ac_id_token_hint *ret)
{
	/* One text each: ours never have several audiences. */
	const char *sub = ac_json_text(claims, "sub"), *aud = ac_json_text(claims, "aud");
	const char *sid = NULL;
	struct ac_id_token_hint hint = { 0 };

	if (!claims_ok(x, claims) || sub == NULL || aud == NULL ||
	    !ac_json_optional_text(claims, "sid", &sid))
		return AUTHCODE_ERR_SYNTAX;
	hint.sub = ac_arena_strdup(x->arena, sub);
	hint.client_id = ac_arena_strdup(x->arena, aud);
	if (sid != NULL)
		hint.sid = ac_arena_strdup(x->arena, sid);
	if (hint.sub == NULL || hint.client_id == NULL || (sid != NULL && hint.sid == NULL))
		return AUTHCODE_ERR_MEMORY;
	*ret = hint;
	return AUTHCODE_OK;
}

static const struct ac_typ_expect hint_typ = { .names = AC_ID_TOKEN_TYP };

static enum ac_jws_verdict
verify_by_ring(const struct authcode_exchange *x, const struct ac_part *token, json_t **ret_claims)
{
	struct ac_signing_ring *ring = ac_issuer_ring_ref(x->issuer);
	const struct ac_jws_expect expect = {
		.algs = AC_ALG_ALL,
		.typ = hint_typ,
		.find_key = ac_signing_ring_find_key,
		.keys = ring,
	};
	enum ac_jws_verdict verdict = ac_jws_verify(token->data, token->len, &expect, ret_claims);

	ac_signing_ring_unref(&ring);
	return verdict;
}

/* With the secret of the client that it says it was issued to. */
static enum ac_jws_verdict
verify_by_secret(struct authcode_exchange *x, const struct ac_part *token, json_t **ret_claims)
{
	const struct authcode_client *client;
	const char *aud = NULL;

	if (ac_compact_claimed(token, &hint_typ, "aud", x->arena, &aud) == AUTHCODE_ERR_MEMORY)
		return AC_JWS_FAILED;
	client = authcode_clients_find(x->clients, aud);
	if (client == NULL || strcmp(client->id_token_alg, AC_HS256_NAME) != 0)
		return AC_JWS_ALGORITHM;
	return ac_hmac_jws_verify(token, &hint_typ, ac_client_keys_of(x->clients, client)->secret,
				  ret_claims);
}

enum authcode_err
ac_id_token_hint(struct authcode_exchange *x, const char *text, struct ac_id_token_hint *ret)
{
	const struct ac_part token = { text, strlen(text) };
	json_t *claims = NULL;
	enum ac_jws_verdict verdict = verify_by_ring(x, &token, &claims);
	enum authcode_err err;

	if (verdict == AC_JWS_ALGORITHM)
		verdict = verify_by_secret(x, &token, &claims);
	if (verdict == AC_JWS_VERIFIED)
		err = read_claims(x, claims, ret);
	else
		err = verdict == AC_JWS_FAILED ? AUTHCODE_ERR_CRYPTO : AUTHCODE_ERR_SYNTAX;
	json_decref(claims);
	return err;
}
