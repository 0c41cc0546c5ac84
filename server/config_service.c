/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See config_service.h. An acr belongs to one service, so that who asks for it
 * is sent to the one stack that proves it (OIDC-Core §2).
 */
#include "server/config_service.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "server/config_rules.h"
#include "server/config_values.h"

#define MAX_AMR 256

static bool
join_amr(struct ac_service_settings *settings, struct authcode_arena *arena)
{
	struct ac_buf text;
	bool ok;

	if (settings->amr.count == 0)
		return true;
	ac_buf_init(&text, MAX_AMR);
	for (size_t i = 0; i < settings->amr.count; i++) {
		if (i > 0)
			ac_buf_putc(&text, ' ');
		ac_buf_puts(&text, settings->amr.list[i]);
	}
	ok = ac_buf_ok(&text);
	settings->service.amr = ok ? ac_arena_strdup(arena, ac_buf_text(&text)) : NULL;
	ac_buf_clear(&text);
	return settings->service.amr != NULL;
}

static bool
check_service(const struct ac_config *config, const struct ac_service_settings *settings,
	      struct authcode_reason *reason)
{
	const struct ac_service *service = &settings->service, *other;
	const struct ac_place *acr = ac_config_place_of(settings->places, "service", "acr");

	if (!ac_value_service(service->name))
		return ac_config_refuse(
			reason, &settings->place,
			"service \"%.64s\": not the name of a file in /etc/pam.d, at most "
			"%d bytes",
			service->name, AC_MAX_SIGN_IN_SERVICE);
	if (service->acr == NULL && service->level != 0)
		return ac_config_refuse(reason,
					ac_config_place_of(settings->places, "service", "level"),
					"level: read only with acr");
	other = service->acr != NULL ? ac_config_service_of_acr(config, service->acr) : NULL;
	if (other != NULL)
		return ac_config_refuse(reason, acr,
					"acr: \"%s\" is also that of service \"%s\"; give each "
					"service its own",
					service->acr, other->name);
	if (config->service_count == AC_MAX_SERVICES)
		return ac_config_refuse(reason, &settings->place, "more than %d services",
					AC_MAX_SERVICES);
	return true;
}

/* Adds the service, or replaces the one of its name. */
static enum authcode_err
put_service(struct ac_config *config, const struct ac_service *service)
{
	size_t count = config->service_count, at = 0;
	struct ac_service *services =
		authcode_arena_alloc(config->arena, (count + 1) * sizeof(*services));

	if (services == NULL)
		return AUTHCODE_ERR_MEMORY;
	if (count > 0)
		memcpy(services, config->services, count * sizeof(*services));
	while (at < count && strcmp(services[at].name, service->name) != 0)
		at++;
	services[at] = *service;
	config->services = services;
	config->service_count = at == count ? count + 1 : count;
	return AUTHCODE_OK;
}

enum authcode_err
ac_config_add_service(struct ac_settings *settings, struct ac_service_settings *service,
		      struct authcode_reason *reason)
{
	struct ac_config *config = &settings->config;

	if (!check_service(config, service, reason))
		return AUTHCODE_ERR_CONFIG;
	if (!join_amr(service, config->arena)) {
		ac_config_refuse(reason, ac_config_place_of(service->places, "service", "amr"),
				 "amr: longer than %d bytes in all", MAX_AMR);
		return AUTHCODE_ERR_CONFIG;
	}
	return put_service(config, &service->service);
}

static bool
several_services(const struct ac_config *config, struct ac_client_settings *const *clients,
		 size_t count)
{
	for (size_t i = 0; i < config->service_count; i++) {
		if (config->services[i].acr != NULL &&
		    strcmp(config->services[i].name, config->pam_service) != 0)
			return true;
	}
	for (size_t i = 0; i < count; i++) {
		const char *name = clients[i]->client.pam_service;

		if (name != NULL && strcmp(name, config->pam_service) != 0)
			return true;
	}
	return false;
}

/* A service that declares no acr has its own name for one. The server's is then of
 * level 1, so that whatever declares a level is enough where no more is asked for. */
static enum authcode_err
need_acr(struct ac_config *config, const char *name, const struct ac_place *place,
	 struct authcode_reason *reason)
{
	const struct ac_service *known = ac_config_service(config, name);
	struct ac_service service = { 0 };
	const struct ac_service *other = ac_config_service_of_acr(config, name);

	if (known != NULL && known->acr != NULL)
		return AUTHCODE_OK;
	if (other != NULL || (known == NULL && config->service_count == AC_MAX_SERVICES)) {
		ac_config_refuse(reason, place,
				 "pam_service: \"%s\" needs a service block with an acr", name);
		return AUTHCODE_ERR_CONFIG;
	}
	/* A client's texts do not outlive the reading. */
	name = ac_arena_strdup(config->arena, name);
	if (name == NULL)
		return AUTHCODE_ERR_MEMORY;
	if (known != NULL)
		service = *known;
	service.name = name;
	service.acr = name;
	service.level = strcmp(name, config->pam_service) == 0 ? 1 : 0;
	return put_service(config, &service);
}

enum authcode_err
ac_config_bind_services(struct ac_settings *settings, struct ac_client_settings *const *clients,
			size_t count, struct authcode_reason *reason)
{
	struct ac_config *config = &settings->config;
	enum authcode_err err;

	if (!several_services(config, clients, count))
		return AUTHCODE_OK;
	err = need_acr(config, config->pam_service,
		       ac_config_place_of(settings->places, "", "pam_service"), reason);
	for (size_t i = 0; err == AUTHCODE_OK && i < count; i++) {
		struct authcode_client *client = &clients[i]->client;
		const char *name =
			client->pam_service != NULL ? client->pam_service : config->pam_service;

		err = need_acr(config, name,
			       ac_config_place_of(clients[i]->places, "client", "pam_service"),
			       reason);
		if (err == AUTHCODE_OK && client->min_acr == NULL)
			client->min_acr = ac_config_service(config, name)->acr;
	}
	return err;
}

enum authcode_err
ac_config_bind_client(const struct ac_settings *settings, struct ac_client_settings *client,
		      struct authcode_reason *reason)
{
	const struct ac_config *config = &settings->config;
	const char *own = client->client.pam_service;
	const struct ac_service *service =
		ac_config_service(config, own != NULL ? own : config->pam_service);

	if (service != NULL && service->acr != NULL) {
		if (client->client.min_acr == NULL)
			client->client.min_acr = service->acr;
		return AUTHCODE_OK;
	}
	if (own == NULL || strcmp(own, config->pam_service) == 0)
		return AUTHCODE_OK;
	ac_config_refuse(reason, ac_config_place_of(client->places, "client", "pam_service"),
			 "pam_service: \"%s\" needs a service block with an acr", own);
	return AUTHCODE_ERR_CONFIG;
}

enum authcode_err
ac_config_check_acr(const struct ac_settings *settings, const struct ac_client_settings *client,
		    struct authcode_reason *reason)
{
	const char *acr = client->client.min_acr;

	if (acr == NULL || ac_config_service_of_acr(&settings->config, acr) != NULL)
		return AUTHCODE_OK;
	ac_config_refuse(reason, ac_config_place_of(client->places, "client", "min_acr"),
			 "min_acr: \"%s\" is the acr of no service block", acr);
	return AUTHCODE_ERR_CONFIG;
}
