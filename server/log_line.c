/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See log_line.h.
 */
#include "server/log_line.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"

#define MAX_NAME 32

/* Six bytes for each of a value ("\u0000"), its name, and what ends the line. */
#define JSON_ROOM (AC_LOG_MAX_VALUE * 6 + MAX_NAME + 64)

static const struct {
	const char *name;
	enum ac_log_level level;
} levels[] = {
	{ "error", AC_LOG_ERROR }, { "warning", AC_LOG_WARNING }, { "notice", AC_LOG_NOTICE },
	{ "info", AC_LOG_INFO },   { "debug", AC_LOG_DEBUG },
};

const char *
ac_log_level_name(enum ac_log_level level)
{
	for (size_t i = 0; i < AC_ARRAY_SIZE(levels); i++) {
		if (levels[i].level == level)
			return levels[i].name;
	}
	return NULL;
}

void
ac_line_begin(struct ac_line *line, size_t max)
{
	line->len = 0;
	line->max = max < sizeof(line->text) ? max : sizeof(line->text);
}

void
ac_line_put(struct ac_line *line, const char *data, size_t len)
{
	if (len > line->max - line->len)
		len = line->max - line->len;
	memcpy(line->text + line->len, data, len);
	line->len += len;
}

void
ac_line_puts(struct ac_line *line, const char *text)
{
	ac_line_put(line, text, strlen(text));
}

/* --- text -------------------------------------------------------------------- */

static bool
is_plain(char c)
{
	return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

static void
put_escaped(struct ac_line *line, const char *value)
{
	const size_t len = strnlen(value, AC_LOG_MAX_VALUE);
	char one[8];

	for (size_t i = 0; i < len;) {
		size_t plain = i;

		while (plain < len && is_plain(value[plain]))
			plain++;
		ac_line_put(line, value + i, plain - i);
		i = plain;
		if (i == len)
			break;
		(void)snprintf(one, sizeof(one), "\\x%02x", (unsigned char)value[i++]);
		ac_line_puts(line, one);
	}
	if (value[len] != '\0')
		ac_line_puts(line, "...");
}

static bool
is_of_word(char c)
{
	return (c >= '0' && c <= ':') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '_' || c == '.';
}

/* A word can be told from what follows it without quotes. */
static bool
is_word(const char *value)
{
	size_t len = 0;

	while (is_of_word(value[len]))
		len++;
	return len > 0 && len <= AC_LOG_MAX_VALUE && value[len] == '\0';
}

void
ac_line_put_text(struct ac_line *line, const struct ac_log_record *record)
{
	const struct ac_event_field *field;

	ac_line_puts(line, record->words);
	if (record->event == NULL)
		return;
	for (size_t i = 0; (field = ac_event_field_at(i)) != NULL; i++) {
		const char *value = ac_event_value(record->event, record->fields, i);
		bool bare = field->bare && value != NULL && is_word(value);

		if (value == NULL)
			continue;
		ac_line_puts(line, " ");
		ac_line_puts(line, field->name);
		ac_line_puts(line, bare ? "=" : "=\"");
		put_escaped(line, value);
		ac_line_puts(line, bare ? "" : "\"");
	}
}

/* --- JSON -------------------------------------------------------------------- */

/* How much of value is kept: no character is cut in two. */
static size_t
kept_len(const char *value, bool utf8)
{
	size_t len = strnlen(value, AC_LOG_MAX_VALUE);

	while (utf8 && value[len] != '\0' && len > 0 && ((unsigned char)value[len] & 0xc0) == 0x80)
		len--;
	return len;
}

static void
put_json_text(struct ac_line *line, const char *value)
{
	bool utf8 = ac_utf8_valid(value, strlen(value));
	size_t len = kept_len(value, utf8);
	char one[8];

	ac_line_puts(line, "\"");
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)value[i];

		if (c >= 0x80 && !utf8)
			(void)snprintf(one, sizeof(one), "\\\\x%02x", c);
		else if (c < ' ' || c == 0x7f)
			(void)snprintf(one, sizeof(one), "\\u%04x", c);
		else
			(void)snprintf(one, sizeof(one), "%s%c", c == '"' || c == '\\' ? "\\" : "",
				       c);
		ac_line_puts(line, one);
	}
	ac_line_puts(line, value[len] != '\0' ? "...\"" : "\"");
}

