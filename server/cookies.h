/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The cookies: the browser (a random name for it, what pages are bound to), the
 * session, and the browser a name has signed in with before (device.h). __Host- names with
 * Secure, HttpOnly, SameSite=Lax; on a development issuer (http on loopback) authcode-dev…
 * without Secure.
 */
#ifndef AC_SERVER_COOKIES_H
#define AC_SERVER_COOKIES_H

#include "server/app.h"
#include "server/http.h"

const char *ac_cookie_session(const struct ac_app *app, const struct ac_http *h);

/* The browser cookie of the request, NULL when absent or not of our form. */
const char *ac_cookie_browser(const struct ac_app *app, const struct ac_http *h);

#define AC_BROWSER_LEN 43

/* The request's browser cookie, or a new one that the reply will set; copied
 * into out. ERR_RANDOM fails closed. */
AC_MUST_USE enum authcode_err ac_cookie_browser_ensure(const struct ac_app *app, struct ac_http *h,
						       char out[AC_BROWSER_LEN + 1]);

/* As it came, not checked; NULL when absent. Kept for a year. */
const char *ac_cookie_device(const struct ac_app *app, const struct ac_http *h);
void ac_cookie_set_device(const struct ac_app *app, struct ac_http *h, const char *value);

/* "" deletes it. */
void ac_cookie_set_session(const struct ac_app *app, struct ac_http *h, const char *value);

#endif
