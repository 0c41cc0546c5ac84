/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What logout adds to a registration (OIDC RP-Initiated Logout §3.1, OIDC
 * Back-Channel Logout §2.2).
 */
#ifndef AC_PROTOCOL_CLIENT_LOGOUT_H
#define AC_PROTOCOL_CLIENT_LOGOUT_H

#include <stdbool.h>

#include <authcode/client.h>

#include "base/attr.h"

/* As the rules of client_check.h: true, or false with the sentence written. */
AC_MUST_USE bool ac_client_logout_rule(const struct authcode_client *client,
				       struct authcode_reason *reason);

/* Is uri one of those to which the client may have people sent after a logout? */
AC_MUST_USE bool ac_client_post_logout_match(const struct authcode_client *client, const char *uri);

#endif
