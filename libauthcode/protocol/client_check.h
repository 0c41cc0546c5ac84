/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The rules of a client registration, each with the sentence that explains it.
 */
#ifndef AC_PROTOCOL_CLIENT_CHECK_H
#define AC_PROTOCOL_CLIENT_CHECK_H

#include <authcode/client.h>

#include "base/attr.h"

/* One client by itself, as the host gave it. */
AC_MUST_USE enum authcode_err ac_client_check(const struct authcode_client *client,
					      struct authcode_reason *reason);

/* The sorted registry as a whole: unique ids, references that lead somewhere. */
AC_MUST_USE enum authcode_err ac_clients_check(const struct authcode_clients *clients,
					       struct authcode_reason *reason);

/* Writes the sentence 'client "id": …' (without the prefix when id is ""). */
void ac_client_reason(struct authcode_reason *reason, const char *id, const char *fmt, ...)
	AC_PRINTF(3, 4);

#endif
