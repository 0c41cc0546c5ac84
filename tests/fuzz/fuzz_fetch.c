/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * fetch/wire.h: a frame that is read is written as the same bytes.
 */
#include "fetch/wire.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size + 1);
	struct ac_fetch_frame frame;
	struct ac_buf again;

	MUST(copy != NULL);
	memcpy(copy, data, size);
	if (ac_fetch_frame_parse(copy, size, &frame)) {
		MUST(strlen(frame.text) <= AC_FETCH_MAX_URL);
		MUST(frame.kind != AC_FETCH_GET || frame.body_len == 0);
		ac_buf_init(&again, AC_FETCH_MAX_FRAME);
		MUST(ac_fetch_frame_format(&frame, &again));
		MUST(again.len == size);
		/* A request has no status: what stands there is not kept. */
		MUST(frame.kind != AC_FETCH_ANSWER || memcmp(again.data, data, size) == 0);
		ac_buf_clear(&again);
	}
	free(copy);
	return 0;
}
