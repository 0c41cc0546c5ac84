/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See issuer_rules.h. The rows of resource servers are resource.c's to judge and
 * to copy.
 */
#include "protocol/issuer_rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "protocol/issuer.h"
#include "protocol/resource.h"

#define DAY_S (24u * 3600u)
#define MAX_CODE_S 60u
#define MAX_DEVICE_CODE_S 900u
#define MAX_ID_TOKEN_S (12u * 3600u) /* OIDC-Core §2: news, not a session */
#define MAX_ACRS 64

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
check_lifetimes(const struct authcode_issuer_settings *settings)
{
	if (settings->lifetimes.code_s > MAX_CODE_S)
		return "a code must not live longer than 60 seconds";
	if (settings->refresh_retry_s > AUTHCODE_RETRY_MAX_MS / 1000)
		return "a refresh must not be answered again for longer than 600 seconds";
	if (settings->lifetimes.device_code_s > MAX_DEVICE_CODE_S)
		return "a device code must not live longer than 900 seconds";
	if (settings->lifetimes.id_token_s > MAX_ID_TOKEN_S)
		return "an ID token must not live longer than 12 hours";
	return check_key_lifetimes(&settings->lifetimes);
}

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

const char *
ac_issuer_rules_check(const struct authcode_issuer_settings *settings)
{
	const char *why = check_lifetimes(settings);

	if (why == NULL)
		why = check_acrs(settings);
	if (why == NULL)
		why = ac_resources_check(settings);
	return why;
}

static enum authcode_err
copy_acrs(struct ac_issuer_rules *rules, const struct authcode_issuer_settings *settings)
{
	struct authcode_acr *acrs =
		authcode_arena_alloc(rules->arena, settings->acr_count * sizeof(*acrs));

	if (acrs == NULL)
		return AUTHCODE_ERR_MEMORY;
	for (size_t i = 0; i < settings->acr_count; i++) {
		acrs[i].level = settings->acrs[i].level;
		acrs[i].name = ac_arena_strdup(rules->arena, settings->acrs[i].name);
		if (acrs[i].name == NULL)
			return AUTHCODE_ERR_MEMORY;
	}
	rules->acrs = acrs;
	rules->acr_count = settings->acr_count;
	return AUTHCODE_OK;
}

enum authcode_err
ac_issuer_rules_new(const struct authcode_issuer *issuer,
		    const struct authcode_issuer_settings *settings, struct ac_issuer_rules **ret)
{
	struct ac_issuer_rules *rules = calloc(1, sizeof(*rules));
	enum authcode_err err;

	if (rules == NULL)
		return AUTHCODE_ERR_MEMORY;
	atomic_init(&rules->references, 1);
	rules->lifetimes = fill_lifetimes(&settings->lifetimes);
	rules->refresh_retry_ms = (int64_t)settings->refresh_retry_s * 1000;
	/* Bounded by the checks of each row, so the arena needs no maximum. */
	err = authcode_arena_new(SIZE_MAX / 2, &rules->arena);
	if (err == AUTHCODE_OK)
		err = copy_acrs(rules, settings);
	if (err == AUTHCODE_OK)
		err = ac_resources_copy(issuer, settings, rules);
	if (err == AUTHCODE_OK)
		err = ac_metadata_render(issuer, rules);
	if (err != AUTHCODE_OK) {
		ac_issuer_rules_unref(&rules);
		return err;
	}
	*ret = rules;
	return AUTHCODE_OK;
}

struct ac_issuer_rules *
ac_issuer_rules_ref(struct ac_issuer_rules *rules)
{
	if (rules != NULL)
		atomic_fetch_add_explicit(&rules->references, 1, memory_order_relaxed);
	return rules;
}

void
ac_issuer_rules_unref(struct ac_issuer_rules **rules)
{
	struct ac_issuer_rules *gone;

	if (rules == NULL || *rules == NULL)
		return;
	gone = *rules;
	*rules = NULL;
	/* The last reference must see every read of the others done. */
	if (atomic_fetch_sub_explicit(&gone->references, 1, memory_order_acq_rel) != 1)
		return;
	authcode_arena_free(&gone->arena);
	free(gone->metadata);
	free(gone);
}
