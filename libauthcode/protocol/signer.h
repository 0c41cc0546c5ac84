/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Signing what a client is told, by the name of an algorithm that it is
 * registered for: with the key of the issuer's ring that is current, or, for
 * HS256, with the client's own secret (OIDC-Core §10.1).
 */
#ifndef AC_PROTOCOL_SIGNER_H
#define AC_PROTOCOL_SIGNER_H

#include <jansson.h>

#include "base/arena.h"
#include "base/attr.h"
#include "protocol/issuer.h"

/* Who signs for whom, how and when; client is a row of clients. */
struct ac_signer {
	struct authcode_issuer *issuer;
	const struct authcode_clients *clients;
	const struct authcode_client *client;
	const char *alg;
	int64_t now_ms;
};

/* OK when there is a key to sign with; asked before anything is used up. */
AC_MUST_USE enum authcode_err ac_signer_check(const struct ac_signer *signer);

/* typ NULL: none. New text in the arena. ERR_CRYPTO: there is no key. */
AC_MUST_USE enum authcode_err ac_signer_sign(const struct ac_signer *signer, const char *typ,
					     const json_t *claims, struct authcode_arena *arena,
					     const char **ret_token);

#endif
