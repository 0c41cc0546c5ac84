/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The files that setup writes: whole or not there, with the owner and mode that the daemon
 * asks for, and put back as they were when what they were written for fails.
 */
#ifndef AC_CTL_SETUP_FILES_H
#define AC_CTL_SETUP_FILES_H

#include <stdbool.h>

#include <jansson.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/buf.h"

/* init ... clear: clear takes away what has no place of its own: a file that has not got its
 * name, and the one whose place was taken. */
struct ac_new_file {
	struct ac_buf directory, path, temporary, old;
	bool written; /* there is a file temporary */
	bool kept;    /* old is what path was */
	bool placed;  /* path is what was written */
};

/* name in directory, both below root ("" for /). */
void ac_new_file_init(struct ac_new_file *file, const char *root, const char *directory,
		      const char *name);
void ac_new_file_clear(struct ac_new_file *file);

/* Writes it under another name, and directories that are missing. group NULL: that of who
 * asks; else it is root's with that group, where there is such a group and root asks. What
 * goes wrong is said. */
AC_MUST_USE bool ac_new_file_write(struct ac_new_file *file, const struct ac_buf *text, mode_t mode,
				   const char *group, json_t *said);

/* Gives it its name. replace false: not in the place of another. What it takes the place of
 * is kept until clear. */
AC_MUST_USE bool ac_new_file_place(struct ac_new_file *file, bool replace, json_t *said);

/* What was there before has its name again, or nothing has, and that is said. Nothing is done
 * to one that was not placed. */
void ac_new_file_put_back(struct ac_new_file *file, json_t *said);

#endif
