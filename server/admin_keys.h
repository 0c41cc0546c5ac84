/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Signing keys over the socket of administration: see them, rotate them now,
 * withdraw one.
 */
#ifndef AC_SERVER_ADMIN_KEYS_H
#define AC_SERVER_ADMIN_KEYS_H

#include "server/app.h"
#include "server/http.h"

/* GET /admin/keys: kid, alg, state, created, active, retire (Unix seconds). */
enum ac_step ac_admin_keys_start(struct ac_app *app, struct ac_http *h);

/* POST /admin/keys/rotate: at_once (yes). Answers as GET does, when it is done. */
enum ac_step ac_admin_rotate_start(struct ac_app *app, struct ac_http *h);
enum ac_step ac_admin_rotate_resumed(struct ac_app *app, struct ac_http *h);

/* POST /admin/keys/withdraw: kid. The same; 404 when no key in use has it. */
enum ac_step ac_admin_key_withdraw_start(struct ac_app *app, struct ac_http *h);
enum ac_step ac_admin_key_withdraw_resumed(struct ac_app *app, struct ac_http *h);

#endif
