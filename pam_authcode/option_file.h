/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A file of options: on each line a name and what it takes, as on the command
 * line without the "--"; '#' at the beginning of a word begins a comment. Who can
 * write to it decides who is let in, so it must be the administrator's.
 */
#ifndef AC_PAM_OPTION_FILE_H
#define AC_PAM_OPTION_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

#define AC_OPTION_FILE_MAX (64U * 1024)
#define AC_OPTION_FILE_MAX_LINE 1000

struct ac_option_line {
	const char *name;  /* of letters, digits and '-' */
	const char *value; /* printable, without blanks around it; NULL: none */
};

enum ac_option_next {
	AC_OPTION_BAD = 0,
	AC_OPTION_LINE,
	AC_OPTION_END,
};

struct ac_option_reader {
	char *text; /* what is left; borrowed, changed, and what lines point into */
	size_t len;
	unsigned int number; /* of the line read last; from 1 */
};

/* Text of len bytes with room for one more behind it. BAD: ask no further. */
AC_MUST_USE enum ac_option_next ac_option_next(struct ac_option_reader *reader,
					       struct ac_option_line *ret);

/* The whole file with such room, from malloc(). NULL: said on standard error. */
char *ac_option_file_load(const char *path, size_t *ret_len);

#endif
