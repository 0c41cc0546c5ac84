/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * How a protected resource of ours receives an access token (RFC 6750 §2).
 */
#ifndef AC_PROTOCOL_BEARER_H
#define AC_PROTOCOL_BEARER_H

#include "protocol/exchange.h"

/* The live access token of this request in *ret. False when the response has
 * been set to the refusal. */
AC_MUST_USE bool ac_bearer_accept(struct authcode_exchange *x, struct authcode_token_view *ret);

#endif
