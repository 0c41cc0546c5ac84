/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * HTTP request → authcode_request; respond.c makes the reply. In between the
 * exchange decides, and says what it needs to go on: the keys of a client, how an
 * account is, that an operation be durable, or a thread to sign on. Until then the request is
 * parked; nobody waits on a thread.
 */
#include "server/protocol_route.h"

#include <stdlib.h>
#include <string.h>

#include "server/accounts.h"
#include "server/audit_log.h"
#include "server/clock.h"
#include "server/cookies.h"
#include "server/cors.h"
#include "server/device_requests.h"
#include "server/dispatch.h"
#include "server/jwks_fetch.h"
#include "server/respond.h"
#include "server/routes.h"
#include "server/sign_pool.h"
#include "server/storage.h"
#include "server/token_guess.h"

enum need { NEED_NOTHING = 0, NEED_KEYS, NEED_ACCOUNT, NEED_STORE, NEED_SIGNATURE };

/* Lives as long as the request. */
struct walk {
	struct authcode_exchange *exchange;
	struct ac_jwks_waiter keys;
	struct ac_account_waiter waiter;
	struct ac_sign_waiter signature;
	struct ac_bucket guess;
	enum need parked; /* what the request waits for, or has waited for */
};

static void
walk_free(void *state)
{
	struct walk *walk = state;

	authcode_key_set_free(&walk->keys.set);
	ac_account_answer_unref(&walk->waiter.answer);
	authcode_exchange_free(&walk->exchange);
	free(walk);
}

static void
on_durable(struct authcode_operation *operation, void *arg)
{
	(void)operation;
	ac_http_resume(arg);
}

/* The exchange has its response. */
static enum ac_step
finish(struct ac_app *app, struct ac_http *h, struct walk *walk)
{
	ac_respond(app, h, authcode_exchange_response(walk->exchange));
	ac_token_guess_settle(app, &walk->guess, authcode_exchange_guessed(walk->exchange));
	ac_cors_answer(app, h, ac_route_find(ac_http_path(h)),
		       authcode_exchange_client(walk->exchange));
	return AC_STEP_REPLY;
}

/* Mostly the account is known, and the request goes on without being parked. True: it
 * is parked, and h and walk are the next step's from here on. */
static bool
look_at_account(struct ac_app *app, struct ac_http *h, struct walk *walk)
{
	const struct authcode_account_query *query = authcode_exchange_account(walk->exchange);
	struct ac_account_answer *answer;

	walk->parked = NEED_ACCOUNT;
	walk->waiter = (struct ac_account_waiter){ .h = h };
	answer = ac_accounts_ask(app->accounts, query, &walk->waiter);
	if (answer == NULL)
		return true;
	authcode_exchange_set_account(walk->exchange, &answer->account);
	ac_account_answer_unref(&answer);
	return false;
}

/* From one need of the exchange to the next, until it has none. */
static enum ac_step
go_on(struct ac_app *app, struct ac_http *h, struct walk *walk)
{
	for (;;) {
		struct authcode_operation *operation = authcode_exchange_operation(walk->exchange);

		if (authcode_exchange_client_keys(walk->exchange) != NULL) {
			walk->parked = NEED_KEYS;
			walk->keys = (struct ac_jwks_waiter){ .h = h };
			ac_jwks_fetch_ask(app, authcode_exchange_client_keys(walk->exchange),
					  &walk->keys);
			return AC_STEP_WAIT;
		} else if (authcode_exchange_account(walk->exchange) != NULL) {
			if (look_at_account(app, h, walk))
				return AC_STEP_WAIT;
		} else if (operation != NULL) {
			walk->parked = NEED_STORE;
			authcode_store_submit(app->store, operation, on_durable, h);
			return AC_STEP_WAIT;
		} else if (authcode_exchange_signs(walk->exchange)) {
			walk->parked = NEED_SIGNATURE;
			walk->signature =
				(struct ac_sign_waiter){ .exchange = walk->exchange, .h = h };
			ac_sign_pool_submit(app->signers, &walk->signature);
			return AC_STEP_WAIT;
		} else {
			return finish(app, h, walk);
		}
	}
}

