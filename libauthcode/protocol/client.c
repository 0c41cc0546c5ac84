/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The client registry (RFC 6749 §2, RFC 7591 §2). It is built once from the
 * host's structs, checked as a whole, and never changes: requests read it
 * without a lock and find a client by binary search. Optional fields are filled
 * in by the copy, so that readers need no special cases. client_check.c holds
 * the rules.
 */
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <authcode/client.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/limits.h"
#include "protocol/client_check.h"
#include "protocol/client_keys.h"
#include "protocol/client_openid.h"
#include "protocol/client_pages.h"

struct authcode_clients {
	atomic_uint references;
	struct authcode_arena *arena; /* every row and string */
	struct authcode_client *rows; /* ascending order of id */
	struct ac_client_keys *keys;  /* of the row with the same index */
	size_t count;
};

static const char *const auth_names[] = {
	[AUTHCODE_AUTH_SECRET_BASIC] = "client_secret_basic",
	[AUTHCODE_AUTH_SECRET_POST] = "client_secret_post",
	[AUTHCODE_AUTH_NONE] = "none",
	[AUTHCODE_AUTH_SECRET_JWT] = "client_secret_jwt",
	[AUTHCODE_AUTH_PRIVATE_KEY_JWT] = "private_key_jwt",
};

_Static_assert(AC_ARRAY_SIZE(auth_names) == AUTHCODE_AUTH_COUNT, "every method has a name");

const char *
authcode_client_auth_name(enum authcode_client_auth auth)
{
	return (size_t)auth < AC_ARRAY_SIZE(auth_names) ? auth_names[auth] : NULL;
}

/* NULL stays NULL and is no failure. */
static bool
copy_text(struct authcode_arena *arena, const char **text)
{
	if (*text == NULL)
		return true;
	*text = ac_arena_strdup(arena, *text);
	return *text != NULL;
}

static bool
copy_list(struct authcode_arena *arena, const char *const **list, size_t count)
{
	const char **copy = authcode_arena_alloc(arena, count * sizeof(*copy));

	if (copy == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		copy[i] = (*list)[i];
		if (!copy_text(arena, &copy[i]))
			return false;
	}
	*list = copy;
	return true;
}

static bool
copy_resources(struct authcode_arena *arena, struct authcode_client *client)
{
	return copy_list(arena, &client->resources, client->resource_count) &&
	       copy_list(arena, &client->allowed_origins, client->allowed_origin_count) &&
	       copy_text(arena, &client->default_resource) &&
	       copy_text(arena, &client->access_token_alg) &&
	       copy_text(arena, &client->resource_server);
}

static bool
copy_client(struct authcode_arena *arena, struct authcode_client *client)
{
	if (!copy_text(arena, &client->id) || !copy_text(arena, &client->name) ||
	    !copy_text(arena, &client->scope) || !copy_text(arena, &client->default_scopes) ||
	    !copy_text(arena, &client->pam_service) || !copy_text(arena, &client->min_acr) ||
	    !copy_text(arena, &client->group_claim_prefix) || !copy_resources(arena, client) ||
	    !copy_text(arena, &client->jwks_uri) || !copy_text(arena, &client->assertion_alg) ||
	    !copy_list(arena, &client->allow_users, client->allow_user_count) ||
	    !copy_list(arena, &client->allow_groups, client->allow_group_count) ||
	    !copy_list(arena, &client->group_claims, client->group_claim_count) ||
	    !copy_text(arena, &client->backchannel_logout_uri) ||
	    !copy_list(arena, &client->post_logout_redirect_uris,
		       client->post_logout_redirect_uri_count) ||
	    !copy_list(arena, &client->redirect_uris, client->redirect_uri_count) ||
	    !copy_list(arena, &client->introspect_clients, client->introspect_client_count) ||
	    !ac_client_openid_copy(arena, client) || !ac_client_pages_copy(arena, client))
		return false;
	if (client->name == NULL)
		client->name = client->id;
	if (client->scope == NULL)
		client->scope = "";
	if (client->default_scopes == NULL)
		client->default_scopes = client->scope;
	if (client->refresh_rotation == AUTHCODE_ROTATION_DEFAULT)
		client->refresh_rotation = client->auth == AUTHCODE_AUTH_NONE
						   ? AUTHCODE_ROTATION_ALWAYS
						   : AUTHCODE_ROTATION_NEVER;
	/* RFC 9700 §2.1.1 */
	if (client->auth == AUTHCODE_AUTH_NONE)
		client->require_pkce = true;
	return true;
}

static int
compare_rows(const void *a, const void *b)
{
	return strcmp(((const struct authcode_client *)a)->id,
		      ((const struct authcode_client *)b)->id);
}

