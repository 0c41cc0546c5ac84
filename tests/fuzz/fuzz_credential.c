/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * protocol/credential.h: a text that parses is the one spelling of its value,
 * and of one kind only.
 */
#include "protocol/credential.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct authcode_arena *arena = NULL;
	char *text = fuzz_text(data, size);
	unsigned kinds = 0;

	MUST(authcode_arena_new(0, &arena) == AUTHCODE_OK);
	for (int kind = 0; kind < AC_CREDENTIAL_KIND_COUNT; kind++) {
		struct ac_credential credential;

		if (!ac_credential_parse((enum ac_credential_kind)kind, text, &credential))
			continue;
		kinds++;
		MUST(credential.id > 0);
		MUST(ac_credential_kind_of(text) == (enum ac_credential_kind)kind);
		MUST(strcmp(ac_credential_format((enum ac_credential_kind)kind, &credential, arena),
			    text) == 0);
	}
	MUST(kinds <= 1);
	authcode_arena_free(&arena);
	free(text);
	return 0;
}
