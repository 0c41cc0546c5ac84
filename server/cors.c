/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See cors.h. A preflight names no client, so it is answered for the pages of all of
 * them; the answer itself only for those of the client it is for.
 */
#include "server/cors.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/uri.h"
#include "server/app.h"

#define PREFLIGHT_S "7200" /* as long as browsers believe one at most */

/* Sorted, each once. */
struct ac_cors {
	char **origins;
	size_t count;
};

static void
put_lower(struct ac_buf *buf, struct ac_span span)
{
	for (size_t i = 0; i < span.len; i++) {
		char c = span.data[i];

		ac_buf_putc(buf, c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c);
	}
}

/* The origin of a page there as a browser writes it (RFC 6454 §6.2): https, or http on
 * a loopback host; where nobody can be listened to on the way. */
static bool
origin_of(const char *uri, struct ac_buf *ret)
{
	struct ac_uri parts;
	bool https;

	if (!ac_uri_parse(uri, strlen(uri), &parts) || !parts.has_authority || parts.host.len == 0)
		return false;
	https = ac_span_is(parts.scheme, "https");
	if (!https && !(ac_span_is(parts.scheme, "http") &&
			(ac_uri_is_loopback_ip(&parts) || ac_span_is(parts.host, "localhost"))))
		return false;
	put_lower(ret, parts.scheme);
	ac_buf_puts(ret, "://");
	put_lower(ret, parts.host);
	if (parts.port.len > 0 && !ac_span_is(parts.port, https ? "443" : "80")) {
		ac_buf_putc(ret, ':');
		ac_buf_put(ret, parts.port.data, parts.port.len);
	}
	return ac_buf_ok(ret);
}

/* Calls each with the origins of the client until it says true. */
static bool
any_origin(const struct authcode_client *client, bool (*each)(const char *origin, void *arg),
	   void *arg)
{
	bool found = false;

	for (size_t i = 0; !found && i < client->allowed_origin_count; i++)
		found = each(client->allowed_origins[i], arg);
	if (client->allowed_origin_count > 0)
		return found;
	for (size_t i = 0; !found && i < client->redirect_uri_count; i++) {
		struct ac_buf origin;

		ac_buf_init(&origin, AC_MAX_REDIRECT_URI);
		found = origin_of(client->redirect_uris[i], &origin) &&
			each(ac_buf_text(&origin), arg);
		ac_buf_clear(&origin);
	}
	return found;
}

static bool
same(const char *origin, void *arg)
{
	/* "none" and "null" are words, not origins. */
	return strstr(origin, "://") != NULL && strcmp(origin, arg) == 0;
}

bool
ac_cors_client_allows(const struct authcode_client *client, const char *origin)
{
	return any_origin(client, same, (void *)(uintptr_t)origin);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* True: out of memory. */
static bool
add(const char *origin, void *arg)
{
	struct ac_cors *cors = arg;
	size_t count = cors->count;

	if (strstr(origin, "://") == NULL)
		return false;
	/* Room doubles at every power of two. */
	if ((count & (count - 1)) == 0) {
		char **more =
			reallocarray(cors->origins, count == 0 ? 1 : count * 2, sizeof(*more));

		if (more == NULL)
			return true;
		cors->origins = more;
	}
	cors->origins[count] = strdup(origin);
	if (cors->origins[count] == NULL)
		return true;
	cors->count++;
	return false;
}

enum authcode_err
ac_cors_new(const struct authcode_clients *clients, struct ac_cors **ret)
{
	struct ac_cors *cors = calloc(1, sizeof(*cors));
	const struct authcode_client *client;

	if (cors == NULL)
		return AUTHCODE_ERR_MEMORY;
	for (size_t i = 0; (client = authcode_clients_at(clients, i)) != NULL; i++) {
		if (client->disabled || !any_origin(client, add, cors))
			continue;
		ac_cors_free(&cors);
		return AUTHCODE_ERR_MEMORY;
	}
	if (cors->count > 1)
		qsort(cors->origins, cors->count, sizeof(*cors->origins), compare);
	*ret = cors;
	return AUTHCODE_OK;
}

void
ac_cors_free(struct ac_cors **cors)
{
	if (cors == NULL || *cors == NULL)
		return;
	for (size_t i = 0; i < (*cors)->count; i++)
		free((*cors)->origins[i]);
	free((*cors)->origins);
	free(*cors);
	*cors = NULL;
}

bool
ac_cors_allows(const struct ac_cors *cors, const char *origin)
{
	return cors != NULL && cors->count > 0 &&
	       bsearch(&origin, cors->origins, cors->count, sizeof(*cors->origins), compare) !=
		       NULL;
}

/* What goes into Access-Control-Allow-Origin; NULL: nothing. */
static const char *
allowed(const struct ac_app *app, const struct ac_http *h, const struct ac_route *route,
	const struct authcode_client *client)
{
	const char *origin = ac_http_header(h, "Origin");

	if ((route->flags & AC_ROUTE_PUBLIC) != 0)
		return "*";
	if ((route->flags & AC_ROUTE_CORS) == 0 || origin == NULL)
		return NULL;
	if (client != NULL ? ac_cors_client_allows(client, origin)
			   : ac_cors_allows(app->cors, origin))
		return origin;
	return NULL;
}

void
ac_cors_preflight(struct ac_app *app, struct ac_http *h, const struct ac_route *route)
{
	const char *origin = allowed(app, h, route, NULL);

	ac_http_reply(h, AC_REPLY_EMPTY, 204, NULL, 0);
	ac_http_reply_header(h, "Allow", route->allow);
	ac_http_reply_header(h, "Vary", "Origin");
	if (origin == NULL)
		return;
	ac_http_reply_header(h, "Access-Control-Allow-Origin", origin);
	ac_http_reply_header(h, "Access-Control-Allow-Methods", route->allow);
	ac_http_reply_header(h, "Access-Control-Allow-Headers",
			     "Authorization, Content-Type, DPoP");
	ac_http_reply_header(h, "Access-Control-Max-Age", PREFLIGHT_S);
}

void
ac_cors_answer(struct ac_app *app, struct ac_http *h, const struct ac_route *route,
	       const struct authcode_client *client)
{
	const char *origin;

	if ((route->flags & AC_ROUTE_CORS) == 0)
		return;
	/* A cache must not give one origin's answer to another. */
	ac_http_reply_header(h, "Vary", "Origin");
	origin = allowed(app, h, route, client);
	if (origin == NULL)
		return;
	ac_http_reply_header(h, "Access-Control-Allow-Origin", origin);
	ac_http_reply_header(h, "Access-Control-Expose-Headers",
			     "WWW-Authenticate, DPoP-Nonce, Retry-After");
}
