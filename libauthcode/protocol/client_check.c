/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See client_check.h. RFC 6749 §2 and §3.1.2.2, RFC 7591 §2, RFC 7662 §2.1,
 * RFC 9700 §2.1. A contradiction is refused, never resolved by guessing: a
 * registration that starts is one that works as written.
 */
#include "protocol/client_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/base64url.h"
#include "base/limits.h"
#include "base/text.h"
#include "jose/algorithm.h"
#include "protocol/client_keys.h"
#include "protocol/client_logout.h"
#include "protocol/client_openid.h"
#include "protocol/client_pages.h"
#include "protocol/redirect_uri.h"
#include "protocol/resource.h"
#include "protocol/scope.h"

#define MAX_NAME 256
#define KNOWN_GRANTS                                                                               \
	(AUTHCODE_GRANT_AUTHORIZATION_CODE | AUTHCODE_GRANT_REFRESH_TOKEN |                        \
	 AUTHCODE_GRANT_CLIENT_CREDENTIALS | AUTHCODE_GRANT_DEVICE_CODE)

void
ac_client_reason(struct authcode_reason *reason, const char *id, const char *fmt, ...)
{
	size_t used = 0;
	va_list args;

	if (*id != '\0') {
		int len = snprintf(reason->text, sizeof(reason->text), "client \"%.64s\": ", id);

		used = len > 0 ? (size_t)len : 0;
	}
	va_start(args, fmt);
	vsnprintf(reason->text + used, sizeof(reason->text) - used, fmt, args);
	va_end(args);
}

static bool
id_ok(const char *id)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789-_.~";
	size_t len = id != NULL ? strlen(id) : 0;

	return len > 0 && len <= AC_MAX_CLIENT_ID && strspn(id, allowed) == len;
}

static bool
printable(const char *text, size_t max_len)
{
	size_t len = text != NULL ? strlen(text) : 0;

	return len > 0 && len <= max_len && ac_text_printable(text, len);
}

/* Each rule: true, or false with the sentence written. */
typedef bool rule(const struct authcode_client *client, struct authcode_reason *reason);

static bool
name_rule(const struct authcode_client *client, struct authcode_reason *reason)
{
	size_t len = client->name != NULL ? strlen(client->name) : 1;

	if (len > 0 && len <= MAX_NAME &&
	    (client->name == NULL || ac_text_printable(client->name, len)))
		return true;
	ac_client_reason(reason, client->id, "the name is not 1 to %d bytes of printable UTF-8",
			 MAX_NAME);
	return false;
}

static bool
kind_rule(const struct authcode_client *client, struct authcode_reason *reason)
{
	if (authcode_client_auth_name(client->auth) == NULL) {
		ac_client_reason(reason, client->id, "the authentication method is unknown");
		return false;
	}
	if (client->application_type != AUTHCODE_APPLICATION_WEB &&
	    client->application_type != AUTHCODE_APPLICATION_NATIVE) {
		ac_client_reason(reason, client->id, "the application type is unknown");
		return false;
	}
	return true;
}

static bool
secret_rule(const struct authcode_client *client, struct authcode_reason *reason)
{
	static const uint8_t none[AUTHCODE_SECRET_HASH_LEN];
	/* Only asks whether there is a hash at all: nothing secret is compared. */
	bool empty = memcmp(client->secret_hash, none, sizeof(none)) == 0;

	if (client->auth == AUTHCODE_AUTH_NONE && (!empty || client->secret_expires_at != 0)) {
		ac_client_reason(reason, client->id, "a public client cannot have a secret");
		return false;
	}
	if (client->auth == AUTHCODE_AUTH_PRIVATE_KEY_JWT &&
	    (!empty || client->secret_expires_at != 0)) {
		ac_client_reason(reason, client->id, "private_key_jwt needs keys and no secret");
		return false;
	}
	if (empty && (client->auth == AUTHCODE_AUTH_SECRET_BASIC ||
		      client->auth == AUTHCODE_AUTH_SECRET_POST)) {
		ac_client_reason(reason, client->id, "%s needs a secret",
				 authcode_client_auth_name(client->auth));
		return false;
	}
	if (client->previous_secret_expires_at != 0 && client->auth != AUTHCODE_AUTH_SECRET_BASIC &&
	    client->auth != AUTHCODE_AUTH_SECRET_POST) {
		ac_client_reason(reason, client->id,
				 "only a secret that is sent can have a previous one beside it");
		return false;
	}
	if (client->secret_expires_at < 0 || client->previous_secret_expires_at < 0) {
		ac_client_reason(reason, client->id, "the end of the secret is before 1970");
		return false;
	}
	return true;
}

