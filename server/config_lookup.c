/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What a configuration that has been read says about a PAM service.
 */
#include <string.h>

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
