/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What administrators ask of the running daemon, over its Unix socket: routes as
 * any other, with forms in and JSON out, so that authcodectl and curl are equals.
 * The mode of the socket file decides who may; the uid is for the log.
 */
#ifndef AC_SERVER_ADMIN_H
#define AC_SERVER_ADMIN_H

#include "server/admin_form.h"
#include "server/app.h"
#include "server/http.h"

/* POST /admin/users/relink: old, new, uid, replace (yes). An account was renamed;
 * its subject, sessions and tokens go with it. */
enum ac_step ac_admin_relink_start(struct ac_app *app, struct ac_http *h);
enum ac_step ac_admin_relink_resumed(struct ac_app *app, struct ac_http *h);

/* POST /admin/users/withdraw: user, client. What the client got of the person until
 * now is dead, and consent is asked for anew. */
enum ac_step ac_admin_withdraw_start(struct ac_app *app, struct ac_http *h);
enum ac_step ac_admin_withdraw_resumed(struct ac_app *app, struct ac_http *h);

#endif
