/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What a token is and why it is good or not, for administrators.
 */
#ifndef AC_SERVER_ADMIN_TOKEN_H
#define AC_SERVER_ADMIN_TOKEN_H

#include "server/app.h"
#include "server/http.h"

/* POST /admin/tokens/inspect: token, of any kind that was given out. 404: not ours. */
enum ac_step ac_admin_inspect_start(struct ac_app *app, struct ac_http *h);

#endif
