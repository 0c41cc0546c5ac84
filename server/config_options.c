/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The option table, and storing a value by its row. What several options mean
 * together is config_rules.c's.
 */
#include "server/config_options.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "server/config_values.h"

#define DAY 86400u
#define GLOBAL(field) offsetof(struct ac_settings, field)
#define CLIENT(field) offsetof(struct ac_client_settings, field)

static const struct ac_choice log_levels[] = {
	{ "error", 0 }, { "warning", 0 }, { "notice", 0 },
	{ "info", 0 },  { "debug", 0 },   { NULL, 0 },
};
static const struct ac_choice auth_methods[] = {
	{ "client_secret_basic", AUTHCODE_AUTH_SECRET_BASIC },
	{ "client_secret_post", AUTHCODE_AUTH_SECRET_POST },
	{ "none", AUTHCODE_AUTH_NONE },
	{ NULL, 0 },
};
static const struct ac_choice application_types[] = {
	{ "web", AUTHCODE_APPLICATION_WEB },
	{ "native", AUTHCODE_APPLICATION_NATIVE },
	{ NULL, 0 },
};
static const struct ac_choice grants[] = {
	{ "authorization_code", AUTHCODE_GRANT_AUTHORIZATION_CODE },
	{ "refresh_token", AUTHCODE_GRANT_REFRESH_TOKEN },
	{ NULL, 0 },
};
static const struct ac_choice introspections[] = {
	{ "own", AUTHCODE_INTROSPECT_OWN },
	{ "list", AUTHCODE_INTROSPECT_LIST },
	{ "all", AUTHCODE_INTROSPECT_ALL },
	{ NULL, 0 },
};

