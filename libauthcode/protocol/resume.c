/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Carries an authorization request on from its seal: after a sign-in, after a
 * failed one, or from a page that grew old. The seal holds a request and nothing
 * that was granted, so another browser's or an old one is no danger: the checks
 * run again and the page is made anew for this browser (LS-04). It never lets
 * anybody in; only a session does.
 */
#include "protocol/authorization.h"
#include "protocol/front_channel.h"

void
ac_resume_decide(struct authcode_exchange *x)
{
	struct ac_transaction transaction;
	struct ac_authorization *a;
	const char *sealed;
	enum authcode_err err;
	bool fresh;

	if (!ac_front_channel_query(x))
		return;
	sealed = ac_params_get(&x->params, "txn");
	if (sealed == NULL || ac_params_count(&x->params, "txn") > 1) {
		ac_respond_page(x, 400, AC_INVALID_REQUEST, "txn must be sent once");
		return;
	}
	err = ac_transaction_unseal(x->issuer, x->arena, sealed, &transaction);
	if (err == AUTHCODE_ERR_MEMORY) {
		ac_respond_failure(x, err, "resume");
		return;
	}
	if (err != AUTHCODE_OK) {
		ac_respond_page(x, 400, AC_INVALID_REQUEST, "this page is not one of ours");
		return;
	}
	if (ac_transaction_unbound(&transaction))
		fresh = ac_transaction_young(x->issuer, &transaction, x->now_ms);
	else
		fresh = ac_transaction_fresh(x->issuer, &transaction, x->request.browser,
					     x->now_ms);
	a = ac_authorization_reopen(x, &transaction);
	if (a == NULL)
		return;
	/* Another browser's attempt is nothing to this one. */
	a->attempt = fresh ? transaction.attempt : 0;
	ac_authorization_proceed(a, fresh ? transaction.notice : AUTHCODE_NOTICE_EXPIRED);
}
