/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See scope.h. Sets of a dozen values: comparing each with each is the
 * clearest way and fast enough, the length limit bounds it.
 */
#include "protocol/scope.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"

/* RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E ) */
static bool
token_char(char c)
{
	return c >= 0x21 && c <= 0x7e && c != '"' && c != '\\';
}

bool
ac_scope_valid(const char *scope)
{
	bool in_token = false;
	size_t len = 0;

	for (; scope[len] != '\0'; len++) {
		if (len == AC_MAX_SCOPE)
			return false;
		if (token_char(scope[len]))
			in_token = true;
		else if (scope[len] == ' ' && in_token)
			in_token = false;
		else
			return false;
	}
	return in_token;
}

bool
ac_scope_has(const char *scope, const char *value)
{
	return ac_words_contain(scope, value);
}

/* One after the other: *from moves past the value it returns; len 0 at the end. */
static size_t
next_value(const char **from, const char **ret_value)
{
	const char *value = *from + strspn(*from, " ");
	size_t len = strcspn(value, " ");

	*ret_value = value;
	*from = value + len;
	return len;
}

static bool
has_span(const char *scope, const char *value, size_t len)
{
	const char *candidate;
	size_t n;

	while ((n = next_value(&scope, &candidate)) > 0) {
		if (n == len && memcmp(candidate, value, len) == 0)
			return true;
	}
	return false;
}

/* Appends the values of from that are not in out yet, and, when there is a filter,
 * are in it (keep) or are not. out has room for all of from and a space. */
static void
append(char *out, const char *from, const char *filter, bool keep)
{
	char *end = out + strlen(out);
	const char *value;
	size_t len;

	while ((len = next_value(&from, &value)) > 0) {
		if (has_span(out, value, len) ||
		    (filter != NULL && has_span(filter, value, len) != keep))
			continue;
		if (end > out)
			*end++ = ' ';
		memcpy(end, value, len);
		end += len;
		*end = '\0';
	}
}

const char *
ac_scope_intersect(struct authcode_arena *arena, const char *a, const char *b)
{
	char *out = authcode_arena_alloc(arena, strlen(a) + 1);

	if (out != NULL)
		append(out, a, b, true);
	return out;
}

const char *
ac_scope_union(struct authcode_arena *arena, const char *a, const char *b)
{
	char *out = authcode_arena_alloc(arena, strlen(a) + strlen(b) + 2);

	if (out != NULL) {
		append(out, a, NULL, true);
		append(out, b, NULL, true);
	}
	return out;
}

const char *
ac_scope_without(struct authcode_arena *arena, const char *a, const char *b)
{
	char *out = authcode_arena_alloc(arena, strlen(a) + 1);

	if (out != NULL)
		append(out, a, b, false);
	return out;
}

bool
ac_scope_subset(const char *part, const char *whole)
{
	const char *value;
	size_t len;

	while ((len = next_value(&part, &value)) > 0) {
		if (!has_span(whole, value, len))
			return false;
	}
	return true;
}

const char *const *
ac_scope_split(struct authcode_arena *arena, const char *scope, size_t *ret_count)
{
	size_t count = 0, len;
	const char *value, **list;

	for (const char *from = scope; next_value(&from, &value) > 0;)
		count++;
	list = authcode_arena_alloc(arena, (count + 1) * sizeof(*list));
	if (list == NULL)
		return NULL;
	count = 0;
	while ((len = next_value(&scope, &value)) > 0) {
		list[count] = ac_arena_strndup(arena, value, len);
		if (list[count++] == NULL)
			return NULL;
	}
	*ret_count = count;
	return list;
}
