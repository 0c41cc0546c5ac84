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

struct ac_faillock {
	uint32_t deny;       /* failures that lock; 0: none do */
	uint32_t interval_s; /* within which they are counted */
};

/* As pam_faillock reads them: a row's deny= and fail_interval=, else those of its
 * conf= or of faillock.conf(5), else 3 and 900. The lowest and the longest of its rows
 * in auth that lock; zeroes when there is none. What cannot be read counts as the
 * default. False: the stack cannot be read. */
AC_MUST_USE bool ac_faillock_find(const char *confdir, const char *service,
				  struct ac_faillock *ret);

#endif
