/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * How a checked authorization request ends: sign-in page, consent page, code or
 * error redirect (RFC 6749 §4.1.2, RFC 9207). Nothing is stored before someone
 * has signed in: a page carries its request sealed. The code is minted here and
 * becomes visible only when the store has made it durable.
 */
#include "protocol/authorization.h"

#include <string.h>

#include "base/limits.h"
#include "protocol/credential.h"
#include "protocol/redirect_uri.h"
#include "protocol/scope.h"
#include "protocol/session.h"

static const char incomplete[] = "the request could not be completed";

/* Longer than any request line we ourselves would take: then nobody knows what
 * arrives, and nothing is ever cut (AZ-16). */
static bool
redirect(struct ac_authorization *a, const struct ac_param_pair *pairs, size_t count)
{
	const char *location = ac_redirect_uri_extend(a->x->arena, a->redirect_uri, pairs, count);

	if (location == NULL) {
		ac_respond_failure(a->x, AUTHCODE_ERR_MEMORY, "redirect");
		return false;
	}
	if (strlen(location) > AC_MAX_URI) {
		ac_respond_page(a->x, 400, AC_INVALID_REQUEST, "the request is too long");
		return false;
	}
	ac_respond_redirect(a->x, location);
	return true;
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

	if (redirect(a, pairs, AC_ARRAY_SIZE(pairs)))
		a->x->response.refusal =
			(struct authcode_refusal){ .error = name, .description = why };
}

void
ac_authorization_fail(struct ac_authorization *a, enum authcode_err err, const char *where)
{
	ac_respond_failure(a->x, err, where); /* for the log, and if redirecting fails */
	ac_authorization_refuse(
		a, err == AUTHCODE_ERR_STORE ? AC_TEMPORARILY_UNAVAILABLE : AC_SERVER_ERROR,
		incomplete);
}

static enum authcode_err
describe(struct ac_authorization *a, enum authcode_notice notice, int64_t subject_id,
	 struct ac_transaction *ret)
{
	*ret = (struct ac_transaction){
		.created_ms = a->x->now_ms,
		.notice = notice,
		.subject_id = subject_id,
		.request = a->request,
	};
	return ac_transaction_browser(a->browser, ret->browser);
}

void
ac_authorization_again(struct ac_authorization *a, enum authcode_notice notice)
{
	struct ac_transaction transaction;
	const char *url = NULL;
	enum authcode_err err = describe(a, notice, 0, &transaction);

	if (err == AUTHCODE_OK)
		err = ac_transaction_resume_url(a->x->issuer, a->x->arena, &transaction, &url);
	if (err != AUTHCODE_OK)
		ac_authorization_fail(a, err, "resume");
	else
		ac_respond_redirect(a->x, url);
}

/* --- pages --------------------------------------------------------------- */

/* view NULL: sign-in, else consent of that person. */
static enum authcode_err
fill_interaction(struct ac_authorization *a, enum authcode_notice notice,
		 const struct authcode_session_view *view, struct authcode_interaction *page)
{
	struct authcode_exchange *x = a->x;
	struct ac_transaction transaction;
	char *sealed = NULL, *csrf = NULL;
	enum authcode_err err;

	err = describe(a, notice, view != NULL ? view->subject.id : 0, &transaction);
	if (err == AUTHCODE_OK)
		err = ac_transaction_seal(x->issuer, x->arena, &transaction, &sealed);
	if (err == AUTHCODE_OK)
		err = ac_transaction_csrf(x->issuer, x->arena, sealed, a->browser, &csrf);
	if (err != AUTHCODE_OK)
		return err;
	page->scopes = ac_scope_split(x->arena, a->scope, &page->scope_count);
	if (page->scopes == NULL)
		return AUTHCODE_ERR_MEMORY;
	page->transaction = sealed;
	page->csrf = csrf;
	page->client = a->client;
	page->user_name = view != NULL ? view->subject.user_name : NULL;
	page->notice = notice;
	return AUTHCODE_OK;
}

static void
show_page(struct ac_authorization *a, enum authcode_notice notice,
	  const struct authcode_session_view *view)
{
	struct authcode_interaction *page = authcode_arena_alloc(a->x->arena, sizeof(*page));
	enum authcode_err err = AUTHCODE_ERR_MEMORY;

	if (page != NULL)
		err = fill_interaction(a, notice, view, page);
	if (err != AUTHCODE_OK) {
		ac_authorization_fail(a, err, "page");
		return;
	}
	a->x->response = (struct authcode_response){
		.kind = view != NULL ? AUTHCODE_RESPONSE_CONSENT : AUTHCODE_RESPONSE_SIGN_IN,
		.status = 200,
		.interaction = page,
	};
}

