/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What a new reading of the configuration may not change while the daemon runs: the
 * rows say which options, and their values as they were read are compared, so that a
 * value that is written otherwise and means the same is none.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "server/config_options.h"

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
same_list(const struct ac_texts *a, const struct ac_texts *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (strcmp(a->list[i], b->list[i]) != 0)
			return false;
	}
	return true;
}

static bool
same(const struct ac_option *option, const void *a, const void *b)
{
	switch (option->kind) {
	case AC_OPTION_TEXT:
		return same_text(*(const char *const *)a, *(const char *const *)b);
	case AC_OPTION_LIST:
		return same_list(a, b);
	case AC_OPTION_FLAG:
		return *(const bool *)a == *(const bool *)b;
	case AC_OPTION_NUMBER:
	case AC_OPTION_DURATION:
	case AC_OPTION_MILLIS:
		return *(const uint32_t *)a == *(const uint32_t *)b;
	case AC_OPTION_CHOICE:
	case AC_OPTION_BITS:
		return memcmp(a, b, sizeof(unsigned)) == 0;
	}
	return false;
}

static bool
copy_list(struct ac_texts *to, const struct ac_texts *from, struct authcode_arena *arena)
{
	const char **list = authcode_arena_alloc(arena, (from->count + 1) * sizeof(*list));

	if (list == NULL)
		return false;
	for (size_t i = 0; i < from->count; i++) {
		list[i] = ac_arena_strdup(arena, from->list[i]);
		if (list[i] == NULL)
			return false;
	}
	*to = (struct ac_texts){ list, from->count };
	return true;
}

static bool
copy(const struct ac_option *option, void *to, const void *from, struct authcode_arena *arena)
{
	const char *text;

	switch (option->kind) {
	case AC_OPTION_TEXT:
		text = *(const char *const *)from;
		*(const char **)to = text != NULL ? ac_arena_strdup(arena, text) : NULL;
		return text == NULL || *(const char **)to != NULL;
	case AC_OPTION_LIST:
		return copy_list(to, from, arena);
	case AC_OPTION_FLAG:
		*(bool *)to = *(const bool *)from;
		return true;
	case AC_OPTION_NUMBER:
	case AC_OPTION_DURATION:
	case AC_OPTION_MILLIS:
		*(uint32_t *)to = *(const uint32_t *)from;
		return true;
	case AC_OPTION_CHOICE:
	case AC_OPTION_BITS:
		memcpy(to, from, sizeof(unsigned));
		return true;
	}
	return false;
}

/* A listener that speaks TLS cannot stop doing so, nor begin: its files may change,
 * whether there are any may not. */
static bool
turns_tls(const struct ac_option *option, const struct ac_settings *settings,
	  const struct ac_settings *running)
{
	bool had = running->config.tls_certificate_file != NULL;
	bool has = settings->config.tls_certificate_file != NULL;

	return strncmp(option->row.name, "tls_", 4) == 0 && had != has;
}

bool
ac_options_keep(struct ac_settings *settings, const struct ac_settings *running,
		struct authcode_arena *arena, char names[AC_CONFIG_KEPT])
{
	const struct ac_settings wanted = *settings;
	const struct ac_option *option;

	for (size_t i = 0; (option = ac_option_at(i)) != NULL; i++) {
		size_t len = strlen(names), at = option->offset;

		if (option->row.section[0] != '\0' ||
		    (option->row.reload && !turns_tls(option, &wanted, running)) ||
		    same(option, (const char *)&wanted + at, (const char *)running + at))
			continue;
		snprintf(names + len, AC_CONFIG_KEPT - len, "%s%s", len > 0 ? ", " : "",
			 option->row.name);
		if (!copy(option, (char *)settings + at, (const char *)running + at, arena))
			return false;
	}
	return true;
}
