/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See config_rules.h. Client rules that the protocol defines (redirect URIs,
 * scopes) are authcode_clients_new()'s; how a client proves who it is is
 * config_client_auth.h's.
 */
#include "server/config_rules.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/base64url.h"
#include "base/uri.h"
#include "server/config_client_auth.h"
#include "server/config_resource.h"
#include "server/config_values.h"

const struct ac_place *
ac_config_place_of(const struct ac_place *places, const char *section, const char *name)
{
	const struct ac_option *option = ac_option_find(section, name, strlen(name));

	return &places[ac_option_index(option)];
}

static bool
check_issuer(struct ac_settings *settings, bool *ret_loopback, struct authcode_reason *reason)
{
	struct ac_config *config = &settings->config;
	const struct ac_place *place = ac_config_place_of(settings->places, "", "issuer");
	struct ac_uri uri;
	size_t len;
	char *path;

	if (config->issuer == NULL)
		return ac_config_refuse(reason, place,
					"issuer: missing; give the URL by which "
					"browsers and clients know this server");
	if (!ac_uri_parse(config->issuer, strlen(config->issuer), &uri))
		return false;
	*ret_loopback = ac_uri_is_loopback_ip(&uri) || ac_span_is(uri.host, "localhost");
	config->issuer_is_dev = *ret_loopback && ac_span_is(uri.scheme, "http");
	len = uri.path.len;
	if (len > 0 && uri.path.data[len - 1] == '/')
		len--;
	path = ac_arena_strndup(config->arena, uri.path.data, len);
	config->issuer_path = path;
	return path != NULL;
}

static bool
check_tls(struct ac_settings *settings, struct authcode_reason *reason)
{
	const struct ac_config *config = &settings->config;

	if (config->tls_certificate_file != NULL && config->tls_key_file == NULL)
		return ac_config_refuse(
			reason, ac_config_place_of(settings->places, "", "tls_certificate_file"),
			"tls_certificate_file: set without tls_key_file; give both "
			"or neither");
	if (config->tls_certificate_file == NULL && config->tls_key_file != NULL)
		return ac_config_refuse(reason,
					ac_config_place_of(settings->places, "", "tls_key_file"),
					"tls_key_file: set without tls_certificate_file; give both "
					"or neither");
	return true;
}

static bool
fill_listens(struct ac_settings *settings)
{
	struct ac_config *config = &settings->config;
	size_t count = settings->listen.count;
	struct ac_listen *listens =
		authcode_arena_alloc(config->arena, (count + 2) * sizeof(*listens));

	if (listens == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		const char *text = settings->listen.list[i];
		bool tcp = strncmp(text, "unix:", 5) != 0;

		listens[i].kind = tcp ? AC_LISTEN_TCP : AC_LISTEN_UNIX;
		listens[i].text = text;
		listens[i].tls = tcp && config->tls_certificate_file != NULL;
	}
	if (config->metrics_listen != NULL) {
		listens[count].kind = AC_LISTEN_TCP;
		listens[count].text = config->metrics_listen;
		listens[count++].metrics = true;
	}
	config->listens = listens;
	config->listen_count = count;
	if (strcmp(config->admin_socket, "none") == 0) {
		config->admin_socket = NULL;
		return true;
	}
	listens[count].kind = AC_LISTEN_UNIX;
	listens[count].text = ac_arena_printf(config->arena, "unix:%s", config->admin_socket);
	listens[count].admin = true;
	config->listen_count++;
	return listens[count].text != NULL;
}

/* What keeps a listener without TLS from serving an issuer that the world
 * reaches, or NULL. Behind a proxy that is not trusted all people would share
 * one address, and with it one limit; without TLS and proxy, passwords would
 * cross the network in the clear. */
static const char *
listen_problem(const struct ac_listen *listen, bool trusts_unix, bool trusts_addresses)
{
	if (listen->tls || listen->admin || listen->metrics)
		return NULL;
	if (listen->kind == AC_LISTEN_UNIX)
		return trusts_unix ? NULL
				   : "takes requests of a proxy that is not trusted; add unix to "
				     "trusted_proxies";
	if (trusts_addresses)
		return NULL;
	if (ac_listen_is_local(listen->text))
		return "takes requests of a proxy that is not trusted; give trusted_proxies, or "
		       "tls_certificate_file and tls_key_file";
	return "would take passwords without TLS; give tls_certificate_file and tls_key_file, or "
	       "trusted_proxies";
}

static bool
check_reachable(struct ac_settings *settings, bool loopback_issuer, struct authcode_reason *reason)
{
	const struct ac_config *config = &settings->config;
	bool trusts_unix = false, trusts_addresses = false;

	if (loopback_issuer)
		return true;
	for (size_t i = 0; i < config->trusted_proxy_count; i++) {
		bool is_unix = strcmp(config->trusted_proxies[i], "unix") == 0;

		trusts_unix |= is_unix;
		trusts_addresses |= !is_unix;
	}
	for (size_t i = 0; i < config->listen_count; i++) {
		const struct ac_listen *listen = &config->listens[i];
		const char *problem = listen_problem(listen, trusts_unix, trusts_addresses);

		if (problem != NULL)
			return ac_config_refuse(reason,
						ac_config_place_of(settings->places, "", "listen"),
						"listen: \"%s\" %s", listen->text, problem);
	}
	return true;
}