static bool
grants_rule(const struct authcode_client *client, struct authcode_reason *reason)
{
	if (client->grants == 0 || (client->grants & ~KNOWN_GRANTS) != 0) {
		ac_client_reason(reason, client->id,
				 client->grants == 0 ? "no grant is allowed"
						     : "a grant is unknown");
		return false;
	}
	if ((client->grants & AUTHCODE_GRANT_REFRESH_TOKEN) != 0 &&
	    (client->grants & (AUTHCODE_GRANT_AUTHORIZATION_CODE | AUTHCODE_GRANT_DEVICE_CODE)) ==
		    0) {
		ac_client_reason(
			reason, client->id,
			"refresh_token without a grant that gives one could never be used");
		return false;
	}
	return true;
}

/* The tokens of a client for itself have its id for a sub: it must not be able to
 * look like a person (RFC 9700 §4.15). Subs are base64url of 128
 * bits (sign_in.c), pairwise ones of 256 (subject.c). */
static bool
looks_like_a_sub(const char *id)
{
	uint8_t raw[32];
	size_t len;

	return ac_base64url_decode(id, strlen(id), raw, sizeof(raw), &len) &&
	       (len == 16 || len == 32);
}

static bool
client_credentials_rule(const struct authcode_client *client, struct authcode_reason *reason)
{
	const char *why = NULL;

	if ((client->grants & AUTHCODE_GRANT_CLIENT_CREDENTIALS) == 0)
		return true;
	if (client->auth == AUTHCODE_AUTH_NONE)
		why = "client_credentials is not for a public client, which has none (RFC 6749 "
		      "section 4.4)";
	else if (looks_like_a_sub(client->id))
		why = "with client_credentials its id must not look like the sub of a person; "
		      "choose one that is not 22 or 43 "
		      "characters long";
	if (why != NULL)
		ac_client_reason(reason, client->id, "%s", why);
	return why == NULL;
}

static bool
refresh_rule(const struct authcode_client *client, struct authcode_reason *reason)
{
	enum authcode_rotation rotation = client->refresh_rotation;
	uint32_t idle_s = client->refresh_idle_ttl_s, absolute_s = client->refresh_absolute_ttl_s;
	const char *why = NULL;

	if (rotation != AUTHCODE_ROTATION_DEFAULT && rotation != AUTHCODE_ROTATION_ALWAYS &&
	    rotation != AUTHCODE_ROTATION_LATE && rotation != AUTHCODE_ROTATION_NEVER)
		why = "refresh_rotation is unknown";
	else if (client->auth == AUTHCODE_AUTH_NONE && rotation != AUTHCODE_ROTATION_DEFAULT &&
		 rotation != AUTHCODE_ROTATION_ALWAYS)
		why = "refresh tokens of a public client always rotate (RFC 9700 section 2.2.2)";
	else if (idle_s != 0 && absolute_s != 0 && idle_s > absolute_s)
		why = "refresh tokens would live longer unused than at most";
	if (why != NULL)
		ac_client_reason(reason, client->id, "%s", why);
	return why == NULL;
}

static bool
redirect_uris_rule(const struct authcode_client *client, struct authcode_reason *reason)
{
	size_t count = client->redirect_uri_count;

	if (count == 0 && (client->grants & AUTHCODE_GRANT_AUTHORIZATION_CODE) == 0)
		return true;
	if (count == 0 || count > AC_MAX_REDIRECT_URIS || client->redirect_uris == NULL) {
		ac_client_reason(reason, client->id, "it needs 1 to %d redirect URIs",
				 AC_MAX_REDIRECT_URIS);
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		const char *uri = client->redirect_uris[i];
		const char *why = ac_redirect_uri_check(uri, client->application_type);

		for (size_t k = 0; why == NULL && k < i; k++) {
			if (strcmp(uri, client->redirect_uris[k]) == 0)
				why = "it is listed twice";
		}
		if (why != NULL) {
			/* The number, for a URI that does not print well is one
			 * reason to be here. */
			ac_client_reason(reason, client->id, "redirect URI %zu: %s", i + 1, why);
			return false;
		}
	}
	return true;
}

