/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * GET /health: can somebody sign in and get a token now? 200 {"status":"ok"}, or
 * 503 with what fails.
 */
#ifndef AC_SERVER_HEALTH_H
#define AC_SERVER_HEALTH_H

#include "server/http.h"

/* Does somebody listen on the helper's socket? Not connected for longer than that. */
AC_MUST_USE bool ac_health_reachable(const char *path);

enum ac_step ac_health_start(struct ac_app *app, struct ac_http *h);
enum ac_step ac_health_resumed(struct ac_app *app, struct ac_http *h);

#endif
