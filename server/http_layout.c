/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * libmicrohttpd before 1.0 takes a bare LF for the end of a line, unfolds
 * folded lines and cuts a value at a NUL, all without telling its user; a proxy
 * in front may read such a header differently (RFC 9112 §2.2, §5.2). Its
 * strings point into the bytes it received, so their distances show what it
 * skipped: from the end of one header line to the start of the next lie exactly
 * CR and LF. Versions from 1.0 on refuse all of this themselves.
 */
#include <string.h>

#include "server/http_internal.h"

static bool
library_is_strict(void)
{
	const char *version = MHD_get_version();

	return version[0] != '0';
}

bool
ac_http_layout_check(const struct ac_http *h, struct ac_gate_refusal *ret)
{
	if (library_is_strict())
		return true;
	for (size_t i = 0; i + 1 < h->header_count && i + 1 < AC_GATE_MAX_HEADERS; i++) {
		const struct ac_gate_header *header = &h->headers[i];
		const char *end = header->value.data + header->value.len;

		if (header->value.len > 0 && h->headers[i + 1].name.data - end != 2) {
			*ret = (struct ac_gate_refusal){ 400, "a header line is malformed" };
			return false;
		}
	}
	return true;
}
