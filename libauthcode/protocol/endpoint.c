/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The endpoints, one row each. Supported means it has a row: paths, methods,
 * dispatch and the form of errors are derived from here. Methods are decided
 * before anything of the request is read (AZ-01, TK-01, IN-05).
 */
#include <string.h>

#include <authcode/request.h>

#include "protocol/exchange.h"

#define GET (1u << AUTHCODE_METHOD_GET)
#define POST (1u << AUTHCODE_METHOD_POST)

struct endpoint {
	const char *path;
	unsigned methods;     /* bits */
	bool page;            /* answers people with pages and redirects, not programs with JSON */
	const char *metadata; /* member that tells clients of it (RFC 8414 §2), or NULL */
	void (*decide)(struct authcode_exchange *x);
};

static const struct endpoint endpoints[] = {
	[AUTHCODE_ENDPOINT_AUTHORIZE] = {
		.path = "/authorize",
		.methods = GET | POST,
		.page = true,
		.metadata = "authorization_endpoint",
		.decide = ac_authorize_decide,
	},
	[AUTHCODE_ENDPOINT_RESUME] = {
		.path = "/resume",
		.methods = GET,
		.page = true,
		.decide = ac_resume_decide,
	},
	[AUTHCODE_ENDPOINT_CONSENT] = {
		.path = "/consent",
		.methods = POST,
		.page = true,
		.decide = ac_consent_decide,
	},
	[AUTHCODE_ENDPOINT_TOKEN] = {
		.path = "/token",
		.methods = POST,
		.metadata = "token_endpoint",
		.decide = ac_token_decide,
	},
	[AUTHCODE_ENDPOINT_REVOKE] = {
		.path = "/revoke",
		.methods = POST,
		.metadata = "revocation_endpoint",
		.decide = ac_revoke_decide,
	},
	[AUTHCODE_ENDPOINT_INTROSPECT] = {
		.path = "/introspect",
		.methods = POST,
		.metadata = "introspection_endpoint",
		.decide = ac_introspect_decide,
	},
	[AUTHCODE_ENDPOINT_USERINFO] = {
		.path = "/userinfo",
		.methods = GET | POST,
		.metadata = "userinfo_endpoint",
		.decide = ac_userinfo_decide,
	},
	[AUTHCODE_ENDPOINT_LOGOUT] = {
		.path = "/logout",
		.methods = GET | POST,
		.page = true,
		.metadata = "end_session_endpoint",
		.decide = ac_logout_decide,
	},
	[AUTHCODE_ENDPOINT_LOGOUT_CONFIRM] = {
		.path = "/logout/confirm",
		.methods = POST,
		.page = true,
		.decide = ac_logout_confirm_decide,
	},
	[AUTHCODE_ENDPOINT_DEVICE_AUTHORIZATION] = {
		.path = "/device_authorization",
		.methods = POST,
		.metadata = "device_authorization_endpoint", /* RFC 8628 §4 */
		.decide = ac_device_authorization_decide,
	},
	[AUTHCODE_ENDPOINT_DEVICE] = {
		.path = "/device",
		.methods = GET | POST,
		.page = true,
		.decide = ac_device_decide,
	},
};

_Static_assert(AC_ARRAY_SIZE(endpoints) == AUTHCODE_ENDPOINT_COUNT, "every endpoint has a row");

/* Allow header values by method bits (RFC 9110 §10.2.1). */
static const char *const allow_values[] = {
	[GET] = "GET",
	[POST] = "POST",
	[GET | POST] = "GET, POST",
};

const char *
authcode_endpoint_path(enum authcode_endpoint endpoint)
{
	return (size_t)endpoint < AC_ARRAY_SIZE(endpoints) ? endpoints[endpoint].path : NULL;
}

const char *
ac_endpoint_metadata(enum authcode_endpoint endpoint)
{
	return (size_t)endpoint < AC_ARRAY_SIZE(endpoints) ? endpoints[endpoint].metadata : NULL;
}

bool
ac_endpoint_is_page(enum authcode_endpoint endpoint)
{
	return (size_t)endpoint < AC_ARRAY_SIZE(endpoints) && endpoints[endpoint].page;
}

const char *
ac_issuer_endpoint_url(const struct authcode_issuer *issuer, enum authcode_endpoint endpoint,
		       struct authcode_arena *arena)
{
	return ac_arena_printf(arena, "%s%s", issuer->url, endpoints[endpoint].path);
}

const char *
ac_endpoint_url(struct authcode_exchange *x, enum authcode_endpoint endpoint)
{
	return ac_issuer_endpoint_url(x->issuer, endpoint, x->arena);
}

static void
refuse_method(struct authcode_exchange *x, const struct endpoint *endpoint)
{
	static const char why[] = "this endpoint does not take that method";

	if (endpoint->page)
		ac_respond_page(x, 405, AC_INVALID_REQUEST, why);
	else
		ac_respond_error(x, AC_INVALID_REQUEST, why);
	x->response.status = 405;
	x->response.allow = allow_values[endpoint->methods];
}

void
ac_endpoint_decide(struct authcode_exchange *x)
{
	const struct endpoint *endpoint = &endpoints[x->request.endpoint];
	enum authcode_method method = x->request.method;

	if ((method != AUTHCODE_METHOD_GET && method != AUTHCODE_METHOD_POST) ||
	    (endpoint->methods & (1u << method)) == 0)
		refuse_method(x, endpoint);
	else
		endpoint->decide(x);
}
