/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See config_values.h. Addresses are literals only: a name would be resolved
 * at start, and what it resolves to is not for a resolver to decide.
 */
#include "server/config_values.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <sys/un.h>

#include "base/base64url.h"
#include "base/limits.h"
#include "base/text.h"
#include "base/uri.h"
#include "server/config_file.h"

#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"
#define ENV_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

static bool
port_ok(const char *text, size_t len)
{
	char digits[6];
	uint64_t port;

	if (len == 0 || len >= sizeof(digits))
		return false;
	memcpy(digits, text, len);
	digits[len] = '\0';
	return ac_parse_u64(digits, 65535, &port) && port > 0;
}

/* A browser leaves the default port out and writes hosts in lower case; an
 * issuer spelled otherwise would never equal its Origin. */
static bool
authority_ok(const struct ac_uri *uri, const char *default_port)
{
	if (!uri->has_authority || uri->host.len == 0 || uri->userinfo.data != NULL)
		return false;
	for (size_t i = 0; i < uri->host.len; i++) {
		if (uri->host.data[i] >= 'A' && uri->host.data[i] <= 'Z')
			return false;
	}
	if (uri->port.data == NULL)
		return true;
	return port_ok(uri->port.data, uri->port.len) && !ac_span_is(uri->port, default_port);
}

/* Segments that are empty or begin with a dot are removed by some clients and not
 * by others, and so is a slash at the end. */
static bool
path_ok(struct ac_span path)
{
	size_t start = 1;

	if (path.len == 0)
		return true;
	for (size_t i = 1; i <= path.len; i++) {
		struct ac_span segment;

		if (i < path.len && path.data[i] != '/')
			continue;
		segment = (struct ac_span){ path.data + start, i - start };
		if (segment.len == 0 || segment.data[0] == '.')
			return false;
		start = i + 1;
	}
	return true;
}

bool
ac_value_issuer(const char *text)
{
	size_t len = strlen(text);
	struct ac_uri uri;

	if (len > AC_MAX_ISSUER || !ac_uri_parse(text, len, &uri))
		return false;
	if (uri.query.data != NULL || uri.fragment.data != NULL || !path_ok(uri.path))
		return false;
	if (strncmp(text, "https:", 6) == 0)
		return authority_ok(&uri, "443");
	return strncmp(text, "http:", 5) == 0 && authority_ok(&uri, "80") &&
	       (ac_uri_is_loopback_ip(&uri) || ac_span_is(uri.host, "localhost"));
}

/* Splits "127.0.0.1:80" and "[::1]:80"; the address goes to out as bytes. */
static int
listen_address(const char *text, unsigned char out[16])
{
	const char *colon = strrchr(text, ':');
	char host[INET6_ADDRSTRLEN];
	size_t len;
	int family = AF_INET;

	if (colon == NULL || !port_ok(colon + 1, strlen(colon + 1)))
		return AF_UNSPEC;
	len = (size_t)(colon - text);
	if (len > 2 && text[0] == '[' && text[len - 1] == ']') {
		family = AF_INET6;
		text++;
		len -= 2;
	}
	if (len >= sizeof(host))
		return AF_UNSPEC;
	memcpy(host, text, len);
	host[len] = '\0';
	return inet_pton(family, host, out) == 1 ? family : AF_UNSPEC;
}

bool
ac_value_listen(const char *text)
{
	unsigned char address[16];

	if (strncmp(text, "unix:", 5) == 0)
		return ac_value_socket(text + 5);
	return listen_address(text, address) != AF_UNSPEC;
}

bool
ac_listen_is_local(const char *text)
{
	unsigned char address[16];

	if (strncmp(text, "unix:", 5) == 0)
		return true;
	switch (listen_address(text, address)) {
	case AF_INET:
		return address[0] == 127;
	case AF_INET6:
		return memcmp(address, &in6addr_loopback, sizeof(address)) == 0;
	default:
		return false;
	}
}

bool
ac_value_local_address(const char *text)
{
	return strncmp(text, "unix:", 5) != 0 && ac_value_listen(text) && ac_listen_is_local(text);
}

