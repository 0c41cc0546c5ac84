/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The pages an authorization request can stop at: sign-in, the choice of an
 * account, consent, of a client or for a device, and the one for who may not use the
 * client. Nothing is stored before someone has signed in: a page carries its request
 * sealed, with what the page is for.
 */
#include "protocol/authorization.h"

#include "protocol/access.h"
#include "protocol/resource.h"
#include "protocol/scope.h"

/* What the page adds to the seal is filled in by the caller. */
static enum authcode_err
fill_interaction(struct ac_authorization *a, const struct ac_transaction *transaction,
		 struct authcode_interaction *page)
{
	struct authcode_exchange *x = a->x;
	char *sealed = NULL, *csrf = NULL;
	enum authcode_err err;

	err = ac_transaction_seal(x->issuer, x->arena, transaction, &sealed);
	if (err == AUTHCODE_OK)
		err = ac_transaction_csrf(x->issuer, x->arena, sealed, a->browser, &csrf);
	if (err != AUTHCODE_OK)
		return err;
	page->scopes = ac_scope_split(x->arena, a->shown_scope, &page->scope_count);
	if (page->scopes == NULL)
		return AUTHCODE_ERR_MEMORY;
	page->resources = ac_resource_names(x, a->resource, &page->resource_count);
	if (page->resources == NULL)
		return AUTHCODE_ERR_MEMORY;
	page->transaction = sealed;
	page->csrf = csrf;
	page->client = a->client;
	page->user_name = a->signed_in ? a->view.subject.user_name : NULL;
	page->notice = transaction->notice;
	page->user_code = a->user_code;
	return AUTHCODE_OK;
}

/* OIDC-Core §3.1.2.6: what is said instead of the page. */
static const struct {
	enum ac_oauth_error error;
	const char *why;
} unseen[] = {
	[AUTHCODE_RESPONSE_SIGN_IN] = { AC_LOGIN_REQUIRED, "somebody has to sign in" },
	[AUTHCODE_RESPONSE_CONSENT] = { AC_CONSENT_REQUIRED, "the person has to be asked" },
	[AUTHCODE_RESPONSE_ACCOUNTS] = { AC_ACCOUNT_SELECTION_REQUIRED,
					 "the person has to choose an account" },
	[AUTHCODE_RESPONSE_REFUSED] = { AC_INTERACTION_REQUIRED,
					"the person has to be told something" },
};

/* Every page is shown here, so that none is with prompt=none (AZ-23). */
static bool
show(struct ac_authorization *a, enum authcode_response_kind kind,
     const struct ac_transaction *transaction, struct authcode_interaction *page)
{
	enum authcode_err err = AUTHCODE_ERR_MEMORY;

	if ((a->prompt & AC_PROMPT_NONE) != 0) {
		ac_authorization_refuse(a, unseen[kind].error, unseen[kind].why);
		return false;
	}
	if (page != NULL)
		err = fill_interaction(a, transaction, page);
	if (err != AUTHCODE_OK) {
		ac_authorization_fail(a, err, "page");
		return false;
	}
	a->x->response = (struct authcode_response){
		.kind = kind,
		.status = 200,
		.interaction = page,
	};
	return true;
}

static struct authcode_interaction *
new_page(struct ac_authorization *a, enum authcode_notice notice, struct ac_transaction *ret)
{
	if (ac_authorization_describe(a, notice, ret) != AUTHCODE_OK)
		return NULL;
	return authcode_arena_alloc(a->x->arena, sizeof(struct authcode_interaction));
}

void
ac_authorization_show_sign_in(struct ac_authorization *a, enum authcode_notice notice,
			      const char *acr)
{
	struct ac_transaction transaction;
	struct authcode_interaction *page = new_page(a, notice, &transaction);

	transaction.tried_ms = 0;
	transaction.acr = acr != NULL ? acr : "";
	if (page != NULL) {
		page->acr = acr;
		page->login_hint = a->login_hint;
		page->attempt = a->attempt;
	}
	(void)show(a, AUTHCODE_RESPONSE_SIGN_IN, &transaction, page);
}

/* A page whose seal names what it asks, and whom it was shown to. */
static void
show_question(struct ac_authorization *a, enum authcode_response_kind kind,
	      enum ac_question question)
{
	struct ac_transaction transaction;
	struct authcode_interaction *page = new_page(a, AUTHCODE_NOTICE_NONE, &transaction);

	transaction.question = question;
	transaction.subject_id = a->view.subject.id;
	(void)show(a, kind, &transaction, page);
}

void
ac_authorization_show_consent(struct ac_authorization *a)
{
	show_question(a, AUTHCODE_RESPONSE_CONSENT, AC_QUESTION_CONSENT);
}

void
ac_authorization_show_accounts(struct ac_authorization *a)
{
	show_question(a, AUTHCODE_RESPONSE_ACCOUNTS, AC_QUESTION_ACCOUNT);
}

/* The seal names the device too (DV-11). */
void
ac_authorization_show_device(struct ac_authorization *a)
{
	show_question(a, AUTHCODE_RESPONSE_DEVICE, AC_QUESTION_CONSENT);
}

/* Its seal names nobody: it can carry a refusal but no consent. */
void
ac_authorization_show_refused(struct ac_authorization *a)
{
	struct ac_transaction transaction;
	struct authcode_interaction *page = new_page(a, AUTHCODE_NOTICE_NONE, &transaction);

	if (!show(a, AUTHCODE_RESPONSE_REFUSED, &transaction, page))
		return;
	a->x->response.status = ac_oauth_error(AC_ACCESS_DENIED)->status;
	a->x->response.refusal = ac_refusal_of(a->x, AC_ACCESS_DENIED, AC_ACCESS_REFUSED);
}
