/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See service_file.h.
 */
#include "pam_authcode/service_file.h"

#include <string.h>

#define BLANK " \t"

/* Takes one line off the text, without its end; false at the end of the text. */
static bool
take_line(struct ac_service_reader *reader, const char **ret_line, size_t *ret_len)
{
	const char *end;

	if (reader->len == 0)
		return false;
	*ret_line = reader->text;
	end = memchr(reader->text, '\n', reader->len);
	*ret_len = end != NULL ? (size_t)(end - reader->text) : reader->len;
	reader->text += *ret_len + (end != NULL);
	reader->len -= *ret_len + (end != NULL);
	return true;
}

static size_t
trimmed(const char *line, size_t len)
{
	while (len > 0 && strchr(BLANK, line[len - 1]) != NULL)
		len--;
	return len;
}

/* What one line of the file gives: its text, blanks and the comment cut off. */
struct piece {
	const char *text;
	size_t len;
	bool goes_on; /* the backslash at the end is not part of the text */
};

/* False for a backslash that some versions take for a continuation and others
 * do not: in front of a comment, or of blanks. */
static bool
read_piece(const char *line, size_t len, struct piece *ret)
{
	const char *comment = memchr(line, '#', len);
	size_t kept = comment != NULL ? (size_t)(comment - line) : len;
	size_t end = trimmed(line, kept);

	*ret = (struct piece){ .text = line, .len = end };
	if (end == 0 || line[end - 1] != '\\')
		return true;
	ret->goes_on = true;
	ret->len = end - 1;
	return end == len;
}

/* Joins continued lines; inside of them libpam skips lines without text. BAD
 * too when the file ends where a line should go on. */
static enum ac_service_next
read_line(struct ac_service_reader *reader)
{
	size_t used = 0, len;
	struct piece piece;
	const char *line;

	while (take_line(reader, &line, &len)) {
		if (len > AC_SERVICE_MAX_LINE || memchr(line, '\0', len) != NULL ||
		    !read_piece(line, len, &piece))
			return AC_SERVICE_BAD;
		if (piece.len == 0 && !piece.goes_on)
			continue;
		if (used + piece.len + piece.goes_on > AC_SERVICE_MAX_LINE)
			return AC_SERVICE_BAD;
		memcpy(reader->line + used, piece.text, piece.len);
		used += piece.len;
		if (!piece.goes_on) {
			reader->line[used] = '\0';
			return AC_SERVICE_ROW;
		}
		reader->line[used++] = ' ';
	}
	return used > 0 ? AC_SERVICE_BAD : AC_SERVICE_END;
}

/* A word ends at a blank, one in brackets at "]" that has no backslash in
 * front. libpam takes the brackets off wherever a word has them. */
char *
ac_service_word(char **rest)
{
	char *word = *rest + strspn(*rest, BLANK), *end;

	if (*word == '[') {
		word++;
		for (end = word; *end != '\0' && (*end != ']' || end[-1] == '\\'); end++)
			continue;
	} else {
		end = word + strcspn(word, BLANK);
	}
	*rest = *end != '\0' ? end + 1 : end;
	*end = '\0';
	return word;
}

enum ac_service_next
ac_service_next(struct ac_service_reader *reader, struct ac_service_row *ret)
{
	enum ac_service_next next = read_line(reader);
	char *rest = reader->line;

	if (next != AC_SERVICE_ROW)
		return next;
	ret->type = ac_service_word(&rest);
	ret->control = ac_service_word(&rest);
	ret->module = ac_service_word(&rest);
	ret->arguments = rest;
	return AC_SERVICE_ROW;
}

bool
ac_service_names(const struct ac_service_row *row, const char *module)
{
	const char *slash = strrchr(row->module, '/');
	const char *base = slash != NULL ? slash + 1 : row->module;
	size_t len = strlen(module);

	return strncmp(base, module, len) == 0 && (base[len] == '\0' || base[len] == '.');
}
