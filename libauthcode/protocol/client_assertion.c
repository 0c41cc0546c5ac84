/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See client_assertion.h. Three steps, each of which may have to wait: the keys
 * (once, when they are unknown, old or lack the one that is named), the proof
 * with the claims, and the jti, which is remembered durably before anybody acts
 * on the assertion (CA-17). All refusals look alike; the debug log says why.
 */
#include "protocol/client_assertion.h"

#include <string.h>

#include "base/limits.h"
#include "jose/hmac_jws.h"
#include "jose/json_text.h"
#include "jose/jws.h"
#include "jose/jwt.h"
#include "protocol/client_keys.h"
#include "protocol/key_set.h"

/* An hour as some clients set it, on a clock that is ahead as far as is borne. */
#define MAX_LIFE_S (3600 + AC_JWT_AHEAD_S)

struct ac_assertion {
	const struct authcode_client *client;
	struct ac_client_keys *keys;
	const char *text;
	ac_authenticated *next;
	struct authcode_client_keys_query query;
	bool fetched; /* the host has been asked for keys */
};

/* rfc7523bis and security-topics-update §2.1 for the second. Other types of token say
 * what they are (CA-25). */
static const struct ac_typ_expect assertion_typ = { "JWT client-authentication+jwt", true };

static void
refuse(struct authcode_exchange *x, const char *why)
{
	const struct ac_assertion *a = x->assertion;
	const char *text =
		ac_arena_printf(x->arena, "client %s: assertion refused: %s", a->client->id, why);

	ac_issuer_debug(x->issuer, text != NULL ? text : "assertion refused");
	ac_client_auth_refuse(x);
}

enum authcode_err
ac_assertion_claimed_client(struct authcode_exchange *x, const char *assertion, const char **ret_id)
{
	const struct ac_part token = { assertion, strlen(assertion) };

	return ac_compact_claimed(&token, &assertion_typ, "sub", x->arena, ret_id);
}

/* --- the jti ------------------------------------------------------------ */

static void
answer(struct authcode_exchange *x)
{
	const struct ac_assertion *a = x->assertion;
	enum authcode_result result = x->operation.result;
	enum authcode_err err = x->operation.err;

	/* The next operation of this exchange starts from nothing. */
	x->operation = (struct authcode_operation){ 0 };
	switch (result) {
	case AUTHCODE_RESULT_DONE:
		ac_client_authenticated(x, a->client, a->next);
		return;
	case AUTHCODE_RESULT_REUSED:
		refuse(x, "used before");
		return;
	case AUTHCODE_RESULT_FAILED:
		if (err == AUTHCODE_ERR_LIMIT)
			ac_respond_error(x, AC_TEMPORARILY_UNAVAILABLE,
					 "the client has sent too many assertions");
		else
			ac_respond_failure(x, err, "use assertion");
		return;
	case AUTHCODE_RESULT_NOT_FOUND:
	case AUTHCODE_RESULT_EXPIRED:
	case AUTHCODE_RESULT_CONFLICT:
	default:
		refuse(x, "cannot be used");
		return;
	}
}

static void
use_up(struct authcode_exchange *x, const json_t *claims)
{
	struct authcode_op_use_once *use = &x->operation.u.use_once;
	const char *jti = ac_json_text(claims, "jti");
	const struct ac_part part = { jti, strlen(jti) };
	enum authcode_err err = ac_sha256(&part, 1, use->hash);

	if (err != AUTHCODE_OK) {
		ac_respond_failure(x, err, "assertion");
		return;
	}
	use->client_id = x->assertion->client->id;
	use->expires_ms = json_integer_value(json_object_get(claims, "exp")) * 1000;
	use->max = AC_MAX_ASSERTIONS;
	ac_exchange_submit(x, AUTHCODE_OP_USE_ONCE, answer);
}

/* --- the claims ----------------------------------------------------------- */

/* CA-12 to CA-17. */
static void
check_claims(struct authcode_exchange *x, const json_t *claims)
{
	const struct authcode_client *client = x->assertion->client;
	const char *const auds[] = {
		x->issuer->url,
		ac_endpoint_url(x, AUTHCODE_ENDPOINT_TOKEN),
		ac_endpoint_url(x, x->request.endpoint),
	};
	const struct ac_jwt_expect expect = {
		.iss = client->id,
		.sub = client->id,
		.auds = auds,
		.aud_count = client->assertion_aud_strict ? 1 : AC_ARRAY_SIZE(auds),
		.flags = AC_JWT_NEED_SUB | AC_JWT_NEED_JTI |
			 (client->assertion_aud_strict ? AC_JWT_AUD_PLAIN : 0),
		.now_s = x->now_ms / 1000,
		.ahead_s = AC_JWT_AHEAD_S,
		.max_life_s = MAX_LIFE_S,
	};
	enum ac_jwt_verdict verdict;

	if (auds[1] == NULL || auds[2] == NULL) {
		ac_respond_failure(x, AUTHCODE_ERR_MEMORY, "assertion");
		return;
	}
	verdict = ac_jwt_check(claims, &expect);
	if (verdict == AC_JWT_GOOD)
		use_up(x, claims);
	else
		refuse(x, ac_jwt_words(verdict));
}

/* --- the proof ------------------------------------------------------------ */

