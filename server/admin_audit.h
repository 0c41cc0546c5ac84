/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What has happened, asked for by an administrator.
 *
 *   GET /admin/audit    [user client since until before] → {"records":[…],"next":"…"}
 *   GET /admin/explain  txn → {"txn":"…","refusals":[…],"records":[…]}
 */
#ifndef AC_SERVER_ADMIN_AUDIT_H
#define AC_SERVER_ADMIN_AUDIT_H

#include "server/http.h"

enum ac_step ac_admin_audit_start(struct ac_app *app, struct ac_http *h);
enum ac_step ac_admin_explain_start(struct ac_app *app, struct ac_http *h);

#endif
