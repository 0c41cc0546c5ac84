/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * One arena per request: allocations are freed together and wiped, so nothing
 * of a request outlives it. An arena has a hard maximum. One thread at a time.
 * The public part (new, alloc, free) is declared in <authcode/store.h>.
 */
#ifndef AC_BASE_ARENA_H
#define AC_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include <authcode/store.h>

#include "base/attr.h"

/* Copies in the arena, terminated; NULL when it is full. */
char *ac_arena_strdup(struct authcode_arena *arena, const char *text);
char *ac_arena_strndup(struct authcode_arena *arena, const char *data, size_t len);
void *ac_arena_memdup(struct authcode_arena *arena, const void *data, size_t len);
char *ac_arena_printf(struct authcode_arena *arena, const char *fmt, ...) AC_PRINTF(2, 3);

/* Bytes handed out so far. */
size_t ac_arena_used(const struct authcode_arena *arena);

#endif
