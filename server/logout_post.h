/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The teller of logouts with authcode-fetch as its sender.
 */
#ifndef AC_SERVER_LOGOUT_POST_H
#define AC_SERVER_LOGOUT_POST_H

#include "server/app.h"
#include "server/logout_teller.h"

/* Starts app->logouts; issuer, store and fetch are there. It is to be drained before
 * fetch is, and freed after that. */
AC_MUST_USE enum authcode_err ac_logout_post_start(struct ac_app *app);

#endif
