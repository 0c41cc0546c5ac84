/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The life of an exchange: decide, then one need after the other (see
 * <authcode/exchange.h>). What a request means is the endpoints' business; here
 * is only that every exchange begins as a 500 page, keeps the rules and
 * the client registry it began with, and leaves nothing behind in memory.
 */
#include "protocol/exchange.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/secret.h"
#include "jose/algorithm.h"

enum authcode_err
ac_exchange_new(struct authcode_issuer *issuer, int64_t now_ms, struct authcode_exchange **ret)
{
	struct authcode_exchange *x = calloc(1, sizeof(*x));
	enum authcode_err err;

	if (x == NULL)
		return AUTHCODE_ERR_MEMORY;
	err = authcode_arena_new(AC_MAX_ARENA, &x->arena);
	if (err != AUTHCODE_OK) {
		free(x);
		return err;
	}
	x->issuer = issuer;
	ac_issuer_pin(issuer, &x->rules, &x->clients);
	x->now_ms = now_ms;
	ac_respond_page(x, 500, AC_SERVER_ERROR, "the request could not be completed");
	*ret = x;
	return AUTHCODE_OK;
}

/* Without the cookie nothing would bind a page to its browser; what other sites may
 * post leads to none, but to a GET. */
static bool
needs_browser(const struct authcode_request *request)
{
	if (request->method == AUTHCODE_METHOD_POST &&
	    (request->endpoint == AUTHCODE_ENDPOINT_AUTHORIZE ||
	     request->endpoint == AUTHCODE_ENDPOINT_LOGOUT))
		return false;
	return ac_endpoint_is_page(request->endpoint);
}

enum authcode_err
authcode_exchange_begin(struct authcode_issuer *issuer, const struct authcode_request *request,
			struct authcode_exchange **ret_exchange)
{
	struct authcode_exchange *x = NULL;
	enum authcode_err err;

	if (issuer == NULL || request == NULL || ret_exchange == NULL || request->now_ms <= 0 ||
	    authcode_endpoint_path(request->endpoint) == NULL)
		return AUTHCODE_ERR_USAGE;
	if (needs_browser(request) && (request->browser == NULL || *request->browser == '\0'))
		return AUTHCODE_ERR_USAGE;
	err = ac_exchange_new(issuer, request->now_ms, &x);
	if (err != AUTHCODE_OK)
		return err;
	err = ac_exchange_came_from(x, request->peer, request->txn);
	if (err != AUTHCODE_OK) {
		authcode_exchange_free(&x);
		return err;
	}
	x->request = *request;
	ac_endpoint_decide(x);
	/* The host's pointers end here; an answer that used one would be a bug
	 * that shows at once. */
	x->request = (struct authcode_request){
		.endpoint = request->endpoint,
		.method = request->method,
		.now_ms = request->now_ms,
	};
	*ret_exchange = x;
	return AUTHCODE_OK;
}

enum authcode_err
ac_exchange_came_from(struct authcode_exchange *x, const char *peer, int64_t txn)
{
	x->txn = txn;
	if (peer == NULL)
		return AUTHCODE_OK;
	x->rhost = ac_arena_strdup(x->arena, peer);
	return x->rhost != NULL ? AUTHCODE_OK : AUTHCODE_ERR_MEMORY;
}

void
ac_exchange_is_about(struct authcode_exchange *x, const struct authcode_subject *subject)
{
	x->subject_id = subject->id;
	x->user_name = subject->user_name;
}

void
ac_exchange_submit(struct authcode_exchange *x, enum authcode_operation_kind kind,
		   void (*answer)(struct authcode_exchange *x))
{
	const struct authcode_client *client = x->asked != NULL ? x->asked : x->client;

	x->operation.audit = (struct authcode_audit){
		.wanted = x->issuer->audit,
		.txn = x->txn,
		.client_id = client != NULL ? client->id : NULL,
		.rhost = x->rhost,
		.reason = x->reason,
		.subject_id = x->subject_id,
		.user_name = x->user_name,
	};
	x->operation.kind = kind;
	x->operation.now_ms = x->now_ms;
	x->answer = answer;
	x->pending = true;
}

struct authcode_operation *
authcode_exchange_operation(struct authcode_exchange *exchange)
{
	return exchange->pending ? &exchange->operation : NULL;
}

void
authcode_exchange_answer(struct authcode_exchange *exchange)
{
	if (!exchange->pending)
		return;
	exchange->pending = false;
	exchange->answer(exchange);
}

void
ac_exchange_write_signed(struct authcode_exchange *x, const struct ac_alg *alg,
			 void (*write)(struct authcode_exchange *x))
{
	if (alg != NULL && alg->slow)
		x->sign = write;
	else
		write(x);
}

bool
authcode_exchange_signs(const struct authcode_exchange *exchange)
{
	return exchange->sign != NULL;
}

void
authcode_exchange_sign(struct authcode_exchange *exchange)
{
	void (*sign)(struct authcode_exchange * x) = exchange->sign;

	exchange->sign = NULL;
	if (sign != NULL)
		sign(exchange);
}

const struct authcode_client *
authcode_exchange_client(const struct authcode_exchange *exchange)
{
	return exchange->client;
}

bool
authcode_exchange_guessed(const struct authcode_exchange *exchange)
{
	return exchange->guessed;
}

const struct authcode_response *
authcode_exchange_response(const struct authcode_exchange *exchange)
{
	return &exchange->response;
}

enum authcode_err
authcode_exchange_run(struct authcode_issuer *issuer, const struct authcode_request *request,
		      struct authcode_exchange **ret_exchange)
{
	struct authcode_exchange *x = NULL;
	enum authcode_err err = authcode_exchange_begin(issuer, request, &x);

	if (err != AUTHCODE_OK)
		return err;
	for (;;) {
		/* Nobody is here to be asked. */
		if (authcode_exchange_client_keys(x) != NULL) {
			authcode_exchange_set_client_keys(x, NULL, 0);
		} else if (authcode_exchange_account(x) != NULL) {
			authcode_exchange_set_account(x, NULL);
		} else if (authcode_exchange_operation(x) != NULL) {
			authcode_store_perform(issuer->store, authcode_exchange_operation(x));
			authcode_exchange_answer(x);
		} else if (authcode_exchange_signs(x)) {
			authcode_exchange_sign(x);
		} else {
			break;
		}
	}
	*ret_exchange = x;
	return AUTHCODE_OK;
}

void
authcode_exchange_free(struct authcode_exchange **exchange)
{
	struct authcode_exchange *x;

	if (exchange == NULL || *exchange == NULL)
		return;
	x = *exchange;
	*exchange = NULL;
	authcode_arena_free(&x->arena);
	authcode_clients_unref(&x->clients);
	ac_issuer_rules_unref(&x->rules);
	ac_wipe(x, sizeof(*x));
	free(x);
}
