/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What OpenID Connect adds to a registration (OIDC-Reg §2): the kind of its
 * subject identifiers, and who signs what it is told with which algorithm.
 */
#ifndef AC_PROTOCOL_CLIENT_OPENID_H
#define AC_PROTOCOL_CLIENT_OPENID_H

#include <stdbool.h>

#include <authcode/client.h>

#include "base/arena.h"
#include "base/attr.h"

/* OIDC-Reg §2: what a client that says nothing gets. */
#define AC_DEFAULT_ID_TOKEN_ALG "RS256"

/* As the rules of client_check.h: true, or false with the sentence written. */
AC_MUST_USE bool ac_client_openid_rule(const struct authcode_client *client,
				       struct authcode_reason *reason);

/* Of a client that keeps the rule: its texts go into the arena, and what was left
 * out is filled in. False: no memory. */
AC_MUST_USE bool ac_client_openid_copy(struct authcode_arena *arena,
				       struct authcode_client *client);

#endif
