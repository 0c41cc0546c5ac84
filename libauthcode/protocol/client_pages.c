/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See client_pages.h. A link that people may press on a page of ours leads to
 * the web: no scheme that does something instead (javascript:, data:), no user
 * name that looks like another host.
 */
#include "protocol/client_pages.h"

#include <string.h>

#include "base/limits.h"
#include "base/uri.h"
#include "protocol/client_check.h"

static bool
leads_to_the_web(const char *uri)
{
	size_t len = strlen(uri);
	struct ac_uri parts;

	return len <= AC_MAX_REDIRECT_URI && ac_uri_parse(uri, len, &parts) &&
	       (ac_span_is(parts.scheme, "https") || ac_span_is(parts.scheme, "http")) &&
	       parts.has_authority && parts.host.len > 0 && parts.userinfo.data == NULL;
}

bool
ac_client_pages_rule(const struct authcode_client *client, struct authcode_reason *reason)
{
	const struct {
		const char *option, *uri;
	} links[] = {
		{ "client_uri", client->client_uri },
		{ "policy_uri", client->policy_uri },
		{ "tos_uri", client->tos_uri },
	};

	for (size_t i = 0; i < AC_ARRAY_SIZE(links); i++) {
		if (links[i].uri == NULL || leads_to_the_web(links[i].uri))
			continue;
		ac_client_reason(reason, client->id, "%s is not an http or https URL",
				 links[i].option);
		return false;
	}
	return true;
}

bool
ac_client_pages_copy(struct authcode_arena *arena, struct authcode_client *client)
{
	const char **texts[] = { &client->client_uri, &client->policy_uri, &client->tos_uri,
				 &client->logo_file };

	for (size_t i = 0; i < AC_ARRAY_SIZE(texts); i++) {
		if (*texts[i] == NULL)
			continue;
		*texts[i] = ac_arena_strdup(arena, *texts[i]);
		if (*texts[i] == NULL)
			return false;
	}
	return true;
}
