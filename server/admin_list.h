/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What the store holds, for administrators: GET of a list, a page at a time, with fields
 * user or sub (whose), client, all (yes: the dead too) and after (where the page before
 * has ended). No answer has a hash in it, or anything that could be presented.
 */
#ifndef AC_SERVER_ADMIN_LIST_H
#define AC_SERVER_ADMIN_LIST_H

#include "server/app.h"
#include "server/http.h"

/* GET /admin/users, /admin/sessions, and the others of the table in admin_list.c. */
enum ac_step ac_admin_list_start(struct ac_app *app, struct ac_http *h);

/* GET /admin/users/show: user or sub. What is known of one person by itself. */
enum ac_step ac_admin_show_start(struct ac_app *app, struct ac_http *h);

#endif
