/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See client_openid.h. OIDC-Core §8.1: who is pairwise without a sector of its
 * own belongs to the host that its redirect URIs lead to; where that is not one
 * host, or none that somebody owns, the sector must be named. `none` is no
 * algorithm here (ID-11).
 */
#include "protocol/client_openid.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "base/uri.h"
#include "jose/algorithm.h"
#include "jose/hmac_jws.h"
#include "protocol/client_check.h"

#define MAX_SECTOR 255

static bool
sector_given_ok(const char *sector)
{
	size_t len = strlen(sector);

	return len > 0 && len <= MAX_SECTOR && strchr(sector, ' ') == NULL &&
	       ac_text_printable(sector, len);
}

/* The host of every redirect URI. False: there is not one such host. */
static bool
common_host(const struct authcode_client *client, struct ac_span *ret)
{
	struct ac_uri first = { 0 }, uri;

	for (size_t i = 0; i < client->redirect_uri_count; i++) {
		const char *text = client->redirect_uris[i];

		if (text == NULL || !ac_uri_parse(text, strlen(text), &uri) ||
		    !ac_span_is(uri.scheme, "https") || uri.host.len == 0)
			return false;
		if (i == 0)
			first = uri;
		if (uri.host.len != first.host.len ||
		    strncasecmp(uri.host.data, first.host.data, uri.host.len) != 0)
			return false;
	}
	*ret = first.host;
	return client->redirect_uri_count > 0;
}

static const char *
subject_fault(const struct authcode_client *client)
{
	struct ac_span host;

	if (client->subject_type != AUTHCODE_SUBJECT_PUBLIC &&
	    client->subject_type != AUTHCODE_SUBJECT_PAIRWISE)
		return "the subject type is unknown";
	if (client->sector != NULL && client->subject_type != AUTHCODE_SUBJECT_PAIRWISE)
		return "sector_identifier is read only with subject_type = pairwise";
	if (client->sector != NULL && !sector_given_ok(client->sector))
		return "sector_identifier is not 1 to 255 printable characters without space";
	if (client->subject_type == AUTHCODE_SUBJECT_PAIRWISE && client->sector == NULL &&
	    !common_host(client, &host))
		return "its redirect URIs are not all https on one host; pairwise then needs "
		       "sector_identifier";
	return NULL;
}

/* NULL stands for what is used then. Who may have HS256 is client_keys.c's. */
static bool
signature_known(const char *alg)
{
	return alg == NULL || strcmp(alg, AC_HS256_NAME) == 0 || ac_alg_find(alg) != NULL;
}

bool
ac_client_openid_rule(const struct authcode_client *client, struct authcode_reason *reason)
{
	const char *why = subject_fault(client);

	if (why == NULL && !signature_known(client->id_token_alg))
		why = "id_token_signed_response_alg is unknown";
	if (why == NULL && !signature_known(client->userinfo_alg))
		why = "userinfo_signed_response_alg is unknown";
	if (why != NULL)
		ac_client_reason(reason, client->id, "%s", why);
	return why == NULL;
}

/* In lower case: another spelling of the host is no other sector. */
static char *
host_sector(struct authcode_arena *arena, const struct authcode_client *client)
{
	struct ac_span host;
	char *sector = NULL;

	if (common_host(client, &host))
		sector = ac_arena_strndup(arena, host.data, host.len);
	for (char *c = sector; c != NULL && *c != '\0'; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	}
	return sector;
}

static bool
copy_sector(struct authcode_arena *arena, struct authcode_client *client)
{
	client->sector = client->sector != NULL ? ac_arena_strdup(arena, client->sector)
						: host_sector(arena, client);
	return client->sector != NULL;
}

bool
ac_client_openid_copy(struct authcode_arena *arena, struct authcode_client *client)
{
	if (client->subject_type == AUTHCODE_SUBJECT_PAIRWISE && !copy_sector(arena, client))
		return false;
	if (client->id_token_alg == NULL)
		client->id_token_alg = AC_DEFAULT_ID_TOKEN_ALG;
	client->id_token_alg = ac_arena_strdup(arena, client->id_token_alg);
	if (client->id_token_alg == NULL)
		return false;
	if (client->userinfo_alg == NULL)
		return true;
	client->userinfo_alg = ac_arena_strdup(arena, client->userinfo_alg);
	return client->userinfo_alg != NULL;
}
