/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The files that setup writes and looks at: whole or not there, with the owner and mode that
 * the daemon asks for. What goes wrong is one sentence on standard error.
 */
#ifndef AC_CTL_SETUP_FILES_H
#define AC_CTL_SETUP_FILES_H

#include <stdbool.h>

#include <sys/types.h>

#include "base/attr.h"
#include "base/buf.h"

/* init ... clear: clear takes away a file that has not got its name. */
struct ac_new_file {
	struct ac_buf directory, path, temporary;
	bool written;
};

/* name in directory, both below root ("" for /). */
void ac_new_file_init(struct ac_new_file *file, const char *root, const char *directory,
		      const char *name);
void ac_new_file_clear(struct ac_new_file *file);

/* Writes it under another name, and directories that are missing. group NULL: that of who
 * asks; else it is root's with that group, where there is such a group and root asks. */
AC_MUST_USE bool ac_new_file_write(struct ac_new_file *file, const struct ac_buf *text, mode_t mode,
				   const char *group);

/* Gives it its name. replace false: not in the place of another. */
AC_MUST_USE bool ac_new_file_place(struct ac_new_file *file, bool replace);

/* Can group read this private key, and nobody else but root? A key that root alone can read
 * is given to the group, which is told. */
AC_MUST_USE bool ac_setup_open_key(const char *path, const char *group);

#endif