bool
ac_value_network(const char *text)
{
	const char *slash = strchr(text, '/');
	size_t len = slash != NULL ? (size_t)(slash - text) : strlen(text);
	char host[INET6_ADDRSTRLEN];
	unsigned char address[16];
	uint64_t bits, max;

	if (strcmp(text, "unix") == 0)
		return true;
	if (len >= sizeof(host))
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	if (inet_pton(AF_INET, host, address) == 1)
		max = 32;
	else if (inet_pton(AF_INET6, host, address) == 1)
		max = 128;
	else
		return false;
	if (slash == NULL)
		return true;
	if (!ac_parse_u64(slash + 1, max, &bits))
		return false;
	/* A prefix with bits past its length is a typing error. */
	for (uint64_t bit = bits; bit < max; bit++) {
		if ((address[bit / 8] >> (7 - bit % 8) & 1) != 0)
			return false;
	}
	return true;
}

bool
ac_value_path(const char *text)
{
	return text[0] == '/' && text[1] != '\0' && strlen(text) < 4096;
}

bool
ac_value_file(const char *text)
{
	const char *name = text + strlen(AC_CREDENTIAL);
	size_t len;

	if (strncmp(text, AC_CREDENTIAL, strlen(AC_CREDENTIAL)) != 0)
		return ac_value_path(text);
	len = strlen(name);
	return len > 0 && len <= 128 && name[0] != '.' && strspn(name, NAME_CHARS) == len;
}

bool
ac_value_socket(const char *text)
{
	return ac_value_path(text) && strlen(text) < sizeof(((struct sockaddr_un *)NULL)->sun_path);
}

bool
ac_value_https(const char *text)
{
	struct ac_uri uri;
	size_t len = strlen(text);

	return len <= AC_MAX_JWKS_URI && ac_uri_parse(text, len, &uri) &&
	       ac_span_is(uri.scheme, "https") && uri.host.len > 0 && uri.userinfo.data == NULL &&
	       uri.fragment.data == NULL;
}

bool
ac_value_socket_or_none(const char *text)
{
	return strcmp(text, "none") == 0 || ac_value_socket(text);
}

static bool
name_ok(const char *text, size_t max)
{
	size_t len = strlen(text);

	return len > 0 && len <= max && strspn(text, NAME_CHARS) == len && text[0] != '.' &&
	       text[0] != '-';
}

/* The name is a file name in /etc/pam.d, and so is that of its check. */
bool
ac_value_service(const char *text)
{
	return name_ok(text, AC_MAX_SIGN_IN_SERVICE);
}

bool
ac_value_user(const char *text)
{
	return name_ok(text, 32);
}

bool
ac_value_label(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len <= 128 && ac_text_printable(text, len);
}

static bool
word_ok(const char *text, size_t max)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i++) {
		if (text[i] <= ' ' || text[i] >= 0x7f || text[i] == '"' || text[i] == '\\')
			return false;
	}
	return len > 0 && len <= max;
}

bool
ac_value_word(const char *text)
{
	return word_ok(text, AC_MAX_ACR);
}

bool
ac_value_scope(const char *text)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i++) {
		if (text[i] == ' '
			    ? i == 0 || text[i - 1] == ' ' || i + 1 == len
			    : text[i] < ' ' || text[i] >= 0x7f || text[i] == '"' || text[i] == '\\')
			return false;
	}
	return len > 0 && len <= AC_MAX_SCOPE;
}

bool
ac_value_resource(const char *text)
{
	size_t len = strlen(text);
	struct ac_uri uri;

	return len <= AC_MAX_RESOURCE && ac_uri_parse(text, len, &uri) && uri.fragment.data == NULL;
}

/* RFC 6454 §6.2. What a page that came without TLS could read, anybody on its way
 * could: http on a loopback host only. */
bool
ac_value_origin(const char *text)
{
	size_t len = strlen(text);
	bool http = strncmp(text, "http:", 5) == 0;
	struct ac_uri uri;

	if (strcmp(text, "none") == 0)
		return true;
	if (len > AC_MAX_ISSUER || strchr(text, '*') != NULL || !ac_uri_parse(text, len, &uri) ||
	    uri.path.len > 0 || uri.query.data != NULL || uri.fragment.data != NULL)
		return false;
	for (size_t i = 0; i < uri.scheme.len; i++) {
		if (text[i] >= 'A' && text[i] <= 'Z')
			return false;
	}
	return authority_ok(&uri, http ? "80" : "443") &&
	       (!http || ac_uri_is_loopback_ip(&uri) || ac_span_is(uri.host, "localhost"));
}