static enum authcode_err
fill_keys(struct authcode_clients *registry, const struct authcode_client *clients, size_t count)
{
	registry->keys = calloc(count > 0 ? count : 1, sizeof(*registry->keys));
	if (registry->keys == NULL)
		return AUTHCODE_ERR_MEMORY;
	for (size_t i = 0; i < count; i++)
		ac_client_keys_init(&registry->keys[i]);
	for (size_t i = 0; i < count; i++) {
		const struct authcode_client *row = authcode_clients_find(registry, clients[i].id);
		enum authcode_err err =
			ac_client_keys_fill(ac_client_keys_of(registry, row), &clients[i]);

		if (err != AUTHCODE_OK)
			return err;
	}
	return AUTHCODE_OK;
}

static enum authcode_err
fill(struct authcode_clients *registry, const struct authcode_client *clients, size_t count,
     struct authcode_reason *reason)
{
	/* Bounded by the checks of each row, so the arena needs no maximum. */
	enum authcode_err err = authcode_arena_new(SIZE_MAX / 2, &registry->arena);

	if (err != AUTHCODE_OK)
		return err;
	registry->rows = authcode_arena_alloc(registry->arena, count * sizeof(*registry->rows));
	if (registry->rows == NULL)
		return AUTHCODE_ERR_MEMORY;
	for (size_t i = 0; i < count; i++) {
		err = ac_client_check(&clients[i], reason);
		if (err != AUTHCODE_OK)
			return err;
		registry->rows[i] = clients[i];
		/* Kept elsewhere, and only where it is needed. */
		registry->rows[i].secret = NULL;
		registry->rows[i].jwks = NULL;
		if (!copy_client(registry->arena, &registry->rows[i]))
			return AUTHCODE_ERR_MEMORY;
	}
	registry->count = count;
	if (count > 1)
		qsort(registry->rows, count, sizeof(*registry->rows), compare_rows);
	err = ac_clients_check(registry, reason);
	return err == AUTHCODE_OK ? fill_keys(registry, clients, count) : err;
}

enum authcode_err
authcode_clients_new(const struct authcode_client *clients, size_t count,
		     struct authcode_clients **ret_clients, struct authcode_reason *reason)
{
	struct authcode_reason unheard;
	struct authcode_clients *registry = NULL;
	enum authcode_err err;

	if (reason == NULL)
		reason = &unheard;
	reason->text[0] = '\0';
	if ((clients == NULL && count > 0) || ret_clients == NULL)
		return AUTHCODE_ERR_USAGE;
	if (count > AC_MAX_CLIENTS) {
		ac_client_reason(reason, "", "there are more than %d clients", AC_MAX_CLIENTS);
		return AUTHCODE_ERR_LIMIT;
	}
	registry = calloc(1, sizeof(*registry));
	if (registry == NULL)
		return AUTHCODE_ERR_MEMORY;
	atomic_init(&registry->references, 1);
	err = fill(registry, clients, count, reason);
	if (err != AUTHCODE_OK) {
		authcode_clients_unref(&registry);
		return err;
	}
	*ret_clients = registry;
	return AUTHCODE_OK;
}

struct authcode_clients *
authcode_clients_ref(struct authcode_clients *clients)
{
	if (clients != NULL)
		atomic_fetch_add_explicit(&clients->references, 1, memory_order_relaxed);
	return clients;
}

void
authcode_clients_unref(struct authcode_clients **clients)
{
	struct authcode_clients *registry;

	if (clients == NULL || *clients == NULL)
		return;
	registry = *clients;
	*clients = NULL;
	/* The last reference must see every read of the others done. */
	if (atomic_fetch_sub_explicit(&registry->references, 1, memory_order_acq_rel) != 1)
		return;
	for (size_t i = 0; registry->keys != NULL && i < registry->count; i++)
		ac_client_keys_clear(&registry->keys[i]);
	free(registry->keys);
	authcode_arena_free(&registry->arena);
	free(registry);
}

struct ac_client_keys *
ac_client_keys_of(const struct authcode_clients *clients, const struct authcode_client *client)
{
	return &clients->keys[client - clients->rows];
}

const struct authcode_client *
authcode_clients_find(const struct authcode_clients *clients, const char *id)
{
	const struct authcode_client key = { .id = id };

	if (clients == NULL || id == NULL || clients->count == 0)
		return NULL;
	return bsearch(&key, clients->rows, clients->count, sizeof(*clients->rows), compare_rows);
}

size_t
authcode_clients_count(const struct authcode_clients *clients)
{
	return clients != NULL ? clients->count : 0;
}

const struct authcode_client *
authcode_clients_at(const struct authcode_clients *clients, size_t i)
{
	return i < authcode_clients_count(clients) ? &clients->rows[i] : NULL;
}
