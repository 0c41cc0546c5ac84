/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The parts of inspection: rows of the store (inspect_row.c), and JWTs (inspect_jwt.c).
 */
#ifndef AC_PROTOCOL_INSPECT_H
#define AC_PROTOCOL_INSPECT_H

#include <authcode/inspect.h>

#include "base/attr.h"
#include "protocol/exchange.h"

/* All of them: OK and *ret filled, ERR_NOT_FOUND, or why it could not be found out. Texts
 * are in x->arena. */

/* text has the prefix of a credential of ours. */
AC_MUST_USE enum authcode_err ac_inspect_row(struct authcode_exchange *x, const char *text,
					     struct authcode_inspection *ret);

/* text has a dot. */
AC_MUST_USE enum authcode_err ac_inspect_jwt(struct authcode_exchange *x, const char *text,
					     struct authcode_inspection *ret);

/* What the row of a token says of it, whatever its form is. */
void ac_inspect_token(const struct authcode_exchange *x, const struct authcode_token_view *view,
		      struct authcode_inspection *ret);

#endif
