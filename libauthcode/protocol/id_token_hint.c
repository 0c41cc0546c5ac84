/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See id_token_hint.h. Whatever else we sign with the same keys (access tokens,
 * logout tokens, userinfo) has another typ or none, and is no hint (RFC 8725
 * §3.11, ID-19); nor is what lacks a claim that every ID token of ours has.
 */
#include "protocol/id_token_hint.h"

#include <string.h>

#include "jose/json_text.h"
#include "jose/jws.h"
#include "jose/jwt.h"
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

enum authcode_err
ac_id_token_hint(struct authcode_exchange *x, const char *text, struct ac_id_token_hint *ret)
{
	struct ac_signing_ring *ring = ac_issuer_ring_ref(x->issuer);
	const struct ac_jws_expect expect = {
		.algs = AC_ALG_ALL,
		.typ = { .names = AC_ID_TOKEN_TYP },
		.find_key = ac_signing_ring_find_key,
		.keys = ring,
	};
	json_t *claims = NULL;
	enum ac_jws_verdict verdict = ac_jws_verify(text, strlen(text), &expect, &claims);
	enum authcode_err err;

	ac_signing_ring_unref(&ring);
	if (verdict == AC_JWS_VERIFIED)
		err = read_claims(x, claims, ret);
	else
		err = verdict == AC_JWS_FAILED ? AUTHCODE_ERR_CRYPTO : AUTHCODE_ERR_SYNTAX;
	json_decref(claims);
	return err;
}
