/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The form of an access token: opaque, or a JWT (RFC 9068) that resource servers
 * read by themselves. Either has a row in the store, so that what ends a token ends
 * both alike.
 */
#ifndef AC_PROTOCOL_ACCESS_TOKEN_H
#define AC_PROTOCOL_ACCESS_TOKEN_H

#include <authcode/client.h>

#include "base/attr.h"
#include "jose/algorithm.h"
#include "protocol/credential.h"
#include "protocol/exchange.h"

#define AC_ACCESS_TOKEN_TYP "at+jwt" /* RFC 9068 §2.1 */

/* How a token for these resources is made, and for how long. */
struct ac_access_form {
	const char *alg; /* of the JWT; NULL: opaque */
	uint32_t ttl_s;
};

/* A JWT only where every resource takes one, signed by what all of them ask for, else
 * RS256; for the shortest time of any of them. */
struct ac_access_form ac_access_form(const struct authcode_exchange *x,
				     const struct authcode_client *client, const char *resource);

/* What a JWT says, from decide to answer. */
struct ac_access_jwt {
	const struct ac_alg *alg; /* NULL: the token is opaque, and nothing else is set */
	const struct authcode_client *client;
	const char *resource;
	const char *scope;
	int64_t issued_s;
	int64_t expires_s;
	/* Of the person and the sign-in; the grant sets them. */
	const char *sub; /* of the subject's row; NULL: the client itself */
	int64_t auth_time_ms;
	const char *acr;
	const char *amr;
};

/* Is there a key for it now? Says ERR_CRYPTO before anything is used up. */
AC_MUST_USE enum authcode_err ac_access_jwt_check(struct authcode_exchange *x,
						  const struct ac_alg *alg);

/* RFC 9068 §2: new in the arena, signed by the key of this moment. jti is that of the
 * row. The groups are those of x->account. */
AC_MUST_USE enum authcode_err ac_access_jwt_write(struct authcode_exchange *x,
						  const struct ac_access_jwt *jwt,
						  const struct ac_credential *jti,
						  const char **ret);

/* The row of a JWT of ours that has not expired, dead or alive, and its jti, in the
 * arena. ERR_NOT_FOUND: forged, of another kind, expired, or unknown. */
AC_MUST_USE enum authcode_err ac_access_jwt_find(struct authcode_exchange *x, const char *text,
						 struct authcode_token_view *ret,
						 const char **ret_jti);

#endif
