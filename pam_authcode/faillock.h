/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * After how many failures the pam_faillock of a service locks an account, so that
 * a throttle in front of it can stay below: else a stranger locks people out.
 */
#ifndef AC_PAM_FAILLOCK_H
#define AC_PAM_FAILLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

/* As pam_faillock reads it: a row's deny=, else that of its conf= or of
 * faillock.conf(5), else 3. The lowest of its rows in auth; 0 when there is none
 * or none locks. What cannot be read counts as 3. False: the stack cannot be
 * read. */
AC_MUST_USE bool ac_faillock_deny(const char *confdir, const char *service, uint32_t *ret_deny);

#endif
