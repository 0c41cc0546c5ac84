/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The ID token (OIDC-Core §2, §3.1.3.6): that somebody has signed in, when and
 * how, told to one client. Grants say what is known when they decide; it is
 * signed when their tokens exist, because at_hash is over the access token.
 */
#ifndef AC_PROTOCOL_ID_TOKEN_H
#define AC_PROTOCOL_ID_TOKEN_H

#include <authcode/client.h>
#include <authcode/store.h>

#include "base/attr.h"
#include "protocol/exchange.h"

/* Of ID tokens, and of nothing else that is signed here (ID-19). */
#define AC_ID_TOKEN_TYP "JWT"
#define AC_LOGOUT_TOKEN_TYP "logout+jwt" /* OIDC Back-Channel Logout §2.4 */

/* All of it lives as long as the exchange. */
struct ac_id_token {
	const struct authcode_client *client;
	const struct authcode_subject *subject;
	const char *nonce;  /* "": none was sent */
	int64_t session_id; /* 0: tokens that outlive their session */
	int64_t auth_time_ms;
	const char *acr, *amr, *claims, *claims_request; /* as of the code or family */
};

/* Keeps token (its own copy, in the arena) for the answer, once the account behind it
 * was found good; *ret is NULL when no ID token is due: scope has no openid (AZ-20),
 * or nobody has looked at the account. ERR_CRYPTO: there is no key to sign it with,
 * so that nothing should be used up for it. */
AC_MUST_USE enum authcode_err ac_id_token_prepare(struct authcode_exchange *x, const char *scope,
						  const struct ac_id_token *token,
						  const struct ac_id_token **ret);

/* The same of what a family tells. */
AC_MUST_USE enum authcode_err ac_id_token_of_family(struct authcode_exchange *x,
						    const struct authcode_client *client,
						    const struct authcode_token_view *view,
						    const char *scope,
						    const struct ac_id_token **ret);

/* Must the account be asked for claims, because an ID token of that scope is to tell
 * some? */
AC_MUST_USE enum authcode_err ac_id_token_wants_claims(const char *scope,
						       const char *claims_request, bool *ret_wants);

/* In the answer, from x->account. Text in the arena. */
AC_MUST_USE enum authcode_err ac_id_token_sign(struct authcode_exchange *x,
					       const struct ac_id_token *token,
					       const char *access_token, const char **ret_text);

#endif