/* One @, and %u in front of it: an address that all people share is nobody's. */
bool
ac_value_email(const char *text)
{
	const char *at = strchr(text, '@');
	bool user = false;

	if (!word_ok(text, 256) || at == NULL || strchr(at + 1, '@') != NULL || at[1] == '\0')
		return false;
	for (const char *p = strchr(text, '%'); p != NULL; p = strchr(p + 2, '%')) {
		if (p[1] != 'u' && p[1] != '%')
			return false;
		user = user || p[1] == 'u';
	}
	return user;
}

/* POSIX.1 §8.1, as authcode-login's --env takes it. */
static bool
env_name_ok(const char *text, size_t len)
{
	return len > 0 && len <= 64 && (text[0] < '0' || text[0] > '9') &&
	       strspn(text, ENV_CHARS) >= len;
}

bool
ac_value_env_name(const char *text)
{
	return env_name_ok(text, strlen(text));
}

bool
ac_value_signing_algorithm(const char *text)
{
	static const char *const names[] = { "RS256", "ES256", "PS256", "EdDSA" };

	for (size_t i = 0; i < AC_ARRAY_SIZE(names); i++) {
		if (strcmp(text, names[i]) == 0)
			return true;
	}
	return false;
}

bool
ac_value_env_claim(const char *text)
{
	size_t len = strcspn(text, "=");

	return text[len] == '=' && env_name_ok(text, len) && word_ok(text + len + 1, 64);
}

bool
ac_value_digest(const char *text)
{
	unsigned char digest[32];
	size_t len;

	return ac_base64url_decode(text, strlen(text), digest, sizeof(digest), &len) &&
	       len == sizeof(digest);
}

/* One spelling of each time: what is read must be what would be written. */
bool
ac_value_unix_time(const char *text, int64_t *ret_s)
{
	bool day = strchr(text, 'T') == NULL;
	struct tm t = { 0 };
	const char *end = strptime(text, day ? "%Y-%m-%d" : "%Y-%m-%dT%H:%M:%SZ", &t);
	char again[64];
	int64_t seconds;

	if (end == NULL || *end != '\0')
		return false;
	seconds = timegm(&t); /* which makes a day of the calendar of it */
	if (day)
		snprintf(again, sizeof(again), "%04d-%02d-%02d", t.tm_year + 1900, t.tm_mon + 1,
			 t.tm_mday);
	else
		snprintf(again, sizeof(again), "%04d-%02d-%02dT%02d:%02d:%02dZ", t.tm_year + 1900,
			 t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec);
	if (strcmp(again, text) != 0 || seconds <= 0)
		return false;
	*ret_s = seconds;
	return true;
}

bool
ac_value_time(const char *text)
{
	int64_t ignored;

	return ac_value_unix_time(text, &ignored);
}

bool
ac_value_duration(const char *text, uint32_t *ret_s)
{
	static const struct {
		const char *suffix;
		uint32_t seconds;
	} units[] = { { "", 1 }, { "s", 1 }, { "min", 60 }, { "h", 3600 }, { "d", 86400 } };
	size_t len = strspn(text, "0123456789");
	char digits[11];
	uint64_t number;

	if (len >= sizeof(digits))
		return false;
	memcpy(digits, text, len);
	digits[len] = '\0';
	if (!ac_parse_u64(digits, UINT32_MAX, &number))
		return false;
	for (size_t i = 0; i < AC_ARRAY_SIZE(units); i++) {
		if (strcmp(text + len, units[i].suffix) != 0)
			continue;
		if (number > UINT32_MAX / units[i].seconds)
			return false;
		*ret_s = (uint32_t)number * units[i].seconds;
		return true;
	}
	return false;
}

bool
ac_value_duration_ms(const char *text, uint32_t *ret_ms)
{
	size_t len = strspn(text, "0123456789");
	uint64_t number;
	char digits[11];
	uint32_t seconds;

	if (len < sizeof(digits) && strcmp(text + len, "ms") == 0) {
		memcpy(digits, text, len);
		digits[len] = '\0';
		if (!ac_parse_u64(digits, UINT32_MAX, &number))
			return false;
		*ret_ms = (uint32_t)number;
		return true;
	}
	if (!ac_value_duration(text, &seconds) || seconds > UINT32_MAX / 1000)
		return false;
	*ret_ms = seconds * 1000;
	return true;
}
