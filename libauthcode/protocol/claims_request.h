/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The claims parameter of an authorization request (OIDC-Core §5.5): which
 * claims it names, and the two that say how and as whom somebody must sign in.
 */
#ifndef AC_PROTOCOL_CLAIMS_REQUEST_H
#define AC_PROTOCOL_CLAIMS_REQUEST_H

#include <stdbool.h>

#include <authcode/client.h>

#include "base/arena.h"
#include "base/attr.h"

struct ac_claims_request {
	/* {"userinfo":{…},"id_token":{…}}: the members that name something the client may
	 * have, compact. "": nothing. */
	const char *text;
	const char *scope; /* the scope values that release what it names; "" */
	const char *acrs;  /* values for the acr of the ID token, space-separated; "" */
	bool acr_essential;
	const char *sub; /* the one person who is meant; NULL: anybody */
};

/* Of nothing at all. */
#define AC_CLAIMS_REQUEST_NONE ((struct ac_claims_request){ .text = "", .scope = "", .acrs = "" })

/* New in the arena. ERR_SYNTAX: not a JSON object of such members; ERR_MEMORY. */
AC_MUST_USE enum authcode_err ac_claims_request_parse(struct authcode_arena *arena,
						      const struct authcode_client *client,
						      const char *text,
						      struct ac_claims_request *ret);

#endif
