/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See heap.h.
 */
#include "tests/unit/base/heap.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

struct heap heap;

void *__real_calloc(size_t count, size_t size);
void __real_free(void *p);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void __wrap_free(void *p);

static bool
fails(void)
{
	return heap.armed && heap.fail_at-- <= 0;
}

/* Zeroed, since __wrap_free() reads all of it. */
void *
__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_calloc(1, size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

void
__wrap_free(void *p)
{
	if (p != NULL &&
	    memmem(p, malloc_usable_size(p), HEAP_SECRET, sizeof(HEAP_SECRET) - 1) != NULL)
		heap.leaks++;
	__real_free(p);
}
