/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * One authorization request that is being decided: what the checks of
 * authorize.c have established, and the ways it can end. /authorize, /resume
 * and /consent all come through here, so that no way around a check exists.
 */
#ifndef AC_PROTOCOL_AUTHORIZATION_H
#define AC_PROTOCOL_AUTHORIZATION_H

#include "protocol/exchange.h"
#include "protocol/transaction.h"

struct ac_authorization {
	struct authcode_exchange *x;
	struct ac_params params;              /* of the authorization request */
	const char *browser;                  /* cookie, in the arena */
	const struct authcode_client *client; /* borrowed from x->clients */
	const char *redirect_uri;
	bool redirect_uri_sent;
	const char *state;          /* exactly as sent; NULL: not sent */
	const char *scope;          /* what can be granted */
	const char *code_challenge; /* "" when none was sent */
	const char *nonce;          /* likewise */
	const char *request;        /* form-encoded, as it is sealed */
};

/* Runs every check in order over params. NULL when the response has been set to
 * the refusal; else new in the arena. */
struct ac_authorization *ac_authorization_check(struct authcode_exchange *x,
						const struct ac_params *params);

/* The same for a request that comes out of a seal. */
struct ac_authorization *ac_authorization_reopen(struct authcode_exchange *x,
						 const struct ac_transaction *transaction);

/* Error redirect (RFC 6749 §4.1.2.1); only once the redirect URI is trusted. */
void ac_authorization_refuse(struct ac_authorization *a, enum ac_oauth_error error,
			     const char *why);

/* The same for an internal failure (AZ-43). */
void ac_authorization_fail(struct ac_authorization *a, enum authcode_err err, const char *where);

/* Carries on with what is missing: sign-in page, consent page, or code. */
void ac_authorization_proceed(struct ac_authorization *a, enum authcode_notice notice);

/* Issues a code for a live session; remember: this is a consent just given. */
void ac_authorization_issue(struct ac_authorization *a, const struct authcode_session_view *view,
			    bool remember);

/* 303 to /resume with a fresh seal: the page is shown anew. */
void ac_authorization_again(struct ac_authorization *a, enum authcode_notice notice);

#endif
