/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * HTTP request → authcode_request, authcode_response → HTTP reply. In between
 * the exchange decides; if that yields a store operation, the request is parked
 * until the operation is durable, and nobody waits on a thread.
 */
#include "server/protocol_route.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "server/cookies.h"
#include "server/dispatch.h"
#include "server/log.h"
#include "server/pages.h"
#include "server/routes.h"

/* --- response → reply -------------------------------------------------------- */

static void
reply_page(struct ac_app *app, struct ac_http *h, const struct authcode_response *r)
{
	ac_page_error(app, h, r->status, r->refusal.error, r->refusal.description);
}

static void
reply_json(struct ac_app *app, struct ac_http *h, const struct authcode_response *r)
{
	(void)app;
	ac_http_reply(h, AC_REPLY_JSON, r->status, r->body, r->body_len);
}

static void
reply_empty(struct ac_app *app, struct ac_http *h, const struct authcode_response *r)
{
	(void)app;
	ac_http_reply(h, AC_REPLY_EMPTY, r->status, NULL, 0);
}

static void
reply_redirect(struct ac_app *app, struct ac_http *h, const struct authcode_response *r)
{
	(void)app;
	/* 303, never 307: a browser would post the password again (RFC 9700 §4.12). */
	ac_http_reply(h, AC_REPLY_REDIRECT, 303, NULL, 0);
	ac_http_reply_header(h, "Location", r->location);
}

static void
reply_sign_in(struct ac_app *app, struct ac_http *h, const struct authcode_response *r)
{
	ac_page_sign_in(app, h, r->interaction);
}

static void
reply_consent(struct ac_app *app, struct ac_http *h, const struct authcode_response *r)
{
	ac_page_consent(app, h, r->interaction);
}

static void (*const replies[])(struct ac_app *, struct ac_http *,
			       const struct authcode_response *) = {
	[AUTHCODE_RESPONSE_PAGE] = reply_page,       [AUTHCODE_RESPONSE_JSON] = reply_json,
	[AUTHCODE_RESPONSE_EMPTY] = reply_empty,     [AUTHCODE_RESPONSE_REDIRECT] = reply_redirect,
	[AUTHCODE_RESPONSE_SIGN_IN] = reply_sign_in, [AUTHCODE_RESPONSE_CONSENT] = reply_consent,
};

static enum ac_step
reply(struct ac_app *app, struct ac_http *h, const struct authcode_exchange *exchange)
{
	const struct authcode_response *r = authcode_exchange_response(exchange);

	if (r->refusal.error != NULL)
		ac_log_event(AC_LOG_INFO, "refused", "rhost", ac_http_peer(h), "path",
			     ac_http_path(h), "error", r->refusal.error, "why",
			     r->refusal.description, (char *)NULL);
	replies[r->kind](app, h, r);
	if (r->www_authenticate != NULL)
		ac_http_reply_header(h, "WWW-Authenticate", r->www_authenticate);
	if (r->allow != NULL)
		ac_http_reply_header(h, "Allow", r->allow);
	if (r->set_session != NULL)
		ac_cookie_set_session(app, h, r->set_session);
	return AC_STEP_REPLY;
}

/* --- request → exchange ------------------------------------------------------ */

static int64_t
now_ms(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

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
		.now_ms = now_ms(),
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
	if (operation == NULL)
		return reply(app, h, exchange);
	authcode_store_submit(app->store, operation, on_durable, h);
	return AC_STEP_WAIT; /* h and exchange are the next step's from here on */
}

enum ac_step
ac_protocol_resumed(struct ac_app *app, struct ac_http *h)
{
	struct authcode_exchange *exchange = ac_http_state(h);

	authcode_exchange_answer(exchange);
	return reply(app, h, exchange);
}
