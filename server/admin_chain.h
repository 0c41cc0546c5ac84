/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Is the chain of audit records what was written?
 *
 *   GET /admin/audit/verify  [after] [head] → {"checked":…,"head":"…",…,"next":"…"}
 */
#ifndef AC_SERVER_ADMIN_CHAIN_H
#define AC_SERVER_ADMIN_CHAIN_H

#include "server/http.h"

enum ac_step ac_admin_chain_start(struct ac_app *app, struct ac_http *h);

#endif
