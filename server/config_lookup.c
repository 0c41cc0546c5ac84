/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A configuration that has been read: what it says about a PAM service, and how long
 * it lives.
 */
#include <string.h>

#include "base/arena.h"
#include "server/config.h"

const struct ac_service *
ac_config_service(const struct ac_config *config, const char *name)
{
	for (size_t i = 0; i < config->service_count; i++) {
		if (strcmp(config->services[i].name, name) == 0)
			return &config->services[i];
	}
	return NULL;
}

const struct ac_service *
ac_config_service_of_acr(const struct ac_config *config, const char *acr)
{
	for (size_t i = 0; i < config->service_count; i++) {
		const struct ac_service *service = &config->services[i];

		if (service->acr != NULL && strcmp(service->acr, acr) == 0)
			return service;
	}
	return NULL;
}

/* As the library compares what a sign-in has proved. */
static bool
proves(const struct ac_service *service, const struct ac_service *wanted)
{
	return service == wanted || (service != NULL && service->acr != NULL &&
				     wanted->level != 0 && service->level >= wanted->level);
}

const char *
ac_config_sign_in_service(const struct ac_config *config, const struct authcode_client *client,
			  const char *acr)
{
	const struct ac_service *wanted =
		acr != NULL && *acr != '\0' ? ac_config_service_of_acr(config, acr) : NULL;
	const char *own = client->pam_service;

	if (wanted == NULL)
		return own != NULL ? own : config->pam_service;
	/* What the stack of the client asks beyond the acr, its rules for one, is asked too. */
	if (own != NULL && proves(ac_config_service(config, own), wanted))
		return own;
	return wanted->name;
}

struct ac_config *
ac_config_ref(struct ac_config *config)
{
	atomic_fetch_add_explicit(&config->references, 1, memory_order_relaxed);
	return config;
}

void
ac_config_free(struct ac_config **config)
{
	struct ac_config *gone = config != NULL ? *config : NULL;
	struct authcode_arena *arena;

	if (gone == NULL)
		return;
	*config = NULL;
	/* The last reference must see every read of the others done. */
	if (atomic_fetch_sub_explicit(&gone->references, 1, memory_order_acq_rel) != 1)
		return;
	arena = gone->arena;
	authcode_clients_unref(&gone->clients);
	authcode_arena_free(&gone->client_arena);
	authcode_arena_free(&arena);
}
