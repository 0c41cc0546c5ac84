/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The options of a client as words, in the order they were given: what a block says,
 * what an administrator's request says, and what the database keeps. A list is a name
 * that comes more than once. What the words mean is decided by the option table alone.
 */
#ifndef AC_SERVER_CLIENT_WORDS_H
#define AC_SERVER_CLIENT_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include <authcode/error.h>
#include <authcode/store.h>

#include "base/attr.h"
#include "base/buf.h"

struct ac_word {
	const char *name, *value;
};

/* Zeroed: empty. Everything lives in the arena that it was made with. */
struct ac_words {
	struct ac_word *list;
	size_t count;
};

/* Form-encoded text, any number of words. ERR_SYNTAX, ERR_MEMORY: words is untouched. */
AC_MUST_USE enum authcode_err ac_words_decode(struct authcode_arena *arena, const char *text,
					      size_t len, struct ac_words *words);
void ac_words_encode(const struct ac_words *words, struct ac_buf *text);

/* A list of its own, with the texts of the other. */
AC_MUST_USE bool ac_words_copy(struct authcode_arena *arena, const struct ac_words *from,
			       struct ac_words *ret);

/* The texts are borrowed. False: out of memory. */
AC_MUST_USE bool ac_words_add(struct authcode_arena *arena, struct ac_words *words,
			      const char *name, const char *value);

/* All of that name go. */
void ac_words_drop(struct ac_words *words, const char *name);

/* The first value of that name; NULL: none. */
const char *ac_words_get(const struct ac_words *words, const char *name);
size_t ac_words_times(const struct ac_words *words, const char *name);

#endif
