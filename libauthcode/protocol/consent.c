/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The person's decision (RFC 6749 §4.1.1 and §10.2), and the choice of an account
 * (OIDC-Core §3.1.2.1). It counts only from the
 * browser the page was made for, with the page's own CSRF token (RFC 6749
 * §10.12), and an approval only while the session still belongs to the person
 * the page was shown to. Denying needs no session: it is also the Cancel of the
 * sign-in page (AZ-38).
 */
#include <string.h>

#include "protocol/authorization.h"
#include "protocol/front_channel.h"

/* The posted page, when it is one of ours for this browser. */
struct posted {
	const char *sealed;
	struct ac_transaction transaction;
	bool fresh;
};

static bool
open_page(struct authcode_exchange *x, struct posted *ret)
{
	enum authcode_err err;

	if (!ac_front_channel_form(x))
		return false;
	if (!ac_front_channel_once(&x->params)) {
		ac_respond_page(x, 400, AC_INVALID_REQUEST, "a parameter is repeated");
		return false;
	}
	ret->sealed = ac_params_get(&x->params, "txn");
	if (ret->sealed == NULL) {
		ac_respond_page(x, 400, AC_INVALID_REQUEST, "txn is missing");
		return false;
	}
	err = ac_transaction_unseal(x->issuer, x->arena, ret->sealed, &ret->transaction);
	if (err == AUTHCODE_ERR_MEMORY) {
		ac_respond_failure(x, err, "consent");
		return false;
	}
	if (err != AUTHCODE_OK) {
		ac_respond_page(x, 400, AC_INVALID_REQUEST, "this page is not one of ours");
		return false;
	}
	/* Whoever made the page may have been shown more, or someone else, than
	 * the person at this browser. */
	if (!ac_transaction_same_browser(&ret->transaction, x->request.browser)) {
		ac_respond_page(x, 403, AC_ACCESS_DENIED, "the page belongs to another browser");
		return false;
	}
	ret->fresh =
		ac_transaction_fresh(x->issuer, &ret->transaction, x->request.browser, x->now_ms);
	if (ret->fresh && !ac_transaction_csrf_ok(x->issuer, ret->sealed, x->request.browser,
						  ac_params_get(&x->params, "csrf"))) {
		ac_respond_page(x, 403, AC_ACCESS_DENIED, "the form was not sent from our page");
		return false;
	}
	return true;
}

typedef void decide_function(struct ac_authorization *a, const struct ac_transaction *page);

static void
allow(struct ac_authorization *a, const struct ac_transaction *page)
{
	ac_authorization_consent(a, page->subject_id);
}

static void
deny(struct ac_authorization *a, const struct ac_transaction *page)
{
	ac_authorization_deny(a, page->subject_id);
}

static void
choose(struct ac_authorization *a, const struct ac_transaction *page)
{
	ac_authorization_choose(a, page->subject_id);
}

static void
choose_another(struct ac_authorization *a, const struct ac_transaction *page)
{
	(void)page;
	ac_authorization_choose(a, AC_CHOSEN_ANOTHER);
}

/* A word is the answer to one question; "no" can be said everywhere. */
static const struct decision {
	const char *word;
	enum ac_question question;
	decide_function *run;
} decisions[] = {
	{ "allow", AC_QUESTION_CONSENT, allow },
	{ "choose", AC_QUESTION_ACCOUNT, choose },
	{ "another", AC_QUESTION_ACCOUNT, choose_another },
	{ "deny", AC_QUESTION_NONE, deny },
};

static const struct decision *
find_decision(const char *word)
{
	for (size_t i = 0; word != NULL && i < AC_ARRAY_SIZE(decisions); i++) {
		if (strcmp(decisions[i].word, word) == 0)
			return &decisions[i];
	}
	return NULL;
}

void
ac_consent_decide(struct authcode_exchange *x)
{
	struct posted page;
	struct ac_authorization *a;
	const struct decision *decision;

	if (!open_page(x, &page))
		return;
	decision = find_decision(ac_params_get(&x->params, "decision"));
	a = ac_authorization_reopen(x, &page.transaction);
	if (a == NULL)
		return;
	if (!page.fresh)
		ac_authorization_again(a, AUTHCODE_NOTICE_EXPIRED);
	else if (decision == NULL)
		ac_respond_page(x, 400, AC_INVALID_REQUEST,
				"decision is not one that the page offers");
	else if (decision->question != AC_QUESTION_NONE &&
		 decision->question != page.transaction.question)
		ac_authorization_again(a, AUTHCODE_NOTICE_NONE);
	else
		decision->run(a, &page.transaction);
}
