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
#include "base/uri.h"
#include "jose/algorithm.h"
#include "protocol/signing_keys.h"

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
	why = ac_issuer_rules_check(settings);
	if (why != NULL)
		return why;
	return check_url(settings->issuer);
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
refuse(struct authcode_reason *reason, const char *why)
{
	if (reason != NULL)
		snprintf(reason->text, sizeof(reason->text), "%s", why);
	return AUTHCODE_ERR_CONFIG;
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
		why = check_algorithms(settings, &signing);
	if (why != NULL)
		return refuse(reason, why);
	issuer = calloc(1, sizeof(*issuer));
	if (issuer == NULL)
		return err;
	pthread_mutex_init(&issuer->change_lock, NULL); /* never fails on Linux */
	pthread_mutex_init(&issuer->tend_lock, NULL);
	pthread_mutex_init(&issuer->ring_lock, NULL);
	pthread_mutex_init(&issuer->page_lock, NULL);
	issuer->signing = signing;
	issuer->store = settings->store;
	issuer->random = settings->random;
	if (issuer->random.fill == NULL)
		issuer->random.fill = ac_random_fill;
	issuer->log = settings->log;
	issuer->check_accounts = settings->check_accounts;
	issuer->audit = settings->audit;
	issuer->tell_logout = settings->tell_logout;
	issuer->url = strdup(settings->issuer);
	if (issuer->url != NULL)
		err = ac_issuer_keys_derive(settings->master_key, issuer->url, &issuer->keys);
	if (err == AUTHCODE_OK)
		err = ac_issuer_rules_new(issuer, settings, &issuer->rules);
	if (err != AUTHCODE_OK) {
		authcode_issuer_free(&issuer);
		return err;
	}
	issuer->transaction_ms = (int64_t)issuer->rules->lifetimes.transaction_s * 1000;
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
	ac_issuer_rules_unref(&old->rules);
	pthread_mutex_destroy(&old->change_lock);
	ac_signing_ring_unref(&old->ring);
	pthread_mutex_destroy(&old->ring_lock);
	pthread_mutex_destroy(&old->page_lock);
	pthread_mutex_destroy(&old->tend_lock);
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

	pthread_mutex_lock(&issuer->change_lock);
	old = issuer->clients;
	issuer->clients = fresh;
	pthread_mutex_unlock(&issuer->change_lock);
	authcode_clients_unref(&old);
}

enum authcode_err
authcode_issuer_reconfigure(struct authcode_issuer *issuer,
			    const struct authcode_issuer_settings *settings,
			    struct authcode_clients *clients, struct authcode_reason *reason)
{
	struct ac_issuer_rules *rules = NULL, *old_rules;
	struct authcode_clients *old_clients;
	enum authcode_err err;
	const char *why;

	if (reason != NULL)
		reason->text[0] = '\0';
	if (issuer == NULL || settings == NULL)
		return AUTHCODE_ERR_USAGE;
	why = ac_issuer_rules_check(settings);
	if (why != NULL)
		return refuse(reason, why);
	err = ac_issuer_rules_new(issuer, settings, &rules);
	if (err != AUTHCODE_OK)
		return err;
	(void)authcode_clients_ref(clients);
	pthread_mutex_lock(&issuer->change_lock);
	old_rules = issuer->rules;
	old_clients = issuer->clients;
	issuer->rules = rules;
	issuer->clients = clients;
	pthread_mutex_unlock(&issuer->change_lock);
	ac_issuer_rules_unref(&old_rules);
	authcode_clients_unref(&old_clients);
	return AUTHCODE_OK;
}

void
ac_issuer_pin(struct authcode_issuer *issuer, struct ac_issuer_rules **ret_rules,
	      struct authcode_clients **ret_clients)
{
	pthread_mutex_lock(&issuer->change_lock);
	*ret_rules = ac_issuer_rules_ref(issuer->rules);
	*ret_clients = authcode_clients_ref(issuer->clients);
	pthread_mutex_unlock(&issuer->change_lock);
}

struct authcode_clients *
ac_issuer_clients_ref(struct authcode_issuer *issuer)
{
	struct ac_issuer_rules *rules;
	struct authcode_clients *clients;

	ac_issuer_pin(issuer, &rules, &clients);
	ac_issuer_rules_unref(&rules);
	return clients;
}

char *
authcode_issuer_metadata(struct authcode_issuer *issuer)
{
	struct ac_issuer_rules *rules;
	struct authcode_clients *clients;
	char *text;

	ac_issuer_pin(issuer, &rules, &clients);
	authcode_clients_unref(&clients);
	text = strdup(rules->metadata);
	ac_issuer_rules_unref(&rules);
	return text;
}

const char *
authcode_issuer_url(const struct authcode_issuer *issuer)
{
	return issuer->url;
}
