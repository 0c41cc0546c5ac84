/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The sources of the user database (nsswitch.conf), each by itself. What
 * getpwnam() says of an absent name is what the last source said of it: in
 * "files sss systemd" a directory that is down looks like a name that nobody has.
 */
#ifndef AC_PAM_USER_SOURCES_H
#define AC_PAM_USER_SOURCES_H

#include <stdbool.h>

#include "base/attr.h"

#define AC_NSSWITCH "/etc/nsswitch.conf"

/* Does every source of passwd in that file answer, and say that it has no such
 * account? Whatever cannot be found out is no. */
AC_MUST_USE bool ac_user_sources_deny(const char *nsswitch, const char *name);

#endif
