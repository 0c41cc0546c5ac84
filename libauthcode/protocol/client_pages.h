/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What people are shown of a client (OIDC-Reg §2): where it is at home, and what
 * it says of its policy and terms. The logo is the host's own matter.
 */
#ifndef AC_PROTOCOL_CLIENT_PAGES_H
#define AC_PROTOCOL_CLIENT_PAGES_H

#include <stdbool.h>

#include <authcode/client.h>

#include "base/arena.h"
#include "base/attr.h"

/* As the rules of client_check.h: true, or false with the sentence written. */
AC_MUST_USE bool ac_client_pages_rule(const struct authcode_client *client,
				      struct authcode_reason *reason);

/* Makes the texts the arena's own; false: no memory. */
AC_MUST_USE bool ac_client_pages_copy(struct authcode_arena *arena, struct authcode_client *client);

#endif
