/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Whether a file or directory is the administrator's: what it says is done by
 * root or told of people, so nobody else may have written it.
 */
#ifndef AC_PAM_TRUST_H
#define AC_PAM_TRUST_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/attr.h"

/* Owned by root or by whom this process is, not writable by group or others. */
AC_MUST_USE bool ac_trust_owner(const struct stat *status);

/* Reads at most size bytes to the end of the file; -1: an error, or there are more. */
AC_MUST_USE ssize_t ac_trust_read(int fd, char *out, size_t size);

#endif
