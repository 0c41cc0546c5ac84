/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See <authcode/issuer.h>. Checks the settings once (RFC 8414 §2 for the URL)
 * and derives one key per purpose, so that a value sealed for one purpose or
 * one issuer never opens for another.
 */
#include "protocol/issuer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/random.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/uri.h"
#include "jose/algorithm.h"
#include "protocol/resource.h"
#include "protocol/signing_keys.h"

#define DAY_S (24u * 3600u)
#define MAX_CODE_S 60u
#define MAX_DEVICE_CODE_S 900u
#define MAX_ID_TOKEN_S (12u * 3600u) /* OIDC-Core §2: news, not a session */

static const struct authcode_lifetimes default_lifetimes = {
	.code_s = MAX_CODE_S,
	.access_token_s = 3600,
	.access_token_jwt_s = 600,
	.refresh_idle_s = 14 * DAY_S,
	.refresh_absolute_s = 90 * DAY_S,
	.session_idle_s = 8 * 3600,
	.session_absolute_s = DAY_S,
	.transaction_s = 3600,
	.device_code_s = 600,
	.id_token_s = 3600,
	.signing_key_s = 90 * DAY_S,
	.signing_key_publish_s = DAY_S,
	.jwks_cache_s = 3600,
};

static uint32_t
or_default(uint32_t value, uint32_t other)
{
	return value != 0 ? value : other;
}

static struct authcode_lifetimes
fill_lifetimes(const struct authcode_lifetimes *given)
{
	const struct authcode_lifetimes *d = &default_lifetimes;

	return (struct authcode_lifetimes){
		.code_s = or_default(given->code_s, d->code_s),
		.access_token_s = or_default(given->access_token_s, d->access_token_s),
		.access_token_jwt_s = or_default(given->access_token_jwt_s, d->access_token_jwt_s),
		.refresh_idle_s = or_default(given->refresh_idle_s, d->refresh_idle_s),
		.refresh_absolute_s = or_default(given->refresh_absolute_s, d->refresh_absolute_s),
		.session_idle_s = or_default(given->session_idle_s, d->session_idle_s),
		.session_absolute_s = or_default(given->session_absolute_s, d->session_absolute_s),
		.transaction_s = or_default(given->transaction_s, d->transaction_s),
		.device_code_s = or_default(given->device_code_s, d->device_code_s),
		.id_token_s = or_default(given->id_token_s, d->id_token_s),
		.signing_key_s = or_default(given->signing_key_s, d->signing_key_s),
		.signing_key_publish_s =
			or_default(given->signing_key_publish_s, d->signing_key_publish_s),
		.jwks_cache_s = or_default(given->jwks_cache_s, d->jwks_cache_s),
	};
}

/* NULL when text may be an issuer identifier. It is compared byte for byte by
 * clients (RFC 9207 §2.4), so one spelling only: nothing to normalise. */
static const char *
check_url(const char *text)
{
	struct ac_uri uri;
	size_t len = text != NULL ? strlen(text) : 0;

	if (len == 0)
		return "the issuer URL is missing";
	if (len > AC_MAX_ISSUER)
		return "the issuer URL is longer than 512 bytes";
	if (!ac_uri_parse(text, len, &uri) || !uri.has_authority || uri.host.len == 0)
		return "the issuer is not an absolute URL";
	if (uri.query.data != NULL || uri.fragment.data != NULL || uri.userinfo.data != NULL)
		return "the issuer URL must not have a query, a fragment or a user name";
	if (text[len - 1] == '/')
		return "the issuer URL must not end in a slash";
	if (strstr(uri.path.data, "//") != NULL || strstr(uri.path.data, "/.") != NULL)
		return "the path of the issuer URL has an empty or dot segment";
	if (ac_span_is(uri.scheme, "https"))
		return NULL;
	if (!ac_span_is(uri.scheme, "http"))
		return "the issuer URL is not https";
	if (!ac_uri_is_loopback_ip(&uri) && !ac_span_is(uri.host, "localhost"))
		return "an http issuer is allowed on a loopback host only";
	return NULL;
}

/* Whoever may still use an old answer must meet the new key before it signs, and the
 * next rotation must not begin before that (OIDC-Core §10.1.1). */
