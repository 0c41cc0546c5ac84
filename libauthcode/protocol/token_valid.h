/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Finding a token by what a client presents, and the one answer to "is it still
 * good?" that userinfo, introspection and revocation share.
 */
#ifndef AC_PROTOCOL_TOKEN_VALID_H
#define AC_PROTOCOL_TOKEN_VALID_H

#include <stdbool.h>

#include "protocol/exchange.h"

/* An access or refresh token whose proof fits, dead or alive. ERR_NOT_FOUND:
 * unknown, garbled or of another kind; anything else is a failure. */
AC_MUST_USE enum authcode_err ac_token_find(struct authcode_exchange *x, const char *text,
					    struct authcode_token_view *ret);

/* The same, with what names the token to those who may know of it (RFC 7662 §2.2). */
AC_MUST_USE enum authcode_err ac_token_find_jti(struct authcode_exchange *x, const char *text,
						struct authcode_token_view *ret,
						const char **ret_jti);

/* Does the token, and everything it depends on, still hold at x->now_ms? */
AC_MUST_USE bool ac_token_valid(const struct authcode_exchange *x,
				const struct authcode_token_view *view);

#endif
