/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The one table of everything the server answers.
 */
#ifndef AC_SERVER_ROUTES_H
#define AC_SERVER_ROUTES_H

#include <stdbool.h>
#include <stddef.h>

#include "server/http.h"

/* Flags of a route. */
#define AC_ROUTE_PAGE (1u << 0) /* answers people: pages and redirects */
#define AC_ROUTE_SAME_ORIGIN                                                                       \
	(1u << 1) /* POST needs Sec-Fetch-Site same-origin or Origin = issuer */

#define AC_ROUTE_ADMIN (1u << 2) /* on the socket of administration, and only there */

/* With AC_ROUTE_ADMIN: by metrics_listen too. */
#define AC_ROUTE_METRICS (1u << 6)

/* What a browser may show to pages of others (server/cors.h); both take OPTIONS. */
#define AC_ROUTE_CORS (1u << 3)   /* to those of clients */
#define AC_ROUTE_PUBLIC (1u << 4) /* to all: answers with AC_REPLY_PUBLIC */

/* Who cannot prove to be a client, or names a token or code that there is not, has
 * guessed (server/token_guess.h). */
#define AC_ROUTE_TOKEN_GUESS (1u << 5)
/* Each request counts against its address (server/device_requests.h). */
#define AC_ROUTE_DEVICE_REQUEST (1u << 7)

struct ac_route {
	const char *path;
	const char *allow; /* methods, as for the Allow header */
	unsigned flags;
	struct ac_handler handler;
	int endpoint; /* enum authcode_endpoint for the protocol handler, else -1 */
};

/* NULL: 404. */
const struct ac_route *ac_route_find(const char *path);
const struct ac_route *ac_route_at(size_t i); /* NULL past the end */

#endif