static bool
scope_rule(const struct authcode_client *client, struct authcode_reason *reason)
{
	if (client->scope == NULL || *client->scope == '\0') {
		ac_client_reason(reason, client->id,
				 "scope is empty, so that every request would be refused");
		return false;
	}
	if (!ac_scope_valid(client->scope)) {
		ac_client_reason(reason, client->id,
				 "scope does not follow the grammar of RFC 6749 section 3.3");
		return false;
	}
	if (client->default_scopes == NULL)
		return true;
	if (*client->default_scopes != '\0' && !ac_scope_valid(client->default_scopes)) {
		ac_client_reason(
			reason, client->id,
			"default_scopes does not follow the grammar of RFC 6749 section 3.3");
		return false;
	}
	if (!ac_scope_subset(client->default_scopes, client->scope)) {
		ac_client_reason(reason, client->id,
				 "default_scopes names a value that is not in scope");
		return false;
	}
	return true;
}

static bool
introspect_rule(const struct authcode_client *client, struct authcode_reason *reason)
{
	enum authcode_may_introspect may = client->may_introspect;
	const char *why = NULL;

	if (may != AUTHCODE_INTROSPECT_OWN && may != AUTHCODE_INTROSPECT_LIST &&
	    may != AUTHCODE_INTROSPECT_ALL)
		why = "may_introspect is unknown";
	else if (may != AUTHCODE_INTROSPECT_OWN && client->auth == AUTHCODE_AUTH_NONE)
		why = "a public client cannot introspect tokens of others";
	else if (may == AUTHCODE_INTROSPECT_LIST &&
		 (client->introspect_client_count == 0 || client->introspect_clients == NULL))
		why = "may_introspect is a list, and the list is empty";
	else if (may != AUTHCODE_INTROSPECT_LIST && client->introspect_client_count > 0)
		why = "a list of clients is given, but may_introspect does not use it";
	else if (client->introspect_client_count > AC_MAX_CLIENTS)
		why = "the list of may_introspect is too long";
	if (why != NULL)
		ac_client_reason(reason, client->id, "%s", why);
	return why == NULL;
}

static bool
pam_service_rule(const struct authcode_client *client, struct authcode_reason *reason)
{
	size_t len = client->pam_service != NULL ? strlen(client->pam_service) : 1;

	if (len > 0 && len <= AC_MAX_SIGN_IN_SERVICE)
		return true;
	ac_client_reason(reason, client->id, "the PAM service name is not 1 to %d bytes long",
			 AC_MAX_SIGN_IN_SERVICE);
	return false;
}

/* Names as the account database may have them; NULL and "" never mean "nobody". */
static bool
names_rule(const struct authcode_client *client, struct authcode_reason *reason)
{
	const struct {
		const char *option;
		const char *const *names;
		size_t count;
		size_t max_len;
	} lists[] = {
		{ "allow_users", client->allow_users, client->allow_user_count, AC_MAX_USER_NAME },
		{ "allow_groups", client->allow_groups, client->allow_group_count,
		  AC_MAX_GROUP_NAME },
		{ "group_claims", client->group_claims, client->group_claim_count,
		  AC_MAX_GROUP_NAME },
		{ "allowed_origins", client->allowed_origins, client->allowed_origin_count,
		  AC_MAX_ISSUER },
	};

	for (size_t i = 0; i < AC_ARRAY_SIZE(lists); i++) {
		if (lists[i].count > 0 && lists[i].names == NULL) {
			ac_client_reason(reason, client->id, "%s has a length but no names",
					 lists[i].option);
			return false;
		}
		if (lists[i].count > AC_MAX_ALLOWED) {
			ac_client_reason(reason, client->id, "%s has more than %d names",
					 lists[i].option, AC_MAX_ALLOWED);
			return false;
		}
		for (size_t k = 0; k < lists[i].count; k++) {
			if (printable(lists[i].names[k], lists[i].max_len))
				continue;
			ac_client_reason(reason, client->id,
					 "entry %zu of %s is not 1 to %zu bytes of printable UTF-8",
					 k + 1, lists[i].option, lists[i].max_len);
			return false;
		}
	}
	return true;
}

static bool
group_claim_prefix_rule(const struct authcode_client *client, struct authcode_reason *reason)
{
	if (client->group_claim_prefix == NULL ||
	    printable(client->group_claim_prefix, AC_MAX_GROUP_NAME))
		return true;
	ac_client_reason(reason, client->id,
			 "group_claim_prefix is not 1 to %d bytes of printable UTF-8",
			 AC_MAX_GROUP_NAME);
	return false;
}

