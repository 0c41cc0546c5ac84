/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See config_resource.h.
 */
#include "server/config_resource.h"

#include <string.h>

#include "base/arena.h"
#include "server/config_rules.h"
#include "server/config_values.h"

enum authcode_err
ac_config_add_resource(struct ac_settings *settings, struct ac_resource_settings *resource,
		       struct authcode_reason *reason)
{
	struct ac_config *config = &settings->config;
	size_t count = config->resource_count;
	struct authcode_resource *resources;

	if (!ac_value_resource(resource->resource.uri)) {
		ac_config_refuse(
			reason, &resource->place,
			"resource \"%.100s\": not an absolute URI without fragment, at most "
			"512 bytes",
			resource->resource.uri);
		return AUTHCODE_ERR_CONFIG;
	}
	if (count == AC_CONFIG_MAX_RESOURCES) {
		ac_config_refuse(reason, &resource->place, "more than %d resources",
				 AC_CONFIG_MAX_RESOURCES);
		return AUTHCODE_ERR_CONFIG;
	}
	resources = authcode_arena_alloc(config->arena, (count + 1) * sizeof(*resources));
	if (resources == NULL)
		return AUTHCODE_ERR_MEMORY;
	if (count > 0)
		memcpy(resources, config->resources, count * sizeof(*resources));
	resources[count] = resource->resource;
	config->resources = resources;
	config->resource_count = count + 1;
	return AUTHCODE_OK;
}

static bool
can_sign(const struct ac_config *config, const char *alg)
{
	for (size_t i = 0; i < config->signing_algorithm_count; i++) {
		if (strcmp(config->signing_algorithms[i], alg) == 0)
			return true;
	}
	return false;
}

bool
ac_config_check_resource_algs(const struct ac_settings *settings, struct authcode_reason *reason)
{
	const struct ac_config *config = &settings->config;

	for (size_t i = 0; i < config->resource_count; i++) {
		const struct authcode_resource *row = &config->resources[i];

		if (row->access_token_alg == NULL || can_sign(config, row->access_token_alg))
			continue;
		return ac_config_refuse(
			reason, ac_config_place_of(settings->places, "", "signing_algorithms"),
			"signing_algorithms: %s is missing, which resource \"%.200s\" asks for",
			row->access_token_alg, row->uri);
	}
	return true;
}

/* The issuer itself needs no block. */
static bool
known(const struct ac_config *config, const char *uri)
{
	for (size_t i = 0; i < config->resource_count; i++) {
		if (strcmp(config->resources[i].uri, uri) == 0)
			return true;
	}
	return strcmp(config->issuer, uri) == 0;
}

enum authcode_err
ac_config_check_resources(const struct ac_settings *settings,
			  const struct ac_client_settings *settings_of,
			  struct authcode_reason *reason)
{
	const struct authcode_client *client = &settings_of->client;
	const struct {
		const char *option;
		const char *const *uris;
		size_t count;
	} named[] = {
		{ "resources", client->resources, client->resource_count },
		{ "resource_server", &client->resource_server,
		  client->resource_server != NULL ? 1 : 0 },
	};

	if (!can_sign(&settings->config, client->access_token_alg)) {
		ac_config_refuse(reason,
				 ac_config_place_of(settings_of->places, "client",
						    "access_token_signing_alg"),
				 "access_token_signing_alg: %s is none of signing_algorithms",
				 client->access_token_alg);
		return AUTHCODE_ERR_CONFIG;
	}
	for (size_t i = 0; i < AC_ARRAY_SIZE(named); i++) {
		for (size_t k = 0; k < named[i].count; k++) {
			if (known(&settings->config, named[i].uris[k]))
				continue;
			ac_config_refuse(
				reason,
				ac_config_place_of(settings_of->places, "client", named[i].option),
				"%s: \"%.200s\" has no resource block", named[i].option,
				named[i].uris[k]);
			return AUTHCODE_ERR_CONFIG;
		}
	}
	return AUTHCODE_OK;
}
