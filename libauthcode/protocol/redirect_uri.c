/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See redirect_uri.h. RFC 6749 §3.1.2, RFC 8252 §7 and §8.3, RFC 9700 §2.1 and
 * §4.1.3. Nothing is normalised: a request names the registered bytes or it is
 * refused. So registration refuses every spelling that a browser would read as
 * another place than the bytes say (dot segments, backslashes, user names,
 * escapes in the host).
 */
#include "protocol/redirect_uri.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/form.h"
#include "base/limits.h"
#include "base/text.h"
#include "base/uri.h"

/* Room for the longest redirect URI and everything we append. */
#define MAX_EXTENDED (AC_MAX_REDIRECT_URI + 4 * AC_MAX_PARAM_VALUE)

static bool
port_ok(struct ac_span port)
{
	char text[6];
	uint64_t number;

	if (port.data == NULL)
		return true;
	if (port.len == 0 || port.len >= sizeof(text))
		return false;
	memcpy(text, port.data, port.len);
	text[port.len] = '\0';
	return ac_parse_u64(text, 65535, &number) && number > 0;
}

/* Browsers take "%2e" for "." in a path, so both spellings are one. */
static size_t
dot_len(const char *p, size_t left)
{
	if (left >= 1 && p[0] == '.')
		return 1;
	return left >= 3 && strncasecmp(p, "%2e", 3) == 0 ? 3 : 0;
}

static bool
dot_segment(const char *segment, size_t len)
{
	size_t used = 0;

	for (int dots = 0; dots < 2 && used < len; dots++) {
		size_t n = dot_len(segment + used, len - used);

		if (n == 0)
			break;
		used += n;
	}
	/* A path parameter does not make "..;" harmless: servers cut it off. */
	return used > 0 && (used == len || segment[used] == ';');
}

static bool
has_dot_segment(struct ac_span path)
{
	const char *p = path.data, *end = p + path.len;

	while (p < end) {
		const char *slash = memchr(p, '/', (size_t)(end - p));
		size_t len = slash != NULL ? (size_t)(slash - p) : (size_t)(end - p);

		if (dot_segment(p, len))
			return true;
		p += len + 1;
	}
	return false;
}

/* "%00" … "%1F", "%7F" and "%5C": what programs behind a redirect cut at, break
 * lines at, or take for a slash. The grammar has made sure escapes are whole. */
static bool
has_hostile_escape(const char *uri)
{
	for (const char *p = strchr(uri, '%'); p != NULL; p = strchr(p + 1, '%')) {
		if (p[1] == '0' || p[1] == '1' || strncasecmp(p, "%7f", 3) == 0 ||
		    strncasecmp(p, "%5c", 3) == 0)
			return true;
	}
	return false;
}

static bool
is_loopback(const struct ac_uri *uri)
{
	return ac_uri_is_loopback_ip(uri) || ac_span_is(uri->host, "localhost");
}

/* RFC 8252 §7.1: a reversed domain name. The dot keeps out javascript:, data:
 * and every other scheme that means something to a browser. */
static const char *
check_private_scheme(const struct ac_uri *uri)
{
	const char *scheme = uri->scheme.data;
	size_t len = uri->scheme.len;
	bool dot = memchr(scheme, '.', len) != NULL;

	for (size_t i = 0; dot && i < len; i++) {
		if (scheme[i] == '.' && (i + 1 == len || scheme[i + 1] == '.'))
			dot = false;
	}
	if (!dot)
		return "a private-use scheme must be a reversed domain name such as "
		       "com.example.app";
	if (uri->path.len == 0 && !uri->has_authority)
		return "nothing follows the scheme";
	return NULL;
}

static const char *
check_place(const struct ac_uri *uri, enum authcode_application_type type)
{
	bool https = ac_span_is(uri->scheme, "https");
	bool native = type == AUTHCODE_APPLICATION_NATIVE;

	if (!https && !ac_span_is(uri->scheme, "http"))
		return native ? check_private_scheme(uri)
			      : "a web client must use https (native clients may use a private "
				"scheme)";
	if (!uri->has_authority || uri->host.len == 0)
		return "the host is missing";
	if (memchr(uri->host.data, '%', uri->host.len) != NULL)
		return "the host contains a percent escape";
	if (https)
		return NULL;
	if (!native)
		return "a web client must use https (native clients may use http on loopback)";
	return is_loopback(uri) ? NULL : "http is allowed on loopback only";
}

const char *
ac_redirect_uri_check(const char *uri, enum authcode_application_type type)
{
	struct ac_uri parts;
	size_t len;

	if (uri == NULL || *uri == '\0')
		return "it is empty";
	len = strlen(uri);
	if (len > AC_MAX_REDIRECT_URI)
		return "it is longer than 2048 bytes";
	if (!ac_uri_parse(uri, len, &parts))
		return "it is not an absolute URI in the grammar of RFC 3986";
	if (parts.fragment.data != NULL)
		return "a fragment is forbidden";
	if (parts.userinfo.data != NULL)
		return "a user name in front of the host is forbidden";
	if (strchr(uri, '*') != NULL)
		return "patterns are not supported: every URI is written out";
	if (!port_ok(parts.port))
		return "the port is not a number from 1 to 65535";
	if (has_hostile_escape(uri))
		return "it contains an escaped control character or backslash";
	if (has_dot_segment(parts.path))
		return "the path contains a dot segment";
	return check_place(&parts, type);
}

/* RFC 8252 §7.3: any port, when everything else is the registered bytes. */
static bool
match_loopback(const char *registered, const char *uri)
{
	struct ac_uri a, b;
	size_t head;

	if (!ac_uri_parse(registered, strlen(registered), &a) ||
	    !ac_uri_parse(uri, strlen(uri), &b))
		return false;
	if (!ac_span_is(a.scheme, "http") || !ac_uri_is_loopback_ip(&a) ||
	    !ac_uri_is_loopback_ip(&b) || !port_ok(b.port))
		return false;
	head = (size_t)(a.host.data + a.host.len - registered);
	return head == (size_t)(b.host.data + b.host.len - uri) &&
	       memcmp(registered, uri, head) == 0 && strcmp(a.path.data, b.path.data) == 0;
}

bool
ac_redirect_uri_match(const struct authcode_client *client, const char *uri)
{
	for (size_t i = 0; i < client->redirect_uri_count; i++) {
		const char *registered = client->redirect_uris[i];

		if (strcmp(registered, uri) == 0)
			return true;
		if (client->application_type == AUTHCODE_APPLICATION_NATIVE &&
		    match_loopback(registered, uri))
			return true;
	}
	return false;
}

bool
ac_redirect_uri_proves_client(const char *uri)
{
	struct ac_uri parts;

	return ac_uri_parse(uri, strlen(uri), &parts) && ac_span_is(parts.scheme, "https") &&
	       !is_loopback(&parts);
}

const char *
ac_redirect_uri_extend(struct authcode_arena *arena, const char *uri,
		       const struct ac_param_pair *pairs, size_t count)
{
	struct ac_buf buf;
	const char *text = NULL;

	ac_buf_init(&buf, MAX_EXTENDED);
	ac_buf_puts(&buf, uri);
	if (strchr(uri, '?') == NULL)
		ac_buf_putc(&buf, '?');
	for (size_t i = 0; i < count; i++) {
		if (pairs[i].value != NULL)
			ac_form_put(&buf, pairs[i].name, pairs[i].value);
	}
	if (ac_buf_ok(&buf))
		text = ac_arena_strndup(arena, ac_buf_text(&buf), buf.len);
	ac_buf_clear(&buf);
	return text;
}
