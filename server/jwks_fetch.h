/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The key sets of clients, for exchanges that wait for them: one fetch for all who
 * wait for one URL at a time (OIDC-Core §10.1.1), and one set, read once and by no HTTP
 * thread. The library keeps what comes.
 */
#ifndef AC_SERVER_JWKS_FETCH_H
#define AC_SERVER_JWKS_FETCH_H

#include <stddef.h>

#include <authcode/exchange.h>

#include "base/attr.h"
#include "server/http.h"

struct ac_app;
struct ac_jwks_fetch;

AC_MUST_USE enum authcode_err ac_jwks_fetch_new(struct ac_jwks_fetch **ret);
void ac_jwks_fetch_free(struct ac_jwks_fetch **jwks); /* nobody waits any more */

/* One waiting request; lives until it has been resumed. */
struct ac_jwks_waiter {
	struct ac_http *h;
	struct authcode_key_set *set; /* when it is resumed, the waiter's; NULL: */
	enum authcode_err err;        /* why; ERR_MEMORY: it may have come */
	struct ac_jwks_waiter *next;
};

/* Resumes h once, when the set is there or will not come. */
void ac_jwks_fetch_ask(struct ac_app *app, const struct authcode_client_keys_query *query,
		       struct ac_jwks_waiter *waiter);

#endif
