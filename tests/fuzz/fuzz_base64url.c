/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * base/base64url.h: a text that decodes is the one spelling of its bytes.
 */
#include "base/base64url.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	char *bytes = malloc(size + 1);
	char *again = malloc(AC_BASE64URL_LEN(size) + 1);
	size_t len = 0;

	MUST(bytes != NULL && again != NULL);
	if (ac_base64url_decode(text, size, bytes, size, &len)) {
		MUST(AC_BASE64URL_LEN(len) == size);
		ac_base64url_encode(bytes, len, again);
		MUST(size == 0 || memcmp(again, text, size) == 0);
		MUST(len == 0 || !ac_base64url_decode(text, size, bytes, len - 1, &len));
	}
	if (ac_base64_decode(text, size, bytes, size, &len))
		MUST((len + 2) / 3 * 4 == size);
	ac_base64url_encode(data, size, again);
	MUST(ac_base64url_decode(again, strlen(again), bytes, size, &len));
	MUST(len == size && (size == 0 || memcmp(bytes, data, size) == 0));
	free(bytes);
	free(again);
	return 0;
}
