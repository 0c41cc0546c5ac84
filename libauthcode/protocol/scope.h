/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Scope (RFC 6749 §3.3): a set written as space-separated values; order and
 * repetition mean nothing. Results are lists in the order of their first
 * operand, without repeats.
 */
#ifndef AC_PROTOCOL_SCOPE_H
#define AC_PROTOCOL_SCOPE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/attr.h"

/* The grammar: scope-token *( SP scope-token ), at most AC_MAX_SCOPE bytes. */
AC_MUST_USE bool ac_scope_valid(const char *scope);

/* New lists in the arena; "" when empty; NULL when the arena is full. */
const char *ac_scope_intersect(struct authcode_arena *arena, const char *a, const char *b);
const char *ac_scope_union(struct authcode_arena *arena, const char *a, const char *b);

/* The values of a that are not in b. */
const char *ac_scope_without(struct authcode_arena *arena, const char *a, const char *b);

AC_MUST_USE bool ac_scope_subset(const char *part, const char *whole);
AC_MUST_USE bool ac_scope_has(const char *scope, const char *value);

/* The values as an array in the arena; NULL when it is full. */
const char *const *ac_scope_split(struct authcode_arena *arena, const char *scope,
				  size_t *ret_count);

#endif
