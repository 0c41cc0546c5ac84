/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Browser sessions: the cookie that single sign-on rests on.
 */
#ifndef AC_PROTOCOL_SESSION_H
#define AC_PROTOCOL_SESSION_H

#include "protocol/exchange.h"

/* The live session that cookie names: known, proved, neither ended nor
 * expired, its subject not retired. ERR_NOT_FOUND when there is none;
 * ERR_STORE and others are failures, never "no session". */
AC_MUST_USE enum authcode_err ac_session_find(struct authcode_exchange *x, const char *cookie,
					      struct authcode_session_view *ret);

#endif
