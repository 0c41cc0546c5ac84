/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See table.h.
 */
#include "ctl/table.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"

#define MAX_CELL 65536
#define NAME_WIDTH 14

/* --- texts of strangers --------------------------------------------------------- */

/* U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069: a name with one of them
 * reads as another. */
static bool
turns_direction(const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text;

	if (len == 2)
		return p[0] == 0xd8 && p[1] == 0x9c;
	if (len != 3 || p[0] != 0xe2)
		return false;
	if (p[1] == 0x80)
		return p[2] == 0x8e || p[2] == 0x8f || (p[2] >= 0xaa && p[2] <= 0xae);
	return p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9;
}

/* How many bytes of text one character has; 0: it is none that may be shown. */
static size_t
character(const char *text)
{
	size_t left = strnlen(text, 4);

	for (size_t len = 1; len <= left; len++) {
		if (ac_text_printable(text, len))
			return turns_direction(text, len) ? 0 : len;
	}
	return 0;
}

/* A character that may not be shown is one '?', however many bytes it has. */
static size_t
skipped(const char *text)
{
	size_t left = strnlen(text, 4);

	for (size_t len = 1; len <= left; len++) {
		if (ac_utf8_valid(text, len))
			return len;
	}
	return 1;
}

void
ac_ctl_put_safe(struct ac_buf *buf, const char *text)
{
	while (*text != '\0') {
		size_t len = character(text);

		if (len > 0)
			ac_buf_put(buf, text, len);
		else
			ac_buf_putc(buf, '?');
		text += len > 0 ? len : skipped(text);
	}
}

void
ac_ctl_print_safe(FILE *out, const char *text)
{
	struct ac_buf buf;

	ac_buf_init(&buf, MAX_CELL);
	ac_ctl_put_safe(&buf, text);
	(void)fputs(ac_buf_ok(&buf) ? ac_buf_text(&buf) : "?", out);
	ac_buf_clear(&buf);
}

/* --- cells ------------------------------------------------------------------------ */

bool
ac_ctl_printed(void)
{
	if (fflush(stdout) == 0 && ferror(stdout) == 0)
		return true;
	(void)fprintf(stderr, "authcodectl: the output cannot be written, and is not whole\n");
	return false;
}

void
ac_ctl_table_init(struct ac_ctl_table *table, const char *const *headings, size_t columns)
{
	*table = (struct ac_ctl_table){ .headings = headings, .columns = columns };
}

void
ac_ctl_table_clear(struct ac_ctl_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		free(table->cells[i]);
	free(table->cells);
	*table = (struct ac_ctl_table){ 0 };
}

static bool
make_room(struct ac_ctl_table *table)
{
	size_t capacity = table->capacity == 0 ? 64 : table->capacity * 2;
	char **cells;

	if (table->count < table->capacity)
		return true;
	cells = reallocarray(table->cells, capacity, sizeof(*cells));
	if (cells == NULL)
		return false;
	table->cells = cells;
	table->capacity = capacity;
	return true;
}

void
ac_ctl_table_text(struct ac_ctl_table *table, const char *text)
{
	struct ac_buf buf;
	char *cell;

	ac_buf_init(&buf, MAX_CELL);
	ac_ctl_put_safe(&buf, text == NULL || *text == '\0' ? "-" : text);
	cell = ac_buf_steal(&buf);
	ac_buf_clear(&buf);
	if (cell == NULL || table->failed || !make_room(table)) {
		table->failed = true;
		free(cell);
		return;
	}
	table->cells[table->count++] = cell;
}

void
ac_ctl_table_number(struct ac_ctl_table *table, int64_t number)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%lld", (long long)number);
	ac_ctl_table_text(table, number < 0 ? NULL : text);
}

const char *
ac_ctl_format_time(int64_t time_s, char *text, size_t size)
{
	const time_t time = (time_t)time_s;
	struct tm parts;

	if (time_s == 0 || localtime_r(&time, &parts) == NULL ||
	    strftime(text, size, "%Y-%m-%d %H:%M", &parts) == 0)
		return "-";
	return text;
}