static const char *
check_key_lifetimes(const struct authcode_lifetimes *given)
{
	const struct authcode_lifetimes l = fill_lifetimes(given);

	if (l.signing_key_publish_s <= l.jwks_cache_s)
		return "a signing key must be published for longer than the key set is cached";
	if (l.signing_key_s <= l.signing_key_publish_s)
		return "a signing key must sign for longer than it is published before";
	return NULL;
}

static const char *
check_settings(const struct authcode_issuer_settings *settings)
{
	static const uint8_t zeroes[AUTHCODE_MASTER_KEY_LEN];
	const char *why;

	if (settings->store == NULL)
		return "the store is missing";
	/* The one key everybody knows; asks nothing about a real one. */
	if (ac_secret_equal(settings->master_key, zeroes, sizeof(zeroes)))
		return "the master key is all zeroes";
	if (settings->lifetimes.code_s > MAX_CODE_S)
		return "a code must not live longer than 60 seconds";
	if (settings->refresh_retry_s > AUTHCODE_RETRY_MAX_MS / 1000)
		return "a refresh must not be answered again for longer than 600 seconds";
	if (settings->lifetimes.device_code_s > MAX_DEVICE_CODE_S)
		return "a device code must not live longer than 900 seconds";
	if (settings->lifetimes.id_token_s > MAX_ID_TOKEN_S)
		return "an ID token must not live longer than 12 hours";
	why = check_key_lifetimes(&settings->lifetimes);
	if (why != NULL)
		return why;
	return check_url(settings->issuer);
}

#define MAX_ACRS 64

static const char *
check_acrs(const struct authcode_issuer_settings *settings)
{
	if (settings->acr_count > 0 && settings->acrs == NULL)
		return "acrs has a length but no rows";
	if (settings->acr_count > MAX_ACRS)
		return "there are more than 64 acrs";
	for (size_t i = 0; i < settings->acr_count; i++) {
		const char *name = settings->acrs[i].name;
		size_t len = name != NULL ? strlen(name) : 0;

		if (len == 0 || len > AC_MAX_ACR || strchr(name, ' ') != NULL ||
		    !ac_text_printable(name, len))
			return "an acr is not 1 to 128 printable characters without space";
		for (size_t k = 0; k < i; k++) {
			if (strcmp(name, settings->acrs[k].name) == 0)
				return "an acr is listed twice";
		}
	}
	return NULL;
}

/* RS256 is what clients that say nothing expect (OIDC-Core §2, id_token_signed_
 * response_alg), so no issuer is without it. */
static const char *
check_algorithms(const struct authcode_issuer_settings *settings, unsigned *ret_signing)
{
	unsigned signing = 0;

	if (settings->signing_algorithm_count == 0) {
		*ret_signing = AC_ALG_BIT(AC_ALG_RS256) | AC_ALG_BIT(AC_ALG_ES256);
		return NULL;
	}
	if (settings->signing_algorithms == NULL)
		return "signing_algorithms has a length but no rows";
	for (size_t i = 0; i < settings->signing_algorithm_count; i++) {
		const char *name = settings->signing_algorithms[i];
		const struct ac_alg *alg = name != NULL ? ac_alg_find(name) : NULL;

		if (alg == NULL)
			return "a signing algorithm is none of RS256, PS256, ES256 and EdDSA";
		if (signing & AC_ALG_BIT(alg->id))
			return "a signing algorithm is listed twice";
		signing |= AC_ALG_BIT(alg->id);
	}
	if ((signing & AC_ALG_BIT(AC_ALG_RS256)) == 0)
		return "the signing algorithms are without RS256, which every client may expect";
	*ret_signing = signing;
	return NULL;
}

static enum authcode_err
copy_acrs(struct authcode_issuer *issuer, const struct authcode_issuer_settings *settings)
{
	if (settings->acr_count == 0)
		return AUTHCODE_OK;
	issuer->acrs = calloc(settings->acr_count, sizeof(*issuer->acrs));
	if (issuer->acrs == NULL)
		return AUTHCODE_ERR_MEMORY;
	issuer->acr_count = settings->acr_count;
	for (size_t i = 0; i < issuer->acr_count; i++) {
		issuer->acrs[i].level = settings->acrs[i].level;
		issuer->acrs[i].name = strdup(settings->acrs[i].name);
		if (issuer->acrs[i].name == NULL)
			return AUTHCODE_ERR_MEMORY;
	}
	return AUTHCODE_OK;
}

