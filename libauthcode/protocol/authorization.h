/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * One authorization request that is being decided: what the checks of
 * authorize.c, or for a device those of verification.c, have established, and the
 * ways it can end. /authorize, /device, /resume and /consent all come through here,
 * so that no way around a check exists.
 */
#ifndef AC_PROTOCOL_AUTHORIZATION_H
#define AC_PROTOCOL_AUTHORIZATION_H

#include "protocol/claims_request.h"
#include "protocol/exchange.h"
#include "protocol/response_mode.h"
#include "protocol/transaction.h"

/* Values of prompt (OIDC-Core §3.1.2.1). */
#define AC_PROMPT_NONE (1u << 0) /* show no page whatever */
#define AC_PROMPT_LOGIN (1u << 1)
#define AC_PROMPT_CONSENT (1u << 2)
#define AC_PROMPT_SELECT_ACCOUNT (1u << 3)

#define AC_MAX_AGE_NONE (-1)

struct ac_authorization {
	struct authcode_exchange *x;
	struct ac_params params;              /* of the authorization request */
	const char *browser;                  /* cookie, in the arena */
	const struct authcode_client *client; /* borrowed from x->clients */
	const char *redirect_uri;
	bool redirect_uri_sent;
	const struct ac_response_mode *mode;
	const char *state;          /* exactly as sent; NULL: not sent */
	const char *scope;          /* what can be granted */
	const char *shown_scope;    /* that, and what its claims amount to: for consent */
	const char *resource;       /* whom tokens would be for (RFC 8707); "" when nobody asked */
	const char *consent;        /* shown_scope and resource: what a consent must cover */
	const char *code_challenge; /* "" when none was sent */
	const char *nonce;          /* likewise */
	unsigned prompt;            /* AC_PROMPT_… */
	int64_t max_age_s;          /* how old a sign-in may be; AC_MAX_AGE_NONE */
	const char *login_hint;     /* NULL: none */
	const char *ui_locales;     /* what of it is of use; "" */
	const char *hint_sub;       /* whom a verified id_token_hint names; "": nobody */
	struct ac_claims_request claims;
	const char *wished_acrs; /* the known ones of acr_values; "" when none */
	const char *acrs;        /* those that count: of acr_values or of claims */
	const char *request;     /* form-encoded, as it is sealed */
	/* A sign-in was made for this request: its auth_time, and what it was to prove. */
	int64_t tried_ms; /* 0: none */
	const char *tried_acr;
	int64_t chosen_id; /* the account chosen for it; AC_CHOSEN_… */
	/* Not 0: a device asks (verification.h), and there is no redirect URI. */
	int64_t device_id;
	const char *user_code; /* as the device shows it, or NULL */
	/* While it proceeds. */
	enum authcode_notice notice; /* for the sign-in page */
	int64_t attempt;             /* and what it is about */
	bool consented;              /* the person has just said yes */
	bool signed_in;              /* view is filled */
	struct authcode_session_view view;
};

/* Runs every check in order over params. NULL when the response has been set to
 * the refusal; else new in the arena. */
struct ac_authorization *ac_authorization_check(struct authcode_exchange *x,
						const struct ac_params *params);

/* The same for a request that comes out of a seal. */
struct ac_authorization *ac_authorization_reopen(struct authcode_exchange *x,
						 const struct ac_transaction *transaction);

/* Error redirect (RFC 6749 §4.1.2.1); only once the redirect URI is trusted. Of a
 * device it is a page: nobody waits in this browser. */
void ac_authorization_refuse(struct ac_authorization *a, enum ac_oauth_error error,
			     const char *why);

/* The same for an internal failure (AZ-43). */
void ac_authorization_fail(struct ac_authorization *a, enum authcode_err err, const char *where);

/* The person has said no, on a page that was shown to that subject (0: to nobody). */
void ac_authorization_deny(struct ac_authorization *a, int64_t shown_to);

/* Carries on with what is missing: sign-in page, consent page, or code. */
void ac_authorization_proceed(struct ac_authorization *a, enum authcode_notice notice);

/* The same for a consent just given on a page that was shown to that subject. */
void ac_authorization_consent(struct ac_authorization *a, int64_t shown_to);

/* Issues a code for the live session of view; remember: a consent just given. */
void ac_authorization_issue(struct ac_authorization *a, bool remember);

/* The request as a page or a redirect of ours carries it. */
AC_MUST_USE enum authcode_err ac_authorization_describe(struct ac_authorization *a,
							enum authcode_notice notice,
							struct ac_transaction *ret);

/* An answer to the question which account: that of shown_to, or AC_CHOSEN_ANOTHER. */
void ac_authorization_choose(struct ac_authorization *a, int64_t chosen_id);

/* The pages; acr: what the sign-in is to prove, or NULL. */
void ac_authorization_show_sign_in(struct ac_authorization *a, enum authcode_notice notice,
				   const char *acr);
void ac_authorization_show_consent(struct ac_authorization *a);
void ac_authorization_show_accounts(struct ac_authorization *a);
void ac_authorization_show_refused(struct ac_authorization *a);
void ac_authorization_show_device(struct ac_authorization *a);

/* 303 to /resume with a fresh seal: the page is shown anew. */
void ac_authorization_again(struct ac_authorization *a, enum authcode_notice notice);

/* The same for a request of which nobody knows yet whose browser sent it. */
void ac_authorization_hop(struct ac_authorization *a);

#endif
