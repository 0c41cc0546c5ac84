/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See client_keys.h. How old a fetched set may be: a key that a client has
 * withdrawn must not count for ever (OIDC-Core §10.1.1), and a client whose
 * server is down for a moment shall not be locked out.
 */
#include "protocol/client_keys.h"

#include <string.h>

#include "base/limits.h"
#include "base/uri.h"
#include "jose/algorithm.h"
#include "jose/hmac_jws.h"
#include "protocol/client_check.h"

#define FRESH_MS INT64_C(600000)     /* then it is asked for anew */
#define BELIEVED_MS INT64_C(3600000) /* then it counts no more */
#define AGAIN_MS INT64_C(60000)      /* from one fetch to the next */
#define UNDER_WAY_MS INT64_C(10000)  /* longer takes no fetch: it was lost */

static bool
refuse(struct authcode_reason *reason, const struct authcode_client *client, const char *why)
{
	ac_client_reason(reason, client->id, "%s", why);
	return false;
}

static bool
jwks_uri_ok(const char *text)
{
	struct ac_uri uri;
	size_t len = strlen(text);

	return len <= AC_MAX_JWKS_URI && ac_uri_parse(text, len, &uri) &&
	       ac_span_is(uri.scheme, "https") && uri.host.len > 0 && uri.userinfo.data == NULL &&
	       uri.fragment.data == NULL;
}

static bool
is_hs256(const char *alg)
{
	return alg != NULL && strcmp(alg, AC_HS256_NAME) == 0;
}

static bool
check_alg(const struct authcode_client *client, struct authcode_reason *reason)
{
	const char *name = client->assertion_alg;
	const struct ac_alg *alg = name != NULL ? ac_alg_find(name) : NULL;

	if (name == NULL)
		return true;
	if (client->auth == AUTHCODE_AUTH_SECRET_JWT)
		return is_hs256(name) ||
		       refuse(reason, client, "client_secret_jwt is signed with HS256");
	if (client->auth != AUTHCODE_AUTH_PRIVATE_KEY_JWT)
		return refuse(reason, client,
			      "an algorithm for assertions is given, but it sends none");
	if (alg == NULL)
		return refuse(reason, client,
			      "private_key_jwt is signed with RS256, PS256, ES256 or EdDSA");
	/* FAPI 2.0 §5.4.1 */
	if (client->assertion_aud_strict && alg->id == AC_ALG_RS256)
		return refuse(reason, client, "a strict client does not sign with RS256");
	return true;
}

static bool
check_set(const struct authcode_client *client, struct authcode_reason *reason)
{
	struct ac_jwks *set = NULL;
	enum ac_jwk_verdict verdict = ac_jwks_parse(client->jwks, strlen(client->jwks), &set);

	ac_jwks_free(&set);
	if (verdict == AC_JWK_GOOD)
		return true;
	ac_client_reason(reason, client->id, "its JWK Set cannot be used: %s",
			 ac_jwk_words(verdict));
	return false;
}

static bool
told_with_hs256(const struct authcode_client *client)
{
	return is_hs256(client->id_token_alg) || is_hs256(client->userinfo_alg);
}

bool
authcode_client_needs_secret(const struct authcode_client *client)
{
	return client->auth == AUTHCODE_AUTH_SECRET_JWT || told_with_hs256(client);
}

/* Who proves itself by one secret and is told things under another could not tell which
 * of them was meant. */
static bool
is_the_one_it_sends(const struct authcode_client *client)
{
	uint8_t hash[AUTHCODE_SECRET_HASH_LEN];

	return client->auth == AUTHCODE_AUTH_SECRET_JWT ||
	       (authcode_client_secret_hash(client->secret, strlen(client->secret), hash) ==
			AUTHCODE_OK &&
		ac_secret_equal(hash, client->secret_hash, sizeof(hash)));
}

/* ID-12: no public client, and none whose keys are public. */
static bool
check_secret(const struct authcode_client *client, struct authcode_reason *reason)
{
	const char *what = client->auth == AUTHCODE_AUTH_SECRET_JWT ? "client_secret_jwt" : "HS256";
	size_t len = client->secret != NULL ? strlen(client->secret) : 0;

	if (client->auth == AUTHCODE_AUTH_NONE)
		return refuse(reason, client,
			      "HS256 is not for a public client, which has no secret");
	if (client->auth == AUTHCODE_AUTH_PRIVATE_KEY_JWT)
		return refuse(reason, client,
			      "HS256 signs with a client secret, and private_key_jwt has none");
	if (len == 0) {
		ac_client_reason(reason, client->id, "%s needs the secret itself, not its hash",
				 what);
		return false;
	}
	if (len < AC_HS256_MIN_SECRET || len > AC_MAX_CLIENT_SECRET) {
		ac_client_reason(reason, client->id, "%s needs a secret of %d to %d bytes", what,
				 AC_HS256_MIN_SECRET, AC_MAX_CLIENT_SECRET);
		return false;
	}
	return is_the_one_it_sends(client) ||
	       refuse(reason, client, "the secret and its hash are not of one another");
}