/* --- consent ------------------------------------------------------------- */

/* May the code go out without a question? OK, NOT_FOUND when the person must be
 * asked, or a failure. */
static enum authcode_err
find_consent(struct ac_authorization *a, int64_t subject_id)
{
	struct authcode_grant grant;
	enum authcode_err err;

	/* RFC 8252 §8.6: any program of the device may pretend to be this client,
	 * so neither trust in it nor an earlier consent says who is asking. */
	if (a->client->auth == AUTHCODE_AUTH_NONE &&
	    !ac_redirect_uri_proves_client(a->redirect_uri))
		return AUTHCODE_ERR_NOT_FOUND;
	if (a->client->trusted)
		return AUTHCODE_OK;
	err = authcode_store_find_grant(a->x->issuer->store, subject_id, a->client->id, a->x->arena,
					&grant);
	if (err == AUTHCODE_OK && !ac_scope_subset(a->scope, grant.scope))
		return AUTHCODE_ERR_NOT_FOUND;
	return err;
}

void
ac_authorization_proceed(struct ac_authorization *a, enum authcode_notice notice)
{
	struct authcode_session_view view;
	enum authcode_err err = ac_session_find(a->x, a->x->request.session, &view);

	if (err == AUTHCODE_ERR_NOT_FOUND) {
		show_page(a, notice, NULL);
		return;
	}
	if (err != AUTHCODE_OK) {
		ac_authorization_fail(a, err, "session");
		return;
	}
	err = find_consent(a, view.subject.id);
	if (err == AUTHCODE_OK)
		ac_authorization_issue(a, &view, false);
	else if (err == AUTHCODE_ERR_NOT_FOUND)
		show_page(a, AUTHCODE_NOTICE_NONE, &view);
	else
		ac_authorization_fail(a, err, "consent");
}

/* --- code ---------------------------------------------------------------- */

struct issue {
	struct ac_authorization *a;
	struct ac_credential code;
};

static void
redirect_with_code(struct ac_authorization *a, const struct ac_credential *code)
{
	const struct ac_param_pair pairs[] = {
		{ "code", ac_credential_format(AC_CREDENTIAL_CODE, code, a->x->arena) },
		{ "state", a->state },
		{ "iss", a->x->issuer->url },
	};

	if (pairs[0].value == NULL)
		ac_authorization_fail(a, AUTHCODE_ERR_MEMORY, "code");
	else
		redirect(a, pairs, AC_ARRAY_SIZE(pairs));
}

static void
answer_issue(struct authcode_exchange *x)
{
	struct issue *issue = x->state;
	struct ac_authorization *a = issue->a;

	switch (x->operation.result) {
	case AUTHCODE_RESULT_DONE:
		issue->code.id = x->operation.u.issue_code.ret_code_id;
		redirect_with_code(a, &issue->code);
		return;
	case AUTHCODE_RESULT_NOT_FOUND:
	case AUTHCODE_RESULT_EXPIRED:
		/* The session ended after we had looked. */
		ac_authorization_again(a, AUTHCODE_NOTICE_NONE);
		return;
	case AUTHCODE_RESULT_FAILED:
		ac_authorization_fail(a, x->operation.err, "issue code");
		return;
	case AUTHCODE_RESULT_REUSED:
	case AUTHCODE_RESULT_CONFLICT:
		break;
	}
	ac_authorization_refuse(a, AC_SERVER_ERROR, incomplete);
}

void
ac_authorization_issue(struct ac_authorization *a, const struct authcode_session_view *view,
		       bool remember)
{
	struct authcode_exchange *x = a->x;
	const struct authcode_lifetimes *lifetimes = &x->issuer->lifetimes;
	struct authcode_op_issue_code *op = &x->operation.u.issue_code;
	struct issue *issue = authcode_arena_alloc(x->arena, sizeof(*issue));
	enum authcode_err err = AUTHCODE_ERR_MEMORY;

	*op = (struct authcode_op_issue_code){
		.session_id = view->session.id,
		.idle_expires_ms = x->now_ms + (int64_t)lifetimes->session_idle_s * 1000,
		.remember = remember,
		.consented_scope = remember ? a->scope : "",
		.code = {
			.client_id = a->client->id,
			.redirect_uri = a->redirect_uri,
			.redirect_uri_sent = a->redirect_uri_sent,
			.scope = a->scope,
			.code_challenge = a->code_challenge,
			.nonce = a->nonce,
			.acr = "",
			.amr = "",
			.expires_ms = x->now_ms + (int64_t)lifetimes->code_s * 1000,
		},
	};
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
	ac_exchange_submit(x, AUTHCODE_OP_ISSUE_CODE, answer_issue);
}
