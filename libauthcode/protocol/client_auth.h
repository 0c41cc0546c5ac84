/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Client authentication (RFC 6749 §2.3), the same at token, revocation and
 * introspection endpoints.
 */
#ifndef AC_PROTOCOL_CLIENT_AUTH_H
#define AC_PROTOCOL_CLIENT_AUTH_H

#include <authcode/client.h>

#include "protocol/exchange.h"

/* The authenticated client, borrowed from x->clients; NULL when the response
 * has been set to the refusal. Reads client_id and client_secret of the body
 * and the Authorization header; parameters in the query are refused before. */
const struct authcode_client *ac_client_authenticate(struct authcode_exchange *x);

#endif
