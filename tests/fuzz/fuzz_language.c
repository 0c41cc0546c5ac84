/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/language.h: whatever a browser sends, what comes out fits its place and
 * is a list that the wire of the helper carries.
 */
#include "server/language.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_:";
	char *header = fuzz_text(data, size);
	char out[64], shorter[9];

	ac_language_choose(NULL, header, out, sizeof(out));
	MUST(strspn(out, allowed) == strlen(out));
	MUST(out[0] != ':' && strstr(out, "::") == NULL);
	ac_language_choose(NULL, header, shorter, sizeof(shorter));
	MUST(strncmp(out, shorter, strlen(shorter)) == 0);
	ac_language_choose(header, header, out, sizeof(out));
	MUST(strspn(out, allowed) == strlen(out));
	MUST(out[0] != ':' && strstr(out, "::") == NULL);
	ac_language_choose(header, NULL, shorter, sizeof(shorter));
	MUST(strncmp(out, shorter, strlen(shorter)) == 0);
	free(header);
	return 0;
}
