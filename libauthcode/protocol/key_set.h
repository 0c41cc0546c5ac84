/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What is in the key set that a host hands round.
 */
#ifndef AC_PROTOCOL_KEY_SET_H
#define AC_PROTOCOL_KEY_SET_H

#include <authcode/exchange.h>

#include "base/attr.h"
#include "jose/jwks.h"

/* Borrowed; NULL for NULL. */
struct ac_jwks *ac_key_set_jwks(const struct authcode_key_set *set);

#endif
