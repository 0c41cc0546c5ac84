/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * One line per event on standard error, "<N>" level prefix when it is a
 * journal stream. Values are quoted and escaped at this one place; nothing
 * secret is ever handed to it.
 *
 *   authcoded: login failed rhost=192.0.2.7 client="app" user="a\x20b"
 */
#ifndef AC_SERVER_LOG_H
#define AC_SERVER_LOG_H

#include "base/attr.h"

enum ac_log_level {
	AC_LOG_ERROR = 3,
	AC_LOG_WARNING = 4,
	AC_LOG_NOTICE = 5,
	AC_LOG_INFO = 6,
	AC_LOG_DEBUG = 7,
};

/* Once, before any thread; name is "authcoded" or another program's. */
void ac_log_open(const char *name, enum ac_log_level most);
AC_MUST_USE int ac_log_level_from_name(const char *name); /* -1 unknown */

/* Fixed words. */
void ac_log(enum ac_log_level level, const char *fmt, ...) AC_PRINTF(2, 3);

/* words, then key="value" pairs (NULL-terminated list of char pointers; pairs
 * with a NULL value are left out). An rhost key is written bare and first. */
void ac_log_event(enum ac_log_level level, const char *words, ...) __attribute__((sentinel));

#endif
