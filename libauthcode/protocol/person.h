/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What a client may be told of a person, wherever it is told: in the ID token
 * and by userinfo.
 */
#ifndef AC_PROTOCOL_PERSON_H
#define AC_PROTOCOL_PERSON_H

#include <jansson.h>

#include "base/attr.h"
#include "protocol/exchange.h"

struct ac_person {
	const struct authcode_client *client; /* who is told */
	const struct authcode_subject *subject;
	const char *sign_in_claims;
	const char *scope;          /* releases its claims; "": none */
	const char *claims_request; /* as the store keeps it */
	const char *where;          /* AC_ASKED_ID_TOKEN or AC_ASKED_USERINFO */
};

/* Puts sub and the claims into object, from x->account and the sign-in. */
AC_MUST_USE enum authcode_err ac_person_put(struct authcode_exchange *x,
					    const struct ac_person *person, json_t *object);

/* Are claims of the host's wanted for that? */
AC_MUST_USE enum authcode_err ac_person_wants_claims(const struct ac_person *person,
						     bool *ret_wants);

#endif
