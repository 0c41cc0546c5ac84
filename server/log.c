/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * One write() per line, so that lines of several threads do not mix. Every
 * value passes the one escaper: quotes, backslashes, controls and what is not
 * ASCII become \xNN, so a stranger's bytes can neither end a line nor steer a
 * terminal, nor look like a field of ours.
 */
#include "server/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_LINE 2048
#define MAX_VALUE 256

/* Set once before any thread, read only from then on: the standard error of a
 * process is a thing there is one of. */
static struct {
	char name[32];
	enum ac_log_level most;
	bool journal;
} sink = { .name = "authcode", .most = AC_LOG_NOTICE };

static const struct {
	const char *name;
	enum ac_log_level level;
} levels[] = {
	{ "error", AC_LOG_ERROR }, { "warning", AC_LOG_WARNING }, { "notice", AC_LOG_NOTICE },
	{ "info", AC_LOG_INFO },   { "debug", AC_LOG_DEBUG },
};

struct line {
	char text[MAX_LINE];
	size_t len;
};

/* JOURNAL_STREAM names device and inode of the journal's stream (systemd.exec(5));
 * only when standard error still is that stream do level prefixes make sense. */
static bool
stderr_is_journal(void)
{
	const char *stream = secure_getenv("JOURNAL_STREAM");
	unsigned long long device = 0;
	unsigned long long inode = 0;
	struct stat st;

	return stream != NULL && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	       fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

void
ac_log_open(const char *name, enum ac_log_level most)
{
	(void)snprintf(sink.name, sizeof(sink.name), "%s", name);
	sink.most = most;
	sink.journal = stderr_is_journal();
}

int
ac_log_level_from_name(const char *name)
{
	for (size_t i = 0; i < AC_ARRAY_SIZE(levels); i++) {
		if (strcmp(levels[i].name, name) == 0)
			return (int)levels[i].level;
	}
	return -1;
}

static void
put(struct line *line, const char *text)
{
	size_t len = strlen(text);

	if (len > sizeof(line->text) - 1 - line->len) /* the last byte is the newline's */
		len = sizeof(line->text) - 1 - line->len;
	memcpy(line->text + line->len, text, len);
	line->len += len;
}

static void
put_escaped(struct line *line, const char *value)
{
	char one[8];

	for (size_t i = 0; value[i] != '\0'; i++) {
		unsigned char c = (unsigned char)value[i];

		if (i == MAX_VALUE) {
			put(line, "...");
			return;
		}
		if (c < ' ' || c > '~' || c == '"' || c == '\\')
			(void)snprintf(one, sizeof(one), "\\x%02x", c);
		else
			(void)snprintf(one, sizeof(one), "%c", c);
		put(line, one);
	}
}

static void
begin(struct line *line, enum ac_log_level level)
{
	char prefix[8];

	line->len = 0;
	if (sink.journal) {
		(void)snprintf(prefix, sizeof(prefix), "<%d>", (int)level);
		put(line, prefix);
	}
	put(line, sink.name);
	put(line, ": ");
}

static void
emit(struct line *line)
{
	ssize_t n;

	line->text[line->len++] = '\n';
	n = write(STDERR_FILENO, line->text, line->len);
	(void)n; /* there is nobody left to tell */
}

void
ac_log(enum ac_log_level level, const char *fmt, ...)
{
	char text[1024];
	struct line line;
	va_list ap;

	if (level > sink.most)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	begin(&line, level);
	for (char *p = text; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ' || (unsigned char)*p == 0x7f)
			*p = '?';
	}
	put(&line, text);
	emit(&line);
}

/* rhost comes first and bare, so that a filter for it can be anchored; what is
 * not an address or a word of ours is quoted all the same. */
static bool
is_bare(const char *value)
{
	return value[0] != '\0' && value[strspn(value, "0123456789abcdefABCDEF.:")] == '\0';
}

static void
put_pair(struct line *line, const char *key, const char *value)
{
	bool bare = strcmp(key, "rhost") == 0 && is_bare(value);

	put(line, " ");
	put(line, key);
	put(line, bare ? "=" : "=\"");
	put_escaped(line, value);
	if (!bare)
		put(line, "\"");
}

static void
put_pairs(struct line *line, va_list ap, bool rhost)
{
	const char *key;

	while ((key = va_arg(ap, const char *)) != NULL) {
		const char *value = va_arg(ap, const char *);

		if (value != NULL && (strcmp(key, "rhost") == 0) == rhost)
			put_pair(line, key, value);
	}
}

void
ac_log_event(enum ac_log_level level, const char *words, ...)
{
	struct line line;
	va_list ap;

	if (level > sink.most)
		return;
	begin(&line, level);
	put(&line, words);
	va_start(ap, words);
	put_pairs(&line, ap, true);
	va_end(ap);
	va_start(ap, words);
	put_pairs(&line, ap, false);
	va_end(ap);
	emit(&line);
}
