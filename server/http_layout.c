/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * libmicrohttpd before 1.0 takes a bare LF for the end of a line, unfolds
 * folded lines and cuts a value at a NUL, all without telling its user; a proxy
 * in front may read such a header differently (RFC 9112 §2.2, §5.2). Its
 * strings point into the bytes it received, so their distances show what it
 * skipped: each begins where the one before ends, one separator later, and the
 * last ends where the header does. Versions from 1.0 on refuse all of this.
 */
#include <string.h>

#include "server/http_internal.h"

static bool
library_is_strict(void)
{
	const char *version = MHD_get_version();

	return version[0] != '0';
}

/* The first byte after the text: what ends it is skip bytes long. */
static const char *
past(const char *text, size_t len, size_t skip)
{
	return text + len + skip;
}

/* "name: value" with nothing but white space in between. */
static bool
line_is_whole(const struct ac_gate_header *header)
{
	const char *at = past(header->name.data, header->name.len, strlen(":"));

	while (at < header->value.data && (*at == ' ' || *at == '\t'))
		at++;
	return at == header->value.data;
}

static bool
header_is_whole(const struct ac_http *h, const char *method, const char *version, size_t size)
{
	const char *next = past(method, strlen(method), strlen(" "));

	if (next != h->wire_target)
		return false;
	next = past(h->wire_target, strlen(h->target), strlen(" "));
	if (next != version)
		return false;
	next = past(version, strlen(version), strlen("\r\n"));
	for (size_t i = 0; i < h->header_count; i++) {
		const struct ac_gate_header *header = &h->headers[i];

		if (header->name.data != next || !line_is_whole(header))
			return false;
		next = past(header->value.data, header->value.len, strlen("\r\n"));
	}
	return past(next, 0, strlen("\r\n")) == method + size;
}

bool
ac_http_layout_check(const struct ac_http *h, const char *method, const char *version,
		     struct ac_gate_refusal *ret)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(h->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

	/* What is too long or too many the gate refuses by its own name. */
	if (library_is_strict() || h->too_long || h->header_count > AC_GATE_MAX_HEADERS)
		return true;
	if (info != NULL && header_is_whole(h, method, version, info->header_size))
		return true;
	*ret = (struct ac_gate_refusal){ 400, "the request header is malformed" };
	return false;
}
