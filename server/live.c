/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See live.h. The pointer to the present generation has a lock of its own, held for
 * a few instructions; making the next one is another's business, so that two who
 * change something at once do it one after the other.
 */
#include "server/live.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/secret.h"
#include "server/cors.h"
#include "server/logo.h"

struct ac_live {
	struct ac_app *daemon;
	pthread_mutex_t change; /* held while a generation is made */
	pthread_mutex_t lock;   /* of present */
	struct ac_app *present;
};

struct authcode_issuer_settings
ac_live_settings_of(const struct ac_config *config, struct authcode_acr *acrs)
{
	struct authcode_issuer_settings settings = {
		.issuer = config->issuer,
		.lifetimes = config->lifetimes,
		.acrs = acrs,
		.resources = config->resources,
		.resource_count = config->resource_count,
		.refresh_retry_s = config->refresh_retry_s,
		.signing_algorithms = config->signing_algorithms,
		.signing_algorithm_count = config->signing_algorithm_count,
	};

	for (size_t i = 0; i < config->service_count; i++) {
		const struct ac_service *service = &config->services[i];

		if (service->acr != NULL)
			acrs[settings.acr_count++] =
				(struct authcode_acr){ service->acr, service->level };
	}
	return settings;
}

enum authcode_err
ac_live_new(struct ac_app *daemon, struct ac_live **ret)
{
	struct ac_live *live = calloc(1, sizeof(*live));

	if (live == NULL)
		return AUTHCODE_ERR_MEMORY;
	live->daemon = daemon;
	(void)pthread_mutex_init(&live->change, NULL);
	(void)pthread_mutex_init(&live->lock, NULL);
	*ret = live;
	return AUTHCODE_OK;
}

void
ac_live_free(struct ac_live **live)
{
	struct ac_live *gone = *live;

	*live = NULL;
	if (gone == NULL)
		return;
	ac_live_unpin(&gone->present);
	(void)pthread_mutex_destroy(&gone->lock);
	(void)pthread_mutex_destroy(&gone->change);
	free(gone);
}

struct ac_app *
ac_live_pin(struct ac_live *live)
{
	struct ac_app *app;

	(void)pthread_mutex_lock(&live->lock);
	app = live->present;
	if (app != NULL)
		atomic_fetch_add_explicit(&app->references, 1, memory_order_relaxed);
	(void)pthread_mutex_unlock(&live->lock);
	return app;
}

void
ac_live_unpin(struct ac_app **app)
{
	struct ac_app *gone = *app;
	struct ac_config *config;

	*app = NULL;
	/* The last reference must see every read of the others done. */
	if (gone == NULL ||
	    atomic_fetch_sub_explicit(&gone->references, 1, memory_order_acq_rel) != 1)
		return;
	config = (struct ac_config *)(uintptr_t)gone->config;
	ac_cors_free(&gone->cors);
	ac_logos_free(&gone->logos);
	ac_metadata_clear(&gone->metadata);
	authcode_clients_unref(&gone->clients);
	ac_config_free(&config);
	ac_wipe(gone, sizeof(*gone));
	free(gone);
}

/* Everything but what the issuer has to be told for. */
static struct ac_app *
make(const struct ac_live *live, struct ac_config *config, struct authcode_clients *clients,
     struct authcode_reason *reason)
{
	struct ac_app *next = calloc(1, sizeof(*next));

	if (next == NULL)
		return NULL;
	*next = *live->daemon;
	atomic_init(&next->references, 1);
	next->metadata = (struct ac_metadata){ 0 };
	next->logos = NULL;
	next->cors = NULL;
	next->config = ac_config_ref(config);
	next->clients = authcode_clients_ref(clients);
	if (ac_logos_new(clients, config->user, &next->logos, reason) != AUTHCODE_OK ||
	    ac_cors_new(clients, &next->cors) != AUTHCODE_OK)
		ac_live_unpin(&next);
	return next;
}

static bool
tell_issuer(const struct ac_app *app, struct authcode_reason *reason)
{
	struct authcode_acr acrs[AC_MAX_SERVICES];
	const struct authcode_issuer_settings settings = ac_live_settings_of(app->config, acrs);

	return authcode_issuer_reconfigure(app->issuer, &settings, app->clients, reason) ==
	       AUTHCODE_OK;
}

/* The metadata is read with the change lock held, so it is that of this generation.
 * Should there be no memory for it, the issuer goes back to the one before. */
static bool
settle_issuer(const struct ac_live *live, struct ac_app *next, struct authcode_reason *reason)
{
	struct authcode_reason unheard;

	if (!tell_issuer(next, reason))
		return false;
	if (ac_metadata_init(&next->metadata, next->issuer) == AUTHCODE_OK)
		return true;
	if (live->present != NULL)
		(void)!tell_issuer(live->present, &unheard);
	return false;
}

static bool
replace(struct ac_live *live, struct ac_config *config, struct authcode_clients *clients,
	struct authcode_reason *reason)
{
	struct ac_app *next = make(live, config, clients, reason), *old;

	if (next == NULL)
		return false;
	if (!settle_issuer(live, next, reason)) {
		ac_live_unpin(&next);
		return false;
	}
	(void)pthread_mutex_lock(&live->lock);
	old = live->present;
	live->present = next;
	(void)pthread_mutex_unlock(&live->lock);
	ac_live_unpin(&old);
	return true;
}

static bool
change(struct ac_live *live, struct ac_config *config, struct authcode_clients *clients,
       struct authcode_reason *reason)
{
	bool ok = replace(live, config, clients, reason);

	if (!ok && reason->text[0] == '\0')
		(void)snprintf(reason->text, sizeof(reason->text), "out of memory");
	return ok;
}

bool
ac_live_set(struct ac_live *live, struct ac_config *config, struct authcode_clients *clients,
	    struct authcode_reason *reason)
{
	bool ok;

	reason->text[0] = '\0';
	(void)pthread_mutex_lock(&live->change);
	ok = change(live, config, clients, reason);
	(void)pthread_mutex_unlock(&live->change);
	return ok;
}

bool
ac_live_set_clients(struct ac_live *live, struct authcode_clients *clients,
		    struct authcode_reason *reason)
{
	struct ac_app *now;
	bool ok;

	reason->text[0] = '\0';
	(void)pthread_mutex_lock(&live->change);
	now = ac_live_pin(live);
	ok = now != NULL &&
	     change(live, (struct ac_config *)(uintptr_t)now->config, clients, reason);
	ac_live_unpin(&now);
	(void)pthread_mutex_unlock(&live->change);
	return ok;
}
