/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * pam_authcode/wire.h: a frame that decodes encodes to the same bytes.
 */
#include "pam_authcode/wire.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ac_wire_frame *frame = calloc(1, sizeof(*frame));
	static uint8_t again[AC_WIRE_MAX_FRAME];
	size_t len = 0;

	MUST(frame != NULL);
	if (ac_wire_decode(data, size, frame) == AUTHCODE_OK) {
		MUST(strcmp(ac_wire_type_name(frame->type), "?") != 0);
		MUST(ac_wire_encode(frame, again, sizeof(again), &len) == AUTHCODE_OK);
		MUST(len == size && memcmp(again, data, size) == 0);
	}
	free(frame);
	return 0;
}
