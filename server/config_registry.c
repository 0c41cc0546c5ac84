/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See config_registry.h. What needs all blocks at once: who else has the id, and
 * whether what a client refers to is there.
 */
#include "server/config_registry.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "server/config_client_auth.h"
#include "server/config_client_auth.h"
#include "server/config_resource.h"
#include "server/config_rules.h"
#include "server/config_service.h"

struct clients {
	struct ac_settings *settings;
	struct ac_client_settings **clients;
	size_t count;
	struct authcode_reason *reason;
};

static int
by_id(const void *a, const void *b)
{
	const struct ac_client_settings *const *x = a, *const *y = b;

	int order = strcmp((*x)->client.id, (*y)->client.id);

	return order != 0 ? order : ((*x)->order > (*y)->order) - ((*x)->order < (*y)->order);
}

/* The registry's own sentence names the client; asked for each alone, it also
 * tells which place in which file is meant. */
static void
place_reason(const struct clients *l, const struct authcode_reason *why)
{
	struct authcode_clients *alone = NULL;
	struct ac_place place = { .file = l->settings->config.path };

	for (size_t i = 0; i < l->count && place.line == 0; i++) {
		if (authcode_clients_new(&l->clients[i]->client, 1, &alone, NULL) != AUTHCODE_OK)
			place = l->clients[i]->place;
		authcode_clients_unref(&alone);
	}
	ac_config_refuse(l->reason, &place, "%s", why->text);
}

enum authcode_err
ac_config_check_beside(const struct ac_settings *settings, const struct ac_client_settings *client,
		       struct authcode_reason *reason)
{
	if (ac_config_check_owners(settings, client, reason) != AUTHCODE_OK ||
	    ac_config_check_acr(settings, client, reason) != AUTHCODE_OK ||
	    ac_config_check_signatures(settings, client, reason) != AUTHCODE_OK ||
	    ac_config_check_resources(settings, client, reason) != AUTHCODE_OK ||
	    ac_config_check_refresh(settings, client, reason) != AUTHCODE_OK ||
	    ac_config_check_logout(client, reason) != AUTHCODE_OK)
		return AUTHCODE_ERR_CONFIG;
	return AUTHCODE_OK;
}

enum authcode_err
ac_config_build_registry(struct ac_settings *settings, struct ac_client_settings **clients,
			 size_t count, struct authcode_arena *scratch,
			 struct authcode_reason *reason)
{
	const struct clients clients_of = { settings, clients, count, reason };
	const struct clients *l = &clients_of;
	struct authcode_client *list =
		authcode_arena_alloc(scratch, (l->count + 1) * sizeof(*list));
	struct authcode_reason why = { 0 };
	enum authcode_err err;

	if (list == NULL)
		return AUTHCODE_ERR_MEMORY;
	err = ac_config_bind_services(l->settings, l->clients, l->count, l->reason);
	if (err != AUTHCODE_OK)
		return err;
	qsort(l->clients, l->count, sizeof(struct ac_client_settings *), by_id);
	for (size_t i = 0; i < l->count; i++) {
		const struct ac_client_settings *client = l->clients[i];

		if (ac_config_check_beside(l->settings, client, l->reason) != AUTHCODE_OK)
			return AUTHCODE_ERR_CONFIG;
		list[i] = client->client;
		if (i == 0 || strcmp(list[i].id, list[i - 1].id) != 0)
			continue;
		ac_config_refuse(l->reason, &client->place,
				 "client \"%s\" is also at %s:%u; ids must differ", list[i].id,
				 l->clients[i - 1]->place.file, l->clients[i - 1]->place.line);
		return AUTHCODE_ERR_CONFIG;
	}
	err = authcode_clients_new(list, l->count, &l->settings->config.clients, &why);
	if (err != AUTHCODE_OK)
		place_reason(l, &why);
	return err;
}
