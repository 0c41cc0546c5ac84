/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * An ID token that comes back as a hint at who is meant (OIDC-Core §3.1.2.1,
 * RP-Initiated Logout §2). It was shown to a client and to the browser, so it
 * proves nothing about who sends it.
 */
#ifndef AC_PROTOCOL_ID_TOKEN_HINT_H
#define AC_PROTOCOL_ID_TOKEN_HINT_H

#include "base/attr.h"
#include "protocol/exchange.h"

struct ac_id_token_hint {
	const char *sub;       /* as this client knows the person: see subject.h */
	const char *client_id; /* aud: to whom it was issued */
	const char *sid;       /* NULL: it tells of no session */
};

/* OK when text is an ID token of ours, expired or not (LO-09): signed by a key that
 * is still published, with the algorithm of that key. ERR_SYNTAX: it is not. ERR_MEMORY,
 * ERR_CRYPTO: that could not be found out. Texts are in the arena. */
AC_MUST_USE enum authcode_err ac_id_token_hint(struct authcode_exchange *x, const char *text,
					       struct ac_id_token_hint *ret);

#endif
