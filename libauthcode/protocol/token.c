/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The token endpoint (RFC 6749 §3.2): the shape of the request, then the
 * client, and only then the grant, so that nobody learns about a code or token
 * without proving who asks. The password grant has no row (RFC 9700 §2.4).
 */
#include <string.h>

#include "protocol/client_auth.h"
#include "protocol/exchange.h"
#include "protocol/form_post.h"
#include "protocol/grant.h"

static const struct grant {
	const char *name;
	unsigned bit; /* AUTHCODE_GRANT_* that a client registers */
	void (*decide)(struct authcode_exchange *x, const struct authcode_client *client);
} grants[] = {
	{ "authorization_code", AUTHCODE_GRANT_AUTHORIZATION_CODE, ac_grant_code },
	{ "refresh_token", AUTHCODE_GRANT_REFRESH_TOKEN, ac_grant_refresh },
	{ "client_credentials", AUTHCODE_GRANT_CLIENT_CREDENTIALS, ac_grant_client },
	{ "urn:ietf:params:oauth:grant-type:device_code", AUTHCODE_GRANT_DEVICE_CODE,
	  ac_grant_device },
};

static const struct grant *
grant_find(const char *name)
{
	for (size_t i = 0; i < AC_ARRAY_SIZE(grants); i++) {
		if (strcmp(grants[i].name, name) == 0)
			return &grants[i];
	}
	return NULL;
}

const char *
ac_grant_name(size_t i)
{
	return i < AC_ARRAY_SIZE(grants) ? grants[i].name : NULL;
}

static void
authenticated(struct authcode_exchange *x, const struct authcode_client *client)
{
	const char *name = ac_params_get(&x->params, "grant_type");
	const struct grant *grant;

	if (name == NULL) {
		ac_respond_error(x, AC_INVALID_REQUEST, "grant_type is missing");
		return;
	}
	grant = grant_find(name);
	if (grant == NULL) {
		ac_respond_error(x, AC_UNSUPPORTED_GRANT_TYPE, "this grant_type is not supported");
		return;
	}
	if ((client->grants & grant->bit) == 0) {
		ac_respond_error(x, AC_UNAUTHORIZED_CLIENT,
				 "the client may not use this grant_type");
		return;
	}
	grant->decide(x, client);
}

void
ac_token_decide(struct authcode_exchange *x)
{
	if (ac_form_post_accept(x))
		ac_client_authenticate(x, authenticated);
}
