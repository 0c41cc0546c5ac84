/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Ends, by administrators: of a session, of all that a person has, of what is known of
 * somebody.
 */
#ifndef AC_SERVER_ADMIN_PEOPLE_H
#define AC_SERVER_ADMIN_PEOPLE_H

#include "server/app.h"
#include "server/http.h"

/* POST /admin/sessions/end: id. Its clients are told. */
enum ac_step ac_admin_session_end_start(struct ac_app *app, struct ac_http *h);
enum ac_step ac_admin_session_end_resumed(struct ac_app *app, struct ac_http *h);

/* POST /admin/users/revoke: user or sub. */
enum ac_step ac_admin_revoke_start(struct ac_app *app, struct ac_http *h);
enum ac_step ac_admin_revoke_resumed(struct ac_app *app, struct ac_http *h);

/* POST /admin/users/erase: user or sub. Answers when nothing is left. */
enum ac_step ac_admin_erase_start(struct ac_app *app, struct ac_http *h);
enum ac_step ac_admin_erase_resumed(struct ac_app *app, struct ac_http *h);

#endif
