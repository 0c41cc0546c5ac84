/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Files that options name, and whose they may be: a path, or a credential that the
 * service manager hands over (systemd.exec(5), LoadCredential=).
 */
#ifndef AC_SERVER_CONFIG_FILE_H
#define AC_SERVER_CONFIG_FILE_H

#include <stdbool.h>

#include <sys/types.h>

#include "base/attr.h"

#define AC_CREDENTIAL "credential:" /* and a name of letters, digits, _ . and - */

/* Opens it for reading, without waiting for whom a FIFO waits for. -1: *ret_why says why. */
AC_MUST_USE int ac_config_file_open(const char *value, const char **ret_why);

#define AC_OWNER_FAULT_SIZE 80

/* Why a file of this owner is not to be trusted, in the text; NULL: it is root's, that of who
 * runs this, or, while that is root, of the account of that name (NULL: not that one either). */
AC_MUST_USE const char *ac_config_owner_fault(uid_t owner, const char *user,
					      char text[AC_OWNER_FAULT_SIZE]);

#endif
