/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The forms of a line: text, JSON, and the datagram of the journal. Quotes,
 * backslashes, controls and what is not ASCII become \xNN in text, so a
 * stranger's bytes can neither end a line nor steer a terminal, nor look like a
 * field of ours. JSON and the journal keep valid UTF-8.
 */
#ifndef AC_SERVER_LOG_LINE_H
#define AC_SERVER_LOG_LINE_H

#include "server/event.h"

#define AC_LOG_MAX_VALUE 256 /* bytes of one value; the rest becomes "..." */
#define AC_LOG_MAX_TEXT 2048 /* bytes of a line of text */
#define AC_LOG_MAX_LINE 16384

/* Never longer than max (at most AC_LOG_MAX_LINE): what does not fit is left out. */
struct ac_line {
	char text[AC_LOG_MAX_LINE];
	size_t len, max;
};

/* One thing to say: an event with its fields, or words alone. */
struct ac_log_record {
	const struct ac_event_row *event; /* NULL: words alone */
	enum ac_log_level level;
	const char *words;
	const struct ac_event_fields *fields; /* of the event */
};

void ac_line_begin(struct ac_line *line, size_t max);
void ac_line_put(struct ac_line *line, const char *data, size_t len);
void ac_line_puts(struct ac_line *line, const char *text);

/* login failed rhost=192.0.2.7 reason=throttled client="app" user="unknown" */
void ac_line_put_text(struct ac_line *line, const struct ac_log_record *record);

/* {"time":"…","level":"notice","program":"authcoded","event":"login_failed",…}: one
 * object, whole whatever its values are. */
void ac_line_put_json(struct ac_line *line, const struct ac_log_record *record, const char *program,
		      int64_t now_ms);

/* Fields of journald's native protocol: MESSAGE_ID, AUTHCODE_EVENT and the rest. */
void ac_line_put_journal(struct ac_line *line, const struct ac_log_record *record,
			 const char *program);

const char *ac_log_level_name(enum ac_log_level level);

#endif
