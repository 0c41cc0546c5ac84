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
#include "protocol/exchange.h"

/* How a token for these resources is made, and for how long. */
struct ac_access_form {
	const char *alg; /* of the JWT; NULL: opaque */
	uint32_t ttl_s;
};

/* A JWT only where every resource takes one, signed by what all of them ask for, else
 * RS256; for the shortest time of any of them. */
struct ac_access_form ac_access_form(const struct authcode_issuer *issuer,
				     const struct authcode_client *client, const char *resource);

#endif