static bool
check_lifetimes(struct ac_settings *settings, struct authcode_reason *reason)
{
	const struct ac_config *c = &settings->config;
	const struct authcode_lifetimes *l = &c->lifetimes;
	const struct {
		const char *idle_name, *absolute_name;
		uint32_t idle, absolute;
	} pairs[] = {
		{ "refresh_idle_lifetime", "refresh_absolute_lifetime", l->refresh_idle_s,
		  l->refresh_absolute_s },
		{ "session_idle_lifetime", "session_absolute_lifetime", l->session_idle_s,
		  l->session_absolute_s },
		{ "prompt_timeout", "sign_in_timeout", c->prompt_timeout_s, c->sign_in_timeout_s },
		{ "max_connections_per_address", "max_connections", c->max_connections_per_address,
		  c->max_connections },
		{ "max_sign_ins_per_address", "max_sign_ins", c->max_sign_ins_per_address,
		  c->max_sign_ins },
	};

	for (size_t i = 0; i < AC_ARRAY_SIZE(pairs); i++) {
		const struct ac_place *place =
			ac_config_place_of(settings->places, "", pairs[i].idle_name);

		if (pairs[i].idle <= pairs[i].absolute)
			continue;
		if (place->line == 0)
			place = ac_config_place_of(settings->places, "", pairs[i].absolute_name);
		return ac_config_refuse(reason, place, "%s: %u is more than %s, which is %u",
					pairs[i].idle_name, pairs[i].idle, pairs[i].absolute_name,
					pairs[i].absolute);
	}
	return true;
}

/* OIDC-Disc §3: every client may count on RS256. */
static bool
check_algorithms(struct ac_settings *settings, struct authcode_reason *reason)
{
	const struct ac_texts *texts = &settings->signing_algorithms;
	const struct ac_place *place =
		ac_config_place_of(settings->places, "", "signing_algorithms");
	bool rs256 = false;

	for (size_t i = 0; i < texts->count; i++) {
		rs256 = rs256 || strcmp(texts->list[i], "RS256") == 0;
		for (size_t k = 0; k < i; k++) {
			if (strcmp(texts->list[i], texts->list[k]) == 0)
				return ac_config_refuse(reason, place,
							"signing_algorithms: %s is listed twice",
							texts->list[i]);
		}
	}
	settings->config.signing_algorithms = texts->list;
	settings->config.signing_algorithm_count = texts->count;
	return rs256 || ac_config_refuse(reason, place,
					 "signing_algorithms: RS256 is missing, which every "
					 "client may count on");
}

enum authcode_err
ac_config_check_server(struct ac_settings *settings, struct authcode_reason *reason)
{
	bool loopback = false;

	settings->config.trusted_proxies = settings->trusted_proxies.list;
	settings->config.trusted_proxy_count = settings->trusted_proxies.count;
	settings->config.env_claims = settings->env_claims.list;
	settings->config.env_claim_count = settings->env_claims.count;
	settings->config.env_amr = settings->env_amr.list;
	settings->config.env_amr_count = settings->env_amr.count;
	if (check_issuer(settings, &loopback, reason) && check_tls(settings, reason) &&
	    fill_listens(settings) && check_reachable(settings, loopback, reason) &&
	    check_lifetimes(settings, reason) && check_algorithms(settings, reason) &&
	    ac_config_check_resource_algs(settings, reason))
		return AUTHCODE_OK;
	return reason->text[0] != '\0' ? AUTHCODE_ERR_CONFIG : AUTHCODE_ERR_MEMORY;
}

/* Each is nothing without the other. */
static bool
take_previous_secret(struct ac_client_settings *settings, struct authcode_reason *reason)
{
	static const char digest[] = "previous_client_secret_sha256";
	static const char end[] = "previous_client_secret_expires_at";
	const char *sha256 = settings->previous_secret_sha256;
	const char *expires_at = settings->previous_secret_expires_at;
	const char *given = sha256 != NULL ? digest : end;
	struct authcode_client *client = &settings->client;
	size_t len;

	if (sha256 == NULL && expires_at == NULL)
		return true;
	if (sha256 == NULL || expires_at == NULL)
		return ac_config_refuse(
			reason, ac_config_place_of(settings->places, "client", given),
			"%s: read only with %s", given, sha256 != NULL ? end : digest);
	return ac_base64url_decode(sha256, strlen(sha256), client->previous_secret_hash,
				   sizeof(client->previous_secret_hash), &len) &&
	       ac_value_unix_time(expires_at, &client->previous_secret_expires_at);
}

