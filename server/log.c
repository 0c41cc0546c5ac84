/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See log.h. One write() or one datagram per line, so that lines of several
 * threads do not mix. A line that the journal does not take goes to standard
 * error; one for which it has no room is counted.
 */
#include "server/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "server/clock.h"
#include "server/log_journal.h"
#include "server/log_line.h"

/* Set once before any thread, read only from then on (but for the count): the log of
 * a process is a thing there is one of. */
static struct {
	char name[32];
	char prefix[48]; /* of a line of text */
	enum ac_log_level most;
	enum ac_log_sink sink;
	int journal;        /* descriptor */
	bool stderr_levels; /* standard error is the journal's: "<N>" in front */
	void (*observe)(void *arg, enum ac_event event, const struct ac_event_fields *fields);
	void *observe_arg;
	_Atomic uint64_t lost;
} log_state = {
	.name = "authcode",
	.prefix = "authcode: ",
	.most = AC_LOG_NOTICE,
	.sink = AC_LOG_STDERR,
	.journal = -1,
};

bool
ac_log_open(const struct ac_log_settings *settings, struct authcode_reason *reason)
{
	bool stream = ac_journal_is_stderr();

	(void)snprintf(log_state.name, sizeof(log_state.name), "%s", settings->name);
	(void)snprintf(log_state.prefix, sizeof(log_state.prefix), "%s[%d]: ", log_state.name,
		       (int)getpid());
	log_state.most = settings->most;
	log_state.sink = settings->sink == AC_LOG_AUTO ? (stream ? AC_LOG_JOURNAL : AC_LOG_STDERR)
						       : settings->sink;
	log_state.stderr_levels = stream;
	if (log_state.sink == AC_LOG_JOURNAL)
		log_state.journal = ac_journal_open(AC_JOURNAL_SOCKET);
	if (log_state.sink == AC_LOG_JOURNAL && log_state.journal < 0) {
		log_state.sink = AC_LOG_STDERR;
		if (settings->sink == AC_LOG_JOURNAL) {
			(void)snprintf(reason->text, sizeof(reason->text),
				       "log = journal: nobody listens on %s: %s; give auto, "
				       "stderr, syslog or json",
				       AC_JOURNAL_SOCKET, strerror(errno));
			return false;
		}
	}
	if (log_state.sink == AC_LOG_SYSLOG)
		openlog(log_state.name, LOG_PID | LOG_NDELAY, LOG_AUTHPRIV);
	return true;
}

int
ac_log_level_from_name(const char *name)
{
	for (int level = AC_LOG_ERROR; level <= AC_LOG_DEBUG; level++) {
		if (strcmp(ac_log_level_name((enum ac_log_level)level), name) == 0)
			return level;
	}
	return -1;
}

void
ac_log_observe(void (*observe)(void *arg, enum ac_event event,
			       const struct ac_event_fields *fields),
	       void *arg)
{
	log_state.observe = observe;
	log_state.observe_arg = arg;
}

uint64_t
ac_log_lost(void)
{
	return atomic_load_explicit(&log_state.lost, memory_order_relaxed);
}

static void
write_line(struct ac_line *line)
{
	ssize_t n;

	line->text[line->len < sizeof(line->text) ? line->len++ : line->len - 1] = '\n';
	n = write(STDERR_FILENO, line->text, line->len);
	(void)n; /* there is nobody left to tell */
}

static void
write_text(const struct ac_log_record *record)
{
	struct ac_line line;
	char level[8];

	ac_line_begin(&line, AC_LOG_MAX_TEXT - 1);
	if (log_state.stderr_levels) {
		(void)snprintf(level, sizeof(level), "<%d>", (int)record->level);
		ac_line_puts(&line, level);
	}
	ac_line_puts(&line, log_state.prefix);
	ac_line_put_text(&line, record);
	write_line(&line);
}

static void
write_json(const struct ac_log_record *record)
{
	struct ac_line line;

	ac_line_begin(&line, AC_LOG_MAX_LINE - 1);
	ac_line_put_json(&line, record, log_state.name, ac_clock_unix_ms());
	write_line(&line);
}

static void
write_syslog(const struct ac_log_record *record)
{
	struct ac_line line;

	ac_line_begin(&line, AC_LOG_MAX_TEXT);
	ac_line_put_text(&line, record);
	syslog((int)record->level, "%.*s", (int)line.len, line.text);
}

static void
write_journal(const struct ac_log_record *record)
{
	struct ac_line line;

	ac_line_begin(&line, AC_LOG_MAX_LINE);
	ac_line_put_journal(&line, record, log_state.name);
	if (ac_journal_send(log_state.journal, AC_JOURNAL_SOCKET, line.text, line.len))
		return;
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)
		(void)atomic_fetch_add_explicit(&log_state.lost, 1, memory_order_relaxed);
	else
		write_text(record);
}

static void
write_record(const struct ac_log_record *record)
{
	static void (*const sinks[])(const struct ac_log_record *) = {
		[AC_LOG_AUTO] = write_text,   [AC_LOG_JOURNAL] = write_journal,
		[AC_LOG_STDERR] = write_text, [AC_LOG_SYSLOG] = write_syslog,
		[AC_LOG_JSON] = write_json,
	};

	sinks[log_state.sink](record);
}

void
ac_log(enum ac_log_level level, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	if (level > log_state.most)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	for (char *p = text; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ' || (unsigned char)*p == 0x7f)
			*p = '?';
	}
	write_record(&(struct ac_log_record){ .level = level, .words = text });
}

void
ac_log_event_write(enum ac_event event, const struct ac_event_fields *fields)
{
	const struct ac_event_row *row = ac_event_row(event);

	if (row == NULL)
		return;
	if (log_state.observe != NULL)
		log_state.observe(log_state.observe_arg, event, fields);
	if (row->level > log_state.most)
		return;
	write_record(&(struct ac_log_record){
		.event = row,
		.level = row->level,
		.words = row->words,
		.fields = fields,
	});
}

void
ac_log_end_write(enum ac_event event, const struct ac_event_fields *fields)
{
	const bool as_text = log_state.sink == AC_LOG_STDERR;
	const char *level = log_state.stderr_levels ? "<3>" : "";

	if (!as_text)
		ac_log_event_write(event, fields);
	if (as_text || (log_state.sink != AC_LOG_JSON && !log_state.stderr_levels))
		(void)fprintf(stderr, "%s%s: %s\n", level, log_state.name, fields->why);
}