enum authcode_err
authcode_issuer_new(const struct authcode_issuer_settings *settings,
		    struct authcode_issuer **ret_issuer, struct authcode_reason *reason)
{
	struct authcode_issuer *issuer = NULL;
	enum authcode_err err = AUTHCODE_ERR_MEMORY;
	unsigned signing = 0;
	const char *why;

	if (reason != NULL)
		reason->text[0] = '\0';
	if (settings == NULL || ret_issuer == NULL)
		return AUTHCODE_ERR_USAGE;
	why = check_settings(settings);
	if (why == NULL)
		why = check_acrs(settings);
	if (why == NULL)
		why = ac_resources_check(settings);
	if (why == NULL)
		why = check_algorithms(settings, &signing);
	if (why != NULL) {
		if (reason != NULL)
			snprintf(reason->text, sizeof(reason->text), "%s", why);
		return AUTHCODE_ERR_CONFIG;
	}
	issuer = calloc(1, sizeof(*issuer));
	if (issuer == NULL)
		return err;
	pthread_mutex_init(&issuer->clients_lock, NULL); /* never fails on Linux */
	pthread_mutex_init(&issuer->tend_lock, NULL);
	pthread_mutex_init(&issuer->ring_lock, NULL);
	pthread_mutex_init(&issuer->page_lock, NULL);
	issuer->signing = signing;
	issuer->store = settings->store;
	issuer->lifetimes = fill_lifetimes(&settings->lifetimes);
	issuer->random = settings->random;
	if (issuer->random.fill == NULL)
		issuer->random.fill = ac_random_fill;
	issuer->log = settings->log;
	issuer->check_accounts = settings->check_accounts;
	issuer->audit = settings->audit;
	issuer->tell_logout = settings->tell_logout;
	issuer->refresh_retry_ms = (int64_t)settings->refresh_retry_s * 1000;
	issuer->url = strdup(settings->issuer);
	if (issuer->url != NULL)
		err = ac_issuer_keys_derive(settings->master_key, issuer->url, &issuer->keys);
	if (err == AUTHCODE_OK)
		err = copy_acrs(issuer, settings);
	if (err == AUTHCODE_OK)
		err = ac_resources_copy(issuer, settings);
	if (err == AUTHCODE_OK)
		err = ac_metadata_render(issuer);
	if (err != AUTHCODE_OK) {
		authcode_issuer_free(&issuer);
		return err;
	}
	*ret_issuer = issuer;
	return AUTHCODE_OK;
}

void
authcode_issuer_free(struct authcode_issuer **issuer)
{
	struct authcode_issuer *old;

	if (issuer == NULL || *issuer == NULL)
		return;
	old = *issuer;
	*issuer = NULL;
	authcode_clients_unref(&old->clients);
	pthread_mutex_destroy(&old->clients_lock);
	ac_signing_ring_unref(&old->ring);
	pthread_mutex_destroy(&old->ring_lock);
	pthread_mutex_destroy(&old->page_lock);
	pthread_mutex_destroy(&old->tend_lock);
	for (size_t i = 0; i < old->acr_count; i++)
		free((char *)old->acrs[i].name);
	free(old->acrs);
	authcode_arena_free(&old->resource_arena);
	free(old->metadata);
	free(old->url);
	ac_wipe(old, sizeof(*old));
	free(old);
}

void
ac_issuer_debug(const struct authcode_issuer *issuer, const char *text)
{
	if (issuer->log.debug != NULL)
		issuer->log.debug(issuer->log.ctx, text);
}

void
authcode_issuer_set_clients(struct authcode_issuer *issuer, struct authcode_clients *clients)
{
	struct authcode_clients *fresh = authcode_clients_ref(clients);
	struct authcode_clients *old;

	pthread_mutex_lock(&issuer->clients_lock);
	old = issuer->clients;
	issuer->clients = fresh;
	pthread_mutex_unlock(&issuer->clients_lock);
	authcode_clients_unref(&old);
}

struct authcode_clients *
ac_issuer_clients_ref(struct authcode_issuer *issuer)
{
	struct authcode_clients *clients;

	pthread_mutex_lock(&issuer->clients_lock);
	clients = authcode_clients_ref(issuer->clients);
	pthread_mutex_unlock(&issuer->clients_lock);
	return clients;
}

const char *
authcode_issuer_metadata(const struct authcode_issuer *issuer)
{
	return issuer->metadata;
}

const char *
authcode_issuer_url(const struct authcode_issuer *issuer)
{
	return issuer->url;
}
