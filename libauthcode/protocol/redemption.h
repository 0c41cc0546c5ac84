/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What a person has allowed a client is redeemed for tokens once, be it a code
 * (RFC 6749 §4.1.3) or a device (RFC 8628 §3.4): evidence of a second use, the
 * account, the tokens and their answer are the same for both.
 */
#ifndef AC_PROTOCOL_REDEMPTION_H
#define AC_PROTOCOL_REDEMPTION_H

#include "protocol/exchange.h"
#include "protocol/id_token.h"

struct ac_redemption {
	enum authcode_operation_kind kind; /* REDEEM_CODE or REDEEM_DEVICE */
	int64_t id;                        /* of the code or device, and of its family */
	bool used;                         /* it was redeemed before */
	const char *scope;                 /* that was granted */
	int64_t session_expires_ms;        /* of the session it comes from; 0: that is gone */
	struct ac_id_token told;           /* by whom, and what an ID token would say of it */
	const char *refusal;               /* of what gives nothing, whyever */
};

/* Looks at the account, then redeems it; x->resource is chosen. One that was used before
 * is evidence, whoever's it is, whatever its time and whatever is asked for with it (RFC
 * 6749 §4.1.2): its family ends, and nobody is asked about it. What the redemption points
 * to lives as long as the exchange. */
void ac_redemption_begin(struct authcode_exchange *x, const struct ac_redemption *redemption);

#endif
