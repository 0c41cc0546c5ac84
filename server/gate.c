/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The gate: one ordered table of checks, the order being from "what is this"
 * to "whom is it for". Two readers that disagree about where a request ends let
 * one smuggle another request past the first (RFC 9112 §11.2); so everything
 * that could be read in two ways is refused, never repaired.
 *
 * What the HTTP library hides before we see it (a bare LF, a folded line, the
 * rest of a value after a NUL) is looked for in http_layout.c.
 */
#include "server/gate.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/text.h"
#include "base/uri.h"

/* A second one of these would be read differently by different readers. (A second
 * Authorization is read by nobody: http.c.) */
static const char *const unique_headers[] = {
	"Content-Length", "Content-Type",      "Cookie", "DPoP", "Expect", "Host", "Origin",
	"Sec-Fetch-Site", "Transfer-Encoding",
};

static bool
bytes_are(struct authcode_bytes bytes, const char *text)
{
	return strlen(text) == bytes.len && strncasecmp(bytes.data, text, bytes.len) == 0;
}

static bool
bytes_equal(struct authcode_bytes a, struct authcode_bytes b)
{
	return a.len == b.len && strncasecmp(a.data, b.data, a.len) == 0;
}

const struct ac_gate_header *
ac_gate_header(const struct ac_gate_header *headers, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (bytes_are(headers[i].name, name))
			return &headers[i];
	}
	return NULL;
}

static const struct ac_gate_header *
header(const struct ac_gate_request *request, const char *name)
{
	return ac_gate_header(request->headers, request->header_count, name);
}

/* --- the authority ------------------------------------------------------- */

static bool
parse_port(struct authcode_bytes text, unsigned *ret)
{
	unsigned port = 0;

	if (text.len == 0 || text.len > 5)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		port = port * 10 + (unsigned)(text.data[i] - '0');
	}
	if (port == 0 || port > UINT16_MAX)
		return false;
	*ret = port;
	return true;
}

static unsigned
default_port(struct authcode_bytes scheme)
{
	return bytes_are(scheme, "https") ? 443 : 80;
}

bool
ac_gate_issuer_parse(const char *url, struct ac_gate_issuer *ret)
{
	struct ac_gate_issuer issuer = { 0 };
	struct ac_uri uri;
	const char *end;

	if (!ac_uri_parse(url, strlen(url), &uri) || !uri.has_authority || uri.host.len == 0)
		return false;
	if (!ac_span_is(uri.scheme, "https") && !ac_span_is(uri.scheme, "http"))
		return false;
	if (uri.userinfo.data != NULL || uri.query.data != NULL || uri.fragment.data != NULL)
		return false;
	issuer.scheme = (struct authcode_bytes){ uri.scheme.data, uri.scheme.len };
	issuer.host = (struct authcode_bytes){ uri.host.data, uri.host.len };
	issuer.path = (struct authcode_bytes){ uri.path.data, uri.path.len };
	while (issuer.path.len > 0 && issuer.path.data[issuer.path.len - 1] == '/')
		issuer.path.len--;
	issuer.port = default_port(issuer.scheme);
	end = uri.host.data + uri.host.len;
	if (uri.port.data != NULL) {
		if (!parse_port((struct authcode_bytes){ uri.port.data, uri.port.len },
				&issuer.port))
			return false;
		end = uri.port.data + uri.port.len;
	}
	issuer.origin = (struct authcode_bytes){ url, (size_t)(end - url) };
	*ret = issuer;
	return true;
}

/* "host" or "host:port"; IPv6 literals keep their brackets. */
static bool
authority_is_issuer(struct authcode_bytes authority, const struct ac_gate_issuer *issuer)
{
	struct authcode_bytes host = authority;
	unsigned port = default_port(issuer->scheme);

	if (authority.len > issuer->host.len) {
		struct authcode_bytes rest = { authority.data + issuer->host.len + 1,
					       authority.len - issuer->host.len - 1 };

		host.len = issuer->host.len;
		if (authority.data[host.len] != ':' || !parse_port(rest, &port))
			return false;
	}
	return bytes_equal(host, issuer->host) && port == issuer->port;
}

/* --- the target ---------------------------------------------------------- */

/* Bytes of "scheme://authority" in front of an absolute-form target, 0 when it
 * is in origin-form (RFC 9112 §3.2). */
static size_t
absolute_prefix(const char *target)
{
	const char *slashes = strstr(target, "://");

	if (target[0] == '/' || slashes == NULL)
		return 0;
	slashes += 3;
	return (size_t)(slashes - target) + strcspn(slashes, "/?#");
}

