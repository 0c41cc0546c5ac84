/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See json_answer.h. Escapes are those of RFC 8259 §7 that must be.
 */
#include "protocol/json_answer.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define FIRST_ROOM 1024 /* holds most answers */

/* The old text stays in the arena, which is wiped as a whole. */
static bool
reserve(struct ac_json_answer *answer, size_t len)
{
	size_t room = answer->room > 0 ? answer->room : FIRST_ROOM;
	char *text;

	if (answer->failed)
		return false;
	if (len < answer->room - answer->len)
		return true;
	while (room - answer->len <= len && room <= SIZE_MAX / 2)
		room *= 2;
	text = room - answer->len > len ? authcode_arena_alloc(answer->arena, room) : NULL;
	if (text == NULL) {
		answer->failed = true;
		return false;
	}
	if (answer->len > 0)
		memcpy(text, answer->text, answer->len);
	answer->text = text;
	answer->room = room;
	return true;
}

static void
put(struct ac_json_answer *answer, const char *data, size_t len)
{
	if (!reserve(answer, len))
		return;
	memcpy(answer->text + answer->len, data, len);
	answer->len += len;
}

static void
put_string(struct ac_json_answer *answer, const char *text, size_t len)
{
	char one[8];

	if (!ac_utf8_valid(text, len))
		answer->failed = true;
	put(answer, "\"", 1);
	for (size_t i = 0; i < len && !answer->failed;) {
		size_t plain = i;

		while (plain < len && (unsigned char)text[plain] >= ' ' && text[plain] != '"' &&
		       text[plain] != '\\')
			plain++;
		put(answer, text + i, plain - i);
		i = plain;
		if (i == len)
			break;
		(void)snprintf(one, sizeof(one), "\\u%04x", (unsigned)(unsigned char)text[i++]);
		put(answer, one, 6);
	}
	put(answer, "\"", 1);
}

static void
put_name(struct ac_json_answer *answer, const char *name)
{
	put(answer, answer->len > 1 ? ",\"" : "\"", answer->len > 1 ? 2 : 1);
	put(answer, name, strlen(name));
	put(answer, "\":", 2);
}

void
ac_json_answer_begin(struct ac_json_answer *answer, struct authcode_arena *arena)
{
	*answer = (struct ac_json_answer){ .arena = arena };
	put(answer, "{", 1);
}

void
ac_json_answer_text(struct ac_json_answer *answer, const char *name, const char *text)
{
	if (text == NULL || *text == '\0')
		return;
	put_name(answer, name);
	put_string(answer, text, strlen(text));
}

void
ac_json_answer_int(struct ac_json_answer *answer, const char *name, int64_t value)
{
	char digits[AC_I64_TEXT];
	const size_t len = ac_format_i64(value, digits);

	put_name(answer, name);
	put(answer, digits, len);
}

void
ac_json_answer_bool(struct ac_json_answer *answer, const char *name, bool value)
{
	put_name(answer, name);
	put(answer, value ? "true" : "false", value ? 4 : 5);
}

void
ac_json_answer_words(struct ac_json_answer *answer, const char *name, const char *text)
{
	bool first = true;

	if (text == NULL || text[strspn(text, " ")] == '\0')
		return;
	put_name(answer, name);
	for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " ")) {
		const size_t len = strcspn(text, " ");

		put(answer, first ? "[" : ",", 1);
		put_string(answer, text, len);
		first = false;
		text += len;
	}
	put(answer, "]", 1);
}

const char *
ac_json_answer_end(struct ac_json_answer *answer, size_t *ret_len)
{
	put(answer, "}", 1);
	if (answer->failed)
		return NULL;
	answer->text[answer->len] = '\0';
	*ret_len = answer->len;
	return answer->text;
}
