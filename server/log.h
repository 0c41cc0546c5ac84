/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What the daemon says, and where it goes. An event is a row of event.h with its
 * fields; other lines are fixed words about the program itself. Every value is
 * escaped at one place (log_line.h); nothing secret is ever handed to it.
 */
#ifndef AC_SERVER_LOG_H
#define AC_SERVER_LOG_H

#include <authcode/error.h>

#include "base/attr.h"
#include "server/event.h"

enum ac_log_sink {
	AC_LOG_AUTO = 0, /* the journal when standard error is its stream, else standard error */
	AC_LOG_JOURNAL,
	AC_LOG_STDERR,
	AC_LOG_SYSLOG,
	AC_LOG_JSON, /* on standard error */
};

struct ac_log_settings {
	const char *name; /* "authcoded", or another program's */
	enum ac_log_level most;
	enum ac_log_sink sink;
};

/* Once, before any thread. False: the journal was asked for and is not there. Until
 * then lines go to standard error, notice and above. */
AC_MUST_USE bool ac_log_open(const struct ac_log_settings *settings,
			     struct authcode_reason *reason);
AC_MUST_USE int ac_log_level_from_name(const char *name); /* -1 unknown */

/* Whoever else wants to know of events, whatever their level; once, before any thread.
 * Called on the thread of the event. */
void ac_log_observe(void (*observe)(void *arg, enum ac_event event,
				    const struct ac_event_fields *fields),
		    void *arg);

/* Fixed words. */
void ac_log(enum ac_log_level level, const char *fmt, ...) AC_PRINTF(2, 3);

/* ac_log_event(AC_EVENT_LOGIN_FAILED, .rhost = peer, .reason = "throttled"); */
#define ac_log_event(event, ...)                                                                   \
	ac_log_event_write((event), &(const struct ac_event_fields){ __VA_ARGS__ })
void ac_log_event_write(enum ac_event event, const struct ac_event_fields *fields);

/* The event with which the program ends, its why a sentence for whoever has started it.
 * Nobody reads it twice: in lines of text on standard error it is the sentence alone, and
 * beside another log the sentence is there as well, unless standard error is the
 * journal's. */
#define ac_log_end(event, ...)                                                                     \
	ac_log_end_write((event), &(const struct ac_event_fields){ __VA_ARGS__ })
void ac_log_end_write(enum ac_event event, const struct ac_event_fields *fields);

/* Lines that could not be handed over, since the journal takes none any more. */
uint64_t ac_log_lost(void);

#endif