static bool
is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool
target_is_well_formed(const char *target)
{
	bool in_query = false;

	if (target[0] != '/' && absolute_prefix(target) == 0)
		return false;
	for (const char *p = target; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;

		if (c <= ' ' || c >= 0x7f || c == '#')
			return false;
		if (c == '?')
			in_query = true;
		if (c != '%')
			continue;
		if (p[1] == '0' && p[2] == '0')
			return false; /* a NUL ends the path for some readers only */
		/* A bad escape in a query is the endpoint's to refuse, in its own format. */
		if (!in_query && (!is_hex(p[1]) || !is_hex(p[2])))
			return false;
	}
	return true;
}

/* RFC 8414 §3.1: one segment, and then nothing but the issuer's path. */
static bool
is_well_known(struct authcode_bytes path, struct authcode_bytes issuer_path)
{
	static const char root[] = "/.well-known/";
	const size_t root_len = sizeof(root) - 1;
	size_t end = path.len - issuer_path.len;

	return issuer_path.len > 0 && path.len > root_len + issuer_path.len &&
	       memcmp(path.data, root, root_len) == 0 &&
	       memcmp(path.data + end, issuer_path.data, issuer_path.len) == 0 &&
	       memchr(path.data + root_len, '/', end - root_len) == NULL;
}

struct ac_gate_target
ac_gate_split(const char *target, const struct ac_gate_issuer *issuer)
{
	struct ac_gate_target parts = { 0 };
	const char *path = target + absolute_prefix(target);
	size_t prefix = issuer->path.len;

	parts.path = (struct authcode_bytes){ path, strcspn(path, "?") };
	if (path[parts.path.len] == '?') {
		parts.query.data = path + parts.path.len + 1;
		parts.query.len = strlen(parts.query.data);
	}
	if (parts.path.len == prefix || (parts.path.len > prefix && path[prefix] == '/')) {
		if (prefix == 0 || memcmp(path, issuer->path.data, prefix) == 0)
			parts.below =
				(struct authcode_bytes){ path + prefix, parts.path.len - prefix };
	}
	if (parts.below.data == NULL && is_well_known(parts.path, issuer->path))
		parts.below = (struct authcode_bytes){ path, parts.path.len - prefix };
	return parts;
}

/* --- the checks, in order ------------------------------------------------ */

static bool
target_fits(const struct ac_gate_request *request, const struct ac_gate_issuer *issuer)
{
	(void)issuer;
	return request->target != NULL && strlen(request->target) <= AC_MAX_URI;
}

static bool
headers_are_few(const struct ac_gate_request *request, const struct ac_gate_issuer *issuer)
{
	(void)issuer;
	return request->header_count <= AC_GATE_MAX_HEADERS;
}

static bool
headers_fit(const struct ac_gate_request *request, const struct ac_gate_issuer *issuer)
{
	size_t total = 0;

	(void)issuer;
	for (size_t i = 0; i < request->header_count; i++) {
		total += request->headers[i].name.len + request->headers[i].value.len + 4;
		if (total > AC_GATE_MAX_HEADER_BYTES)
			return false;
	}
	return true;
}

static bool
is_token(struct authcode_bytes text)
{
	static const char others[] = "!#$%&'*+-.^_`|~";

	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
			continue;
		if (c == '\0' || strchr(others, c) == NULL)
			return false;
	}
	return text.len > 0;
}

static bool
headers_are_well_formed(const struct ac_gate_request *request, const struct ac_gate_issuer *issuer)
{
	(void)issuer;
	for (size_t i = 0; i < request->header_count; i++) {
		struct authcode_bytes value = request->headers[i].value;

		if (!is_token(request->headers[i].name))
			return false;
		for (size_t k = 0; k < value.len; k++) {
			unsigned char c = (unsigned char)value.data[k];

			if ((c < ' ' && c != '\t') || c == 0x7f)
				return false;
		}
	}
	return true;
}

static bool
headers_are_unique(const struct ac_gate_request *request, const struct ac_gate_issuer *issuer)
{
	(void)issuer;
	for (size_t i = 0; i < AC_ARRAY_SIZE(unique_headers); i++) {
		size_t seen = 0;

		for (size_t k = 0; k < request->header_count; k++) {
			if (bytes_are(request->headers[k].name, unique_headers[i]))
				seen++;
		}
		if (seen > 1)
			return false;
	}
	return true;
}

