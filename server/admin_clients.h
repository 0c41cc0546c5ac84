/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What administrators ask about clients, and what they change. A change is a form whose
 * fields are options of a client block, beside id, for, url, secret, keep_old and unset.
 */
#ifndef AC_SERVER_ADMIN_CLIENTS_H
#define AC_SERVER_ADMIN_CLIENTS_H

#include "server/app.h"
#include "server/http.h"

/* GET /admin/clients, GET /admin/client?id=, GET /admin/presets */
enum ac_step ac_admin_clients_start(struct ac_app *app, struct ac_http *h);
enum ac_step ac_admin_client_start(struct ac_app *app, struct ac_http *h);
enum ac_step ac_admin_presets_start(struct ac_app *app, struct ac_http *h);

/* POST /admin/clients/add, edit, rotate-secret, enable, disable, remove */
enum ac_step ac_admin_client_change_start(struct ac_app *app, struct ac_http *h);

/* All of them. */
enum ac_step ac_admin_client_resumed(struct ac_app *app, struct ac_http *h);

#endif
