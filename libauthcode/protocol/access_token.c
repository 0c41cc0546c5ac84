/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See access_token.h. A JWT of ours counts here only together with its row: the
 * signature says that we wrote it, the row whether it still holds (RFC 9068 §4, §5).
 * Its jti is a credential of a kind that nothing takes, so that who only hears of it
 * holds nothing.
 */
#include "protocol/access_token.h"

#include <string.h>

#include "base/secret.h"
#include "jose/jws.h"
#include "jose/jwt.h"
#include "protocol/access.h"
#include "protocol/json_member.h"
#include "protocol/resource.h"
#include "protocol/scope.h"
#include "protocol/signing_keys.h"
#include "protocol/subject.h"

/* RFC 9068 §2.1: the one algorithm that everybody knows. */
#define DEFAULT_ALG "RS256"
#define MAX_GROUPS 4096 /* bytes of their JSON: what does not fit a header helps nobody */

static bool
takes_jwt(const struct authcode_resource *row, const struct authcode_client *client)
{
	if (row->format == AUTHCODE_FORMAT_DEFAULT)
		return client->access_token_format == AUTHCODE_FORMAT_JWT;
	return row->format == AUTHCODE_FORMAT_JWT;
}

static const char *
alg_for(const struct authcode_resource *row, const struct authcode_client *client)
{
	if (row->access_token_alg != NULL)
		return row->access_token_alg;
	return client->access_token_alg != NULL ? client->access_token_alg : DEFAULT_ALG;
}

struct ac_access_form
ac_access_form(const struct authcode_exchange *x, const struct authcode_client *client,
	       const char *resource)
{
	const struct authcode_lifetimes *lifetimes = &x->rules->lifetimes;
	struct ac_access_form form = { 0 };
	bool jwt = true;

	for (size_t i = 0; i < x->rules->resource_count; i++) {
		const struct authcode_resource *row = &x->rules->resources[i];
		const char *alg = alg_for(row, client);

		if (!ac_resource_has(x->issuer, resource, row->uri))
			continue;
		jwt = jwt && takes_jwt(row, client);
		if (form.alg != NULL && strcmp(form.alg, alg) != 0)
			alg = DEFAULT_ALG;
		form.alg = alg;
		if (row->access_token_ttl_s != 0 &&
		    (form.ttl_s == 0 || row->access_token_ttl_s < form.ttl_s))
			form.ttl_s = row->access_token_ttl_s;
	}
	if (!jwt)
		form.alg = NULL;
	if (form.ttl_s == 0)
		form.ttl_s = client->access_token_ttl_s;
	if (form.ttl_s == 0)
		form.ttl_s = form.alg != NULL ? lifetimes->access_token_jwt_s
					      : lifetimes->access_token_s;
	return form;
}

static const struct ac_signing_key *
signer(const struct ac_signing_ring *ring, const struct ac_alg *alg, int64_t now_ms)
{
	return ac_signing_ring_signer(ring, alg->id, now_ms);
}

enum authcode_err
ac_access_jwt_check(struct authcode_exchange *x, const struct ac_alg *alg)
{
	struct ac_signing_ring *ring = ac_issuer_ring_ref(x->issuer);
	bool found = signer(ring, alg, x->now_ms) != NULL;

	ac_signing_ring_unref(&ring);
	return found ? AUTHCODE_OK : AUTHCODE_ERR_CRYPTO;
}

/* RFC 9068 §2.2.3.1, §6: told to nobody who has not asked for them by name, and all
 * who read the token must have. */
static bool
tells_groups(const struct authcode_exchange *x, const struct ac_access_jwt *jwt)
{
	bool wanted = jwt->sub != NULL && ac_scope_has(jwt->scope, "groups");

	for (size_t i = 0; wanted && i < x->rules->resource_count; i++) {
		const struct authcode_resource *row = &x->rules->resources[i];

		if (ac_resource_has(x->issuer, jwt->resource, row->uri))
			wanted = row->scope != NULL && strcmp(row->uri, x->issuer->url) != 0 &&
				 ac_scope_has(row->scope, "groups");
	}
	return wanted;
}

static bool
put_groups(json_t *object, const struct authcode_exchange *x, const struct ac_access_jwt *jwt)
{
	json_t *list;
	size_t len;

	if (!tells_groups(x, jwt) || x->account.groups == NULL)
		return true;
	list = ac_access_groups(jwt->client, x->account.groups);
	if (list == NULL)
		return false;
	len = json_dumpb(list, NULL, 0, JSON_COMPACT);
	if (json_array_size(list) > 0 && len <= MAX_GROUPS)
		return ac_json_put_take(object, "groups", list);
	json_decref(list);
	return true;
}

