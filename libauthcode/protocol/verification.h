/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * How a person answers for a device (RFC 8628 §3.3). From the code that was typed a
 * transaction of its own kind is made, which names the device; from there it goes the
 * way of an authorization request: session, account, right to the client, proof. At
 * the end there is a page to say yes or no on instead of a code for a client.
 */
#ifndef AC_PROTOCOL_VERIFICATION_H
#define AC_PROTOCOL_VERIFICATION_H

#include "protocol/authorization.h"

/* For a transaction of a device what ac_authorization_check() is for others: is there
 * still something to answer, and may it be asked? NULL when the response has been
 * set, which is a page. */
struct ac_authorization *ac_verification_check(struct authcode_exchange *x,
					       const struct ac_params *params);

/* The answer of the live session of a->view. */
void ac_verification_allow(struct ac_authorization *a);

/* The answer of whoever was shown the page of the device. Who leaves an earlier page
 * (shown_to 0) answers for nobody and is asked for a code again: the device goes on
 * polling until its time is over. */
void ac_verification_deny(struct ac_authorization *a, int64_t shown_to);

#endif
