/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Client assertions (RFC 7521 §4.2, RFC 7523 §2.2, §3; OIDC-Core §9): signed with
 * the client's secret or key, for us, for a short time, and once.
 */
#ifndef AC_PROTOCOL_CLIENT_ASSERTION_H
#define AC_PROTOCOL_CLIENT_ASSERTION_H

#include "protocol/client_auth.h"

#define AC_ASSERTION_TYPE "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

/* Whom an assertion names, which proves nothing. In the arena. ERR_SYNTAX: it is none;
 * ERR_MEMORY. */
AC_MUST_USE enum authcode_err ac_assertion_claimed_client(struct authcode_exchange *x,
							  const char *assertion,
							  const char **ret_id);

/* Goes on with next once the assertion is proved and used up, or to the refusal.
 * The client is registered for assertions and not disabled. */
void ac_assertion_authenticate(struct authcode_exchange *x, const struct authcode_client *client,
			       const char *assertion, ac_authenticated *next);

#endif
