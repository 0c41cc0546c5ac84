/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See client_logout.h. A URI to return to after a logout keeps the rules of
 * redirect URIs, but for the free port of a loopback address: the comparison is of
 * bytes (OIDC RP-Initiated Logout §3).
 */
#include "protocol/client_logout.h"

#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "protocol/client_check.h"
#include "protocol/redirect_uri.h"

static bool
post_logout_rule(const struct authcode_client *client, struct authcode_reason *reason)
{
	size_t count = client->post_logout_redirect_uri_count;

	if (count > AC_MAX_REDIRECT_URIS ||
	    (count > 0 && client->post_logout_redirect_uris == NULL)) {
		ac_client_reason(reason, client->id,
				 "post_logout_redirect_uris is not a list of at most %d URIs",
				 AC_MAX_REDIRECT_URIS);
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		const char *uri = client->post_logout_redirect_uris[i];
		const char *why = ac_redirect_uri_check(uri, client->application_type);

		for (size_t k = 0; why == NULL && k < i; k++) {
			if (strcmp(uri, client->post_logout_redirect_uris[k]) == 0)
				why = "it is listed twice";
		}
		if (why != NULL) {
			ac_client_reason(reason, client->id, "post-logout redirect URI %zu: %s",
					 i + 1, why);
			return false;
		}
	}
	return true;
}

/* Who gets the logout token is who is reached there, so it is a place that TLS or
 * the machine itself vouches for. */
static bool
backchannel_rule(const struct authcode_client *client, struct authcode_reason *reason)
{
	const char *uri = client->backchannel_logout_uri;
	const char *why;

	if (uri == NULL && !client->backchannel_logout_session_required)
		return true;
	if (uri == NULL)
		why = "it is needed by backchannel_logout_session_required";
	else if (strncasecmp(uri, "https:", 6) != 0 && strncasecmp(uri, "http:", 5) != 0)
		why = "it is not an https URL";
	else
		why = ac_redirect_uri_check(uri, AUTHCODE_APPLICATION_NATIVE);
	if (why != NULL)
		ac_client_reason(reason, client->id, "backchannel_logout_uri: %s", why);
	return why == NULL;
}

bool
ac_client_logout_rule(const struct authcode_client *client, struct authcode_reason *reason)
{
	return post_logout_rule(client, reason) && backchannel_rule(client, reason);
}

bool
ac_client_post_logout_match(const struct authcode_client *client, const char *uri)
{
	for (size_t i = 0; i < client->post_logout_redirect_uri_count; i++) {
		if (strcmp(client->post_logout_redirect_uris[i], uri) == 0)
			return true;
	}
	return false;
}