bool
ac_client_keys_check(const struct authcode_client *client, struct authcode_reason *reason)
{
	bool inline_set = client->jwks != NULL, remote = client->jwks_uri != NULL;

	if (authcode_client_needs_secret(client) && !check_secret(client, reason))
		return false;
	if (client->auth != AUTHCODE_AUTH_PRIVATE_KEY_JWT && (inline_set || remote))
		return refuse(reason, client, "keys are given, but only private_key_jwt uses them");
	if (client->auth == AUTHCODE_AUTH_PRIVATE_KEY_JWT && inline_set == remote)
		return refuse(reason, client, "private_key_jwt needs a JWK Set or a jwks_uri");
	if (remote && !jwks_uri_ok(client->jwks_uri))
		return refuse(reason, client,
			      "the jwks_uri is no https URL without user name and fragment");
	return (!inline_set || check_set(client, reason)) && check_alg(client, reason);
}

void
ac_client_keys_init(struct ac_client_keys *keys)
{
	*keys = (struct ac_client_keys){ 0 };
	pthread_mutex_init(&keys->lock, NULL); /* never fails on Linux */
}

enum authcode_err
ac_client_keys_fill(struct ac_client_keys *keys, const struct authcode_client *client)
{
	if (authcode_client_needs_secret(client))
		return ac_secret_new(client->secret, strlen(client->secret), &keys->secret);
	keys->remote = client->jwks_uri != NULL;
	if (client->jwks == NULL)
		return AUTHCODE_OK;
	return ac_jwks_parse(client->jwks, strlen(client->jwks), &keys->set) == AC_JWK_GOOD
		       ? AUTHCODE_OK
		       : AUTHCODE_ERR_MEMORY; /* it was found good before */
}

void
ac_client_keys_clear(struct ac_client_keys *keys)
{
	ac_secret_free(&keys->secret);
	ac_jwks_free(&keys->set);
	pthread_mutex_destroy(&keys->lock);
}

/* With the lock held. A clock that went back makes nothing older. */
static enum ac_keys_age
age_of(const struct ac_client_keys *keys, int64_t now_ms)
{
	if (keys->set == NULL)
		return AC_KEYS_NONE;
	if (!keys->remote || now_ms - keys->fetched_ms < FRESH_MS)
		return AC_KEYS_FRESH;
	return now_ms - keys->fetched_ms < BELIEVED_MS ? AC_KEYS_OLD : AC_KEYS_NONE;
}

enum ac_keys_age
ac_client_keys_get(struct ac_client_keys *keys, int64_t now_ms, struct ac_jwks **ret)
{
	enum ac_keys_age age;

	pthread_mutex_lock(&keys->lock);
	age = age_of(keys, now_ms);
	*ret = age != AC_KEYS_NONE ? ac_jwks_ref(keys->set) : NULL;
	pthread_mutex_unlock(&keys->lock);
	return age;
}

bool
ac_client_keys_may_fetch(struct ac_client_keys *keys, int64_t now_ms)
{
	bool may = false;

	pthread_mutex_lock(&keys->lock);
	if (!keys->remote)
		goto out;
	if (keys->asked_ms != 0 && now_ms >= keys->asked_ms) {
		int64_t since = now_ms - keys->asked_ms;

		if (keys->answered_ms < keys->asked_ms && since < UNDER_WAY_MS) {
			may = true; /* together with the one that has begun */
			goto out;
		}
		if (since < AGAIN_MS)
			goto out;
	}
	keys->asked_ms = now_ms;
	keys->answered_ms = 0;
	may = true;
out:
	pthread_mutex_unlock(&keys->lock);
	return may;
}

void
ac_client_keys_put(struct ac_client_keys *keys, struct ac_jwks *fetched, int64_t now_ms)
{
	struct ac_jwks *set = fetched != NULL ? ac_jwks_ref(fetched) : NULL, *old = NULL;

	pthread_mutex_lock(&keys->lock);
	keys->answered_ms = now_ms > keys->asked_ms ? now_ms : keys->asked_ms;
	if (set != NULL) {
		old = keys->set;
		keys->set = set;
		keys->fetched_ms = now_ms;
	}
	pthread_mutex_unlock(&keys->lock);
	ac_jwks_free(&old);
}
