/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The one handler of every endpoint that libauthcode answers.
 */
#ifndef AC_SERVER_PROTOCOL_ROUTE_H
#define AC_SERVER_PROTOCOL_ROUTE_H

#include "server/app.h"
#include "server/http.h"

enum ac_step ac_protocol_start(struct ac_app *app, struct ac_http *h);
enum ac_step ac_protocol_resumed(struct ac_app *app, struct ac_http *h);

/* What the protocol has answered; NULL when it was not reached. Borrowed from h. */
const struct authcode_response *ac_protocol_response(const struct ac_http *h);

#endif