static bool
check_introspection(const struct ac_client_settings *settings, struct authcode_reason *reason)
{
	bool listed = settings->client.may_introspect == AUTHCODE_INTROSPECT_LIST;

	if (listed && settings->introspect_clients.count == 0)
		return ac_config_refuse(
			reason, ac_config_place_of(settings->places, "client", "may_introspect"),
			"may_introspect: list needs introspect_clients");
	if (!listed && settings->introspect_clients.count > 0)
		return ac_config_refuse(
			reason,
			ac_config_place_of(settings->places, "client", "introspect_clients"),
			"introspect_clients: read only with may_introspect = list");
	return true;
}

/* Its own time beside what holds for it, be that its own too or the server's. */
enum authcode_err
ac_config_check_refresh(const struct ac_settings *settings, const struct ac_client_settings *client,
			struct authcode_reason *reason)
{
	uint32_t idle_s = client->client.refresh_idle_ttl_s;
	uint32_t absolute_s = client->client.refresh_absolute_ttl_s;

	if (absolute_s == 0)
		absolute_s = settings->config.lifetimes.refresh_absolute_s;
	if (idle_s <= absolute_s)
		return AUTHCODE_OK;
	ac_config_refuse(reason,
			 ac_config_place_of(client->places, "client", "refresh_idle_lifetime"),
			 "refresh_idle_lifetime: %u is more than refresh_absolute_lifetime, which "
			 "is %u",
			 idle_s, absolute_s);
	return AUTHCODE_ERR_CONFIG;
}

enum authcode_err
ac_config_check_client(struct ac_client_settings *settings, struct authcode_reason *reason)
{
	struct authcode_client *client = &settings->client;

	client->redirect_uris = settings->redirect_uris.list;
	client->redirect_uri_count = settings->redirect_uris.count;
	client->introspect_clients = settings->introspect_clients.list;
	client->introspect_client_count = settings->introspect_clients.count;
	client->allow_users = settings->allow_users.list;
	client->allow_user_count = settings->allow_users.count;
	client->allow_groups = settings->allow_groups.list;
	client->allow_group_count = settings->allow_groups.count;
	client->group_claims = settings->group_claims.list;
	client->group_claim_count = settings->group_claims.count;
	client->resources = settings->resources.list;
	client->resource_count = settings->resources.count;
	client->allowed_origins = settings->allowed_origins.list;
	client->allowed_origin_count = settings->allowed_origins.count;
	client->post_logout_redirect_uris = settings->post_logout_redirect_uris.list;
	client->post_logout_redirect_uri_count = settings->post_logout_redirect_uris.count;
	if (settings->secret_expires_at != NULL &&
	    !ac_value_unix_time(settings->secret_expires_at, &client->secret_expires_at))
		return AUTHCODE_ERR_CONFIG;
	if (!take_previous_secret(settings, reason) || !check_introspection(settings, reason))
		return AUTHCODE_ERR_CONFIG;
	return ac_config_check_client_auth(settings, reason);
}

enum authcode_err
ac_config_check_logout(const struct ac_client_settings *client, struct authcode_reason *reason)
{
	const char *uri = client->client.backchannel_logout_uri;

	if (uri == NULL || strncasecmp(uri, "http:", 5) != 0)
		return AUTHCODE_OK;
	ac_config_refuse(reason,
			 ac_config_place_of(client->places, "client", "backchannel_logout_uri"),
			 "backchannel_logout_uri: \"%s\" is not allowed; give an https URL", uri);
	return AUTHCODE_ERR_CONFIG;
}

/* What signs so? NULL, or what keeps it from that. */
static const char *
signature_problem(const struct ac_settings *settings, const struct authcode_client *client,
		  const char *alg)
{
	/* ID-12 */
	if (strcmp(alg, "HS256") == 0 && client->auth == AUTHCODE_AUTH_NONE)
		return "signs with the client's secret, which a public client has not";
	if (strcmp(alg, "HS256") == 0 && client->auth == AUTHCODE_AUTH_PRIVATE_KEY_JWT)
		return "signs with the client's secret, which private_key_jwt has not";
	if (strcmp(alg, "HS256") == 0)
		return NULL;
	for (size_t i = 0; i < settings->config.signing_algorithm_count; i++) {
		if (strcmp(settings->config.signing_algorithms[i], alg) == 0)
			return NULL;
	}
	return "is not in signing_algorithms";
}

enum authcode_err
ac_config_check_signatures(const struct ac_settings *settings,
			   const struct ac_client_settings *client, struct authcode_reason *reason)
{
	const struct {
		const char *option, *alg;
	} rows[] = {
		{ "id_token_signed_response_alg", client->client.id_token_alg },
		{ "userinfo_signed_response_alg", client->client.userinfo_alg },
	};

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const char *problem =
			rows[i].alg != NULL
				? signature_problem(settings, &client->client, rows[i].alg)
				: NULL;

		if (problem == NULL)
			continue;
		ac_config_refuse(reason,
				 ac_config_place_of(client->places, "client", rows[i].option),
				 "%s: %s %s", rows[i].option, rows[i].alg, problem);
		return AUTHCODE_ERR_CONFIG;
	}
	return AUTHCODE_OK;
}
