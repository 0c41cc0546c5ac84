/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See config_client_auth.h. What a method leaves no use for is refused: whoever
 * wrote it down believes that it counts.
 */
#include "server/config_client_auth.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/base64url.h"
#include "base/limits.h"
#include "base/secret.h"
#include "server/config_file.h"
#include "server/config_rules.h"
#include "server/config_secret.h"

static const struct ac_place *
place_of(const struct ac_client_settings *settings, const char *name)
{
	return ac_config_place_of(settings->places, "client", name);
}

static const char *
method_of(const struct ac_client_settings *settings)
{
	return authcode_client_auth_name(settings->client.auth);
}

/* A secret that nothing reads. */
static bool
check_no_secret(const struct ac_client_settings *settings, struct authcode_reason *reason)
{
	const struct ac_place *file = place_of(settings, "client_secret_file");
	const struct ac_place *digest = place_of(settings, "client_secret_sha256");
	const struct ac_place *given = file->line != 0 ? file : digest;

	if (given->line == 0)
		return true;
	return ac_config_refuse(reason, given,
				"client \"%s\" has token_endpoint_auth_method = %s and so no "
				"secret; remove one of the two",
				settings->client.id, method_of(settings));
}

/* The secret stays only where it is needed itself. */
static bool
take_text(struct authcode_client *client, const char *secret)
{
	if (authcode_client_needs_secret(client))
		client->secret = secret;
	return authcode_client_secret_hash(secret, strlen(secret), client->secret_hash) ==
	       AUTHCODE_OK;
}

static bool
take_secret_file(struct ac_client_settings *settings, struct authcode_reason *reason)
{
	const struct ac_place *place = place_of(settings, "client_secret_file");
	struct authcode_client *client = &settings->client;
	char *secret = authcode_arena_alloc(settings->arena, AC_MAX_CLIENT_SECRET + 1);
	bool ok = secret != NULL &&
		  ac_config_secret_read(settings->secret_file, place, secret,
					&settings->secret_owner, reason) == AUTHCODE_OK &&
		  take_text(client, secret);

	if (secret != NULL && client->secret != secret)
		ac_wipe(secret, AC_MAX_CLIENT_SECRET + 1);
	return ok;
}

/* CA-09: a hash verifies a secret that is sent, and nothing that is signed. */
static bool
refuse_hash(const struct ac_client_settings *settings, const struct ac_place *digest,
	    struct authcode_reason *reason)
{
	const char *alg = settings->client.id_token_alg;
	const char *what = alg != NULL && strcmp(alg, "HS256") == 0
				   ? "id_token_signed_response_alg = HS256"
				   : "userinfo_signed_response_alg = HS256";

	if (settings->client.auth == AUTHCODE_AUTH_SECRET_JWT)
		what = "token_endpoint_auth_method = client_secret_jwt";
	return ac_config_refuse(reason, digest->line != 0 ? digest : &settings->place,
				"client \"%s\" has %s, which needs the secret itself; give "
				"client_secret_file",
				settings->client.id, what);
}

static bool
take_secret(struct ac_client_settings *settings, struct authcode_reason *reason)
{
	const struct ac_place *file = place_of(settings, "client_secret_file");
	const struct ac_place *digest = place_of(settings, "client_secret_sha256");
	struct authcode_client *client = &settings->client;
	bool needed = authcode_client_needs_secret(client);
	size_t len;

	if (file->line != 0 && digest->line != 0)
		return ac_config_refuse(reason, digest,
					"client_secret_sha256: client_secret_file is set too; give "
					"one");
	if (file->line != 0)
		return take_secret_file(settings, reason);
	if (settings->given_secret != NULL)
		return take_text(client, settings->given_secret);
	if (digest->line == 0 && !needed)
		return ac_config_refuse(
			reason, &settings->place,
			"client \"%s\" has no secret; give client_secret_file or "
			"client_secret_sha256, or token_endpoint_auth_method = none",
			client->id);
	if (needed)
		return refuse_hash(settings, digest, reason);
	return ac_base64url_decode(settings->secret_sha256, strlen(settings->secret_sha256),
				   client->secret_hash, sizeof(client->secret_hash), &len);
}