/* RFC 9112 §6.1: both together is the classic smuggling attempt. */
static bool
framing_is_single(const struct ac_gate_request *request, const struct ac_gate_issuer *issuer)
{
	const struct ac_gate_header *encoding = header(request, "Transfer-Encoding");

	(void)issuer;
	if (encoding == NULL)
		return true;
	return header(request, "Content-Length") == NULL && bytes_are(encoding->value, "chunked") &&
	       strcmp(request->version, "HTTP/1.1") == 0;
}

/* Digits only; "+1", "1, 1" and "0x1" mean different things to different readers. */
static bool
length_is_number(const struct ac_gate_request *request, const struct ac_gate_issuer *issuer)
{
	const struct ac_gate_header *length = header(request, "Content-Length");

	(void)issuer;
	if (length == NULL)
		return true;
	for (size_t i = 0; i < length->value.len; i++) {
		if (length->value.data[i] < '0' || length->value.data[i] > '9')
			return false;
	}
	return length->value.len > 0 && length->value.len <= 18;
}

static bool
body_fits(const struct ac_gate_request *request, const struct ac_gate_issuer *issuer)
{
	const struct ac_gate_header *length = header(request, "Content-Length");
	uint64_t value = 0;

	(void)issuer;
	for (size_t i = 0; length != NULL && i < length->value.len; i++)
		value = value * 10 + (uint64_t)(length->value.data[i] - '0');
	return value <= AC_MAX_BODY;
}

static bool
version_is_known(const struct ac_gate_request *request, const struct ac_gate_issuer *issuer)
{
	(void)issuer;
	return strcmp(request->version, "HTTP/1.1") == 0 ||
	       strcmp(request->version, "HTTP/1.0") == 0;
}

static bool
expectation_is_known(const struct ac_gate_request *request, const struct ac_gate_issuer *issuer)
{
	const struct ac_gate_header *expect = header(request, "Expect");

	(void)issuer;
	return expect == NULL || bytes_are(expect->value, "100-continue");
}

static bool
target_passes(const struct ac_gate_request *request, const struct ac_gate_issuer *issuer)
{
	(void)issuer;
	return target_is_well_formed(request->target);
}

/* RFC 9112 §3.2: HTTP/1.1 requires Host. */
static bool
host_is_there(const struct ac_gate_request *request, const struct ac_gate_issuer *issuer)
{
	(void)issuer;
	return header(request, "Host") != NULL || strcmp(request->version, "HTTP/1.0") == 0;
}

static bool
host_is_issuer(const struct ac_gate_request *request, const struct ac_gate_issuer *issuer)
{
	const struct ac_gate_header *host = header(request, "Host");

	return host == NULL || authority_is_issuer(host->value, issuer);
}

static bool
absolute_form_is_issuer(const struct ac_gate_request *request, const struct ac_gate_issuer *issuer)
{
	size_t prefix = absolute_prefix(request->target);
	size_t authority = issuer->scheme.len + 3;
	struct authcode_bytes scheme = { request->target, issuer->scheme.len };

	if (prefix == 0)
		return true;
	if (prefix <= authority || !bytes_equal(scheme, issuer->scheme) ||
	    strncmp(request->target + scheme.len, "://", 3) != 0)
		return false;
	return authority_is_issuer(
		(struct authcode_bytes){ request->target + authority, prefix - authority }, issuer);
}

static const struct {
	bool (*passes)(const struct ac_gate_request *, const struct ac_gate_issuer *);
	struct ac_gate_refusal refusal;
} checks[] = {
	{ target_fits, { 414, "the request target is too long" } },
	{ headers_are_few, { 431, "too many header lines" } },
	{ headers_fit, { 431, "the header is too large" } },
	{ headers_are_well_formed, { 400, "a header line is malformed" } },
	{ headers_are_unique, { 400, "a header line is repeated" } },
	{ version_is_known, { 505, "the HTTP version is not supported" } },
	{ framing_is_single, { 400, "the length of the request is ambiguous" } },
	{ length_is_number, { 400, "the content length is malformed" } },
	{ body_fits, { 413, "the request body is too large" } },
	{ expectation_is_known, { 417, "the expectation is not supported" } },
	{ target_passes, { 400, "the request target is malformed" } },
	{ host_is_there, { 400, "the Host header is missing" } },
	{ host_is_issuer, { 421, "this server does not answer for that host" } },
	{ absolute_form_is_issuer, { 421, "this server does not answer for that URL" } },
};

bool
ac_gate_check(const struct ac_gate_request *request, const struct ac_gate_issuer *issuer,
	      struct ac_gate_refusal *ret)
{
	for (size_t i = 0; i < AC_ARRAY_SIZE(checks); i++) {
		if (!checks[i].passes(request, issuer)) {
			*ret = checks[i].refusal;
			return false;
		}
	}
	return true;
}
