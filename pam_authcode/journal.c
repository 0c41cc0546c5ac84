/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See journal.h.
 */
#include "pam_authcode/journal.h"

#include <stdarg.h>

void
ac_journal_open(bool foreground)
{
	openlog("authcode-login", LOG_PID | (foreground ? LOG_PERROR : 0), LOG_AUTHPRIV);
}

void
ac_journal(int priority, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsyslog(LOG_AUTHPRIV | priority, fmt, args);
	va_end(args);
}
