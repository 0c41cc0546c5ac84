/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * How a checked authorization request leaves for its client: with a code or
 * with an error (RFC 6749 §4.1.2, RFC 9207). The code is minted here and becomes
 * visible only when the store has made it durable.
 */
#include "protocol/authorization.h"

#include <string.h>

#include "protocol/acr.h"
#include "protocol/credential.h"
#include "protocol/verification.h"

static const char incomplete[] = "the request could not be completed";

static bool
send(struct ac_authorization *a, const struct ac_param_pair *pairs, size_t count)
{
	const struct ac_way_back way = { a->mode, a->redirect_uri, a->client };

	return ac_response_mode_send(a->x, &way, pairs, count);
}

void
ac_authorization_refuse(struct ac_authorization *a, enum ac_oauth_error error, const char *why)
{
	const char *name = ac_oauth_error(error)->name;
	const struct ac_param_pair pairs[] = {
		{ "error", name },
		{ "error_description", why },
		{ "state", a->state },
		{ "iss", a->x->issuer->url },
	};

	if (a->device_id != 0)
		ac_respond_page(a->x, ac_oauth_error(error)->status, error, why);
	else if (send(a, pairs, AC_ARRAY_SIZE(pairs)))
		a->x->response.refusal = ac_refusal_of(a->x, error, why);
}

void
ac_authorization_deny(struct ac_authorization *a, int64_t shown_to)
{
	if (a->device_id != 0)
		ac_verification_deny(a, shown_to);
	else
		ac_authorization_refuse(a, AC_ACCESS_DENIED, "the person said no");
}

void
ac_authorization_fail(struct ac_authorization *a, enum authcode_err err, const char *where)
{
	ac_respond_failure(a->x, err, where); /* for the log, and if redirecting fails */
	ac_authorization_refuse(
		a, err == AUTHCODE_ERR_STORE ? AC_TEMPORARILY_UNAVAILABLE : AC_SERVER_ERROR,
		incomplete);
}

enum authcode_err
ac_authorization_describe(struct ac_authorization *a, enum authcode_notice notice,
			  struct ac_transaction *ret)
{
	*ret = (struct ac_transaction){
		.created_ms = a->x->now_ms,
		.notice = notice,
		.tried_ms = a->tried_ms,
		.sub = a->hint_sub,
		.acr = a->tried_acr,
		.chosen_id = a->chosen_id,
		.device = a->device_id != 0,
		.request = a->request,
	};
	return ac_transaction_browser(a->browser, ret->browser);
}

static void
resume(struct ac_authorization *a, const struct ac_transaction *transaction)
{
	const char *url = NULL;
	enum authcode_err err =
		ac_transaction_resume_url(a->x->issuer, a->x->arena, transaction, &url);

	if (err != AUTHCODE_OK)
		ac_authorization_fail(a, err, "resume");
	else
		ac_respond_redirect(a->x, url);
}

void
ac_authorization_again(struct ac_authorization *a, enum authcode_notice notice)
{
	struct ac_transaction transaction;
	enum authcode_err err = ac_authorization_describe(a, notice, &transaction);

	if (err != AUTHCODE_OK)
		ac_authorization_fail(a, err, "resume");
	else
		resume(a, &transaction);
}

void
ac_authorization_hop(struct ac_authorization *a)
{
	resume(a, &(struct ac_transaction){
			  .created_ms = a->x->now_ms,
			  .sub = a->hint_sub,
			  .acr = "",
			  .request = a->request,
		  });
}

/* --- code ---------------------------------------------------------------- */

struct issue {
	struct ac_authorization *a;
	struct ac_credential code;
};

static void
send_code(struct ac_authorization *a, const struct ac_credential *code)
{
	const struct ac_param_pair pairs[] = {
		{ "code", ac_credential_format(AC_CREDENTIAL_CODE, code, a->x->arena) },
		{ "state", a->state },
		{ "iss", a->x->issuer->url },
	};

	if (pairs[0].value == NULL)
		ac_authorization_fail(a, AUTHCODE_ERR_MEMORY, "code");
	else
		send(a, pairs, AC_ARRAY_SIZE(pairs));
}

static void
answer_issue(struct authcode_exchange *x)
{
	struct issue *issue = x->state;
	struct ac_authorization *a = issue->a;

	switch (x->operation.result) {
	case AUTHCODE_RESULT_DONE:
		issue->code.id = x->operation.u.issue_code.ret_code_id;
		send_code(a, &issue->code);
		return;
	case AUTHCODE_RESULT_NOT_FOUND:
	case AUTHCODE_RESULT_EXPIRED:
		/* The session ended, or was renewed, after we had looked: what was judged
		 * is not what a code would tell now. */
		ac_authorization_again(a, AUTHCODE_NOTICE_NONE);
		return;
	case AUTHCODE_RESULT_FAILED:
		ac_authorization_fail(a, x->operation.err, "issue code");
		return;
	case AUTHCODE_RESULT_REUSED:
	case AUTHCODE_RESULT_CONFLICT:
	case AUTHCODE_RESULT_REPEATED:
	case AUTHCODE_RESULT_OTHER_KEY:
		break;
	}
	ac_authorization_refuse(a, AC_SERVER_ERROR, incomplete);
}

void
ac_authorization_issue(struct ac_authorization *a, bool remember)
{
	const struct authcode_session_view *view = &a->view;
	struct authcode_exchange *x = a->x;
	const struct authcode_lifetimes *lifetimes = &x->rules->lifetimes;
	struct authcode_op_issue_code *op = &x->operation.u.issue_code;
	struct issue *issue = authcode_arena_alloc(x->arena, sizeof(*issue));
	enum authcode_err err = AUTHCODE_ERR_MEMORY;

	*op = (struct authcode_op_issue_code){
		.session_id = view->session.id,
		.idle_expires_ms = x->now_ms + (int64_t)lifetimes->session_idle_s * 1000,
		.remember = remember,
		.consented_scope = remember ? a->consent : "",
		/* A name that was asked for says more to the client than a higher one (AZ-33). */
		.asked_acr = ac_acr_reaches(x->rules, view->session.acr, a->acrs),
		.tell_logout = x->issuer->tell_logout && a->client->backchannel_logout_uri != NULL,
		.code = {
			.client_id = a->client->id,
			.redirect_uri = a->redirect_uri,
			.redirect_uri_sent = a->redirect_uri_sent,
			.scope = a->scope,
			.code_challenge = a->code_challenge,
			.nonce = a->nonce,
			.acr = "",
			.amr = "",
			.claims = "",
			.claims_request = a->claims.text,
			.resource = a->resource,
			.expires_ms = x->now_ms + (int64_t)lifetimes->code_s * 1000,
		},
	};
	memcpy(op->session_hash, view->session.hash, sizeof(op->session_hash));
	if (issue != NULL) {
		issue->a = a;
		err = ac_credential_mint(AC_CREDENTIAL_CODE, &x->issuer->random, &issue->code,
					 op->code.hash);
	}
	if (err != AUTHCODE_OK) {
		ac_authorization_fail(a, err, "mint code");
		return;
	}
	x->state = issue;
	x->reason = op->remember ? "consented" : NULL;
	ac_exchange_is_about(x, &view->subject);
	ac_exchange_submit(x, AUTHCODE_OP_ISSUE_CODE, answer_issue);
}
