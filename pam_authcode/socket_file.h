/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The listener's socket in the file system: never open to others even for a
 * moment, and never taken from a listener that still answers.
 */
#ifndef AC_PAM_SOCKET_FILE_H
#define AC_PAM_SOCKET_FILE_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/attr.h"

struct ac_socket_file {
	const char *path; /* borrowed */
	int fd;           /* listening, non-blocking */
	dev_t device;
	ino_t inode;
};

/* Mode 0660, group NULL: our own. Says in the log why not. close: also removes
 * the file if it is still this one. */
AC_MUST_USE bool ac_socket_file_open(const char *path, const char *group,
				     struct ac_socket_file *ret);
void ac_socket_file_close(struct ac_socket_file *file);

#endif
