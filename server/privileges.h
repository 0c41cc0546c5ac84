/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Giving rights away for good.
 */
#ifndef AC_SERVER_PRIVILEGES_H
#define AC_SERVER_PRIVILEGES_H

#include <stdbool.h>

#include <sys/types.h>

#include <authcode/error.h>

#include "base/attr.h"

struct ac_account {
	uid_t uid;
	gid_t gid;
};

/* The account to become; refuses root and names that do not exist. */
AC_MUST_USE bool ac_privileges_find(const char *user, struct ac_account *ret,
				    struct authcode_reason *reason);

/* Becomes it, and makes sure that there is no way back. */
AC_MUST_USE bool ac_privileges_drop(const struct ac_account *account,
				    struct authcode_reason *reason);

/* No core dumps, no reading of our memory by others, no new rights by exec. */
AC_MUST_USE bool ac_privileges_harden(struct authcode_reason *reason);

#endif
