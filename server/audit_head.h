/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The head of the chain of audit records as people keep it elsewhere: "8:9f86…", the
 * number of the newest record and its MAC. What the file alone cannot tell, that its
 * newest records were taken away, is told by a head that the log has.
 */
#ifndef AC_SERVER_AUDIT_HEAD_H
#define AC_SERVER_AUDIT_HEAD_H

#include <authcode/store.h>

#include "base/attr.h"

#define AC_AUDIT_HEAD_LEN (19 + 1 + 2 * AUTHCODE_AUDIT_MAC_LEN) /* at most */

void ac_audit_head_format(const struct authcode_audit_head *head, char text[AC_AUDIT_HEAD_LEN + 1]);
AC_MUST_USE bool ac_audit_head_parse(const char *text, struct authcode_audit_head *ret);

/* False: there is none, or nobody can say. */
AC_MUST_USE bool ac_audit_head_read(struct authcode_store *store, struct authcode_audit_head *ret);

/* What the log has, and since when. */
struct ac_audit_told {
	int64_t seq, ms;
};

/* Writes it to the log once an hour, if it is another one than before. now_ms: by a clock
 * that is not set, above 0; INT64_MAX: at once. store may be NULL: nothing happens. */
void ac_audit_head_tell(struct authcode_store *store, int64_t now_ms, struct ac_audit_told *told);

#endif