void
ac_ctl_table_time(struct ac_ctl_table *table, int64_t time_s)
{
	char text[32];

	ac_ctl_table_text(table, ac_ctl_format_time(time_s, text, sizeof(text)));
}

/* "": there is nothing to show. */
static void
put_member(struct ac_buf *buf, const json_t *member)
{
	const json_t *word;
	size_t i;

	switch (member != NULL ? json_typeof(member) : JSON_NULL) {
	case JSON_STRING:
		ac_buf_puts(buf, json_string_value(member));
		break;
	case JSON_INTEGER:
		ac_buf_printf(buf, "%" JSON_INTEGER_FORMAT, json_integer_value(member));
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		ac_buf_puts(buf, json_is_true(member) ? "yes" : "no");
		break;
	case JSON_ARRAY:
		json_array_foreach(member, i, word)
		{
			const char *text = json_string_value(word);

			ac_buf_puts(buf, i > 0 ? " " : "");
			ac_buf_puts(buf, text != NULL ? text : "?");
		}
		break;
	default:
		break;
	}
}

void
ac_ctl_table_member(struct ac_ctl_table *table, const json_t *object, const char *name)
{
	struct ac_buf buf;

	ac_buf_init(&buf, MAX_CELL);
	put_member(&buf, json_object_get(object, name));
	ac_ctl_table_text(table, ac_buf_text(&buf));
	ac_buf_clear(&buf);
}

void
ac_ctl_table_member_time(struct ac_ctl_table *table, const json_t *object, const char *name)
{
	ac_ctl_table_time(table, json_integer_value(json_object_get(object, name)));
}

/* --- out --------------------------------------------------------------------------- */

/* In characters: of a text that is safe already. */
static size_t
width(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80 ? 1 : 0;
	return count;
}

static void
measure(const struct ac_ctl_table *table, size_t widths[AC_CTL_MAX_COLUMNS])
{
	for (size_t i = 0; i < table->columns; i++)
		widths[i] = width(table->headings[i]);
	for (size_t i = 0; i < table->count; i++) {
		size_t wide = width(table->cells[i]), column = i % table->columns;

		if (wide > widths[column])
			widths[column] = wide;
	}
}

/* The last column is as long as it is: nothing is behind it. */
static void
print_cell(FILE *out, const char *text, size_t wide, bool last)
{
	size_t gap = wide + 2 - width(text);

	(void)fputs(text, out);
	for (size_t i = 0; i < gap && !last; i++)
		(void)fputc(' ', out);
	if (last)
		(void)fputc('\n', out);
}

bool
ac_ctl_table_print(const struct ac_ctl_table *table, FILE *out)
{
	size_t widths[AC_CTL_MAX_COLUMNS] = { 0 };

	if (table->failed || table->columns == 0 || table->columns > AC_CTL_MAX_COLUMNS ||
	    table->count % table->columns != 0) {
		(void)fprintf(stderr, "authcodectl: the table cannot be shown: out of memory\n");
		return false;
	}
	measure(table, widths);
	for (size_t i = 0; i < table->columns; i++)
		print_cell(out, table->headings[i], widths[i], i + 1 == table->columns);
	for (size_t i = 0; i < table->count; i++) {
		size_t column = i % table->columns;

		print_cell(out, table->cells[i], widths[column], column + 1 == table->columns);
	}
	return true;
}

const char *
ac_ctl_text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text != NULL ? text : "";
}

void
ac_ctl_show_text(FILE *out, const char *name, const char *text)
{
	if (text == NULL || *text == '\0')
		return;
	(void)fprintf(out, "%-*s ", NAME_WIDTH, name);
	ac_ctl_print_safe(out, text);
	(void)fputc('\n', out);
}

void
ac_ctl_show_member(FILE *out, const char *name, const json_t *member)
{
	struct ac_buf buf;

	ac_buf_init(&buf, MAX_CELL);
	put_member(&buf, member);
	ac_ctl_show_text(out, name, ac_buf_text(&buf));
	ac_buf_clear(&buf);
}

void
ac_ctl_show_time(FILE *out, const char *name, int64_t time_s)
{
	char text[32];

	if (time_s != 0)
		ac_ctl_show_text(out, name, ac_ctl_format_time(time_s, text, sizeof(text)));
}
