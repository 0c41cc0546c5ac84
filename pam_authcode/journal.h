/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The helper's log: syslog AUTHPRIV, which only root reads, and standard error
 * when it runs in the foreground. It trusts nobody's strings: what was typed is
 * not written, since people type passwords into name fields.
 */
#ifndef AC_PAM_JOURNAL_H
#define AC_PAM_JOURNAL_H

#include <stdbool.h>
#include <syslog.h>

#include "base/attr.h"

void ac_journal_open(bool foreground);

/* One line; priority as for syslog(3). */
void ac_journal(int priority, const char *fmt, ...) AC_PRINTF(2, 3);

#endif
