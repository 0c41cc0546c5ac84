/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Client authentication (RFC 6749 §2.3), the same at token, revocation and
 * introspection endpoints (CA-24).
 */
#ifndef AC_PROTOCOL_CLIENT_AUTH_H
#define AC_PROTOCOL_CLIENT_AUTH_H

#include <authcode/client.h>

#include "protocol/exchange.h"

/* How an endpoint goes on: client is authenticated, borrowed from x->clients. Of the
 * request there is then what is in the arena, such as x->params. */
typedef void ac_authenticated(struct authcode_exchange *x, const struct authcode_client *client);

/* Goes on with next, at once or, where an assertion has to be used up or verified
 * with keys that must be fetched, in a later step; or sets the response to the
 * refusal. Reads client_id, client_secret and client_assertion of the body and the
 * Authorization header; parameters in the query are refused before. */
void ac_client_authenticate(struct authcode_exchange *x, ac_authenticated *next);

/* What every method ends with: the request is the client's from here on. */
void ac_client_authenticated(struct authcode_exchange *x, const struct authcode_client *client,
			     ac_authenticated *next);

/* The one refusal of everybody who has not proved to be a client (RFC 6749 §5.2). */
void ac_client_auth_refuse(struct authcode_exchange *x);

#endif
