/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/gate.h and address.h. First line: target; second: version; then one
 * header a line, "name: value".
 */
#include "server/gate.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "server/address.h"
#include "tests/fuzz/fuzz.h"

static bool
inside(struct authcode_bytes part, const char *text, size_t len)
{
	return part.data == NULL || (part.data >= text && part.data + part.len <= text + len);
}

static void
check_forwarded(struct authcode_bytes value)
{
	struct ac_prefix trusted[2];
	struct ac_address client, again;
	char text[AC_ADDRESS_TEXT];

	MUST(ac_prefix_parse("127.0.0.0/8", &trusted[0]) && ac_prefix_parse("::1", &trusted[1]));
	if (!ac_forwarded_client(trusted, 2, value, &client))
		return;
	ac_address_format(&client, text);
	MUST(ac_address_parse(text, strlen(text), &again));
	MUST(memcmp(&client, &again, sizeof(client)) == 0);
}

static size_t
take_headers(struct fuzz_input *rest, struct ac_gate_header *headers, size_t max)
{
	size_t count = 0;

	while (rest->size > 0 && count < max) {
		struct fuzz_input line = fuzz_line(rest);
		const char *colon = memchr(line.data, ':', line.size);
		size_t name_len = colon != NULL ? (size_t)(colon - line.data) : line.size;
		size_t skip = colon != NULL ? 1 : 0;

		if (colon != NULL && name_len + 1 < line.size && colon[1] == ' ')
			skip = 2;
		headers[count].name = (struct authcode_bytes){ line.data, name_len };
		headers[count++].value = (struct authcode_bytes){ line.data + name_len + skip,
								  line.size - name_len - skip };
	}
	return count;
}

/* As the HTTP library gives them: each terminated. */
static void
own(struct authcode_bytes *bytes)
{
	bytes->data = fuzz_text(bytes->data, bytes->len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input rest = { (const char *)data, size };
	struct fuzz_input target = fuzz_line(&rest), version = fuzz_line(&rest);
	struct ac_gate_header headers[AC_GATE_MAX_HEADERS + 1];
	size_t count = take_headers(&rest, headers, AC_GATE_MAX_HEADERS + 1);
	struct ac_gate_refusal refusal = { 0 };
	struct ac_gate_issuer issuer;
	struct ac_gate_request request = { .headers = headers, .header_count = count };
	char *target_text = fuzz_text(target.data, target.size);
	char *version_text = fuzz_text(version.data, version.size);

	for (size_t i = 0; i < count; i++) {
		own(&headers[i].name);
		own(&headers[i].value);
		check_forwarded(headers[i].value);
	}
	request.target = strlen(target_text) <= AC_MAX_URI ? target_text : NULL;
	request.version = version_text;
	MUST(ac_gate_issuer_parse("https://id.example/realm", &issuer));
	if (ac_gate_check(&request, &issuer, &refusal)) {
		struct ac_gate_target split = ac_gate_split(target_text, &issuer);
		size_t len = strlen(target_text);

		MUST(inside(split.path, target_text, len));
		MUST(inside(split.below, target_text, len));
		MUST(inside(split.query, target_text, len));
		MUST(count <= AC_GATE_MAX_HEADERS);
		/* RFC 9112 §3.2: only HTTP/1.0 may leave Host out. */
		MUST(ac_gate_header(headers, count, "HOST") != NULL ||
		     strcmp(version_text, "HTTP/1.0") == 0);
	} else {
		MUST(refusal.status >= 400 && refusal.status < 600 && refusal.why != NULL);
	}
	for (size_t i = 0; i < count; i++) {
		free((void *)(uintptr_t)headers[i].name.data);
		free((void *)(uintptr_t)headers[i].value.data);
	}
	free(version_text);
	free(target_text);
	return 0;
}
