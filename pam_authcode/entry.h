/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What the helper does with a connection. Each entry is a process of its own
 * that ends when the function returns; the value is its exit status.
 */
#ifndef AC_PAM_ENTRY_H
#define AC_PAM_ENTRY_H

#include "pam_authcode/permit.h"

#define AC_ENTRY_FIRST_FRAME_S 10 /* a peer that says nothing */

/* START → CANON → GO → ( PROMPT → ANSWER )* → RESULT */
int ac_entry_login(const struct ac_permit *permit, int fd);

/* The same, with the ticket of a login that ended with CHANGE_DUE in START. */
int ac_entry_passwd(const struct ac_permit *permit, int fd);

/* ( CHECK → CHECKED | ASK → ABOUT )*, at most AC_WIRE_MAX_CHECKS of both */
int ac_entry_check(const struct ac_permit *permit, int fd);

#endif
