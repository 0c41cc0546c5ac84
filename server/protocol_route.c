/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * HTTP request → authcode_request; respond.c makes the reply. In between the
 * exchange decides; if that yields a store operation, the request is parked
 * until the operation is durable, and nobody waits on a thread.
 */
#include "server/protocol_route.h"

#include <stdlib.h>
#include <string.h>

#include "server/clock.h"
#include "server/cookies.h"
#include "server/dispatch.h"
#include "server/respond.h"
#include "server/routes.h"

static void
free_exchange(void *state)
{
	struct authcode_exchange *exchange = state;

	authcode_exchange_free(&exchange);
}

static void
on_durable(struct authcode_operation *operation, void *arg)
{
	(void)operation;
	ac_http_resume(arg);
}

enum ac_step
ac_protocol_start(struct ac_app *app, struct ac_http *h)
{
	const struct ac_route *route = ac_route_find(ac_http_path(h));
	struct authcode_exchange *exchange = NULL;
	struct authcode_operation *operation;
	char browser[AC_BROWSER_LEN + 1] = "";
	struct authcode_request request = {
		.endpoint = (enum authcode_endpoint)route->endpoint,
		.method = ac_http_method(h),
		.query = ac_http_query(h),
		.body = ac_http_body(h),
		.content_type = ac_http_header(h, "Content-Type"),
		.authorization = ac_http_header(h, "Authorization"),
		.peer = ac_http_peer(h),
		.now_ms = ac_clock_unix_ms(),
	};

	/* Cookies mean something to pages alone: no token is given for a cookie. */
	if ((route->flags & AC_ROUTE_PAGE) != 0) {
		if (ac_cookie_browser_ensure(app, h, browser) != AUTHCODE_OK) {
			ac_dispatch_refuse(app, h, 500, "the server failed");
			return AC_STEP_REPLY;
		}
		request.browser = browser;
		request.session = ac_cookie_session(app, h);
	}
	if (authcode_exchange_begin(app->issuer, &request, &exchange) != AUTHCODE_OK) {
		ac_dispatch_refuse(app, h, 500, "the server failed");
		return AC_STEP_REPLY;
	}
	ac_http_set_state(h, exchange, free_exchange);
	operation = authcode_exchange_operation(exchange);
	if (operation == NULL) {
		ac_respond(app, h, authcode_exchange_response(exchange));
		return AC_STEP_REPLY;
	}
	authcode_store_submit(app->store, operation, on_durable, h);
	return AC_STEP_WAIT; /* h and exchange are the next step's from here on */
}

enum ac_step
ac_protocol_resumed(struct ac_app *app, struct ac_http *h)
{
	struct authcode_exchange *exchange = ac_http_state(h);

	authcode_exchange_answer(exchange);
	ac_respond(app, h, authcode_exchange_response(exchange));
	return AC_STEP_REPLY;
}
