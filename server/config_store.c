/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Storing a value by its row, defaults included: a default goes through the
 * same check as a value from a file.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "server/config_options.h"
#include "server/config_values.h"

static const struct ac_choice flag_words[] = {
	{ "yes", 1 }, { "no", 0 }, { "true", 1 }, { "false", 0 }, { NULL, 0 },
};

static bool
choose(const struct ac_choice *choices, const char *word, unsigned *ret)
{
	for (; choices->word != NULL; choices++) {
		if (strcmp(choices->word, word) == 0) {
			*ret = choices->value;
			return true;
		}
	}
	return false;
}

/* Room doubles at every power of two; the arena keeps the old array. */
enum authcode_err
ac_texts_add(struct ac_texts *texts, const char *text, struct authcode_arena *arena)
{
	size_t count = texts->count;
	const char **list;

	if ((count & (count - 1)) == 0) {
		list = authcode_arena_alloc(arena, (count == 0 ? 1 : count * 2) * sizeof(*list));
		if (list == NULL)
			return AUTHCODE_ERR_MEMORY;
		if (count > 0)
			memcpy(list, texts->list, count * sizeof(*list));
		texts->list = list;
	} else {
		list = (const char **)(uintptr_t)texts->list;
	}
	list[count] = ac_arena_strdup(arena, text);
	if (list[count] == NULL)
		return AUTHCODE_ERR_MEMORY;
	texts->count++;
	return AUTHCODE_OK;
}

static enum authcode_err
store_text(const struct ac_option *option, const char *value, void *field,
	   struct authcode_arena *arena)
{
	unsigned ignored;
	char *copy;

	if (option->choices != NULL && !choose(option->choices, value, &ignored))
		return AUTHCODE_ERR_SYNTAX;
	if (option->check != NULL && !option->check(value))
		return AUTHCODE_ERR_SYNTAX;
	copy = ac_arena_strdup(arena, value);
	if (copy == NULL)
		return AUTHCODE_ERR_MEMORY;
	*(const char **)field = copy;
	return AUTHCODE_OK;
}

static enum authcode_err
store_number(const struct ac_option *option, const char *value, uint32_t *field)
{
	uint64_t wide = 0;
	uint32_t number = 0;
	bool ok;

	if (option->kind == AC_OPTION_DURATION)
		ok = ac_value_duration(value, &number);
	else if (option->kind == AC_OPTION_MILLIS)
		ok = ac_value_duration_ms(value, &number);
	else
		ok = ac_parse_u64(value, UINT32_MAX, &wide);
	number |= (uint32_t)wide;
	if (!ok || number < option->min || number > option->max)
		return AUTHCODE_ERR_SYNTAX;
	*field = number;
	return AUTHCODE_OK;
}

enum authcode_err
ac_option_store(const struct ac_option *option, const char *value, size_t index, void *target,
		struct authcode_arena *arena)
{
	void *field = (char *)target + option->offset;
	unsigned chosen;

	switch (option->kind) {
	case AC_OPTION_TEXT:
		return store_text(option, value, field, arena);
	case AC_OPTION_NUMBER:
	case AC_OPTION_DURATION:
	case AC_OPTION_MILLIS:
		return store_number(option, value, field);
	case AC_OPTION_FLAG:
		if (!choose(flag_words, value, &chosen))
			return AUTHCODE_ERR_SYNTAX;
		*(bool *)field = chosen != 0;
		return AUTHCODE_OK;
	case AC_OPTION_CHOICE:
		if (!choose(option->choices, value, &chosen))
			return AUTHCODE_ERR_SYNTAX;
		memcpy(field, &chosen, sizeof(chosen));
		return AUTHCODE_OK;
	case AC_OPTION_BITS:
		if (!choose(option->choices, value, &chosen))
			return AUTHCODE_ERR_SYNTAX;
		*(unsigned *)field = index == 0 ? chosen : *(unsigned *)field | chosen;
		return AUTHCODE_OK;
	case AC_OPTION_LIST:
		if (option->check != NULL && !option->check(value))
			return AUTHCODE_ERR_SYNTAX;
		if (index == 0)
			*(struct ac_texts *)field = (struct ac_texts){ 0 };
		if (index < ((struct ac_texts *)field)->count)
			return AUTHCODE_OK; /* libconfuse tells the last item twice */
		return ac_texts_add(field, value, arena);
	}
	return AUTHCODE_ERR_USAGE;
}

bool
ac_options_set_defaults(const char *section, void *target, struct authcode_arena *arena)
{
	const struct ac_option *option;

	for (size_t i = 0; (option = ac_option_at(i)) != NULL; i++) {
		const char *rest = option->row.fallback;
		bool list = option->kind == AC_OPTION_LIST || option->kind == AC_OPTION_BITS;

		if (strcmp(option->row.section, section) != 0)
			continue;
		for (size_t index = 0; *rest != '\0'; index++) {
			size_t len = list ? strcspn(rest, ", ") : strlen(rest);
			char *value = ac_arena_strndup(arena, rest, len);

			if (value == NULL ||
			    ac_option_store(option, value, index, target, arena) != AUTHCODE_OK)
				return false;
			rest += len;
			rest += strspn(rest, ", ");
		}
	}
	return true;
}

static void
describe_choices(const struct ac_choice *choices, struct ac_buf *text)
{
	for (size_t i = 0; choices[i].word != NULL; i++) {
		if (i > 0)
			ac_buf_puts(text, choices[i + 1].word != NULL ? ", " : " or ");
		ac_buf_puts(text, choices[i].word);
	}
}

void
ac_option_describe(const struct ac_option *option, char *out, size_t size)
{
	struct ac_buf text;

	ac_buf_init(&text, size - 1);
	switch (option->kind) {
	case AC_OPTION_NUMBER:
		ac_buf_printf(&text, "a whole number from %u to %u", option->min, option->max);
		break;
	case AC_OPTION_DURATION:
		ac_buf_printf(&text, "a time from %us to %us, such as 90s, 15min, 8h or 14d",
			      option->min, option->max);
		break;
	case AC_OPTION_MILLIS:
		ac_buf_printf(&text, "a time from %ums to %us, such as 500ms or 2s", option->min,
			      option->max / 1000);
		break;
	case AC_OPTION_FLAG:
		ac_buf_puts(&text, "yes or no");
		break;
	case AC_OPTION_TEXT:
	case AC_OPTION_LIST:
	case AC_OPTION_CHOICE:
	case AC_OPTION_BITS:
		if (option->choices != NULL)
			describe_choices(option->choices, &text);
		else
			ac_buf_puts(&text, option->allowed != NULL ? option->allowed : "text");
		break;
	}
	snprintf(out, size, "%s", ac_buf_text(&text));
	ac_buf_clear(&text);
}

bool
ac_config_refuse(struct authcode_reason *reason, const struct ac_place *place, const char *fmt, ...)
{
	size_t len = 0;
	va_list args;

	if (reason->text[0] != '\0')
		return false;
	if (place->line == AC_PLACE_NO_FILE)
		len = 0;
	else if (place->line > 0)
		snprintf(reason->text, sizeof(reason->text), "%.200s:%u: ", place->file,
			 place->line);
	else
		snprintf(reason->text, sizeof(reason->text), "%.200s: ", place->file);
	len = strlen(reason->text);
	va_start(args, fmt);
	vsnprintf(reason->text + len, sizeof(reason->text) - len, fmt, args);
	va_end(args);
	return false;
}
