/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See scarce_memory.h.
 */
#include "tests/flow/scarce_memory.h"

#include <stdlib.h>

struct scarce_memory scarce = { .left = -1 };

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);

static bool
refuse_this_one(void)
{
	if (scarce.left < 0)
		return false;
	if (scarce.left > 0) {
		scarce.left--;
		return false;
	}
	scarce.refused = true;
	if (scarce.only_one)
		scarce.left = -1;
	return true;
}

void *
__wrap_malloc(size_t size)
{
	return refuse_this_one() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return refuse_this_one() ? NULL : __real_calloc(count, size);
}
