/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See visit.h. Nothing of a form is guessed at: a field that comes twice, a bad
 * escape, a NUL or bad UTF-8 is refused as a whole.
 */
#include "server/visit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "server/clock.h"
#include "server/pages.h"
#include "server/respond.h"
#include "server/txn.h"

const char *
ac_visit_get(const struct ac_visit *v, const char *name)
{
	const char *value = ac_params_get(&v->params, name);

	return value != NULL ? value : "";
}

void
ac_visit_refuse(struct ac_visit *v, unsigned status, const char *error, const char *why)
{
	ac_page_failure(v->app, v->h,
			&(struct ac_page_failure){ .status = status,
						   .error = error,
						   .description = why,
						   .request = v->number });
}

void
ac_visit_fail(struct ac_visit *v)
{
	ac_visit_refuse(v, 500, "server_error", NULL);
}

void
ac_visit_busy(struct ac_visit *v, unsigned status, uint32_t retry_s, const char *why)
{
	char seconds[16];

	snprintf(seconds, sizeof(seconds), "%u", retry_s);
	ac_http_reply_header(v->h, "Retry-After", seconds);
	ac_visit_refuse(v, status, "temporarily_unavailable", why);
}

/* False when the reply has been set to a refusal. */
bool
ac_visit_begin(struct ac_visit *v, struct ac_app *app, struct ac_http *h, enum ac_origin origin)
{
	struct authcode_bytes data = origin == AC_FROM_BODY ? ac_http_body(h) : ac_http_query(h);
	enum authcode_err err;

	*v = (struct ac_visit){ .app = app, .h = h, .now_ms = ac_clock_unix_ms() };
	if (authcode_arena_new(AC_MAX_ARENA, &v->arena) != AUTHCODE_OK ||
	    ac_cookie_browser_ensure(app, h, v->browser) != AUTHCODE_OK) {
		ac_visit_fail(v);
		return false;
	}
	if (origin == AC_FROM_BODY && !ac_form_is_type(ac_http_header(h, "Content-Type"))) {
		ac_visit_refuse(v, 415, "invalid_request",
				"the content type is not that of a form");
		return false;
	}
	err = ac_form_decode(v->arena, data.data, data.len, origin, &v->params);
	if (err == AUTHCODE_ERR_MEMORY) {
		ac_visit_fail(v);
		return false;
	}
	/* Two readers could read two values. */
	if (err != AUTHCODE_OK || ac_params_repeated(&v->params, NULL, 0) != NULL) {
		ac_visit_refuse(v, 400, "invalid_request", "the form is malformed");
		return false;
	}
	return true;
}

void
ac_visit_end(struct ac_visit *v)
{
	authcode_arena_free(&v->arena);
}

/* 303 to the transaction, carried on with a notice. */
void
ac_visit_go_on(struct ac_visit *v, const char *transaction, enum authcode_notice notice)
{
	ac_visit_go_on_about(v, transaction, notice, "");
}

void
ac_visit_go_on_about(struct ac_visit *v, const char *transaction, enum authcode_notice notice,
		     const char *txn)
{
	struct authcode_resumption resumption = { .transaction = transaction,
						  .browser = v->browser,
						  .notice = notice,
						  .now_ms = v->now_ms };
	char *url = NULL;
	enum authcode_err err;

	if (!ac_txn_parse(txn, &resumption.attempt))
		resumption.attempt = 0;
	err = authcode_transaction_resume_url(v->app->issuer, &resumption, &url);

	if (err == AUTHCODE_ERR_SYNTAX || err == AUTHCODE_ERR_CRYPTO)
		ac_visit_refuse(v, 400, "invalid_request",
				"the sign-in does not belong to this server");
	else if (err != AUTHCODE_OK)
		ac_visit_fail(v);
	else
		ac_respond_see_other(v->h, url);
	free(url);
}

/* The address of the conversation's page; NULL when there is no memory. */
char *
ac_visit_prompt_url(const struct ac_visit *v, const char *login, const char *transaction)
{
	struct ac_buf url;

	ac_buf_init(&url, AC_MAX_URI);
	ac_buf_puts(&url, authcode_issuer_url(v->app->issuer));
	ac_buf_puts(&url, "/prompt?");
	ac_form_put(&url, "login", login);
	ac_form_put(&url, "txn", transaction);
	return ac_buf_steal(&url);
}

void
ac_visit_go_to_prompt(struct ac_visit *v, const char *login)
{
	char *url = ac_visit_prompt_url(v, login, ac_visit_get(v, "txn"));

	if (url != NULL)
		ac_respond_see_other(v->h, url);
	else
		ac_visit_fail(v);
	free(url);
}

/* The person says no on one of our pages: the protocol answers the client
 * (AZ-38). Nothing but the decision is passed on, above all no password. */
static void
deny(struct ac_visit *v)
{
	struct authcode_exchange *x = NULL;
	struct ac_buf body;

	ac_buf_init(&body, AC_MAX_BODY);
	ac_form_put(&body, "txn", ac_visit_get(v, "txn"));
	ac_form_put(&body, "csrf", ac_visit_get(v, "csrf"));
	ac_form_put(&body, "decision", "deny");
	const struct authcode_request request = {
		.endpoint = AUTHCODE_ENDPOINT_CONSENT,
		.method = AUTHCODE_METHOD_POST,
		.body = { body.data, body.len },
		.content_type = "application/x-www-form-urlencoded",
		.session = ac_cookie_session(v->app, v->h),
		.browser = v->browser,
		.peer = ac_http_peer(v->h),
		.now_ms = v->now_ms,
	};
	/* A denial on these pages makes nothing durable; were there an operation, the response
	 * before its answer is a 500 page. */
	if (ac_buf_ok(&body) &&
	    authcode_exchange_begin(v->app->issuer, &request, &x) == AUTHCODE_OK)
		ac_respond(v->app, v->h, authcode_exchange_response(x));
	else
		ac_visit_fail(v);
	authcode_exchange_free(&x);
	ac_buf_clear(&body);
}

/* May what this post carries be looked at? False: the reply has been set. */
bool
ac_visit_pass(struct ac_visit *v, bool aged, struct authcode_transaction *ret)
{
	const char *decision = ac_visit_get(v, "decision");

	if (strcmp(decision, "deny") == 0) {
		ac_conversations_cancel(v->app->login->conversations, ac_visit_get(v, "login"),
					v->browser);
		deny(v);
		return false;
	}
	if (*decision != '\0') {
		ac_visit_refuse(v, 400, "invalid_request", "the decision is not one of the page");
		return false;
	}
	*ret = authcode_transaction_check(v->app->issuer, ac_visit_get(v, "txn"),
					  ac_visit_get(v, "csrf"), v->browser, v->now_ms);
	switch (ret->state) {
	case AUTHCODE_TRANSACTION_VALID:
		return true;
	case AUTHCODE_TRANSACTION_STALE:
		if (aged)
			return true;
		ac_visit_go_on(v, ac_visit_get(v, "txn"), AUTHCODE_NOTICE_EXPIRED);
		return false;
	case AUTHCODE_TRANSACTION_CSRF:
		ac_visit_refuse(v, 403, "invalid_request", "the form does not come from our page");
		return false;
	case AUTHCODE_TRANSACTION_INVALID:
		break;
	}
	ac_visit_refuse(v, 400, "invalid_request", "the sign-in does not belong to this server");
	return false;
}
