/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/dispatch.h. Anything that matches no row of the route table ends here.
 */
#include "server/dispatch.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "server/config.h"
#include "server/cors.h"
#include "server/gate.h"
#include "server/pages.h"
#include "server/routes.h"

/* What a refusal is called: the JSON column knows the codes of RFC 6749 §5.2
 * only, pages may say more. The last row is for every other status. */
static const struct {
	unsigned status;
	const char *json;
	const char *page;
} names[] = {
	{ 403, "invalid_request", "access_denied" },
	{ 404, "invalid_request", "not_found" },
	{ 429, "temporarily_unavailable", "temporarily_unavailable" },
	{ 500, "server_error", "server_error" },
	{ 503, "temporarily_unavailable", "temporarily_unavailable" },
	{ 0, "invalid_request", "invalid_request" },
};

/* A socket serves its own routes alone: for others it has no such page. */
static const struct ac_route *
route_for(const struct ac_http *h)
{
	const struct ac_route *route = ac_route_find(ac_http_path(h));
	bool admin = route != NULL && (route->flags & AC_ROUTE_ADMIN) != 0;

	if (ac_http_is_metrics(h))
		return route != NULL && (route->flags & AC_ROUTE_METRICS) != 0 ? route : NULL;
	return admin == ac_http_is_admin(h) ? route : NULL;
}

/* Nobody reads a page there. */
static bool
is_for_programs(const struct ac_http *h)
{
	return ac_http_is_admin(h) || ac_http_is_metrics(h);
}

void
ac_dispatch_refuse(struct ac_app *app, struct ac_http *h, unsigned status, const char *why)
{
	const struct ac_route *route = route_for(h);
	char json[256];
	size_t row = 0;
	int len;

	while (names[row].status != 0 && names[row].status != status)
		row++;
	if (!is_for_programs(h) && (route == NULL || (route->flags & AC_ROUTE_PAGE) != 0)) {
		ac_page_error(app, h, status, names[row].page, why);
		return;
	}
	len = snprintf(json, sizeof(json), "{\"error\":\"%s\",\"error_description\":\"%s\"}",
		       is_for_programs(h) ? names[row].page : names[row].json, why);
	ac_http_reply(h, AC_REPLY_JSON, status, json,
		      len > 0 && (size_t)len < sizeof(json) ? (size_t)len : 0);
	if (route != NULL)
		ac_cors_answer(app, h, route, NULL);
}

bool
ac_same_origin(const char *sec_fetch_site, const char *origin, const char *issuer_origin,
	       size_t issuer_origin_len)
{
	if (sec_fetch_site != NULL)
		return strcmp(sec_fetch_site, "same-origin") == 0;
	return origin != NULL && strlen(origin) == issuer_origin_len &&
	       strncasecmp(origin, issuer_origin, issuer_origin_len) == 0;
}

static bool
is_from_our_page(const struct ac_app *app, const struct ac_http *h)
{
	struct ac_gate_issuer issuer;

	return ac_gate_issuer_parse(app->config->issuer, &issuer) &&
	       ac_same_origin(ac_http_header(h, "Sec-Fetch-Site"), ac_http_header(h, "Origin"),
			      issuer.origin.data, issuer.origin.len);
}

/* Is name one of "GET, HEAD, POST"? */
static bool
is_allowed(const char *allow, const char *name)
{
	size_t len = strlen(name);

	while (*allow != '\0') {
		size_t word = strcspn(allow, ",");

		if (word == len && strncmp(allow, name, len) == 0)
			return true;
		allow += word;
		allow += strspn(allow, ", ");
	}
	return false;
}

enum ac_step
ac_dispatch_start(struct ac_app *app, struct ac_http *h)
{
	const struct ac_route *route = route_for(h);

	if (route == NULL) {
		ac_dispatch_refuse(app, h, 404, "there is no such page");
		return AC_STEP_REPLY;
	}
	if (!is_allowed(route->allow, ac_http_method_name(h))) {
		ac_dispatch_refuse(app, h, 405, "this method is not allowed here");
		ac_http_reply_header(h, "Allow", route->allow); /* RFC 9110 §15.5.6 */
		return AC_STEP_REPLY;
	}
	if (strcmp(ac_http_method_name(h), "OPTIONS") == 0) {
		ac_cors_preflight(app, h, route);
		return AC_STEP_REPLY;
	}
	if ((route->flags & AC_ROUTE_SAME_ORIGIN) != 0 &&
	    ac_http_method(h) == AUTHCODE_METHOD_POST && !is_from_our_page(app, h)) {
		ac_dispatch_refuse(app, h, 403, "the form was not sent by a page of this server");
		return AC_STEP_REPLY;
	}
	return route->handler.start(app, h);
}

enum ac_step
ac_dispatch_resumed(struct ac_app *app, struct ac_http *h)
{
	const struct ac_route *route = route_for(h);

	if (route == NULL || route->handler.resumed == NULL) {
		ac_dispatch_refuse(app, h, 500, "the server failed");
		return AC_STEP_REPLY;
	}
	return route->handler.resumed(app, h);
}
