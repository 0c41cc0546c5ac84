/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See client_words.h. A form of its own kind of bound: a block may list a thousand
 * users, which is more than a request of a client may have parameters.
 */
#include "server/client_words.h"

#include <string.h>

#include "base/arena.h"
#include "base/form.h"

bool
ac_words_add(struct authcode_arena *arena, struct ac_words *words, const char *name,
	     const char *value)
{
	const size_t count = words->count;

	/* Room doubles at every power of two; the arena keeps the old list. */
	if ((count & (count - 1)) == 0) {
		struct ac_word *more =
			authcode_arena_alloc(arena, (count == 0 ? 1 : count * 2) * sizeof(*more));

		if (more == NULL)
			return false;
		if (count > 0)
			memcpy(more, words->list, count * sizeof(*more));
		words->list = more;
	}
	words->list[count] = (struct ac_word){ name, value };
	words->count++;
	return true;
}

bool
ac_words_copy(struct authcode_arena *arena, const struct ac_words *from, struct ac_words *ret)
{
	struct ac_words copy = { 0 };

	for (size_t i = 0; i < from->count; i++) {
		if (!ac_words_add(arena, &copy, from->list[i].name, from->list[i].value))
			return false;
	}
	*ret = copy;
	return true;
}

/* One "name=value"; a word without '=' has no value and is not one of ours. */
static enum authcode_err
decode_one(struct authcode_arena *arena, const char *text, size_t len, struct ac_words *words)
{
	const char *equals = memchr(text, '=', len);
	const char *name, *value;
	enum authcode_err err;
	size_t name_len;

	if (equals == NULL || equals == text)
		return AUTHCODE_ERR_SYNTAX;
	name_len = (size_t)(equals - text);
	err = ac_form_decode_value(arena, text, name_len, &name);
	if (err == AUTHCODE_OK)
		err = ac_form_decode_value(arena, equals + 1, len - name_len - 1, &value);
	if (err != AUTHCODE_OK)
		return err;
	return ac_words_add(arena, words, name, value) ? AUTHCODE_OK : AUTHCODE_ERR_MEMORY;
}

enum authcode_err
ac_words_decode(struct authcode_arena *arena, const char *text, size_t len, struct ac_words *words)
{
	struct ac_words fresh = { 0 };
	enum authcode_err err = AUTHCODE_OK;

	while (err == AUTHCODE_OK && len > 0) {
		const char *end = memchr(text, '&', len);
		size_t one = end != NULL ? (size_t)(end - text) : len;

		err = one > 0 ? decode_one(arena, text, one, &fresh) : AUTHCODE_OK;
		if (end != NULL)
			one++;
		text += one;
		len -= one;
	}
	if (err == AUTHCODE_OK)
		*words = fresh;
	return err;
}

void
ac_words_encode(const struct ac_words *words, struct ac_buf *text)
{
	for (size_t i = 0; i < words->count; i++)
		ac_form_put(text, words->list[i].name, words->list[i].value);
}

void
ac_words_drop(struct ac_words *words, const char *name)
{
	size_t kept = 0;

	for (size_t i = 0; i < words->count; i++) {
		if (strcmp(words->list[i].name, name) != 0)
			words->list[kept++] = words->list[i];
	}
	words->count = kept;
}

const char *
ac_words_get(const struct ac_words *words, const char *name)
{
	for (size_t i = 0; i < words->count; i++) {
		if (strcmp(words->list[i].name, name) == 0)
			return words->list[i].value;
	}
	return NULL;
}

size_t
ac_words_times(const struct ac_words *words, const char *name)
{
	size_t times = 0;

	for (size_t i = 0; i < words->count; i++)
		times += strcmp(words->list[i].name, name) == 0 ? 1 : 0;
	return times;
}
