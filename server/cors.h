/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Whose pages may read our answers from a browser (Fetch, CORS). A row of the route
 * table says whether an endpoint is for everybody, for pages of clients, or for none.
 * No answer depends on a cookie there, and none is ever allowed to (CR-05).
 */
#ifndef AC_SERVER_CORS_H
#define AC_SERVER_CORS_H

#include <stdbool.h>

#include <authcode/client.h>
#include <authcode/error.h>

#include "base/attr.h"
#include "server/http.h"
#include "server/routes.h"

struct ac_cors;

/* What the clients allow. New: ac_cors_free(), which is NULL-safe. */
AC_MUST_USE enum authcode_err ac_cors_new(const struct authcode_clients *clients,
					  struct ac_cors **ret);
void ac_cors_free(struct ac_cors **cors);

/* May a page of that origin call for this client: one of its allowed_origins, else of
 * its redirect URIs? */
AC_MUST_USE bool ac_cors_client_allows(const struct authcode_client *client, const char *origin);
/* For any client at all? */
AC_MUST_USE bool ac_cors_allows(const struct ac_cors *cors, const char *origin);

/* The answer to OPTIONS on a row that takes it. */
void ac_cors_preflight(struct ac_app *app, struct ac_http *h, const struct ac_route *route);

/* Adds the headers that the row's answers carry, errors too. client: whom the request
 * turned out to be of, or NULL. */
void ac_cors_answer(struct ac_app *app, struct ac_http *h, const struct ac_route *route,
		    const struct authcode_client *client);

#endif
