/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Signing what a client is told, by the name of an algorithm that it is
 * registered for and with the key of the issuer's ring that is current.
 */
#ifndef AC_PROTOCOL_SIGNER_H
#define AC_PROTOCOL_SIGNER_H

#include <jansson.h>

#include "base/attr.h"
#include "protocol/exchange.h"

/* OK when there is a key to sign with; asked before anything is used up. */
AC_MUST_USE enum authcode_err ac_signer_check(struct authcode_exchange *x, const char *alg);

/* typ NULL: none. New text in the arena. ERR_CRYPTO: there is no key. */
AC_MUST_USE enum authcode_err ac_signer_sign(struct authcode_exchange *x, const char *alg,
					     const char *typ, const json_t *claims,
					     const char **ret_token);

#endif
