/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * From the issuer's answer to HTTP: one place for every endpoint.
 */
#ifndef AC_SERVER_RESPOND_H
#define AC_SERVER_RESPOND_H

#include <authcode/response.h>

#include "server/app.h"
#include "server/http.h"

/* Sets the reply of h, once: page, JSON or redirect with their headers, and
 * the session cookie when the response changes it. */
void ac_respond(struct ac_app *app, struct ac_http *h, const struct authcode_response *response);

/* 303 to an absolute URL (RFC 9700 §4.12: never 307). */
void ac_respond_see_other(struct ac_http *h, const char *location);

#endif
