/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The grants of the token endpoint, one function each: called for an
 * authenticated client that registered the grant, with x->params accepted.
 * Each sets a refusal or submits the one operation that decides.
 */
#ifndef AC_PROTOCOL_GRANT_H
#define AC_PROTOCOL_GRANT_H

#include <authcode/client.h>

#include "protocol/exchange.h"

/* RFC 6749 §4.1.3, RFC 7636 §4.6 */
void ac_grant_code(struct authcode_exchange *x, const struct authcode_client *client);

/* RFC 6749 §6 */
void ac_grant_refresh(struct authcode_exchange *x, const struct authcode_client *client);

/* RFC 6749 §4.4 */
void ac_grant_client(struct authcode_exchange *x, const struct authcode_client *client);
/* RFC 8628 §3.4 */
void ac_grant_device(struct authcode_exchange *x, const struct authcode_client *client);

/* The values of grant_type that are supported; NULL past the end. */
const char *ac_grant_name(size_t i);

#endif
