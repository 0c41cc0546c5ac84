/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See option_file.h.
 */
#include "pam_authcode/option_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "pam_authcode/trust.h"

#define BLANK " \t"
#define NAME "abcdefghijklmnopqrstuvwxyz0123456789-"

/* Takes one line off the text and terminates it; the text is not empty. */
static char *
take_line(struct ac_option_reader *reader, size_t *ret_len)
{
	char *line = reader->text, *end = memchr(line, '\n', reader->len);

	*ret_len = end != NULL ? (size_t)(end - line) : reader->len;
	reader->text += *ret_len + (end != NULL);
	reader->len -= *ret_len + (end != NULL);
	reader->number++;
	line[*ret_len] = '\0';
	return line;
}

/* Cuts off the comment and the blanks around the rest. */
static char *
trim(char *line)
{
	char *end;

	line += strspn(line, BLANK);
	for (end = line; *end != '\0'; end++) {
		if (*end == '#' && (end == line || strchr(BLANK, end[-1]) != NULL))
			break;
	}
	while (end > line && strchr(BLANK, end[-1]) != NULL)
		end--;
	*end = '\0';
	return line;
}

/* Tabs are blanks here and controls to those who ask for printable text. */
static bool
readable(const char *line, size_t len)
{
	if (len > AC_OPTION_FILE_MAX_LINE)
		return false;
	for (size_t start = 0, n; start < len; start += n + 1) {
		const char *tab = memchr(line + start, '\t', len - start);

		n = tab != NULL ? (size_t)(tab - line) - start : len - start;
		if (!ac_text_printable(line + start, n))
			return false;
	}
	return true;
}

enum ac_option_next
ac_option_next(struct ac_option_reader *reader, struct ac_option_line *ret)
{
	while (reader->len > 0) {
		size_t len, name_len;
		char *line = take_line(reader, &len), *value;

		if (!readable(line, len))
			return AC_OPTION_BAD;
		line = trim(line);
		name_len = strspn(line, NAME);
		value = line + name_len;
		if (*line == '\0')
			continue;
		if (name_len == 0 || (*value != '\0' && strchr(BLANK, *value) == NULL))
			return AC_OPTION_BAD;
		if (*value != '\0')
			*value++ = '\0';
		value += strspn(value, BLANK);
		ret->name = line;
		ret->value = *value != '\0' ? value : NULL;
		return strchr(value, '\t') != NULL ? AC_OPTION_BAD : AC_OPTION_LINE;
	}
	return AC_OPTION_END;
}

static char *
complain(const char *path, const char *what)
{
	(void)fprintf(stderr, "authcode-login: %s: %s\n", path, what);
	return NULL;
}

static char *
load(int fd, const char *path, size_t *ret_len)
{
	struct stat status;
	char *text;
	ssize_t len;

	if (fstat(fd, &status) != 0)
		return complain(path, strerror(errno));
	if (!S_ISREG(status.st_mode))
		return complain(path, "not a regular file");
	if (!ac_trust_owner(&status))
		return complain(path, "others own it or may write to it");
	text = malloc(AC_OPTION_FILE_MAX + 1);
	if (text == NULL)
		return complain(path, strerror(ENOMEM));
	len = ac_trust_read(fd, text, AC_OPTION_FILE_MAX);
	if (len < 0) {
		free(text);
		return complain(path, strerror(errno));
	}
	*ret_len = (size_t)len;
	return text;
}

char *
ac_option_file_load(const char *path, size_t *ret_len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char *text;

	if (fd < 0)
		return complain(path, strerror(errno));
	text = load(fd, path, ret_len);
	(void)close(fd);
	return text;
}
