/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See uri.h. Only the split and the grammar of RFC 3986; what a redirect URI
 * may be is protocol/redirect_uri.c's.
 */
#include "base/uri.h"

#include <arpa/inet.h>
#include <string.h>

static bool
alpha(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
hex(char c)
{
	return digit(c) || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

/* Every character belongs to pchar or extra, escapes are whole (RFC 3986 §3.3). */
static bool
made_of(struct ac_span span, const char *extra)
{
	static const char plain[] = "-._~!$&'()*+,;=";

	for (size_t i = 0; i < span.len; i++) {
		char c = span.data[i];

		if (c == '%') {
			if (i + 2 >= span.len || !hex(span.data[i + 1]) || !hex(span.data[i + 2]))
				return false;
			i += 2;
			continue;
		}
		if (c == '\0')
			return false;
		if (!alpha(c) && !digit(c) && strchr(plain, c) == NULL && strchr(extra, c) == NULL)
			return false;
	}
	return true;
}

/* Cuts [from, to) where one of stops first occurs. */
static struct ac_span
until(const char *from, const char *to, const char *stops)
{
	const char *p = from;

	while (p < to && (*p == '\0' || strchr(stops, *p) == NULL))
		p++;
	return (struct ac_span){ from, (size_t)(p - from) };
}

/* "[" IPv6address "]" (RFC 3986 §3.2.2); no zone, no IPvFuture. */
static bool
ip_literal(struct ac_span host)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr address;
	size_t len = host.len - 2;

	if (host.len < 4 || len >= sizeof(text) || memchr(host.data, '\0', host.len) != NULL)
		return false;
	memcpy(text, host.data + 1, len);
	text[len] = '\0';
	return inet_pton(AF_INET6, text, &address) == 1;
}

static bool
split_authority(struct ac_span authority, struct ac_uri *uri)
{
	const char *p = authority.data, *end = p + authority.len;
	const char *at = memchr(p, '@', authority.len);

	if (at != NULL) {
		uri->userinfo = (struct ac_span){ p, (size_t)(at - p) };
		p = at + 1;
	}
	if (p < end && *p == '[') {
		const char *close = memchr(p, ']', (size_t)(end - p));

		if (close == NULL)
			return false;
		uri->host = (struct ac_span){ p, (size_t)(close + 1 - p) };
	} else {
		uri->host = until(p, end, ":");
	}
	p = uri->host.data + uri->host.len;
	if (p < end) {
		if (*p != ':')
			return false;
		uri->port = (struct ac_span){ p + 1, (size_t)(end - p - 1) };
	}
	for (size_t i = 0; i < uri->port.len; i++) {
		if (!digit(uri->port.data[i]))
			return false;
	}
	if (uri->host.len > 0 && uri->host.data[0] == '[')
		return ip_literal(uri->host) && made_of(uri->userinfo, ":");
	return made_of(uri->host, "") && made_of(uri->userinfo, ":");
}

static bool
scheme_ok(struct ac_span scheme)
{
	if (scheme.len == 0 || !alpha(scheme.data[0]))
		return false;
	for (size_t i = 1; i < scheme.len; i++) {
		char c = scheme.data[i];

		if (!alpha(c) && !digit(c) && c != '+' && c != '-' && c != '.')
			return false;
	}
	return true;
}

bool
ac_uri_parse(const char *text, size_t len, struct ac_uri *ret)
{
	const char *p = text, *end = text + len;
	struct ac_uri uri = { 0 };

	uri.scheme = until(p, end, ":/?#");
	p += uri.scheme.len;
	if (p == end || *p != ':' || !scheme_ok(uri.scheme))
		return false;
	p++;
	if (end - p >= 2 && p[0] == '/' && p[1] == '/') {
		struct ac_span authority = until(p + 2, end, "/?#");

		uri.has_authority = true;
		if (!split_authority(authority, &uri))
			return false;
		p = authority.data + authority.len;
	}
	uri.path = until(p, end, "?#");
	p += uri.path.len;
	if (p < end && *p == '?') {
		uri.query = until(p + 1, end, "#");
		p = uri.query.data + uri.query.len;
	}
	if (p < end)
		uri.fragment = (struct ac_span){ p + 1, (size_t)(end - p - 1) };
	if (!made_of(uri.path, ":@/") || !made_of(uri.query, ":@/?") ||
	    !made_of(uri.fragment, ":@/?"))
		return false;
	*ret = uri;
	return true;
}

bool
ac_span_is(struct ac_span span, const char *lower)
{
	size_t len = strlen(lower);

	if (span.data == NULL || span.len != len)
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = span.data[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (c != lower[i])
			return false;
	}
	return true;
}

bool
ac_uri_is_loopback_ip(const struct ac_uri *uri)
{
	return ac_span_is(uri->host, "127.0.0.1") || ac_span_is(uri->host, "[::1]");
}
