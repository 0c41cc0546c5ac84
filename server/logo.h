/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Logos of clients (AZ-39): PNG files of the administrator's, read once at
 * start and served from memory, so that a page shows nothing from elsewhere.
 */
#ifndef AC_SERVER_LOGO_H
#define AC_SERVER_LOGO_H

#include <authcode/client.h>
#include <authcode/error.h>

#include "base/attr.h"
#include "server/app.h"
#include "server/http.h"

struct ac_logos;

/* Reads the logo_file of every client; user: the option of that name, whose the files may
 * be as well (config_file.h). ERR_CONFIG: reason names the client and what is wrong with
 * its file. New: ac_logos_free(), which is NULL-safe and sets NULL. */
AC_MUST_USE enum authcode_err ac_logos_new(const struct authcode_clients *clients, const char *user,
					   struct ac_logos **ret, struct authcode_reason *reason);
void ac_logos_free(struct ac_logos **logos);

/* logos may be NULL: then nobody has one. */
AC_MUST_USE bool ac_logos_has(const struct ac_logos *logos, const char *client_id);

/* GET /logo?client=ID */
enum ac_step ac_logo_start(struct ac_app *app, struct ac_http *h);

#endif
