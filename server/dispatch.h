/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * From a complete request to its handler: path, method, origin.
 */
#ifndef AC_SERVER_DISPATCH_H
#define AC_SERVER_DISPATCH_H

#include "server/app.h"
#include "server/http.h"

enum ac_step ac_dispatch_start(struct ac_app *app, struct ac_http *h);
enum ac_step ac_dispatch_resumed(struct ac_app *app, struct ac_http *h);

/* Sets the reply of a refused request, a page or JSON as its path asks for. */
void ac_dispatch_refuse(struct ac_app *app, struct ac_http *h, unsigned status, const char *why);

/* Did a page of ours send this form? Sec-Fetch-Site decides where the browser
 * sends it, else Origin; a request without either is not from a browser that
 * could show our page. Values may be NULL. */
AC_MUST_USE bool ac_same_origin(const char *sec_fetch_site, const char *origin,
				const char *issuer_origin, size_t issuer_origin_len);

#endif