/* Who can write it can be the client. */
static bool
take_keys_file(struct ac_client_settings *settings, struct authcode_reason *reason)
{
	const struct ac_place *place = place_of(settings, "jwks_file");
	const char *path = settings->jwks_file;
	char *text = authcode_arena_alloc(settings->arena, AC_MAX_JWKS + 2);
	const char *why = NULL;
	int fd = ac_config_file_open(path, &why);
	struct stat st;
	ssize_t len = -1;

	if (fd < 0) {
		ac_config_refuse(reason, place, "jwks_file: %s: %s", path, why);
	} else if (fstat(fd, &st) != 0) {
		ac_config_refuse(reason, place, "jwks_file: %s: %m", path);
	} else if (!S_ISREG(st.st_mode)) {
		ac_config_refuse(reason, place, "jwks_file: %s: not a regular file", path);
	} else if ((st.st_mode & (S_IWOTH | S_IWGRP)) != 0) {
		ac_config_refuse(reason, place,
				 "jwks_file: %s: others may write it; run chmod go-w on it", path);
	} else if (text != NULL) {
		settings->jwks_owner = st.st_uid;
		len = ac_config_read_up_to(fd, text, AC_MAX_JWKS + 1);
		if (len < 0)
			ac_config_refuse(reason, place, "jwks_file: %s: %m", path);
		else if (len > AC_MAX_JWKS)
			ac_config_refuse(reason, place, "jwks_file: %s: more than %d bytes", path,
					 AC_MAX_JWKS);
		else if (memchr(text, '\0', (size_t)len) != NULL)
			ac_config_refuse(reason, place, "jwks_file: %s: no text", path);
	}
	if (fd >= 0)
		(void)close(fd);
	if (text == NULL || reason->text[0] != '\0')
		return false;
	settings->client.jwks = text;
	return true;
}

static bool
take_keys(struct ac_client_settings *settings, struct authcode_reason *reason)
{
	const struct ac_place *file = place_of(settings, "jwks_file");
	const struct ac_place *uri = place_of(settings, "jwks_uri");

	if (file->line != 0 && uri->line != 0)
		return ac_config_refuse(reason, uri, "jwks_uri: jwks_file is set too; give one");
	if (file->line == 0 && uri->line == 0)
		return ac_config_refuse(reason, &settings->place,
					"client \"%s\" has token_endpoint_auth_method = "
					"private_key_jwt and no keys; give jwks_file or jwks_uri",
					settings->client.id);
	return file->line == 0 || take_keys_file(settings, reason);
}

/* What only assertions read. */
static bool
check_unread(const struct ac_client_settings *settings, struct authcode_reason *reason)
{
	static const struct {
		const char *option;
		bool secret_jwt; /* client_secret_jwt reads it too */
	} rows[] = {
		{ "jwks_file", false },
		{ "jwks_uri", false },
		{ "token_endpoint_auth_signing_alg", true },
		{ "assertion_audience", true },
	};

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const struct ac_place *place = place_of(settings, rows[i].option);
		enum authcode_client_auth auth = settings->client.auth;

		if (place->line == 0 || auth == AUTHCODE_AUTH_PRIVATE_KEY_JWT ||
		    (auth == AUTHCODE_AUTH_SECRET_JWT && rows[i].secret_jwt))
			continue;
		return ac_config_refuse(reason, place,
					"%s: read only with token_endpoint_auth_method = "
					"private_key_jwt%s",
					rows[i].option,
					rows[i].secret_jwt ? " or client_secret_jwt" : "");
	}
	return true;
}

enum authcode_err
ac_config_check_client_auth(struct ac_client_settings *settings, struct authcode_reason *reason)
{
	bool ok = check_unread(settings, reason);

	settings->client.assertion_aud_strict = settings->assertion_audience != 0;
	switch (settings->client.auth) {
	case AUTHCODE_AUTH_NONE:
		ok = ok && check_no_secret(settings, reason);
		break;
	case AUTHCODE_AUTH_PRIVATE_KEY_JWT:
		ok = ok && check_no_secret(settings, reason) && take_keys(settings, reason);
		break;
	case AUTHCODE_AUTH_SECRET_BASIC:
	case AUTHCODE_AUTH_SECRET_POST:
	case AUTHCODE_AUTH_SECRET_JWT:
	case AUTHCODE_AUTH_COUNT:
	default:
		ok = ok && take_secret(settings, reason);
		break;
	}
	if (ok)
		return AUTHCODE_OK;
	return reason->text[0] != '\0' ? AUTHCODE_ERR_CONFIG : AUTHCODE_ERR_MEMORY;
}

enum authcode_err
ac_config_check_owners(const struct ac_settings *settings, const struct ac_client_settings *client,
		       struct authcode_reason *reason)
{
	const struct {
		const char *option, *path;
		uid_t owner;
	} rows[] = {
		{ "client_secret_file", client->secret_file, client->secret_owner },
		{ "jwks_file", client->jwks_file, client->jwks_owner },
	};

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		char text[AC_OWNER_FAULT_SIZE];
		const char *fault =
			ac_config_owner_fault(rows[i].owner, settings->config.user, text);

		if (fault == NULL)
			continue;
		ac_config_refuse(reason, place_of(client, rows[i].option), "%s: %s: %s",
				 rows[i].option, rows[i].path, fault);
		return AUTHCODE_ERR_CONFIG;
	}
	return AUTHCODE_OK;
}
