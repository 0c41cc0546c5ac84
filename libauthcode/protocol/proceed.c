/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What an authorization request still lacks, asked in this order of whoever is
 * signed in at the browser: a live session, of the person who is meant, begun
 * lately enough, with the account that was chosen, an account that is good, the
 * right to use the client, a sign-in that proves enough, consent. Whoever comes
 * to the end gets a code; the consent form goes the same way, so that a decision
 * cannot overtake a question.
 *
 * That somebody signed in for this very request is known from its seal alone
 * (tried_ms), which only a sign-in writes: no link skips one that was asked for,
 * and none is asked for twice.
 */
#include <string.h>

#include "protocol/access.h"
#include "protocol/acr.h"
#include "protocol/authorization.h"
#include "protocol/redirect_uri.h"
#include "protocol/scope.h"
#include "protocol/session.h"
#include "protocol/subject.h"
#include "protocol/verification.h"

/* May the code go out without a question? OK, NOT_FOUND when the person must be
 * asked, or a failure. */
static enum authcode_err
find_consent(struct ac_authorization *a, int64_t subject_id)
{
	struct authcode_grant grant;
	enum authcode_err err;

	if ((a->prompt & AC_PROMPT_CONSENT) != 0)
		return AUTHCODE_ERR_NOT_FOUND;
	/* RFC 8252 §8.6: any program of the device may pretend to be this client,
	 * so neither trust in it nor an earlier consent says who is asking. */
	if (a->client->auth == AUTHCODE_AUTH_NONE &&
	    !ac_redirect_uri_proves_client(a->redirect_uri))
		return AUTHCODE_ERR_NOT_FOUND;
	if (a->client->trusted)
		return AUTHCODE_OK;
	err = authcode_store_find_grant(a->x->issuer->store, subject_id, a->client->id, a->x->arena,
					&grant);
	if (err == AUTHCODE_OK && !ac_scope_subset(a->consent, grant.scope))
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

/* Whether the client gets what it insists on, or only not what it wishes for. */
static bool
must_prove_more(const struct ac_authorization *a)
{
	const char *have = a->view.session.acr;

	return !ac_acr_satisfies(a->x->rules, have, a->client->min_acr) ||
	       (a->claims.acr_essential &&
		ac_acr_reaches(a->x->rules, have, a->claims.acrs) == NULL);
}

/* True: go on. A sign-in is asked for once: when it was carried out and has not
 * proved what the client insists on, asking again would go round in circles;
 * what was only wished for is let go (OIDC-Core §5.5.1.1), and at once where
 * nobody may be asked. */
static bool
proves_enough(struct ac_authorization *a)
{
	const bool must = must_prove_more(a);
	const char *acr =
		ac_acr_lacking(a->x->rules, a->client->min_acr, a->acrs, a->view.session.acr);

	if (acr != NULL && !was_tried(a, acr) && (must || (a->prompt & AC_PROMPT_NONE) == 0)) {
		if (!shown_elsewhere(a))
			ac_authorization_show_sign_in(a, a->notice, acr);
		return false;
	}
	if (!must)
		return true;
	ac_authorization_refuse(a, AC_UNMET_AUTHENTICATION_REQUIREMENTS,
				"the sign-in does not prove what this application needs");
	return false;
}

/* What a new sign-in is to prove. */
static const char *
first_acr(const struct ac_authorization *a)
{
	return ac_acr_lacking(a->x->rules, a->client->min_acr, a->acrs, NULL);
}

/* Whoever is signed in counts for nothing. */
static void
ask_sign_in(struct ac_authorization *a)
{
	a->signed_in = false;
	if (!shown_elsewhere(a))
		ac_authorization_show_sign_in(a, a->notice, first_acr(a));
}

/* OIDC-Core §3.1.2.1, §5.5.1: the request may be about one person alone, by the
 * name that this client knows him by. */
static bool
is_meant(struct ac_authorization *a)
{
	const char *const meant[] = { a->claims.sub, *a->hint_sub != '\0' ? a->hint_sub : NULL };
	const char *sub = NULL;
	enum authcode_err err =
		ac_subject_sub(a->x->issuer, a->client, a->view.subject.sub, a->x->arena, &sub);
	bool is = true;

	if (err != AUTHCODE_OK) {
		ac_authorization_fail(a, err, "subject");
		return false;
	}
	for (size_t i = 0; i < AC_ARRAY_SIZE(meant); i++)
		is = is && (meant[i] == NULL || strcmp(meant[i], sub) == 0);
	if (is)
		return true;
	if (signed_in_for_this(a))
		ac_authorization_refuse(a, AC_LOGIN_REQUIRED,
					"somebody else than was asked for has signed in");
	else
		ask_sign_in(a);
	return false;
}

static bool
too_old(const struct ac_authorization *a)
{
	int64_t age_ms;

	if ((a->prompt & AC_PROMPT_LOGIN) != 0 || a->max_age_s == 0)
		return true;
	return a->max_age_s != AC_MAX_AGE_NONE &&
	       (__builtin_sub_overflow(a->x->now_ms, a->view.session.auth_time_ms, &age_ms) ||
		age_ms > a->max_age_s * 1000);
}

/* OIDC-Core §3.1.2.1: prompt=login, max_age. The page knows who it was. */
static bool
is_recent(struct ac_authorization *a)
{
	if (signed_in_for_this(a) || !too_old(a))
		return true;
	if (!shown_elsewhere(a))
		ac_authorization_show_sign_in(a, a->notice, first_acr(a));
	return false;
}

/* Whoever has signed in for this request has chosen. */
static bool
is_chosen(struct ac_authorization *a)
{
	if ((a->prompt & AC_PROMPT_SELECT_ACCOUNT) == 0 || signed_in_for_this(a) ||
	    a->chosen_id == a->view.subject.id)
		return true;
	if (a->chosen_id == AC_CHOSEN_ANOTHER)
		ask_sign_in(a);
	else if (!shown_elsewhere(a))
		ac_authorization_show_accounts(a);
	return false;
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
	if (!is_meant(a) || !is_recent(a) || !is_chosen(a))
		return;
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

void
ac_authorization_choose(struct ac_authorization *a, int64_t chosen_id)
{
	a->chosen_id = chosen_id;
	ac_authorization_again(a, AUTHCODE_NOTICE_NONE);
}
