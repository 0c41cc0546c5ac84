/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * /device: the protocol's own handler, with the count of wrong codes in front of it
 * (RFC 8628 §5.1, DV-03).
 */
#ifndef AC_SERVER_USER_CODE_H
#define AC_SERVER_USER_CODE_H

#include "server/app.h"
#include "server/http.h"

enum ac_step ac_user_code_start(struct ac_app *app, struct ac_http *h);
enum ac_step ac_user_code_resumed(struct ac_app *app, struct ac_http *h);

#endif