static void
put_json_pair(struct ac_line *line, const char *name, const char *value)
{
	if (value == NULL || line->max - line->len < JSON_ROOM)
		return;
	ac_line_puts(line, line->text[line->len - 1] == '{' ? "\"" : ",\"");
	ac_line_puts(line, name);
	ac_line_puts(line, "\":");
	put_json_text(line, value);
}

static void
format_time(int64_t ms, char out[40])
{
	const time_t seconds = (time_t)(ms / 1000);
	struct tm parts = { 0 };
	char day[32];

	(void)gmtime_r(&seconds, &parts);
	(void)strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &parts);
	(void)snprintf(out, 40, "%s.%03dZ", day, (int)(ms % 1000));
}

void
ac_line_put_json(struct ac_line *line, const struct ac_log_record *record, const char *program,
		 int64_t now_ms)
{
	const struct ac_event_field *field;
	char time[40];

	format_time(now_ms, time);
	ac_line_puts(line, "{");
	put_json_pair(line, "time", time);
	put_json_pair(line, "level", ac_log_level_name(record->level));
	put_json_pair(line, "program", program);
	put_json_pair(line, "event", record->event != NULL ? record->event->name : NULL);
	put_json_pair(line, "message", record->words);
	put_json_pair(line, "result", record->event != NULL ? record->event->result : NULL);
	for (size_t i = 0; record->event != NULL && (field = ac_event_field_at(i)) != NULL; i++)
		put_json_pair(line, field->name, ac_event_value(record->event, record->fields, i));
	ac_line_puts(line, "}");
}

/* --- the journal --------------------------------------------------------------- */

/* "NAME=value\n", or, where the value has a newline, the form that counts bytes. */
static void
put_journal_field(struct ac_line *line, const char *name, const char *value, size_t len)
{
	uint8_t size[8];

	if (line->max - line->len < strlen(name) + len + 16)
		return;
	ac_line_puts(line, name);
	if (memchr(value, '\n', len) == NULL) {
		ac_line_puts(line, "=");
	} else {
		ac_line_puts(line, "\n");
		for (size_t i = 0; i < sizeof(size); i++)
			size[i] = (uint8_t)((uint64_t)len >> (8 * i)); /* little-endian */
		ac_line_put(line, (const char *)size, sizeof(size));
	}
	ac_line_put(line, value, len);
	ac_line_puts(line, "\n");
}

static void
put_journal_text(struct ac_line *line, const char *name, const char *value)
{
	if (value != NULL)
		put_journal_field(line, name, value, strlen(value));
}

void
ac_line_put_journal(struct ac_line *line, const struct ac_log_record *record, const char *program)
{
	const char priority[] = { (char)('0' + (int)record->level), '\0' };
	const struct ac_event_field *field;
	struct ac_line message;
	char name[MAX_NAME + 16];

	ac_line_begin(&message, AC_LOG_MAX_TEXT);
	ac_line_put_text(&message, record);
	put_journal_field(line, "MESSAGE", message.text, message.len);
	put_journal_text(line, "PRIORITY", priority);
	put_journal_text(line, "SYSLOG_IDENTIFIER", program);
	if (record->event == NULL)
		return;
	put_journal_text(line, "MESSAGE_ID", record->event->id);
	put_journal_text(line, "AUTHCODE_EVENT", record->event->name);
	put_journal_text(line, "AUTHCODE_RESULT", record->event->result);
	for (size_t i = 0; (field = ac_event_field_at(i)) != NULL; i++) {
		const char *value = ac_event_value(record->event, record->fields, i);

		if (value == NULL)
			continue;
		(void)snprintf(name, sizeof(name), "AUTHCODE_%.*s", MAX_NAME, field->name);
		for (char *c = name; *c != '\0'; c++)
			*c = (char)toupper((unsigned char)*c);
		put_journal_field(line, name, value,
				  kept_len(value, ac_utf8_valid(value, strlen(value))));
	}
}
