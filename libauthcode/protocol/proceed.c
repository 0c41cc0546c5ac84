/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What an authorization request still lacks, asked in this order of whoever is
 * signed in at the browser: a live session, an account that is good, the right
 * to use the client, a sign-in that proves enough, consent. Whoever comes to
 * the end gets a code; the consent form goes the same way, so that a decision
 * cannot overtake a question.
 */
#include <string.h>

#include "protocol/access.h"
#include "protocol/acr.h"
#include "protocol/authorization.h"
#include "protocol/redirect_uri.h"
#include "protocol/scope.h"
#include "protocol/session.h"
#include "protocol/verification.h"

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

/* A POST answers with no page: the browser is sent to /resume, where it is shown. */
static bool
shown_elsewhere(struct ac_authorization *a)
{
	if (a->consented)
		ac_authorization_again(a, AUTHCODE_NOTICE_NONE);
	return a->consented;
}

/* Was it this very request that the session's sign-in was for? */
static bool
signed_in_for_this(const struct ac_authorization *a)
{
	return a->tried_ms != 0 && a->tried_ms == a->view.session.auth_time_ms;
}

static bool
was_tried(const struct ac_authorization *a, const char *acr)
{
	return signed_in_for_this(a) && strcmp(a->tried_acr, acr) == 0;
}

/* True: go on. A sign-in is asked for once: when it was carried out and has not
 * proved what the client insists on, asking again would go round in circles;
 * what was only wished for is let go (OIDC-Core §5.5.1.1). */
static bool
proves_enough(struct ac_authorization *a)
{
	const char *acr = ac_acr_lacking(a->x->issuer, a->client->min_acr, a->acr_values,
					 a->view.session.acr);

	if (acr == NULL)
		return true;
	if (!was_tried(a, acr)) {
		if (!shown_elsewhere(a))
			ac_authorization_show_sign_in(a, a->notice, acr);
		return false;
	}
	if (ac_acr_satisfies(a->x->issuer, a->view.session.acr, a->client->min_acr))
		return true;
	ac_authorization_refuse(a, AC_UNMET_AUTHENTICATION_REQUIREMENTS,
				"the sign-in does not prove what this application needs");
	return false;
}

static void
ask_sign_in(struct ac_authorization *a)
{
	a->signed_in = false;
	if (shown_elsewhere(a))
		return;
	ac_authorization_show_sign_in(
		a, a->notice,
		ac_acr_lacking(a->x->issuer, a->client->min_acr, a->acr_values, NULL));
}

static void
account_good(struct authcode_exchange *x)
{
	struct ac_authorization *a = x->state;
	enum authcode_err err;

	if (!ac_access_allowed(a->client, a->view.subject.user_name, x->account.groups)) {
		if (!shown_elsewhere(a))
			ac_authorization_show_refused(a);
		return;
	}
	if (!proves_enough(a))
		return;
	if (a->device_id != 0) {
		/* RFC 8628 §5.4: whoever asks, and whatever was allowed before. */
		if (a->consented)
			ac_verification_allow(a);
		else
			ac_authorization_show_device(a);
		return;
	}
	if (a->consented) {
		ac_authorization_issue(a, true);
		return;
	}
	err = find_consent(a, a->view.subject.id);
	if (err == AUTHCODE_OK)
		ac_authorization_issue(a, false);
	else if (err == AUTHCODE_ERR_NOT_FOUND)
		ac_authorization_show_consent(a);
	else
		ac_authorization_fail(a, err, "consent");
}

static void
account_bad(struct authcode_exchange *x, enum authcode_account_state state)
{
	struct ac_authorization *a = x->state;

	/* Where the sign-in succeeds and the look says gone (a password of Kerberos, a
	 * lock in shadow), asking again would go round in circles. */
	if (state == AUTHCODE_ACCOUNT_GONE && signed_in_for_this(a))
		ac_authorization_refuse(a, AC_ACCESS_DENIED, "the account may not be used");
	else if (state == AUTHCODE_ACCOUNT_GONE)
		ask_sign_in(a);
	else if (state == AUTHCODE_ACCOUNT_REFUSED)
		ac_authorization_refuse(a, AC_ACCESS_DENIED,
					"the account may not be used at this time");
	else
		ac_authorization_refuse(a, AC_TEMPORARILY_UNAVAILABLE, AC_ACCOUNT_UNKNOWN);
}

static const struct ac_account_path account_path = { account_good, account_bad };

static void
ask_account(struct ac_authorization *a)
{
	a->signed_in = true;
	a->x->state = a;
	ac_account_step(
		a->x,
		&(struct ac_account_question){ .subject = &a->view.subject, .client = a->client },
		&account_path);
}

void
ac_authorization_proceed(struct ac_authorization *a, enum authcode_notice notice)
{
	enum authcode_err err = ac_session_find(a->x, a->x->request.session, &a->view);

	a->notice = notice;
	if (err == AUTHCODE_OK)
		ask_account(a);
	else if (err == AUTHCODE_ERR_NOT_FOUND)
		ask_sign_in(a);
	else
		ac_authorization_fail(a, err, "session");
}

void
ac_authorization_consent(struct ac_authorization *a, int64_t shown_to)
{
	enum authcode_err err = ac_session_find(a->x, a->x->request.session, &a->view);

	a->consented = true;
	if (err == AUTHCODE_OK && shown_to != 0 && a->view.subject.id == shown_to)
		ask_account(a);
	else if (err == AUTHCODE_OK || err == AUTHCODE_ERR_NOT_FOUND)
		ac_authorization_again(a, AUTHCODE_NOTICE_NONE);
	else
		ac_authorization_fail(a, err, "session");
}
