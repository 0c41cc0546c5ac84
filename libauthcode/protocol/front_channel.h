/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What reaches us through a browser: parameters in a query or in a posted
 * form. Refusals here are local error pages, since nothing is trusted yet.
 */
#ifndef AC_PROTOCOL_FRONT_CHANNEL_H
#define AC_PROTOCOL_FRONT_CHANNEL_H

#include "protocol/exchange.h"

/* Both decode into x->params; false when the response has been set to the
 * refusal. The query parameters of a GET or a POST: */
AC_MUST_USE bool ac_front_channel_query(struct authcode_exchange *x);
/* The form of a POST, which must be application/x-www-form-urlencoded: */
AC_MUST_USE bool ac_front_channel_form(struct authcode_exchange *x);

/* No parameter occurs more than once with a value (RFC 6749 §3.1). */
AC_MUST_USE bool ac_front_channel_once(const struct ac_params *params);

#endif
