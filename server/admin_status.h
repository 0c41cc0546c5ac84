/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * How the daemon is, for administrators: what it is and since when, what it has read,
 * where it listens, whom it can ask, what it keeps.
 */
#ifndef AC_SERVER_ADMIN_STATUS_H
#define AC_SERVER_ADMIN_STATUS_H

#include "server/app.h"
#include "server/http.h"

/* GET /admin/status. "ok" is false when "problems" names something without which nobody
 * signs in. */
enum ac_step ac_admin_status_start(struct ac_app *app, struct ac_http *h);

#endif
