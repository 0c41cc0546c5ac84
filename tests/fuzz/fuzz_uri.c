/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * base/uri.h: the components, put together again, are the text.
 */
#include "base/uri.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tests/fuzz/fuzz.h"

static void
put(struct ac_buf *buf, const char *before, struct ac_span span, const char *after)
{
	if (span.data == NULL)
		return;
	ac_buf_puts(buf, before);
	ac_buf_put(buf, span.data, span.len);
	ac_buf_puts(buf, after);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct ac_uri uri;
	struct ac_buf buf;

	if (!ac_uri_parse(text, size, &uri))
		return 0;
	ac_buf_init(&buf, size + 16);
	put(&buf, "", uri.scheme, ":");
	if (uri.has_authority) {
		ac_buf_puts(&buf, "//");
		put(&buf, "", uri.userinfo, "@");
		put(&buf, "", uri.host, "");
		put(&buf, ":", uri.port, "");
	}
	put(&buf, "", uri.path, "");
	put(&buf, "?", uri.query, "");
	put(&buf, "#", uri.fragment, "");
	MUST(ac_buf_ok(&buf) && buf.len == size && memcmp(buf.data, text, size) == 0);
	for (size_t i = 0; i < size; i++)
		MUST(data[i] > 0x20 && data[i] < 0x7f && data[i] != '\\');
	MUST(uri.has_authority == (uri.host.data != NULL));
	MUST(uri.path.data != NULL);
	MUST(!uri.has_authority || uri.path.len == 0 || uri.path.data[0] == '/');
	if (ac_uri_is_loopback_ip(&uri))
		MUST(uri.host.len == 9 || uri.host.len == 5);
	ac_buf_clear(&buf);
	return 0;
}
