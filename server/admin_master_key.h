/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The master key over the socket of administration: another one, now.
 */
#ifndef AC_SERVER_ADMIN_MASTER_KEY_H
#define AC_SERVER_ADMIN_MASTER_KEY_H

#include "server/app.h"
#include "server/http.h"

/* POST /admin/master-key/rotate, without fields. 409 when the key is not a file of the
 * state directory. */
enum ac_step ac_admin_master_key_start(struct ac_app *app, struct ac_http *h);
enum ac_step ac_admin_master_key_resumed(struct ac_app *app, struct ac_http *h);

#endif
