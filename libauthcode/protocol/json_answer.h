/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The JSON object of an answer that programs ask for over and over, written member
 * by member into the arena: no tree of it is made first. What is not known is left
 * out; whatever fails (memory, text that is no UTF-8) spoils the whole.
 */
#ifndef AC_PROTOCOL_JSON_ANSWER_H
#define AC_PROTOCOL_JSON_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"

struct ac_json_answer {
	struct authcode_arena *arena;
	char *text;
	size_t len, room; /* room counts the NUL */
	bool failed;
};

void ac_json_answer_begin(struct ac_json_answer *answer, struct authcode_arena *arena);

/* Names are ours and need no escape. Nothing for a text that is NULL or "". */
void ac_json_answer_text(struct ac_json_answer *answer, const char *name, const char *text);
void ac_json_answer_int(struct ac_json_answer *answer, const char *name, int64_t value);
void ac_json_answer_bool(struct ac_json_answer *answer, const char *name, bool value);
/* An array of the words of text, which are separated by spaces; nothing when there are
 * none. */
void ac_json_answer_words(struct ac_json_answer *answer, const char *name, const char *text);

/* The object, ended, in the arena; NULL when anything has failed. */
AC_MUST_USE const char *ac_json_answer_end(struct ac_json_answer *answer, size_t *ret_len);

#endif