static const struct ac_option options[] = {
	/* --- the server --- */
	{ .row = { "", "issuer", "text", "",
		   "the URL by which browsers and clients know this server" },
	  .kind = AC_OPTION_TEXT,
	  .offset = GLOBAL(config.issuer),
	  .check = ac_value_issuer,
	  .allowed = "an https URL in lower case without default port, query, fragment and dot "
		     "segments (http only on localhost, 127.0.0.1 and [::1])" },
	{ .row = { "", "listen", "list", "127.0.0.1:8080", "where connections are taken" },
	  .kind = AC_OPTION_LIST,
	  .offset = GLOBAL(listen),
	  .check = ac_value_listen,
	  .allowed = "an address with port (127.0.0.1:8080, [::1]:8080) or unix: and a path" },
	{ .row = { "", "tls_certificate_file", "path", "", "certificate chain in PEM, own first" },
	  .kind = AC_OPTION_TEXT,
	  .offset = GLOBAL(config.tls_certificate_file),
	  .check = ac_value_path,
	  .allowed = "an absolute path" },
	{ .row = { "", "tls_key_file", "path", "", "private key of the certificate in PEM" },
	  .kind = AC_OPTION_TEXT,
	  .offset = GLOBAL(config.tls_key_file),
	  .check = ac_value_path,
	  .allowed = "an absolute path" },
	{ .row = { "", "trusted_proxies", "list", "", "proxies whose X-Forwarded-For is believed" },
	  .kind = AC_OPTION_LIST,
	  .offset = GLOBAL(trusted_proxies),
	  .check = ac_value_network,
	  .allowed = "an IP address, a prefix such as 10.0.0.0/8 without bits past its length, or "
		     "unix" },
	{ .row = { "", "state_dir", "path", "/var/lib/authcode", "database and master key" },
	  .kind = AC_OPTION_TEXT,
	  .offset = GLOBAL(config.state_dir),
	  .check = ac_value_path,
	  .allowed = "an absolute path" },
	{ .row = { "", "login_socket", "path", "/run/authcode/login.sock",
		   "socket of authcode-login" },
	  .kind = AC_OPTION_TEXT,
	  .offset = GLOBAL(config.login_socket),
	  .check = ac_value_socket,
	  .allowed = "an absolute path of at most 107 bytes" },
	{ .row = { "", "admin_socket", "path", "/run/authcode/admin.sock",
		   "socket of authcodectl; none for no such socket" },
	  .kind = AC_OPTION_TEXT,
	  .offset = GLOBAL(config.admin_socket),
	  .check = ac_value_socket_or_none,
	  .allowed = "an absolute path of at most 107 bytes, or none" },
	{ .row = { "", "admin_group", "text", "authcode-admin",
		   "group that may use admin_socket, besides root" },
	  .kind = AC_OPTION_TEXT,
	  .offset = GLOBAL(config.admin_group),
	  .check = ac_value_user,
	  .allowed = "the name of a group" },
	{ .row = { "", "passwd_socket", "path", "/run/authcode/passwd.sock",
		   "socket of authcode-login --passwd, which changes expired passwords" },
	  .kind = AC_OPTION_TEXT,
	  .offset = GLOBAL(config.passwd_socket),
	  .check = ac_value_socket,
	  .allowed = "an absolute path of at most 107 bytes" },
	{ .row = { "", "pam_service", "text", "authcode", "PAM service people sign in with" },
	  .kind = AC_OPTION_TEXT,
	  .offset = GLOBAL(config.pam_service),
	  .check = ac_value_service,
	  .allowed = "the name of a file in /etc/pam.d" },
	{ .row = { "", "user", "text", "_authcode", "whom to become when started as root" },
	  .kind = AC_OPTION_TEXT,
	  .offset = GLOBAL(config.user),
	  .check = ac_value_user,
	  .allowed = "the name of an account" },
	{ .row = { "", "threads", "number", "0", "HTTP threads; 0 is one per core, at most 8" },
	  .kind = AC_OPTION_NUMBER,
	  .offset = GLOBAL(config.threads),
	  .max = 64 },
	{ .row = { "", "max_connections", "number", "10000", "open connections in total" },
	  .kind = AC_OPTION_NUMBER,
	  .offset = GLOBAL(config.max_connections),
	  .min = 1,
	  .max = 1000000 },
	{ .row = { "", "max_connections_per_address", "number", "16",
		   "open connections of one address that is no trusted proxy" },
	  .kind = AC_OPTION_NUMBER,
	  .offset = GLOBAL(config.max_connections_per_address),
	  .min = 1,
	  .max = 1000000 },
	{ .row = { "", "max_sign_ins", "number", "64", "sign-ins under way in total" },
	  .kind = AC_OPTION_NUMBER,
	  .offset = GLOBAL(config.max_sign_ins),
	  .min = 1,
	  .max = 10000 },
	{ .row = { "", "max_sign_ins_per_address", "number", "16", "sign-ins of one address" },
	  .kind = AC_OPTION_NUMBER,
	  .offset = GLOBAL(config.max_sign_ins_per_address),
	  .min = 1,
	  .max = 10000 },
	{ .row = { "", "failure_floor", "duration", "2s",
		   "failed sign-ins are told at multiples of this time; 0 is at once" },
	  .kind = AC_OPTION_MILLIS,
	  .offset = GLOBAL(config.failure_floor_ms),
	  .max = 60000 },
	{ .row = { "", "stranger_guesses", "number", "10",
		   "wrong passwords for one name in 15 minutes; 0 is any number" },
	  .kind = AC_OPTION_NUMBER,
	  .offset = GLOBAL(config.stranger_guesses),
	  .max = 100000 },
	{ .row = { "", "known_guesses", "number", "10",
		   "the same in a browser that has signed in with the name before" },
	  .kind = AC_OPTION_NUMBER,
	  .offset = GLOBAL(config.known_guesses),
	  .max = 100000 },
	{ .row = { "", "address_guesses", "number", "50",
		   "wrong passwords from one address in 15 minutes" },
	  .kind = AC_OPTION_NUMBER,
	  .offset = GLOBAL(config.address_guesses),
	  .max = 100000 },
	{ .row = { "", "total_guesses", "number", "3000",
		   "wrong passwords from everybody in 15 minutes" },
	  .kind = AC_OPTION_NUMBER,
	  .offset = GLOBAL(config.total_guesses),
	  .max = 100000 },
	{ .row = { "", "prompt_timeout", "duration", "120s", "how long a question waits" },
	  .kind = AC_OPTION_DURATION,
	  .offset = GLOBAL(config.prompt_timeout_s),
	  .min = 1,
	  .max = 3600 },
	{ .row = { "", "sign_in_timeout", "duration", "10min", "how long a sign-in may take" },
	  .kind = AC_OPTION_DURATION,
	  .offset = GLOBAL(config.sign_in_timeout_s),
	  .min = 1,
	  .max = 3600 },
	{ .row = { "", "log_level", "word", "info",
		   "the least important messages that are logged" },
	  .kind = AC_OPTION_TEXT,
	  .offset = GLOBAL(config.log_level),
	  .choices = log_levels },
	{ .row = { "", "code_lifetime", "duration", "60s", "authorization codes" },
	  .kind = AC_OPTION_DURATION,
	  .offset = GLOBAL(config.lifetimes.code_s),
	  .min = 1,
	  .max = 60 },
	{ .row = { "", "access_token_lifetime", "duration", "1h", "access tokens" },
	  .kind = AC_OPTION_DURATION,
	  .offset = GLOBAL(config.lifetimes.access_token_s),
	  .min = 1,
	  .max = DAY },
	{ .row = { "", "refresh_idle_lifetime", "duration", "14d", "refresh tokens not used" },
	  .kind = AC_OPTION_DURATION,
	  .offset = GLOBAL(config.lifetimes.refresh_idle_s),
	  .min = 1,
	  .max = 3650 * DAY },
	{ .row = { "", "refresh_absolute_lifetime", "duration", "90d", "refresh tokens at most" },
	  .kind = AC_OPTION_DURATION,
	  .offset = GLOBAL(config.lifetimes.refresh_absolute_s),
	  .min = 1,
	  .max = 3650 * DAY },
	{ .row = { "", "session_idle_lifetime", "duration", "8h", "browser sessions not used" },
	  .kind = AC_OPTION_DURATION,
	  .offset = GLOBAL(config.lifetimes.session_idle_s),
	  .min = 1,
	  .max = 365 * DAY },
	{ .row = { "", "session_absolute_lifetime", "duration", "24h", "browser sessions at most" },
	  .kind = AC_OPTION_DURATION,
	  .offset = GLOBAL(config.lifetimes.session_absolute_s),
	  .min = 1,
	  .max = 365 * DAY },
	{ .row = { "", "transaction_lifetime", "duration", "1h",
		   "how old a sign-in page may be when it is sent" },
	  .kind = AC_OPTION_DURATION,
	  .offset = GLOBAL(config.lifetimes.transaction_s),
	  .min = 1,
	  .max = DAY },

	/* --- client "id" { … } --- */
	{ .row = { "client", "name", "text", "", "the name people see; the id when left out" },
	  .kind = AC_OPTION_TEXT,
	  .offset = CLIENT(client.name),
	  .check = ac_value_label,
	  .allowed = "1 to 128 bytes of printable text" },
	{ .row = { "client", "token_endpoint_auth_method", "word", "client_secret_basic",
		   "how the client proves who it is; none makes it public" },
	  .kind = AC_OPTION_CHOICE,
	  .offset = CLIENT(client.auth),
	  .choices = auth_methods },
	{ .row = { "client", "client_secret_file", "path", "", "file that holds the secret" },
	  .kind = AC_OPTION_TEXT,
	  .offset = CLIENT(secret_file),
	  .check = ac_value_path,
	  .allowed = "an absolute path" },
	{ .row = { "client", "client_secret_sha256", "text", "",
		   "SHA-256 of the secret, base64url" },
	  .kind = AC_OPTION_TEXT,
	  .offset = CLIENT(secret_sha256),
	  .check = ac_value_digest,
	  .allowed = "43 characters of base64url" },
	{ .row = { "client", "application_type", "word", "web",
		   "native allows loopback and private-use redirect URIs" },
	  .kind = AC_OPTION_CHOICE,
	  .offset = CLIENT(client.application_type),
	  .choices = application_types },
	{ .row = { "client", "redirect_uris", "list", "",
		   "where answers go, compared byte for byte" },
	  .kind = AC_OPTION_LIST,
	  .offset = CLIENT(redirect_uris) },
	{ .row = { "client", "scope", "text", "",
		   "values the client may ask for, space-separated" },
	  .kind = AC_OPTION_TEXT,
	  .offset = CLIENT(client.scope) },
	{ .row = { "client", "default_scopes", "text", "",
		   "values of a request that names none; scope when left out" },
	  .kind = AC_OPTION_TEXT,
	  .offset = CLIENT(client.default_scopes) },
	{ .row = { "client", "grant_types", "list", "authorization_code, refresh_token",
		   "grants the client may use" },
	  .kind = AC_OPTION_BITS,
	  .offset = CLIENT(client.grants),
	  .choices = grants },
	{ .row = { "client", "trusted", "yes or no", "no", "first party: people are not asked" },
	  .kind = AC_OPTION_FLAG,
	  .offset = CLIENT(client.trusted) },
	{ .row = { "client", "disabled", "yes or no", "no", "refuse everything from this client" },
	  .kind = AC_OPTION_FLAG,
	  .offset = CLIENT(client.disabled) },
	{ .row = { "client", "require_pkce", "yes or no", "no",
		   "refuse requests without PKCE; public clients always need it" },
	  .kind = AC_OPTION_FLAG,
	  .offset = CLIENT(client.require_pkce) },
	{ .row = { "client", "may_introspect", "word", "own", "whose tokens it may ask about" },
	  .kind = AC_OPTION_CHOICE,
	  .offset = CLIENT(client.may_introspect),
	  .choices = introspections },
	{ .row = { "client", "introspect_clients", "list", "",
		   "the clients meant by may_introspect = list" },
	  .kind = AC_OPTION_LIST,
	  .offset = CLIENT(introspect_clients) },
	{ .row = { "client", "access_token_lifetime", "duration", "",
		   "access tokens of this client; the server's when left out" },
	  .kind = AC_OPTION_DURATION,
	  .offset = CLIENT(client.access_token_ttl_s),
	  .min = 1,
	  .max = DAY },
	{ .row = { "client", "pam_service", "text", "",
		   "PAM service for this client; the server's when left out" },
	  .kind = AC_OPTION_TEXT,
	  .offset = CLIENT(client.pam_service),
	  .check = ac_value_service,
	  .allowed = "the name of a file in /etc/pam.d" },
};

_Static_assert(AC_ARRAY_SIZE(options) <= AC_OPTION_COUNT_MAX, "places[] is too small");

const struct ac_option *
ac_option_at(size_t i)
{
	return i < AC_ARRAY_SIZE(options) ? &options[i] : NULL;
}

const struct ac_option_row *
ac_config_option_at(size_t i)
{
	return i < AC_ARRAY_SIZE(options) ? &options[i].row : NULL;
}

const struct ac_option *
ac_option_find(const char *section, const char *name, size_t len)
{
	for (size_t i = 0; i < AC_ARRAY_SIZE(options); i++) {
		const struct ac_option_row *row = &options[i].row;

		if (strcmp(row->section, section) == 0 && strlen(row->name) == len &&
		    memcmp(row->name, name, len) == 0)
			return &options[i];
	}
	return NULL;
}

size_t
ac_option_index(const struct ac_option *option)
{
	return (size_t)(option - options);
}
