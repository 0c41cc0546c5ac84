/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * How often one address may name a client without proof, or a token or code that
 * there is not (RFC 6749 §2.3.1, RFC 7662 §4): by address alone, since who is named
 * could else be shut out by others. An
 * attempt spends before it is decided and gets it back when it was none, so that only
 * guesses cost, and who has guessed too often is answered nothing, right or wrong.
 */
#ifndef AC_SERVER_TOKEN_GUESS_H
#define AC_SERVER_TOKEN_GUESS_H

#include <stdbool.h>

#include "server/app.h"
#include "server/http.h"
#include "server/throttle.h"

/* False: the reply has been set to the refusal. */
AC_MUST_USE bool ac_token_guess_spend(struct ac_app *app, struct ac_http *h,
				      struct ac_bucket *ret_bucket);

/* The request has been answered. */
void ac_token_guess_settle(struct ac_app *app, struct ac_bucket *bucket, bool guessed);

#endif
