/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What every grant ends in: tokens are minted while deciding, and written out
 * when their rows are durable, because the store makes the row keys.
 */
#ifndef AC_PROTOCOL_TOKEN_RESPONSE_H
#define AC_PROTOCOL_TOKEN_RESPONSE_H

#include <authcode/client.h>

#include "protocol/access_token.h"
#include "protocol/credential.h"
#include "protocol/exchange.h"
#include "protocol/id_token.h"
#include "protocol/refresh_token.h"

/* From decide to answer, in the arena. */
struct ac_token_response {
	struct ac_credential access;  /* ids stay 0 until the rows exist */
	struct ac_credential refresh; /* a new refresh token; its id stays 0 when there is none */
	/* Of a refresh: the token that was presented, and by whom; from: what replaces it
	 * follows from it, instead of being drawn (refresh_token.h). */
	const struct authcode_client *client;
	struct ac_credential used;
	const struct ac_credential *from;
	const char *same_refresh; /* the refresh token that stays valid, or NULL */
	const char *scope;        /* of the access token */
	struct ac_access_jwt jwt; /* the grant tells of the person, minting does the rest */
	int64_t expires_in_s;
	const struct ac_id_token *id_token; /* NULL: none */
};

/* An empty one in the arena; NULL when it is full. */
struct ac_token_response *ac_token_response_new(struct authcode_exchange *x);

/* Of the access token's row: what is in a JWT is no bearer token by itself. */
enum ac_credential_kind ac_access_kind(const struct ac_token_response *response);

/* Mint into response and fill the row to insert; nothing outlives family_end_ms. */
AC_MUST_USE enum authcode_err ac_token_response_mint_access(struct authcode_exchange *x,
							    const struct authcode_client *client,
							    int64_t family_end_ms,
							    struct ac_token_response *response,
							    struct authcode_new_token *ret_row);
AC_MUST_USE enum authcode_err ac_token_response_mint_refresh(struct authcode_exchange *x,
							     const struct ac_refresh_owner *owner,
							     const char *scope,
							     struct ac_token_response *response,
							     struct authcode_new_token *ret_row);

/* How long a refresh token of the client lives unused, and from now to its end. */
int64_t ac_refresh_idle_ms(const struct authcode_exchange *x, const struct authcode_client *client);
int64_t ac_refresh_idle_end(const struct authcode_exchange *x,
			    const struct authcode_client *client);

/* The one place where tokens leave (RFC 6749 §5.1). response becomes the exchange's state. */
void ac_token_response_send(struct authcode_exchange *x, struct ac_token_response *response);

#endif
