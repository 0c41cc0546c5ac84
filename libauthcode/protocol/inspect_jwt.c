/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See inspect.h. What we have signed, while the key is still published; each kind by its
 * typ (RFC 8725 §3.11). Of an access token (RFC 9068) the row has the last word: what
 * ended it is nowhere in the JWT.
 */
#include "protocol/inspect.h"

#include <string.h>

#include "base/secret.h"
#include "jose/json_text.h"
#include "jose/jws.h"
#include "protocol/access_token.h"
#include "protocol/credential.h"
#include "protocol/id_token.h"
#include "protocol/signing_keys.h"

static const struct {
	const char *typ;
	const char *kind;
} kinds[] = {
	{ AC_ACCESS_TOKEN_TYP, "access token" },
	{ AC_ID_TOKEN_TYP, "ID token" },
	{ AC_LOGOUT_TOKEN_TYP, "logout token" },
};

static enum ac_jws_verdict
verify(struct authcode_exchange *x, const char *text, const char *typ, json_t **ret_claims)
{
	struct ac_signing_ring *ring = ac_issuer_ring_ref(x->issuer);
	const struct ac_jws_expect expect = {
		.algs = AC_ALG_ALL,
		.typ = { .names = typ },
		.find_key = ac_signing_ring_find_key,
		.keys = ring,
	};
	enum ac_jws_verdict verdict = ac_jws_verify(text, strlen(text), &expect, ret_claims);

	ac_signing_ring_unref(&ring);
	return verdict;
}

/* In the arena, "" when there is none; NULL: no memory. */
static const char *
claim(struct authcode_exchange *x, const json_t *claims, const char *name)
{
	const char *text = ac_json_text(claims, name);

	return ac_arena_strdup(x->arena, text != NULL ? text : "");
}

static int64_t
claim_ms(const json_t *claims, const char *name)
{
	return json_integer_value(json_object_get(claims, name)) * 1000;
}

/* What the token says by itself. */
static enum authcode_err
read_claims(struct authcode_exchange *x, const json_t *claims, const char *kind,
	    struct authcode_inspection *ret)
{
	const char *client = ac_json_text(claims, "client_id") != NULL ? "client_id" : "aud";

	*ret = (struct authcode_inspection){
		.kind = kind,
		.form = "JWT",
		.client_id = claim(x, claims, client),
		.sub = claim(x, claims, "sub"),
		.scope = claim(x, claims, "scope"),
		.acr = claim(x, claims, "acr"),
		.auth_time_ms = claim_ms(claims, "auth_time"),
		.created_ms = claim_ms(claims, "iat"),
		.expires_ms = claim_ms(claims, "exp"),
		.state = x->now_ms >= claim_ms(claims, "exp") ? "expired" : "live",
		.why = x->now_ms >= claim_ms(claims, "exp")
			       ? "its time is over"
			       : "it was signed by a key of this server that is still published",
	};
	return ret->client_id != NULL && ret->sub != NULL && ret->scope != NULL && ret->acr != NULL
		       ? AUTHCODE_OK
		       : AUTHCODE_ERR_MEMORY;
}

/* The row of an access token. ERR_NOT_FOUND: it is purged. */
static enum authcode_err
find_row(struct authcode_exchange *x, const json_t *claims, struct authcode_inspection *ret)
{
	const char *jti = ac_json_text(claims, "jti");
	struct ac_credential credential;
	struct authcode_token_view view;
	enum authcode_err err;

	if (jti == NULL || !ac_credential_parse(AC_CREDENTIAL_JTI, jti, &credential))
		return AUTHCODE_ERR_NOT_FOUND;
	err = authcode_store_find_token(x->issuer->store, credential.id, x->arena, &view);
	if (err == AUTHCODE_OK)
		err = ac_credential_prove(AC_CREDENTIAL_JTI, &credential, view.token.hash);
	ac_wipe(&credential, sizeof(credential));
	if (err != AUTHCODE_OK)
		return err;
	ac_inspect_token(x, &view, ret);
	ret->form = "JWT";
	return AUTHCODE_OK;
}

/* A row goes with the token's time, or with the person it was of. */
static enum authcode_err
inspect_access(struct authcode_exchange *x, const json_t *claims, struct authcode_inspection *ret)
{
	enum authcode_err err = find_row(x, claims, ret);

	if (err != AUTHCODE_ERR_NOT_FOUND)
		return err;
	err = read_claims(x, claims, kinds[0].kind, ret);
	if (err == AUTHCODE_OK && x->now_ms < ret->expires_ms) {
		ret->state = "revoked";
		ret->why = "it is signed by this server, which knows nothing of it any more";
	}
	return err;
}

enum authcode_err
ac_inspect_jwt(struct authcode_exchange *x, const char *text, struct authcode_inspection *ret)
{
	enum authcode_err err = AUTHCODE_ERR_NOT_FOUND;

	for (size_t i = 0; i < AC_ARRAY_SIZE(kinds) && err == AUTHCODE_ERR_NOT_FOUND; i++) {
		json_t *claims = NULL;
		enum ac_jws_verdict verdict = verify(x, text, kinds[i].typ, &claims);

		if (verdict == AC_JWS_VERIFIED)
			err = i == 0 ? inspect_access(x, claims, ret)
				     : read_claims(x, claims, kinds[i].kind, ret);
		else if (verdict == AC_JWS_FAILED)
			err = AUTHCODE_ERR_CRYPTO;
		json_decref(claims);
	}
	return err;
}
