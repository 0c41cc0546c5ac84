/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Response modes (OAuth 2.0 Multiple Response Type Encoding Practices §2.1, Form
 * Post Response Mode §2): how what an authorization request leads to travels to
 * its redirect URI. One row each; supported means it has a row.
 */
#ifndef AC_PROTOCOL_RESPONSE_MODE_H
#define AC_PROTOCOL_RESPONSE_MODE_H

#include "protocol/exchange.h"
#include "protocol/redirect_uri.h"

struct ac_response_mode;

/* The mode of a code when a request names none (Multiple Response Types §5). */
const struct ac_response_mode *ac_response_mode_default(void);

/* NULL: no such mode. */
const struct ac_response_mode *ac_response_mode_find(const char *name);

/* The names, for the metadata; NULL past the end. */
const char *ac_response_mode_name(size_t i);

/* Can the mode carry this state (NULL: none), as it is, to that redirect URI? */
AC_MUST_USE bool ac_response_mode_carries(const struct ac_response_mode *mode,
					  const char *redirect_uri, const char *state);

/* Where an answer goes. */
struct ac_way_back {
	const struct ac_response_mode *mode;
	const char *redirect_uri;
	const struct authcode_client *client;
};

/* Makes the response that carries the pairs whose value is not NULL. False when it
 * has been set to a refusal or a failure instead. */
bool ac_response_mode_send(struct authcode_exchange *x, const struct ac_way_back *way,
			   const struct ac_param_pair *pairs, size_t count);

#endif