static bool
min_acr_rule(const struct authcode_client *client, struct authcode_reason *reason)
{
	if (client->min_acr == NULL ||
	    (printable(client->min_acr, AC_MAX_ACR) && strchr(client->min_acr, ' ') == NULL))
		return true;
	ac_client_reason(reason, client->id,
			 "min_acr is not 1 to %d printable characters without space", AC_MAX_ACR);
	return false;
}

static const char *
resources_problem(const struct authcode_client *client)
{
	bool has_default = client->default_resource == NULL;

	if (client->resource_count > 0 && client->resources == NULL)
		return "resources has a length but no URIs";
	if (client->resource_count > AC_MAX_ALLOWED)
		return "resources is too long";
	for (size_t i = 0; i < client->resource_count; i++) {
		if (client->resources[i] == NULL || !ac_resource_uri_valid(client->resources[i]))
			return "an entry of resources is not an absolute URI without fragment";
		has_default =
			has_default || strcmp(client->resources[i], client->default_resource) == 0;
	}
	if (!has_default)
		return "default_resource is none of resources";
	if (client->access_token_format > AUTHCODE_FORMAT_JWT)
		return "the format of its access tokens is unknown";
	if (client->access_token_alg != NULL && ac_alg_find(client->access_token_alg) == NULL)
		return "the algorithm of its access tokens is unknown";
	return NULL;
}

/* IN-04: what is for it and what it may ask about beyond that would contradict. */
static const char *
resource_server_problem(const struct authcode_client *client)
{
	if (client->resource_server == NULL)
		return NULL;
	if (!ac_resource_uri_valid(client->resource_server))
		return "resource_server is not an absolute URI without fragment";
	if (client->auth == AUTHCODE_AUTH_NONE)
		return "a public client cannot be a resource server that introspects";
	if (client->may_introspect != AUTHCODE_INTROSPECT_OWN)
		return "resource_server says whose tokens it may ask about, and so does "
		       "may_introspect";
	return NULL;
}

static bool
resources_rule(const struct authcode_client *client, struct authcode_reason *reason)
{
	const char *why = resources_problem(client);

	if (why == NULL)
		why = resource_server_problem(client);
	if (why != NULL)
		ac_client_reason(reason, client->id, "%s", why);
	return why == NULL;
}

enum authcode_err
ac_client_check(const struct authcode_client *client, struct authcode_reason *reason)
{
	static rule *const rules[] = {
		name_rule,
		kind_rule,
		secret_rule,
		grants_rule,
		scope_rule,
		introspect_rule,
		pam_service_rule,
		redirect_uris_rule,
		names_rule,
		group_claim_prefix_rule,
		min_acr_rule,
		resources_rule,
		ac_client_keys_check,
		ac_client_logout_rule,
		ac_client_openid_rule,
		ac_client_pages_rule,
		client_credentials_rule,
		refresh_rule,
	};

	if (!id_ok(client->id)) {
		ac_client_reason(reason, "",
				 "a client id is not 1 to %d characters of A-Z a-z 0-9 - _ . ~",
				 AC_MAX_CLIENT_ID);
		return AUTHCODE_ERR_CONFIG;
	}
	for (size_t i = 0; i < AC_ARRAY_SIZE(rules); i++) {
		if (!rules[i](client, reason))
			return AUTHCODE_ERR_CONFIG;
	}
	return AUTHCODE_OK;
}

static bool
introspect_list_ok(const struct authcode_clients *clients, const struct authcode_client *client,
		   struct authcode_reason *reason)
{
	for (size_t i = 0; i < client->introspect_client_count; i++) {
		const char *id = client->introspect_clients[i];

		if (authcode_clients_find(clients, id) == NULL) {
			ac_client_reason(reason, client->id,
					 "entry %zu of may_introspect names no client", i + 1);
			return false;
		}
	}
	return true;
}

enum authcode_err
ac_clients_check(const struct authcode_clients *clients, struct authcode_reason *reason)
{
	for (size_t i = 0; i < authcode_clients_count(clients); i++) {
		const struct authcode_client *client = authcode_clients_at(clients, i);
		const struct authcode_client *next = authcode_clients_at(clients, i + 1);

		if (next != NULL && strcmp(client->id, next->id) == 0) {
			ac_client_reason(reason, client->id, "the id is used twice");
			return AUTHCODE_ERR_CONFIG;
		}
		if (!introspect_list_ok(clients, client, reason))
			return AUTHCODE_ERR_CONFIG;
	}
	return AUTHCODE_OK;
}