static unsigned
allowed_algs(const struct authcode_client *client)
{
	const struct ac_alg *alg =
		client->assertion_alg != NULL ? ac_alg_find(client->assertion_alg) : NULL;

	if (client->assertion_alg != NULL)
		return alg != NULL ? AC_ALG_BIT(alg->id) : 0;
	return client->assertion_aud_strict ? AC_ALG_ALL & ~AC_ALG_BIT(AC_ALG_RS256) : AC_ALG_ALL;
}

/* Passes the question on and notes whether a key was named at all. */
struct search {
	const struct ac_jwks *set;
	bool *named;
};

static const struct ac_jwk *
find_key(const void *keys, const char *kid, const struct ac_alg *alg)
{
	const struct search *search = keys;

	*search->named = kid != NULL;
	return ac_jwks_find(search->set, kid, alg);
}

/* *ret_other_keys: with other keys it may still be good. */
static enum ac_jws_verdict
verify_with(const struct ac_assertion *a, const struct ac_jwks *set, json_t **ret_claims,
	    bool *ret_other_keys)
{
	bool named = true;
	const struct search search = { set, &named };
	const struct ac_jws_expect expect = {
		.algs = allowed_algs(a->client),
		.typ = assertion_typ,
		.find_key = find_key,
		.keys = &search,
	};
	enum ac_jws_verdict verdict = ac_jws_verify(a->text, strlen(a->text), &expect, ret_claims);

	*ret_other_keys = verdict == AC_JWS_NO_KEY || (verdict == AC_JWS_SIGNATURE && !named);
	return verdict;
}

static void
judge(struct authcode_exchange *x, enum ac_jws_verdict verdict, json_t *claims)
{
	if (verdict == AC_JWS_VERIFIED)
		check_claims(x, claims);
	else if (verdict == AC_JWS_FAILED)
		ac_respond_failure(x, AUTHCODE_ERR_CRYPTO, "assertion");
	else
		refuse(x, ac_jws_words(verdict));
	json_decref(claims);
}

static void
prove_by_secret(struct authcode_exchange *x)
{
	const struct ac_assertion *a = x->assertion;
	const struct ac_part token = { a->text, strlen(a->text) };
	enum ac_jws_verdict verdict;
	json_t *claims = NULL;

	verdict = ac_hmac_jws_verify(&token, &assertion_typ, a->keys->secret, &claims);
	judge(x, verdict, claims);
}

/* CA-19: the host is asked at most once in an exchange. */
static bool
ask_for_keys(struct authcode_exchange *x)
{
	struct ac_assertion *a = x->assertion;

	if (a->fetched || !ac_client_keys_may_fetch(a->keys, x->now_ms))
		return false;
	a->fetched = true;
	a->query = (struct authcode_client_keys_query){ a->client, a->client->jwks_uri };
	x->keys_query = &a->query;
	return true;
}

static void
prove_by_key(struct authcode_exchange *x)
{
	const struct ac_assertion *a = x->assertion;
	struct ac_jwks *set = NULL;
	enum ac_keys_age age = ac_client_keys_get(a->keys, x->now_ms, &set);
	enum ac_jws_verdict verdict = AC_JWS_NO_KEY;
	bool other_keys = true;
	json_t *claims = NULL;

	if (age != AC_KEYS_FRESH && ask_for_keys(x)) {
		ac_jwks_free(&set);
		return;
	}
	if (set != NULL)
		verdict = verify_with(a, set, &claims, &other_keys);
	ac_jwks_free(&set);
	if (!other_keys || !ask_for_keys(x))
		judge(x, verdict, claims);
}

const struct authcode_client_keys_query *
authcode_exchange_client_keys(const struct authcode_exchange *exchange)
{
	return exchange->keys_query;
}

/* What came, or did not, is not asked for again at once (CA-19). A set for which we had
 * no memory says nothing of the client: it is not refused for that. */
void
authcode_exchange_share_client_keys(struct authcode_exchange *exchange,
				    const struct authcode_key_set *set, enum authcode_err err)
{
	struct ac_jwks *jwks = ac_key_set_jwks(set);

	if (exchange->keys_query == NULL)
		return;
	exchange->keys_query = NULL;
	ac_client_keys_put(exchange->assertion->keys, jwks, exchange->now_ms);
	if (jwks == NULL && err == AUTHCODE_ERR_MEMORY) {
		ac_respond_failure(exchange, err, "jwks_uri");
		return;
	}
	if (jwks == NULL)
		ac_issuer_debug(exchange->issuer, "jwks_uri: no key set came");
	prove_by_key(exchange);
}

void
authcode_exchange_set_client_keys(struct authcode_exchange *exchange, const char *jwks, size_t len)
{
	struct authcode_key_set *set = NULL;
	enum authcode_err err;

	if (exchange->keys_query == NULL)
		return;
	err = authcode_key_set_new(jwks, len, &set);
	authcode_exchange_share_client_keys(exchange, set, err);
	authcode_key_set_free(&set);
}

void
ac_assertion_authenticate(struct authcode_exchange *x, const struct authcode_client *client,
			  const char *assertion, ac_authenticated *next)
{
	struct ac_assertion *a = authcode_arena_alloc(x->arena, sizeof(*a));

	if (a == NULL) {
		ac_respond_failure(x, AUTHCODE_ERR_MEMORY, "assertion");
		return;
	}
	*a = (struct ac_assertion){
		.client = client,
		.keys = ac_client_keys_of(x->clients, client),
		.text = assertion,
		.next = next,
	};
	x->assertion = a;
	if (client->auth == AUTHCODE_AUTH_SECRET_JWT)
		prove_by_secret(x);
	else
		prove_by_key(x);
}
