/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See cookies.h. RFC 6265bis §4.1.3.2: a __Host- cookie is Secure, has Path=/
 * and no Domain, so neither a sibling host nor plain HTTP can plant one
 * (LS-03). Browsers drop such cookies on http://localhost, hence the other
 * names there. Browser and session end with the browser; how long a session
 * lives is decided by its row, not by the cookie. The one of a known browser
 * stays.
 */
#include "server/cookies.h"

#include <stdio.h>
#include <string.h>

#include "base/base64url.h"
#include "base/random.h"
#include "server/config.h"

#define BROWSER_BYTES 32
#define MAX_SESSION 256 /* of a session cookie's value */

enum cookie {
	COOKIE_BROWSER,
	COOKIE_SESSION,
	COOKIE_DEVICE,
	COOKIE_COUNT,
};

static const struct {
	const char *name, *dev_name;
} cookie_rows[COOKIE_COUNT] = {
	[COOKIE_BROWSER] = { "__Host-authcode-browser", "authcode-dev-browser" },
	[COOKIE_DEVICE] = { "__Host-authcode-device", "authcode-dev-device" },
	[COOKIE_SESSION] = { "__Host-authcode", "authcode-dev" },
};

static const char *
name_of(const struct ac_app *app, enum cookie cookie)
{
	return app->config->issuer_is_dev ? cookie_rows[cookie].dev_name : cookie_rows[cookie].name;
}

/* The alphabet of every value we set. */
static bool
well_formed(const char *value, size_t max)
{
	size_t len = strnlen(value, max + 1);

	return len > 0 && len <= max &&
	       strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
		       len;
}

static void
set(const struct ac_app *app, struct ac_http *h, enum cookie cookie, const char *value)
{
	const char *age = cookie == COOKIE_DEVICE ? "; Max-Age=31536000" : "";
	char header[MAX_SESSION + 128];

	snprintf(header, sizeof(header), "%s=%s; Path=/; HttpOnly; SameSite=Lax%s%s",
		 name_of(app, cookie), value, app->config->issuer_is_dev ? "" : "; Secure",
		 *value == '\0' ? "; Max-Age=0" : age);
	ac_http_reply_header(h, "Set-Cookie", header);
}

const char *
ac_cookie_session(const struct ac_app *app, const struct ac_http *h)
{
	const char *value = ac_http_cookie(h, name_of(app, COOKIE_SESSION));

	return value != NULL && well_formed(value, MAX_SESSION) ? value : NULL;
}

const char *
ac_cookie_browser(const struct ac_app *app, const struct ac_http *h)
{
	const char *value = ac_http_cookie(h, name_of(app, COOKIE_BROWSER));
	char bytes[BROWSER_BYTES];
	size_t len = 0;

	if (value == NULL || !well_formed(value, AC_BROWSER_LEN) ||
	    strlen(value) != AC_BROWSER_LEN ||
	    !ac_base64url_decode(value, AC_BROWSER_LEN, bytes, sizeof(bytes), &len))
		return NULL;
	return value;
}

enum authcode_err
ac_cookie_browser_ensure(const struct ac_app *app, struct ac_http *h, char out[AC_BROWSER_LEN + 1])
{
	const char *have = ac_cookie_browser(app, h);
	unsigned char bytes[BROWSER_BYTES];

	if (have != NULL) {
		memcpy(out, have, AC_BROWSER_LEN + 1);
		return AUTHCODE_OK;
	}
	if (ac_random_fill(NULL, bytes, sizeof(bytes)) != AUTHCODE_OK)
		return AUTHCODE_ERR_RANDOM;
	ac_base64url_encode(bytes, sizeof(bytes), out);
	set(app, h, COOKIE_BROWSER, out);
	return AUTHCODE_OK;
}

void
ac_cookie_set_session(const struct ac_app *app, struct ac_http *h, const char *value)
{
	if (*value == '\0' || well_formed(value, MAX_SESSION))
		set(app, h, COOKIE_SESSION, value);
}

const char *
ac_cookie_device(const struct ac_app *app, const struct ac_http *h)
{
	return ac_http_cookie(h, name_of(app, COOKIE_DEVICE));
}

void
ac_cookie_set_device(const struct ac_app *app, struct ac_http *h, const char *value)
{
	if (well_formed(value, MAX_SESSION))
		set(app, h, COOKIE_DEVICE, value);
}
