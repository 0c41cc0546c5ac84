/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Proof Key for Code Exchange (RFC 7636), S256 only: plain is refused by
 * policy (RFC 9700 §2.1.1).
 */
#ifndef AC_PROTOCOL_PKCE_H
#define AC_PROTOCOL_PKCE_H

#include <stdbool.h>

#include "base/attr.h"

/* Authorization request: NULL when challenge and method (either may be NULL)
 * are acceptable, else why not. */
const char *ac_pkce_check_request(const char *challenge, const char *method, bool required);

/* Token request: does verifier (NULL: not sent) fit the challenge that the code
 * was issued for ("": none)? Constant time in the comparison; verifier without
 * challenge is a downgrade and fails (RFC 9700 §4.8.2). */
AC_MUST_USE bool ac_pkce_verify(const char *challenge, const char *verifier);

#endif
