/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Directories that this helper alone may reach: what lies in them is believed.
 */
#ifndef AC_PAM_PRIVATE_DIR_H
#define AC_PAM_PRIVATE_DIR_H

#include "base/attr.h"

/* A descriptor of the directory name below the directory at (AT_FDCWD: a path),
 * which is made (mode 0700) when it is missing. -1, said in the log, when it is a
 * link, or others own or can reach it. */
AC_MUST_USE int ac_private_dir_open(int at, const char *name);

#endif