/* RFC 9068 §2.2 */
static json_t *
claims_of(const struct authcode_exchange *x, const struct ac_access_jwt *jwt, const char *jti)
{
	const char *sub = jwt->client->id;
	json_t *object = json_object();
	bool ok = (jwt->sub == NULL || ac_subject_sub(x->issuer, jwt->client, jwt->sub, x->arena,
						      &sub) == AUTHCODE_OK) &&
		  ac_json_put_text(object, "iss", x->issuer->url) &&
		  ac_json_put_take(object, "exp", json_integer(jwt->expires_s)) &&
		  ac_json_put_take(object, "aud", ac_resource_audience(x->issuer, jwt->resource)) &&
		  ac_json_put_take(object, "sub", json_string(sub)) &&
		  ac_json_put_text(object, "client_id", jwt->client->id) &&
		  ac_json_put_take(object, "iat", json_integer(jwt->issued_s)) &&
		  ac_json_put_take(object, "jti", json_string(jti)) &&
		  ac_json_put_text(object, "scope", jwt->scope);

	if (ok && jwt->sub != NULL)
		ok = ac_json_put_take(object, "auth_time",
				      json_integer(jwt->auth_time_ms / 1000)) &&
		     ac_json_put_text(object, "acr", jwt->acr) &&
		     ac_json_put_words(object, "amr", jwt->amr) && put_groups(object, x, jwt);
	return ac_json_finish_take(object, ok);
}

enum authcode_err
ac_access_jwt_write(struct authcode_exchange *x, const struct ac_access_jwt *jwt,
		    const struct ac_credential *jti, const char **ret)
{
	struct ac_signing_ring *ring = ac_issuer_ring_ref(x->issuer);
	const struct ac_signing_key *key = signer(ring, jwt->alg, x->now_ms);
	char *name = ac_credential_format(AC_CREDENTIAL_JTI, jti, x->arena), *text = NULL;
	json_t *claims = name != NULL ? claims_of(x, jwt, name) : NULL;
	enum authcode_err err = AUTHCODE_ERR_MEMORY;

	if (key == NULL)
		err = AUTHCODE_ERR_CRYPTO;
	else if (claims != NULL)
		err = ac_jws_sign_claims(key->pair, AC_ACCESS_TOKEN_TYP, claims, x->arena, &text);
	json_decref(claims);
	ac_signing_ring_unref(&ring);
	if (err == AUTHCODE_OK)
		*ret = text;
	return err;
}

/* What we signed as an access token, as of now; NULL with *ret_err otherwise. */
static json_t *
verified(struct authcode_exchange *x, const char *text, enum authcode_err *ret_err)
{
	struct ac_signing_ring *ring = ac_issuer_ring_ref(x->issuer);
	const struct ac_jws_expect expect = {
		.algs = AC_ALG_ALL,
		.typ = { .names = AC_ACCESS_TOKEN_TYP },
		.find_key = ac_signing_ring_find_key,
		.keys = ring,
	};
	const struct ac_jwt_expect claims_expect = {
		.iss = x->issuer->url,
		.flags = AC_JWT_NEED_SUB | AC_JWT_NEED_IAT | AC_JWT_NEED_JTI,
		.now_s = x->now_ms / 1000,
		.ahead_s = AC_JWT_AHEAD_S,
	};
	json_t *claims = NULL;
	enum ac_jws_verdict verdict = ac_jws_verify(text, strlen(text), &expect, &claims);

	ac_signing_ring_unref(&ring);
	*ret_err = verdict == AC_JWS_FAILED ? AUTHCODE_ERR_CRYPTO : AUTHCODE_ERR_NOT_FOUND;
	if (verdict != AC_JWS_VERIFIED)
		return NULL;
	if (ac_jwt_check(claims, &claims_expect) == AC_JWT_GOOD)
		return claims;
	json_decref(claims);
	return NULL;
}

static enum authcode_err
find_row(struct authcode_exchange *x, const char *jti, struct authcode_token_view *ret)
{
	struct ac_credential credential;
	enum authcode_err err;

	if (!ac_credential_parse(AC_CREDENTIAL_JTI, jti, &credential))
		return AUTHCODE_ERR_NOT_FOUND;
	err = authcode_store_find_token(x->issuer->store, credential.id, x->arena, ret);
	if (err == AUTHCODE_OK)
		err = ac_credential_prove(AC_CREDENTIAL_JTI, &credential, ret->token.hash);
	ac_wipe(&credential, sizeof(credential));
	return err;
}

/* RFC 9068 §4: aud and client are those the row was written for. */
static bool
says_what_the_row_says(const struct authcode_exchange *x, const json_t *claims,
		       const struct authcode_token_view *view)
{
	json_t *aud = ac_resource_audience(x->issuer, view->token.resource);
	const char *client = json_string_value(json_object_get(claims, "client_id"));
	bool same = view->token.kind == AUTHCODE_TOKEN_ACCESS && aud != NULL &&
		    json_equal(aud, json_object_get(claims, "aud")) == 1 && client != NULL &&
		    strcmp(client, view->family.client_id) == 0;

	json_decref(aud);
	return same;
}

enum authcode_err
ac_access_jwt_find(struct authcode_exchange *x, const char *text, struct authcode_token_view *ret,
		   const char **ret_jti)
{
	struct authcode_token_view view;
	const char *jti = NULL;
	enum authcode_err err;
	json_t *claims = verified(x, text, &err);

	if (claims == NULL)
		return err;
	jti = ac_arena_strdup(x->arena, json_string_value(json_object_get(claims, "jti")));
	err = jti != NULL ? find_row(x, jti, &view) : AUTHCODE_ERR_MEMORY;
	if (err == AUTHCODE_OK && !says_what_the_row_says(x, claims, &view))
		err = AUTHCODE_ERR_NOT_FOUND;
	json_decref(claims);
	if (err != AUTHCODE_OK)
		return err;
	*ret = view;
	*ret_jti = jti;
	return AUTHCODE_OK;
}