/* A POST of another site has none of ours (SameSite=Lax); a new one would take the
 * place of the browser's own, and with it every page that is open there. */
static bool
comes_without_cookies(const struct authcode_request *request)
{
	return request->method == AUTHCODE_METHOD_POST &&
	       (request->endpoint == AUTHCODE_ENDPOINT_AUTHORIZE ||
		request->endpoint == AUTHCODE_ENDPOINT_LOGOUT);
}

enum ac_step
ac_protocol_start(struct ac_app *app, struct ac_http *h)
{
	const struct ac_route *route = ac_route_find(ac_http_path(h));
	struct ac_bucket guess = { 0 };
	struct walk *walk;
	char browser[AC_BROWSER_LEN + 1] = "";
	struct authcode_request request = {
		.endpoint = (enum authcode_endpoint)route->endpoint,
		.method = ac_http_method(h),
		.query = ac_http_query(h),
		.body = ac_http_body(h),
		.content_type = ac_http_header(h, "Content-Type"),
		.authorization = ac_http_authorization(h),
		.peer = ac_http_peer(h),
		.txn = ac_http_txn_number(h),
		.now_ms = ac_clock_unix_ms(),
	};

	/* Cookies mean something to pages alone: no token is given for a cookie. */
	if ((route->flags & AC_ROUTE_PAGE) != 0 && !comes_without_cookies(&request)) {
		if (ac_cookie_browser_ensure(app, h, browser) != AUTHCODE_OK) {
			ac_dispatch_refuse(app, h, 500, "the server failed");
			return AC_STEP_REPLY;
		}
		request.browser = browser;
		request.session = ac_cookie_session(app, h);
	}
	if ((route->flags & AC_ROUTE_DEVICE_REQUEST) != 0 && !ac_device_request_spend(app, h))
		return AC_STEP_REPLY;
	if ((route->flags & AC_ROUTE_TOKEN_GUESS) != 0 && !ac_token_guess_spend(app, h, &guess))
		return AC_STEP_REPLY;
	walk = calloc(1, sizeof(*walk));
	if (walk == NULL ||
	    authcode_exchange_begin(app->issuer, &request, &walk->exchange) != AUTHCODE_OK) {
		free(walk);
		ac_dispatch_refuse(app, h, 500, "the server failed");
		return AC_STEP_REPLY;
	}
	walk->guess = guess;
	ac_http_set_state(h, walk, walk_free);
	return go_on(app, h, walk);
}

enum ac_step
ac_protocol_resumed(struct ac_app *app, struct ac_http *h)
{
	struct walk *walk = ac_http_state(h);

	switch (walk->parked) {
	case NEED_STORE:
		ac_audit_log(app, h, authcode_exchange_operation(walk->exchange));
		ac_storage_note(app->storage, app->store,
				authcode_exchange_operation(walk->exchange),
				ac_clock_monotonic_ms());
		authcode_exchange_answer(walk->exchange);
		break;
	case NEED_KEYS:
		authcode_exchange_share_client_keys(walk->exchange, walk->keys.set, walk->keys.err);
		authcode_key_set_free(&walk->keys.set);
		break;
	case NEED_ACCOUNT:
		authcode_exchange_set_account(walk->exchange, &walk->waiter.answer->account);
		ac_account_answer_unref(&walk->waiter.answer);
		break;
	case NEED_SIGNATURE:
	case NEED_NOTHING:
	default:
		break;
	}
	return go_on(app, h, walk);
}

const struct authcode_response *
ac_protocol_response(const struct ac_http *h)
{
	const struct walk *walk = ac_http_state(h);

	return walk != NULL ? authcode_exchange_response(walk->exchange) : NULL;
}
